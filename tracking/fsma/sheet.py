"""The rows of the sheet in their order, and what they lack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracking.fsma.asked import Asked
from tracking.fsma.events import records_of
from tracking.fsma.facts import Facts
from tracking.fsma.missing import Gap, Missing
from tracking.fsma.reading import read_documents
from tracking.fsma.record import Record


@dataclass(frozen=True, slots=True)
class Preview:
    """The first records, how many there are, and what all of them lack."""

    records: list[Record]
    rows: int
    gaps: list[Gap]

    @property
    def more(self) -> int:
        return self.rows - len(self.records)


def read_records(asked: Asked, missing: Missing | None = None) -> Iterator[Record]:
    """Every record that is asked for, by day and posting order, shown to ``missing`` as it goes by."""
    facts = Facts.load()
    if missing is not None:
        missing.business = facts.business
        missing.bare |= asked.bare
    for document, lines in read_documents(asked, facts):
        for record in records_of(document, lines):
            if missing is not None:
                missing.see(record)
            yield record


def preview_of(asked: Asked, *, size: int) -> Preview:
    """Reads all that is asked for, and keeps the first ``size`` records."""
    missing, first = Missing(), []
    for record in read_records(asked, missing):
        if len(first) < size:
            first.append(record)
    return Preview(first, missing.rows, missing.gaps())
