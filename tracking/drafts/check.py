"""Checking a draft: what each line means, what is wrong with it, and what it still lacks (rules 3, 8, 9, 10, 11, 15).

The ledger judges again at posting and has the last word; this room tells everything at once, and beside the field.
"""

from __future__ import annotations

from datetime import timedelta

from items.listing import why_unresolved
from items.models import TrackingMode
from katana_trace.lib import days
from katana_trace.lib.numbers import check_number, check_text, key_of
from katana_trace.lib.quantities import LINE_LIMIT, MILLION, for_people, parse_quantity
from tracking.documents.kinds import KINDS
from tracking.drafts.check_batches import Batches
from tracking.drafts.check_relabelled import check_relabelled
from tracking.drafts.check_serials import Serials
from tracking.drafts.checked import CheckedDraft, CheckedLine
from tracking.drafts.content import DraftContent, LineContent
from tracking.drafts.facts import Facts, facts_of, place_of
from tracking.drafts.layout import LAYOUTS
from tracking.drafts.moved import moved
from tracking.models import Document


def check(content: DraftContent, facts: Facts | None = None) -> CheckedDraft:
    """What ``content`` means today. A constant number of queries, whatever the number of lines."""
    facts = facts or facts_of(content)
    draft = CheckedDraft(content, [])
    check_head(draft, facts)
    serials, batches = Serials(content, facts), Batches(content.kind, facts, draft.day or days.today())
    draft.lines = [check_line(index, line, draft, facts, serials, batches) for index, line in enumerate(content.lines)]
    check_levels(draft, facts)
    check_counted_once(draft)
    check_relabelled(draft, facts)
    if all(line.content.is_blank for line in draft.lines):
        draft.missing["lines"] = "There are no lines yet. Add at least one."
    return draft


def check_head(draft: CheckedDraft, facts: Facts) -> None:
    content, layout = draft.content, LAYOUTS[draft.content.kind]
    if content.day.strip():
        try:
            draft.day = days.parse_day(content.day.strip())
        except ValueError as error:
            draft.errors["day"] = str(error)
        else:
            if draft.day > days.today() + timedelta(days=1):
                draft.errors["day"] = (
                    f"{draft.day.isoformat()} is more than a day ahead; today is {days.today().isoformat()}. Check the date."
                )
    if layout.partner and content.partner.strip():
        draft.partner = facts.partner.pk if facts.partner else None
        draft.partner_name = facts.partner.name if facts.partner else ""
        draft.new_partner = facts.partner is None and not facts.partner_error
        if facts.partner_error:
            draft.errors["partner"] = facts.partner_error
        if facts.partner is not None and facts.partner.archived_at is not None:
            draft.errors["partner"] = f"{facts.partner.name} is archived. Bring it back first, or choose another."
    if not content.location:
        draft.missing["location"] = "Choose the location."
    if layout.to_location and not content.to_location and content.kind == "transfer":
        draft.missing["to_location"] = "Choose where it goes."
    if content.kind == "transfer" and content.location and content.location == content.to_location:
        draft.errors["to_location"] = "It goes from one location to another. Choose another one."
    if content.number.strip():
        check_number_of(draft)
    try:
        check_text(content.note, what="Note", limit=1000, required=False, lines=True)
        check_text(content.partner, what=layout.partner or "Partner", limit=120, required=False)
    except ValueError as error:
        draft.errors["note" if str(error).startswith("Note") else "partner"] = str(error)


def check_number_of(draft: CheckedDraft) -> None:
    number = draft.content.number
    try:
        number = check_number(number, "Document number")
    except ValueError as error:
        draft.errors["number"] = str(error)
        return
    if Document.objects.filter(kind=draft.content.kind, key=key_of(number)).exists():
        name = KINDS[draft.content.kind].name
        draft.errors["number"] = (
            f"{name} {number} was posted already. Choose another number, or leave it empty to get the next one."
        )


def check_line(
    index: int, content: LineContent, draft: CheckedDraft, facts: Facts, serials: Serials, batches: Batches
) -> CheckedLine:
    line = CheckedLine(index, content, facts.variant_of(content), facts.candidates.get(content.sku, []))
    line.place = place_of(draft.content, content)
    line.place_name = facts.locations.get(line.place or 0, "")
    if content.is_blank:
        return line
    check_variant(line)
    check_quantity(line)
    if line.variant is None:
        return line
    uses = KINDS[draft.content.kind].uses and line.section == "out"
    line.needs_numbers = line.mode == TrackingMode.BATCH or (line.mode == TrackingMode.SERIAL and uses)
    if line.mode == TrackingMode.BATCH:
        batches.check(line, uses=uses)
    elif line.mode == TrackingMode.SERIAL:
        serials.check(line, uses=uses)
    refuse_leftovers(line)
    if line.section == "count" and line.mode != TrackingMode.BATCH:
        check_moved(line, facts)
    if line.quantity is None and "quantity" not in line.errors:
        counting = line.section == "count"
        line.missing["quantity"] = (
            "Nothing was counted here yet. Count it, or remove the line." if counting else "Give the quantity."
        )
    elif line.needs_numbers and line.open:
        what = "batch numbers" if line.mode == TrackingMode.BATCH else "serial numbers"
        line.missing["numbers"] = (
            f"{for_people(line.open)} of {for_people(line.quantity or 0)} {line.unit} have no {what} yet. Give them."
        )
    return line


def check_variant(line: CheckedLine) -> None:
    if line.variant is not None:
        return
    if line.content.sku:
        line.errors["sku"] = why_unresolved(line.content.sku, line.candidates)
    else:
        line.missing["sku"] = "Choose what this line is about, by SKU, name or barcode."


def check_quantity(line: CheckedLine) -> None:
    text = line.content.quantity.strip()
    if not text:
        return
    try:
        quantity = parse_quantity(text)
    except ValueError as error:
        line.errors["quantity"] = str(error)
        return
    if quantity < 0 or (quantity == 0 and line.section != "count"):
        line.errors["quantity"] = f"The quantity is {text}. Give a number above 0; the section says which way it goes."
    elif line.mode == TrackingMode.SERIAL and quantity % MILLION:
        line.errors["quantity"] = (
            f"{line.variant.item.name} moves in whole units, by serial number. Give a whole number."
        )
    elif quantity > LINE_LIMIT:
        line.errors["quantity"] = f"{text} is above the limit of 1,000,000,000 units in one line. Split it."
    else:
        line.quantity = quantity


def refuse_leftovers(line: CheckedLine) -> None:
    """Numbers that were typed before the item's tracking was switched: kept, and never posted unseen."""
    batches = sum(1 for batch in line.content.batches if batch.number.strip())
    serials = len(line.content.serials)
    kept = batches if line.mode != TrackingMode.BATCH else 0
    kept += serials if line.mode != TrackingMode.SERIAL else 0
    if kept:
        label = TrackingMode(line.mode).label
        line.errors["leftovers"] = (
            f"{line.variant.item.name} has {label} now, and {kept:,} {'number' if kept == 1 else 'numbers'} typed before "
            "do not fit that. Remove them, or switch tracking back."
        )


def check_moved(line: CheckedLine, facts: Facts) -> None:
    """Rule 15: whether the books moved since the count was entered."""
    line.booked = facts.level(line.variant.pk, line.place)[0]
    if line.quantity is not None and line.content.expected.strip():
        told = moved(line.content.expected, line.booked, line.unit)
        if told:
            line.errors["quantity"] = f"{line.errors['quantity']} {told}" if "quantity" in line.errors else told


def check_counted_once(draft: CheckedDraft) -> None:
    """Each count is compared with the books by itself: two of one variant would each post the whole difference."""
    counted: set[tuple[int, int]] = set()
    for line in draft.lines:
        if line.section != "count" or line.variant is None or not line.place or line.mode == TrackingMode.BATCH:
            continue
        if (line.variant.pk, line.place) in counted:
            line.errors.setdefault(
                "sku",
                f"{line.variant.sku} is counted at {line.place_name} in a line above already. Give all of it in one line.",
            )
        counted.add((line.variant.pk, line.place))


def check_levels(draft: CheckedDraft, facts: Facts) -> None:
    """What goes out without a batch, over all lines, against what is there (rule 11)."""
    left: dict[tuple[int, int], int] = {}
    for line in draft.lines:
        if line.section not in ("out", "move") or line.variant is None or not line.quantity or not line.place:
            continue
        if line.mode == TrackingMode.BATCH:
            continue
        key = (line.variant.pk, line.place)
        there = left.setdefault(key, facts.level(*key)[0])
        left[key] = there - line.quantity
        if line.quantity > there:
            line.errors.setdefault(
                "quantity",
                f"{line.place_name} has {for_people(max(there, 0))} {line.unit} of {line.variant.sku} left for this line, "
                f"and {for_people(line.quantity)} are asked.{facts.elsewhere(line.variant, line.place)} "
                "Take less, or choose another location.",
            )
