"""The setting of a shop that insists: serial numbers required on receipt, by kind of item, at every door."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from katana_trace.lib.refusal import Refusal
from tests import build
from tracking.models import Document, Workspace
from tracking.resources.import_movements import import_movements
from tracking.resources.refused import FileRefused

pytestmark = pytest.mark.django_db

OVEN = (
    "Oven is a product, and products are received with their serial numbers here: the line of OVEN has 3 pcs without. "
    "Give the serial numbers, or ask an administrator to change the setting."
)
MOTOR = (
    "Motor is a material, and materials are received with their serial numbers here: the line of MOTOR has 1 pcs "
    "without. Give the serial numbers, or ask an administrator to change the setting."
)
SETTINGS = {"plan": "professional", "default_tracking": "none"}


@pytest.fixture
def shop(admin_client):
    """A product and a material with serial numbers, one of each other tracking, and what a person ticks in the admin."""
    build.item("Oven", "serial", skus=("OVEN",))
    build.item("Motor", "serial", skus=("MOTOR",), kind="material")
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Bag", skus=("BAG",))

    def tick(*kinds: str) -> None:
        ticked = {f"{kind}s_need_serials_on_receipt": "on" for kind in kinds}
        address = reverse("admin:tracking_workspace_change", args=[1])
        assert admin_client.post(address, {**SETTINGS, **ticked}).status_code == 302

    return tick


def received(sku: str, quantity: int = 1, serial: str = "") -> Document:
    return build.post("receipt", build.line(sku, quantity, serial=serial))


def test_workspace_says_what_it_will_refuse(admin_client, shop):
    page = admin_client.get(reverse("admin:tracking_workspace_change", args=[1])).content.decode()
    assert "Products need serial numbers on receipt" in page
    assert "Materials need serial numbers on receipt" in page
    assert "is refused until each unit has its number" in page
    shop("material")
    workspace = Workspace.objects.get()
    assert (workspace.products_need_serials_on_receipt, workspace.materials_need_serials_on_receipt) == (False, True)


@pytest.mark.parametrize(
    ("kinds", "refused"),
    [
        ((), {}),
        (("product",), {"OVEN": OVEN}),
        (("material",), {"MOTOR": MOTOR}),
        (("product", "material"), {"OVEN": OVEN, "MOTOR": MOTOR}),
    ],
)
def test_receipt_without_serial_numbers_is_refused_by_kind(shop, kinds, refused):
    shop(*kinds)
    for sku, quantity in (("OVEN", 3), ("MOTOR", 1)):
        if sku in refused:
            with pytest.raises(Refusal) as caught:
                received(sku, quantity)
            assert (caught.value.sentence, caught.value.field, caught.value.line) == (refused[sku], "serial_number", 0)
        else:
            received(sku, quantity)
    assert {"OVEN", "MOTOR"} - {sku for sku, _, _ in build.stock()} == refused.keys()
    assert build.broken() == {}


def test_receipt_with_serial_numbers_and_of_other_items_is_posted(shop):
    shop("product", "material")
    received("OVEN", serial="S-1")
    received("MOTOR", serial="S-1")
    received("BAG", 5)
    build.post("receipt", build.line("FLOUR", "2.5", batch="L1"))
    sentence = build.refusal(
        build.post, "receipt", build.line("OVEN", 1, serial="S-2"), build.line("OVEN", 3), build.line("BAG", 1)
    )
    assert sentence == OVEN
    assert build.serials() == {"S-1": "Main"}
    assert build.stock()["BAG", "Main", ""] == "5"


@pytest.mark.parametrize("kind", ["production", "adjustment", "stocktake", "customer_return"])
def test_other_kinds_of_document_may_leave_units_without_number(shop, kind):
    shop("product", "material")
    build.post(kind, build.line("OVEN", 3))
    assert build.stock()["OVEN", "Main", ""] == "3"


def test_receipt_of_half_a_unit_is_told_that_first(shop):
    shop("product")
    assert "moves in whole units" in build.refusal(build.post, "receipt", build.line("OVEN", "0.5"))


def test_reversal_of_an_earlier_receipt_is_posted(shop):
    receipt = received("OVEN", 3)
    shop("product", "material")
    build.reverse(receipt)
    assert build.stock() == {}


def test_setting_that_is_taken_back_is_taken_back(shop):
    shop("product")
    assert build.refusal(received, "OVEN", 3) == OVEN
    shop()
    received("OVEN", 3)
    assert build.stock()["OVEN", "Main", ""] == "3"


def test_import_is_refused_with_each_row(shop):
    shop("product")
    rows = ["kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note"]
    for number, (sku, serial) in enumerate([("OVEN", "A-1"), ("OVEN", ""), ("MOTOR", ""), ("OVEN", "")]):
        rows.append(f"receipt,PO-{number},2026-01-06T08:00:00+00:00,,Main,{sku},,,{serial},1,")
    with pytest.raises(FileRefused) as refused, CaptureQueriesContext(connection) as queries:
        import_movements(io.BytesIO("\r\n".join(rows).encode()), by=None)
    sentence = OVEN.replace("3 pcs", "1 pcs")
    assert [(error.row, error.sentence, error.column) for error in refused.value.errors] == [
        (3, sentence, "serial_number"),
        (5, sentence, "serial_number"),
    ]
    assert len([query for query in queries if "tracking_workspace" in query["sql"]]) == 1
    assert Document.objects.count() == 0


def test_workspace_is_read_only_where_a_receipt_needs_it(shop):
    shop("product", "material")
    with CaptureQueriesContext(connection) as queries:
        received("OVEN", serial="S-1")
        received("BAG", 5)
        build.post("adjustment", build.line("OVEN", 3))
        build.post("shipment", build.line("OVEN", -1, serial="S-1"))
    assert not [query for query in queries if "tracking_workspace" in query["sql"]]
