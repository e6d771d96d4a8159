"""``python -m tests.mutants``: puts each mistake into a copy of the project, runs its tests there, and takes it out again.

Runs on SQLite, or on PostgreSQL where PGDATABASE is set. Ends with 1 when a mutant survived.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS, as_markdown

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 900  # a mutant that hangs is noticed too
KILLED, PASSED = 1, 0  # what pytest ends with


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="part of the name or file of those that are to be run")
    parser.add_argument("--table", action="store_true", help="print the table of the README instead")
    arguments = parser.parse_args()
    if arguments.table:
        print(as_markdown())
        return 0
    database = "postgresql" if os.environ.get("PGDATABASE") else "sqlite"
    chosen = [
        mutant
        for mutant in MUTANTS
        if database in mutant.databases
        and (not arguments.only or any(part in mutant.name or part in mutant.file for part in arguments.only))
    ]
    with tempfile.TemporaryDirectory(prefix="katana-trace-mutants-") as folder:
        copy = copied(Path(folder))
        survived = [mutant.name for mutant in chosen if not is_killed(mutant, copy)]
    print(f"{len(chosen) - len(survived)} of {len(chosen)} killed on {database}.")
    return 1 if survived else 0


def copied(folder: Path) -> Path:
    """The project's own files, in a folder where mistakes do no harm."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    return folder


def is_killed(mutant: Mutant, copy: Path) -> bool:
    file = copy / mutant.file
    right = file.read_text()
    if right.count(mutant.old) != 1:
        sys.exit(
            f"{mutant.name}: its text is {right.count(mutant.old)} times in {mutant.file}, and must be there once."
        )
    begun = time.monotonic()
    file.write_text(right.replace(mutant.old, mutant.new))
    try:
        killer = first_failure(mutant, copy)
    finally:
        file.write_text(right)
    print(
        f"{'killed' if killer else 'SURVIVED':9} {time.monotonic() - begun:5.1f} s  {mutant.name}: {killer}", flush=True
    )
    return bool(killer)


def first_failure(mutant: Mutant, copy: Path) -> str:
    """The test that fails first; "" when all of the mutant's pass."""
    for name in mutant.tests:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--create-db", f"tests/{name}"]
        try:
            ended = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"{name} hangs"
        if ended.returncode == KILLED:
            failures = [line for line in ended.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
            return failures[0].partition(" ")[2].partition(" - ")[0] if failures else name
        if ended.returncode != PASSED:
            sys.exit(f"{mutant.name}: pytest could not run {name}.\n{ended.stdout}\n{ended.stderr}")
    return ""


if __name__ == "__main__":
    sys.exit(main())
