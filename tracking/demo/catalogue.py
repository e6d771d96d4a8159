"""Who the sample company is, what it keeps, and where. The GTINs are of the range that GS1 keeps for samples (952).

The patterns of batch numbers go on from ``entries.code``: prefix and day as ever, and a counter for the second of a day.
"""

from __future__ import annotations

from items.models import Item, Keyed, Variant
from tracking.demo import entries
from tracking.models import Location, Workspace
from tracking.records.places import create

BUSINESS = ("Alderhaven Bakehouse", "Bakehouse Row 5\nAlderhaven", "555-0104")  # towns and numbers as in ``partners``

# name, address, phone; the address and phone of the business where there are none
LOCATIONS = (
    (entries.FLOUR_STORE, "", ""),
    (entries.COLD_ROOM, "", ""),
    (entries.DISPATCH, "", ""),
    (entries.SHOP, "Market Square 2\nAlderhaven", "555-0107"),
    (entries.QUARANTINE, "", ""),
    (entries.WORKSHOP, "", ""),
    (entries.CELLAR, "Brewery Lane 11\nAlderhaven", ""),
)

# name, kind, unit, tracking, shelf life in days, pattern of new numbers, variants (SKU, name, GTIN)
ITEMS = (
    ("Strong white flour", "material", "kg", "batch", 180, "FL-{mm}{dd}-{n}", (("FL-W", "", ""),)),
    ("Rye flour", "material", "kg", "batch", 70, "RF-{mm}{dd}-{n}", (("FL-R", "", ""),)),
    ("Sea salt", "material", "kg", "batch", None, "SS-{mm}{dd}-{n}", (("SALT", "", ""),)),
    ("Seed mix", "material", "kg", "batch", 240, "SM-{mm}{dd}-{n}", (("SEED", "", ""),)),
    ("Butter", "material", "kg", "batch", 60, "BU-{mm}{dd}-{n}", (("BUTTER", "", ""),)),
    ("Rolled oats", "material", "kg", "none", None, "", (("OATS", "", ""),)),
    ("Paper bag", "material", "pcs", "none", None, "", (("BAG", "", ""),)),
    ("Sourdough starter", "material", "kg", "batch", 10, "ST-{mm}{dd}-{n}", (("ST", "", ""),)),
    ("Country dough", "material", "kg", "batch", 2, "CD-{mm}{dd}-{n}", (("CD", "", ""),)),
    ("Cracker dough", "material", "kg", "batch", 2, "KD-{mm}{dd}-{n}", (("KD", "", ""),)),
    (
        "Country loaf",
        "product",
        "pcs",
        "batch",
        10,
        "{sku}-{mm}{dd}-{n}",
        (
            ("CL-400", "400 g", "9521234500018"),
            ("CL-800", "800 g", "9521234500025"),
            ("CL-800S", "800 g, sliced", "9521234500032"),
        ),
    ),
    ("Rye crackers", "product", "pcs", "batch", 120, "RC-{mm}{dd}-{n}", (("RC-200", "200 g", "9521234500049"),)),
    ("Oat biscuits", "product", "pcs", "none", 90, "OB-{mm}{dd}-{n}", (("OB-250", "250 g", "9521234500056"),)),
    ("Proofing scale", "product", "pcs", "none", None, "PS-{n}", (("PS-15", "15 kg", "9521234500063"),)),
    ("Oven controller", "material", "pcs", "serial", None, "", (("OC-2", "", ""),)),
    ("Heating element", "material", "pcs", "batch", None, "HE-{mm}{dd}-{n}", (("HE-3K", "3 kW", ""),)),
    ("Deck stone", "material", "pcs", "batch", None, "DS-{mm}{dd}-{n}", (("DS-60", "60 × 80 cm", ""),)),
    ("Stainless sheet", "material", "pcs", "none", None, "", (("SHEET", "1.5 mm", ""),)),
    ("Baking deck", "material", "pcs", "batch", None, "BD-{mm}{dd}-{n}", (("BD-60", "", ""),)),
    (
        "Stone deck oven",
        "product",
        "pcs",
        "serial",
        None,
        "SDO-{n:06}",
        (("SDO-2", "2 decks", "9521234500070"), ("SDO-3", "3 decks", "9521234500087")),
    ),
)
# Days before its expiry that a batch is noticed, where it is not the usual week.
NOTICES = {"Rye flour": 21, "Country loaf": 5}

WARRANTIES = {"Stone deck oven": 24}  # months


def make_catalogue(*, by) -> None:
    """Makes all of it, checked as a form would. Raises ValidationError, Refusal and PermissionDenied."""
    name, address, phone = BUSINESS
    workspace = Workspace(pk=1, business_name=name, business_address=address, business_phone=phone)
    workspace.full_clean()
    workspace.save()
    for name, address, phone in LOCATIONS:
        create(place=checked(Location(name=name, address=address, phone=phone)), by=by)
    for name, kind, unit, tracking, shelf_life, pattern, variants in ITEMS:
        item = Item(name=name, kind=kind, unit=unit, tracking_mode=tracking, shelf_life_days=shelf_life)
        item.number_pattern = pattern
        item.expiry_notice_days = NOTICES.get(name)
        item.warranty_months = WARRANTIES.get(name)
        checked(item).save()
        for sku, label, gtin in variants:
            checked(Variant(item=item, sku=sku, name=label, gtin=gtin)).save()


def checked(row: Keyed) -> Keyed:
    row.full_clean()
    return row
