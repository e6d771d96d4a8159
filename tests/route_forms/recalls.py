"""Forms of recall cases: opened, held, notified, worked on, closed."""

from __future__ import annotations

from django.test import Client

from tests.route_forms.form import Form
from tests.route_forms.workshop import Workshop
from tracking.models import RecallCustomer, RecallShipment
from tracking.recalls.open import seen_hash
from tracking.recalls.wanted import find_typed

LOTS = "MALT L2\r\nOVEN S1"


def case(kind: str):
    def make(company: Workshop, client: Client) -> dict:
        return {
            "do": "open", "lots": LOTS, "kind": kind, "title": "Glass", "reason": "Glass was found in it.",
            "seen": seen_hash(find_typed(LOTS)),
        }  # fmt: skip

    return make


def worked_on(company: Workshop, client: Client) -> dict:
    """Every field with the value that it was shown with."""
    shipment = RecallShipment.objects.filter(customer=RecallCustomer.objects.first()).get()
    return {
        "state": "notified", "initial-state": "to_notify", "note": "Called", "initial-note": "",
        f"recovered_{shipment.pk}": "0.5", f"initial-recovered_{shipment.pk}": "0",
    }  # fmt: skip


FORMS = [
    Form("tracking:recall_new", case("recall"), "tracking_recall tracking_recalllot", act="recall"),
    Form("tracking:recall_new", case("drill"), "tracking_recall tracking_recalllot", act="drill"),
    Form("tracking:recall_hold", lambda company, client: {}, "tracking_batch tracking_recallevent"),
    Form("tracking:recall_notify", lambda company, client: {}, "tracking_recallcustomer tracking_recallevent"),
    Form(
        "tracking:recall_close",
        lambda company, client: {"summary": "A broken sieve."},
        "tracking_recall tracking_recallevent",
    ),
    Form(
        "tracking:recall_customer",
        worked_on,
        "tracking_recallcustomer tracking_recallshipment tracking_recallevent",
    ),
]
