def refuse_on_clean(item):
    pass


def before_save(item):
    pass


def after_save(item):
    pass
