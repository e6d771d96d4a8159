"""The bakery's ninety days: flour to starter to dough to bread, crackers and biscuits, sold, returned and counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tracking.demo.entries import COLD_ROOM, DISPATCH, FLOUR_STORE, QUARANTINE, SHOP, Entry, Part, code, keeps

# Days ago. A starter is set the evening before, and serves every bake until the next one is set.
BAKES = (80, 64, 48, 32, 20, 12, 5, 1)
STARTERS = {81: 11, 65: 11, 49: 11, 33: 11, 21: 20, 6: 20}  # to kg of either flour
CRACKERS = (76, 52, 26, 10)
BISCUITS = (57, 27, 9)
LOAVES = {"CL-400": "CL4", "CL-800": "CL8", "CL-800S": "CLS"}  # SKU to the prefix of its batch numbers

# SKU: prefix of the batch numbers, supplier, days it keeps, where, (days ago, quantity)
PURCHASES = {
    "FL-W": ("FL", "Hartwell Mill", 180, FLOUR_STORE, ((88, 300), (62, 250), (34, 250), (14, 300), (3, 200))),
    "FL-R": ("RF", "Hartwell Mill", 150, FLOUR_STORE, ((88, 100), (50, 60), (15, 60))),
    "SALT": ("SS", "Bay Salt Works", None, FLOUR_STORE, ((40, 25),)),
    "SEED": ("SM", "Greenfield Organics", 240, FLOUR_STORE, ((77, 10), (30, 15))),
    "BUTTER": ("BU", "Riverside Dairy", 60, COLD_ROOM, ((58, 40), (13, 40))),
    "OATS": ("", "Greenfield Organics", None, FLOUR_STORE, ((59, 120), (29, 100))),
    "BAG": ("", "Papermade Packaging", None, FLOUR_STORE, ((87, 1500), (25, 1500))),
}

# After each bake: days later, clock, customer, what.
ORDERS = (
    (0, "14:00", "Northside Market", (("CL-400", 24), ("CL-800", 36))),
    (0, "14:30", "Harbour Kitchen", (("CL-800", 20), ("CL-800S", 20))),
    (1, "08:20", "Mill Lane Deli", (("CL-400", 20),)),
    (1, "08:40", "Corner House Café", (("CL-400", 8), ("CL-800S", 24))),
)
BISCUIT_ORDERS = ((54, "Northside Market", 150), (45, "Harbour Kitchen", 110), (24, "Northside Market", 120), (19, "Mill Lane Deli", 100))
ENTERED_TWICE = "Phoned order, call back before noon"


def story(today: date) -> Iterator[Entry]:
    yield opening(today)
    yield from purchases(today)
    for ago, flour in STARTERS.items():
        yield from starter(today, ago, flour)
    for ago in BAKES:
        yield from bake(today, ago)
        yield from sales(ago)
    for ago in BAKES[:-3]:
        yield stale(today, ago)
    for ago in CRACKERS:
        yield from crackers(today, ago)
    yield from biscuits()
    yield from incidents(today)


def opening(today: date) -> Entry:
    """What was there before the first day."""
    parts = (
        Part("SALT", 25, FLOUR_STORE, batch=code("SS", today, 120)),
        Part("BAG", 150, FLOUR_STORE),
    )
    return Entry(90, "07:00", "adjustment", parts, number="OPENING", note="Opening stock of the sample company")


def purchases(today: date) -> Iterator[Entry]:
    for sku, (prefix, supplier, shelf_life, place, deliveries) in PURCHASES.items():
        for ago, quantity in deliveries:
            batch = code(prefix, today, ago) if prefix else ""
            expires_on = keeps(today, ago, shelf_life) if shelf_life else None
            part = Part(sku, quantity, place, batch=batch, expires_on=expires_on)
            yield Entry(ago, "07:30", "receipt", (part,), partner=supplier)


def starter(today: date, ago: int, flour: int) -> Iterator[Entry]:
    if ago != max(STARTERS):
        yield Entry(ago, "18:40", "adjustment", (Part("ST", None, COLD_ROOM),), note="Old starter discarded")
    parts = (
        Part("FL-R", -flour / 2 if flour % 2 else -flour // 2, FLOUR_STORE),
        Part("FL-W", -flour / 2 if flour % 2 else -flour // 2, FLOUR_STORE),
        Part("ST", 2 * flour, COLD_ROOM, batch=code("ST", today, ago), expires_on=keeps(today, ago, 10)),
    )
    yield Entry(ago, "19:00", "production", parts)


def bake(today: date, ago: int) -> Iterator[Entry]:
    """Dough in the night, bread in the morning: 72 loaves of 400 g, and 800 g whole and sliced."""
    dough = code("CD", today, ago)
    parts = (
        Part("FL-W", -90, FLOUR_STORE),
        Part("FL-R", -10, FLOUR_STORE),
        Part("SALT", "-2.1", FLOUR_STORE),
        Part("ST", -18, COLD_ROOM),
        Part("CD", 170, COLD_ROOM, batch=dough, expires_on=keeps(today, ago, 2)),
    )
    yield Entry(ago, "03:30", "production", parts)
    sliced = 50 if ago in BAKES[::2] or ago < 30 else 0
    made = {"CL-400": 72, "CL-800": 146 - sliced, "CL-800S": sliced}
    loaves = tuple(
        Part(sku, made[sku], DISPATCH, batch=code(prefix, today, ago), expires_on=keeps(today, ago, 10))
        for sku, prefix in LOAVES.items()
        if made[sku]
    )
    yield Entry(ago, "09:15", "production", (Part("CD", -170, COLD_ROOM, batch=dough), Part("BAG", -218, FLOUR_STORE), *loaves))
