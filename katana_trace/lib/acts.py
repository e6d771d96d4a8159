"""The log of acts: who did what to which document or item, one line for each, once it is committed.

For the people who run a site; written by its server, for a command says itself what it did. The evidence is in the
database: documents, switches, changes, with their people.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from django.db import transaction

LOGGER = "katana_trace.acts"
log = logging.getLogger(LOGGER)

Fact = str | int | None


def log_act(act: str, *, by, **facts: Fact) -> None:
    """Writes ``act`` (``document_posted``) with its ``facts`` when the present transaction is committed, and never when it
    is taken back. ``by`` is the user, or None for the program itself."""
    who = by.get_username() if by is not None else "program"
    transaction.on_commit(lambda: log.info(act, extra={"facts": {"act": act, "by": who, **facts}}), robust=True)


class TextFormatter(logging.Formatter):
    """One line for people: an act with its facts as ``name="value"``."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        facts = getattr(record, "facts", None)
        if facts is None:
            return super().format(record)
        # Quoted as JSON is: what a person typed cannot begin a line of its own.
        told = " ".join(f"{name}={json.dumps(value)}" for name, value in facts.items() if name != "act")
        return f"{self.formatTime(record)} {record.levelname} {record.name} {facts['act']} {told}"


class JsonFormatter(logging.Formatter):
    """One object for programs in each line; of what is no act the message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        told |= getattr(record, "facts", None) or {"message": record.getMessage()}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told)
