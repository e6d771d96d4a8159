"""Importing the catalogue: one row per variant, all or nothing, through the models' own rules (DESIGN 5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from items.models import Item, TrackingMode, Variant
from katana_trace.lib.acting import acting
from katana_trace.lib.acts import log_act
from katana_trace.lib.numbers import key_of
from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError, Row, read_rows
from tracking.ledger.retry import in_transaction, sentence_of
from tracking.resources.refused import FileRefused, RowError, is_enough
from tracking.resources.watch import Watch, difference

REQUIRED = ("item", "kind", "unit", "tracking", "sku", "variant", "gtin", "shelf_life_days")
TEXT = ("item", "unit", "sku", "variant", "gtin")
PERMISSIONS = tuple(f"items.{verb}_{model}" for verb in ("add", "change") for model in ("item", "variant"))
CHUNK = 500


@dataclass(slots=True)
class ItemsImported:
    items: int = 0
    variants: int = 0
    changed: int = 0
    switched: int = 0
    unchanged: int = 0


def import_items(
    file: BinaryIO, *, by, dry_run: bool = False, watch: Watch | None = None, reason: str = "Import of items"
) -> ItemsImported:
    """Makes and changes items and variants from the CSV ``file``; another ``tracking`` of an item that exists is a switch.

    ``reason`` is the one that a switch and the change log keep. Raises FileRefused with every bad row, PermissionDenied
    when ``by`` may not.
    """

    require(by, *PERMISSIONS, sentence="Importing items takes the role Manager. Ask a manager to do it.")

    watch = watch or Watch()

    def work() -> ItemsImported:
        file.seek(0)
        watch.restart()
        done = ItemImport(by=by, watch=watch, reason=reason).run(file)
        if dry_run:
            transaction.set_rollback(True)
        else:
            log_act("items_imported", by=by, items=done.items, variants=done.variants, changed=done.changed)
        return done

    with acting(by, reason):
        return in_transaction(work)


class ItemImport:
    def __init__(self, *, by, watch: Watch, reason: str):
        self.by = by
        self.watch = watch
        self.reason = reason
        self.done = ItemsImported()
        self.errors: list[RowError] = []
        self.first_rows: dict[str, Row] = {}
        self.seen_skus: set[str] = set()
        self.items: dict[str, Item] = {}
        self.columns: dict[str, str] = {}  # by the field of what is being taken: its column in the file
        self.known_items: dict[str, Item] = {}  # of the present chunk
        self.known_variants: dict[str, Variant] = {}
        self.made: list[str] = []  # what the present row makes, and what it changes
        self.differs: list[str] = []

    def run(self, file: BinaryIO) -> ItemsImported:
        try:
            rows = read_rows(file, required=REQUIRED, text=TEXT)
            while chunk := list(islice(rows, CHUNK)):
                self.load(chunk)
                for row in chunk:
                    self.made, self.differs = [], []
                    try:
                        if self.take(row):
                            self.tell(row)
                    except (ValidationError, Refusal, PermissionDenied, ValueError) as error:
                        self.refuse(row, error)
                if is_enough(self.errors):
                    break
        except FileError as error:
            self.errors.append(RowError(0, str(error)))
        if self.errors:
            raise FileRefused(self.errors)
        return self.done

    def load(self, chunk: list[Row]) -> None:
        """The items and variants of these rows that are there, by set."""
        names, skus = ({key_of(row.cells[name]) for row in chunk} for name in ("item", "sku"))
        self.known_items = {item.key: item for item in Item.objects.filter(key__in=names)}
        variants = Variant.objects.filter(key__in=skus).select_related("item")
        self.known_variants = {variant.key: variant for variant in variants}

    def tell(self, row: Row) -> None:
        if self.made:
            self.watch.made(row.number, ", ".join([*self.made, *self.differs]))
        elif self.differs:
            self.watch.changed(row.number, ", ".join(self.differs))
        else:
            self.watch.unchanged(row.number, f"{row.cells['sku'].strip()} is as it was")
        self.watch.read(row.number)

    def take(self, row: Row) -> bool:
        """Whether the row can be judged: of an item whose first row is refused nothing is said."""
        cells = {name: cell.strip() for name, cell in row.cells.items()}
        sku = key_of(cells["sku"])
        if sku in self.seen_skus:
            raise ValidationError({"sku": f"The SKU {cells['sku']} comes again in this file. Keep one row for it."})
        self.seen_skus.add(sku)
        key = key_of(cells["item"])
        first = self.first_rows.setdefault(key, row)
        if first is row:
            self.items[key] = self.take_item(cells, key)
        else:
            for name in ("kind", "unit", "tracking", "shelf_life_days"):
                if first.cells[name].strip() != cells[name]:
                    raise ValidationError(
                        {name: f"All rows of {cells['item']} have the same {name}, and row {first.number} has another."}
                    )
        item = self.items.get(key)
        if item is None:
            return False
        self.take_variant(cells, sku, item)
        return True

    def take_item(self, cells: dict[str, str], key: str) -> Item:
        self.columns = {"name": "item", "tracking_mode": "tracking"}
        if cells["tracking"] not in TrackingMode.values:
            raise ValidationError(
                {"tracking": f"“{cells['tracking'][:40]}” is no tracking. Use none, batch or serial."}
            )
        if cells["kind"] not in Item.Kind.values:
            raise ValidationError({"kind": f"“{cells['kind'][:40]}” is no kind. Use product or material."})
        item = self.known_items.get(key)
        days = whole_days(cells["shelf_life_days"])
        if item is None:
            item = Item(
                name=cells["item"],
                kind=cells["kind"],
                unit=cells["unit"],
                shelf_life_days=days,
                tracking_mode=cells["tracking"],
            )
            clean(item)
            item.save()
            self.done.items += 1
            self.made.append(f"item {item.name}")
            return item
        switched = item.tracking_mode != cells["tracking"]
        wanted = {
            "kind": cells["kind"],
            "unit": cells["unit"],
            "shelf_life_days": days,
            "tracking_mode": cells["tracking"],
        }
        if all(getattr(item, name) == value for name, value in wanted.items()):
            return item
        for name, value in wanted.items():
            if getattr(item, name) != value:
                self.differs.append(difference(self.columns.get(name, name), getattr(item, name), value))
            setattr(item, name, value)
        item.switched_by, item.switch_reason = self.by, self.reason
        if switched:
            require(
                self.by,
                "items.switch_tracking",
                sentence=f"{self.by} may not switch the tracking of {item.name}. "
                "Ask a manager, or give tracking as it is.",
            )
        clean(item)
        try:
            item.save()
        except IntegrityError as error:  # what a trigger refuses, such as another unit of what has moved
            raise Refusal(sentence_of(error)) from error
        self.done.switched += switched
        self.done.changed += not switched
        return item

    def take_variant(self, cells: dict[str, str], sku: str, item: Item) -> None:
        self.columns = {"name": "variant"}
        variant = self.known_variants.get(sku)
        if variant is None:
            variant = Variant(item=item, sku=cells["sku"], name=cells["variant"], gtin=cells["gtin"])
            clean(variant)
            variant.save()
            self.done.variants += 1
            self.made.append(f"variant {variant.sku}")
            return
        if variant.item_id != item.pk:
            raise ValidationError(
                {
                    "sku": f"The SKU {variant.sku} belongs to {variant.item.name}, and this row says {item.name}. Correct one."
                }
            )
        if (variant.name, variant.gtin) == (cells["variant"], cells["gtin"]):
            self.done.unchanged += 1
            return
        if variant.name != cells["variant"]:
            self.differs.append(difference("variant", variant.name, cells["variant"]))
        if variant.gtin != cells["gtin"]:
            self.differs.append(difference("gtin", variant.gtin, cells["gtin"]))
        variant.name, variant.gtin = cells["variant"], cells["gtin"]
        clean(variant)
        variant.save()
        self.done.changed += 1

    def refuse(self, row: Row, error: Exception) -> None:
        if isinstance(error, ValidationError) and hasattr(error, "message_dict"):
            for name, sentences in error.message_dict.items():
                column = "" if name == "__all__" else self.columns.get(name, name)
                # A validator of the field and the model itself may say the same.
                self.errors += [RowError(row.number, sentence, column) for sentence in dict.fromkeys(sentences)]
        else:
            self.errors.append(RowError(row.number, str(error)))


def clean(row: Item | Variant) -> None:
    """Its texts first, in our own sentences; then all that the model's fields and rules say.

    The model looks for twins itself; that its constraints ask once more would be a third of a long import.
    """
    row.set_key()
    row.full_clean(validate_unique=False, validate_constraints=False)


def whole_days(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 36500):
        raise ValidationError(
            {"shelf_life_days": f"“{text[:40]}” is no shelf life. Give whole days from 1 to 36500, or leave it empty."}
        )
    return int(text)
