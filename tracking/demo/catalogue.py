"""What the sample company keeps, where, and with whom it deals. The GTINs are of the range that GS1 keeps for samples (952)."""

from __future__ import annotations

from items.models import Item, Variant
from tracking.demo import entries
from tracking.models import Location, Partner

LOCATIONS = (
    entries.FLOUR_STORE,
    entries.COLD_ROOM,
    entries.DISPATCH,
    entries.SHOP,
    entries.QUARANTINE,
    entries.WORKSHOP,
)
SUPPLIERS = (
    "Hartwell Mill",
    "Bay Salt Works",
    "Greenfield Organics",
    "Riverside Dairy",
    "Papermade Packaging",
    "Nordic Controls",
    "Alpine Stone",
)
CUSTOMERS = (
    "Northside Market",
    "Harbour Kitchen",
    "Mill Lane Deli",
    "Corner House Café",
    "Old Town Hotel",
    "Walk-in customers",
)

# name, kind, unit, tracking, shelf life in days, variants (SKU, name, GTIN)
ITEMS = (
    ("Strong white flour", "material", "kg", "batch", 180, (("FL-W", "", ""),)),
    ("Rye flour", "material", "kg", "batch", 150, (("FL-R", "", ""),)),
    ("Sea salt", "material", "kg", "batch", None, (("SALT", "", ""),)),
    ("Seed mix", "material", "kg", "batch", 240, (("SEED", "", ""),)),
    ("Butter", "material", "kg", "batch", 60, (("BUTTER", "", ""),)),
    ("Rolled oats", "material", "kg", "none", None, (("OATS", "", ""),)),
    ("Paper bag", "material", "pcs", "none", None, (("BAG", "", ""),)),
    ("Sourdough starter", "material", "kg", "batch", 10, (("ST", "", ""),)),
    ("Country dough", "material", "kg", "batch", 2, (("CD", "", ""),)),
    ("Cracker dough", "material", "kg", "batch", 2, (("KD", "", ""),)),
    (
        "Country loaf",
        "product",
        "pcs",
        "batch",
        10,
        (
            ("CL-400", "400 g", "9521234500018"),
            ("CL-800", "800 g", "9521234500025"),
            ("CL-800S", "800 g, sliced", "9521234500032"),
        ),
    ),
    ("Rye crackers", "product", "pcs", "batch", 120, (("RC-200", "200 g", "9521234500049"),)),
    ("Oat biscuits", "product", "pcs", "none", 90, (("OB-250", "250 g", "9521234500056"),)),
    ("Proofing scale", "product", "pcs", "none", None, (("PS-15", "15 kg", "9521234500063"),)),
    ("Oven controller", "material", "pcs", "serial", None, (("OC-2", "", ""),)),
    ("Heating element", "material", "pcs", "batch", None, (("HE-3K", "3 kW", ""),)),
    ("Deck stone", "material", "pcs", "batch", None, (("DS-60", "60 × 80 cm", ""),)),
    ("Stainless sheet", "material", "pcs", "none", None, (("SHEET", "1.5 mm", ""),)),
    ("Baking deck", "material", "pcs", "batch", None, (("BD-60", "", ""),)),
    (
        "Stone deck oven",
        "product",
        "pcs",
        "serial",
        None,
        (("SDO-2", "2 decks", "9521234500070"), ("SDO-3", "3 decks", "9521234500087")),
    ),
)


def make_catalogue() -> None:
    """Makes all of it, checked as a form would. Raises ValidationError and Refusal."""
    for name in LOCATIONS:
        saved(Location(name=name))
    for name in SUPPLIERS + CUSTOMERS:
        saved(Partner(name=name))
    for name, kind, unit, tracking, shelf_life, variants in ITEMS:
        item = saved(Item(name=name, kind=kind, unit=unit, tracking_mode=tracking, shelf_life_days=shelf_life))
        for sku, label, gtin in variants:
            saved(Variant(item=item, sku=sku, name=label, gtin=gtin))


def saved(row):
    row.full_clean()
    row.save()
    return row
