"""Somebody who runs a small company at random: what the doors refuse is not done."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from random import Random

from items.models import Item, Variant
from katana_trace.lib.refusal import Refusal
from tests import build
from tests.build import line, post, restore, switch_off, switch_on
from tracking.models import Batch, Document, Partner, SerialNumber
from tracking.records.hold import hold, release


def rename(row, name: str) -> None:
    setattr(row, getattr(row, "NAMED", "username"), name)
    row.save()


class Shop:
    """What somebody does at random; what is refused is not done."""

    def __init__(self, seed: int, by):
        self.random, self.by, self.count = Random(seed), by, 0
        self.histories: dict[int, tuple[str, bytes]] = {}
        self.restored = 0

    def step(self) -> None:
        act = self.random.choice(
            [self.receive, self.ship, self.hold, self.rename, self.switch, self.switch, self.reverse]
        )
        with suppress(Refusal):
            act()

    def number(self) -> str:
        self.count += 1
        return self.random.choice(["L1", "L2", "Unbatched", f"N{self.count}"])

    def line(self, item: Item, sign: int) -> build.NewLine:
        sku = item.variants.get().sku
        lots = {"batch": Batch, "serial": SerialNumber}.get(item.tracking_mode)
        there = list(lots.objects.filter(variant__item=item).values_list("number", flat=True)) if lots else []
        number = self.random.choice(there) if there and sign < 0 else self.number()
        if item.tracking_mode == "serial":
            return line(sku, sign, serial=number if sign < 0 else f"S{self.number()}{self.count}")
        expires = build.ahead(30) if sign > 0 and number.startswith("N") else None
        return line(
            sku, sign * self.random.randint(1, 4), batch=number if lots else "", expires=expires if lots else None
        )

    def item(self) -> Item:
        return self.random.choice(list(Item.objects.order_by("pk")))

    def receive(self) -> None:
        post("receipt", *(self.line(item, 1) for item in Item.objects.order_by("pk")), partner="Mill", by=self.by)

    def ship(self) -> None:
        post("shipment", self.line(self.item(), -1), partner="Lark", by=self.by)

    def hold(self) -> None:
        lot = self.random.choice([*Batch.objects.order_by("pk"), *SerialNumber.objects.order_by("pk"), None])
        if lot is not None:
            (release if lot.is_held else hold)(records=[lot], by=self.by, reason=self.number())

    def rename(self) -> None:
        rows = [*Partner.objects.all(), *Item.objects.all(), *Variant.objects.all()]
        self.count += 1
        rename(self.random.choice(rows), f"Name {self.count}")

    def switch(self) -> None:
        """Off, with nothing on hold; or on, most often as it was, and then most often restored."""
        item = self.item()
        if item.tracking_mode != "none":
            held = [
                lot for kind in (Batch, SerialNumber) for lot in kind.objects.filter(variant__item=item, status="held")
            ]
            release(records=held, by=self.by, reason="Fine") if held else None
            self.histories[item.pk] = (item.tracking_mode, switch_off(item, self.by))
            return
        was, history = self.histories.get(item.pk, ("", b""))
        switch_on(item, was if was and self.random.random() < 0.9 else self.random.choice(["batch", "serial"]), self.by)
        if item.tracking_mode == was and self.random.random() < 0.8:
            restore(item, history, self.by, left=self.left(item, history))
            self.restored += 1

    def left(self, item: Item, history: bytes) -> list[str]:
        """As many serial numbers as are missing, of those that the history has."""
        rows = [row for row in csv.DictReader(io.StringIO(history.decode("utf-8-sig"))) if row["serial_number"]]
        moved = {row["serial_number"]: row["quantity"] for row in rows if row["kind"] != "record"}
        there = [number for number, quantity in moved.items() if not quantity.startswith(("-", "'-"))]
        on_hand = sum(level.quantity for level in item.variants.get().stock_levels.all())
        return self.random.sample(there, max(0, len(there) - int(on_hand)))

    def reverse(self) -> None:
        found = list(Document.objects.filter(reverses=None, reversed_by=None).exclude(kind__startswith="tracking"))
        if found:
            build.reverse(self.random.choice(found), by=self.by)
