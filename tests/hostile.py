"""Files that nobody should be able to hurt us with: good ones, mutated by a seed, so that each can be made again."""

from __future__ import annotations

import csv
import io
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

from tests.importing import workbook

Rows = list[list[str]]

GOOD: dict[str, Rows] = {
    "items": [
        ["item", "kind", "unit", "tracking", "sku", "variant", "gtin", "shelf_life_days"],
        ["Flour", "material", "kg", "batch", "FLOUR", "", "", "180"],
        ["Rye", "material", "kg", "batch", "RYE", "25 kg", "4006381333931", "90"],
        ["Oven", "product", "pcs", "serial", "OVEN", "", "", ""],
    ],
    "variants": [["item", "sku", "variant", "gtin"], ["Flour", "FLOUR-1", "1 kg", ""], ["Flour", "FLOUR", "", ""]],
    "locations": [["location", "phone", "address"], ["Main", "1", "Leeds"], ["Attic", "", ""]],
    "partners": [["partner", "email", "phone", "address"], ["Northmill", "a@b.example", "", ""], ["Café", "", "", ""]],
    "batches": [
        ["sku", "batch_number", "expires_on", "made_on", "supplier_batch", "note"],
        ["FLOUR", "F-1", "2027-01-31", "2026-01-01", "N 1", ""],
        ["FLOUR", "F-2", "", "", "", "torn"],
    ],
    "serials": [["sku", "location", "serial_number"], ["PUMP", "Main", "A1"], ["PUMP", "Main", "A2"]],
    "stock": [
        ["sku", "location", "quantity", "batch_number", "expires_on", "serial_number"],
        ["FLOUR", "Main", "10.5", "F-3", "2027-01-31", ""],
        ["PUMP", "Shop", "", "", "", "B1"],
        ["BAG", "Main", "100", "", "", ""],
    ],
    "movements": [
        ["kind", "document", "posted_at", "partner", "location", "sku", "batch_number", "expires_on", "serial_number",
         "quantity", "note"],
        ["receipt", "PO-1", "2026-01-06T08:00:00+00:00", "Northmill", "Main", "FLOUR", "F-9", "2027-01-31", "", "25", ""],
        ["receipt", "PO-1", "2026-01-06T08:00:00+00:00", "Northmill", "Main", "PUMP", "", "", "C1", "1", ""],
        ["shipment", "SO-1", "2026-01-07T08:00:00+00:00", "Café", "Main", "FLOUR", "F-9", "", "", "-5", "urgent"],
        ["adjustment", "SA-1", "2026-01-08T08:00:00+00:00", "", "Main", "BAG", "", "", "", "-2", ""],
    ],
}  # fmt: skip

CELLS = [
    "=1+1", "=HYPERLINK(\"http://x.example\")", "+5", "-5", "@SUM(A1)", "'", "''=1", "\t", "＝1", "1,5", "1.234,50", "1 000",
    "1_000", "1e5", "1E309", "NaN", "inf", "-inf", "0x10", "٣", "−5", "-0", "0.0000001", "99999999999999999999999", ".5", "5.",
    "31.01.2026", "01/31/2026", "2026-02-30", "0000-00-00", "9999-12-31", "2026-01-31T08:00:00", "2026-01-31T25:00:00+00:00",
    "46053", "TRUE", "None", "null", "#N/A", "", " ", "\u00a0", "\u200b", "\u202eabc", "ﬃ" * 30, "İ", "a" * 65, "a" * 999,
    "a" * 1001, "b" * 5000, "c" * 200_000, "x\ny", "x\r\ny", "\x07", "\x1b[31m", "\x85", "😀" * 20, "../../etc/passwd",
    "<script>alert(1)</script>", "{{ 7*7 }}", "%s%n", "'; DROP TABLE items_item;--", "UNBATCHED", "ｕｎｂａｔｃｈｅｄ",
    "_xD800_", "_x0000_", "_x000D_", "_x0041_", "_x005F_x0041_",
]  # fmt: skip


MOST = 24 << 20  # bytes, a little above what the page takes


@dataclass(frozen=True)
class Hostile:
    kind: str
    name: str
    content: bytes
    how: str


def hostile(seed: int) -> Hostile:
    """The file of a seed; ``how`` names what was done to it."""
    chance = random.Random(seed)
    kind = chance.choice(list(GOOD))
    rows = [list(row) for row in GOOD[kind]]
    if chance.random() < 0.15:
        act = chance.choice(SHEETS)
        return Hostile(kind, "file.xlsx", act(chance, rows), act.__name__)
    acts = chance.sample(ROWS, chance.choice([0, 1, 1, 2, 3]))
    for act in acts:
        if len(rows) > 1 and all(rows):
            act(chance, rows)
    text = written(rows, chance.choice([",", ",", ",", ";", "\t", "|"]), chance.choice(["\r\n", "\r\n", "\n", "\r"]))
    last = chance.sample(TEXTS, chance.choice([0, 0, 1]))
    content = text.encode("utf-8", "surrogatepass")
    for act in last:
        content = act(chance, content)
    return Hostile(kind, "file.csv", content[:MOST], ", ".join(act.__name__ for act in [*acts, *last]) or "nothing")


def written(rows: Rows, delimiter: str, end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


# -- the rows -------------------------------------------------------------------------------------------------------------


def odd_cell(chance: random.Random, rows: Rows) -> None:
    for _ in range(chance.choice([1, 1, 2, 5])):
        row = chance.choice(rows[1:] or rows)
        if row:
            row[chance.randrange(len(row))] = chance.choice(CELLS)


def odd_column(chance: random.Random, rows: Rows) -> None:
    place, cell = chance.randrange(len(rows[0])), chance.choice(CELLS)
    for row in rows[1:]:
        if place < len(row):
            row[place] = cell


def missing_column(chance: random.Random, rows: Rows) -> None:
    place = chance.randrange(len(rows[0]))
    for row in rows:
        del row[place : place + 1]


def doubled_column(chance: random.Random, rows: Rows) -> None:
    place = chance.randrange(len(rows[0]))
    for row in rows:
        row.append(row[place] if place < len(row) else "")


def unknown_column(chance: random.Random, rows: Rows) -> None:
    name = chance.choice(["value", "", " ", "Ünïcode", "=x", "a" * 500, "quantity ", "SKU", "\u200b", "lot"])
    for number, row in enumerate(rows):
        row.insert(0, name if number == 0 else chance.choice(CELLS))


def renamed_column(chance: random.Random, rows: Rows) -> None:
    rows[0][chance.randrange(len(rows[0]))] = chance.choice(["", "Item code", "Lot", "Qty", "Datum", "SKU", "x" * 300])


def many_columns(chance: random.Random, rows: Rows) -> None:
    count = chance.choice([50, 300, 5000])
    for number, row in enumerate(rows[:50]):
        row += [f"column {place}" if number == 0 else "" for place in range(count)]


def shuffled_columns(chance: random.Random, rows: Rows) -> None:
    places = list(range(len(rows[0])))
    chance.shuffle(places)
    for row in rows:
        row[:] = [row[place] if place < len(row) else "" for place in places]


def swapped_cells(chance: random.Random, rows: Rows) -> None:
    for row in rows[1:]:
        chance.shuffle(row)


def short_row(chance: random.Random, rows: Rows) -> None:
    row = chance.choice(rows)
    del row[chance.randrange(len(row)) :]


def long_row(chance: random.Random, rows: Rows) -> None:
    chance.choice(rows).extend([""] * chance.choice([1, 3, 1000]))


def no_rows(chance: random.Random, rows: Rows) -> None:
    del rows[chance.choice([0, 1]) :]


def repeated_rows(chance: random.Random, rows: Rows) -> None:
    rows += [list(row) for row in rows[1:]] * chance.choice([1, 2, 200 if len(rows[-1]) < 50 else 3])


def header_again(chance: random.Random, rows: Rows) -> None:
    rows.insert(chance.randrange(len(rows)) + 1, list(rows[0]))


def empty_rows(chance: random.Random, rows: Rows) -> None:
    for _ in range(chance.choice([1, 3])):
        rows.insert(chance.randrange(len(rows) + 1), [""] * chance.choice([0, 1, len(rows[0])]))


def many_rows(chance: random.Random, rows: Rows) -> None:
    rows += [[f"{cell[:100]}{number}" for cell in rows[-1]] for number in range(300 if len(rows[-1]) < 50 else 3)]


ROWS: list[Callable[[random.Random, Rows], None]] = [
    odd_cell, odd_cell, odd_cell, odd_column, missing_column, doubled_column, unknown_column, renamed_column, many_columns,
    shuffled_columns, swapped_cells, short_row, long_row, repeated_rows, header_again, empty_rows, many_rows, no_rows,
]  # fmt: skip


# -- the bytes ------------------------------------------------------------------------------------------------------------


def other_encoding(chance: random.Random, content: bytes) -> bytes:
    encoding = chance.choice(
        ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp037", "utf-7", "shift-jis"]
    )
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def marks(chance: random.Random, content: bytes) -> bytes:
    mark = chance.choice([b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"])
    place = chance.choice([0, 0, len(content) // 2])
    return content[:place] + mark + content[place:]


def odd_bytes(chance: random.Random, content: bytes) -> bytes:
    odd = [
        b"\0",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xff",
        b"\x1a",
        b"\x0b",
        b"\xf4\x90\x80\x80",
        b"\x80" * 50,
        b"\r",
        b"\x0c",
    ]
    for _ in range(chance.choice([1, 1, 5])):
        place = chance.randrange(len(content) + 1)
        content = content[:place] + chance.choice(odd) + content[place:]
    return content


def odd_quotes(chance: random.Random, content: bytes) -> bytes:
    for _ in range(chance.choice([1, 2, 9])):
        place = chance.randrange(len(content) + 1)
        content = content[:place] + chance.choice([b'"', b'""', b'"""', b'",', b'\\"', b"'"]) + content[place:]
    return content


def flipped(chance: random.Random, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(min(len(found), chance.choice([1, 10, 100]))):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def other_file(chance: random.Random, content: bytes) -> bytes:
    heads = [
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        b"GIF89a",
        b"\x1f\x8b\x08",
        b'{"a": 1}',
        b"<html>",
    ]
    return chance.choice(heads) + content


def nothing(chance: random.Random, content: bytes) -> bytes:
    return chance.choice([b"", b"\r\n", b" ", b"\xef\xbb\xbf", b",,,,\r\n,,,,\r\n", b"\0" * 1000])


def one_line(chance: random.Random, content: bytes) -> bytes:
    return content.replace(b"\n", b" ").replace(b"\r", b" ") * chance.choice([1, 500])


TEXTS: list[Callable[[random.Random, bytes], bytes]] = [
    other_encoding, other_encoding, marks, odd_bytes, odd_bytes, odd_quotes, odd_quotes, flipped, flipped, cut, other_file,
    nothing, one_line,
]  # fmt: skip


# -- spreadsheets ---------------------------------------------------------------------------------------------------------


def plain_sheet(chance: random.Random, rows: Rows) -> bytes:
    return workbook(*map(tuple, rows))


def typed_sheet(chance: random.Random, rows: Rows) -> bytes:
    printable = [cell for cell in CELLS if cell.isprintable() and len(cell) < 2000]
    odd = [1, 1.5, -0.1, 1e300, True, None, "=1+1", "=A1", "text", 0.1 + 0.2, *printable]
    return workbook(
        tuple(rows[0]), *[tuple(chance.choice([cell, chance.choice(odd)]) for cell in row) for row in rows[1:]]
    )


def flipped_sheet(chance: random.Random, rows: Rows) -> bytes:
    return flipped(chance, workbook(*map(tuple, rows)))


def cut_sheet(chance: random.Random, rows: Rows) -> bytes:
    return cut(chance, workbook(*map(tuple, rows)))


def repacked(rows: Rows, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The workbook with each part as ``change`` gives it; None leaves it out."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(*map(tuple, rows)))) as book,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in book.infolist():
            content = change(part.filename, book.read(part))
            if content is not None:
                target.writestr(part.filename, content)
    return out.getvalue()


def bomb(chance: random.Random, rows: Rows) -> bytes:
    """A part that is a thousand times as large unpacked."""
    where = chance.choice(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"])
    size = 300 if where.endswith("sheet1.xml") else 60  # MiB
    if where not in BOMBS:
        out = io.BytesIO(repacked(GOOD["locations"], lambda name, content: None if name == where else content))
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as book, book.open(where, "w") as part:
            for _ in range(size):
                part.write(b" " * (1 << 20))
        BOMBS[where] = out.getvalue()
    return BOMBS[where]


BOMBS: dict[str, bytes] = {}


def liar(chance: random.Random, rows: Rows) -> bytes:
    """A zip whose directory says that its parts are small."""
    content = bytearray(bomb(chance, rows))
    place = content.find(b"PK\x01\x02")
    while place != -1:
        content[place + 24 : place + 28] = struct.pack("<I", 1000)
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(content)


def entities(chance: random.Random, rows: Rows) -> bytes:
    """Declarations that grow when they are read, in a part that is read."""
    grow = "".join(
        f'<!ENTITY e{n} "{"&e" + str(n - 1) + ";" if n else "ha"}{"&e" + str(n - 1) + ";" if n else "ha"}">'
        for n in range(30)
    )
    head = f"<?xml version='1.0'?><!DOCTYPE x [{grow}]>".encode()
    pad = b"<!--" + b"-" * 0 + b" " * chance.choice([0, 5000, 70_000]) + b"-->"
    where = chance.choice(
        ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml"]
    )

    def change(name: str, content: bytes) -> bytes:
        if name != where:
            return content
        body = content[content.find(b"?>") + 2 :] if content.startswith(b"<?xml") else content
        return pad.join([b"", b""]) + head + pad + body if chance.random() < 0.5 else head + pad + body

    return repacked(rows, change)


def missing_part(chance: random.Random, rows: Rows) -> bytes:
    gone = chance.choice(
        [
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
            "xl/_rels/workbook.xml.rels",
            "[Content_Types].xml",
            "xl/styles.xml",
        ]
    )
    return repacked(rows, lambda name, content: None if name == gone else content)


def odd_part(chance: random.Random, rows: Rows) -> bytes:
    chosen = chance.randrange(10)
    return repacked(
        rows,
        lambda name, content: (
            flipped(chance, content) if crc32(name.encode()) % 10 == chosen or "sheet" in name else content
        ),
    )


def far_cell(chance: random.Random, rows: Rows) -> bytes:
    """A cell in the last column or the last row, or in no place at all."""
    place = chance.choice(["XFD2", "A1048576", "XFD1048576", "A0", "ZZZZ1", "", "A99999999999"]).encode()
    return repacked(rows, lambda name, content: content.replace(b'r="A2"', b'r="' + place + b'"'))


def far_size(chance: random.Random, rows: Rows) -> bytes:
    return repacked(
        rows, lambda name, content: content.replace(b'<dimension ref="', b'<dimension ref="A1:XFD1048576" x="')
    )


def many_parts(chance: random.Random, rows: Rows) -> bytes:
    out = io.BytesIO(workbook(*map(tuple, rows)))
    with zipfile.ZipFile(out, "a") as book:
        for number in range(1500):
            book.writestr(f"xl/media/{number}.txt", "x")
    return out.getvalue()


def other_zip(chance: random.Random, rows: Rows) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr(chance.choice(["mimetype", "a.csv", "../../evil", "xl/workbook.xml"]), written(rows, ",", "\n"))
    return out.getvalue()


SHEETS: list[Callable[[random.Random, Rows], bytes]] = [
    plain_sheet, typed_sheet, typed_sheet, flipped_sheet, flipped_sheet, cut_sheet, bomb, liar, entities, missing_part,
    odd_part, odd_part, far_cell, far_size, many_parts, other_zip,
]  # fmt: skip
