"""Random companies: documents good and bad, reversals, holds, switches, downloads and restores, in any order.

A plain dictionary model says what must happen. After every step the levels and places of the database equal the model's,
and every law holds. ``HYPOTHESIS_PROFILE=long`` looks for hours; without it some seconds must do.
"""

# ruff: noqa: PT017  whether a refusal is right is the model's to say

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from items.models import Item
from katana_trace.lib.refusal import Refusal
from tests.build import (
    broken,
    item,
    line,
    location,
    post,
    restore,
    reverse,
    serials,
    stock,
    switch_off,
    switch_on,
)
from tests.worlds import exported
from tracking.documents.kinds import KINDS
from tracking.models import Batch, Document, SerialNumber
from tracking.records.hold import hold, release

COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
PROFILES = {
    "quick": settings(max_examples=40, stateful_step_count=22, **COMMON),
    "long": settings(max_examples=2000, stateful_step_count=60, **COMMON),
}

ITEM_OF = {"F-1": "Flour", "F-25": "Flour", "P-S": "Pump", "P-L": "Pump"}
MODES = {"Flour": "batch", "Pump": "serial"}
PLACES = ("Main", "Shop")
EXPIRED = "OLD"  # the batch of this number expired long ago; every line of it says so

# A line is (SKU, location, number, quantity); the number is of a batch or serial number, as the item has it.
LINES = st.lists(
    st.tuples(
        st.sampled_from(sorted(ITEM_OF)),
        st.sampled_from(PLACES),
        st.sampled_from(["", "A", "A", "B", EXPIRED, "UNBATCHED"]),
        st.sampled_from([1, 1, 1, 2, 5, -1, -1, -1, -2, Fraction(1, 2)]),
    ),
    min_size=1,
    max_size=4,
)
Line = tuple[str, str, str, Fraction]
# What happens around a switch: kind, which SKU of the item, place, quantity.
MOVES = [
    (kind, sku, place, quantity)
    for kind in ("shipment", "receipt", "transfer", "adjustment", "assign")
    for sku in (0, 1)
    for place in PLACES
    for quantity in (1, 2, 5)
]


@dataclass
class Posted:
    """A document as the model has it; ``lines`` have the numbers that they are linked to now."""

    document: Document
    lines: list[Line]
    serial: int
    mirror: bool = False
    reversed: bool = False


@dataclass
class Archived:
    """What a switch to No tracking took away."""

    item: str
    mode: str
    content: bytes
    links: list[tuple[Posted, int, str]]
    levels: dict[tuple[str, str, str], Fraction]
    places: dict[tuple[str, str], tuple[str, str | None]]
    batches: set[tuple[str, str]]
    held: set[tuple[str, str]]
    taken_at: int
    restored: bool = False


@dataclass
class Model:
    """The whole company in dictionaries. A level is by (SKU, location, batch number or "")."""

    mode: dict[str, str] = field(default_factory=lambda: {"Flour": "none", "Pump": "none"})
    levels: dict[tuple[str, str, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    batches: set[tuple[str, str]] = field(default_factory=set)
    places: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)  # (item, number): SKU, location
    held: set[tuple[str, str]] = field(default_factory=set)  # (SKU or item, number)
    posted: list[Posted] = field(default_factory=list)
    archives: list[Archived] = field(default_factory=list)

    def after(self, kind: str, lines: list[Line], *, mirror: bool = False) -> Model | None:
        """The company after a document of ``kind``, or None where a rule refuses it."""
        rule = KINDS[kind]
        if not lines and not rule.may_be_empty:
            return None
        levels, batches, places = self.levels.copy(), set(self.batches), dict(self.places)
        signs: dict[tuple[str, str, str], set[bool]] = defaultdict(set)
        for sku, place, number, quantity in sorted(lines, key=lambda found: found[3] > 0):
            owner, incoming = ITEM_OF[sku], quantity > 0
            mode = self.mode[owner]
            if not mirror and not (rule.incoming if incoming else rule.outgoing):
                return None
            if (mode == "none" and number) or (mode == "batch" and not number) or (mode == "serial" and quantity % 1):
                return None
            uses = rule.uses and not incoming and not mirror
            may_make = incoming and rule.creates and not mirror
            if mode == "batch":
                if (sku, number) not in batches and not may_make:
                    return None
                if uses and (number == EXPIRED or (sku, number) in self.held):
                    return None
                batches.add((sku, number))
                signs[sku, place, number].add(incoming)
            if mode == "serial" and not number and uses:
                return None
            if mode == "serial" and number:
                there_sku, there = places.get((owner, number), (sku, None))
                known = (owner, number) in places
                if (
                    abs(quantity) != 1
                    or there_sku != sku
                    or (not known and not may_make)
                    or (uses and (owner, number) in self.held)
                ):
                    return None
                if there is not None if incoming else there != place:
                    return None
                places[owner, number] = (sku, place if incoming else None)
            level = (sku, place, number if mode == "batch" else "")
            levels[level] += quantity
            numbered = sum(found == (sku, place) for found in places.values())
            if levels[level] < 0 or (mode == "serial" and numbered > levels[level]):
                return None
        if any(len(both) == 2 for both in signs.values()) or (not mirror and not self.kind_allows(kind, lines)):
            return None
        return Model(self.mode, levels, batches, places, self.held, self.posted, self.archives)

    def kind_allows(self, kind: str, lines: list[Line]) -> bool:
        if kind == "production":
            used = {
                (sku, number)
                for sku, _, number, quantity in lines
                if quantity < 0 and self.mode[ITEM_OF[sku]] == "batch"
            }
            made = {(sku, number) for sku, _, number, quantity in lines if quantity > 0}
            return bool(made) and not used & made
        if kind == "transfer":
            sums, places = defaultdict(Fraction), defaultdict(set)
            for sku, place, number, quantity in lines:
                sums[sku, number] += quantity
                places[sku, number, place].add(quantity > 0)
            return not any(sums.values()) and all(len(both) == 1 for both in places.values())
        return True

    def stock(self) -> dict[tuple[str, str, str], str]:
        return {level: f"{float(quantity):g}" for level, quantity in self.levels.items() if quantity}

    def serials(self) -> dict[str, str]:
        return {number: place or "" for (_, number), (_, place) in self.places.items()}


class Company(RuleBasedStateMachine):
    """What people do all day. Each example is one transaction, which is rolled back."""

    @initialize(first=st.sampled_from(["none", "batch"]), second=st.sampled_from(["none", "serial"]))
    def begin(self, first: str, second: str) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.boss = get_user_model().objects.create_superuser("boss", password="pw")
        self.flour = item("Flour", first, "kg", skus=("F-1", "F-25"))
        self.pump = item("Pump", second, skus=("P-S", "P-L"))
        for place in PLACES:
            location(place)
        self.model = Model(mode={"Flour": first, "Pump": second})
        self.now = 0
        for sku, numbers in {"F-1": "AB", "F-25": "A", "P-S": "A", "P-L": "B"}.items():
            mode = self.model.mode[ITEM_OF[sku]]
            self.do(
                "receipt",
                [(sku, "Main", number if mode != "none" else "", 1 if mode == "serial" else 5) for number in numbers],
            )
        self.do("receipt", [("P-S", "Main", "", 3)])

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    # -- documents --------------------------------------------------------------------------------------------------------

    def do(self, kind: str, lines: list[Line]) -> None:
        """Posts ``lines``, which must go through exactly when the model says so."""
        self.now += 1
        wanted = self.model.after(kind, lines)
        built = []
        for sku, place, number, quantity in lines:
            serial_number = number if ITEM_OF[sku] == "Pump" and number else ""
            built.append(
                line(sku, f"{float(quantity):g}", at=place, serial=serial_number, batch="" if serial_number else number,
                     expires="2020-01-01" if number == EXPIRED and not serial_number else None)
            )  # fmt: skip
        try:
            document = post(kind, *built)
        except Refusal as refusal:
            assert wanted is None, f"{refusal} ({kind} {lines})"
            assert refusal.sentence.endswith(".")
            return
        assert wanted is not None, f"{kind} {lines} should have been refused"
        self.model = wanted
        self.model.posted.append(Posted(document, list(lines), self.now))

    @rule(kind=st.sampled_from(sorted(KINDS)), lines=LINES)
    def post_anything(self, kind: str, lines: list[Line]) -> None:
        self.do(kind, lines)

    @rule(
        kind=st.sampled_from(
            ["receipt", "receipt", "customer_return", "production", "shipment", "supplier_return", "adjustment"]
        ),
        lines=LINES,
    )
    def post_what_fits(self, kind: str, lines: list[Line]) -> None:
        """The same lines, bent to the sign of the kind and the tracking of the items: most of these go through."""
        bent = []
        for sku, place, number, quantity in lines:
            mode = self.model.mode[ITEM_OF[sku]]
            sign = {"shipment": -1, "supplier_return": -1, "adjustment": 1 if quantity > 0 else -1}.get(kind, 1)
            size = 1 if mode == "serial" else abs(quantity)
            bent.append((sku, place, "" if mode == "none" else number or ("A" if mode == "batch" else ""), sign * size))
        self.do(kind, bent)

    @rule(level=st.integers(0, 50), half=st.booleans())
    def move_some_of_what_is_there(self, level: int, half: bool) -> None:
        there = sorted(self.model.stock())
        if there:
            sku, place, number = there[level % len(there)]
            quantity = self.model.levels[sku, place, number]
            quantity = quantity / 2 if half else quantity
            if (quantity * 1_000_000) % 1 == 0:
                self.do(
                    "transfer", [(sku, place, number, -quantity), (sku, PLACES[place == PLACES[0]], number, quantity)]
                )

    @rule(
        level=st.integers(0, 50),
        kind=st.sampled_from(["shipment", "shipment", "production", "supplier_return", "adjustment", "stocktake"]),
        quantity=st.sampled_from([1, 1, 2, Fraction(1, 2)]),
        also=st.lists(st.sampled_from(["same", ("F-1", "C"), ("P-S", "C"), ("P-L", "")]), min_size=1, max_size=2),
        to=st.sampled_from(PLACES),
    )
    def take_what_is_there(self, level: int, kind: str, quantity: Fraction, also: list, to: str) -> None:
        """Goods that are somewhere go out; a production or adjustment makes something of them."""
        there = sorted(
            {
                *self.model.stock(),
                *[(sku, place, number) for (_, number), (sku, place) in self.model.places.items() if place],
            }
        )
        if there:
            sku, place, number = there[level % len(there)]
            lines = [(sku, place, number, -1 if ITEM_OF[sku] == "Pump" else -quantity)]
            if KINDS[kind].incoming:
                goods = [(sku, number) if made == "same" else made for made in also]
                lines += [(made, to, of if self.model.mode[ITEM_OF[made]] != "none" else "", 1) for made, of in goods]
            self.do(kind, lines)

    @rule(lines=st.just([]))
    def count_without_a_difference(self, lines: list[Line]) -> None:
        self.do("stocktake", lines)

    @rule(which=st.integers(0, 100))
    def reverse_a_document(self, which: int) -> None:
        if not self.model.posted:
            return
        self.now += 1
        original = self.model.posted[which % len(self.model.posted)]
        lines = [(sku, place, number, -quantity) for sku, place, number, quantity in original.lines]
        allowed = not (original.mirror or original.reversed or self.is_returned(original))
        wanted = self.model.after(original.document.kind, lines, mirror=True) if allowed else None
        try:
            mirror = reverse(original.document, by=self.boss)
        except Refusal as refusal:
            assert wanted is None, f"{refusal} ({original})"
            return
        assert wanted is not None, f"{original} should not have been reversed"
        self.model = wanted
        original.reversed = True
        self.model.posted.append(Posted(mirror, lines, self.now, mirror=True))

    def is_returned(self, original: Posted) -> bool:
        """Whether more of a shipment came back, some of it later, than the other shipments cover; all have no partner."""
        standing = [one for one in self.model.posted if not (one.mirror or one.reversed)]
        if original.document.kind != "shipment" or original not in standing:
            return False
        place = standing.index(original)
        for goods in {(sku, number) for sku, _, number, _ in original.lines}:

            def moved(one: Posted, goods: tuple[str, str] = goods) -> Fraction:
                return sum((abs(size) for sku, _, number, size in one.lines if (sku, number) == goods), Fraction())

            returns = [one for one in standing if one.document.kind == "customer_return" and moved(one)]
            others = [one for one in standing if one.document.kind == "shipment" and one is not original]
            if any(standing.index(one) > place for one in returns) and sum(map(moved, returns)) > sum(
                map(moved, others)
            ):
                return True
        return False

    # -- records ----------------------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 20), free=st.booleans())
    def hold_or_release(self, which: int, free: bool) -> None:
        names = (
            sorted(self.model.held) if free else sorted((self.model.batches | set(self.model.places)) - self.model.held)
        )
        if not names:
            return
        owner, number = names[which % len(names)]
        kind = SerialNumber if owner == "Pump" else Batch
        record = kind.objects.get(number=number, **({} if owner == "Pump" else {"variant__sku": owner}))
        (release if free else hold)(records=[record], by=self.boss, reason="Laboratory")
        self.model.held ^= {(owner, number)}

    # -- switches ---------------------------------------------------------------------------------------------------------

    def item(self, name: str) -> Item:
        return {"Flour": self.flour, "Pump": self.pump}[name]

    @rule(name=st.sampled_from(sorted(MODES)))
    def enable(self, name: str) -> None:
        model, to = self.model, MODES[name]
        levels = {level: quantity for level, quantity in model.levels.items() if ITEM_OF[level[0]] == name and quantity}
        allowed = model.mode[name] == "none" and (
            to == "batch" or not any(quantity % 1 for quantity in levels.values())
        )
        try:
            switch_on(self.item(name), to, self.boss)
        except Refusal as refusal:
            assert not allowed, refusal
            return
        assert allowed
        model.mode[name] = to
        if to == "batch":
            for (sku, place, _), quantity in levels.items():
                model.levels[sku, place, ""] -= quantity
                model.levels[sku, place, "UNBATCHED"] += quantity
                model.batches.add((sku, "UNBATCHED"))

    def of(self, name: str) -> set[str]:
        """The owners of numbers of an item: its SKUs for batches, itself for serial numbers."""
        return {name} if name == "Pump" else {sku for sku, owner in ITEM_OF.items() if owner == name}

    @rule(name=st.sampled_from(sorted(MODES)))
    def disable(self, name: str) -> None:
        model, owners = self.model, self.of(name)
        held = {
            (owner, number) for owner, number in model.held if owner in owners and
            (model.places[owner, number][1] if name == "Pump" else any(model.levels[owner, place, number] for place in PLACES))
        }  # fmt: skip
        allowed = model.mode[name] != "none" and not held
        try:
            content = switch_off(self.item(name), self.boss)
        except Refusal as refusal:
            assert not allowed, refusal
            return
        assert allowed
        self.now += 1
        archive = Archived(
            item=name, mode=model.mode[name], content=content, links=[], taken_at=self.now,
            levels={at: q for at, q in model.levels.items() if ITEM_OF[at[0]] == name and q},
            places={at: place for at, place in model.places.items() if at[0] == name},
            batches={found for found in model.batches if found[0] in owners},
            held={found for found in model.held if found[0] in owners},
        )  # fmt: skip
        for posted in model.posted:
            for position, (sku, place, number, quantity) in enumerate(posted.lines):
                if ITEM_OF[sku] == name and number:
                    archive.links.append((posted, position, number))
                    posted.lines[position] = (sku, place, "", quantity)
        for (sku, place, number), quantity in archive.levels.items():
            model.levels[sku, place, number] -= quantity
            model.levels[sku, place, ""] += quantity
        model.batches -= archive.batches
        model.held -= archive.held
        for found in archive.places:
            del model.places[found]
        model.mode[name] = "none"
        model.archives.append(archive)

    @rule(name=st.sampled_from(sorted(MODES)), between=st.booleans())
    def disable_enable_restore(self, name: str, between: bool) -> None:
        """What a manager does who changes his mind, perhaps after something was shipped and reversed."""
        archives = len(self.model.archives)
        self.disable(name)
        if len(self.model.archives) > archives:
            sku = sorted(self.of(name))[0] if name == "Flour" else "P-S"
            if between:
                self.do("shipment", [(sku, "Main", "", -1)])
                self.reverse_a_document(len(self.model.posted) - 1)
            self.enable(name)
            self.restore(archives, more=False)

    @rule(
        name=st.sampled_from(sorted(MODES)),
        off=st.lists(st.sampled_from(MOVES), max_size=3),
        on=st.lists(st.sampled_from(MOVES), max_size=2),
        more=st.booleans(),
    )
    def move_while_off_and_restore(self, name: str, off: list[tuple], on: list[tuple], more: bool) -> None:
        """Goods leave, arrive and change place while tracking is off, and after it is on again; then the history is back."""
        archives = len(self.model.archives)
        self.disable(name)
        if len(self.model.archives) > archives:
            for move in off:
                self.move(name, *move)
            self.enable(name)
            for move in on:
                self.move(name, *move)
            self.restore(archives, more=more)

    def move(self, name: str, kind: str, sku: int, place: str, quantity: int) -> None:
        skus = sorted(found for found, owner in ITEM_OF.items() if owner == name)
        sku = skus[sku % len(skus)]
        mode = self.model.mode[name]
        number = {"none": "", "batch": "UNBATCHED", "serial": ""}[mode]
        if mode == "batch" and kind == "receipt" and place == "Main":
            number = "N"  # a batch that the history does not have
        if kind == "assign":
            if mode == "none":
                return None
            new = "N" if mode == "batch" else f"N{self.now}"
            return self.do("adjustment", [(sku, place, number, -1), (sku, place, new, 1)])
        if kind == "transfer":
            other = PLACES[place == PLACES[0]]
            return self.do(kind, [(sku, place, number, -quantity), (sku, other, number, quantity)])
        if mode == "serial" and kind == "shipment":
            kind = "adjustment"
        return self.do(kind, [(sku, place, number, quantity if kind == "receipt" else -quantity)])

    @rule(which=st.integers(0, 20), more=st.booleans())
    def restore(self, which: int, more: bool) -> None:
        model = self.model
        if not model.archives:
            return
        archive = model.archives[which % len(model.archives)]
        owners = self.of(archive.item)
        taken = {found for found in archive.batches & model.batches if found[1] != "UNBATCHED"} | (
            archive.places.keys() & model.places.keys()
        )
        twins = [other for other in model.archives if other.item == archive.item and other.content == archive.content]
        if len(twins) > 1:
            return  # two archives of the same bytes: either may be found
        allowed = model.mode[archive.item] == archive.mode and not (archive.restored or taken)
        left = self.numbers_to_name(archive) if archive.mode == "serial" else {}
        if allowed and left:  # one short of what must be named is refused
            with pytest.raises(Refusal, match="only you can say which"):
                restore(self.item(archive.item), archive.content, self.boss, left=sorted(left)[1:])
        left |= self.one_more(archive, left) if more and archive.mode == "serial" else {}
        try:
            restore(self.item(archive.item), archive.content, self.boss, left=sorted(left))
        except Refusal as refusal:
            assert not allowed, refusal
            return
        assert allowed, f"taken {taken}"
        archive.restored = True
        for posted, position, number in archive.links:
            sku, place, _, quantity = posted.lines[position]
            posted.lines[position] = (sku, place, number, quantity)
        if archive.mode == "batch":
            self.settle(archive)
            model.held -= {found for found in archive.batches if found[1] == "UNBATCHED" and found[0] in owners}
        model.batches |= archive.batches
        model.held |= archive.held
        model.places |= archive.places
        for number in left:
            model.places[archive.item, number] = (model.places[archive.item, number][0], None)

    def settle(self, archive: Archived) -> None:
        """Rule 7, worked out from the file: R from UNBATCHED, then first expired first, then the oldest, held ones last."""
        model, seen = self.model, []
        for row in csv.DictReader(io.StringIO(archive.content.decode("utf-8-sig"), newline="")):
            seen.append((row["sku"], row["batch_number"]))
        for sku, place in {(sku, place) for sku, place, _ in archive.levels}:
            there = {number: quantity for (s, p, number), quantity in archive.levels.items() if (s, p) == (sku, place)}
            rest = sum(there.values())
            for number, quantity in there.items():
                model.levels[sku, place, number] += quantity
            order = sorted(
                there.keys() - {"UNBATCHED"},
                key=lambda number: ((sku, number) in archive.held, number != EXPIRED, seen.index((sku, number))),
            )
            for number in ["UNBATCHED", *order]:
                part = min(rest, model.levels[sku, place, number])
                model.levels[sku, place, number] -= part
                rest -= part
            assert rest == 0, "what the restored batches had is never less than what is taken"

    def numbers_to_name(self, archive: Archived) -> dict[str, str]:
        """The first numbers of each place that more come back to than units without a number are there: number to place."""
        found = {}
        for sku, place in {at for at in archive.places.values() if at[1]}:
            back = sorted(number for (_, number), at in archive.places.items() if at == (sku, place))
            numbered = sum(at == (sku, place) for at in self.model.places.values())
            bare = int(self.model.levels[sku, place, ""]) - numbered
            found |= dict.fromkeys(back[: max(0, len(back) - bare)], place)
        return found

    def one_more(self, archive: Archived, left: dict[str, str]) -> dict[str, str]:
        """A number that left although as many units came: it may be named too."""
        others = sorted(number for (_, number), at in archive.places.items() if at[1] and number not in left)
        return dict.fromkeys(others[:1], "")

    # -- what must hold ---------------------------------------------------------------------------------------------------

    @rule()
    def export(self) -> None:
        rows = [
            f"{sku},{place},{number},{quantity}"
            for (sku, place, number), quantity in sorted(self.model.stock().items())
        ]
        assert exported("stock").splitlines() == ["sku,location,batch_number,quantity", *rows]
        rows = sorted(f"{sku},{number},{place or ''}" for (_, number), (sku, place) in self.model.places.items())
        assert exported("serials").splitlines() == ["sku,serial_number,location", *rows]

    @invariant()
    def the_books_equal_the_model(self) -> None:
        if hasattr(self, "model"):
            assert stock() == self.model.stock()
            assert serials() == self.model.serials()

    @invariant()
    def every_law_holds(self) -> None:
        if hasattr(self, "model"):
            assert broken() == {}


@pytest.mark.django_db
def test_random_companies_keep_every_law_and_equal_the_model():
    profile = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "quick")]
    run_state_machine_as_test(Company, settings=profile)
