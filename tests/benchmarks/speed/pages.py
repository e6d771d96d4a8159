"""Figures of pages in one large company: each beside a bare view with a session that renders a table of 50 rows."""

from __future__ import annotations

import json

from tests.benchmarks.site import site
from tests.benchmarks.speed.figure import Figure

MOST_QUERIES = 15


def figures(*, postgresql: bool, runs: int, lines: int) -> list[Figure]:
    with site(postgresql=postgresql) as made:

        def child(name: str, *arguments: str):
            return json.loads(made.python("-m", "tests.benchmarks.speed.child", "served", name, *arguments))

        child("fill", str(lines))
        found = child("served", str(20 * runs))
    worst = max(found["queries"].values())
    return [
        *[
            Figure(
                f"{name}, p95", seconds / floor, 2, 1.3, f"{1000 * seconds:.1f} ms, {found['queries'][name]} queries"
            )
            for name, (seconds, floor) in found["p95"].items()
        ],
        Figure("queries of a page, at most", worst, MOST_QUERIES, MOST_QUERIES, unit=""),
    ]
