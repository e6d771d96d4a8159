"""What the triggers refuse, in SQL that both databases read, each with its sentence.

The aliases: ``{l}`` is the line (NEW on SQLite, a row of the inserted set on PostgreSQL), ``v`` its variant, ``i`` its
item, ``b`` its batch, ``s`` its serial number, ``d`` its document. Under the permit of a restore its own lines are passed by.
"""

from tracking.ledger.triggers.evidence_rules import EVIDENCE_GUARDS
from tracking.ledger.triggers.model_rules import MODEL_GUARDS
from tracking.ledger.triggers.permit_rules import PERMIT_GUARDS, permit
from tracking.ledger.triggers.recall_rules import RECALL_GUARDS
from tracking.ledger.triggers.role_rules import ROLE_GUARDS

# A line that does not fit its item (laws 3, 4 and 6; rules 8 and 10).
LINE_FAULTS = [
    (
        "i.tracking_epoch <> {l}.epoch",
        "Product tracking of this item was switched since this was prepared. Load it again and post it anew.",
    ),
    (
        "i.tracking_mode = 'none' AND ({l}.batch_id IS NOT NULL OR {l}.serial_id IS NOT NULL)",
        "This item has No tracking: a line of it takes no batch and no serial number. Leave them out.",
    ),
    (
        "i.tracking_mode = 'batch' AND ({l}.batch_id IS NULL OR {l}.serial_id IS NOT NULL)",
        "This item is tracked by batch: each line of it needs a batch, and no serial number. Give the batch.",
    ),
    (
        "i.tracking_mode = 'serial' AND {l}.batch_id IS NOT NULL",
        "This item is tracked by serial number: a line of it takes no batch. Leave the batch out.",
    ),
    (
        "{l}.batch_id IS NOT NULL AND (b.variant_id IS NULL OR b.variant_id <> {l}.variant_id)",
        "The batch belongs to another variant than the line. Choose a batch of this variant.",
    ),
    (
        "{l}.serial_id IS NOT NULL AND (s.variant_id IS NULL OR s.variant_id <> {l}.variant_id)",
        "The serial number belongs to another variant than the line. Choose a serial number of this variant.",
    ),
    (
        "i.tracking_mode = 'serial' AND {l}.serial_id IS NULL AND {l}.quantity < 0"
        " AND d.kind IN ('shipment', 'production') AND d.reverses_id IS NULL",
        "This item is tracked by serial number: what is shipped or used in production needs its number. Give it.",
    ),
    (
        "i.tracking_mode = 'serial' AND {l}.quantity % 1000000 <> 0",
        "This item is tracked by serial number: it moves in whole units. Give a whole number.",
    ),
    (
        "{l}.quantity < 0 AND d.kind IN ('shipment', 'production') AND d.reverses_id IS NULL"
        " AND (b.status = 'held' OR s.status = 'held')",
        "A batch or serial number on hold cannot be shipped or used in production. Release it first.",
    ),
    (
        "{l}.quantity < 0 AND d.kind IN ('shipment', 'production') AND d.reverses_id IS NULL"
        " AND b.expires_on < d.posted_on",
        "A batch that has expired cannot be shipped or used in production. Choose another batch.",
    ),
]

SERIAL_IN_STOCK = "This serial number is in stock already, so it cannot come in again. Check where it is."
SERIAL_NOT_HERE = "This serial number is not at this location, so it cannot leave it. Check where it is."
NOT_ENOUGH = "There is not enough in stock for that. Check what is there."

OUT_OF_ORDER = (
    "Another document moved the same stock between the first line of this one and its last. "
    "Nothing was written; post it again."
)
DOCUMENT_ADDED_TO = "No line is ever added to a posted document. Post another one."
LINE_ID_TAKEN = "A ledger line of this id exists already, and lines are never replaced. Post a document instead."
LINE_UPDATED = "A ledger line is never edited. Reverse its document instead."
LINE_DELETED = "A ledger line is never deleted. Reverse its document instead."
NOT_OF_RESTORE = "While the history of an item is being restored, nothing else moves its stock. Post this afterwards."
SWITCH_UNKNOWN = (
    "Product tracking changes by a switch alone, which keeps the history. "
    "Use the item card, or manage.py switch_tracking, or save the item itself."
)

OF_VARIANT = "p.item_id = (SELECT v.item_id FROM items_variant v WHERE v.id = OLD.variant_id)"

# (name, table, event, condition that refuses, sentence): the same on both databases, row by row.
ROW_GUARDS = [
    (
        "document_update",
        "tracking_document",
        "UPDATE",
        "1 = 1",
        "A posted document is never edited. Reverse it instead.",
    ),
    (
        "document_delete",
        "tracking_document",
        "DELETE",
        "1 = 1",
        "A posted document is never deleted. Reverse it instead.",
    ),
    (
        "document_insert",
        "tracking_document",
        "INSERT",
        "EXISTS (SELECT 1 FROM tracking_document t WHERE t.id = NEW.id)",
        "A document of this id exists already, and documents are never replaced. Post another one.",
    ),
    (
        "switch_update",
        "tracking_switch",
        "UPDATE",
        "1 = 1",
        "The record of a switch is never edited. Switch tracking again instead.",
    ),
    (
        "switch_delete",
        "tracking_switch",
        "DELETE",
        "1 = 1",
        "The record of a switch is never deleted. It is kept as evidence.",
    ),
    (
        "change_update",
        "tracking_recordchange",
        "UPDATE",
        "1 = 1",
        "The record of a change is never edited. Change the value again instead.",
    ),
    (
        "change_delete",
        "tracking_recordchange",
        "DELETE",
        "1 = 1",
        "The record of a change is never deleted. It is kept as evidence.",
    ),
    (
        "archive_update",
        "tracking_archive",
        "UPDATE",
        "NEW.switch_id <> OLD.switch_id OR NEW.item_id <> OLD.item_id OR NEW.mode <> OLD.mode"
        " OR NEW.content <> OLD.content OR NEW.sha256 <> OLD.sha256 OR NEW.size <> OLD.size"
        " OR NEW.line_count <> OLD.line_count OR NEW.record_count <> OLD.record_count",
        "An archive is never edited. It has the bytes that were downloaded.",
    ),
    (
        "archive_delete",
        "tracking_archive",
        "DELETE",
        "1 = 1",
        "An archive is never deleted. It is the only copy of the tracking that was switched off.",
    ),
    (
        "item_insert",
        "items_item",
        "INSERT",
        "NEW.tracking_epoch <> 0",
        "A new item begins at tracking epoch 0. Leave the epoch out.",
    ),
    (
        "item_update",
        "items_item",
        "UPDATE",
        "(NEW.tracking_mode <> OLD.tracking_mode OR NEW.tracking_epoch <> OLD.tracking_epoch) AND NOT"
        " (NEW.tracking_epoch = OLD.tracking_epoch + 1 AND EXISTS (SELECT 1 FROM tracking_switch t"
        " WHERE t.item_id = NEW.id AND t.epoch = NEW.tracking_epoch"
        " AND t.from_mode = OLD.tracking_mode AND t.to_mode = NEW.tracking_mode))",
        SWITCH_UNKNOWN,
    ),
    (
        "item_unit",
        "items_item",
        "UPDATE",
        "NEW.unit <> OLD.unit AND EXISTS (SELECT 1 FROM tracking_ledgerline t"
        " JOIN items_variant v ON v.id = t.variant_id WHERE v.item_id = NEW.id)",
        "The unit of an item that has moved is fixed. Make a new item with the other unit.",
    ),
    (
        "variant_item",
        "items_variant",
        "UPDATE",
        "NEW.item_id <> OLD.item_id AND EXISTS (SELECT 1 FROM tracking_ledgerline t WHERE t.variant_id = NEW.id)",
        "A variant that has moved stays with its item. Make a new variant for the other item.",
    ),
    (
        "location_archive",
        "tracking_location",
        "UPDATE",
        "NEW.archived_at IS NOT NULL AND OLD.archived_at IS NULL AND EXISTS"
        " (SELECT 1 FROM tracking_stocklevel t WHERE t.location_id = NEW.id AND t.quantity > 0)",
        "A location is not archived while stock is there. Transfer what is there to another location first.",
    ),
    (
        "batch_update",
        "tracking_batch",
        "UPDATE",
        # A restored UNBATCHED prints again as it was typed, which is the one change, under the permit of the restore.
        "NEW.variant_id <> OLD.variant_id OR NEW.key <> OLD.key OR"
        " ((NEW.number <> OLD.number OR NEW.uuid <> OLD.uuid)"
        f" AND NOT (OLD.key = 'unbatched' AND {permit('restore', OF_VARIANT)}))",
        "The number and variant of a batch are fixed. Move the stock to another batch by an adjustment.",
    ),
    (
        "batch_delete",
        "tracking_batch",
        "DELETE",
        f"NOT {permit('off', OF_VARIANT)}",
        "A batch is never deleted by itself. Switching the item to No tracking exports and removes its batches.",
    ),
    (
        "serial_insert",
        "tracking_serialnumber",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM items_variant v WHERE v.id = NEW.variant_id AND v.item_id = NEW.item_id)",
        "The serial number names another item than its variant does. Name the variant's item.",
    ),
    (
        "serial_update",
        "tracking_serialnumber",
        "UPDATE",
        "NEW.variant_id <> OLD.variant_id OR NEW.item_id <> OLD.item_id"
        " OR NEW.number <> OLD.number OR NEW.key <> OLD.key OR NEW.uuid <> OLD.uuid",
        "The number, item and variant of a serial number are fixed. Connect the unit to another number by an adjustment.",
    ),
    (
        "serial_delete",
        "tracking_serialnumber",
        "DELETE",
        f"NOT {permit('off', 'p.item_id = OLD.item_id')}",
        "A serial number is never deleted by itself. Switching the item to No tracking exports and removes its numbers.",
    ),
]

# INSERT OR REPLACE on SQLite would change a row behind the guards of UPDATE.
ROW_GUARDS += [
    (
        f"{name}_replace",
        table,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {table} t WHERE t.id = NEW.id)",
        f"There is a row of this id in {table} already, and rows are never replaced. Change it by a page instead.",
    )
    for name, table in (
        ("item", "items_item"),
        ("variant", "items_variant"),
        ("location", "tracking_location"),
        ("batch", "tracking_batch"),
        ("serial", "tracking_serialnumber"),
        ("switch", "tracking_switch"),
        ("archive", "tracking_archive"),
        ("change", "tracking_recordchange"),
        ("seal", "tracking_seal"),
    )
]

ROW_GUARDS += EVIDENCE_GUARDS + MODEL_GUARDS + PERMIT_GUARDS + RECALL_GUARDS + ROLE_GUARDS

# Tables of which some rows may be deleted and others never: none of them is emptied at once (TRUNCATE of PostgreSQL).
NEVER_EMPTIED = {"role_delete"}

LINE_JOINS = """
    LEFT JOIN tracking_document d ON d.id = {l}.document_id
    LEFT JOIN tracking_batch b ON b.id = {l}.batch_id
    LEFT JOIN tracking_serialnumber s ON s.id = {l}.serial_id
"""
