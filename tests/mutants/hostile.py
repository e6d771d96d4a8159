"""Mistakes in reading what nobody trusts: files that are made to stop the site, long texts, codes that say two things."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

SHEETS = ("test_hostile_sheets.py",)

MUTANTS = (
    Mutant(
        "a row of a sheet may come twice",
        "katana_trace/lib/xlsx_sheet.py",
        "        if number <= self.row:\n",
        "        if number < self.row:\n",
        SHEETS,
    ),
    Mutant(
        "a sheet may have any number of cells",
        "katana_trace/lib/xlsx_sheet.py",
        "        if self.count > MOST_CELLS:\n",
        "        if False:\n",
        SHEETS,
    ),
    Mutant(
        "a tag may be of any length",
        "katana_trace/lib/xlsx_parser.py",
        "                if fed - parser.CurrentByteIndex > LONGEST_TAG:\n",
        "                if False:\n",
        SHEETS,
    ),
    Mutant(
        "elements may lie in one another without end",
        "katana_trace/lib/xlsx_parser.py",
        "        if self.depth > DEEPEST:\n",
        "        if False:\n",
        SHEETS,
    ),
    Mutant(
        "a part may be of any size unpacked",
        "katana_trace/lib/xlsx_parts.py",
        "                if self.left < 0:\n",
        "                if False:\n",
        SHEETS,
    ),
    Mutant(
        "a record of CSV need not end",
        "katana_trace/lib/safe_csv.py",
        "            if self.pending > RECORD_LIMIT:\n",
        "            if False:\n",
        SHEETS,
    ),
    Mutant(
        "a long text is looked for by its beginning",
        "katana_trace/lib/numbers.py",
        "    return keyed(text) if len(text) <= KEY_LIMIT else key_of_nothing(text)\n",
        "    return keyed(text[:KEY_LIMIT])\n",
        ("test_lib.py",),
    ),
    Mutant(
        "of two lot numbers in a code the last is taken",
        "tracking/scanning/code.py",
        "        if what_of(ai) in doubled:\n",
        "        if False:\n",
        ("test_scan.py", "test_draft_scan.py"),
    ),
    Mutant(
        "a bad label keeps the good ones from being taken",
        "tracking/drafts/scan.py",
        '            bad.append(CheckedNumber(text.replace(SEPARATOR, "|"), key_of(text), str(error), "label"))\n',
        "            raise error\n",
        ("test_draft_scan.py",),
    ),
    Mutant(
        "the reasons are counted and not the rows",
        "tracking/imports/outcomes.py",
        "        self.counts.refused += len({error.row for error in errors})\n",
        "        self.counts.refused += len(errors)\n",
        ("test_import_pages.py",),
    ),
    Mutant(
        "what was removed is committed all the same",
        "tracking/imports/run.py",
        "            raise Removed\n",
        "            pass\n",
        ("test_import_long.py",),
    ),
    Mutant(
        "looking at an import removes it",
        "tracking/views/imports.py",
        '        context["is_missing"] = True\n',
        '        context["is_missing"] = forget(file_import)\n',
        ("test_import_long.py",),
    ),
)
