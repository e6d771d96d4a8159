"""Figures of what must not grow with the ledger, or grow as the plainest query over it does: all in one large company."""

from __future__ import annotations

import json

from tests.benchmarks.site import site
from tests.benchmarks.speed.figure import Figure, ratio


def figures(*, postgresql: bool, runs: int, lines: int) -> list[Figure]:
    with site(postgresql=postgresql) as made:

        def measured(name: str) -> dict:
            return json.loads(made.python("-m", "tests.benchmarks.speed.child", "large", name, str(runs)))

        made.python("-m", "tests.benchmarks.speed.child", "large", "fill", str(lines))
        fefo, stock, laws = measured("fefo"), measured("stock"), measured("verify")
        file, above = measured("history"), measured("history_memory")
        on, off = measured("switch_on"), measured("switch_off")
        beside = measured("beside") if postgresql else None
    return [
        figure("FEFO for 250 units, 100,000 batches against 1,000", fefo, 1.5, 1.2),
        figure(f"stock per batch, {lines:,} lines against 1,000", stock, 1.3, 1.1),
        figure(f"verify {laws['lines']:,} lines, against one GROUP BY", laws, 6, 3),
        figure("history CSV of 100,000 lines, against a bare cursor", file, 2, 1.3),
        Figure(f"memory above the base of the same at {lines:,}", above, 20, 10, unit="MiB"),
        figure("switch batch tracking on, 100,000 lines against 1,000", on, 1.5, 1.2),
        figure("switch it off, 100,000 lines, against bare UPDATE, DELETE and CSV", off, 3, 2),
        *([waited(beside)] if beside else []),
    ]


def waited(beside: dict) -> Figure:
    """The longest of the receipts of another item that were posted while tracking was switched off."""
    said = f"{beside['count']} receipts, at most {1000 * beside['most']:.0f} ms each"
    return Figure(
        "of the switch-off, the longest receipt of another item", beside["most"] / beside["switch"], 1, 0.1, said
    )


def figure(what: str, found: dict, at_most: float, aim: float) -> Figure:
    ours, floor = found["ours"], found["floor"]
    shown = f"{1000 * sorted(ours)[len(ours) // 2]:,.1f} ms"
    return Figure(what, ratio(ours, floor), at_most, aim, shown)
