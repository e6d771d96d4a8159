"""Figures of posting, each beside the same rows written bare: many serial numbers in one document, and many receipts."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.site import Site, site
from tests.benchmarks.speed.figure import Figure, ratio

FEW, MANY = 10_000, 100_000
RECEIPTS, HISTORY = 500, 20_000


def figures(*, postgresql: bool, runs: int, lines: int) -> list[Figure]:
    few, _ = compared("receive", str(FEW), postgresql=postgresql, runs=runs)
    many, many_floor = compared("receive", str(MANY), postgresql=postgresql, runs=runs)
    shipped, shipped_floor = compared("ship", str(FEW), postgresql=postgresql, runs=runs)
    fresh, fresh_floor = compared("receive_batches", str(RECEIPTS), "0", postgresql=postgresql, runs=runs)
    late, late_floor = compared("receive_batches", str(RECEIPTS), str(HISTORY), postgresql=postgresql, runs=runs)
    most, aim = (4, 2) if postgresql else (8, 4)
    growth = median(seconds_of(many)) / MANY / (median(seconds_of(few)) / FEW)
    return [
        Figure(f"receive {MANY:,} serial numbers", ratio(seconds_of(many), many_floor), most, aim, said(many)),
        Figure(f"time of one at {MANY:,} against {FEW:,}", growth, 1.2, 1.0),
        Figure("most memory of the process", max(one["peak"] for one in many), 300, 300, unit="MiB"),
        Figure(f"ship {FEW:,} serial numbers", ratio(seconds_of(shipped), shipped_floor), 5, 3, said(shipped)),
        Figure("receipts of one batch, each by itself", ratio(seconds_of(fresh), fresh_floor), 4, 3, said(fresh)),
        Figure(f"the same after {HISTORY:,} others", ratio(seconds_of(late), late_floor), 4, 3, said(late)),
        Figure("statements of one receipt", max(one["statements"] for one in late), 15, 10, unit=""),
    ]


def compared(name: str, *arguments: str, postgresql: bool, runs: int) -> tuple[list[dict], list[float]]:
    """Runs of a measure of ``serials.py``, and the seconds of writing the same rows bare right after each."""
    ours, floor = [], []
    way = "one_each" if name == "receive_batches" else "all"
    with tempfile.TemporaryDirectory(prefix="katana-trace-benchmark-") as folder:
        rows = str(Path(folder) / "rows")
        for _ in range(runs):
            with site(postgresql=postgresql) as made:
                ours.append(measured(made, name, *arguments, rows))
            with site(postgresql=postgresql) as made:
                floor.append(measured(made, "bare", rows, way)["seconds"])
    return ours, floor


def measured(made: Site, name: str, *arguments: str) -> dict:
    return json.loads(made.python("-m", "tests.benchmarks.speed.child", "serials", name, *arguments))


def seconds_of(found: list[dict]) -> list[float]:
    return [one["seconds"] for one in found]


def said(found: list[dict]) -> str:
    return f"{median(seconds_of(found)):.2f} s"
