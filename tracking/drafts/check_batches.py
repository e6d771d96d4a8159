"""Checking the batches of the lines: which are there, what they cover, and whether they may be used (rules 3, 8, 10, 14)."""

from __future__ import annotations

from datetime import date

from katana_trace.lib import days
from katana_trace.lib.numbers import UNBATCHED, check_number, is_unbatched, key_of
from katana_trace.lib.quantities import for_people, parse_quantity
from tracking.drafts.checked import CheckedBatch, CheckedLine
from tracking.drafts.content import BatchContent
from tracking.drafts.facts import Facts
from tracking.drafts.moved import moved


class Batches:
    """Looks at the lines in their order, and remembers what earlier lines take of a batch at one place."""

    def __init__(self, kind: str, facts: Facts, day: date):
        self.kind = kind
        self.facts = facts
        self.day = day
        self.left: dict[tuple[int, int, str], int] = {}

    def check(self, line: CheckedLine, *, uses: bool) -> None:
        line.batches = [
            self.check_batch(batch, line, uses=uses) for batch in line.content.batches if not batch.is_blank
        ]
        refuse_twice(line)
        share_out(line)
        if line.section in ("out", "move"):
            self.check_there(line)
        here = (line.variant.pk, line.place or 0)
        line.picks = self.facts.on_hand.get(here, []) if line.section != "in" else []
        line.shelf, there = self.facts.shelves.get(here, (0, 0)) if line.section != "in" else (0, 0)
        if uses:
            line.unusable = {
                pick.key: reason for pick in line.picks if (reason := unusable(pick.expires_on, pick.held, self.day))
            }
        if line.section == "count":
            line.booked = there
            self.check_counted_once(line)

    def check_batch(self, content: BatchContent, line: CheckedLine, *, uses: bool) -> CheckedBatch:
        batch = CheckedBatch(content)
        self.read_number(batch, line)
        if not uses:
            batch.unusable = ""
        read_quantity(batch, line)
        if batch.state == "new" and line.section in ("in", "count"):
            self.check_new(batch, line)
        elif batch.state == "new":
            batch.errors["number"] = (
                f"{line.variant.sku} has no batch “{batch.number}”. Check the number on the label, or receive it first."
            )
        elif batch.state == "there":
            self.check_there_already(batch, line, uses=uses)
        return batch

    def read_number(self, batch: CheckedBatch, line: CheckedLine) -> None:
        typed = batch.content.number.strip()
        if not typed:
            batch.errors["number"] = "Give the batch number on the label."
            return
        try:
            batch.number = check_number(typed, "Batch number")
        except ValueError as error:
            batch.errors["number"] = str(error)
            return
        key = key_of(typed)
        known = self.facts.holdings.batches.get((line.variant.pk, key))
        batch.state = "there" if known else "new"
        batch.on_hand = self.facts.level(line.variant.pk, line.place, key)[0]
        if known:
            batch.number, batch.expires_on = known.number, known.expires_on
            batch.unusable = unusable(known.expires_on, known.held, self.day)

    def check_new(self, batch: CheckedBatch, line: CheckedLine) -> None:
        if is_unbatched(batch.number):
            batch.errors["number"] = (
                f"{UNBATCHED} is the name of stock without a batch. Give a batch number of your own."
            )
        try:
            batch.expires_on = (
                days.parse_day(batch.content.expires_on.strip()) if batch.content.expires_on.strip() else None
            )
        except ValueError as error:
            batch.errors["expires_on"] = str(error)
        if batch.content.seen == "new" or line.section != "in":
            return
        life = line.variant.item.shelf_life_days
        if self.kind == "customer_return":
            batch.missing["number"] = (
                f"{line.variant.sku} has no batch {batch.number} yet, so none of it can have been sold. "
                "Check the label, or press Post once more to make it by this return."
            )
        elif life and not batch.content.expires_on.strip():
            batch.missing["expires_on"] = (
                f"Batch {batch.number} is new, and {line.variant.item.name} keeps {life} days: the expiry was filled in. "
                "Look at it, and press Post once more."
            )

    def check_there_already(self, batch: CheckedBatch, line: CheckedLine, *, uses: bool) -> None:
        if uses and batch.unusable:
            batch.errors["number"] = f"Batch {batch.number} {batch.unusable}. Choose another batch."
        typed = batch.content.expires_on.strip()
        expires = batch.expires_on.isoformat() if batch.expires_on else ""
        if line.section in ("in", "count") and typed and typed != expires:
            batch.errors["expires_on"] = (
                f"Batch {batch.number} is there already, with {expires or 'no expiry date'}. "
                "Leave this empty, or change the date on the batch page."
            )
        usual = self.kind == "customer_return"  # what comes back was there before
        if line.section == "in" and batch.content.seen != "there" and not (usual or batch.errors):
            batch.missing["number"] = (
                f"Batch {batch.number} is there already{f', usable through {expires}' if expires else ''}. "
                "Press Post once more to add to it, or give another number."
            )
        if line.section == "count" and batch.quantity is not None:
            told = moved(batch.content.expected, batch.on_hand or 0, line.unit)
            if told:
                batch.errors.setdefault("moved", told)

    def check_counted_once(self, line: CheckedLine) -> None:
        """Each count is compared with the books by itself: two of one batch would each post the whole difference."""
        for batch in line.batches:
            key = (line.variant.pk, line.place or 0, key_of(batch.number))
            if batch.number and line.place and self.left.setdefault(key, line.index) != line.index:
                batch.errors.setdefault(
                    "number",
                    f"Batch {batch.number} is counted at {line.place_name} in a line above already. "
                    "Give all of it in one row.",
                )

    def check_there(self, line: CheckedLine) -> None:
        """What goes out of each batch, over all lines, against what is at the place (rule 11)."""
        for batch in line.batches:
            if not batch.is_there or batch.quantity is None or not line.place:
                continue
            key = (line.variant.pk, line.place, key_of(batch.number))
            there = self.left.setdefault(key, batch.on_hand or 0)
            self.left[key] = there - batch.quantity
            if batch.quantity > there:
                batch.errors.setdefault(
                    "quantity",
                    f"{line.place_name} has {for_people(max(there, 0))} {line.unit} of {batch.number} left for this line."
                    f"{self.facts.elsewhere(line.variant, line.place, key[2])} Take less, or choose another batch.",
                )


def unusable(expires_on: date | None, held: bool, day: date) -> str:
    """Why a batch is neither shipped nor used on ``day``, "" when it may be (rule 10)."""
    if held:
        return "is on hold"
    if days.is_expired(expires_on, day):
        return f"expired, it was usable through {expires_on.isoformat()}"
    return ""


def read_quantity(batch: CheckedBatch, line: CheckedLine) -> None:
    text = batch.content.quantity.strip()
    if not text:
        return
    try:
        quantity = parse_quantity(text)
    except ValueError as error:
        batch.errors["quantity"] = str(error)
        return
    if quantity < 0 or (quantity == 0 and line.section != "count"):
        batch.errors["quantity"] = f"The quantity is {text}. Give a number above 0, or empty the row."
    else:
        batch.quantity = quantity


def refuse_twice(line: CheckedLine) -> None:
    seen: set[str] = set()
    for batch in line.batches:
        key = key_of(batch.number)
        if key and key in seen:
            batch.errors["number"] = f"Batch {batch.number} is in this line twice. Give all of it in one row."
        seen.add(key)


def share_out(line: CheckedLine) -> None:
    """Counts what the batches cover. One batch without a quantity takes what is left of the line's."""
    told = sum(batch.quantity or 0 for batch in line.batches)
    empty = [batch for batch in line.batches if batch.quantity is None and "quantity" not in batch.errors]
    if line.section == "count":
        for batch in empty:
            batch.errors["quantity"] = "Give what was counted, 0 for none."
        line.given = told
        line.quantity = told if line.batches else None
        return
    if line.quantity is None and told and not empty and not line.content.quantity.strip():
        line.quantity = told
    if len(empty) == 1 and line.quantity is not None and told < line.quantity:
        empty[0].quantity = line.quantity - told
        told = line.quantity
    elif len(empty) > 1 or (empty and line.quantity is not None):
        for batch in empty:
            batch.errors["quantity"] = "Give how much of the line is of this batch."
    line.given = told
    if line.quantity is not None and told > line.quantity:
        line.errors["quantity"] = (
            f"The batches add up to {for_people(told)} {line.unit}, and the line has {for_people(line.quantity)}. "
            "Change one of them."
        )
