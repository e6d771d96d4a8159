"""Forms of places and records: locations, partners, batches, serial numbers, seals, and one's own password."""

from __future__ import annotations

from django.test import Client

from tests import build
from tests.roles import PASSWORD
from tests.route_forms.form import Form, Sent
from tests.route_forms.workshop import Workshop
from tracking.holds.extent import held_with

CONTACT = {"phone": "+43 1 2", "address": "Ring 1"}
NEW_PASSWORD = "oven-Rye-77"


def released(company: Workshop, client: Client) -> dict:
    seen = held_with(company.held_batch).seen
    return Sent({"do": "release", "reason": "Tested", "extend": "on", "seen": seen}, {"pk": company.held_batch.pk})


def released_serial(company: Workshop, client: Client) -> dict:
    seen = held_with(company.held_serial).seen
    return Sent({"do": "release", "reason": "Tested", "seen": seen}, {"pk": company.held_serial.pk})


FORMS = [
    Form("tracking:location_new", lambda company, client: {"name": "Cellar", **CONTACT}, "tracking_location"),
    Form(
        "tracking:location_edit",
        lambda company, client: {"name": "Hall", **CONTACT, "reason": "It is a hall"},
        "tracking_location tracking_recordchange",
    ),
    Form(
        "tracking:location_archive",
        lambda company, client: Sent({"archived": "1"}, {"pk": company.shelf.pk}),
        "tracking_location",
    ),
    Form(
        "tracking:location_archive",
        lambda company, client: Sent({"archived": "0"}, {"pk": company.old_location.pk}),
        "tracking_location",
        act="bring back",
    ),
    Form("tracking:partner_new", lambda company, client: {"name": "Hotel", "email": "", **CONTACT}, "tracking_partner"),
    Form(
        "tracking:partner_edit",
        lambda company, client: {"name": "Northmill", "email": "a@mill.example", **CONTACT, "reason": "Renamed"},
        "tracking_partner tracking_recordchange",
    ),
    Form("tracking:partner_archive", lambda company, client: {"archived": "1"}, "tracking_partner"),
    Form(
        "tracking:partner_archive",
        lambda company, client: Sent({"archived": "0"}, {"pk": company.old_partner.pk}),
        "tracking_partner",
        act="bring back",
    ),
    Form(
        "tracking:batch_edit",
        lambda company, client: {
            "expires_on": build.ahead(90), "made_on": build.ahead(-1), "supplier_batch": "NM 1", "note": "Torn sack",
            "reason": "Label",
        },
        "tracking_batch tracking_recordchange",
    ),
    Form(
        "tracking:batch_hold",
        lambda company, client: {"do": "hold", "reason": "Smells", "extend": "on"},
        "tracking_batch tracking_recordchange",
        act="hold",
    ),
    Form("tracking:batch_hold", released, "tracking_batch tracking_recordchange", act="release"),
    Form(
        "tracking:serial_hold",
        lambda company, client: {"do": "hold", "reason": "Cracked"},
        "tracking_serialnumber tracking_recordchange",
        act="hold",
    ),
    Form("tracking:serial_hold", released_serial, "tracking_serialnumber tracking_recordchange", act="release"),
    Form("tracking:seal_new", lambda company, client: {}, "tracking_seal"),
    Form(
        "password_change",
        lambda company, client: {
            "old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD,
        },
        "auth_user",
    ),
    Form("session_end", lambda company, client: {}, ""),  # it writes sessions alone, of which test_sessions tells
]  # fmt: skip
