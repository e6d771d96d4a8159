"""What a person typed into a search field, as the stored keys have it."""

from __future__ import annotations

from katana_trace.lib.numbers import LIMIT, key_of


def search_key(text: str) -> str:
    """The key of ``text`` without what no key can have; empty when nothing is left to look for."""
    return key_of("".join(char for char in text[: 4 * LIMIT] if char.isprintable() or char.isspace()))
