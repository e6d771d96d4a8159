"""What a posting knows of the stock while it plans: items, batches, serial numbers, levels, by set and once each.

A document that is refused leaves no trace here: it plans on an ``Overlay``, which is kept only when all of it fits. An
import keeps one Holdings over all its documents, so it owns the ledger while it runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from katana_trace.lib.numbers import key_of
from tracking.documents.rule import NewDocument, PartnerText
from tracking.ledger.sql import any_of, fetch, pairs, uuid_of
from tracking.models import Workspace


@dataclass(frozen=True, slots=True)
class VariantFacts:
    id: int
    sku: str
    item: int
    item_name: str
    unit: str
    mode: str
    epoch: int
    kind: str


@dataclass(slots=True, eq=False)
class BatchFacts:
    """A batch; ``id`` and ``uuid`` are None until it was written."""

    id: int | None
    variant: int
    number: str
    key: str
    expires_on: date | None
    held: bool
    is_new: bool = False
    uuid: UUID | None = None


@dataclass(slots=True, eq=False)
class SerialFacts:
    """A serial number and its place; ``id`` is None until it was written."""

    id: int | None
    variant: int
    item: int
    number: str
    key: str
    location: int | None
    held: bool


LOCATIONS = "SELECT 1, id, name, '', archived_at IS NOT NULL FROM tracking_location WHERE {wanted}"
PARTNERS = "SELECT 0, id, name, address, archived_at IS NOT NULL FROM tracking_partner WHERE {wanted}"

LevelKey = tuple[int, int, str]  # variant, location, key of the batch ("" where there is none)


class Holdings:
    """Loaded facts by their keys. Quantities are millionths; a level is [quantity, numbered]."""

    def __init__(self) -> None:
        self.variants: dict[int, VariantFacts] = {}
        self.locations: dict[int, str] = {}
        self.archived: set[int] = set()  # those of ``locations`` into which nothing comes any more
        self.partners: dict[int, PartnerText] = {}
        self.insisting: frozenset[str] | None = None  # kinds of items that need serial numbers on receipt
        self.batches: dict[tuple[int, str], BatchFacts] = {}
        self.serials: dict[tuple[int, str], SerialFacts] = {}
        self.levels: dict[LevelKey, tuple[int, int]] = {}
        self.places: dict[tuple[int, str], set[int]] = defaultdict(set)
        self.known_batches: set[tuple[int, str]] = set()
        self.known_serials: set[tuple[int, str]] = set()
        self.known_bare: set[int] = set()

    def load_variants(self, ids: Iterable[int]) -> None:
        wanted = set(ids) - self.variants.keys()
        if not wanted:
            return
        condition, parameter = any_of("v.id", sorted(wanted))
        for row in fetch(
            "SELECT v.id, v.sku, i.id, i.name, i.unit, i.tracking_mode, i.tracking_epoch, i.kind"
            f" FROM items_variant v JOIN items_item i ON i.id = v.item_id WHERE {condition}",
            [parameter],
        ):
            self.variants[row[0]] = VariantFacts(*row)

    def load_directory(self, locations: Iterable[int], partners: Iterable[int] = ()) -> None:
        """Names of locations, and of partners with their addresses, in one query."""
        missing, unknown = set(locations) - self.locations.keys(), set(partners) - self.partners.keys()
        if not missing and not unknown:
            return
        queries, parameters = [], []
        for ids, query in ((missing, LOCATIONS), (unknown, PARTNERS)):
            if ids:
                condition, parameter = any_of("id", sorted(ids))
                queries.append(query.format(wanted=condition))
                parameters.append(parameter)
        for is_location, id_, name, address, is_archived in fetch(" UNION ALL ".join(queries), parameters):
            if not is_location:
                self.partners[id_] = PartnerText(name, address)
                continue
            self.locations[id_] = name
            if is_archived:
                self.archived.add(id_)

    def needs_serials_on_receipt(self, kind: str) -> bool:
        """Whether the workspace insists on serial numbers when items of ``kind`` are received; asked for once."""
        if self.insisting is None:
            workspace = Workspace.get()
            needs = {
                "product": workspace.products_need_serials_on_receipt,
                "material": workspace.materials_need_serials_on_receipt,
            }
            self.insisting = frozenset(name for name, is_needed in needs.items() if is_needed)
        return kind in self.insisting

    def load(self, documents: Iterable[NewDocument]) -> None:
        """Everything that the lines of ``documents`` touch and that is not known yet; variants are loaded already."""
        batches: set[tuple[int, str]] = set()
        serials: set[tuple[int, str]] = set()
        bare: set[int] = set()
        for document in documents:
            for line in document.lines:
                if line.batch_number:
                    batches.add((line.variant, key_of(line.batch_number)))
                else:
                    bare.add(line.variant)
                if line.serial_number:
                    facts = self.variants.get(line.variant)
                    if facts:
                        serials.add((facts.item, key_of(line.serial_number)))
        self.load_batches(batches - self.known_batches)
        self.load_serials(serials - self.known_serials)
        self.load_bare_levels(bare - self.known_bare)

    def load_batches(self, wanted: set[tuple[int, str]]) -> None:
        if not wanted:
            return
        table, parameters = pairs(sorted(wanted))
        found = {}
        for id_, variant, number, key, expires_on, status, uuid in fetch(
            "SELECT b.id, b.variant_id, b.number, b.key, b.expires_on, b.status, b.uuid"
            f" FROM {table} JOIN tracking_batch b ON b.variant_id = w.owner AND b.key = w.key",
            parameters,
        ):
            day = date.fromisoformat(expires_on) if isinstance(expires_on, str) else expires_on
            found[id_] = BatchFacts(id_, variant, number, key, day, status == "held", uuid=uuid_of(uuid))
            self.batches[variant, key] = found[id_]
        self.known_batches |= wanted
        if not found:
            return
        condition, parameter = any_of("batch_id", sorted(found))
        for batch, location, quantity, numbered in fetch(
            f"SELECT batch_id, location_id, quantity, numbered FROM tracking_stocklevel WHERE {condition}", [parameter]
        ):
            facts = found[batch]
            self.set_level((facts.variant, location, facts.key), (quantity, numbered))

    def load_serials(self, wanted: set[tuple[int, str]]) -> None:
        """Locked as they are read on PostgreSQL, so that the lines of a serial number are numbered in posting order."""
        if not wanted:
            return
        table, parameters = pairs(sorted(wanted))
        lock = " ORDER BY s.id FOR NO KEY UPDATE OF s" if connection.vendor == "postgresql" else ""
        for id_, variant, item, number, key, location, status in fetch(
            "SELECT s.id, s.variant_id, s.item_id, s.number, s.key, s.location_id, s.status"
            f" FROM {table} JOIN tracking_serialnumber s ON s.item_id = w.owner AND s.key = w.key{lock}",
            parameters,
        ):
            self.serials[item, key] = SerialFacts(id_, variant, item, number, key, location, status == "held")
        self.known_serials |= wanted

    def load_bare_levels(self, wanted: set[int]) -> None:
        if not wanted:
            return
        condition, parameter = any_of("variant_id", sorted(wanted))
        for variant, location, quantity, numbered in fetch(
            "SELECT variant_id, location_id, quantity, numbered FROM tracking_stocklevel"
            f" WHERE batch_id IS NULL AND {condition}",
            [parameter],
        ):
            self.set_level((variant, location, ""), (quantity, numbered))
        self.known_bare |= wanted

    def set_level(self, key: LevelKey, level: tuple[int, int]) -> None:
        self.levels[key] = level
        self.places[key[0], key[2]].add(key[1])


class Overlay:
    """The changes of one document on top of the holdings; ``keep`` makes them part of what is known."""

    def __init__(self, holdings: Holdings):
        self.holdings = holdings
        self.batches: dict[tuple[int, str], BatchFacts] = {}
        self.serials: dict[tuple[int, str], SerialFacts] = {}
        self.moved: dict[tuple[int, str], int | None] = {}
        self.levels: dict[LevelKey, tuple[int, int]] = {}

    def batch(self, variant: int, key: str) -> BatchFacts | None:
        return self.batches.get((variant, key)) or self.holdings.batches.get((variant, key))

    def serial(self, item: int, key: str) -> SerialFacts | None:
        return self.serials.get((item, key)) or self.holdings.serials.get((item, key))

    def place_of(self, serial: SerialFacts) -> int | None:
        return self.moved.get((serial.item, serial.key), serial.location)

    def level(self, key: LevelKey) -> tuple[int, int]:
        return self.levels.get(key) or self.holdings.levels.get(key, (0, 0))

    def elsewhere(self, key: LevelKey) -> list[tuple[str, int]]:
        """Where else the same variant and batch is: (location, millionths), the largest first."""
        variant, here, batch = key
        found = []
        for location in self.holdings.places[variant, batch]:
            quantity = self.level((variant, location, batch))[0]
            if location != here and quantity > 0:
                self.holdings.load_directory([location])
                found.append((self.holdings.locations[location], quantity))
        return sorted(found, key=lambda place: (-place[1], place[0]))

    def keep(self) -> None:
        self.holdings.batches.update(self.batches)
        self.holdings.serials.update(self.serials)
        for key, place in self.moved.items():
            self.holdings.serials[key].location = place
        for key, level in self.levels.items():
            self.holdings.set_level(key, level)
