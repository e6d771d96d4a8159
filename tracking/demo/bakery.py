"""The bakery's ninety days: flour to starter to dough to bread, crackers and biscuits, sold, returned and counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tracking.demo.entries import (
    CELLAR,
    COLD_ROOM,
    DISPATCH,
    FLOUR_STORE,
    QUARANTINE,
    SHOP,
    Entry,
    Part,
    code,
    keeps,
)
from tracking.demo.partners import FORMER

# Days ago. A starter is set the evening before, and serves every bake until the next one is set.
BAKES = (80, 56, 34, 20, 12, 5, 1)
STARTERS = {81: 6, 57: 6, 35: 6, 21: 11, 6: 11}  # to kg of either flour
SLICED_SINCE = 20
CRACKERS = (76, 52, 26, 10)
LOAVES = {"CL-400": "CL4", "CL-800": "CL8", "CL-800S": "CLS"}  # SKU to the prefix of its batch numbers

# SKU: prefix of the batch numbers, supplier, days it keeps, where, (days ago, quantity)
PURCHASES = {
    "FL-W": ("FL", "Hartwell Mill", 180, FLOUR_STORE, ((88, 300), (62, 250), (34, 250), (14, 300), (3, 200))),
    "FL-R": ("RF", "Hartwell Mill", 70, FLOUR_STORE, ((88, 100), (50, 60), (15, 60))),
    "SALT": ("SS", "Bay Salt Works", None, FLOUR_STORE, ((75, 25), (40, 25))),
    "SEED": ("SM", "Greenfield Organics", 240, FLOUR_STORE, ((77, 10), (30, 15))),
    "BUTTER": ("BU", "Riverside Dairy", 60, COLD_ROOM, ((60, 40), (13, 40))),
    "OATS": ("", "Greenfield Organics", None, FLOUR_STORE, ((59, 120), (29, 100))),
    "BAG": ("", "Papermade Packaging", None, FLOUR_STORE, ((87, 1500), (25, 1500))),
}

# After each bake: days later, clock, customer, what.
ORDERS = (
    (0, "14:00", "Northside Market", {"CL-400": 24, "CL-800": 36}),
    (0, "14:30", "Harbour Kitchen", {"CL-800": 20, "CL-800S": 20}),
    (1, "08:20", "Mill Lane Deli", {"CL-400": 20}),
    (1, "08:40", "Corner House Café", {"CL-400": 8, "CL-800S": 12}),
)
BISCUITS = (57, 27, 9)
BISCUIT_ORDERS = (
    (54, "Northside Market", 150),
    (45, "Harbour Kitchen", 110),
    (24, "Northside Market", 120),
    (19, "Mill Lane Deli", 100),
)
OPENING_NOTE = "Opening stock of the sample company"
PHONED = "Phoned order"  # entered twice; the second is reversed today


def story(today: date) -> Iterator[Entry]:
    yield opening(today)
    yield Entry(89, "08:10", "transfer", (Part("BAG", -150, CELLAR, to=FLOUR_STORE),), note="The cellar is damp")
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
        Part("SALT", 4, FLOUR_STORE, batch=code("SS", today, 120)),
        Part("BAG", 150, CELLAR),
    )
    return Entry(90, "07:00", "adjustment", parts, number="OPENING", note=OPENING_NOTE)


def purchases(today: date) -> Iterator[Entry]:
    for sku, (prefix, supplier, shelf_life, place, deliveries) in PURCHASES.items():
        for ago, quantity in deliveries:
            batch = code(prefix, today, ago) if prefix else ""
            expires_on = keeps(today, ago, shelf_life) if shelf_life else None
            part = Part(sku, quantity, place, batch=batch, expires_on=expires_on)
            yield Entry(ago, "07:30", "receipt", (part,), partner=supplier)


def starter(today: date, ago: int, flour: int) -> Iterator[Entry]:
    """Flour and water; what the last starter left is too old by then."""
    if ago != max(STARTERS):
        yield Entry(ago, "18:40", "adjustment", (Part("ST", None, COLD_ROOM),), note="Old starter discarded")
    parts = (
        Part("FL-R", -flour, FLOUR_STORE),
        Part("FL-W", -flour, FLOUR_STORE),
        Part("ST", 4 * flour, COLD_ROOM, batch=code("ST", today, ago), expires_on=keeps(today, ago, 10)),
    )
    yield Entry(ago, "19:00", "production", parts)


def bake(today: date, ago: int) -> Iterator[Entry]:
    """Dough in the night, bread in the morning."""
    dough = code("CD", today, ago)
    parts = (
        Part("FL-W", -90, FLOUR_STORE),
        Part("FL-R", -10, FLOUR_STORE),
        Part("SALT", "-2.1", FLOUR_STORE),
        Part("ST", -18, COLD_ROOM),
        Part("CD", 170, COLD_ROOM, batch=dough, expires_on=keeps(today, ago, 2)),
    )
    yield Entry(ago, "03:30", "production", parts)
    loaves = tuple(
        Part(sku, quantity, DISPATCH, batch=code(LOAVES[sku], today, ago), expires_on=keeps(today, ago, 10))
        for sku, quantity in made(ago).items()
    )
    used = (Part("CD", -170, COLD_ROOM, batch=dough), Part("BAG", -218, FLOUR_STORE))
    yield Entry(ago, "09:15", "production", used + loaves)


def made(ago: int) -> dict[str, int]:
    """How many of each loaf a bake gives; the slicing machine came later."""
    return {"CL-400": 72, "CL-800": 96, "CL-800S": 50} if ago <= SLICED_SINCE else {"CL-400": 72, "CL-800": 146}


def sales(ago: int) -> Iterator[Entry]:
    """What the customers ordered, and the shop. The 400 g of the last bake wait for the laboratory."""
    goods = [sku for sku in made(ago) if (sku, ago) != ("CL-400", BAKES[-1])]
    for later, clock, customer, order in ORDERS:
        parts = tuple(Part(sku, -quantity, DISPATCH) for sku, quantity in order.items() if sku in goods)
        if parts and ago - later > 0:
            yield Entry(ago - later, clock, "shipment", parts, partner=customer)
    to_shop = tuple(Part(sku, -16, DISPATCH, to=SHOP) for sku in goods)
    yield Entry(ago, "16:00", "transfer", to_shop)
    if ago > 2:
        tasted = (Part("CL-400", -2, SHOP),)
        yield Entry(ago - 1, "11:00", "adjustment", tasted, note="Shop tasting")
        sold = tuple(Part(sku, -12, SHOP) for sku in goods)
        yield Entry(ago - 2, "18:00", "shipment", sold, partner="Walk-in customers")


def stale(today: date, ago: int) -> Entry:
    """On its last day the rest of a bake goes to a farm."""
    parts = tuple(
        Part(sku, None, place, batch=code(LOAVES[sku], today, ago)) for sku in made(ago) for place in (DISPATCH, SHOP)
    )
    return Entry(ago - 10, "17:00", "adjustment", parts, note="Stale loaves to the farm")


def crackers(today: date, ago: int) -> Iterator[Entry]:
    dough, packs = code("KD", today, ago), code("RC", today, ago)
    parts = (
        Part("FL-R", -12, FLOUR_STORE),
        Part("SEED", -4, FLOUR_STORE),
        Part("SALT", "-0.4", FLOUR_STORE),
        Part("KD", 20, COLD_ROOM, batch=dough, expires_on=keeps(today, ago, 2)),
    )
    yield Entry(ago, "10:00", "production", parts)
    baked = Part("RC-200", 90, DISPATCH, batch=packs, expires_on=keeps(today, ago, 120))
    yield Entry(ago, "13:00", "production", (Part("KD", -20, COLD_ROOM, batch=dough), baked))
    yield Entry(ago - 2, "10:30", "shipment", (Part("RC-200", -40, DISPATCH),), partner="Northside Market")
    customer = FORMER if ago == CRACKERS[0] else "Corner House Café"
    yield Entry(ago - 4, "10:30", "shipment", (Part("RC-200", -30, DISPATCH),), partner=customer)


def biscuits() -> Iterator[Entry]:
    """Without numbers until today; the butter in them has some."""
    for ago in BISCUITS:
        parts = (
            Part("OATS", -60, FLOUR_STORE),
            Part("BUTTER", -12, COLD_ROOM),
            Part("OB-250", 300, DISPATCH),
        )
        yield Entry(ago, "12:00", "production", parts)
    for ago, customer, quantity in BISCUIT_ORDERS:
        yield Entry(ago, "09:40", "shipment", (Part("OB-250", -quantity, DISPATCH),), partner=customer)
    yield Entry(8, "16:20", "transfer", (Part("OB-250", -80, DISPATCH, to=SHOP),))


def incidents(today: date) -> Iterator[Entry]:
    """What no plan foresees: torn bags, burnt crusts, returns, a count that differs, an order entered twice."""
    torn = Part("FL-W", -50, FLOUR_STORE, batch=code("FL", today, 14))
    yield Entry(13, "11:15", "supplier_return", (torn,), partner="Hartwell Mill", note="Two bags torn")
    returned = Part("CL-800", 6, QUARANTINE, batch=code("CL8", today, 34))
    yield Entry(31, "15:00", "customer_return", (returned,), partner="Northside Market", note="Crust too dark")
    destroyed = Part("CL-800", -6, QUARANTINE, batch=code("CL8", today, 34))
    yield Entry(30, "16:30", "adjustment", (destroyed,), note="Returned loaves destroyed")
    counted = (Part("FL-W", "-1.5", FLOUR_STORE), Part("BAG", 12, FLOUR_STORE))
    yield Entry(28, "17:30", "stocktake", counted, note="Monthly count of the flour store")
    burnt = Part("CL-800", -8, DISPATCH, batch=code("CL8", today, 12), to=QUARANTINE)
    yield Entry(10, "09:30", "transfer", (burnt,), note="Crust burnt, set aside")
    squashed = Part("CL-400", 4, QUARANTINE, batch=code("CL4", today, 5))
    yield Entry(3, "15:10", "customer_return", (squashed,), partner="Northside Market", note="Squashed in transport")
    for clock in ("16:30", "16:45"):
        phoned = Part("CL-800", -10, DISPATCH)
        yield Entry(1, clock, "shipment", (phoned,), partner="Mill Lane Deli", note=PHONED)
