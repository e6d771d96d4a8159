"""Connects many serial numbers to units that are in stock without one, by one file (see README.md)."""

from __future__ import annotations

import argparse
from statistics import median

from tests.benchmarks.site import Site, site

ITEMS = "item,kind,unit,tracking,sku,variant,gtin,shelf_life_days\nPump,product,pcs,serial,PUMP,,,\n"
RECEIPT = (
    "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\n"
    "receipt,PO-1,2026-01-06T08:00:00+00:00,,Main,PUMP,,,,{count},\n"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serials", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    options = parser.parse_args()
    found = []
    for _ in range(options.runs):
        with site(postgresql=options.postgresql) as fresh:
            found.append(measured(fresh, options.serials))
    database = "PostgreSQL" if options.postgresql else "SQLite"
    seconds = [row["seconds"] for row in found]
    print(f"{database}: {found[0]['count']:,} serial numbers connected, {options.runs} runs")
    print(f"  seconds: median {median(seconds):.1f}, at most {max(seconds):.1f}")
    print(f"  peak memory of the process: {max(row['peak_mib'] for row in found):.0f} MiB")


def measured(fresh: Site, count: int) -> dict:
    files = {
        "items": ITEMS,
        "movements": RECEIPT.format(count=count),
        "serials": "sku,location,serial_number\n" + "".join(f"PUMP,Main,{n:09d}\n" for n in range(count)),
    }
    for name, text in files.items():
        (fresh.folder / f"{name}.csv").write_text(text, encoding="utf-8")
    fresh.manage("import_csv", "items", str(fresh.folder / "items.csv"))
    fresh.manage("import_csv", "movements", str(fresh.folder / "movements.csv"))
    answer = fresh.measure("import_serials", str(fresh.folder / "serials.csv"))
    fresh.manage("verify")
    return answer


if __name__ == "__main__":
    main()
