"""What is judged after every race."""

from __future__ import annotations

from tracking.ledger.laws import broken_laws
from tracking.ledger.sql import fetch


def assert_laws_hold() -> None:
    assert {law.number: found for law, found in broken_laws() if found} == {}


def broken_numbers() -> set[int]:
    """The numbers of the laws that are broken."""
    return {law.number for law, found in broken_laws() if found}


def moved(kind: str) -> int:
    """The sum of the lines of all documents of ``kind``, in millionths."""
    found = fetch(
        "SELECT coalesce(sum(l.quantity), 0) FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id"
        " WHERE d.kind = %s",
        [kind],
    )
    return int(found[0][0])


def on_hand() -> int:
    """The sum of all levels, in millionths."""
    return int(fetch("SELECT coalesce(sum(quantity), 0) FROM tracking_stocklevel")[0][0])


def posted(answers: list[dict]) -> int:
    return sum(answer["posted"] for answer in answers)


def refused(answers: list[dict]) -> list[str]:
    return [sentence for answer in answers for sentence in answer["refused"]]
