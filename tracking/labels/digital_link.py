"""What the code on a label says: a GS1 Digital Link where GS1 can carry the number, else the address of our own search.

GS1 Digital Link Standard, URI Syntax: keys in the path, attributes in the query, values percent-encoded. The characters that a
number may have are those of the GS1 General Specifications, figure 7.11-1; up to 20 of them (sections 3.4.1 and 3.5.2).
"""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from katana_trace.lib.quantities import shown

CHARACTERS = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
LONGEST = 20
BATCH, SERIAL, EXPIRES = "10", "21", "17"
PAST, AHEAD = 49, 50  # years around now that two digits can say (section 7.12)


def digital_link(site: str, *, gtin: str, number: str, is_serial: bool, expires_on: date | None, today: date) -> str:
    """The GS1 Digital Link of a batch or serial number; ``site`` ends in a slash."""
    link = f"{site}01/{gtin.zfill(14)}/{SERIAL if is_serial else BATCH}/{quote(number, safe='')}"
    if expires_on is not None and -PAST <= expires_on.year - today.year <= AHEAD:
        link += f"?{EXPIRES}={expires_on:%y%m%d}"
    return link


def search_link(site: str, *, number: str) -> str:
    """The address that finds the number: ids change when an archive is restored, numbers do not."""
    return f"{site}search/?q={quote(number, safe='')}"


def why_not(number: str) -> str:
    """Why GS1 cannot carry ``number``, with what to do; "" where it can."""
    if len(number) > LONGEST:
        return (
            f"{shown(number, 30)} has {len(number)} characters, and a GS1 code carries {LONGEST}. Its code leads to the search "
            "of this site instead; choose shorter numbers if others are to read it."
        )
    if number in (".", ".."):
        return (
            f"{number} at the end of an address means another address, so a GS1 code cannot carry it. Its code leads to the "
            "search of this site instead; choose other numbers if others are to read it."
        )
    odd = next((char for char in number if char not in CHARACTERS), "")
    if not odd:
        return ""
    what = "a space" if odd == " " else f"“{odd}”"
    return (
        f"{shown(number, 30)} has {what} in it, which a GS1 code cannot carry. Its code leads to the search of this site "
        "instead; choose numbers of letters without accents, digits and - . / _ if others are to read it."
    )
