"""Checking the serial numbers of the lines, each by itself: good ones stay when one is bad (rules 8, 9, 14, 15)."""

from __future__ import annotations

from collections import defaultdict

from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import MILLION, for_people
from tracking.drafts.checked import CheckedLine
from tracking.drafts.content import DraftContent
from tracking.drafts.facts import Facts
from tracking.numbering.serial_check import CheckedNumber, check_incoming, check_outgoing


class Serials:
    """Looks at the lines in their order. A number may be in the document once for each direction: a repair takes it out
    and puts it back."""

    def __init__(self, content: DraftContent, facts: Facts):
        self.facts = facts
        self.taken: dict[tuple[int, str], set[str]] = defaultdict(set)  # by (item, section)
        self.leaving: dict[int, set[str]] = defaultdict(set)
        for line in content.lines:
            variant = facts.variant_of(line)
            if variant is not None and line.section in ("out", "move"):
                self.leaving[variant.item_id].update(key_of(number) for number in line.serials)

    def check(self, line: CheckedLine, *, uses: bool) -> None:
        variant, section = line.variant, line.section
        taken = self.taken[variant.item_id, section]
        if section == "count":
            line.serials = self.counted(line, taken)
            line.booked_numbers = frozenset(self.facts.booked.get((variant.pk, line.place or 0), ()))
        elif section == "in":
            line.serials = check_incoming(
                variant=variant,
                numbers=line.content.serials,
                taken=taken,
                leaving=self.leaving[variant.item_id],
                known=self.facts.serials,
            )
        else:
            line.serials = check_outgoing(
                variant=variant,
                location=line.place or 0,
                numbers=line.content.serials,
                uses=uses,
                taken=taken,
                known=self.facts.serials,
                here=line.place_name or "the chosen location",
            )
        taken.update(number.key for number in line.serials)
        count = len(line.serials) * MILLION
        line.given = line.good_serials * MILLION
        if line.quantity is None and count and not line.content.quantity.strip():
            line.quantity = count
        if line.quantity is not None and count > line.quantity:
            what = "were counted" if section == "count" else "are in the line"
            line.errors["quantity"] = (
                f"{len(line.serials):,} serial numbers were given, and {for_people(line.quantity)} {line.unit} {what}. "
                "Change the quantity, or remove some."
            )

    def counted(self, line: CheckedLine, taken: set[str]) -> list[CheckedNumber]:
        """A counted number that the books have here is good; one that they have elsewhere is not (rule 15)."""
        here = {
            key
            for (item, key), known in self.facts.serials.items()
            if item == line.variant.item_id and known.location == line.place and known.variant == line.variant.pk
        }
        return check_incoming(
            variant=line.variant, numbers=line.content.serials, taken=taken, leaving=here, known=self.facts.serials
        )
