"""Exports every ledger line of a large company, and sets it beside a plain query that is written as CSV (see README.md)."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks.site import make_world, site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=260_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=Path, help="a folder of make_world.py, made before, instead of a new one")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    options = parser.parse_args()
    with site(postgresql=options.postgresql) as fresh:
        files = options.files or fresh.folder
        if options.files is None:
            make_world(files, documents=options.documents, seed=options.seed)
        for what in ("items", "movements"):
            fresh.manage("import_csv", what, str(files / f"{what}.csv"))
        floor = fresh.measure("bare_csv")
        found = {ending: fresh.measure("export_movements", ending) for ending in ("csv", "xlsx")}
    database = "PostgreSQL" if options.postgresql else "SQLite"
    print(f"{database}: {floor['lines']:,} ledger lines; a plain query to CSV takes {floor['seconds']:.1f} s")
    for ending, row in found.items():
        print(
            f"  {ending}: {row['seconds']:.1f} s, {row['seconds'] / floor['seconds']:.2f} times; {row['bytes'] / 1e6:,.0f} MB;"
            f" {row['above_mib']:.0f} MiB above the base"
        )


if __name__ == "__main__":
    main()
