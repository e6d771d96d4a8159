"""What documents and lines refer to, looked up by set: products, partners, places of our own, lots with their source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from katana_trace.lib.numbers import UNBATCHED_KEY
from tracking.fsma.record import DocumentFacts, Line, Lot, Party, Product
from tracking.ledger.movement_export import look_up
from tracking.ledger.sql import any_of, as_day, fetch
from tracking.models import Workspace
from tracking.trace.walk import STANDING

PARTNERS = "SELECT id, name, address, phone FROM tracking_partner WHERE {wanted}"
LOCATIONS = "SELECT id, name, address, phone FROM tracking_location WHERE {wanted}"
PRODUCTS = """
    SELECT v.id, i.id, i.name, v.name, i.unit, i.tracking_mode, v.sku, v.gtin
    FROM items_variant v JOIN items_item i ON i.id = v.item_id WHERE {wanted}
"""
BATCHES = "SELECT id, number, key, supplier_batch FROM tracking_batch WHERE {wanted}"
SERIALS = "SELECT id, number, key, '' FROM tracking_serialnumber WHERE {wanted}"

# Where a lot got its code: the first line of a document that stands and brought it in as a receipt, made it, or gave stock
# of the same variant its number (rule 13). Once per lot, along the index of its lines.
FIRST_LINES = """
    SELECT w.id, (
        SELECT l.id FROM tracking_ledgerline l CROSS JOIN tracking_document d
        WHERE l.{column} = w.id AND l.quantity > 0 AND d.id = l.document_id AND {standing}
            AND (d.kind IN ('receipt', 'production') OR (d.kind = 'adjustment' AND EXISTS (
                SELECT 1 FROM tracking_ledgerline u
                WHERE u.document_id = d.id AND +u.variant_id = l.variant_id AND u.quantity < 0)))
        ORDER BY l.id LIMIT 1
    ) FROM {table} w WHERE {wanted}
"""
SOURCES = """
    SELECT l.id, d.kind, d.partner_id, d.partner_name, d.partner_address, l.location_id
    FROM tracking_ledgerline l CROSS JOIN tracking_document d WHERE {wanted} AND d.id = l.document_id
"""
TABLES = (
    (False, "batch_id", "tracking_batch", BATCHES),
    (True, "serial_id", "tracking_serialnumber", SERIALS),
)


def one_line(text: str) -> str:
    """An address as a cell has it."""
    return ", ".join(part.strip().rstrip(",") for part in text.splitlines() if part.strip())


@dataclass(slots=True)
class Facts:
    """Products and parties are kept from chunk to chunk, as a company has few; lots are those of the present chunk."""

    business: Party
    products: dict[int, Product] = field(default_factory=dict)
    partners: dict[int, Party] = field(default_factory=dict)
    locations: dict[int, Party] = field(default_factory=dict)
    lots: dict[tuple[bool, int], Lot] = field(default_factory=dict)

    @classmethod
    def load(cls) -> Facts:
        return cls(business_of(Workspace.get()))

    def look_up(self, documents: Sequence[tuple], lines: Sequence[tuple]) -> None:
        """Reads what the documents and lines of a chunk refer to, in a number of queries that does not depend on them."""
        lots, sources = {}, {}
        for is_serial, column, table, query in TABLES:
            ids = {line[4 if is_serial else 3] for line in lines} - {None}
            look_up(query, "id", ids, found := {})
            lots |= {(is_serial, id_): row for id_, row in found.items()}
            sources |= {(is_serial, id_): row for id_, row in sources_of(column, table, ids).items()}
        suppliers = {partner for kind, partner, *_ in sources.values() if kind == "receipt"}
        self.look_up_parties({row[4] for row in documents} | suppliers, {line[2] for line in lines}, sources.values())
        self.look_up_products({line[1] for line in lines} - self.products.keys())
        self.lots = {place: self.lot(place, row, sources.get(place)) for place, row in lots.items()}

    def look_up_products(self, ids: set[int]) -> None:
        look_up(PRODUCTS, "v.id", ids, found := {})
        for id_, (item, name, variant, unit, mode, sku, gtin) in found.items():
            label = f"{name}, {variant}" if variant else name
            self.products[id_] = Product(id_, item, name, label, unit, mode, sku, gtin)

    def look_up_parties(self, partners: set, locations: set[int], sources: Iterable[tuple]) -> None:
        locations = locations | {location for *_, location in sources}
        look_up(PARTNERS, "id", partners - self.partners.keys() - {None}, found := {})
        for id_, (name, address, phone) in found.items():
            self.partners[id_] = Party(False, id_, name, name, one_line(address), phone)
        look_up(LOCATIONS, "id", locations - self.locations.keys(), found := {})
        for id_, (name, address, phone) in found.items():
            self.locations[id_] = self.place(id_, name, one_line(address), phone)

    def place(self, id_: int, name: str, address: str, phone: str) -> Party:
        """A location of our own: the business's name before it, and its address and phone where it has none of its own."""
        ours = self.business
        full = f"{ours.name}, {name}" if ours.name else name
        return Party(True, id_, name, full, address or ours.address, phone or ours.phone)

    def lot(self, place: tuple[bool, int], row: tuple, source: tuple | None) -> Lot:
        """The supplier's number is the code of a lot that was received, for who gave a code keeps it (21 CFR 1.1320(b))."""
        number, key, supplier_batch = row
        if key == UNBATCHED_KEY and not place[0]:
            return Lot(place, number, "", None)
        if source is None:
            return Lot(place, number, number, None)
        kind, partner, name, address, location = source
        if kind == "receipt":
            return Lot(place, number, supplier_batch or number, self.partner(partner, name, address))
        return Lot(place, number, number, self.locations[location])

    def document(self, row: tuple) -> DocumentFacts:
        on, id_, kind, number, *partner = row
        return DocumentFacts(id_, kind, number, as_day(on), self.partner(*partner))

    def partner(self, id_: int | None, name: str, address: str) -> Party | None:
        """A partner as the document has him (rule 25). An address that it lacks is the present one: it was given later."""
        present = self.partners.get(id_)
        if present is None:
            return None
        return replace(present, name=name or present.name, address=one_line(address) or present.address)

    def line(self, row: tuple) -> Line:
        _, variant, location, batch, serial, quantity, epoch = row
        place = (False, batch) if batch is not None else (True, serial)
        lot = self.lots[place] if place != (True, None) else None
        return Line(self.products[variant], self.locations[location], lot, int(quantity), epoch)


def sources_of(column: str, table: str, ids: set[int]) -> dict[int, tuple]:
    """(kind, partner, name, address, location) of what each lot got its code by; one whose source is not known is left out."""
    if not ids:
        return {}
    condition, parameter = any_of("w.id", sorted(ids))
    first = fetch(FIRST_LINES.format(column=column, table=table, wanted=condition, standing=STANDING), [parameter])
    look_up(SOURCES, "l.id", {line for _, line in first if line is not None}, sources := {})
    return {lot: sources[line] for lot, line in first if line is not None}


def business_of(workspace: Workspace) -> Party:
    party = Party(True, 0, workspace.business_name, workspace.business_name, "", workspace.business_phone)
    return replace(party, address=one_line(workspace.business_address))
