"""The answer of a health check within two seconds, whatever the database does: a monitor that waits learns nothing.

The check runs in a thread with a connection of its own, whose timeouts are short. Where even these do not help, as with a
server that is stopped in the middle or an address that leads nowhere, the thread is left behind, and until it ends the
checks that come say that the database does not answer: there is never more than one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from django.db import Error, connections

from tracking.upkeep import health

PATIENCE = 1.5  # seconds for all of it
OF_DATABASE = 1  # seconds for a lock or a statement


@dataclass
class Check:
    """One look at the database by a thread; ``found`` is of use once it has ``ended``."""

    found: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        try:
            connections["default"] = impatient()
            self.found = health.faults()
        except Error:
            self.found = [health.NO_ANSWER]
        except Exception as error:
            self.found = [f"The check of the database failed ({type(error).__name__})."]
            raise
        finally:
            # Ended first: closing may wait as well.
            self.ended.set()
            connections["default"].close()


running: Check | None = None
lock = threading.Lock()


def faults_soon() -> list[str]:
    """What ``health.faults`` finds; where that is not known within PATIENCE, that the database does not answer."""
    global running
    with lock:
        if running is None or running.ended.is_set():
            running = Check()
            threading.Thread(target=running.run, name="healthz", daemon=True).start()
        check = running
    if check.ended.wait(PATIENCE):
        return check.found
    return [health.NO_ANSWER]


def impatient():
    """A connection to the site's database, for this thread alone, that waits for nothing longer than a second."""
    usual = connections["default"]
    settings = {**usual.settings_dict, "CONN_MAX_AGE": 0}
    options = dict(settings["OPTIONS"])
    if usual.vendor == "sqlite":
        options["timeout"] = OF_DATABASE
    else:
        milliseconds = OF_DATABASE * 1000
        timeouts = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
        options |= {"options": f"{options.get('options', '')} {timeouts}".strip(), "connect_timeout": 2}
    return type(usual)({**settings, "OPTIONS": options}, "default")
