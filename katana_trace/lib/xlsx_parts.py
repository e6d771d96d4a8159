"""The parts of an XLSX file from nobody that is trusted: what is unpacked of it is weighed as it comes (DESIGN 5.4).

What the zip says of the size of a part is not believed: the bytes are counted that really come out of it.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from katana_trace.lib.quantities import shown
from katana_trace.lib.safe_csv import FileError

MIB = 1 << 20
MOST_PARTS = 1_000
DIRECTORY_LIMIT = MIB  # bytes that are read of the zip in one go, its directory among them
UNPACKED_LIMIT = 256 * MIB  # of all parts that are read; a sheet of 100,000 rows with 19 columns has some 100 MiB
CHUNK = 1 << 16
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others can need any amount of memory
IS_ENCRYPTED = 1

SAVE_AGAIN = "Open it in a spreadsheet and save it again as XLSX, or as CSV (UTF-8)."


class Parts:
    """The parts of one file, found by their names; a name means the same in upper and lower case."""

    def __init__(self, file: BinaryIO):
        """Raises FileError for what is no zip, or one with too many parts."""
        file.seek(0)
        try:
            self.zip = zipfile.ZipFile(InPieces(file))
        except FileError:
            raise
        except Exception as error:  # whatever a damaged zip makes the library stumble over
            raise FileError(f"The file cannot be read as a spreadsheet: its zip is damaged. {SAVE_AGAIN}") from error
        found = self.zip.infolist()
        if len(found) > MOST_PARTS:
            raise FileError(f"The workbook has {len(found):,} parts, the limit is {MOST_PARTS:,}. {SAVE_AGAIN}")
        self.parts = {plain(part.filename): part for part in found}
        if len(self.parts) < len(found):
            raise FileError(f"The zip has two parts of the same name. {SAVE_AGAIN}")
        self.left = UNPACKED_LIMIT

    def __contains__(self, name: str) -> bool:
        return plain(name) in self.parts

    def chunks(self, name: str, *, limit: int | None = None) -> Iterator[bytes]:
        """The bytes of a part as they are unpacked. Raises FileError when there are more than ``limit``, or too many of all."""
        part = self.parts[plain(name)]
        if part.compress_type not in METHODS or part.flag_bits & IS_ENCRYPTED:
            raise FileError(
                f"The part {shown(name)} is compressed or encrypted in a way that no spreadsheet is. {SAVE_AGAIN}"
            )
        unpacked = 0
        with self.zip.open(part) as opened:
            while chunk := opened.read(CHUNK):
                unpacked += len(chunk)
                self.left -= len(chunk)
                if limit is not None and unpacked > limit:
                    raise too_large(f"The part {shown(name)} of the workbook", limit)
                if self.left < 0:
                    raise too_large("The workbook", UNPACKED_LIMIT)
                yield chunk


class InPieces:
    """The file as ``zipfile`` reads it, which asks for as many bytes as the file itself says that its directory has."""

    def __init__(self, file: BinaryIO):
        self.file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(DIRECTORY_LIMIT + 1 if size < 0 else min(size, DIRECTORY_LIMIT + 1))
        if len(content) > DIRECTORY_LIMIT:
            raise FileError(f"The zip says that it has a directory of more than 1 MiB. {SAVE_AGAIN}")
        return content


def plain(name: str) -> str:
    """A part's name as it is looked up."""
    return name.replace("\\", "/").lstrip("/").lower()


def target_of(source: str, target: str) -> str:
    """The name of the part that a relation of ``source`` leads to: from the root, or from where ``source`` lies."""
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), target))


def relations_of(source: str) -> str:
    """The name of the part with the relations of ``source``; of the workbook as a whole for ""."""
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def too_large(what: str, limit: int) -> FileError:
    return FileError(
        f"{what} has more than {limit // MIB:,} MiB unpacked, which is the limit. Save the rows alone as CSV (UTF-8)."
    )
