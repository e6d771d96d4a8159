"""Figures of tracing: beside the plain recursive query, and in a ledger of a hundred times as many production links."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.site import Site, make_world, site
from tests.benchmarks.speed.figure import Figure
from tests.benchmarks.trace_growth import write_story

DOCUMENTS, BUSIEST = 20_000, 5
FEW, MANY = 10_000, 1_000_000  # production links
ROUNDS = 5


def figures(*, postgresql: bool, runs: int, lines: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="katana-trace-benchmark-") as folder, site(postgresql=postgresql) as made:
        make_world(Path(folder), documents=DOCUMENTS, seed=1)
        made.manage("import_csv", "items", f"{folder}/items.csv")
        made.manage("import_csv", "movements", f"{folder}/movements.csv")
        busiest = made.measure("trace", str(BUSIEST), str(5 * runs))
    times = [row["trace"] / row["plain"] for row in busiest]
    lots = sum(row["lots"] for row in busiest) / len(busiest)
    with site(postgresql=postgresql) as small, site(postgresql=postgresql) as large:
        grown = growth(small, large, runs)
    return [
        Figure("trace up and down, against the plain recursive query", median(times), 4, 2, f"{lots:,.0f} lots each"),
        Figure(f"the same trace at {MANY:,} production links against {FEW:,}", grown, 2, 1.3),
    ]


def growth(small: Site, large: Site, runs: int) -> float:
    """How much longer the same trace of 33 lots takes in the larger company: the median over rounds of both by turns."""
    for one, links in ((small, FEW), (large, MANY)):
        with tempfile.TemporaryDirectory(prefix="katana-trace-benchmark-") as folder:
            write_story(Path(folder))
            one.manage("import_csv", "items", f"{folder}/story_items.csv")
            one.manage("import_csv", "movements", f"{folder}/story_movements.csv")
        json.loads(one.python("-m", "tests.benchmarks.speed.child", "links", "fill", str(links)))
    found = []
    for _ in range(ROUNDS):
        seconds = [one.measure("trace_page", "STORY-0", "S-0-0", str(5 * runs))["graph"] for one in (small, large)]
        found.append(seconds[1] / seconds[0])
    return median(found)
