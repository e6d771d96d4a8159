"""What one writer of a race about recalls does, as those of ``writers``."""

from __future__ import annotations

import time

from tests.races.writers import SWITCHING_SECONDS, Score
from tracking.models import Document, Recall, RecallCustomer
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.state import hold_all, record_customer
from tracking.recalls.wanted import find_typed


def recall_and_hold(number: int, *, lots: str, title: str, wait: float) -> dict:
    """Opens a recall of ``lots``, then holds all of it; ``last`` is the newest shipment right after."""
    score = Score()
    time.sleep(wait)
    recall = open_recall(roots=find_typed(lots), kind="recall", title=title, reason="Race", by=None)
    score.try_it(lambda: hold_all(recall=recall, by=None))
    return score.answer(case=recall.number, last=Document.objects.filter(kind="shipment").latest("pk").pk)


def note_until_closed(number: int, *, customer: int) -> dict:
    """Writes one note after the other about a customer, until the case is closed."""
    score, ends = Score(), time.monotonic() + SWITCHING_SECONDS
    one = RecallCustomer.objects.get(pk=customer)
    while time.monotonic() < ends:
        name = f"Note {score.posted} of writer {number}"
        if not score.try_it(lambda name=name: record_customer(customer=one, note=name, by=None)):
            break
    return score.answer()


def close_after(number: int, *, recall: int, seconds: float) -> dict:
    time.sleep(seconds)
    score = Score()
    score.try_it(lambda: close_recall(recall=Recall.objects.get(pk=recall), summary="Done", by=None))
    return score.answer()
