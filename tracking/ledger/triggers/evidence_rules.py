"""What the triggers refuse about seals and the change log: a change is logged first, and evidence is only ever added.

The same form as the guards in ``rules``, and the same SQL on both databases.
"""

from __future__ import annotations

SEALED = "A seal is never edited or deleted. It is kept as evidence; make another one."
BEGUN = "The baseline of the digests is written once, by manage.py migrate, and never changed."
WITHOUT_DIGEST = "A document needs its digest, which posting computes. Post it on a page, by an import or by a command."
UNLOGGED_LOT = (
    "The expiry or hold of a batch or serial number is logged before it changes. "
    "Change it on its page, where the change log keeps who and why."
)
UNLOGGED_NAME = (
    "A name is logged before it changes, so that the old one can be found. "
    "Change it on its page, or save the row through its model."
)


def last_logged(subject: str, field: str, value: str) -> str:
    """A condition: ``value`` is the last that the log has for ``field`` of the subject that ``subject`` picks out."""
    return (
        f"EXISTS (SELECT 1 FROM tracking_recordchange c WHERE {subject.format(c='c')} AND c.field = '{field}'"
        f" AND c.new = {value} AND NOT EXISTS (SELECT 1 FROM tracking_recordchange m"
        f" WHERE {subject.format(c='m')} AND m.field = c.field AND m.id > c.id))"
    )


def text(row: str, column: str) -> str:
    return f"coalesce(CAST({row}.{column} AS text), '')"


def unlogged(column: str, subject: str) -> str:
    """A condition: ``column`` would get another value, which the log does not have last."""
    new, old = text("NEW", column), text("OLD", column)
    return f"({new} <> {old} AND NOT {last_logged(subject, column, new)})"


LOT = "{c}.uuid = NEW.uuid"
EXPIRY, STATUS = (last_logged(LOT, column, text("NEW", column)) for column in ("expires_on", "status"))

EVIDENCE_GUARDS = [
    (f"{name}_{event.lower()}", table, event, "1 = 1", sentence)
    for name, table, events, sentence in (
        ("seal", "tracking_seal", ("UPDATE", "DELETE"), SEALED),
        ("baseline", "tracking_baseline", ("INSERT", "UPDATE", "DELETE"), BEGUN),
    )
    for event in events
]
EVIDENCE_GUARDS += [
    ("document_digest", "tracking_document", "INSERT", "length(NEW.digest) <> 64", WITHOUT_DIGEST),
    (
        "batch_logged",
        "tracking_batch",
        "UPDATE",
        f"{unlogged('expires_on', LOT)} OR {unlogged('status', LOT)}",
        UNLOGGED_LOT,
    ),
    ("serial_logged", "tracking_serialnumber", "UPDATE", unlogged("status", LOT), UNLOGGED_LOT),
    (
        "batch_made",
        "tracking_batch",
        "INSERT",
        f"(NEW.expires_on IS NOT NULL AND NOT {EXPIRY}) OR (NEW.status <> 'available' AND NOT {STATUS})",
        UNLOGGED_LOT,
    ),
    ("serial_made", "tracking_serialnumber", "INSERT", f"NEW.status <> 'available' AND NOT {STATUS}", UNLOGGED_LOT),
]
EVIDENCE_GUARDS += [
    (
        f"{subject}_logged",
        table,
        "UPDATE",
        unlogged(column, f"{{c}}.subject = '{subject}' AND {{c}}.subject_id = NEW.id"),
        UNLOGGED_NAME,
    )
    for subject, table, column in (
        ("partner", "tracking_partner", "name"),
        ("location", "tracking_location", "name"),
        ("item", "items_item", "name"),
        ("variant", "items_variant", "sku"),
    )
]
