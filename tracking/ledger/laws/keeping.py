"""Laws 9, 10 and 11: what keeps the ledger honest: triggers, constraints, archives, keys."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.db import connection

from items.models.variant import gtin_key_of
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import plain
from katana_trace.lib.safe_csv import FileError, read_rows
from tracking.ledger import triggers
from tracking.ledger.laws.reading import Reading
from tracking.ledger.movement_export import HISTORY_COLUMNS
from tracking.ledger.sql import constraints, fetch
from tracking.models import Archive, Never, RelinkPermit, Switch

KEYED = (
    ("items_item", "name"),
    ("items_variant", "sku"),
    ("tracking_location", "name"),
    ("tracking_partner", "name"),
    ("tracking_batch", "number"),
    ("tracking_serialnumber", "number"),
    ("tracking_document", "number"),
)
# A twin of before has no key while another variant has it, and is no fault: home shows it to a manager.
GTINS = """
    SELECT v.sku, v.gtin, v.gtin_key, t.sku FROM items_variant v
    LEFT JOIN items_variant t ON t.gtin_key = substr('00000000000000' || v.gtin, length(v.gtin) + 1) AND t.id <> v.id
    WHERE v.gtin <> '' AND v.gtin_key <> substr('00000000000000' || v.gtin, length(v.gtin) + 1)
        OR v.gtin = '' AND v.gtin_key <> ''
    ORDER BY v.id
"""
CHUNK = 10_000


def defences(reading: Reading) -> Iterator[str]:
    for name in triggers.missing(connection):
        yield f"The guard {name} is missing or altered. Run manage.py migrate."
    there = constraints()
    for label in ("items", "tracking"):
        for model in apps.get_app_config(label).get_models():
            table = model._meta.db_table
            for constraint in model._meta.constraints:
                if (table, constraint.name) not in there:
                    yield f"The constraint {constraint.name} of {table} is missing. Run manage.py migrate."


def archives(reading: Reading) -> Iterator[str]:
    for permit in RelinkPermit.objects.select_related("item"):
        yield f"A permit to switch or restore {permit.item} is open outside its transaction."
    if Never.objects.exists():
        yield "The table tracking_never has a row, so permits could stay open."
    for switch in Switch.objects.filter(to_mode="none", archive__isnull=True).select_related("item"):
        yield f"The switch of {switch.item} to No tracking has no archive."
    # One by one and each finished before the next: a query that is half read keeps SQLite's writers waiting.
    for pk in list(Archive.objects.order_by("pk").values_list("pk", flat=True)):
        yield from archive_faults(Archive.objects.select_related("item", "switch").get(pk=pk))


def archive_faults(archive: Archive) -> Iterator[str]:
    name = f"The archive of {archive.item} ({archive.pk})"
    try:
        content = gzip.decompress(bytes(archive.content))
    except (OSError, EOFError, zlib.error):
        content = b""
    if hashlib.sha256(content).hexdigest() != archive.sha256 or len(content) != archive.size:
        yield f"{name} does not have the bytes that were downloaded."
        return
    lines = records = 0
    ledger = {
        str(uuid if isinstance(uuid, UUID) else UUID(uuid)): (variant, location, quantity)
        for uuid, variant, location, quantity in fetch(
            "SELECT l.uuid, l.variant_id, l.location_id, l.quantity FROM tracking_ledgerline l"
            " JOIN items_variant v ON v.id = l.variant_id WHERE v.item_id = %s",
            [archive.item_id],
        )
    }
    # By name: a SKU or location that was renamed since still stands for one id.
    names: dict[tuple[str, str], int] = {}
    try:
        for row in read_rows(io.BytesIO(content), required=HISTORY_COLUMNS):
            if row.cells["kind"] == "record":
                records += 1
                continue
            lines += 1
            there = ledger.get(row.cells["line"])
            same = (
                there is not None
                and plain(there[2]) == row.cells["quantity"]
                and names.setdefault(("sku", row.cells["sku"]), there[0]) == there[0]
                and names.setdefault(("location", row.cells["location"]), there[1]) == there[1]
            )
            if not same:
                yield f"{name}: the line in its row {row.number} is not in the ledger as archived."
    except FileError as error:
        if lines or records or "no rows" not in str(error):
            yield f"{name} cannot be read: {error}"
    if (lines, records) != (archive.line_count, archive.record_count):
        yield f"{name} has {lines} lines and {records} records, {archive.line_count} and {archive.record_count} were kept."


def keys(reading: Reading) -> Iterator[str]:
    for table, column in KEYED:
        last, condition = 0, unusual(column)
        while rows := fetch(
            f"SELECT id, {column}, key FROM {table} WHERE id > %s AND ({condition}) ORDER BY id LIMIT %s", [last, CHUNK]
        ):
            for id_, text, key in rows:
                if key != key_of(text):
                    yield f"{table} {id_} (“{text}”) has the key “{key}”, “{key_of(text)}” is right."
            last = rows[-1][0]
    yield from gtins()


def gtins() -> Iterator[str]:
    for sku, gtin, key, twin in fetch(GTINS):
        right = gtin_key_of(gtin)
        if key != right and (key or not twin):
            yield f"{sku} has the GTIN “{gtin}” and its key “{key}”, “{right}” is right."


def unusual(column: str) -> str:
    """A condition that only leaves out texts whose key the database tells by itself: printable ASCII in small letters."""
    if connection.vendor == "postgresql":
        return f'key <> lower({column} COLLATE "C") OR {column} COLLATE "C" !~ \'^[!-~]+( [!-~]+)*$\''
    spaces = f"{column} LIKE '%%  %%' OR {column} <> trim({column})"
    return f"key <> lower({column}) OR {column} = '' OR {column} GLOB '*[^ -~]*' OR {spaces}"
