"""The oven workshop's ninety days: parts to decks to ovens, every oven and its controller with a number of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tracking.demo.entries import QUARANTINE, WORKSHOP, Entry, Part, code

# Days ago, SKU, supplier, quantity, prefix of the batch number.
PURCHASES = (
    (86, "DS-60", "Alpine Stone", 12, "DS"),
    (84, "HE-3K", "Nordic Controls", 40, "HE"),
    (85, "SHEET", "Nordic Controls", 36, ""),
    (70, "PS-15", "Nordic Controls", 20, ""),
    (48, "HE-3K", "Nordic Controls", 40, "HE"),
    (47, "DS-60", "Alpine Stone", 14, "DS"),
    (29, "SHEET", "Nordic Controls", 24, ""),
)
# Days ago, the first and the last number.
CONTROLLERS = ((86, 2401, 2406), (41, 2511, 2516))
DECKS = (79, 46)
# Serial number, SKU, decks, its controller, built and sold so many days ago (None: in stock), to whom.
OVENS = (
    ("SDO-004411", "SDO-2", 2, 2401, 75, 70, "Harbour Kitchen"),
    ("SDO-004412", "SDO-2", 2, 2402, 66, 60, "Corner House Café"),
    ("SDO-004413", "SDO-3", 3, 2403, 57, 51, "Old Town Hotel"),
    ("SDO-004414", "SDO-2", 2, 2404, 44, 40, "Mill Lane Deli"),
    ("SDO-004415", "SDO-2", 2, 2405, 37, 33, "Old Town Hotel"),
    ("SDO-004416", "SDO-3", 3, 2406, 28, None, ""),
    ("SDO-004417", "SDO-2", 2, 2511, 16, None, ""),
    ("SDO-004418", "SDO-2", 2, 2512, 6, None, ""),
)
REPAIRED, RETURNED = OVENS[1][0], OVENS[3][0]
SCALES_SOLD = ((62, "Corner House Café", 2), (36, "Old Town Hotel", 3), (11, "Harbour Kitchen", 1))


def story(today: date) -> Iterator[Entry]:
    for ago, sku, supplier, quantity, prefix in PURCHASES:
        part = Part(sku, quantity, WORKSHOP, batch=code(prefix, today, ago) if prefix else "")
        yield Entry(ago, "10:10", "receipt", (part,), partner=supplier)
    for ago, first, last in CONTROLLERS:
        parts = tuple(controller(number, 1) for number in range(first, last + 1))
        yield Entry(ago, "10:40", "receipt", parts, partner="Nordic Controls")
    for ago in DECKS:
        yield decks(today, ago)
    for oven in OVENS:
        yield from built_and_sold(*oven)
    yield from service()
    for ago, customer, quantity in SCALES_SOLD:
        yield Entry(ago, "13:20", "shipment", (Part("PS-15", -quantity, WORKSHOP),), partner=customer)
    lost = Part("HE-3K", -1, WORKSHOP)
    yield Entry(2, "16:00", "stocktake", (lost,), note="Count of the oven workshop")


def controller(number: int, quantity: int) -> Part:
    return Part("OC-2", quantity, WORKSHOP, serial=f"NC-{number}")


def decks(today: date, ago: int) -> Entry:
    """Ten decks of a stone, three elements and a sheet each."""
    parts = (
        Part("DS-60", -10, WORKSHOP),
        Part("HE-3K", -30, WORKSHOP),
        Part("SHEET", -10, WORKSHOP),
        Part("BD-60", 10, WORKSHOP, batch=code("BD", today, ago)),
    )
    return Entry(ago, "15:30", "production", parts)


def built_and_sold(
    serial: str, sku: str, count: int, number: int, built: int, sold: int | None, customer: str
) -> Iterator[Entry]:
    parts = (
        Part("BD-60", -count, WORKSHOP),
        controller(number, -1),
        Part("SHEET", -2, WORKSHOP),
        Part(sku, 1, WORKSHOP, serial=serial),
    )
    yield Entry(built, "16:10", "production", parts)
    if sold is not None:
        yield Entry(sold, "09:20", "shipment", (Part(sku, -1, WORKSHOP, serial=serial),), partner=customer)


def service() -> Iterator[Entry]:
    """One oven comes back, gets another controller and goes out again; another one is back and waits."""
    out, back = Part("SDO-2", -1, WORKSHOP, serial=REPAIRED), Part("SDO-2", 1, WORKSHOP, serial=REPAIRED)
    customer = OVENS[1][-1]
    yield Entry(22, "14:00", "customer_return", (back,), partner=customer, note="Warranty: controller shows E7")
    yield Entry(20, "11:00", "production", (out, controller(2513, -1), back), note="Controller replaced")
    yield Entry(18, "09:30", "shipment", (out,), partner=customer)
    waits = Part("SDO-2", 1, QUARANTINE, serial=RETURNED)
    yield Entry(7, "15:40", "customer_return", (waits,), partner=OVENS[3][-1], note="Door does not close")
