"""What a run of an import said of each row, kept in a file: it is as long as the import, and the page shows a part of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from katana_trace.lib.private import open_private
from tracking.resources.refused import RowError
from tracking.resources.watch import Watch

VERBS = ("made", "changed", "unchanged", "refused")


@dataclass(frozen=True, slots=True)
class Outcome:
    """``row`` counts as a spreadsheet does, 0 is the file as a whole; ``column`` is the one at fault, in our names."""

    row: int
    verb: str
    what: str
    column: str = ""


@dataclass(slots=True)
class Progress:
    """How far the work is; another thread shows it."""

    what: str = "Reading"
    done: int = 0
    total: int = 0


@dataclass(slots=True)
class Counts:
    """Of ``refused`` the rows are counted, of which one may have several reasons; a fault of the whole file is one more."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    reversals: int = 0  # among what is made

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass
class OutcomeFile(Watch):
    """Writes outcomes as they come. Its ``digest`` stands for all that would be done: the same rows over the same data give
    the same digest, and whatever would be done otherwise gives another."""

    path: Path
    seed: str  # the hash of the rows
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.out = open_private(self.path, "w", encoding="utf-8")
        self.restart()

    def restart(self) -> None:
        self.out.seek(0)
        self.out.truncate()
        self.hash = hashlib.sha256(self.seed.encode())
        self.counts = Counts()
        self.progress.done = 0

    def begin(self, what: str) -> None:
        self.progress.what = what

    def read(self, row: int) -> None:
        self.progress.done = row

    def made(self, row: int, what: str) -> None:
        self.write(Outcome(row, "made", what))

    def reversal(self, row: int) -> None:
        self.counts.reversals += 1

    def changed(self, row: int, what: str) -> None:
        self.write(Outcome(row, "changed", what))

    def unchanged(self, row: int, what: str) -> None:
        self.write(Outcome(row, "unchanged", what))

    def refused(self, errors: Iterable[RowError]) -> None:
        errors = sorted(errors, key=lambda error: error.row)
        for error in errors:
            self.put(Outcome(error.row, "refused", error.sentence, error.column))
        self.counts.refused += len({error.row for error in errors})

    def write(self, outcome: Outcome) -> None:
        self.put(outcome)
        setattr(self.counts, outcome.verb, getattr(self.counts, outcome.verb) + 1)

    def put(self, outcome: Outcome) -> None:
        line = json.dumps([outcome.row, outcome.verb, outcome.what, outcome.column]) + "\n"
        self.out.write(line)
        self.hash.update(line.encode())

    @property
    def digest(self) -> str:
        return self.hash.hexdigest()

    def close(self) -> None:
        self.out.close()


def read_outcomes(path: Path) -> Iterator[Outcome]:
    """The outcomes in the order in which they were written: refused ones last."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Outcome(*json.loads(line))
