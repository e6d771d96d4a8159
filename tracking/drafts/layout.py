"""How the pages of each kind of document are laid out: which sections of lines, and what the places are called."""

from __future__ import annotations

from dataclasses import dataclass

MOST_LINES = 200  # of one page; what is longer is imported


@dataclass(frozen=True, slots=True)
class Section:
    """``section`` is the direction of its lines: out, in, move (from one place to another) or count."""

    section: str
    title: str
    goods: str
    quantity: str
    add: str


@dataclass(frozen=True, slots=True)
class Layout:
    """``partner`` and ``to_location`` are the labels of these fields, "" where the kind has none."""

    sections: tuple[Section, ...]
    location: str
    partner: str = ""
    to_location: str = ""

    def section(self, name: str) -> Section:
        return next(section for section in self.sections if section.section == name)


OUT = Section("out", "Lines", "Item", "Quantity", "Add line")
IN = Section("in", "Lines", "Item", "Quantity", "Add line")

LAYOUTS: dict[str, Layout] = {
    "receipt": Layout((IN,), "Into location", partner="Supplier"),
    "production": Layout(
        (
            Section("in", "What is made", "Product", "Made", "Add product"),
            Section("out", "Ingredients", "Ingredient", "Used", "Add ingredient"),
        ),
        "Ingredients from",
        to_location="Products into",
    ),
    "shipment": Layout((OUT,), "From location", partner="Customer"),
    "customer_return": Layout((IN,), "Into location", partner="Customer"),
    "supplier_return": Layout((OUT,), "From location", partner="Supplier"),
    "adjustment": Layout(
        (
            Section("out", "Taken out", "Item", "Quantity", "Add line out"),
            Section("in", "Put in", "Item", "Quantity", "Add line in"),
        ),
        "Location",
    ),
    "transfer": Layout(
        (Section("move", "Lines", "Item", "Quantity", "Add line"),), "From location", to_location="To location"
    ),
    "stocktake": Layout((Section("count", "Counted", "Item", "Counted", "Add item"),), "Location counted"),
}
