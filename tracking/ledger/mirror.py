"""Mirrors: the only way a posted document is undone (rule 12)."""

from __future__ import annotations

from collections import Counter

from katana_trace.lib.numbers import key_of
from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import KindRule, NewDocument, NewLine
from tracking.ledger import returned
from tracking.ledger.sql import fetch
from tracking.models import Document

LINES = """
    SELECT l.variant_id, l.location_id, coalesce(b.number, ''), coalesce(s.number, ''), l.quantity, l.id
    FROM tracking_ledgerline l
    LEFT JOIN tracking_batch b ON b.id = l.batch_id
    LEFT JOIN tracking_serialnumber s ON s.id = l.serial_id
    WHERE l.document_id = %s ORDER BY l.id
"""


def require_reversing(by) -> None:
    """Raises PermissionDenied unless ``by`` may reverse documents (rule 12): at every door, a movements file too."""
    require(by, "tracking.reverse_document", sentence="Only a manager reverses documents. Ask a manager to do it.")


def mirrored_lines(original: Document) -> tuple[NewLine, ...]:
    """The lines that undo ``original``: opposite signs, its variants and locations, its numbers as they are now."""
    return tuple(
        NewLine(variant, location, -quantity, batch_number=batch, serial_number=serial)
        for variant, location, batch, serial, quantity, _ in fetch(LINES, [original.pk])
    )


def find_original(new: NewDocument, rule: KindRule) -> Document:
    """The document that ``new`` mirrors. Raises Refusal when it cannot be reversed, or is not mirrored exactly."""
    original = Document.objects.filter(kind=new.kind, key=key_of(new.reverses)).first()
    name = rule.name.lower()
    if original is None:
        raise Refusal(f"There is no {name} “{new.reverses}” to reverse. Check its number.", field="reverses")
    if original.reverses_id is not None:
        raise Refusal(
            f"{rule.name} {original.number} is itself a reversal, and a reversal is not reversed. Post a new {name} instead.",
            field="reverses",
        )
    earlier = Document.objects.filter(reverses=original).first()
    if earlier is not None:
        raise Refusal(
            f"{rule.name} {original.number} was reversed already, by {earlier.number}. There is nothing left to reverse.",
            field="reverses",
        )
    if as_goods(new.lines) != as_goods(mirrored_lines(original)):
        raise Refusal(
            f"This {name} reverses {original.number}, but its lines are not the exact opposite of that one's. "
            "Give each line of it once, with the other sign.",
            field="reverses",
        )
    returned.refuse_returned(original)
    return original


def as_goods(lines: tuple[NewLine, ...]) -> Counter:
    return Counter(
        (line.variant, line.location, key_of(line.batch_number), key_of(line.serial_number), line.quantity)
        for line in lines
    )


def takers(original: Document) -> list[tuple[int, str]]:
    """The documents that took goods of ``original`` and can be reversed themselves: (id, number), the latest first."""
    return fetch(
        """
        SELECT DISTINCT d.id, d.number FROM tracking_ledgerline o
        JOIN tracking_ledgerline l ON l.variant_id = o.variant_id AND l.location_id = o.location_id AND l.id > o.id
            AND coalesce(l.batch_id, 0) = coalesce(o.batch_id, 0) AND coalesce(l.serial_id, 0) = coalesce(o.serial_id, 0)
        JOIN tracking_document d ON d.id = l.document_id
        WHERE o.document_id = %s AND o.quantity > 0 AND l.quantity < 0
            AND d.kind NOT IN ('tracking_on', 'tracking_restored') AND d.reverses_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM tracking_document m WHERE m.reverses_id = d.id)
        ORDER BY d.id DESC
        """,
        [original.pk],
    )


def used_by(original: Document, refusal: Refusal) -> str:
    """The sentence of a reversal whose goods are gone, naming the documents that took them and can be reversed."""
    found = takers(original)
    names = [number for _, number in found[:5]]
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    by = f" They were taken by {', '.join(names)}{more}; reverse that first." if names else ""
    return f"{original.number} cannot be reversed, its goods are gone: {refusal.sentence}{by}"
