"""The item card and the pages of a switch: what they show, what they do, and what they refuse."""

from __future__ import annotations

import pytest
from django.urls import reverse

from items.models import Item
from tests.build import item, line, post, stock
from tracking.models import Archive, HistoryDownload, Switch
from tracking.modes.switch import enable_tracking

pytestmark = pytest.mark.django_db
CARD_QUERIES = 14


@pytest.fixture
def flour(db) -> Item:
    return item("Flour", "batch", "kg", skus=("F-1",))


def tracking(of: Item) -> str:
    return reverse("tracking:item_tracking", args=[of.pk])


def take_history(client, of: Item) -> bytes:
    """Downloads the history to its last byte, as a browser does."""
    response = client.get(reverse("tracking:item_history", args=[of.pk]))
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("batches", [1, 50])
def test_item_card_costs_the_same_for_one_and_fifty_batches(client, manager, flour, batches, django_assert_num_queries):
    for number in range(batches):
        post("receipt", line("F-1", 5, batch=f"L{number:03d}", expires="2030-01-31"), partner="Northmill")
    client.force_login(manager)
    with django_assert_num_queries(CARD_QUERIES):
        page = client.get(flour.get_absolute_url()).content.decode()
    assert f"{5 * batches} kg on hand" in page
    assert page.count('href="/batches/') >= min(batches, 25)


def test_item_card_shows_the_choices_with_the_refusal_of_batch_to_serial(client, manager, flour):
    client.force_login(manager)
    page = client.get(flour.get_absolute_url()).content.decode()
    assert page.count('name="tracking_mode"') == 3
    assert (
        "Flour cannot be switched from Batch / lot numbers to Serial numbers directly. "
        "Create a new item with Serial numbers, or set Flour to No tracking first."
    ) in page


def test_item_card_leads_from_unbatched_stock_to_assigning(client, manager):
    salt = item("Salt", unit="kg", skus=("S",))
    post("receipt", line("S", "12.5"))
    enable_tracking(item=salt, to="batch", by=manager, reason="x")
    client.force_login(manager)
    page = client.get(salt.get_absolute_url()).content.decode()
    assert "12.5 kg are still UNBATCHED" in page
    assert reverse("tracking:item_assign", args=[salt.pk]) in page


def test_item_tracking_previews_enabling_per_variant_and_location_and_changes_nothing(client, manager):
    salt = item("Salt", unit="kg", skus=("S-1", "S-2"))
    post("receipt", line("S-1", 3), line("S-2", 4, at="Shop"))
    client.force_login(manager)
    page = client.get(tracking(salt), {"to": "batch"}).content.decode()
    assert "Turn on Batch / lot numbers for Salt?" in page
    assert [word in page for word in ("S-1", "S-2", "Shop", "UNBATCHED")] == [True] * 4
    assert not Switch.objects.exists()
    fragment = client.get(tracking(salt), {"tracking_mode": "batch"}, headers={"HX-Request": "true"}).content.decode()
    assert fragment.strip().startswith('<div id="item_switch">')
    assert "<html" not in fragment


def test_item_tracking_enables_without_a_reason(client, manager):
    salt = item("Salt", unit="kg", skus=("S",))
    post("receipt", line("S", 3))
    client.force_login(manager)
    response = client.post(tracking(salt), {"tracking_mode": "batch"})
    assert (response.status_code, response["Location"]) == (302, salt.get_absolute_url())
    assert stock() == {("S", "Main", "UNBATCHED"): "3"}
    switch = Switch.objects.get()
    assert (switch.switched_by, switch.reason) == (manager, "Enabled on the item card")


def test_item_tracking_refuses_batch_to_serial_with_the_sentence(client, manager, flour):
    client.force_login(manager)
    response = client.post(tracking(flour), {"tracking_mode": "serial"})
    assert response.status_code == 422
    assert "Flour cannot be switched from Batch / lot numbers to Serial numbers directly." in response.content.decode()
    assert not Switch.objects.exists()


def test_item_tracking_switches_off_only_after_the_present_history_was_downloaded(client, manager, flour):
    post("receipt", line("F-1", 5, batch="L1"))
    client.force_login(manager)
    given = {"tracking_mode": "none", "confirm": "Flour", "reason": "Too much work"}
    response = client.post(tracking(flour), given)
    assert response.status_code == 422
    assert "You have not downloaded the history of Flour yet. Download it first." in response.content.decode()
    client.head(reverse("tracking:item_history", args=[flour.pk]))
    assert not HistoryDownload.objects.exists()
    content = take_history(client, flour)
    post("receipt", line("F-1", 1, batch="L1"))
    response = client.post(tracking(flour), given)
    assert response.status_code == 422
    assert "The history of Flour has changed since you downloaded it." in response.content.decode()
    assert take_history(client, flour) != content
    response = client.post(tracking(flour), {**given, "confirm": "Floor"})
    assert response.status_code == 422
    assert "This does not match. Type Flour." in response.content.decode()
    response = client.post(tracking(flour), given)
    assert (response.status_code, response["Location"]) == (302, flour.get_absolute_url())
    flour.refresh_from_db()
    assert flour.tracking_mode == "none"
    assert Archive.objects.get().switch.reason == "Too much work"


def test_item_tracking_counts_what_is_no_longer_reached(client, manager, flour):
    item("Bread", "batch", skus=("B",))
    post("receipt", line("F-1", 5, batch="L1"), partner="Northmill")
    post("production", line("F-1", -2, batch="L1"), line("B", 4, batch="B1"))
    post("shipment", line("B", -3, batch="B1"), partner="Corner Café")
    client.force_login(manager)
    page = client.get(tracking(flour), {"to": "none"}).content.decode()
    assert "1 lot of other items, 1 customer" in page


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("operator", 403), ("manager", 302)])
def test_item_tracking_is_switched_by_managers_alone(client, request, role, status):
    salt = item("Salt", unit="kg", skus=("S",))
    client.force_login(request.getfixturevalue(role))
    assert client.post(tracking(salt), {"tracking_mode": "batch"}).status_code == status
    assert client.get(salt.get_absolute_url()).status_code == 200


def test_item_history_is_an_attachment_that_nobody_caches(client, viewer, flour):
    client.force_login(viewer)
    response = client.get(reverse("tracking:item_history", args=[flour.pk]))
    assert response["Content-Disposition"] == f'attachment; filename="history-flour-{flour.pk}.csv"'
    assert response["Cache-Control"] == "no-store, private"


def test_item_assign_gives_unbatched_stock_a_batch(client, operator, manager):
    salt = item("Salt", unit="kg", skus=("S",))
    post("receipt", line("S", 10))
    enable_tracking(item=salt, to="batch", by=manager, reason="x")
    client.force_login(operator)
    address = reverse("tracking:item_assign", args=[salt.pk])
    form = client.get(address).context["form"]
    given = {
        "token": str(form["token"].value()),
        "level": form.fields["level"].queryset.get().pk,
        "batch_number": "L-7",
        "expires_on": "2030-01-31",
        "quantity": "4.5",
    }
    assert client.post(address, given).status_code == 302
    client.post(address, given)  # a double click
    assert stock() == {("S", "Main", "UNBATCHED"): "5.5", ("S", "Main", "L-7"): "4.5"}
    again = client.get(address).context["form"]
    given = {**given, "token": str(again["token"].value()), "expires_on": "", "quantity": "6"}
    response = client.post(address, given)
    assert response.status_code == 422
    assert "Main has 5.5 kg of batch UNBATCHED of S, and 6 are asked." in response.content.decode()
    response = client.post(address, {**given, "quantity": "1", "batch_number": "unbatched"})
    assert "UNBATCHED is the name of stock without a batch." in response.content.decode()


def test_item_assign_connects_pasted_serial_numbers(client, operator, manager):
    pump = item("Pump", skus=("P",))
    post("receipt", line("P", 3))
    enable_tracking(item=pump, to="serial", by=manager, reason="x")
    client.force_login(operator)
    address = reverse("tracking:item_assign", args=[pump.pk])
    form = client.get(address).context["form"]
    given = {"token": str(form["token"].value()), "level": form.fields["level"].queryset.get().pk}
    response = client.post(address, {**given, "numbers": "A1\nA2\na1"})
    assert response.status_code == 422
    assert "Serial number a1 was given twice. Remove one of them." in response.content.decode()
    response = client.post(address, {**given, "numbers": "A1\r\nA2\tA3\r\nA4"})
    assert response.status_code == 422
    assert "Main has 3 pcs of P, and 4 are asked." in response.content.decode()
    assert client.post(address, {**given, "numbers": "A1\r\n\r\nA2\r\n"}).status_code == 302
    card = client.get(pump.get_absolute_url()).content.decode()
    assert "1 of 3 pcs without serial number" in card
    assert [number in card for number in ("A1", "A2")] == [True, True]
