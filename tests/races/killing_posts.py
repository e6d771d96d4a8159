"""Productions that are killed at any moment: each is there as a whole or not at all, and none is lost or made twice."""

from __future__ import annotations

from uuid import UUID, uuid5

from tests.build import item, line
from tests.races.nursery import Say, Seen, killed
from tests.races.verdict import broken_numbers
from tests.races.writers import document
from tracking.ledger.post import post
from tracking.models import Batch, Document, LedgerLine, StockLevel

WITHIN = 0.08  # seconds: some ten productions
STOCK = 1_000_000
NAMES = UUID("6b0c6a3e-54b1-4d7c-9c5b-0d1f8f3c2a11")


def kill_posts(rounds: int, *, control: bool) -> Seen:
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Bread", "batch", skus=("BREAD",))
    post(document("receipt", line("FLOUR", STOCK, batch="L1")), by=None)
    seen = Seen()
    for number in range(rounds):
        said = killed(lambda say, number=number: produce(number, say), within=WITHIN, control=control)
        judge(number, [int(word) for word in said if word != "begun"], seen)
        if seen.faults:
            break
    return seen


def produce(number: int, say: Say) -> None:
    say("begun")
    for turn in range(10_000):
        produce_one(number, turn)
        say(str(turn))


def produce_one(number: int, turn: int) -> None:
    name = f"K{number}-{turn}"
    lines = line("FLOUR", -1, batch="L1"), line("BREAD", 1, batch=name)
    post(document("production", *lines, number=name, token=uuid5(NAMES, name)), by=None)


def judge(number: int, acknowledged: list[int], seen: Seen) -> None:
    """Adds to ``seen`` what is wrong after the killing of round ``number``, tries the production under way again, and looks
    once more."""
    turns = len(acknowledged)
    there = whole(number)
    if there not in (turns, turns + 1):
        seen.faults.append(f"Round {number}: {turns} were acknowledged, {there} are there.")
    produce_one(number, turns)
    again = whole(number)
    if again != turns + 1:
        seen.faults.append(f"Round {number}: after trying again {again} are there, not {turns + 1}.")
    seen.faults += [f"Round {number}: law {law} is broken." for law in sorted(broken_numbers())]
    level = StockLevel.objects.get(batch__number="L1").quantity
    if level != STOCK - Document.objects.filter(kind="production").count():
        seen.faults.append(f"Round {number}: {level} kg of the flour are left.")
    seen.rounds += 1
    seen.acknowledged += turns
    seen.before += there == turns
    seen.after += there == turns + 1


def whole(number: int) -> int:
    """How many productions of the round are there; those without both lines and their batch count as 1,000 each."""
    found = 0
    for one in Document.objects.filter(number__startswith=f"K{number}-"):
        lines = set(LedgerLine.objects.filter(document=one).values_list("quantity", "batch__number"))
        made = Batch.objects.filter(number=one.number).exists()
        found += 1 if made and lines == {(-1, "L1"), (1, one.number)} else 1000
    return found
