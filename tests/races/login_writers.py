"""What one of many guessers of a password does (see ``writers.py``)."""

from __future__ import annotations

from katana_trace.accounts.throttle import TooManyAttempts, begin_attempt
from katana_trace.lib.refusal import Refusal
from tests.races.writers import Score


def guess(number: int, *, username: str, times: int) -> dict:
    """Tries passwords of ``username`` from an address of its own."""
    score = Score()
    for _ in range(times):

        def try_one() -> None:
            try:
                begin_attempt(username=username, address=f"192.0.2.{number}")
            except TooManyAttempts as refused:
                raise Refusal(refused.sentence) from refused

        score.try_it(try_one)
    return score.answer()
