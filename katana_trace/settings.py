"""Settings of the site. What differs between sites comes from the environment, by way of ``environment.py``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from katana_trace import environment

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = environment.flag("KATANA_TRACE_DEBUG")
PLAIN_HTTP = environment.flag("KATANA_TRACE_PLAIN_HTTP")
TRUST_PROXY = environment.flag("KATANA_TRACE_TRUST_PROXY")
HSTS_PRELOAD = environment.hsts_preload(has_tls=not (PLAIN_HTTP or DEBUG))
DATA_DIR = environment.data_folder(BASE_DIR)
SECRET_KEY = environment.secret_key(debug=DEBUG, data=DATA_DIR)
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("KATANA_TRACE_ALLOWED_HOSTS", "").split(",") if host.strip()]
if not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
if any("://" in host or "/" in host for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        f"KATANA_TRACE_ALLOWED_HOSTS is “{','.join(ALLOWED_HOSTS)}”. Give host names alone, separated by commas."
    )

INSTALLED_APPS = [
    "katana_trace",
    "katana_trace.accounts",
    "items",
    "tracking",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "import_export",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "katana_trace.lib.csp.ContentSecurityPolicyMiddleware",
    "katana_trace.accounts.middleware.StoredNowhereMiddleware",
    "katana_trace.lib.unavailable.DownloadBeginsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "katana_trace.accounts.middleware.RefusalsMiddleware",
    "katana_trace.accounts.middleware.OpenSessionMiddleware",
    "katana_trace.lib.acting.ActingMiddleware",
    "katana_trace.lib.body_limit.BodyLimitMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "katana_trace.lib.htmx.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "katana_trace.accounts.middleware.RoleRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "katana_trace.urls"
WSGI_APPLICATION = "katana_trace.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "katana_trace.lib.context.site",
                "tracking.context.ledger",
            ],
        },
    },
]

DATABASES = environment.databases(DATA_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["katana_trace.accounts.backend.ThrottledBackend"]
# Argon2 hashes; the other lets passwords of before in, and is replaced by the next login.
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}" for name in ("Argon2PasswordHasher", "PBKDF2PasswordHasher")]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Whoever has it, by whatever role, may open the site's pages; who has not is told whom to ask.
READING_PERMISSION = "items.view_item"
SESSION_ENGINE = "katana_trace.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # idle
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

# Mail leaves by ``expiry_digest --mail`` alone.
MAIL = environment.mail()
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starts_tls, MAIL.is_tls
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = MAIL.sender

LANGUAGE_CODE = "en-gb"
TIME_ZONE = environment.time_zone()
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = ["katana_trace.formats"]

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# After collectstatic the collected, compressed and fingerprinted files are served; before it, the sources, and there is
# no folder of collected files for whitenoise to miss.
COLLECTION = BASE_DIR / "staticfiles"
COLLECTED = (COLLECTION / "staticfiles.json").exists()
STATIC_ROOT = COLLECTION if COLLECTED or "collectstatic" in sys.argv else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED or "collectstatic" in sys.argv
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = False

# Without these two any staff user may import and export through the admin.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"

# Without "preload" unless the site asks for it: browsers ship that list, and leaving it takes months.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if not (PLAIN_HTTP or DEBUG):
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = HSTS_PRELOAD

# An uploaded file is limited before it is read (DESIGN 5.4).
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
# A document has up to 200 lines with 50 batches on the shelf each, and a few fields for each of these.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 40_000

# Bytes of a file that are imported while the browser waits, some 2,000 rows; what is longer is worked on in a thread.
IMPORTED_AT_ONCE = 150_000

# A command says itself what it did, to who typed it; the log of acts is that of a server.
IS_COMMAND = Path(sys.argv[0]).name == "manage.py" and "runserver" not in sys.argv
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": environment.log_formatter()}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"katana_trace.acts": {"level": "WARNING" if IS_COMMAND else "INFO"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
