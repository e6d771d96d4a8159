"""Help where people stumble: each list that is empty says what to do first, with the button for who may do it."""

from __future__ import annotations

import re

import pytest

from items.models import Item
from tests import build

FIRST_STEPS = {
    "/items/": "/items/new/",
    "/stock/": "/documents/new/receipt/",
    "/batches/": "/documents/new/receipt/",
    "/serials/": "/documents/new/receipt/",
    "/documents/": "/documents/new/receipt/",
    "/documents/?kind=transfer": "/documents/new/transfer/",
    "/documents/?status=draft": "/documents/",
    "/assign/": "/items/",
    "/locations/": "/locations/new/",
    "/partners/": "/partners/new/",
    "/archives/": "/items/",
    "/recalls/": "/recalls/new/?kind=drill",
}
READ_ALONE = FIRST_STEPS.keys() - {"/documents/?status=draft"}  # drafts are for who posts them
FOR_ALL = {"/items/"}  # what who only reads may open too


def panels(client, address: str) -> list[tuple[str, list[str]]]:
    """The words of each empty panel at ``address``, and where its buttons lead."""
    html = client.get(address).content.decode()
    return [
        (
            " ".join(re.sub(r"<[^>]*>", " ", panel).split()),
            re.findall(r'<a class="btn[^"]*"\s+href="([^"]*)"', panel),
        )
        for _, panel in re.findall(r'<(div|p) class="empty">(.*?)</\1>', html, re.DOTALL)
    ]


@pytest.mark.parametrize(("address", "first_step"), FIRST_STEPS.items())
def test_empty_list_says_what_to_do_first_with_its_button(client, manager, address, first_step):
    client.force_login(manager)
    ((words, buttons),) = panels(client, address)
    assert (words.count(".") >= 1, buttons) == (True, [first_step])
    assert client.get(first_step).status_code == 200


@pytest.mark.parametrize("address", sorted(READ_ALONE))
def test_empty_list_offers_who_reads_alone_nothing_that_is_closed(client, viewer, address):
    client.force_login(viewer)
    ((words, buttons),) = panels(client, address)
    assert (words.count(".") >= 1, set(buttons) - FOR_ALL) == (True, set())


@pytest.mark.parametrize("tracking", ["none", "batch", "serial"])
@pytest.mark.parametrize(("kind", "document"), [("material", "receipt"), ("product", "production")])
def test_item_card_without_stock_leads_to_how_it_comes_in(client, viewer, manager, tracking, kind, document):
    card = build.item("Rye & oats", tracking, skus=("R&O",), kind=kind).get_absolute_url()
    client.force_login(manager)
    (words, buttons), moved = panels(client, card)
    assert words.startswith("Nothing of this item is in stock. It comes in with a receipt")
    assert (buttons, moved) == ([f"/documents/new/{document}/?sku=R%26O"], ("This item has not moved yet.", []))
    assert 'value="R&amp;O"' in client.get(buttons[0]).content.decode()
    client.force_login(viewer)
    assert panels(client, card)[0][1] == []


def test_item_card_without_a_variant_leads_to_adding_one(client, viewer, manager):
    item = Item.objects.create(name="Flour")
    client.force_login(manager)
    assert panels(client, item.get_absolute_url())[-1] == (
        "This item has no variant yet, so nothing of it can be in stock. Add a variant",
        [f"/items/{item.pk}/variants/new/"],
    )
    client.force_login(viewer)
    assert [buttons for _, buttons in panels(client, item.get_absolute_url())] == [[], [], []]
