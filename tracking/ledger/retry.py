"""One wrapper for every writing transaction: try again where the database asks for it, and refuse in sentences."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from katana_trace.lib.refusal import Refusal

Result = TypeVar("Result")

TRIES = 5
PATIENCE = (
    10.0  # seconds, on SQLite: who waited as long as its timeout for the lock is not sent to wait four times more
)
SENTENCES = {
    "level_not_negative": "There is not enough in stock for that. Check what is there.",
    "level_numbered_fits": "There are not enough units without a serial number for that. Give the serial numbers.",
    "line_quantity_in_bounds": "A line moves something, and at most 1,000,000,000 units. Check the quantity.",
    "line_of_serial_moves_one": "A line with a serial number moves exactly one unit. Check the quantity.",
    "batch_number_unique": "This variant has a batch of this number already. Load the page again.",
    "serial_number_unique": "This item has a serial number like this already. Load the page again.",
    "document_number_unique": "A document of this kind and number exists already. Choose another number.",
    "document_token_unique": "This was posted already. Load the page again.",
    "variant_gtin_unique": "This GTIN belongs to another variant already. Give each variant its own.",
    # SQLite names the columns of a unique constraint, not the constraint.
    "tracking_batch.variant_id, tracking_batch.key": "This variant has a batch of this number already. Load the page again.",
    "tracking_serialnumber.item_id": "This item has a serial number like this already. Load the page again.",
    "tracking_document.key": "A document of this kind and number exists already. Choose another number.",
    "tracking_document.token": "This was posted already. Load the page again.",
    "items_variant.gtin_key": "This GTIN belongs to another variant already. Give each variant its own.",
    "reverses": "This document was reversed already. Load the page again.",
}


def in_transaction(work: Callable[[], Result]) -> Result:
    """What ``work`` returns, run in one transaction of its own, or in the caller's.

    Tries again after a serialization failure or deadlock (40001, 40P01), and after a constraint said no: the next try
    sees what the other writer wrote, and refuses with the exact sentence. Raises Refusal, or, where the database was too busy
    all the time, its own error.
    """
    if connection.in_atomic_block:
        try:
            return attempt(work)
        except IntegrityError as error:
            raise Refusal(sentence_of(error)) from error
    begun = time.monotonic()
    for tried in range(1, TRIES + 1):
        try:
            return attempt(work)
        except Refusal:
            raise
        except OperationalError as error:
            is_tired = connection.vendor == "sqlite" and time.monotonic() - begun > PATIENCE
            if not is_passing(error) or tried == TRIES or is_tired:
                raise
            time.sleep(0.01 * tried)
        except IntegrityError as error:
            if tried == TRIES:
                raise Refusal(sentence_of(error)) from error
            time.sleep(0.01 * tried)
    raise AssertionError("the loop returns or raises")


def attempt(work: Callable[[], Result]) -> Result:
    with transaction.atomic():
        return work()


def is_passing(error: OperationalError) -> bool:
    """Whether the same transaction may go through when it is tried again."""
    return getattr(error.__cause__, "sqlstate", None) in {"40001", "40P01"} or "database is locked" in str(error)


def sentence_of(error: Exception) -> str:
    """The sentence for what a constraint or trigger refused."""
    text = str(error).partition("\nCONTEXT")[0].strip()
    for name, sentence in SENTENCES.items():
        if name in text:
            return sentence
    if text.endswith(".") and " " in text and "constraint" not in text:
        return text
    return "The database refused this because it would break the ledger. Nothing was written; load the page again."
