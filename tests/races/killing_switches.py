"""Switches to No tracking that are killed inside their deleting part: all is as before, or all is done (rule 6)."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import signal

from django.contrib.auth import get_user_model
from django.db import connection

from items.models import Item
from katana_trace.lib.refusal import Refusal
from tests.build import item, line
from tests.races.nursery import Say, Seen, killed
from tests.races.verdict import broken_numbers
from tests.races.writers import document
from tracking.ledger.post import post
from tracking.models import Archive, Batch, LedgerLine, RelinkPermit, Switch
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.switch import disable_tracking

BATCHES = 60
STATEMENTS = 14  # at least as many as the deleting part has
WITHIN = 0.03  # seconds: somewhat more than it takes
DELETING = "tracking_switch"  # its first statement writes the row of the switch


def kill_switches(rounds: int, *, control: bool) -> Seen:
    by = get_user_model().objects.create_superuser("manager")
    seen = Seen()
    for number in range(rounds):
        sku = f"SUGAR-{number}"
        one = item(f"Sugar {number}", "batch", unit="kg", skus=(sku,))
        post(document("receipt", *[line(sku, 2, batch=f"B{batch}") for batch in range(BATCHES)]), by=None)
        post(document("shipment", *[line(sku, -1, batch=f"B{batch}") for batch in range(BATCHES)]), by=None)
        taken = downloaded(one, by)
        # By turns at each statement, before or after it, and at any moment.
        stop = None if number % 3 == 2 else (random.randrange(STATEMENTS), number % 3 == 1)
        said = killed(lambda say, one=one, stop=stop: switch_off(one, by, stop, say), within=WITHIN, control=control)
        judge(number, one, by, taken, "done" in said, seen)
        if seen.faults:
            break
    return seen


def downloaded(one: Item, by) -> str:
    history = write_history(one)
    with history.file as file:
        content = file.read()
    record_download(item=one, history=history, by=by)
    return hashlib.sha256(content).hexdigest()


def switch_off(one: Item, by, stop: tuple[int, bool] | None, say: Say) -> None:
    """``stop``: at which statement of the deleting part the child kills itself, and whether after it."""
    passed = -1

    def counted(execute, sql, parameters, many, context):
        nonlocal passed
        if passed < 0 and not (sql.startswith("INSERT") and DELETING in sql):
            return execute(sql, parameters, many, context)
        passed += 1
        if passed == 0:
            say("deleting")
        if stop == (passed, False):
            os.kill(os.getpid(), signal.SIGKILL)
        found = execute(sql, parameters, many, context)
        if stop == (passed, True):
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    with connection.execute_wrapper(counted):
        disable_tracking(item=one, by=by, reason="Killed")
    say("done")


def judge(number: int, one: Item, by, taken: str, acknowledged: bool, seen: Seen) -> None:
    """Adds to ``seen`` what is wrong after the killing, switches again, and looks once more."""
    there = state_of(one)
    if there not in (BEFORE, after(taken)) or (acknowledged and there == BEFORE):
        seen.faults.append(f"Round {number}: neither before nor after: {there}")
    try:
        disable_tracking(item=one, by=by, reason="Again")
        refused = ""
    except Refusal as refusal:
        refused = refusal.sentence
    told = f"{one.name} has No tracking already. Nothing was switched."
    if refused != ("" if there == BEFORE else told):
        seen.faults.append(f"Round {number}: when it was tried again: “{refused}”")
    if state_of(one) != after(taken):
        seen.faults.append(f"Round {number}: after it was tried again: {state_of(one)}")
    seen.faults += [f"Round {number}: law {law} is broken." for law in sorted(broken_numbers())]
    seen.rounds += 1
    seen.acknowledged += acknowledged
    seen.before += there == BEFORE
    seen.after += there == after(taken)


# The item's mode, its batches, lines with and without a batch, switches, the hashes of its archives, open permits.
BEFORE = ("batch", BATCHES, 2 * BATCHES, 0, 0, [], 0)


def after(taken: str) -> tuple:
    return ("none", 0, 0, 2 * BATCHES, 1, [taken], 0)


def state_of(one: Item) -> tuple:
    lines = LedgerLine.objects.filter(variant__item=one)
    return (
        Item.objects.get(pk=one.pk).tracking_mode,
        Batch.objects.filter(variant__item=one).count(),
        lines.filter(batch__isnull=False).count(),
        lines.filter(batch__isnull=True).count(),
        Switch.objects.filter(item=one).count(),
        [hashlib.sha256(content_of(archive)).hexdigest() for archive in Archive.objects.filter(item=one)],
        RelinkPermit.objects.count(),
    )


def content_of(archive: Archive) -> bytes:
    return gzip.decompress(bytes(archive.content))
