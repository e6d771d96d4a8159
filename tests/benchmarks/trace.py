"""Traces lots over an imported history, next to the plain recursive query: ``python -m tests.benchmarks.trace``."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.benchmarks.site import make_world, site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="katana-trace-benchmark-") as folder,
        site(postgresql=options.postgresql) as fresh,
    ):
        make_world(Path(folder), documents=options.documents, seed=options.seed)
        fresh.manage("import_csv", "items", f"{folder}/items.csv")
        fresh.manage("import_csv", "movements", f"{folder}/movements.csv")
        traces = json.loads((Path(folder) / "traces.json").read_text(encoding="utf-8"))
        lots = json.dumps([[trace["sku"], trace["number"]] for trace in traces])
        found = fresh.measure("trace", lots, str(options.runs))["lots"]
    print(f"{'PostgreSQL' if options.postgresql else 'SQLite'}: {options.documents:,} documents, median of {options.runs} runs, the busiest lot first")
    print("  lot                                lots met  shipments   trace ms   plain ms   times")
    for row in sorted(found, key=lambda row: -row["lots"] - row["shipments"]):
        print(
            f"  {row['lot'][:34]:<34} {row['lots']:8,}  {row['shipments']:9,}  {row['trace']:9.1f}  {row['plain']:9.1f}  "
            f"{row['trace'] / row['plain']:6.2f}"
        )


if __name__ == "__main__":
    main()
