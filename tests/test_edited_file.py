"""A history file that is not the archive's own bytes: recognised, compared, and never restored as it is (rule 7)."""

from __future__ import annotations

import csv
import io
import random

import pytest

from katana_trace.lib.refusal import Refusal
from tests.build import (
    ahead,
    batch,
    broken,
    history_of,
    item,
    line,
    post,
    refusal,
    restore,
    reverse,
    stock,
    switch_off,
    switch_on,
)
from tracking.modes.archive_file import recognise_file
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.records.edit import edit_batch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def laws_hold():
    yield
    assert broken() == {}


@pytest.fixture
def flour(manager):
    """With everything that a spreadsheet may spoil: zeros, formulas, line breaks, quotes, fractions, foreign letters."""
    made = item("Flour", "batch", "kg", skus=("F-1", "F-25"))
    post("receipt", line("F-1", "10.25", batch="00417", expires=ahead(90)), partner="Müller", number="PO-1")
    post("receipt", line("F-1", 3, batch="=1+1"), line("F-25", 4, batch="L1"), number="PO-2")
    post("shipment", line("F-1", "-0.5", batch="00417"), number="SO-1", partner="Café")
    text = 'second line\r\n, with "quotes" and a comma'
    edit_batch(batch=batch("L1"), changes={"note": text, "supplier_batch": "'-7"}, by=manager, reason="Label")
    return made


@pytest.fixture
def content(flour, manager) -> bytes:
    """The downloaded history of ``flour``, which is on again."""
    found = switch_off(flour, manager)
    switch_on(flour, "batch", manager)
    return found


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def saved(rows: list[list[str]], *, delimiter: str = ",", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode(encoding)


def misfits(made, content: bytes) -> list[tuple]:
    comparison = recognise_file(made, content).comparison
    assert comparison.count == len(comparison.misfits) + comparison.more
    return [(m.row, m.column, m.archived, m.found) for m in comparison.misfits]


def set_cell(rows: list[list[str]], row: int, column: str, text: str) -> str:
    """Changes the cell in the row as a spreadsheet numbers it; what it was."""
    place = rows[0].index(column)
    before, rows[row - 1][place] = rows[row - 1][place], text
    return before


# -- the same contents in another form ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layout",
    [
        {"delimiter": ";"},
        {"delimiter": "\t", "encoding": "utf-16"},
        {"encoding": "cp1252"},
        {"encoding": "utf-8-sig", "end": "\n"},
        {"end": "\r\n"},
        {"end": "\r"},
    ],
)
def test_a_file_saved_in_another_form_has_the_same_contents(flour, content, manager, layout):
    assert misfits(flour, saved(rows_of(content), **layout)) == []
    restore(flour, saved(rows_of(content), **layout), manager)
    assert stock()[("F-1", "Main", "00417")] == "9.75"
    assert batch("L1").note == 'second line\r\n, with "quotes" and a comma'  # of the archive, whatever the file had


def test_the_very_bytes_are_compared_with_nothing(flour, content):
    assert recognise_file(flour, content).comparison is None


def test_order_of_rows_and_columns_spaces_and_foreign_decimals_do_not_matter(flour, content):
    head, *rows = rows_of(content)
    set_cell([head, *rows], 2, "quantity", "10,250")
    assert rows[0][head.index("quantity")] == "10,250"
    rows[1][head.index("sku")] += "  "
    turned = [list(reversed(row)) for row in [head, *reversed(rows)]]
    assert misfits(flour, saved(turned, delimiter=";")) == []


# -- edited ---------------------------------------------------------------------------------------------------------------


def test_each_changed_cell_is_told_with_what_the_archive_has(flour, content, manager):
    rows = rows_of(content)
    set_cell(rows, 2, "quantity", "11")
    set_cell(rows, 2, "batch_number", "417")
    set_cell(rows, 3, "batch_number", "2")
    record = next(n for n, row in enumerate(rows, 1) if row[0] == "record" and "L1" in row)
    set_cell(rows, record, "record_note", "")
    assert misfits(flour, saved(rows, delimiter=";")) == [
        (2, "batch_number", "00417", "417"),
        (2, "quantity", "10.25", "11"),
        (3, "batch_number", "=1+1", "2"),
        (record, "record_note", 'second line\r\n, with "quotes" and a comma', ""),
    ]
    before = stock()
    sentence = refusal(restore, flour, saved(rows), manager)
    assert sentence.startswith(
        "This file was edited since it was downloaded: 4 cells or rows of it do not fit the archive of "
    )
    assert "Row 2, batch_number: “00417” in the archive, “417” in the file; Row 2, quantity: “10.25”" in sentence
    assert "The archive itself is unchanged: restore from it on the page /archives/" in sentence
    assert stock() == before
    restore(flour, content, manager)


def test_rows_that_are_missing_added_or_doubled(flour, content):
    rows = rows_of(content)
    head = rows[0]
    gone = rows.pop(1)
    added = dict(zip(head, rows[1], strict=True)) | {"line": "11111111-1111-4111-8111-111111111111", "document": "PO-9"}
    rows += [list(added.values()), list(rows[1]), [*["record"], *[""] * (len(head) - 1)]]
    rows[-1][head.index("sku")], rows[-1][head.index("batch_number")] = "F-1", "NEW"
    last = len(rows)
    found = misfits(flour, saved(rows))
    assert (gone[head.index("document")], len(found)) == ("PO-1", 4)
    assert found == [
        (last - 2, "row", "", "PO-9, F-1, =1+1 is not in the archive"),
        (last, "row", "", "F-1, NEW is not in the archive"),
        (last - 1, "row", "", "PO-2, F-1, =1+1 has no line of the archive that is its own"),
        (0, "row", "PO-1, F-1, 00417, row 2 of the archive", "not in the file"),
    ]


def test_a_column_that_was_taken_out_or_added(flour, content):
    rows = rows_of(content)
    place = rows[0].index("note")
    fewer = [row[:place] + row[place + 1 :] for row in rows]
    assert misfits(flour, saved(fewer)) == [(1, "note", "note", "no such column")]
    more = [[*row, "mine" if n == 0 else "x"] for n, row in enumerate(rows)]
    assert misfits(flour, saved(more)) == []


def test_the_first_two_hundred_misfits_are_kept_and_all_counted(manager):
    pump = item("Pump", "serial", skus=("P",))
    post("receipt", *[line("P", 1, serial=f"S{n:03}") for n in range(150)])
    content = switch_off(pump, manager)
    comparison = recognise_file(pump, content.replace(b"S0", b"T0").replace(b"S1", b"T1")).comparison
    assert (len(comparison.misfits), comparison.count, comparison.more) == (200, 450, 250)


def test_of_several_archives_the_one_with_most_rows_in_common_is_named(flour, content, manager):
    first = recognise_file(flour, content).archive
    restore(flour, content, manager)
    post("receipt", line("F-1", 1, batch="L9"))
    second = switch_off(flour, manager)
    assert recognise_file(flour, content.replace(b",10.25,", b",10,")).archive == first
    found = recognise_file(flour, second.replace(b",10.25,", b",10,"))
    assert (found.archive.pk > first.pk, found.comparison.count) == (True, 1)


# -- no archive of this item ----------------------------------------------------------------------------------------------


def test_the_history_of_another_item_is_refused_naming_it(flour, content, manager):
    salt = item("Salt", "batch", skus=("SALT",))
    post("receipt", line("SALT", 1, batch="L1"))
    other = switch_off(salt, manager)
    sentence = "This is a history of Salt, not of Flour. Restore it on the tracking page of Salt."
    assert refusal(recognise_file, flour, other) == sentence
    assert refusal(recognise_file, flour, other.replace(b",1,", b",2,")) == sentence


def test_the_history_of_another_installation_is_refused(flour, content):
    rows = rows_of(content)
    for number, row in enumerate(rows[1:], 1):
        if row[0] != "record":
            row[rows[0].index("line")] = f"11111111-1111-4111-8111-{number:012}"
    assert refusal(recognise_file, flour, saved(rows)) == (
        "The ledger of Flour has none of the lines in this file, so it was made by another installation, or before this "
        "ledger was begun anew. Lines are found by their UUID: restore it where it was downloaded."
    )


def test_a_history_with_which_tracking_was_not_switched_off(flour, manager):
    history = write_history(flour)
    record_download(item=flour, history=history, by=manager)
    early = history.file.read()
    assert "but its tracking was not switched off with it" in refusal(recognise_file, flour, early)
    post("receipt", line("F-1", 1, batch="L9"))
    switch_off(flour, manager)
    found = recognise_file(flour, early).comparison
    assert [(m.row, m.column, m.found) for m in found.misfits] == [(0, "row", "not in the file")] * 2
    assert refusal(recognise_file, item("Salt"), history_of(flour)).startswith(
        "This is a history of Flour, not of Salt."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is no history: it lacks the column “kind”"),
        (b"\xff", "This file is no history: it lacks the column “kind”"),
        (b"k" * 200_000, "This file is no history: it lacks the column “kind”"),
        (b"\xff\xfe\x00\xd8k", "This file is no history: it lacks the column “kind”"),
        (b"PK\x03\x04rest", "This is a spreadsheet or zip file, and a history is CSV."),
        (b"kind,sku,batch_number,serial_number,line\r\n", "This file is not a history that was archived for Flour"),
        (b"kind,sku,batch_number,serial_number,line\r\na,b\r\n", "Row 2 has 2 cells, the header has 5."),
        (b"kind,sku,batch_number,serial_number,line,line\r\n", "The header has the column “line” twice."),
        (b'kind,sku,batch_number,serial_number,line\r\n"a,b\r\n', "The file cannot be read as CSV after row 1"),
        (b"kind,sku,batch_number,serial_number,line\r\na,b,c,d,\0\r\n", "Line 2 has a NUL character"),
    ],
)
def test_what_is_no_history_is_refused_with_the_reason(flour, manager, content, sentence):
    reverse(post("receipt", line("F-25", 1, batch="L1")))
    switch_off(flour, manager)
    assert refusal(recognise_file, flour, content).startswith(sentence)


@pytest.mark.parametrize("seed", range(8))
def test_a_spoilt_file_is_told_or_refused_and_never_restored(flour, content, seed):
    """Bytes are lost, doubled, turned and strewn in, thirty times a seed: each answer is a comparison or a sentence."""
    chance = random.Random(seed)
    pieces = [b"\0", b'"', b"\r", b";", b"\xff\xfe", b"=1+1", b"\n" * 9, "２".encode(), b"x" * 1500, b"record,", b"-0"]
    for _ in range(30):
        spoilt = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(spoilt))
            end = min(len(spoilt), at + chance.choice([1, 1, 40, 400]))
            act = chance.randrange(4)
            if act == 0:
                del spoilt[at:end]
            elif act == 1:
                spoilt[at:at] = spoilt[at:end]
            elif act == 2:
                spoilt[at:at] = chance.choice(pieces)
            else:
                spoilt[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
        assert answer_to(flour, bytes(spoilt))


def answer_to(made, content: bytes) -> bool:
    """Whether a file is answered by a whole sentence, or by misfits that each have one."""
    try:
        comparison = recognise_file(made, content).comparison
    except Refusal as refusal:
        return refusal.sentence.endswith(".")
    return comparison is None or all(misfit.sentence() for misfit in comparison.misfits)
