"""A writer that dies by ``kill -9``: what it did is wholly there or not at all, and what was acknowledged is there.

KATANA_TRACE_KILLS says how many are killed of each kind (9 without it; 200 takes a minute or two).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.conftest import ROOT

pytestmark = pytest.mark.race

KILLS = int(os.environ.get("KATANA_TRACE_KILLS", "9"))


def killing(course, job: str, rounds: int, *more: str) -> dict:
    """What ``nursery.py`` saw on the database of this test."""
    values = {**os.environ, "DJANGO_SETTINGS_MODULE": "katana_trace.settings"}
    if course.folder is None:
        values["PGDATABASE"] = connection.settings_dict["NAME"]
    else:
        values["KATANA_TRACE_DATA"] = str(course.folder)
        values.pop("PGDATABASE", None)
    command = [sys.executable, "-m", "tests.races.nursery", job, str(rounds), *more]
    done = subprocess.run(command, env=values, cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def show(seen: dict, capsys, job: str) -> None:
    if "KATANA_TRACE_KILLS" in os.environ:
        with capsys.disabled():
            print(f"\n{connection.vendor} {job}: {seen}")


@pytest.mark.parametrize("job", ["posts", "switches"])
def test_who_is_killed_leaves_all_or_nothing(course, job, capsys):
    seen = killing(course, job, KILLS)
    show(seen, capsys, job)
    assert (seen["faults"], seen["rounds"], seen["before"] + seen["after"]) == ([], KILLS, KILLS)
    assert seen["before"] > 0


def test_halves_are_found_when_each_statement_is_committed_by_itself(course):
    assert killing(course, "posts", 60, "each_statement")["faults"] != []


def test_no_half_of_a_switch_can_be_committed(course):
    """Its permit cannot: it refers to a table that is empty, so whoever commits in the middle has done nothing."""
    seen = killing(course, "switches", 20, "each_statement")
    assert (seen["faults"], seen["before"], seen["after"]) == ([], 20, 0)
