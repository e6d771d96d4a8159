"""What the environment may say, and the sentence for what it may not (DESIGN 5.5).

A bad value stops the start: a server that guesses its own configuration cannot be trusted with a ledger.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

from katana_trace.lib.private import FOLDER, narrow_folder, open_private

LOG_FORMATTERS = {"text": "katana_trace.lib.acts.TextFormatter", "json": "katana_trace.lib.acts.JsonFormatter"}
YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}

KEY_FILE = "secret_key"
DEMO = {
    "KATANA_TRACE_DEBUG": "0",
    "KATANA_TRACE_PLAIN_HTTP": "1",
    "KATANA_TRACE_TRUST_PROXY": "0",
    "KATANA_TRACE_HSTS_PRELOAD": "0",
    "KATANA_TRACE_ALLOWED_HOSTS": "",
}


def flag(name: str) -> bool:
    """The yes or no in environment variable ``name``; unset is no."""
    value = os.environ.get(name, "").strip().lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise ImproperlyConfigured(f"{name} is “{value}”. Set it to 1 (yes) or 0 (no), or leave it out.")


def hsts_preload(*, has_tls: bool) -> bool:
    """Whether browsers may put the site on the list of those that are never asked without TLS (KATANA_TRACE_HSTS_PRELOAD)."""
    wanted = flag("KATANA_TRACE_HSTS_PRELOAD")
    if wanted and not has_tls:
        raise ImproperlyConfigured(
            "KATANA_TRACE_HSTS_PRELOAD is set, but the site is served without TLS (KATANA_TRACE_PLAIN_HTTP or "
            "KATANA_TRACE_DEBUG). Remove one of them."
        )
    return wanted


def log_formatter() -> str:
    """The class that writes a line of the log, by KATANA_TRACE_LOG_FORMAT: text, which is usual, or json."""
    name = os.environ.get("KATANA_TRACE_LOG_FORMAT", "").strip().lower() or "text"
    if name not in LOG_FORMATTERS:
        raise ImproperlyConfigured(f"KATANA_TRACE_LOG_FORMAT is “{name}”. Set it to text or json, or leave it out.")
    return LOG_FORMATTERS[name]


def time_zone() -> str:
    """The site's time zone: the days on which batches expire are days there."""
    name = os.environ.get("KATANA_TRACE_TIME_ZONE", "").strip() or "UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"KATANA_TRACE_TIME_ZONE is “{name}”, which is no known time zone. Use a name such as Europe/Berlin."
        ) from error
    return name


def data_folder(base: Path) -> Path:
    """The folder of the SQLite file (the archives are inside it) and of the demo's secret key; its owner alone may open it."""
    folder = Path(os.environ.get("KATANA_TRACE_DATA", "").strip() or base / "var").expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    except OSError as error:
        raise ImproperlyConfigured(
            f"KATANA_TRACE_DATA is “{folder}”, which cannot be made ({error.strerror}). Name a folder that can be written."
        ) from error
    narrow_folder(folder)
    return folder


def secret_key(*, debug: bool, data: Path) -> str:
    """The signing key: the environment's, or in debug one that is kept in the data folder with mode 0600.

    Raises ImproperlyConfigured outside debug when the environment has none, or a short one.
    """
    key = os.environ.get("KATANA_TRACE_SECRET_KEY", "")
    if key:
        if len(key) < 50 and not debug:
            raise ImproperlyConfigured(
                f"KATANA_TRACE_SECRET_KEY has {len(key)} characters, at least 50 are needed. "
                'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(64))".'
            )
        return key
    if not debug:
        raise ImproperlyConfigured(
            "KATANA_TRACE_SECRET_KEY is not set. Set it to a long random text "
            '(python3 -c "import secrets; print(secrets.token_urlsafe(64))"), or run manage.py demo to try the program.'
        )
    return kept_key(data)


def kept_key(data: Path) -> str:
    """The key kept in ``data``, made at the first call; readable by its owner alone."""
    file = data / KEY_FILE
    try:
        if not (file.exists() and file.stat().st_size):  # empty where an older version met a full disk
            make_key(file)
        return file.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key in {file} cannot be kept ({error.strerror}). "
            "Name a folder that can be written in KATANA_TRACE_DATA."
        ) from error


def make_key(file: Path) -> None:
    """The whole key under its name, or, on a full disk, nothing: an empty file would be a key that everybody knows."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with open_private(part, "x") as out:
            out.write(secrets.token_urlsafe(64))
        if not file.exists():
            with suppress(FileExistsError):  # another process was first
                os.link(part, file)
        elif not file.stat().st_size:
            part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def complete(*, command: str, base: Path) -> None:
    """Completes the environment of ``manage.py command`` before the settings read it.

    ``demo`` serves plain http on this machine alone, whatever the environment says about a real site, and keeps a key
    of its own. Where such a key is, the other commands (verify, trace, createsuperuser, …) use it when they are given
    none, so that they work on the demo's database as they are typed. A site is served through wsgi.py, which does not come
    this way: it starts with its own key or not at all.
    """
    if command == "demo":
        os.environ.update(DEMO)
    if os.environ.get("KATANA_TRACE_SECRET_KEY"):
        return
    data = data_folder(base)
    if command == "demo" or (data / KEY_FILE).exists():
        os.environ["KATANA_TRACE_SECRET_KEY"] = kept_key(data)


@dataclass(frozen=True, slots=True)
class Mail:
    """The server that takes mail, and the sender; an empty ``host`` where none is set."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    is_tls: bool = False
    sender: str = ""


MAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
MAIL_EXAMPLE = "Write it as smtps://user:password@mail.example.com (or smtp+starttls://…, or smtp://localhost)."


def mail() -> Mail:
    """The server of KATANA_TRACE_EMAIL_URL. What the sentences say of it never holds the password."""
    url = os.environ.get("KATANA_TRACE_EMAIL_URL", "").strip()
    sender = os.environ.get("KATANA_TRACE_EMAIL_FROM", "").strip()
    if not url:
        return Mail()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or MAIL_PORTS.get(parts.scheme, 0)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError as error:
        raise ImproperlyConfigured(f"KATANA_TRACE_EMAIL_URL cannot be read. {MAIL_EXAMPLE}") from error
    if parts.scheme not in MAIL_PORTS or not host or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"KATANA_TRACE_EMAIL_URL is no address of a mail server. {MAIL_EXAMPLE}")
    if bool(user) != bool(password):
        raise ImproperlyConfigured(
            "KATANA_TRACE_EMAIL_URL has a user or a password alone. Give both, with @ and : in them as %40 and %3A, or "
            "neither."
        )
    if user and parts.scheme == "smtp" and host not in {"localhost", "127.0.0.1", "::1"}:
        raise ImproperlyConfigured(
            f"KATANA_TRACE_EMAIL_URL would send the password to {host} unencrypted. Use smtps:// or smtp+starttls://."
        )
    if "@" not in parseaddr(sender)[1]:
        raise ImproperlyConfigured(
            f"KATANA_TRACE_EMAIL_FROM is “{sender}”, and mail needs a sender. Give an address, such as stock@example.com."
        )
    return Mail(host, port, user, password, parts.scheme == "smtp+starttls", parts.scheme == "smtps", sender)


def databases(data: Path) -> dict:
    """PostgreSQL when PGDATABASE is set, with the rest from libpq's own variables; else SQLite in ``data``."""
    name = os.environ.get("PGDATABASE", "").strip()
    if name:
        return {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": name,
                "HOST": os.environ.get("PGHOST", ""),
                "PORT": os.environ.get("PGPORT", ""),
                "USER": os.environ.get("PGUSER", ""),
                "PASSWORD": os.environ.get("PGPASSWORD", ""),
                "CONN_MAX_AGE": 60,
                "CONN_HEALTH_CHECKS": True,
                "OPTIONS": {"options": postgresql_options(), **postgresql_timeouts()},
            }
        }
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / "katana_trace.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": sqlite_pragmas(),
            },
        }
    }


def postgresql_options() -> str:
    """Settings of every PostgreSQL session; those of PGOPTIONS come after them and win.

    The ledger is read by index, a few rows at a time, from memory or an SSD. At the default of 4 for a random page the planner
    reads whole tables of documents instead (a trace of 33 lots beside 80,000 lines: 41 ms against 1.2), and compiling such
    short queries costs more than running them.
    """
    return f"-c random_page_cost=1.1 -c jit=off {os.environ.get('PGOPTIONS', '')}".strip()


def postgresql_timeouts() -> dict[str, int]:
    """How long a server that says nothing is waited for: a page says after seconds that the database does not answer.

    Only for connecting, and for a network that is cut; a long statement takes its time. PGCONNECT_TIMEOUT wins.
    """
    connecting = {} if os.environ.get("PGCONNECT_TIMEOUT") else {"connect_timeout": 5}
    return {**connecting, "tcp_user_timeout": 30_000, "keepalives_idle": 30, "keepalives_interval": 10}


def sqlite_pragmas() -> str:
    """Pragmas of every SQLite connection.

    WAL can corrupt the file in SQLite before 3.44.6, 3.50.7 and 3.51.3 (each in its own line of releases), so an
    affected library gets the rollback journal. ``recursive_triggers`` makes INSERT OR REPLACE fire the delete
    triggers, without which it would forge history. ``secure_delete`` overwrites what is deleted or moved, as some builds
    of the library do by themselves: else a backup would keep, in its unused pages, the keys of open sessions that it forgets.
    """
    import sqlite3

    version = sqlite3.sqlite_version_info
    mended = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    journal = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" if mended else "PRAGMA journal_mode=DELETE;"
    return journal + " PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON;"
