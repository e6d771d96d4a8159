"""XML of a spreadsheet as it is unpacked, judged before anything is built of it: depth, elements, attributes, long tags.

A reader of a part says by ``starts`` and ``ends`` which elements it wants; of all others nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from xml.parsers import expat

from katana_trace.lib.safe_csv import FileError
from katana_trace.lib.xlsx_parts import MIB, SAVE_AGAIN

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # the strict form of the standard
)
PACKAGE = ("http://schemas.openxmlformats.org/package/2006/relationships",)
DEEPEST = 64
LONGEST_TAG = MIB // 4  # bytes of one tag or comment, which the parser keeps whole
# Of all parts of a workbook: an element costs 3, an attribute 1, as it does in time. 100,000 rows of 19 columns whose cells
# share their texts cost 29 million.
MOST_MARKS = 32_000_000
# Of one part: the parser keeps each name for good, and writes a namespace out before each name that is in it.
MOST_NAMES = 5_000
LONGEST_NAME = 500  # characters of a name, and of a namespace

Start = Callable[[dict[str, str]], None]
End = Callable[[], None]


class Marks:
    """How many elements and attributes a workbook may still have, as far as they can be counted before they are parsed.

    A character that is written as _x000D_ costs 2.
    """

    def __init__(self) -> None:
        self.left = MOST_MARKS

    def count(self, chunk: bytes) -> None:
        """Raises FileError when there are too many with those of ``chunk``."""
        self.left -= 3 * (chunk.count(b"<") - chunk.count(b"</")) + chunk.count(b"=") + 2 * chunk.count(b"_x")
        if self.left < 0:
            raise FileError(
                "The workbook has more elements than 100,000 rows of 19 columns need, which is the limit. "
                "Split it, or save the rows as CSV (UTF-8)."
            )


class PartReader:
    """What the readers of the parts share. Texts are kept while ``texts`` is a list, up to ``room`` characters."""

    namespaces = MAIN

    def __init__(self, marks: Marks):
        self.marks = marks
        self.depth = 0
        self.texts: list[str] | None = None
        self.room = 0
        self.is_phonetic = False  # how a text is read aloud is no part of it
        self.starts: dict[str, Start] = {}
        self.ends: dict[str, End] = {}

    def wants(self, name: str, start: Start | None = None, end: End | None = None) -> None:
        """Has ``start`` and ``end`` called for the elements of this name."""
        for namespace in self.namespaces:
            if start is not None:
                self.starts[f"{namespace}}}{name}"] = start
            if end is not None:
                self.ends[f"{namespace}}}{name}"] = end

    def end_text(self) -> None:
        self.texts = None

    def begin_phonetic(self, attributes: dict[str, str]) -> None:
        self.is_phonetic = True

    def end_phonetic(self) -> None:
        self.is_phonetic = False

    def parse(self, chunks: Iterable[bytes]) -> Iterator[None]:
        """Parses chunk by chunk. Raises FileError for what is no XML, or goes beyond the limits."""
        names: dict[str | None, str | None] = {}
        parser = expat.ParserCreate(namespace_separator="}", intern=names)
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = refuse_declarations
        parser.StartNamespaceDeclHandler = check_namespace
        fed = known = 0
        try:
            for chunk in chunks:
                self.marks.count(chunk)
                parser.Parse(chunk, False)
                fed += len(chunk)
                if len(names) > known:
                    check_names(names, known)
                    known = len(names)
                if fed - parser.CurrentByteIndex > LONGEST_TAG:
                    raise FileError(f"The workbook has a tag or comment that never ends. {SAVE_AGAIN}")
                yield
            parser.Parse(b"", True)
            yield
        except expat.ExpatError as error:
            raise FileError(f"The file cannot be read as a spreadsheet: {error}. {SAVE_AGAIN}") from error

    def read(self, chunks: Iterable[bytes]) -> None:
        """Parses all of a part."""
        for _ in self.parse(chunks):
            pass

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FileError(f"The workbook has elements nested {DEEPEST} deep, which no sheet has. {SAVE_AGAIN}")
        act = self.starts.get(name)
        if act is not None:
            act(attributes)

    def end(self, name: str) -> None:
        act = self.ends.get(name)
        if act is not None:
            act()
        self.depth -= 1

    def text(self, text: str) -> None:
        if self.texts is not None and self.room > 0:
            self.texts.append(text[: self.room])
            self.room -= len(text)


def check_namespace(prefix: str | None, namespace: str | None) -> None:
    """Judged when it is declared, before a name is written out with it. Raises FileError."""
    if len(prefix or "") > LONGEST_NAME or len(namespace or "") > LONGEST_NAME:
        raise long_name()


def check_names(names: dict[str | None, str | None], known: int) -> None:
    """Judges all names but the first ``known``. Raises FileError."""
    if len(names) > MOST_NAMES:
        raise FileError(
            f"The workbook has more than {MOST_NAMES:,} different names of elements and attributes in one part, which no "
            f"spreadsheet program writes. {SAVE_AGAIN}"
        )
    if any(name is not None and len(name) > 2 * LONGEST_NAME for name in islice(names, known, None)):
        raise long_name()


def long_name() -> FileError:
    return FileError(f"The workbook has a name of more than {LONGEST_NAME} characters in its XML. {SAVE_AGAIN}")


def refuse_declarations(*found) -> None:
    raise FileError(f"The workbook declares entities, which no spreadsheet program writes. {SAVE_AGAIN}")
