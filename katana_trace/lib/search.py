"""What a person typed into a search field, as the stored keys have it."""

from __future__ import annotations

from katana_trace.lib.numbers import KEY_LIMIT, is_nothing, key_of


def search_key(text: str) -> str:
    """The key of ``text`` without what no key can have; empty when nothing is left to look for.

    Of a text that is longer than any name it is a key that nothing has: its beginning alone would find what was not meant.
    """
    if is_nothing(text) or len(text := text.strip()) > KEY_LIMIT:
        return key_of(text)
    return key_of("".join(char for char in text if char.isprintable() or char.isspace()))


def is_too_long(text: str) -> bool:
    """Whether ``text`` is longer than any name or number, so that nothing is found by it."""
    return len(text.strip()) > KEY_LIMIT
