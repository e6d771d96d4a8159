"""Addresses of rows in long lists: what ``reverse`` says, asked once for each view instead of once for each row."""

from __future__ import annotations

from functools import cache

from django.urls import get_script_prefix, get_urlconf, reverse

ANY = 9_999_999_999  # a number that stands in no path by itself


def address_of(view: str, number: int) -> str:
    """The path of the view ``view``, whose one argument is the id ``number``."""
    before, after = around(view, get_script_prefix(), get_urlconf())
    return f"{before}{number:d}{after}"


@cache
def around(view: str, prefix: str, urlconf: str | None) -> tuple[str, str]:
    """What stands before and after the id; ``prefix`` and ``urlconf`` are what ``reverse`` goes by besides."""
    before, _, after = reverse(view, args=[ANY]).partition(str(ANY))
    return before, after
