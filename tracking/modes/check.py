"""Whether tracking may be switched: one function, asked by every door (rules 2, 4, 5 and 6)."""

from __future__ import annotations

from django.urls import reverse

from items.models import Item, TrackingMode
from katana_trace.lib.quantities import LEVEL_LIMIT, MILLION, for_people, shown
from tracking.ledger.sql import fetch
from tracking.models import Workspace

LABELS = dict(TrackingMode.choices)


def refusal_of_new(item: Item) -> str:
    """Why a new item may not begin with its tracking mode; "" when it may."""
    return refusal_of_addon() if item.tracking_mode != TrackingMode.NONE else ""


def refusal_of_enabling(item: Item, *, present: str, to: str) -> str:
    """Why ``item``, which has the mode ``present``, may not be switched to ``to`` (batch or serial); "" when it may."""
    if to not in LABELS:
        return f"“{shown(str(to), 40)}” is not a product tracking choice. Use none, batch or serial."
    if to == present:
        return f"{item.name} has {LABELS[to]} already. Nothing was switched."
    if present != TrackingMode.NONE:
        return refusal_of_direct(item, present=present, to=to)
    return refusal_of_addon() or (refusal_of_fractions(item) if to == TrackingMode.SERIAL else "")


def refusal_of_direct(item: Item, *, present: str, to: str) -> str:
    """Rule 5, in the same words everywhere."""
    return (
        f"{item.name} cannot be switched from {LABELS[present]} to {LABELS[to]} directly. "
        f"Create a new item with {LABELS[to]}, or set {item.name} to No tracking first."
    )


def refusal_of_addon() -> str:
    """Rule 2: both kinds of tracking belong to the add-on."""
    workspace = Workspace.get()
    if workspace.can_track:
        return ""
    return (
        "Batch / lot numbers and Serial numbers belong to the Full Traceability add-on, and this workspace has the "
        f"{workspace.get_plan_display()} plan without it. Ask an administrator to add it; what is tracked already goes on."
    )


def refusal_of_fractions(item: Item) -> str:
    """Rule 4: units with serial numbers are whole."""
    rows = fetch(
        "SELECT v.sku, p.name, k.quantity FROM tracking_stocklevel k JOIN items_variant v ON v.id = k.variant_id"
        " JOIN tracking_location p ON p.id = k.location_id"
        " WHERE v.item_id = %s AND k.quantity %% 1000000 <> 0 ORDER BY v.key, p.key LIMIT 1",
        [item.pk],
    )
    if not rows:
        return ""
    sku, place, quantity = rows[0]
    return (
        f"Serial numbers are for whole units, and {place} has {for_people(quantity)} {item.unit} of {sku}. "
        "Adjust it to a whole number first."
    )


def refusal_of_save_to_none(item: Item, *, present: str) -> str:
    """Rule 6: a save cannot download the history first, so it is always refused."""
    what = "serial numbers" if present == TrackingMode.SERIAL else "batches"
    page = reverse("tracking:item_tracking", args=[item.pk])
    return (
        f"Switching {item.name} to No tracking deletes its {what}, so its history is downloaded first. "
        f"Do it on the page {page}?to=none, or by manage.py switch_tracking “{item.name}” none."
    )


def refusal_of_sums(item: Item) -> str:
    """Without batches all stock of a variant at a location is one level, which has a limit."""
    rows = fetch(
        "SELECT v.sku, p.name FROM tracking_stocklevel k"
        " JOIN items_variant v ON v.id = k.variant_id JOIN tracking_location p ON p.id = k.location_id"
        # Whole units and millionths apart: the sum of millionths may be more than 64 bits hold.
        " WHERE v.item_id = %s GROUP BY v.id, v.sku, p.id, p.name"
        " HAVING (sum(k.quantity / 1000000) - %s) * 1000000 + sum(k.quantity %% 1000000) > 0 ORDER BY 1, 2 LIMIT 1",
        [item.pk, LEVEL_LIMIT // MILLION],
    )
    if not rows:
        return ""
    sku, place = rows[0]
    return (
        f"The batches of {sku} at {place} are more than {for_people(LEVEL_LIMIT)} {item.unit} in sum, the limit of one place "
        "without batches. Transfer some of it to another location first."
    )


def refusal_of_holds(item: Item) -> str:
    """Rule 6: what is on hold stays traceable until it is released."""
    rows = fetch(
        "SELECT b.number, v.sku FROM tracking_batch b JOIN items_variant v ON v.id = b.variant_id"
        " WHERE v.item_id = %s AND b.status = 'held'"
        " AND EXISTS (SELECT 1 FROM tracking_stocklevel k WHERE k.batch_id = b.id AND k.quantity > 0)"
        " UNION ALL SELECT s.number, v.sku FROM tracking_serialnumber s JOIN items_variant v ON v.id = s.variant_id"
        " WHERE s.item_id = %s AND s.status = 'held' AND s.location_id IS NOT NULL ORDER BY 2, 1",
        [item.pk, item.pk],
    )
    if not rows:
        return ""
    names = ", ".join(f"{number} of {sku}" for number, sku in rows[:5])
    more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f"Stock of {item.name} is on hold: {names}{more}. Release it first."


def refusal_of_recalls(item: Item) -> str:
    """Rule 6: what an open case of recall or drill looks at stays traceable until the case is closed."""
    rows = fetch(
        "SELECT r.number, r.kind, r.title FROM tracking_recall r WHERE r.closed_at IS NULL"
        " AND EXISTS (SELECT 1 FROM tracking_recalllot t WHERE t.recall_id = r.id AND t.item_id = %s) ORDER BY r.id",
        [item.pk],
    )
    if not rows:
        return ""
    names = ", ".join(f"{kind} {number} ({title})" for number, kind, title in rows[:5])
    more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f"{item.name} is in the open {names}{more}. Close it first."
