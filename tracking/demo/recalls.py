"""What the sample company had to stop: a drill that is done with, and a recall of which customers wait to be told."""

from __future__ import annotations

from datetime import date

from tracking.demo import ovens
from tracking.demo.entries import code
from tracking.models import Recall, RecallCustomer
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.state import record_customer
from tracking.recalls.wanted import find_typed

FLOUR_BOUGHT = 62  # days ago; it went into three bakes
ELEMENTS_BOUGHT = 84  # days ago; they are in the decks of most ovens
PHONED = ovens.OVENS[0][-1]  # the customer who was called at once


def leave_cases(today: date, *, manager) -> None:
    """Opens both in the name of ``manager``, and closes the drill. Raises Refusal."""
    drill = open_recall(
        roots=find_typed(f"FL-W {code('FL', today, FLOUR_BOUGHT)}"),
        kind=Recall.Kind.DRILL,
        title="Drill: a stone in a bag of flour",
        reason="Yearly drill: who has bread of this delivery, and where is the rest of it?",
        by=manager,
    )
    close_recall(
        recall=drill, summary="Everything was found within the hour. Phone numbers are up to date.", by=manager
    )
    recall = open_recall(
        roots=find_typed(f"HE-3K {code('HE', today, ELEMENTS_BOUGHT)}"),
        kind=Recall.Kind.RECALL,
        title="Heating element: the clamp may work loose",
        reason="The supplier writes that the clamps of this delivery were not tightened. Ovens stay off until it is checked.",
        by=manager,
    )
    record_customer(
        customer=recall.customers.get(name=PHONED),
        by=manager,
        state=RecallCustomer.State.NOTIFIED,
        note="Called at once; the oven is switched off.",
    )
