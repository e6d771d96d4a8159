"""The address of a GS1 Digital Link that a scan of one of our labels asks this site for.

A server hands a path over decoded, so a number with a slash (``10/A%2F1`` on the label) arrives as ``10/A/1``, which reads as
something else or not at all. Here are the readings that such a path can have.
"""

from __future__ import annotations

import re
from urllib.parse import quote

BOTH = re.compile(
    r"[0-9]{8,14}/10/[^/]+/21/[^/]+", re.ASCII
)  # a batch and a serial number, rather than one with slashes
WITH_SLASH = re.compile(r"(?P<key>[0-9]{8,14}/(?:10|21))/(?P<number>.*/.*)", re.ASCII | re.DOTALL)


def readings_of(rest: str) -> list[str]:
    """The paths, below ``/01/`` and encoded, that ``rest`` can have been, the likelier first."""
    as_it_stands = quote(rest, safe="/")
    found = WITH_SLASH.fullmatch(rest)
    if not found:
        return [as_it_stands]
    with_slash = f"{found['key']}/{quote(found['number'], safe='')}"
    return [as_it_stands, with_slash] if BOTH.fullmatch(rest) else [with_slash, as_it_stands]
