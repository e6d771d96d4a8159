"""Seals beside writers, and seals that are killed: each stands on what was committed, or is not there (rule 26)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import pytest
from django.db import connection

from tests.build import item, line, post
from tests.races.starting_line import Entry
from tests.races.verdict import assert_laws_hold, posted
from tracking.ledger.seals import make_seal, seal_of_head, unsealed
from tracking.models import Document, Seal

pytestmark = pytest.mark.race

WRITERS, SEALS = 8, 50


def test_50_seals_beside_8_writers_cover_each_document_once(course, record_figures):
    item("A", "batch", skus=("A",))
    item("B", skus=("B",))
    post("receipt", line("A", 10, batch="L"), line("B", 10))
    levels = [line("A", 1, batch="L"), line("B", 1)]
    seconds = float(os.environ.get("KATANA_TRACE_RACE_SECONDS", "2"))
    finish = course.run(
        *[Entry("move_two_items", {"levels": levels, "seconds": seconds})] * WRITERS,
        Entry("seal_again", {"times": SEALS}),
    )
    *writers, sealer = finish.answers
    make_seal(by=None)
    assert posted(writers) > 0
    assert sum(Seal.objects.values_list("document_count", flat=True)) == Document.objects.count()
    assert all(seal_of_head(head) for head in sealer["heads"])
    assert (unsealed().documents, unsealed().changes) == (0, 0)
    assert_laws_hold()
    record_figures(finish, postings=posted(writers), seals=Seal.objects.count())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a process on SQLite has a file of its own here")
def test_a_killed_seal_is_there_or_not_and_the_next_one_follows(course):
    item("A", skus=("A",))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "katana_trace.settings",
        "KATANA_TRACE_SECRET_KEY": "x" * 60,
        "PGDATABASE": connection.settings_dict["NAME"],
    }
    rng = random.Random(417)
    for turn in range(6):
        post("receipt", line("A", 1), number=f"PO-{turn}")
        child = subprocess.Popen([sys.executable, "manage.py", "seal"], env=environment, stdout=subprocess.PIPE)
        time.sleep(rng.uniform(0.2, 1.6))
        child.kill()
        child.communicate()
        assert_laws_hold()
    make_seal(by=None)
    assert sum(Seal.objects.values_list("document_count", flat=True)) == 6
    assert_laws_hold()
