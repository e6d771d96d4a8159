"""Batches and serial numbers in the admin: hold and release with a reason, everything else on their own pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.build import batch, item, line, post, serial
from tracking.models import Batch, RecordChange

pytestmark = pytest.mark.django_db

BATCHES = reverse("admin:tracking_batch_changelist")
SERIALS = reverse("admin:tracking_serialnumber_changelist")


@pytest.fixture
def in_admin(client, manager):
    manager.is_staff = True
    manager.save()
    client.force_login(manager)
    return client


@pytest.fixture
def flour(db):
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 5, batch="L1"), line("FLOUR", 5, batch="L2"))
    return [batch("L1"), batch("L2")]


def chosen(records, action: str, **more) -> dict:
    return {"action": action, "_selected_action": [record.pk for record in records], **more}


def text(response) -> str:
    return response.content.decode()


def statuses() -> dict[str, tuple[str, str]]:
    return {made.number: (made.status, made.reason) for made in Batch.objects.all()}


def test_hold_and_release_ask_for_a_reason_and_keep_it(in_admin, flour, manager):
    asked = in_admin.post(BATCHES, chosen(flour, "hold_records"))
    assert "L1 of FLOUR, available" in text(asked)
    assert statuses() == {"L1": ("available", ""), "L2": ("available", "")}
    done = in_admin.post(BATCHES, chosen(flour, "hold_records", confirm="1", reason="Smells"), follow=True)
    assert "2 batches on hold." in text(done)
    assert statuses() == {"L1": ("held", "Smells"), "L2": ("held", "Smells")}
    in_admin.post(BATCHES, chosen(flour[:1], "release_records", confirm="1", reason="Tested"))
    assert statuses() == {"L1": ("available", ""), "L2": ("held", "Smells")}
    last = RecordChange.objects.order_by("-pk").first()
    assert (last.name, last.new, last.reason, last.changed_by) == ("L1", "available", "Tested", manager)


def test_hold_without_a_reason_is_refused(in_admin, flour):
    answer = in_admin.post(BATCHES, chosen(flour, "hold_records", confirm="1", reason=" "))
    assert answer.status_code == 422
    assert statuses() == {"L1": ("available", ""), "L2": ("available", "")}


def test_hold_of_what_is_held_is_refused_for_all_of_them(in_admin, flour):
    in_admin.post(BATCHES, chosen(flour[:1], "hold_records", confirm="1", reason="Smells"))
    answer = in_admin.post(BATCHES, chosen(flour, "hold_records", confirm="1", reason="Mould"))
    assert answer.status_code == 422
    assert "Batch L1 of Flour is on hold already: Smells. Leave it out." in text(answer)
    assert statuses()["L2"] == ("available", "")


def test_serial_numbers_are_held_too(in_admin):
    item("Oven", "serial", skus=("OVEN",))
    post("receipt", line("OVEN", 1, serial="S1"))
    done = in_admin.post(SERIALS, chosen([serial("S1")], "hold_records", confirm="1", reason="Cracked"), follow=True)
    assert "1 serial number on hold." in text(done)
    assert serial("S1").status == "held"


def test_hold_is_no_action_for_a_viewer(client, viewer, flour):
    viewer.is_staff = True
    viewer.save()
    client.force_login(viewer)
    assert "hold_records" not in text(client.get(BATCHES))
    client.post(BATCHES, chosen(flour, "hold_records", confirm="1", reason="Smells"))
    assert statuses()["L1"] == ("available", "")


def test_batch_is_edited_on_its_own_page(in_admin, flour):
    page = text(in_admin.get(reverse("admin:tracking_batch_change", args=[flour[0].pk])))
    assert f'href="/batches/{flour[0].pk}/"' in page
    assert 'name="note"' not in page
