"""Spreadsheets that are made to stop a site, 200 of them by their seeds: bombs of rows, cells, texts, depth, shared texts,
sizes, relations and of the zip itself. None is kept as a file.

Each is small as it comes and large unpacked; ``scale`` is how much of the full size a test of the suite takes.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat

MIB = 1 << 20
COUNT = 200
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
Chunks = Iterable[str]


@dataclass(frozen=True)
class HostileSheet:
    seed: int
    how: str
    content: bytes


class Maker:
    """The parts of a workbook, each as it would be in a good file until an act makes it another."""

    def __init__(self, seed: int, scale: float):
        self.chance = random.Random(seed)
        self.scale = scale
        self.rows: Chunks = ['<row r="2"><c r="A2" t="inlineStr"><is><t>Main</t></is></c></row>']
        self.before = self.after = ""
        self.header = '<row r="1"><c r="A1" t="inlineStr"><is><t>location</t></is></c></row>'
        self.strings: Chunks | None = None
        self.styles: Chunks = ['<cellXfs count="1"><xf numFmtId="0"/></cellXfs>']
        self.book: Chunks = ['<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets>']
        self.relations: Chunks = [
            relation("rId1", "worksheet", "worksheets/sheet1.xml"),
            relation("rId2", "sharedStrings", "sharedStrings.xml"),
            relation("rId3", "styles", "styles.xml"),
        ]
        self.more: list[tuple[str, bytes]] = []

    def many(self, least: int, most: int) -> int:
        return max(1, int(self.chance.randint(least, most) * self.scale))

    def pack(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            root = relation("rId1", "officeDocument", "xl/workbook.xml")
            write(book, "_rels/.rels", [f"<Relationships {PACKAGE}>", root, "</Relationships>"])
            write(book, "xl/workbook.xml", [f'<workbook {MAIN} xmlns:r="{OFFICE}">', *self.book, "</workbook>"])
            write(
                book,
                "xl/_rels/workbook.xml.rels",
                around(f"<Relationships {PACKAGE}>", self.relations, "</Relationships>"),
            )
            write(book, "xl/styles.xml", around(f"<styleSheet {MAIN}>", self.styles, "</styleSheet>"))
            if self.strings is not None:
                write(book, "xl/sharedStrings.xml", around(f"<sst {MAIN}>", self.strings, "</sst>"))
            top = [f"<worksheet {MAIN}>", self.before, "<sheetData>", self.header]
            write(
                book,
                "xl/worksheets/sheet1.xml",
                around("".join(top), self.rows, f"</sheetData>{self.after}</worksheet>"),
            )
            for name, content in self.more:
                book.writestr(name, content)
        return out.getvalue()


def relation(name: str, kind: str, target: str, more: str = "") -> str:
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}" {more}/>'


def around(first: str, middle: Chunks, last: str) -> Iterator[str]:
    yield first
    yield from middle
    yield last


def write(book: zipfile.ZipFile, name: str, chunks: Chunks) -> None:
    with book.open(name, "w") as part:
        for chunk in chunks:
            part.write(chunk.encode())


def times(text: str, count: int) -> Iterator[str]:
    """``text`` so many times, in pieces of some 64 KiB."""
    piece = max(1, 65_536 // len(text))
    yield from repeat(text * piece, count // piece)
    yield text * (count % piece)


# -- rows and cells -------------------------------------------------------------------------------------------------------


def far_row(made: Maker) -> None:
    number = made.chance.choice([1_048_577, 10**9, 2**31, 2**63, 10**30, 1_048_576])
    made.rows = [f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>']


def many_rows(made: Maker) -> None:
    made.rows = times(
        made.chance.choice(["<row/>", "<row></row>", "<row><c/></row>"]), made.many(2_000_000, 30_000_000)
    )


def rows_backwards(made: Maker) -> None:
    made.rows = times('<row r="2"><c r="A2"><v>1</v></c></row>', made.many(100_000, 3_000_000))


def wide_row(made: Maker) -> None:
    made.rows = around(
        '<row r="2">',
        times(made.chance.choice(["<c/>", "<c></c>", '<c t="s"/>']), made.many(2_000_000, 40_000_000)),
        "</row>",
    )


def far_cells(made: Maker) -> None:
    place = made.chance.choice(["XFD2", "ZZZ2", "GS2", "A" * 200 + "2", "A2222222222222222222", "A0", ""])
    made.rows = [f'<row r="2"><c r="{place}"><v>1</v></c></row>']


def many_cells(made: Maker) -> None:
    """As many as the limits let in, and more."""
    made.header = f'<row r="1">{"".join(f"<c><v>{n}</v></c>" for n in range(190))}</row>'
    made.rows = times(
        f"<row>{made.chance.choice(['<c/>', '<c><v>1.5</v></c>', '<c><v>7</v></c>']) * 190}</row>",
        made.many(20_000, 90_000),
    )


def big_cell(made: Maker) -> None:
    kind = made.chance.choice(["str", "inlineStr", "n", "s", "b", "d", "e"])
    inside = ("<is><t>", "</t></is>") if kind == "inlineStr" else ("<v>", "</v>")
    text = made.chance.choice(
        ["9", "x", "&#x41;", "&amp;", "_x0041_", "<![CDATA[x]]>", "<!-- x -->", "\u0316\u0301", "\n"]
    )
    made.rows = around(
        f'<row r="2"><c r="A2" t="{kind}">{inside[0]}',
        times(text, made.many(5, 200) * MIB // len(text)),
        f"{inside[1]}</c></row>",
    )


def cell_of_many_runs(made: Maker) -> None:
    made.rows = around(
        '<row r="2"><c t="inlineStr"><is>', times("<r><t>x</t></r>", made.many(500_000, 15_000_000)), "</is></c></row>"
    )


def long_numbers(made: Maker) -> None:
    number = made.chance.choice(
        ["9" * 5000, "1e999999", "-" * 400, "1." + "3" * 4000, "0x10", "1e300", "9" * 390, "nan"]
    )
    made.rows = times(f"<row><c><v>{number}</v></c></row>", made.many(1_000, 60_000))


def formulas(made: Maker) -> None:
    formula = made.chance.choice(["<f>A1</f>", f"<f>{'A1+' * 30_000}A1</f>", "<f/>", '<f t="shared" si="0"/>'])
    made.rows = times(f"<row><c>{formula}<v>{made.chance.choice(['', '1'])}</v></c></row>", made.many(100, 3_000))


def full_sheet(made: Maker) -> None:
    """As many rows and columns as a good file may have, each cell with a text of its own among the shared ones."""
    rows, columns = made.many(60_000, 100_000), 19
    names = "".join(f'<c t="inlineStr"><is><t>h{n}</t></is></c>' for n in range(columns))
    made.header = f'<row r="1">{names}</row>'
    made.strings = (f"<si><t>{n % 999_999:06d}{n}</t></si>" for n in range(rows * columns))
    cells = ("".join(f'<c t="s"><v>{row * columns + n}</v></c>' for n in range(columns)) for row in range(rows))
    made.rows = (f"<row>{text}</row>" for text in cells)


# -- what is around the cells ---------------------------------------------------------------------------------------------


def deep(made: Maker) -> None:
    name = made.chance.choice(["a", "row", "c", "is", "t", "sheetData"])
    count = made.many(100_000, 20_000_000)
    opened = times(f"<{name}>", count)
    made.rows = opened if made.chance.random() < 0.5 else around("<row><c>", opened, f"</{name}>" * 50)


def many_elements(made: Maker) -> None:
    made.rows = times(
        made.chance.choice(["<a/>", "<v/>", "<x:y xmlns:x='u'/>", "<is/>"]), made.many(5_000_000, 60_000_000)
    )


def many_attributes(made: Maker) -> None:
    kind = made.chance.randrange(3)
    count = made.many(1_000, 200_000)
    if kind == 0:
        names = "".join(f" a{n}=''" for n in range(count))
        made.rows = times(f"<row{names}/>", max(1, made.many(5, 100) * MIB // len(names)))
    elif kind == 1:
        names = "".join(f" xmlns:a{n}='u{n}'" for n in range(count))
        made.rows = times(f"<row{names}/>", max(1, made.many(5, 100) * MIB // len(names)))
    else:
        made.rows = times("<row " + "".join(f" a{n}=''" for n in range(60)) + "/>", made.many(10_000, 400_000))


def many_names(made: Maker) -> None:
    """Each another one, of which the parser keeps all."""
    form = made.chance.choice(["<a{:x}/>", "<a a{:x}=''/>", "<a xmlns:a{:x}='u'/>"])
    made.rows = (form.format(n) for n in range(made.many(1_000_000, 5_000_000)))


def long_namespace(made: Maker) -> None:
    """Which is written out before each name that is in it."""
    outer, inner = made.chance.choice([("a:a xmlns:a", "<a:b/>"), ("a xmlns", "<b/>"), ("a:a xmlns:a", "<b a:b=''/>")])
    name = outer.split()[0]
    made.rows = around(f"<{outer}='{'u' * 200_000}'>", times(inner, made.many(1_000_000, 7_000_000)), f"</{name}>")


def long_tag(made: Maker) -> None:
    first, text, last = made.chance.choice(
        [
            ("<row a='", "x", "'/>"),
            ("<row a='", ">", "'/>"),
            ("<!-- ", "x", " -->"),
            ("<!-- ", "< ", " -->"),
            ("<?a ", "x", "?>"),
            ("<row", " ", "/>"),
            ("<", "a", "/>"),
            ("<row a='", "&amp;", "'/>"),
        ]
    )
    made.rows = around(first, times(text, made.many(1, 200) * MIB // len(text)), last)


def nothing_but_spaces(made: Maker) -> None:
    made.rows = times(
        made.chance.choice([" ", "\n", "\r\n", "\t", "<!---->", "<?a?>", "<![CDATA[]]>", "&#32;"]),
        made.many(5, 60) * MIB,
    )


def declarations(made: Maker) -> None:
    grow = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(20))
    made.more.append(("xl/worksheets/sheet2.xml", f"<!DOCTYPE x [{grow}]><worksheet {MAIN}>&e19;</worksheet>".encode()))
    made.relations = [relation("rId1", "worksheet", "worksheets/sheet2.xml")]


def false_size(made: Maker) -> None:
    made.before = made.chance.choice(
        [
            '<dimension ref="A1:XFD1048576"/>',
            '<dimension ref="A1:ZZZZZZ99999999999999"/>',
            '<cols><col min="1" max="99999999"/></cols>',
        ]
    )
    merged = '<mergeCell ref="A1:XFD1048576"/>' * made.many(1_000, 300_000)
    made.after = f"<mergeCells>{merged}</mergeCells>"


# -- the other parts ------------------------------------------------------------------------------------------------------


def many_strings(made: Maker) -> None:
    made.strings = times(
        made.chance.choice(["<si/>", "<si><t>x</t></si>", "<si><t>ab</t></si>", "<si><r><t>\U0001f600</t></r></si>"]),
        made.many(1_000_000, 9_000_000),
    )


def big_string(made: Maker) -> None:
    made.strings = around(
        "<si><t>",
        times(made.chance.choice(["x", "&#65;", "\u0301", "\U0001f600"]), made.many(5, 40) * MIB),
        "</t></si>",
    )
    made.rows = ['<row><c t="s"><v>0</v></c></row>']


def same_string(made: Maker) -> None:
    """One long text that each of many cells shares."""
    made.strings = ["<si><t>", made.chance.choice(["x", "\u0316\u0301"]) * 450, "</t></si>"]
    made.rows = times('<row><c t="s"><v>0</v></c></row>', made.many(20_000, 1_000_000))


def lost_strings(made: Maker) -> None:
    made.rows = times(
        f'<row><c t="s"><v>{made.chance.choice(["7", "-1", "99999999999999999999", "x", "1.0"])}</v></c></row>',
        made.many(1, 1_000),
    )


def many_styles(made: Maker) -> None:
    made.styles = made.chance.choice(
        [
            around("<cellXfs>", times('<xf numFmtId="14"/>', made.many(60_000, 200_000)), "</cellXfs>"),
            around(
                "<numFmts>", times('<numFmt numFmtId="200" formatCode="0"/>', made.many(10_000, 100_000)), "</numFmts>"
            ),
            [
                f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * 250}"/></numFmts><cellXfs>',
                '<xf numFmtId="200"/>' * 9000,
                "</cellXfs>",
            ],
            [
                f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * made.many(1_000, 3_000_000)}"/></numFmts>',
                '<cellXfs><xf numFmtId="200"/></cellXfs>',
            ],
            around("<cellXfs>", times("<xf/>", made.many(60_000, 5_000_000)), "</cellXfs>"),
        ]
    )
    made.rows = times('<row><c s="0"><v>46000</v></c></row>', made.many(10, 10_000))


def many_sheets(made: Maker) -> None:
    made.book = around(
        "<sheets>",
        times(
            f'<sheet name="a" sheetId="1" r:id="{made.chance.choice(["rId1", "rId9"])}"/>', made.many(10_000, 90_000)
        ),
        "</sheets>",
    )


def odd_relations(made: Maker) -> None:
    target = made.chance.choice(
        [
            "../../../../etc/passwd", "/etc/passwd", "workbook.xml", "/xl/workbook.xml", "http://127.0.0.1:1/a.xml", "file:///dev/zero",
            "sharedStrings.xml", "../[Content_Types].xml", "", ".", "..", "/",
            "worksheets/" + "../worksheets/" * 5000 + "sheet1.xml",
            "_rels/workbook.xml.rels", "\\\\host\\share", "worksheets/SHEET1.XML",
        ]
    )  # fmt: skip
    made.relations = [relation("rId1", "worksheet", target, made.chance.choice(["", 'TargetMode="External"']))]
    made.strings = ["<si><t>a</t></si>"]


def many_relations(made: Maker) -> None:
    made.relations = (
        relation(f"rId{n}", "worksheet", "worksheets/sheet1.xml") for n in range(made.many(2_000, 60_000))
    )


# -- the zip --------------------------------------------------------------------------------------------------------------


def many_parts(made: Maker) -> None:
    made.more = [(f"xl/media/{n}.txt", b"") for n in range(made.many(2_000, 60_000))]


def twins(made: Maker) -> None:
    made.more = [(made.chance.choice(["xl/Workbook.xml", "xl/worksheets/SHEET1.xml", "XL/STYLES.XML"]), b"x")]


ACTS: list[Callable[[Maker], None]] = [
    far_row, many_rows, rows_backwards, wide_row, far_cells, many_cells, big_cell, big_cell, cell_of_many_runs, long_numbers,
    formulas, full_sheet, deep, many_elements, many_attributes, long_tag, long_tag, nothing_but_spaces, declarations,
    false_size, many_strings, big_string, same_string, lost_strings, many_styles, many_sheets, odd_relations, odd_relations,
    many_relations, many_parts, twins, many_names, long_namespace,
]  # fmt: skip


def lying_sizes(content: bytes, chance: random.Random) -> bytes:
    """The zip's directory says that its parts are small, or huge."""
    changed = bytearray(content)
    size = chance.choice([0, 10, 1000, 2**31])
    place = changed.find(b"PK\x01\x02")
    while place != -1:
        changed[place + 24 : place + 28] = struct.pack("<I", size)
        place = changed.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def lying_directory(content: bytes, chance: random.Random) -> bytes:
    """The end of the zip says that its directory has other sizes, or lies elsewhere."""
    changed = bytearray(content)
    place = changed.rfind(b"PK\x05\x06")
    where, size = chance.choice([(8, 2), (10, 2), (12, 4), (16, 4)])
    changed[place + where : place + where + size] = chance.randbytes(size)
    return bytes(changed)


def encrypted(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    place = changed.find(b"PK\x01\x02")
    while place != -1:
        changed[place + 8] |= 1
        place = changed.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def other_method(content: bytes, chance: random.Random) -> bytes:
    """Packed by a method that can need any amount of memory."""
    method = chance.choice([zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w", method) as target:
        for part in book.infolist():
            with book.open(part) as opened, target.open(part.filename, "w") as written:
                while chunk := opened.read(MIB):
                    written.write(chunk)
    return out.getvalue()


def appended(content: bytes, chance: random.Random) -> bytes:
    return content + chance.choice([b"\0" * MIB, b"PK\x05\x06" * 5000, content])


def full_directory(content: bytes, chance: random.Random) -> bytes:
    """A directory with as many entries as 16 MiB hold."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = chance.randint(100_000, 16 * MIB // len(entry))
    directory = entry * count
    return (
        b"PK\x03\x04"
        + directory
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), 4, 0)
    )


ZIPS: list[Callable[[bytes, random.Random], bytes]] = [
    lying_sizes, lying_directory, encrypted, other_method, appended, full_directory,
]  # fmt: skip


def hostile_sheet(seed: int, scale: float = 1.0) -> HostileSheet:
    """The spreadsheet of a seed; ``how`` names what was done to it."""
    made = Maker(seed, scale)
    acts = [ACTS[seed % len(ACTS)]]
    if made.chance.random() < 0.15:
        acts.append(made.chance.choice(ACTS))
    for act in acts:
        act(made)
    content = made.pack()
    how = [act.__name__ for act in acts]
    if made.chance.random() < 0.2:
        lie = made.chance.choice(ZIPS)
        content = lie(content, made.chance)
        how.append(lie.__name__)
    return HostileSheet(seed, ", ".join(how), content)
