"""What the triggers refuse about switches, archives and permits: a permit counts only for the one act that it was opened for.

The same form as the guards in ``rules``, and the same SQL on both databases. An act is whole or not at all: the permit comes
first, everything else of the act needs it, it closes only when the act is done, and no commit leaves it open (it refers to
the empty table ``tracking_never``).
"""

from __future__ import annotations

NOT_OPENED = (
    "A permit opens only for the next switch or restore of its item. "
    "Use the item card, or manage.py switch_tracking and restore_tracking."
)
NOT_DONE = "A permit closes when its switch or restore is done, with its archive. Roll the whole transaction back."
FIXED = "A permit is never edited. Roll the whole transaction back."
WITHOUT_PERMIT = (
    "Product tracking is switched as a whole: the switch, its archive, the lines and the item. "
    "Use the item card, or manage.py switch_tracking."
)
RESTORED_WITHOUT_PERMIT = (
    "An archive is restored as a whole, once. Use the page of the archive, or manage.py restore_tracking."
)
EMPTY = "The table tracking_never stays empty: a row that refers to it is refused at commit."
SYSTEM_KIND = "Only a switch or a restore makes a document of this kind. Post one of another kind."

ITEM = "EXISTS (SELECT 1 FROM items_item i WHERE i.id = {row}.item_id AND {condition})"
ARCHIVE = (
    "EXISTS (SELECT 1 FROM tracking_archive a JOIN tracking_switch s ON s.id = a.switch_id"
    " WHERE a.item_id = {row}.item_id AND s.epoch = {row}.epoch AND s.to_mode = 'none')"
)


def item(row: str, condition: str) -> str:
    return ITEM.format(row=row, condition=condition)


def permit(act: str, condition: str = "1 = 1") -> str:
    """A condition: a permit for ``act`` is open that meets ``condition``."""
    return f"EXISTS (SELECT 1 FROM tracking_relinkpermit p WHERE p.act = '{act}' AND {condition})"


OPENED = " OR ".join(
    f"(NEW.act = '{act}' AND {condition})"
    for act, condition in (
        ("on", item("NEW", "i.tracking_mode = 'none' AND i.tracking_epoch + 1 = NEW.epoch")),
        ("off", item("NEW", "i.tracking_mode <> 'none' AND i.tracking_epoch + 1 = NEW.epoch")),
        (
            "restore",
            "EXISTS (SELECT 1 FROM tracking_archive a JOIN items_item i ON i.id = a.item_id WHERE a.id = NEW.archive_id"
            " AND a.item_id = NEW.item_id AND a.restored_at IS NULL AND a.mode = i.tracking_mode"
            " AND i.tracking_epoch = NEW.epoch)",
        ),
    )
)
DONE = " OR ".join(
    f"(OLD.act = '{act}' AND {condition})"
    for act, condition in (
        ("on", item("OLD", "i.tracking_mode <> 'none' AND i.tracking_epoch = OLD.epoch")),
        (
            "off",
            item("OLD", "i.tracking_mode = 'none' AND i.tracking_epoch = OLD.epoch")
            + f" AND {ARCHIVE.format(row='OLD')}",
        ),
        (
            "restore",
            "EXISTS (SELECT 1 FROM tracking_archive a WHERE a.id = OLD.archive_id AND a.restored_at IS NOT NULL)",
        ),
    )
)
# The one step that ``NEW`` of a switch may be: from the item's mode to the next epoch, in the direction of the permit.
NEXT_STEP = (
    "EXISTS (SELECT 1 FROM tracking_relinkpermit p JOIN items_item i ON i.id = p.item_id"
    " WHERE p.item_id = NEW.item_id AND p.epoch = NEW.epoch AND i.tracking_mode = NEW.from_mode"
    " AND ((p.act = 'on' AND NEW.to_mode <> 'none') OR (p.act = 'off' AND NEW.to_mode = 'none')))"
)
ARCHIVED_STEP = (
    "EXISTS (SELECT 1 FROM tracking_switch s JOIN tracking_relinkpermit p ON p.item_id = s.item_id AND p.epoch = s.epoch"
    " WHERE s.id = NEW.switch_id AND s.item_id = NEW.item_id AND s.from_mode = NEW.mode AND p.act = 'off')"
)
RESTORED = (
    "(coalesce(CAST(NEW.restored_at AS text), '') <> coalesce(CAST(OLD.restored_at AS text), '')"
    " OR coalesce(NEW.restored_by_id, 0) <> coalesce(OLD.restored_by_id, 0))"
)

PERMIT_GUARDS = [
    ("never_insert", "tracking_never", "INSERT", "1 = 1", EMPTY),
    ("permit_insert", "tracking_relinkpermit", "INSERT", f"NOT ({OPENED})", NOT_OPENED),
    ("permit_update", "tracking_relinkpermit", "UPDATE", "1 = 1", FIXED),
    ("permit_delete", "tracking_relinkpermit", "DELETE", f"NOT ({DONE})", NOT_DONE),
    ("switch_insert", "tracking_switch", "INSERT", f"NOT {NEXT_STEP}", WITHOUT_PERMIT),
    (
        "archive_insert",
        "tracking_archive",
        "INSERT",
        f"NEW.restored_at IS NOT NULL OR NOT {ARCHIVED_STEP}",
        WITHOUT_PERMIT,
    ),
    (
        "archive_restored",
        "tracking_archive",
        "UPDATE",
        f"{RESTORED} AND (OLD.restored_at IS NOT NULL OR NEW.restored_at IS NULL"
        f" OR NOT {permit('restore', 'p.archive_id = NEW.id')})",
        RESTORED_WITHOUT_PERMIT,
    ),
    (
        "document_system",
        "tracking_document",
        "INSERT",
        f"(NEW.kind = 'tracking_on' AND NOT {permit('on')}) OR (NEW.kind = 'tracking_restored' AND NOT {permit('restore')})",
        SYSTEM_KIND,
    ),
]
