"""What one writer of a race does: each function runs beside fifteen others, on a connection of its own.

A refusal is an expected answer and is kept with its sentence; whatever else is raised fails the race.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from items.models import Item
from katana_trace.lib.days import now
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.quantities import MILLION
from katana_trace.lib.refusal import Refusal
from tests.races.without_guards import no_owner_of_drafts
from tracking.documents.rule import NewDocument, NewLine
from tracking.drafts.check import check
from tracking.drafts.checked import CheckedDraft
from tracking.drafts.content import DraftContent
from tracking.drafts.post import NotPosted, post_draft
from tracking.drafts.save import PostedAlready, save_draft
from tracking.holds.acts import hold_lot, release_lot
from tracking.ledger import locks
from tracking.ledger.post import Posting, post
from tracking.ledger.retry import in_transaction, sentence_of
from tracking.ledger.reverse import reverse_document
from tracking.models import Batch, Document, LedgerLine, RecordChange, Switch
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.switch import disable_tracking, enable_tracking
from tracking.resources.import_movements import import_movements

SWITCHING_SECONDS = 120


class Score:
    """What a writer did: how many were posted, and the sentences of what was refused."""

    def __init__(self) -> None:
        self.posted = 0
        self.refused: list[str] = []

    def try_it(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except Refusal as refusal:
            self.refused.append(refusal.sentence)
            return False
        self.posted += 1
        return True

    def answer(self, **more) -> dict:
        return {"posted": self.posted, "refused": self.refused, **more}


def document(kind: str, *lines: NewLine, number: str = "", **more) -> NewDocument:
    return NewDocument(kind=kind, posted_at=now(), lines=lines, number=number, **more)


def ship(number: int, *, line: NewLine, times: int, numbered: bool) -> dict:
    """Ships ``line`` again and again, under numbers of its own where ``numbered``, else under the program's next."""
    score = Score()
    for turn in range(times):
        name = f"W{number}-{turn}" if numbered else ""
        score.try_it(lambda name=name: post(document("shipment", line, number=name), by=None))
    return score.answer()


def ship_in_two_steps(number: int, *, line: NewLine, times: int, checks: bool) -> dict:
    """Reads and checks, and writes in another transaction: what a program does that trusts what it has read.

    ``checks`` False also takes SQLite's CHECK constraints out of this connection.
    """
    score = Score()
    if not checks and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
    for turn in range(times):

        def read_check_save(turn: int = turn) -> None:
            posting = Posting(by=None)
            new = document("shipment", line, number=f"W{number}-{turn}")
            posting.prepare([new])
            posting.add(new)
            with transaction.atomic():
                posting.write()

        score.try_it(lambda: refused_in_sentences(read_check_save))
    return score.answer()


def refused_in_sentences(work: Callable[[], None]) -> None:
    """One try, without another after it; what the database refuses becomes a Refusal."""
    try:
        work()
    except IntegrityError as error:
        raise Refusal(sentence_of(error)) from error


def ship_many_lines(number: int, *, levels: list[NewLine], lines: int, times: int) -> dict:
    """Ships documents of ``lines`` different levels, drawn and ordered at random."""
    score, rng = Score(), random.Random(number)
    for turn in range(times):
        drawn = rng.sample(levels, lines)
        score.try_it(
            lambda drawn=drawn, turn=turn: post(document("shipment", *drawn, number=f"W{number}-{turn}"), by=None)
        )
    return score.answer()


def import_files(number: int, *, files: list[str]) -> dict:
    """Imports one file of movements after the other."""
    score = Score()
    for file in files:

        def import_one(file: str = file) -> None:
            with Path(file).open("rb") as opened:
                import_movements(opened, by=None)

        score.try_it(import_one)
    return score.answer()


def post_same(number: int, *, kind: str, line: NewLine, token: str) -> dict:
    """Posts the document of one form: every click of it gives the first result."""
    made = post(document(kind, line, token=UUID(token)), by=None)
    return {"document": made.number}


def post_one(number: int, *, kind: str, line: NewLine) -> dict:
    score = Score()
    score.try_it(lambda: post(document(kind, line), by=None))
    return score.answer()


def ship_serials(number: int, *, lines: list[NewLine]) -> dict:
    """Tries to ship each of the serial numbers, in an order of its own."""
    score = Score()
    for line in random.Random(number).sample(lines, len(lines)):
        score.try_it(lambda line=line: post(document("shipment", line), by=None))
    return score.answer()


def reverse(number: int, *, document: int) -> dict:
    score = Score()
    found = Document.objects.get(pk=document)
    score.try_it(lambda: reverse_document(found, by=None, reason="Sent back at once"))
    return score.answer()


def switch(number: int, *, item: int, user: int, times: int) -> dict:
    """Switches batch tracking off, with its history downloaded, and on again, ``times`` each."""
    score, by = Score(), get_user_model().objects.get(pk=user)
    ends = time.monotonic() + SWITCHING_SECONDS
    for _ in range(times):
        while not score.try_it(lambda: download_and_disable(Item.objects.get(pk=item), by)):
            if time.monotonic() > ends:
                raise TimeoutError(f"Not switched off within {SWITCHING_SECONDS} s: {score.refused[-1]}")
            time.sleep(0.02)
        time.sleep(0.1)
        assert score.try_it(lambda: enable_tracking(item=Item.objects.get(pk=item), to="batch", by=by, reason="Race"))
        time.sleep(0.1)
    return score.answer()


def download_and_disable(item: Item, by) -> None:
    history = write_history(item)
    with history.file:
        record_download(item=item, history=history, by=by)
    disable_tracking(item=item, by=by, reason="Race")


def post_until_switched(number: int, *, item: int, variant: int, location: int, switches: int) -> dict:
    """Receives and ships, with a batch while the item has them and without while it has not, until the switches are made."""
    score, rng = Score(), random.Random(number)
    ends = time.monotonic() + SWITCHING_SECONDS
    made: list[str] = []
    by_mode = {"batch": 0, "none": 0}
    turn = 0
    while Switch.objects.filter(item=item).count() < switches and time.monotonic() < ends:
        turn += 1
        begun = time.monotonic()
        # What a page was loaded with may be over when it is posted.
        mode = Item.objects.values_list("tracking_mode", flat=True).get(pk=item)
        name = f"P{number}-{turn}" if mode == "batch" else ""
        received = NewLine(variant, location, 2 * MILLION, name)
        shipped = NewLine(variant, location, -MILLION, name)
        if score.try_it(lambda line=received: post(document("receipt", line), by=None)):
            by_mode[mode] += 1
            made += [name] if name else []
        score.try_it(lambda line=shipped: post(document("shipment", line), by=None))
        # Rests, the longer the slower the machine is: who never rests never lets a download be the latest.
        time.sleep(rng.uniform(0, 15) * (time.monotonic() - begun))
    return score.answer(made=made, by_mode=by_mode)


def hold_open(number: int, *, line: NewLine, seconds: float) -> dict:
    """Plans and writes a shipment, and keeps its transaction open: who needs its item waits."""

    def work() -> float:
        locks.share_ledger()
        posting = Posting(by=None)
        new = document("shipment", line, number="OPEN")
        posting.prepare([new])
        posting.add(new)
        time.sleep(seconds)
        posting.write()
        return time.time()

    return {"at": in_transaction(work)}


def enable_after(number: int, *, item: int, user: int, seconds: float) -> dict:
    """Enables batch tracking once another posting has begun."""
    time.sleep(seconds)
    by = get_user_model().objects.get(pk=user)
    enable_tracking(item=Item.objects.get(pk=item), to="batch", by=by, reason="Race")
    return {"at": time.time()}


def hold_and_release(number: int, *, batch: int, times: int) -> dict:
    """Holds a batch, rests, and releases it. ``seen``: its lines when the hold was acknowledged, and before the release."""
    record, lines, seen = (
        Batch.objects.select_related("variant").get(pk=batch),
        LedgerLine.objects.filter(batch=batch),
        [],
    )
    for _ in range(times):
        hold_lot(record=record, by=None, reason="Race")
        acknowledged = lines.count()
        time.sleep(0.1)
        seen.append((acknowledged, lines.count()))
        release_lot(record=record, by=None, reason="Race")
        time.sleep(0.05)
    return {"posted": 0, "refused": [], "seen": seen}


def post_until_released(number: int, *, kind: str, lines: list[NewLine], releases: int) -> dict:
    """Posts ``lines`` again and again, until the batch was released that often."""
    score, ends = Score(), time.monotonic() + SWITCHING_SECONDS
    while RecordChange.objects.filter(new="available").count() < releases and time.monotonic() < ends:
        begun = time.monotonic()
        score.try_it(lambda: post(document(kind, *lines), by=None))
        time.sleep(random.uniform(0, 2) * (time.monotonic() - begun))
    return score.answer()


def hold_after(number: int, *, batch: int, seconds: float, extend: bool) -> dict:
    """Holds a batch, and what was made from it where asked for, once others have begun."""
    time.sleep(seconds)
    hold_lot(record=Batch.objects.get(pk=batch), by=None, reason="Race", extend=extend)
    return {"at": time.time()}


def bake_until_held(number: int, *, dough: NewLine, bread: int) -> dict:
    """Makes a batch of bread of its own from the dough, again and again, until the dough is on hold."""
    score, ends = Score(), time.monotonic() + SWITCHING_SECONDS
    while not score.refused and time.monotonic() < ends:
        made = NewLine(bread, dough.location, MILLION, f"B{number}-{score.posted}")
        score.try_it(lambda made=made: post(document("production", dough, made), by=None))
    return score.answer()


def post_draft_of(number: int, *, token: str, revision: int, user: str) -> dict:
    """Presses Post on a draft as ``user``: ``posted`` when it was this one, ``told`` by whom when somebody was first."""
    by = get_user_model().objects.get(username=user)
    try:
        document = post_draft(token=UUID(token), revision=revision, by=by)
    except PostedAlready as already:
        return {"posted": 0, "refused": [], "told": already.document.number}
    except (NotPosted, Refusal) as refused:
        findings = refused.findings if isinstance(refused, NotPosted) else [(None, "", refused.sentence)]
        return {"posted": 0, "refused": [sentence for _, _, sentence in findings], "told": ""}
    return {"posted": 1, "refused": [], "told": "", "document": document.number}


def save_and_post(number: int, *, token: str, content: DraftContent, user: str) -> dict:
    """A double click on Post of a new document: it is saved, then posted."""
    by = get_user_model().objects.get(username=user)
    try:
        revision = save_draft(token=UUID(token), content=content, revision=0, by=by)
    except PostedAlready as already:
        return {"posted": 0, "refused": [], "told": already.document.number}
    return post_draft_of(number, token=token, revision=revision, user=user)


def save_and_post_late(number: int, *, begins: float, looks: float, owned: bool, **form) -> dict:
    """The second click of the two, ``begins`` seconds late; saving takes it ``looks`` seconds before it writes."""

    def check_slowly(content: DraftContent) -> CheckedDraft:
        checked = check(content)
        time.sleep(looks)
        return checked

    time.sleep(begins)
    with patch("tracking.drafts.save.check", check_slowly), nullcontext() if owned else no_owner_of_drafts():
        return save_and_post(number, **form)


def count_again(number: int, *, content: DraftContent, times: int) -> dict:
    """Counts the same shelf again and again, each time in a draft of its own, and posts it against the books of now."""
    score = Score()
    for _ in range(times):
        token = new_uuid()
        revision = save_draft(token=token, content=content, revision=0, by=None)
        score.try_it(lambda token=token, revision=revision: post_draft(token=token, revision=revision, by=None))
    return score.answer()
