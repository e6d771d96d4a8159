"""Every address of the site (DESIGN 5.2)."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from katana_trace import views
from katana_trace.accounts import views as accounts

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("items.urls")),
    path("", include("tracking.urls")),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/login/", accounts.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/password/", accounts.PasswordChangeView.as_view(), name="password_change"),
    path("accounts/password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
]
