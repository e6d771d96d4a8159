"""Receives many serial numbers through the pages of a document, as a person does (see README.md)."""

from __future__ import annotations

import argparse
from statistics import median

from tests.benchmarks.site import site

ACTS = {
    "look": "looked at while they are pasted",
    "add": "added to the line, and saved",
    "open": "draft opened again",
    "post": "posted",
}
PAGES = {"draft": "the draft", "line": "its numbers, a page of them", "document": "the document"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serials", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, found by libpq's own variables")
    options = parser.parse_args()
    found = []
    for _ in range(options.runs):
        with site(postgresql=options.postgresql) as fresh:
            found.append(fresh.measure("post_serials", str(options.serials)))
    report(found, options)


def report(found: list[dict], options: argparse.Namespace) -> None:
    database = "PostgreSQL" if options.postgresql else "SQLite"
    print(f"{database}: {options.serials:,} serial numbers, {options.runs} runs")
    print("                                        median s     most s   CPU: median s")
    for act, words in ACTS.items():
        times = [row[act] for row in found]
        busy = median(row[f"cpu_of_{act}"] for row in found)
        print(f"  {words:<36} {median(times):9.2f} {max(times):10.2f} {busy:15.2f}")
    print(f"  queries of posting: {max(row['queries'] for row in found)}")
    for page, words in PAGES.items():
        print(f"  page of {words}: {max(row[f'bytes_of_{page}'] for row in found) / 1000:.0f} KB")


if __name__ == "__main__":
    main()
