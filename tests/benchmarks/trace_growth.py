"""The same trace in a small ledger and in one of ten times its size: it should cost the same (see README.md)."""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.site import Site, make_world, site

LEVELS, WIDE, CUSTOMERS = 5, 8, 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000, help="of the large company; the small one has a tenth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=10, help="in each round")
    parser.add_argument("--rounds", type=int, default=7, help="of both ledgers by turns")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    options = parser.parse_args()
    with site(postgresql=options.postgresql) as small, site(postgresql=options.postgresql) as large:
        fill(small, documents=options.documents // 10, seed=options.seed)
        fill(large, documents=options.documents, seed=options.seed)
        found: list[list[dict]] = [[], []]
        for _ in range(options.rounds):
            for one, rows in zip((small, large), found, strict=True):
                rows.append(one.measure("trace_page", "STORY-0", "S-0-0", str(options.runs)))
    report(found, options)


def fill(one: Site, *, documents: int, seed: int) -> None:
    with tempfile.TemporaryDirectory(prefix="katana-trace-benchmark-") as folder:
        make_world(Path(folder), documents=documents, seed=seed)
        write_story(Path(folder))
        for name in ("", "story_"):
            one.manage("import_csv", "items", f"{folder}/{name}items.csv")
            one.manage("import_csv", "movements", f"{folder}/{name}movements.csv")


def write_story(folder: Path) -> None:
    """A company beside the company: WIDE lots on each of LEVELS levels, each made from all below, and its customers."""
    with (folder / "story_items.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["item", "kind", "unit", "tracking", "sku", "variant", "gtin", "shelf_life_days"])
        out.writerows(["Story " + str(n), "product", "kg", "batch", f"STORY-{n}", "", "", ""] for n in range(LEVELS))
    with (folder / "story_movements.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(
            ["kind", "document", "posted_at", "partner", "location", "sku", "batch_number", "expires_on", "serial_number",
             "quantity", "note"]
        )  # fmt: skip

        def row(kind: str, number: str, partner: str, sku: int, lot: int, quantity: int) -> list[str]:
            batch = f"S-{sku}-{lot}"
            at = "2026-01-02T08:00:00+00:00"
            return [kind, number, at, partner, "Story shed", f"STORY-{sku}", batch, "", "", str(quantity), ""]

        for lot in range(WIDE):
            out.writerow(row("receipt", f"ST-{lot}", "Story mill", 0, lot, 10_000))
        for level in range(1, LEVELS):
            for lot in range(WIDE):
                document = f"ST-{level}-{lot}"
                out.writerows(row("production", document, "", level - 1, below, -10) for below in range(WIDE))
                out.writerow(row("production", document, "", level, lot, 10_000))
        for n in range(CUSTOMERS):
            out.writerow(row("shipment", f"ST-{n}", f"Story customer {n}", LEVELS - 1, n % WIDE, -1))


def report(found: list[list[dict]], options: argparse.Namespace) -> None:
    print(
        f"{'PostgreSQL' if options.postgresql else 'SQLite'}: median of {options.rounds} rounds of {options.runs} runs"
    )
    print("     lines   lots  shipments  queries  trace ms  page ms")
    times = []
    for rows in found:
        trace, page = median(row["graph"] for row in rows), median(row["page"] for row in rows)
        times.append((trace, page))
        one = rows[0]
        print(
            f"  {one['lines']:8,} {one['lots']:6,} {one['shipments']:10,} {one['queries']:8,} {trace:9.1f} {page:8.1f}"
        )
    (trace, page), (large_trace, large_page) = times
    print(f"  ten times the ledger: {large_trace / trace:.2f} times the trace, {large_page / page:.2f} times the page")


if __name__ == "__main__":
    main()
