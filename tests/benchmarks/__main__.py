"""The table of figures: ``python -m tests.benchmarks [--postgresql] [PART …]`` measures and prints it (see README.md)."""

from __future__ import annotations

import argparse

from tests.benchmarks.speed import growing, pages, posting, tracing, writing
from tests.benchmarks.speed.figure import table_of

PARTS = {part.__name__.rpartition(".")[2]: part.figures for part in (posting, growing, tracing, pages, writing)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--lines", type=int, default=1_000_000, help="of the large company of growing and pages")
    options = parser.parse_args()
    if unknown := sorted(set(options.parts) - set(PARTS)):
        parser.error(f"There is no part “{unknown[0]}”. Choose of {', '.join(PARTS)}.")
    found = [
        figure
        for name in options.parts or PARTS
        for figure in PARTS[name](postgresql=options.postgresql, runs=options.runs, lines=options.lines)
    ]
    print(table_of(found, "PostgreSQL" if options.postgresql else "SQLite"))


if __name__ == "__main__":
    main()
