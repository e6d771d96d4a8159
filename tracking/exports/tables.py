"""The tables: items, serial numbers, batches, documents and movements, each of the rows that a list has found.

Items and movements have exactly the columns that their import takes, serial numbers those of DESIGN 5.4 and some more.
Sorting is by Unicode code point on both databases.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Collate

from items.models import Variant
from katana_trace.lib.days import instant_text
from katana_trace.lib.quantities import plain, to_millionths
from katana_trace.lib.safe_csv import guard
from tracking.exports.snapshot import of_one_moment
from tracking.exports.table import Table
from tracking.ledger.movement_export import COLUMNS as MOVEMENT_COLUMNS
from tracking.ledger.movement_export import movement_rows
from tracking.ledger.posting_order import placed_documents
from tracking.models import Batch, Document, SerialNumber, StockLevel
from tracking.resources.import_items import REQUIRED as ITEM_COLUMNS

BATCH_COLUMNS = (
    "sku", "batch_number", "item", "variant", "expires_on", "made_on", "supplier_batch", "status", "reason", "note",
    "on_hand", "unit",
)  # fmt: skip
SERIAL_COLUMNS = ("sku", "serial_number", "location", "item", "variant", "status", "reason", "note")
DOCUMENT_COLUMNS = (
    "kind", "document", "posted_at", "partner", "lines", "note", "reverses", "reversed_by", "posted_by", "recorded_at",
)  # fmt: skip
AT_ONCE = 1_000  # documents whose heads are read at once


def by_code_point(*columns: str) -> list:
    """The columns for ``order_by``, in the order of code points."""
    return [Collate(F(column), "C") if connection.vendor == "postgresql" else F(column) for column in columns]


def items_table(variants: QuerySet[Variant]) -> Table:
    """One row per variant, by item and SKU."""

    def rows() -> Iterator[list[str]]:
        found = variants.order_by(*by_code_point("item__name", "sku"))
        for name, kind, unit, mode, sku, variant, gtin, life in found.values_list(
            "item__name",
            "item__kind",
            "item__unit",
            "item__tracking_mode",
            "sku",
            "name",
            "gtin",
            "item__shelf_life_days",
        ):
            yield [guard(name), kind, guard(unit), mode, guard(sku), guard(variant), guard(gtin), str(life or "")]

    return Table("items", tuple(ITEM_COLUMNS), rows)


def batches_table(batches: QuerySet[Batch]) -> Table:
    """By SKU and number; ``on_hand`` is over all locations."""

    def rows() -> Iterator[list[str]]:
        levels = StockLevel.objects.filter(batch=OuterRef("pk"), in_stock=True).order_by().values("batch")
        on_hand = Subquery(levels.annotate(total=Sum("quantity")).values("total"))
        found = Batch.objects.filter(pk__in=batches.order_by().values("pk")).annotate(stock=Coalesce(on_hand, 0))
        for sku, number, item, variant, expires, made, supplier, status, reason, note, stock, unit in found.order_by(
            *by_code_point("variant__sku", "key")
        ).values_list(
            "variant__sku", "number", "variant__item__name", "variant__name", "expires_on", "made_on", "supplier_batch",
            "status", "reason", "note", "stock", "variant__item__unit",
        ):  # fmt: skip
            yield [
                guard(sku), guard(number), guard(item), guard(variant), str(expires or ""), str(made or ""),
                guard(supplier), status, guard(reason), guard(note), plain(to_millionths(stock)), guard(unit),
            ]  # fmt: skip

    return Table("batches", BATCH_COLUMNS, rows)


def serials_table(serials: QuerySet[SerialNumber]) -> Table:
    """By SKU and number; an empty location is not in stock."""

    def rows() -> Iterator[list[str]]:
        found = SerialNumber.objects.filter(pk__in=serials.order_by().values("pk"))
        for cells in found.order_by(*by_code_point("variant__sku", "number")).values_list(
            "variant__sku",
            "number",
            "location__name",
            "variant__item__name",
            "variant__name",
            "status",
            "reason",
            "note",
        ):
            yield [guard(cell or "") for cell in cells]

    return Table("serials", SERIAL_COLUMNS, rows)


def documents_table(documents: QuerySet[Document]) -> Table:
    """One row per document, in posting order."""

    def rows() -> Iterator[list[str]]:
        placed = placed_documents(list(documents.order_by("pk").values_list("pk", flat=True)))
        for start in range(0, len(placed), AT_ONCE):
            some = placed[start : start + AT_ONCE]
            heads = Document.objects.filter(pk__in=[document.id for document in some]).values_list(
                "pk", "kind", "number", "posted_at", "partner_name", "note", "reverses__number",
                "reversed_by__number", "posted_by_name", "recorded_at",
            )  # fmt: skip
            cells = {pk: rest for pk, *rest in heads}
            for document in some:
                total = document.lines
                kind, number, posted, partner, note, reverses, reversed_by, user, recorded = cells[document.id]
                yield [
                    kind, guard(number), instant_text(posted), guard(partner), str(total), guard(note),
                    guard(reverses or ""), guard(reversed_by or ""), guard(user), instant_text(recorded),
                ]  # fmt: skip

    return Table("documents", DOCUMENT_COLUMNS, lambda: of_one_moment(rows()))


def movements_table(documents: QuerySet[Document] | None) -> Table:
    """Every ledger line of ``documents``, or of all, in posting order."""

    def rows() -> Iterator[list[str]]:
        if documents is None:
            yield from movement_rows()
        else:
            yield from movement_rows(documents=list(documents.order_by().values_list("pk", flat=True)))

    return Table("movements", MOVEMENT_COLUMNS, lambda: of_one_moment(rows()))
