from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "katana_trace.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

        from katana_trace.accounts import logins, recent, sessions

        user_logged_in.connect(recent.remember_login)
        user_logged_in.connect(logins.log_login)
        user_logged_out.connect(logins.log_logout)
        user_login_failed.connect(logins.log_failure)
        sessions.connect()
