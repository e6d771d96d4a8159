"""Strict-Transport-Security as a site is served: by the settings of a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

ANSWER = """
import django; django.setup()
from django.test import Client
answer = Client(SERVER_NAME="localhost").get("/accounts/login/", secure=True)
print(answer.headers.get("Strict-Transport-Security", "none"))
"""
USUAL = "max-age=31536000; includeSubDomains"


def served(tmp_path, **values: str) -> subprocess.CompletedProcess:
    """A process that starts as a site does, with ``values`` in its environment."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("KATANA_TRACE_", "PG"))}
    usual = {
        "DJANGO_SETTINGS_MODULE": "katana_trace.settings",
        "KATANA_TRACE_SECRET_KEY": "only-for-tests-" + "x" * 50,
        "KATANA_TRACE_DATA": str(tmp_path),
    }
    command = [sys.executable, "-c", ANSWER]
    return subprocess.run(command, env=plain | usual | values, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("values", "header"),
    [
        ({}, USUAL),
        ({"KATANA_TRACE_HSTS_PRELOAD": "0"}, USUAL),
        ({"KATANA_TRACE_HSTS_PRELOAD": "1"}, f"{USUAL}; preload"),
        ({"KATANA_TRACE_PLAIN_HTTP": "1"}, "none"),
    ],
)
def test_preload_is_said_only_where_the_site_asks_for_it(tmp_path, values, header):
    done = served(tmp_path, **values)
    assert (done.returncode, done.stdout.strip()) == (0, header), done.stderr


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"KATANA_TRACE_HSTS_PRELOAD": "perhaps"},
            "KATANA_TRACE_HSTS_PRELOAD is “perhaps”. Set it to 1 (yes) or 0 (no)",
        ),
        (
            {"KATANA_TRACE_HSTS_PRELOAD": "1", "KATANA_TRACE_PLAIN_HTTP": "1"},
            "KATANA_TRACE_HSTS_PRELOAD is set, but the site is served without TLS",
        ),
    ],
)
def test_a_bad_value_of_preload_stops_the_start_with_a_sentence(tmp_path, values, said):
    done = served(tmp_path, **values)
    assert done.returncode == 1
    assert said in done.stderr.strip().splitlines()[-1]
