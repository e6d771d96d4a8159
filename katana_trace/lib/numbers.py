"""What people read off a label, and the key under which it is unique (DESIGN 1.9 and 3).

Keys are computed here, in Python, and stored: ``Lower(Trim())`` differs between the databases.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from katana_trace.lib.quantities import shown

LIMIT = 64
KEY_LIMIT = 400  # one typed character can stand for up to 18 (NFKC)
UNBATCHED = "UNBATCHED"
UNBATCHED_KEY = "unbatched"

# Soft hyphen, zero-width characters, marks of direction (spreadsheets paste them along), joiners and variation selectors:
# invisible, so no part of a number.
INVISIBLE = dict.fromkeys(
    [
        *(0x00AD, 0x034F, 0x061C, 0xFEFF),
        *range(0x180B, 0x180F),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
    ]
)
SPACES = re.compile(r"\s+")


@lru_cache(maxsize=65536)
def key_of(text: str) -> str:
    """The key of a name or number: NFKC, invisible characters out, spaces folded, casefolded; stable when repeated."""
    if text.isascii():
        return SPACES.sub(" ", text).strip().lower()
    folded = text.translate(INVISIBLE)
    for _ in range(4):
        again = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold()).translate(INVISIBLE)
        again = SPACES.sub(" ", again).strip()
        if again == folded:
            break
        folded = again
    return folded


def check_text(text: str, *, what: str, limit: int = LIMIT, required: bool = True, lines: bool = False) -> str:
    """``text`` without spaces around it, when it can be stored on both databases and printed on a label.

    ``what`` names it in the sentence ("Batch number"); ``lines`` allows line breaks and tabs (notes).
    Raises ValueError with a sentence for control characters, NUL, lone surrogates, too much, or nothing at all.
    """
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Cs" or (kind == "Cc" and not (lines and char in "\n\r\t")):
            raise ValueError(
                f"{what} “{shown(text)}” has a character that cannot be printed (\\u{ord(char):04x}). Remove it."
            )
    clean = text.strip()
    if len(clean) > limit:
        raise ValueError(
            f"{what} “{shown(clean, 30)}” has {len(clean):,} characters, the limit is {limit:,}. Shorten it."
        )
    if limit < KEY_LIMIT and len(key_of(clean)) > KEY_LIMIT:  # a note has no key
        raise ValueError(f"{what} “{shown(clean, 30)}” is too long once its characters are written out. Shorten it.")
    if required and not key_of(clean):
        raise ValueError(f"{what} is empty. Give it a value that can be read.")
    return clean


@lru_cache(maxsize=65536)
def check_number(text: str, what: str) -> str:
    """A batch, serial or document number as it will be stored; the cached form of ``check_text`` for long imports."""
    return check_text(text, what=what)


def can_be_stored(text: str, *, limit: int = LIMIT) -> bool:
    """Whether a name or number like ``text`` can exist; the databases fail when they are asked for some others."""
    try:
        check_text(text, what="Text", limit=limit)
    except ValueError:
        return False
    return True


def is_unbatched(number: str) -> bool:
    """Whether ``number`` is the reserved name of stock that was there before batch tracking (rule 3)."""
    return key_of(number) == UNBATCHED_KEY
