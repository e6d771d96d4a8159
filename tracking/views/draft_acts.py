"""What the buttons of a draft's page do to its content, by the verb in their value: ``fill-3`` fills the line at place 3.

An act changes what is typed and nothing else; the view saves it, and posts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from items.listing import same_gtins
from items.models import Variant
from katana_trace.lib.numbers import can_be_stored, key_of
from katana_trace.lib.pasted import expand_range, has_numbers, numbers_in
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.search import search_key
from tracking.drafts.content import DraftContent, LineContent
from tracking.drafts.facts import Facts, find_variants_of
from tracking.drafts.layout import MOST_LINES
from tracking.drafts.scan import scanned_in, with_codes
from tracking.drafts.serials import add_numbers, drop_bad_numbers, drop_numbers, generate_numbers, with_serials
from tracking.drafts.suggest import fill_open, with_books, with_expected, with_new_batches, with_recipe
from tracking.models import Partner
from tracking.numbering.serial_check import CheckedNumber

Scan = tuple[str, list[CheckedNumber], str]


@dataclass(slots=True)
class Acted:
    """``scans`` are, by line, the typed numbers that were not taken, as text, with their faults, and the range that was
    not; ``add`` is the section that gets an empty line, ``opened`` the line whose own page is wanted."""

    content: DraftContent
    told: list[str] = field(default_factory=list)
    scans: dict[int, Scan] = field(default_factory=dict)
    refused: list[tuple[int | None, str, str]] = field(default_factory=list)
    add: str = ""
    opened: int | None = None

    def without_blanks(self) -> None:
        """Takes the empty lines out; what is said of the others goes along."""
        places = [place for place, line in enumerate(self.content.lines) if not line.is_blank]
        moved = {old: new for new, old in enumerate(places)}
        self.content = replace(self.content, lines=tuple(self.content.lines[place] for place in places))
        self.scans = {moved[place]: scan for place, scan in self.scans.items() if place in moved}
        self.refused = [(moved.get(place), name, sentence) for place, name, sentence in self.refused]
        self.opened = moved.get(self.opened)


Act = Callable[[DraftContent, str, QueryDict], Acted]


def act(content: DraftContent, post: QueryDict) -> Acted:
    """Does what the pressed button says; a button that is not known saves, as all of them do.

    Serial numbers that stand in a box are taken first, whatever was pressed: nobody posts without what is typed there.
    """
    verb, _, rest = post.get("do", "save").partition("-")
    place = rest.partition(":")[0]
    index = int(place) if place.isdecimal() and len(place) < 6 else -1
    typed = content
    content, told, refused = with_codes(content)
    boxes = with_boxes(content, post)
    boxes.told, boxes.refused = told + boxes.told, refused + boxes.refused
    wanted = ACTS.get(verb)
    if wanted is None or (verb in OF_LINES and not 0 <= index < len(content.lines)):
        acted = boxes
    else:
        try:
            acted = wanted(boxes.content, rest if verb in WITH_MORE else str(index), post)
        except Refusal as refusal:
            where = index if verb in OF_LINES else None
            acted = Acted(boxes.content, refused=[(where, "serials", refusal.sentence)])
        acted.told, acted.refused = boxes.told + acted.told, boxes.refused + acted.refused
        acted.scans = boxes.scans
    if verb != "post":  # what is posted is what the person saw
        acted.content = with_new_batches(acted.content)
        prefill(acted)
    else:
        acted.refused += (
            filled_in(typed, content, {place for place, _, _ in refused})
            + guessed(acted.content)
            + untold_partner(acted.content, post)
        )
    acted.content = with_expected(acted.content)
    acted.without_blanks()
    return acted


def prefill(acted: Acted) -> None:
    """A production that names its output, and no ingredient yet, begins with the recipe; once."""
    content = acted.content
    if content.kind != "production" or content.is_prefilled:
        return
    if all(line.is_blank for line in content.lines if line.section == "out"):
        acted.content = with_recipe(content)


def filled_in(typed: DraftContent, content: DraftContent, told: set[int | None]) -> list[tuple[int | None, str, str]]:
    """What stands in the way of posting: lines that a scanned label filled in just now, which nobody has seen yet;
    those of ``told`` have their own sentence."""
    return [
        (place, "sku", f"The label was filled in as {line.sku}. Look at the line, and press Post once more.")
        for place, (before, line) in enumerate(zip(typed.lines, content.lines, strict=True))
        if before != line and not line.is_blank and place not in told
    ]


def guessed(content: DraftContent) -> list[tuple[int | None, str, str]]:
    """What stands in the way of posting: texts that only resemble a variant, which the page did not show yet."""
    facts = Facts()
    find_variants_of(content.lines, facts)
    found = [(place, line.sku, line.variant, facts.variant_of(line)) for place, line in enumerate(content.lines)]
    return [
        (
            place,
            "sku",
            f"“{shown(sku, 40)}” was taken for {one.sku}, {one.label}. Look at it, and press Post once more.",
        )
        for place, sku, seen, one in found
        if one is not None and one.pk != seen and key_of(sku) != one.key and one.gtin not in same_gtins(search_key(sku))
    ]


def untold_partner(content: DraftContent, post: QueryDict) -> list[tuple[int | None, str, str]]:
    """What stands in the way of posting: a name that nobody has yet, and that the page did not show as new."""
    name = content.partner
    if not can_be_stored(name, limit=120) or key_of(post.get("told_partner", "")) == key_of(name):
        return []
    if Partner.objects.filter(key=key_of(name)).exists():
        return []
    return [
        (
            None,
            "partner",
            f"“{name}” is new, and is made when this is posted. Look at the name, and press Post once more.",
        )
    ]


def add(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(content, add=rest)


def remove(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(without(content, {int(rest)}))


def without(content: DraftContent, places: set[int]) -> DraftContent:
    """``content`` with empty lines at ``places``, so that the others keep theirs; empty lines go in the end."""
    lines = [LineContent(line.section) if place in places else line for place, line in enumerate(content.lines)]
    return replace(content, lines=tuple(lines))


def fill(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(*fill_open(content, int(rest) if rest.isdecimal() else None))


def recipe(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    filled = with_recipe(content)
    told = [] if filled.is_prefilled else ["No product here has a recipe. Set one on the item's edit page."]
    return Acted(filled, told=told)


def books(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    filled = with_books(content)
    if sum(1 for line in filled.lines if not line.is_blank) < MOST_LINES:
        return Acted(filled)
    said = f"These are {MOST_LINES} lines, which is the limit of a page. Count what is not listed in another stocktake."
    return Acted(filled, told=[said])


def uncounted(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    """Leaves out the lines that nobody counted."""
    left = {place for place, line in enumerate(content.lines) if not (line.quantity or line.serials or line.batches)}
    return Acted(without(content, left))


def choose(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    """One of several that the typed text may mean."""
    place, _, variant = rest.partition(":")
    chosen = Variant.objects.filter(pk=int(variant)).first() if variant.isdecimal() and len(variant) < 19 else None
    lines = list(content.lines)
    if chosen is not None:
        lines[int(place)] = replace(lines[int(place)], sku=chosen.sku)
    return Acted(replace(content, lines=tuple(lines)))


def clear(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    """Takes the numbers off a line: those that a switch of tracking left behind, or all to begin again."""
    lines = list(content.lines)
    lines[int(rest)] = replace(lines[int(rest)], batches=(), serials=())
    return Acted(replace(content, lines=tuple(lines)))


def serials(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    """The numbers that were typed, scanned or pasted, and those of the range, were taken from their box already."""
    if not any(box_of(post, int(rest))) and not ticked_of(post, int(rest)):
        raise Refusal("Give at least one serial number, one in each line.")
    return Acted(content)


def box_of(post: QueryDict, place: int) -> tuple[str, str]:
    """What stands in the box of a line, and in its range; empty where only spaces do."""
    text = post.get(f"scan-{place}", "")
    return text if has_numbers(text) else "", post.get(f"range-{place}", "").strip()


def ticked_of(post: QueryDict, place: int) -> list[str]:
    """The numbers that are ticked in the picker of a line."""
    return post.getlist(f"take-{place}")


def boxes_of(content: DraftContent, post: QueryDict) -> dict[int, Scan]:
    """The boxes with something in them, or something ticked beside them, by line, as they are."""
    boxes = {place: box_of(post, place) for place in range(len(content.lines))}
    return {
        place: (text, [], range_text)
        for place, (text, range_text) in boxes.items()
        if text or range_text or ticked_of(post, place)
    }


def with_boxes(content: DraftContent, post: QueryDict) -> Acted:
    """Takes the good numbers out of the boxes and what is ticked beside them, and leaves the others in the boxes."""
    acted = Acted(content)
    for index, (text, _, range_text) in boxes_of(content, post).items():
        ticked = ticked_of(post, index)
        try:
            numbers, bad = scanned_in(numbers_in(text), content.lines[index])
            numbers += [*(expand_range(range_text) if range_text else []), *ticked]
            filled, unfit = add_numbers(acted.content, index, numbers) if numbers or not bad else (acted.content, [])
        except (ValueError, Refusal) as error:
            acted.scans[index] = "\n".join(filter(None, [text, *ticked])), [], range_text
            acted.refused.append((index, "serials", str(error)))
            continue
        count = len(numbers) + len(bad)
        bad += unfit
        if bad:
            taken = len(filled.lines[index].serials) - len(acted.content.lines[index].serials)
            said = f"{taken:,} of {count:,} serial numbers were taken. The others are below, each with the reason."
            if count == 1 and bad[0].state == "label":
                said = bad[0].fault
            acted.scans[index] = "\n".join(number.number for number in bad), bad, ""
            if post.get("do") == "post":
                acted.refused.append((index, "serials", said))
            else:
                acted.told.append(said)
        acted.content = filled
    return acted


def pick(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    """Leads to the line's own page, which lists all that is at its place."""
    return Acted(content, opened=int(rest))


def generate(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(generate_numbers(content, int(rest)))


def drop(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    place, _, number = rest.partition(":")
    return Acted(drop_numbers(content, int(place), [number]))


def mend(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(drop_bad_numbers(content, int(rest)))


def empty(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(with_serials(content, int(rest), ()))


ACTS: dict[str, Act] = {
    "add": add,
    "remove": remove,
    "fill": fill,
    "recipe": recipe,
    "books": books,
    "uncounted": uncounted,
    "choose": choose,
    "clear": clear,
    "serials": serials,
    "pick": pick,
    "generate": generate,
    "drop": drop,
    "mend": mend,
    "empty": empty,
}
WITH_MORE = {"add", "choose", "drop"}
OF_LINES = {"remove", "choose", "clear", "serials", "pick", "generate", "drop", "mend", "empty"}
