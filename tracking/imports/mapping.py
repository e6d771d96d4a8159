"""Which column of a file is which of ours: guessed from its header, shown, corrected, and remembered for the next one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from katana_trace.lib.numbers import key_of
from tracking.imports.columns import Shape
from tracking.imports.formats import DATES, DECIMALS, fits_dates, fits_numbers
from tracking.imports.kinds import ImportKind
from tracking.models import RememberedMapping

SAMPLE = 1_000  # rows that a guess looks at


@dataclass(frozen=True, slots=True)
class Mapping:
    """``columns`` gives the place (from 0) in the file of a column of ours, ``constants`` what stands for one in all rows."""

    columns: dict[str, int] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    dates: str = "ymd"
    decimals: str = "point"
    signs: str = "file"

    def as_json(self) -> dict:
        return {
            "columns": self.columns, "constants": self.constants, "dates": self.dates, "decimals": self.decimals,
            "signs": self.signs,
        }  # fmt: skip


def mapping_of(stored: dict) -> Mapping:
    """The inverse of ``as_json``."""
    return Mapping(**stored)


def words_of(text: str) -> str:
    """A header or word as synonyms have it: lower case, letters and digits with single spaces."""
    return re.sub(r"[\W_]+", " ", key_of(text)).strip()


def header_key(header: Sequence[str]) -> str:
    """What two files with the same header share."""
    return hashlib.sha256("\n".join(words_of(name) for name in header).encode()).hexdigest()


def guess(kind: ImportKind, header: Sequence[str], sample: Sequence[Sequence[str]]) -> Mapping:
    """The mapping that was used for this header before, or the one that its words and the first rows suggest."""
    kept = RememberedMapping.objects.filter(kind=kind.name, header_key=header_key(header)).first()
    if kept is not None:
        return mapping_of(kept.mapping)
    places = [words_of(name) for name in header]
    columns: dict[str, int] = {}
    for column in kind.columns:
        wanted = (words_of(column.name), *column.synonyms)
        for name in wanted:
            if name in places and places.index(name) not in columns.values():
                columns[column.name] = places.index(name)
                break
    constants = {
        column.name: column.alone
        for column in kind.columns
        if column.is_required and column.alone is not None and column.name not in columns
    }
    return Mapping(columns, constants, *guessed_formats(kind, columns, sample))


def guessed_formats(kind: ImportKind, columns: dict[str, int], sample: Sequence[Sequence[str]]) -> tuple[str, str]:
    """The first formats that all cells of the sample can be read in."""

    def cells(*shapes: Shape) -> list[str]:
        places = [columns[column.name] for column in kind.columns if column.shape in shapes and column.name in columns]
        return [row[place] for row in sample[:SAMPLE] for place in places if row[place].strip()]

    days, numbers = cells(Shape.DAY, Shape.INSTANT), cells(Shape.QUANTITY)
    dates = next((name for name in DATES if fits_dates(days, name)), "ymd")
    decimals = next((name for name in DECIMALS if fits_numbers(numbers, name)), "point")
    return dates, decimals


def missing(kind: ImportKind, mapping: Mapping) -> list[str]:
    """The columns that the file must bring, and that ``mapping`` neither finds nor gives."""
    return [
        column.name
        for column in kind.columns
        if column.is_required and column.name not in mapping.columns and column.name not in mapping.constants
    ]


def remember(kind: ImportKind, header: Sequence[str], mapping: Mapping, *, by) -> None:
    """Keeps ``mapping`` for the next file of this header."""
    RememberedMapping.objects.update_or_create(
        kind=kind.name,
        header_key=header_key(header),
        defaults={"mapping": mapping.as_json(), "saved_by": by, "saved_at": timezone.now()},
    )
