"""Companies made by ``make_world.py``, with the answers that a correct program must give."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

MAKER = Path(__file__).parent / "make_world.py"
MADE: dict[tuple, World] = {}


@dataclass(frozen=True)
class World:
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def answer(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def traces(self) -> list[dict]:
        return json.loads(self.answer("traces.json"))

    def load(self) -> None:
        """Brings the company in by the front door: the import commands."""
        run("import_csv", "items", self.path("items.csv"))
        run("import_csv", "movements", self.path("movements.csv"))


def world(*, seed: int, rich: bool, documents: int = 300) -> World:
    key = (seed, rich, documents)
    if key not in MADE:
        folder = Path(tempfile.mkdtemp(prefix="katana-trace-world-"))
        options = ["--seed", str(seed), "--documents", str(documents), *["--rich"] * rich]
        subprocess.run([sys.executable, MAKER, folder, *options], check=True, capture_output=True)
        MADE[key] = World(folder)
    return MADE[key]


def run(*arguments: str) -> str:
    """What a command prints on standard output."""
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def exported(what: str) -> str:
    """An export as text, with plain line ends and without the byte order mark."""
    return run("export_csv", what).removeprefix("\ufeff").replace("\r\n", "\n")


def traced(sku: str, number: str) -> dict:
    return json.loads(run("trace", sku, number))
