"""A site of the benchmark's own: an empty database that goes when the benchmark ends, and processes that work on it.

What is measured runs in a process of its own, so that its time and peak memory are nobody else's.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAINTENANCE = "postgres"  # the database that is always there, from which others are made and dropped


@dataclass(frozen=True)
class Site:
    """``environment`` leads a process to this site's database; ``folder`` keeps its files."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    def manage(self, *arguments: str) -> str:
        return self.python("manage.py", *arguments)

    def measure(self, what: str, *arguments: str) -> dict:
        """The answer of one function of ``measures.py``, called in a process of its own."""
        return json.loads(self.python("-m", "tests.benchmarks.measures", what, *arguments))

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout


@contextmanager
def site(*, postgresql: bool) -> Iterator[Site]:
    """A migrated site without a row, on SQLite in a temporary folder, or in a database of its own on PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="katana-trace-benchmark-"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KATANA_TRACE_")}
    environment |= {
        "KATANA_TRACE_DATA": str(folder),
        "KATANA_TRACE_SECRET_KEY": secrets.token_urlsafe(64),
        "DJANGO_SETTINGS_MODULE": "katana_trace.settings",
    }
    name = f"katana_trace_benchmark_{secrets.token_hex(4)}" if postgresql else ""
    environment["PGDATABASE"] = name
    try:
        if postgresql:
            in_maintenance(f"CREATE DATABASE {name}")
        made = Site(folder, environment)
        made.manage("migrate", "--verbosity", "0")
        yield made
    finally:
        if postgresql:
            in_maintenance(f"DROP DATABASE IF EXISTS {name}")
        shutil.rmtree(folder)


def in_maintenance(statement: str) -> None:
    import psycopg

    with psycopg.connect(dbname=MAINTENANCE, autocommit=True) as connection:
        connection.execute(statement)


def make_world(folder: Path, *, documents: int, seed: int) -> None:
    """A company's files in ``folder``, of ``make_world.py``."""
    maker = ROOT / "tests" / "make_world.py"
    options = ["--documents", str(documents), "--traces", "20", "--seed", str(seed)]
    subprocess.run([sys.executable, maker, folder, *options], check=True, stdout=subprocess.DEVNULL)
