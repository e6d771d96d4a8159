"""Law 17 of recalls: figures match the opening event, events follow each other, and states match the last event."""

from __future__ import annotations

from collections.abc import Iterator

from katana_trace.lib.numbers import key_of
from tracking.ledger.recall_facts import STANDING, recomputed_events, standing_of
from tracking.ledger.sql import any_of, fetch
from tracking.models import Recall

UNLOGGED = """
    SELECT r.number FROM tracking_recall r WHERE NOT EXISTS (SELECT 1 FROM tracking_recallevent e JOIN
        tracking_recordchange c ON c.new = e.digest AND c.field = 'opened' AND c.subject_id = e.recall_id
        AND c.subject = 'recall' WHERE e.recall_id = r.id)
"""
GONE = """
    SELECT c.name FROM tracking_recordchange c WHERE c.subject = 'recall' AND c.field = 'opened'
        AND NOT EXISTS (SELECT 1 FROM tracking_recall r WHERE r.id = c.subject_id)
"""
CLOSED_IN_PART = (
    "SELECT number FROM tracking_recall WHERE closed_at IS NULL AND (closed_by_id IS NOT NULL OR summary <> '')"
)
SHIPMENTS = """
    SELECT r.number, c.name, coalesce(c.partner_id, 0), s.document FROM tracking_recallshipment s
    JOIN tracking_recallcustomer c ON c.id = s.customer_id JOIN tracking_recall r ON r.id = c.recall_id ORDER BY s.id
"""
LAST_STANDING = (
    "SELECT new FROM tracking_recordchange WHERE subject = 'recall' AND subject_id = %s AND field = %s ORDER BY id DESC"
)


def recalls() -> Iterator[str]:
    for recall in Recall.objects.order_by("pk"):
        for event, digest in recomputed_events(recall):
            if event.digest != digest:
                yield f"{recall.number}: its event of {event.at:%Y-%m-%d %H:%M} is not as it was written."
        logged = fetch(f"{LAST_STANDING} LIMIT 1", [recall.pk, STANDING])
        if standing_of(recall) != (logged[0][0] if logged else ""):
            yield f"{recall.number}: what was done about its customers and shipments does not match the change log."
    for (number,) in fetch(UNLOGGED):
        yield f"{number}: its opening is missing from the change log."
    for (number,) in fetch(GONE):
        yield f"{number} is missing, but the change log has its opening."
    for (number,) in fetch(CLOSED_IN_PART):
        yield f"{number} is open, but says how it was closed."
    yield from other_partners()


def other_partners() -> Iterator[str]:
    """A document keeps its partner, so a customer of a case is still the partner of the shipments listed there."""
    shipments = fetch(SHIPMENTS)
    condition, parameter = any_of("key", sorted({key_of(document) for *_, document in shipments}))
    partners = dict(
        fetch(
            f"SELECT number, coalesce(partner_id, 0) FROM tracking_document WHERE kind = 'shipment' AND {condition}",
            [parameter],
        )
    )
    found = {
        (number, name) for number, name, partner, document in shipments if partners.get(document, partner) != partner
    }
    for number, name in sorted(found):
        yield f"{number}: {name or 'the customer nobody named'} is not the partner on the shipment."
