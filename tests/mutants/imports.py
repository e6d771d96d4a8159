"""Mistakes in the imports: what a row means, what is refused, and that it is all or nothing."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

FILES = ("test_bad_input.py", "test_import_pages.py")
MAPPING = ("test_import_mapping.py",)

MUTANTS = (
    Mutant(
        "bad rows are swallowed and the rest is imported",
        "tracking/resources/import_movements.py",
        "        if self.errors:\n            raise FileRefused(self.errors)",
        "        if False:\n            raise FileRefused(self.errors)",
        FILES,
    ),
    Mutant(
        "a trial is kept",
        "tracking/resources/import_movements.py",
        "        if dry_run:\n            transaction.set_rollback(True)",
        "        if False:\n            transaction.set_rollback(True)",
        FILES,
    ),
    Mutant(
        "the preview is not what is done",
        "tracking/imports/run.py",
        "if outcomes.digest != file_import.digest:",
        "if False:",
        ("test_import_pages.py", "test_import_long.py"),
    ),
    Mutant(
        "a document that comes again later is posted in two",
        "tracking/resources/movement_rows.py",
        "            if here in seen:\n",
        "            if False:\n",
        FILES,
    ),
    Mutant(
        "rows of one document may differ",
        "tracking/resources/movement_rows.py",
        'if cells.get(name, "").strip() != first:',
        "if False:",
        FILES,
    ),
    Mutant(
        "documents of a switch are imported",
        "tracking/resources/movement_rows.py",
        "    if kind in SYSTEM_KINDS:\n",
        "    if kind in ():\n",
        FILES,
    ),
    Mutant(
        "a minus is overlooked",
        "katana_trace/lib/quantities.py",
        'return -millionths if sign == "-" else millionths',
        "return millionths",
        ("test_lib.py", "test_ledger.py"),
    ),
    Mutant(
        "0.5 is read as five millionths",
        "katana_trace/lib/quantities.py",
        'int((part or "").ljust(6, "0"))',
        'int((part or "").rjust(6, "0"))',
        ("test_lib.py",),
    ),
    Mutant(
        "an offset from UTC is overlooked",
        "katana_trace/lib/days.py",
        "instant = datetime.fromisoformat(text).astimezone(UTC)",
        "instant = datetime.fromisoformat(text).replace(tzinfo=UTC)",
        ("test_lib.py", "test_bad_input.py"),
    ),
    Mutant(
        "a semicolon does not part cells",
        "katana_trace/lib/safe_csv.py",
        'return max(",;\\t", key=header.count)',
        'return max(",\\t", key=header.count)',
        ("test_lib.py", *FILES),
    ),
    Mutant(
        "a cell that begins with @ is a formula",
        "katana_trace/lib/safe_csv.py",
        "DANGEROUS = frozenset(\"=+-@\\t\\r'",
        "DANGEROUS = frozenset(\"=+-\\t\\r'",
        ("test_lib.py", "test_export_pages.py"),
    ),
    Mutant(
        "a column that comes twice is taken",
        "katana_trace/lib/safe_csv.py",
        "    if doubled:\n",
        "    if False:\n",
        ("test_lib.py", *FILES),
    ),
    Mutant(
        "İ and i are different numbers",
        "katana_trace/lib/numbers.py",
        'unicodedata.normalize("NFKC", again.casefold())',
        'unicodedata.normalize("NFKC", again.lower())',
        ("test_lib.py",),
    ),
    Mutant(
        "an upload may have any size",
        "tracking/imports/upload.py",
        "    if size > SIZE_LIMIT:\n",
        "    if False:\n",
        ("test_import_pages.py", "test_import_hostile.py"),
    ),
    Mutant(
        "imports do not wait for postings",
        "tracking/ledger/locks.py",
        "    take([LEDGER], exclusive=True)",
        "    take([LEDGER], exclusive=False)",
        ("races/test_many_lines.py",),
        ("postgresql",),
    ),
    Mutant(
        "12 AM is read as noon",
        "tracking/imports/formats.py",
        'hour = hour % 12 + (12 if found["half"] in "pP" else 0)',
        'hour = hour + (12 if found["half"] in "pP" and hour < 12 else 0)',
        MAPPING,
    ),
    Mutant(
        "one column of a file is guessed for two of ours",
        "tracking/imports/mapping.py",
        "if name in places and places.index(name) not in columns.values():",
        "if name in places:",
        MAPPING,
    ),
    Mutant(
        "signs by the kind are put before those of the file",
        "tracking/imports/convert.py",
        'bare = quantity.lstrip("-")',
        "bare = quantity",
        MAPPING,
    ),
    Mutant(
        "an adjustment loses its minus where signs are by the kind",
        "tracking/imports/convert.py",
        "return bare if kind in INCOMING else quantity",
        "return bare",
        MAPPING,
    ),
    Mutant(
        "a time without an offset is taken for one in UTC",
        "tracking/imports/convert.py",
        "self.zone: ZoneInfo = timezone.get_default_timezone()",
        'self.zone = ZoneInfo("UTC")',
        MAPPING,
    ),
    Mutant(
        "a mapping of partners is used for locations",
        "tracking/imports/mapping.py",
        "RememberedMapping.objects.filter(kind=kind.name, header_key",
        "RememberedMapping.objects.filter(header_key",
        MAPPING,
    ),
    Mutant(
        "a serial number of another item is in the way of stock",
        "tracking/resources/taken.py",
        "row = seen.get((item, key))",
        "row = next((row for (_, number), row in seen.items() if number == key), None)",
        ("test_import_pages.py",),
    ),
    Mutant(
        "stock of two places has one token",
        "tracking/resources/import_stock.py",
        "{place} {time} {key}",
        "{place} {time}",
        ("test_import_pages.py",),
    ),
)
