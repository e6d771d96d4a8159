"""The search: one function for the field of every page."""

from __future__ import annotations

from katana_trace.lib.quantities import shown
from katana_trace.lib.search import is_too_long, search_key
from tracking.scanning.code import read_code
from tracking.searching.by_code import found_by_code
from tracking.searching.by_text import sections_of
from tracking.searching.found import Found

NAMED = 120  # characters of the longest name


def search(text: str) -> Found:
    """What ``text``, typed or scanned, means here. Pure reading."""
    text = text.strip(" \t\r\n")
    code = read_code(text)
    if code is not None:
        found = found_by_code(text, code)
        if found.sections or found.unknown or not code.faults:
            return found
        sections = tuple(sections_of(text))  # what cannot be read as a code may be a number all the same
        return Found(text, sections, None if sections else code, notes=() if sections else found.notes)
    if is_too_long(text):
        said = f"The text has {len(text):,} characters, and no name or number has more than {NAMED}. Search for a part of it."
        return Found(shown(text, NAMED), notes=(said,))
    return Found(text, tuple(sections_of(text))) if search_key(text) else Found("")
