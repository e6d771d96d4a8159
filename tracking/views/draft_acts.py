"""What the buttons of a draft's page do to its content, by the verb in their value: ``fill-3`` fills the line at place 3.

An act changes what is typed and nothing else; the view saves it, and posts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from items.models import Variant
from katana_trace.lib.pasted import expand_range, numbers_in
from katana_trace.lib.refusal import Refusal
from tracking.drafts.content import DraftContent
from tracking.drafts.serials import add_numbers, drop_bad_numbers, drop_numbers, generate_numbers, with_serials
from tracking.drafts.suggest import fill_open, with_books, with_new_batches, with_recipe
from tracking.numbering.serial_check import CheckedNumber


@dataclass(slots=True)
class Acted:
    """``scans`` are, by line, the typed numbers that were not taken, as text and with their faults; ``add`` is the section
    that gets an empty line."""

    content: DraftContent
    told: list[str] = field(default_factory=list)
    scans: dict[int, tuple[str, list[CheckedNumber]]] = field(default_factory=dict)
    refused: list[tuple[int | None, str, str]] = field(default_factory=list)
    add: str = ""

    def without_blanks(self) -> None:
        """Takes the empty lines out; what is said of the others goes along."""
        places = [place for place, line in enumerate(self.content.lines) if not line.is_blank]
        moved = {old: new for new, old in enumerate(places)}
        self.content = replace(self.content, lines=tuple(self.content.lines[place] for place in places))
        self.scans = {moved[place]: scan for place, scan in self.scans.items() if place in moved}
        self.refused = [(moved.get(place), name, sentence) for place, name, sentence in self.refused]


Act = Callable[[DraftContent, str, QueryDict], Acted]


def act(content: DraftContent, post: QueryDict) -> Acted:
    """Does what the pressed button says; a button that is not known saves, as all of them do."""
    verb, _, rest = post.get("do", "save").partition("-")
    index = int(rest.partition(":")[0]) if rest.partition(":")[0].isdecimal() else -1
    wanted = ACTS.get(verb)
    if wanted is None or (verb in OF_LINES and not 0 <= index < len(content.lines)):
        acted = Acted(content)
    else:
        try:
            acted = wanted(content, rest, post)
        except Refusal as refusal:
            acted = Acted(content, refused=[(index if verb in OF_LINES else None, "serials", refusal.sentence)])
    if verb != "post":  # what is posted is what the person saw
        acted.content = with_new_batches(acted.content)
        prefill(acted)
    acted.without_blanks()
    return acted


def prefill(acted: Acted) -> None:
    """A production that names its output, and no ingredient yet, begins with the recipe; once."""
    content = acted.content
    if content.kind != "production" or content.is_prefilled:
        return
    if all(line.is_blank for line in content.lines if line.section == "out"):
        acted.content = with_recipe(content)


def add(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(content, add=rest)


def remove(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(replace(content, lines=tuple(line for place, line in enumerate(content.lines) if place != int(rest))))


def fill(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(*fill_open(content, int(rest) if rest.isdecimal() else None))


def recipe(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    filled = with_recipe(content)
    told = [] if filled.is_prefilled else ["No product here has a recipe. Set one on the item's edit page."]
    return Acted(filled, told=told)


def books(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    return Acted(with_books(content))


def uncounted(content: DraftContent, rest: str, post: QueryDict) -> Acted:
    """Leaves out the lines that nobody counted."""
    kept = tuple(
        line for line in content.lines if line.quantity or line.serials or any(batch.quantity for batch in line.batches)
    )
    return Acted(replace(content, lines=kept))


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
    """Takes the numbers that were typed, scanned or pasted, and those of the range."""
    index = int(rest)
    text, range_text = post.get(f"scan-{rest}", ""), post.get(f"range-{rest}", "").strip()
    try:
        numbers = [*numbers_in(text), *(expand_range(range_text) if range_text else [])]
        filled, bad = add_numbers(content, index, numbers)
    except (ValueError, Refusal) as error:
        return Acted(content, scans={index: (text, [])}, refused=[(index, "serials", str(error))])
    if not bad:
        return Acted(filled)
    taken = len(filled.lines[index].serials) - len(content.lines[index].serials)
    said = f"{taken:,} of {len(numbers):,} serial numbers were taken. The others are below, each with the reason."
    kept = "\n".join(number.number for number in bad if number.state != "characters")
    return Acted(filled, told=[said], scans={index: (kept, bad)})


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
    "generate": generate,
    "drop": drop,
    "mend": mend,
    "empty": empty,
}
OF_LINES = {"remove", "choose", "clear", "serials", "generate", "drop", "mend", "empty"}
