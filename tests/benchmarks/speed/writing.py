"""The figure of two writers on one batch: their postings a second, beside two that do nothing but a locked UPDATE."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

from tests.benchmarks.site import ROOT, Site, site
from tests.benchmarks.speed.figure import Figure

WRITERS, SECONDS = 2, 4


def figures(*, postgresql: bool, runs: int, lines: int) -> list[Figure]:
    with site(postgresql=postgresql) as made:
        made.python("-m", "tests.benchmarks.speed.child", "two_writers", "fill")
        pairs = [(a_second(made, "ship"), a_second(made, "update")) for _ in range(runs)]
    found = median(ours / floor for ours, floor in pairs)
    ours, floor = (median(column) for column in zip(*pairs, strict=True))
    # The table counts how much worse than its floor a thing is: half of the postings are 2 times.
    said = f"{ours:,.0f} postings a second, {floor:,.0f} bare updates: {found:.2f} of them"
    return [Figure("two writers on one batch, against a bare locked UPDATE", 1 / found, 2, 1.25, said)]


def a_second(made: Site, what: str) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.speed.child", "two_writers", what, str(SECONDS)]
    writers = [
        subprocess.Popen(command, env=made.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(WRITERS)
    ]
    return sum(json.loads(writer.communicate()[0]) for writer in writers) / SECONDS
