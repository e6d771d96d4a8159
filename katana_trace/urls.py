"""Every address of the site (DESIGN 5.2)."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from katana_trace import views
from katana_trace.accounts import views as accounts
from katana_trace.accounts.middleware import role_not_required

handler400 = "katana_trace.views.bad_request"
handler500 = "katana_trace.views.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("items.urls")),
    path("", include("tracking.urls")),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/login/", accounts.LoginView.as_view(), name="login"),
    path("accounts/logout/", role_not_required(auth.LogoutView.as_view()), name="logout"),
    path("accounts/password/", role_not_required(accounts.PasswordChangeView.as_view()), name="password_change"),
    path(
        "accounts/password/done/",
        role_not_required(auth.PasswordChangeDoneView.as_view()),
        name="password_change_done",
    ),
    path("accounts/sessions/", accounts.session_list, name="session_list"),
    path("accounts/sessions/end/", accounts.session_end, name="session_end"),
    path("logins/", accounts.login_list, name="login_list"),
]
