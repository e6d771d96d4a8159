"""What the triggers refuse of rows that came past their model's ``save``, as bulk_create and update do (rules 2 and 9).

The same form as the guards in ``rules``, and the same SQL on both databases.
"""

ADDON_MISSING = (
    "Batch / lot numbers and Serial numbers belong to the Full Traceability add-on, and this workspace has the Standard plan "
    "without it. Ask an administrator to add it; what is tracked already goes on."
)
# No row means Professional. On SQLite a Boolean is a number, which NOT reads as well.
WITHOUT_ADDON = "EXISTS (SELECT 1 FROM tracking_workspace w WHERE w.plan = 'standard' AND NOT w.has_traceability_addon)"

MODEL_GUARDS = [
    (
        "item_addon",
        "items_item",
        "INSERT",
        f"NEW.tracking_mode <> 'none' AND {WITHOUT_ADDON}",
        ADDON_MISSING,
    ),
    (
        "item_addon_later",
        "items_item",
        "UPDATE",
        f"NEW.tracking_mode <> 'none' AND NEW.tracking_mode <> OLD.tracking_mode AND {WITHOUT_ADDON}",
        ADDON_MISSING,
    ),
]
# What bulk_create and update leave out: ``save`` computes the keys by which rows are found, and of which each is unique.
MODEL_GUARDS += [
    (
        f"{name}_key_{event.lower()}",
        table,
        event,
        "NEW.key = ''",
        f"A row of {table} needs its key, which is computed when the row is saved. Save each row by itself.",
    )
    for name, table, events in (
        ("item", "items_item", ("INSERT", "UPDATE")),
        ("variant", "items_variant", ("INSERT", "UPDATE")),
        ("location", "tracking_location", ("INSERT", "UPDATE")),
        ("partner", "tracking_partner", ("INSERT", "UPDATE")),
        ("batch", "tracking_batch", ("INSERT",)),  # other guards keep the keys of these three
        ("serial", "tracking_serialnumber", ("INSERT",)),
        ("document", "tracking_document", ("INSERT",)),
    )
    for event in events
]
MODEL_GUARDS += [
    (
        "variant_gtin",
        "items_variant",
        "INSERT",
        "NEW.gtin <> '' AND NEW.gtin_key = ''",
        "A variant with a GTIN needs its GTIN key, which is computed when the variant is saved. Save each variant by itself.",
    ),
]
