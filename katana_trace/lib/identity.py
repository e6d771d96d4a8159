"""Time-ordered UUIDs: ledger lines made together lie together in their index (RFC 9562, 5.7)."""

from __future__ import annotations

import os
import time
import uuid


def new_uuids(count: int) -> list[uuid.UUID]:
    """``count`` UUIDs of version 7, ascending in the order of the list.

    48 bits of milliseconds, then 74 bits that begin at random and count up within the call.
    """
    millis = time.time_ns() // 1_000_000
    start = int.from_bytes(os.urandom(10), "big") >> 7
    found = []
    for tail in range(start, start + count):
        value = (millis << 80) | (7 << 76) | ((tail >> 62 & 0xFFF) << 64) | (0b10 << 62) | (tail & (1 << 62) - 1)
        found.append(uuid.UUID(int=value))
    return found


def new_uuid() -> uuid.UUID:
    """One UUID of version 7."""
    return new_uuids(1)[0]


BY_NUMBER = uuid.UUID("6f0c9d1e-4a57-5c0e-9b7a-2f3d8e1a7c55")


def uuid_by_number(variant: int, key: str) -> uuid.UUID:
    """The UUID of a batch or serial number from before these had one, also where it is only in an archive: by variant and key."""
    return uuid.uuid5(BY_NUMBER, f"{variant}:{key}")
