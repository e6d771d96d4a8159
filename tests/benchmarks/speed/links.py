"""Productions of ten lots into ten, so that each makes a hundred links of a lot that went in to one that came out."""

from __future__ import annotations

from collections.abc import Iterator

from katana_trace.lib.quantities import MILLION
from tests.benchmarks.speed import company
from tracking.documents.rule import NewDocument, NewLine

WIDE = 10


def fill(links: str) -> None:
    raw, mixed, place = company.item("RAW", "batch").pk, company.item("MIXED", "batch").pk, company.place().pk

    def documents() -> Iterator[NewDocument]:
        for number in range(int(links) // WIDE**2):
            lots = [f"{number:05}-{lot}" for lot in range(WIDE)]
            received = [NewLine(raw, place, 2 * MILLION, f"R{lot}") for lot in lots]
            used = [NewLine(raw, place, -MILLION, f"R{lot}") for lot in lots]
            made = [NewLine(mixed, place, MILLION, f"X{lot}") for lot in lots]
            yield company.document("receipt", *received, number=f"R-{number}")
            yield company.document("production", *used, *made, number=f"P-{number}")

    company.post_all(documents())
