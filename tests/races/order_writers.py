"""Writers whose documents share levels, or stand beside each other: what came first is what the ledger says (rule 11)."""

from __future__ import annotations

import random
import time
from contextlib import nullcontext

from django.db import connection, transaction

from katana_trace.lib.identity import new_uuid
from tests.races.without_guards import no_order_of_levels
from tests.races.writers import Score, document
from tracking.documents.rule import NewLine
from tracking.ledger.post import post, post_here
from tracking.ledger.seals import make_seal


def move_two_items(number: int, *, levels: list[NewLine], seconds: float) -> dict:
    """Receives and ships one or two of ``levels`` for ``seconds``, drawn at random, some units at a time."""
    score, rng, ends, turn = Score(), random.Random(number), time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        turn += 1
        kind = rng.choice(("receipt", "shipment", "shipment"))  # so that there is never much
        sign = 1 if kind == "receipt" else -1
        drawn = rng.sample(levels, rng.choice((1, 2)))
        lines = [
            NewLine(line.variant, line.location, sign * rng.randint(1, 5) * line.quantity, line.batch_number)
            for line in drawn
        ]
        name = f"W{number}-{turn}"
        score.try_it(lambda kind=kind, lines=lines, name=name: post(document(kind, *lines, number=name), by=None))
    return score.answer()


def receive_long(number: int, *, lines: list[NewLine], times: int) -> dict:
    """Receives all of ``lines`` in one document, again and again."""
    score = Score()
    for turn in range(times):
        score.try_it(lambda turn=turn: post(document("receipt", *lines, number=f"L{number}-{turn}"), by=None))
    return score.answer()


def seal_again(number: int, *, times: int) -> dict:
    """Makes one seal after the other; their heads."""
    heads = []
    for _ in range(times):
        heads.append(make_seal(by=None).head)
        time.sleep(0.02)
    return {"posted": 0, "refused": [], "heads": heads}


def hold_a_level(number: int, *, level: int, seconds: float) -> dict:
    """Has one level locked for ``seconds``, as a posting has that is not finished."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tracking_stocklevel WHERE id = %s FOR NO KEY UPDATE", [level])
        time.sleep(seconds)
    return {"posted": 0, "refused": []}


def post_after(number: int, *, kind: str, lines: list[NewLine], name: str, after: float, in_order: bool) -> dict:
    """Posts one document ``after`` some seconds; without ``in_order`` ids are drawn before the levels are locked."""
    time.sleep(after)
    score = Score()
    new = document(kind, *lines, number=name, token=new_uuid())
    with nullcontext() if in_order else no_order_of_levels():
        score.try_it(lambda: posted_once(new))
    return score.answer()


def posted_once(new) -> None:
    """One try in a transaction of its own: what waits for others is decided by what they did, not by trying again."""
    with transaction.atomic():
        post_here(new, by=None)
