from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = "Tracking"

    def ready(self) -> None:
        from items.signals import item_cleaning, item_drafting, item_saved, item_saving
        from tracking import change_log, checks, groups, receivers
        from tracking.ledger import baseline, guards, triggers

        pre_migrate.connect(triggers.drop_before_migrate, sender=self)
        post_migrate.connect(baseline.create_after_migrate, sender=self)
        post_migrate.connect(triggers.create_after_migrate, sender=self)
        post_migrate.connect(groups.create_after_migrate)
        item_drafting.connect(receivers.fill_draft)
        item_cleaning.connect(receivers.refuse_on_clean)
        item_saving.connect(receivers.lock_and_refuse_on_save)
        item_saved.connect(receivers.settle_after_save)
        change_log.connect()
        connection_created.connect(guards.look_at_first)
        checks.register_checks()
