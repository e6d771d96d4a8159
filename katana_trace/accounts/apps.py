from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "katana_trace.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.contrib import admin
        from django.contrib.auth.signals import user_logged_in

        from katana_trace.accounts import recent
        from katana_trace.accounts.forms import AdminLoginForm

        user_logged_in.connect(recent.remember_login)
        admin.site.login_form = AdminLoginForm
