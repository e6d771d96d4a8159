"""Traces the busiest lots over an imported history, next to the plain recursive query (see README.md)."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.site import make_world, site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lots", type=int, default=5, help="how many of the busiest lots")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="katana-trace-benchmark-") as folder,
        site(postgresql=options.postgresql) as fresh,
    ):
        make_world(Path(folder), documents=options.documents, seed=options.seed)
        fresh.manage("import_csv", "items", f"{folder}/items.csv")
        fresh.manage("import_csv", "movements", f"{folder}/movements.csv")
        found = fresh.measure("trace", str(options.lots), str(options.runs))
    report(found, options)


def report(found: list[dict], options: argparse.Namespace) -> None:
    database = "PostgreSQL" if options.postgresql else "SQLite"
    print(f"{database}: {options.documents:,} documents, median of {options.runs} runs")
    print("  lot                         lots met  (plain)  shipments  trace ms  plain ms   times")
    for row in found:
        print(
            f"  {row['lot'][:27]:<27} {row['lots']:8,} {row['plain_lots']:8,} {row['shipments']:10,} "
            f"{row['trace']:9.1f} {row['plain']:9.1f}  {row['trace'] / row['plain']:6.2f}"
        )
    times = [row["trace"] / row["plain"] for row in found]
    print(f"  median: {median(times):.2f} times the plain recursive query, at most {max(times):.2f}")


if __name__ == "__main__":
    main()
