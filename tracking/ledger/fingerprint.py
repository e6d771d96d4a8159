"""The fingerprint by which the same document is known when it comes again (DESIGN 5.4).

Taken at posting, of texts: it stays the same when tracking is switched off, and when a partner is renamed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from katana_trace.lib.days import instant_text
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import plain

LineText = tuple[str, str, str, str, int]  # SKU, location, batch number, serial number, millionths


def fingerprint_of(
    *, kind: str, number: str, posted_at: datetime, partner: str, note: str, lines: Iterable[LineText]
) -> str:
    """SHA-256 in hex of kind, number, posted_at, partner, note and the multiset of lines, each by its key."""
    head = "\x1f".join([kind, key_of(number), instant_text(posted_at), key_of(partner), note])
    body = sorted(
        "\x1f".join([key_of(sku), key_of(location), key_of(batch), key_of(serial), plain(quantity)])
        for sku, location, batch, serial, quantity in lines
    )
    return hashlib.sha256("\x1e".join([head, *body]).encode()).hexdigest()
