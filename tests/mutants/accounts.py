"""Mistakes in who is let in: what a right password takes back, and how long it lasts."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a right password forgives the wrong ones of all addresses",
        "katana_trace/accounts/throttle.py",
        "name_hash=attempt.name_hash, address=attempt.address, ",
        "name_hash=attempt.name_hash, ",
        ("test_throttle.py",),
    ),
    Mutant(
        "a password that was given in the future lasts until then",
        "katana_trace/accounts/recent.py",
        "age <= WINDOW.total_seconds()",
        "age <= WINDOW.total_seconds() or age < 0",
        ("test_password_again.py",),
    ),
)
