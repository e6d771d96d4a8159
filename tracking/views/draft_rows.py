"""The rows of a line's batches: what is on the shelf to pick or count, what is typed beside it, and an empty one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from katana_trace.lib.numbers import UNBATCHED_KEY, key_of
from katana_trace.lib.quantities import plain
from tracking.drafts.checked import CheckedBatch, CheckedLine
from tracking.drafts.content import BatchContent
from tracking.ledger.relabelling import Source


@dataclass(slots=True)
class BatchRow:
    """One row of a line's batches. ``end`` closes the names of its fields; ``quantity`` is what was typed."""

    end: str
    number: str
    quantity: str = ""
    placeholder: str = ""
    expires_on: date | None = None
    typed_expiry: str = ""
    expected: str = ""
    seen: str = ""
    why: str = ""
    on_hand: int | None = None
    is_listed: bool = False
    is_there: bool = False
    is_held: bool = False
    is_first: bool = False
    is_unbatched: bool = False
    unusable: str = ""
    carried: Source | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    is_told: bool = False  # while somebody types: what is said beside it is drawn anew
    is_redrawn: bool = False  # its expiry too: the number has become another

    @property
    def number_id(self) -> str:
        return f"id_number_{self.end}"

    @property
    def quantity_id(self) -> str:
        return f"id_quantity_{self.end}"

    @property
    def takes_quantity(self) -> bool:
        return not self.unusable or bool(self.quantity)


def expected_of(typed: str, kept: str, booked: int | None, posting: bool) -> str:
    """What the books had when the count was entered: kept with the count, and renewed once the person was warned."""
    return kept if typed and kept and not posting else plain(booked or 0)


def rows_of(line: CheckedLine, key: str, of_rows: dict[int, dict[str, str]], posting: bool) -> list[BatchRow]:
    """What is on the shelf, first expired first, with what is typed for it; then what else is typed; then an empty row.

    A batch that was named without a quantity stays a typed row: of those on the shelf only quantities are sent. So do
    twins, each of which can be emptied.
    """
    typed = dict(enumerate(line.batches))
    named = [key_of(batch.content.number) for batch in line.batches]
    left, rows, first = line.open, [], True
    for pick in line.picks:
        place = named.index(pick.key) if pick.key in named else None
        if place is not None and not typed[place].content.quantity:
            continue
        batch = typed.pop(place) if place is not None else None
        unusable = line.unusable.get(pick.key, "")
        placeholder = min(left, pick.quantity) if not unusable and batch is None else 0
        left -= placeholder
        rows.append(
            BatchRow(
                end=f"{key}-{len(rows)}",
                number=pick.number,
                quantity=batch.content.quantity if batch else "",
                placeholder=plain(placeholder) if placeholder else "",
                expires_on=pick.expires_on,
                expected=expected_of(
                    batch.content.quantity if batch else "",
                    batch.content.expected if batch else "",
                    pick.quantity,
                    posting and batch is not None and batch.quantity is not None,
                ),
                seen="there",
                why=batch.content.why if batch else "",
                on_hand=pick.quantity,
                is_listed=True,
                is_there=True,
                is_held=pick.held,
                is_first=not unusable and first and pick.expires_on is not None and line.section != "count",
                is_unbatched=pick.key == UNBATCHED_KEY,
                unusable=unusable,
                errors=errors_of(batch, of_rows.get(place, {}), posting) if batch else {},
            )
        )
        first = first and bool(unusable)
    for place, batch in typed.items():
        rows.append(typed_row(batch, f"{key}-{len(rows)}", of_rows.get(place, {}), line, posting))
    rest = "" if line.section == "count" or not line.open else plain(line.open)
    rows.append(BatchRow(end=f"{key}-{len(rows)}", number="", placeholder=rest if line.section == "in" else ""))
    return rows


def typed_row(batch: CheckedBatch, end: str, refused: dict[str, str], line: CheckedLine, posting: bool) -> BatchRow:
    content: BatchContent = batch.content
    return BatchRow(
        end=end,
        number=content.number,
        quantity=content.quantity,
        placeholder=plain(batch.quantity) if batch.quantity and not content.quantity else "",
        expires_on=batch.expires_on if batch.is_there else None,
        typed_expiry=content.expires_on,
        expected=expected_of(content.quantity, content.expected, batch.on_hand, posting and batch.quantity is not None),
        seen=batch.state or content.seen,
        why=content.why,
        on_hand=batch.on_hand if batch.is_there else None,
        is_there=batch.is_there,
        unusable=batch.unusable,
        carried=batch.carried,
        errors=errors_of(batch, refused, posting),
    )


def errors_of(batch: CheckedBatch, refused: dict[str, str], posting: bool) -> dict[str, str]:
    return {**batch.errors, **(batch.missing if posting else {}), **refused}
