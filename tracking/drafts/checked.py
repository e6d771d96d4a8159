"""What a check of a draft finds, line by line; the pages show it, and posting needs it to be without findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from items.models import TrackingMode, Variant
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import for_people
from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.drafts.facts import OnHand
from tracking.drafts.layout import LAYOUTS, Layout
from tracking.ledger.relabelling import Source
from tracking.numbering.serial_check import CheckedNumber


@dataclass(slots=True)
class CheckedBatch:
    """One batch of a line. ``quantity`` in millionths is what was typed, or, of one left empty, what is left of the line."""

    content: BatchContent
    quantity: int | None = None
    state: str = ""  # "new" or "there", once it has a number
    number: str = ""  # as it is stored, where it is there
    expires_on: date | None = None  # of one that is there, or as typed
    on_hand: int | None = None  # at the line's place
    unusable: str = ""  # why it cannot be shipped or used
    carried: Source | None = None  # whose expiry a new one takes, where nobody gives it one
    errors: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        return self.state == "there"


@dataclass(slots=True)
class CheckedLine:
    """``errors`` are shown always, ``missing`` once somebody wanted to post; both by field, as full sentences."""

    index: int
    content: LineContent
    variant: Variant | None = None
    candidates: list[Variant] = field(default_factory=list)
    place: int | None = None
    place_name: str = ""
    quantity: int | None = None
    given: int = 0  # millionths that have numbers
    batches: list[CheckedBatch] = field(default_factory=list)
    picks: list[OnHand] = field(default_factory=list)
    shelf: int = 0  # how many batches are at the place; ``picks`` are the first of them
    serials: list[CheckedNumber] = field(default_factory=list)
    booked: int | None = None  # what the books have there now, of a count
    booked_numbers: frozenset[str] = frozenset()
    unusable: dict[str, str] = field(default_factory=dict)  # by key of a listed batch, why this line may not take it
    needs_numbers: bool = False  # posting is refused without them
    errors: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def section(self) -> str:
        return self.content.section

    @property
    def mode(self) -> str:
        return self.variant.item.tracking_mode if self.variant else ""

    @property
    def unit(self) -> str:
        return self.variant.item.unit if self.variant else ""

    @property
    def is_tracked(self) -> bool:
        return self.mode in (TrackingMode.BATCH, TrackingMode.SERIAL)

    @property
    def open(self) -> int:
        """Millionths that have no number yet."""
        return max((self.quantity or 0) - self.given, 0) if self.is_tracked and self.section != "count" else 0

    @property
    def is_traced(self) -> bool:
        return bool(
            self.is_tracked
            and self.quantity is not None
            and not (self.open or self.uncounted or self.unscanned or self.bad_serials or self.has_errors)
        )

    @property
    def uncounted(self) -> int:
        """Batches on the shelf that a count has not come to yet; they stay as they are."""
        if self.section != "count":
            return 0
        counted = {key_of(batch.number) for batch in self.batches}
        return sum(1 for pick in self.picks if pick.key not in counted)

    @property
    def unscanned(self) -> bool:
        """Whether units with serial numbers were counted, and none of their numbers."""
        return bool(self.section == "count" and self.mode == TrackingMode.SERIAL and self.quantity and not self.serials)

    @property
    def has_errors(self) -> bool:
        return bool(self.errors) or any(batch.errors for batch in self.batches)

    @property
    def bad_serials(self) -> list[CheckedNumber]:
        return [number for number in self.serials if not number.is_good]

    @property
    def good_serials(self) -> int:
        return len(self.serials) - len(self.bad_serials)

    @property
    def assigned(self) -> str:
        """Such as ``4 of 12 kg``."""
        return f"{for_people(self.given)} of {for_people(self.quantity or 0)} {self.unit}"

    @property
    def left(self) -> str:
        """What has no number yet, such as ``8 of 12 kg``."""
        return f"{for_people(self.open)} of {for_people(self.quantity or 0)} {self.unit}"


@dataclass(slots=True)
class CheckedDraft:
    content: DraftContent
    lines: list[CheckedLine]
    day: date | None = None
    new_partner: bool = False
    partner: int | None = None
    partner_name: str = ""
    # By variant: of the batches that go out to become others, the one that expires first.
    sources: dict[int, Source] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        return LAYOUTS[self.content.kind]

    @property
    def open_lines(self) -> int:
        return sum(1 for line in self.lines if line.open)

    @property
    def filled_lines(self) -> int:
        return sum(1 for line in self.lines if not line.content.is_blank)

    def findings(self) -> Iterator[tuple[int | None, str, str]]:
        """What keeps it from being posted: (index of the line or None, field, sentence)."""
        for name, sentence in {**self.missing, **self.errors}.items():
            yield None, name, sentence
        for line in self.lines:
            for name, sentence in {**line.missing, **line.errors}.items():
                yield line.index, name, sentence
            for position, batch in enumerate(line.batches):
                for name, sentence in {**batch.missing, **batch.errors}.items():
                    yield line.index, f"{name}-{position}", sentence
            if line.bad_serials and "serials" not in line.errors:
                yield line.index, "serials", line.bad_serials[0].fault
