"""Filling in what is open on the lines of a draft: batches to take, numbers for what comes in, ingredients of a recipe.

All of it is typed into the draft as a person would type it, and may be changed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from items.listing import variants_in_use
from items.models import TrackingMode, Variant
from items.recipes import ingredients_for
from katana_trace.lib import days
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import MILLION, for_people, parse_quantity, plain
from tracking.documents.kinds import KINDS
from tracking.drafts.check import check
from tracking.drafts.checked import CheckedDraft, CheckedLine
from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.drafts.layout import MOST_LINES
from tracking.numbering.suggest import suggest_batch_number
from tracking.picking.elsewhere import batches_elsewhere, serials_elsewhere
from tracking.picking.fefo import suggest_batches, suggest_serials


def fill_open(content: DraftContent, only: int | None = None) -> tuple[DraftContent, list[str]]:
    """Fills the open quantity of every line that takes out, or of the line at index ``only``; says what stays open, and why."""
    draft = check(content)
    taken: dict[tuple[int, int | None], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    numbers: dict[int, set[str]] = defaultdict(set)
    for line in draft.lines:
        if line.section in ("out", "move") and line.variant is not None:
            for batch in line.batches:
                taken[line.variant.pk, line.place][key_of(batch.number)] += batch.quantity or 0
            numbers[line.variant.item_id].update(number.key for number in line.serials)
    lines, told = list(content.lines), []
    for line in draft.lines:
        if only not in (None, line.index) or line.section not in ("out", "move") or not line.open or not line.place:
            continue
        if line.mode == TrackingMode.BATCH:
            spoken_for = taken[line.variant.pk, line.place]
            lines[line.index], said = with_batches(line, spoken_for, draft.day or days.today())
        else:
            lines[line.index], said = with_serials(line, numbers[line.variant.item_id])
        told += said
    return replace(content, lines=tuple(lines)), told


def with_batches(line: CheckedLine, taken: dict[str, int], day: date) -> tuple[LineContent, list[str]]:
    suggestion = suggest_batches(variant=line.variant.pk, location=line.place, wanted=line.open, day=day, taken=taken)
    batches = [batch for batch in line.content.batches if not batch.is_blank]
    places = {key_of(batch.number): place for place, batch in enumerate(batches)}
    for pick in suggestion.picks:
        taken[pick.key] += pick.quantity
        if pick.key in places:
            place = places[pick.key]
            there = line.batches[place].quantity or 0
            batches[place] = replace(batches[place], quantity=plain(there + pick.quantity), why=pick.why)
        else:
            batches.append(BatchContent(pick.number, quantity=plain(pick.quantity), seen="there", why=pick.why))
    said = []
    if suggestion.short:
        passed = f" Passed over: {', '.join(suggestion.passed[:5])}." if suggestion.passed else ""
        where = batches_elsewhere(variant=line.variant.pk, location=line.place, day=day, unit=line.unit)
        said.append(
            f"{for_people(suggestion.short)} {line.unit} of {line.variant.sku} stay open: no more that is usable is at "
            f"{line.place_name}.{where}{passed}"
        )
    return replace(line.content, batches=tuple(batches)), said


def with_serials(line: CheckedLine, taken: set[str]) -> tuple[LineContent, list[str]]:
    wanted = line.open // MILLION
    found = suggest_serials(variant=line.variant.pk, location=line.place, count=wanted, taken=taken)
    taken.update(key_of(number) for number in found)
    said = []
    if len(found) < wanted:
        said.append(
            f"{wanted - len(found):,} {line.unit} of {line.variant.sku} stay open: {line.place_name} has no more numbers "
            f"that may be taken.{serials_elsewhere(variant=line.variant.pk, location=line.place, unit=line.unit)}"
        )
    return replace(line.content, serials=(*line.content.serials, *found)), said


def with_new_batches(content: DraftContent, *, anew: bool = False) -> DraftContent:
    """Gives each line that has just been found to bring in a batch-tracked item a number by the item's pattern.

    With ``anew`` also one that was found before and still has none. The shelf life fills the expiry of a number when it is
    first seen to be new. A customer's return brings back what there was, so nothing is suggested for it.
    """
    if content.kind in ("customer_return", "stocktake"):
        return content
    draft = check(content)
    lines = list(content.lines)
    given: dict[int, list[str]] = defaultdict(list)
    for line in draft.lines:
        if line.variant is not None:
            given[line.variant.pk] += [batch.number for batch in line.batches if batch.number]
    for line in draft.lines:
        if line.section != "in" or line.mode != TrackingMode.BATCH:
            continue
        batches = [with_expiry(batch.content, batch.state, line.variant, draft) for batch in line.batches]
        if not batches and (anew or line.content.variant != line.variant.pk):
            number = suggest_batch_number(
                variant=line.variant, day=draft.day or days.today(), avoid=given[line.variant.pk]
            )
            if number:
                given[line.variant.pk].append(number)
                batches = [replace(with_expiry(BatchContent(number), "new", line.variant, draft), seen="new")]
        lines[line.index] = replace(line.content, batches=tuple(batches))
    return replace(content, lines=tuple(lines))


def with_expiry(batch: BatchContent, state: str, variant: Variant, draft: CheckedDraft) -> BatchContent:
    """A new batch without an expiry keeps as long as the item's shelf life, from the day of the document.

    Only once: what a person empties afterwards stays empty, since the number was ``seen`` as new by then.
    """
    life = variant.item.shelf_life_days
    told = batch.seen == "new" or batch.expires_on.strip()
    if state != "new" or told or not life or takes_expiry(variant, draft):
        return batch
    return replace(batch, expires_on=((draft.day or days.today()) + timedelta(days=life)).isoformat())


def takes_expiry(variant: Variant, draft: CheckedDraft) -> bool:
    """Whether a new batch of ``variant`` takes the expiry of what it is made from here, so that no new shelf life begins.

    Also while the batch that it is made from is still to be chosen (rule 10).
    """
    if variant.pk in draft.sources:
        return True
    return KINDS[draft.content.kind].relabels and any(
        line.section == "out" and line.variant == variant and not line.batches for line in draft.lines
    )


def with_expected(content: DraftContent) -> DraftContent:
    """Keeps with every count what the books had when it was entered, so that the page can warn when they move (rule 15)."""
    if content.kind != "stocktake":
        return content
    lines = []
    for line in check(content).lines:
        kept = line.content
        if line.variant is not None and line.place and line.mode == TrackingMode.BATCH:
            kept = replace(
                kept,
                batches=tuple(
                    replace(batch.content, expected=plain(batch.on_hand or 0))
                    if batch.content.quantity and not batch.content.expected
                    else batch.content
                    for batch in line.batches
                ),
            )
        elif line.variant is not None and line.place and (kept.quantity or kept.serials) and not kept.expected:
            kept = replace(kept, expected=plain(line.booked or 0))
        lines.append(kept)
    return replace(content, lines=tuple(lines))


def with_recipe(content: DraftContent) -> DraftContent:
    """Sets the quantity of every ingredient that the recipes of the outputs name, adding the lines that are not there."""
    draft = check(content)
    makes = [
        (line.variant.pk, line.quantity)
        for line in draft.lines
        if line.section == "in" and line.variant and line.quantity
    ]
    needed = ingredients_for(makes)
    lines, there = [], {}
    for line in draft.lines:
        pk = line.variant.pk if line.variant is not None and line.section == "out" else 0
        lines.append(line.content)
        if pk in needed and pk not in there:
            there[pk] = len(lines) - 1
            lines[-1] = replace(line.content, quantity=plain(needed[pk]))
        elif pk in needed and line.quantity:  # a second line of it keeps what was typed; the first takes the rest
            first = lines[there[pk]]
            rest = parse_quantity(first.quantity) - line.quantity
            lines[there[pk]] = replace(first, quantity=plain(max(rest, 0)))
    skus = dict(Variant.objects.filter(pk__in=needed.keys() - there.keys()).values_list("pk", "sku"))
    lines += [
        LineContent("out", sku=skus[pk], variant=pk, quantity=plain(quantity))
        for pk, quantity in needed.items()
        if pk in skus
    ]
    return replace(content, lines=tuple(lines), is_prefilled=content.is_prefilled or bool(needed))


def with_books(content: DraftContent) -> DraftContent:
    """Adds a line for everything that the books have at the place that is counted, so that the shelf can be gone along."""
    there = {
        line.variant.pk for line in check(content).lines if line.variant is not None and line.place == content.location
    }
    found = (
        variants_in_use()
        .filter(stock_levels__location=content.location, stock_levels__quantity__gt=0)
        .exclude(pk__in=there)
        .distinct()
        .order_by("key")[: max(MOST_LINES - sum(1 for line in content.lines if not line.is_blank), 0)]
    )
    lines = [LineContent("count", sku=variant.sku, variant=variant.pk) for variant in found] if content.location else []
    return replace(content, lines=(*content.lines, *lines))
