"""Imports a company's history, and writes the same rows by plain ``executemany`` (see README.md)."""

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
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    options = parser.parse_args()
    imports: list[dict] = []
    indexed: list[float] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory(prefix="katana-trace-benchmark-") as folder:
        make_world(Path(folder), documents=options.documents, seed=options.seed)
        rows = str(Path(folder) / "rows")
        for _ in range(options.runs):
            with site(postgresql=options.postgresql) as fresh:
                fresh.manage("import_csv", "items", f"{folder}/items.csv")
                imports.append(fresh.measure("import_movements", f"{folder}/movements.csv"))
                fresh.measure("keep_rows", rows)
            for way, found in (("with", indexed), ("without", bare)):
                with site(postgresql=options.postgresql) as fresh:
                    found.append(fresh.measure("write_bare", rows, way)["seconds"])
    report(imports, {"with indexes and keys": median(indexed), "columns alone": median(bare)}, options)


def report(imports: list[dict], plain: dict[str, float], options: argparse.Namespace) -> None:
    lines, seconds = imports[0]["lines"], median(run["seconds"] for run in imports)
    database = "PostgreSQL" if options.postgresql else "SQLite"
    print(f"{database}: {imports[0]['documents']:,} documents, {lines:,} lines, median of {options.runs} runs")
    print(f"  import                               {seconds:7.2f} s  {lines / seconds:9,.0f} lines/s")
    for name, took in plain.items():
        times = f"the import takes {seconds / took:.1f} times that"
        print(f"  executemany, {name:<22}  {took:7.2f} s  {lines / took:9,.0f} lines/s  {times}")
    print(f"  peak memory of the importing process {max(run['peak_mib'] for run in imports):7.0f} MiB")


if __name__ == "__main__":
    main()
