from django.apps import AppConfig


class KatanaTraceConfig(AppConfig):
    name = "katana_trace"
    verbose_name = "Katana Trace"

    def ready(self) -> None:
        from django.core import checks
        from django.db.backends.signals import connection_created

        from katana_trace.lib import private

        connection_created.connect(private.narrow_database)
        checks.register(private.check_data_folder, checks.Tags.security)
