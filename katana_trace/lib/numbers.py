"""What people read off a label, and the key under which it is unique (DESIGN 1.9 and 3).

Keys are computed here, in Python, and stored: ``Lower(Trim())`` differs between the databases.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from katana_trace.lib.quantities import shown

LIMIT = 64
KEY_LIMIT = 400  # one typed character can stand for up to 18 (NFKC)
WRITTEN_OUT = 2 * KEY_LIMIT  # characters of which spaces and invisible ones may still go; no key is left of more
PROBED = 64  # characters that are written out before the rest is
OFTEN = 128  # characters of the texts whose keys are kept for the next time
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
SOFT_HYPHEN = "\u00ad"
NOTHING = re.compile(3 * SOFT_HYPHEN + "[0-9a-f]{64}")


def key_of(text: str) -> str:
    """The key of a name or number: NFKC, invisible characters out, spaces folded, casefolded; stable when repeated.

    What is longer than any name or number gets a key that nothing else has, so that it finds nothing: it is never written
    out, for which a text of combining marks takes the square of its length.
    """
    if len(text) <= OFTEN:
        return short_key(text)
    text = text.strip()
    return keyed(text) if len(text) <= KEY_LIMIT else key_of_nothing(text)


def keyed(text: str) -> str:
    if text.isascii():
        return SPACES.sub(" ", text).strip().lower()
    if is_nothing(text):
        return text
    folded = text.translate(INVISIBLE)
    if len(folded) > PROBED and len(unicodedata.normalize("NFKC", folded[:PROBED])) > WRITTEN_OUT:
        return key_of_nothing(text)  # its beginning alone is too long: the rest is not written out for that
    for _ in range(4):
        again = unicodedata.normalize("NFKC", folded)
        if len(again) > WRITTEN_OUT:
            return key_of_nothing(text)
        again = unicodedata.normalize("NFKC", again.casefold()).translate(INVISIBLE)
        again = SPACES.sub(" ", again).strip()
        if again == folded:
            break
        folded = again
    return folded


short_key = lru_cache(maxsize=65536)(keyed)


def key_of_nothing(text: str) -> str:
    """A key that no name or number has, for these begin with nothing invisible. Another text has another one."""
    return 3 * SOFT_HYPHEN + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_nothing(key: str) -> bool:
    """Whether ``key`` is one of those that nothing has."""
    return NOTHING.fullmatch(key) is not None


def check_text(text: str, *, what: str, limit: int = LIMIT, required: bool = True, lines: bool = False) -> str:
    """``text`` without spaces around it, when it can be stored on both databases and printed on a label.

    ``what`` names it in the sentence ("Batch number"); ``lines`` allows line breaks and tabs (notes).
    Raises ValueError with a sentence for control characters, NUL, lone surrogates, too much, or nothing at all.
    """
    clean = text.strip()
    if len(clean) > limit:
        raise ValueError(
            f"{what} “{shown(clean, 30)}” has {len(clean):,} characters, the limit is {limit:,}. Shorten it."
        )
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Cs" or (kind == "Cc" and not (lines and char in "\n\r\t")):
            raise ValueError(
                f"{what} “{shown(text)}” has a character that cannot be printed (\\u{ord(char):04x}). Remove it."
            )
    if limit < KEY_LIMIT:  # a note has no key
        key = key_of(clean)
        if len(key) > KEY_LIMIT or is_nothing(key):
            raise ValueError(
                f"{what} “{shown(clean, 30)}” is too long once its characters are written out. Shorten it."
            )
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
