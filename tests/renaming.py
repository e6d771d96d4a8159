"""A bakery whose customer and whose manager are renamed, as people do it: in the form of the partner and in the admin."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.urls import reverse

from tests import build
from tests.build import line, partner, post
from tracking.models import Document, Partner


def make_bakery(client, manager):
    """Flour in bread, of which Café Lark got some, and an oven that he bought; all posted by the manager."""
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Bread", "batch", skus=("BREAD",))
    build.item("Oven", "serial", skus=("OVEN",))
    partner("Northmill")
    Partner.objects.create(name="Café Lark", address="Ring 1\nWien", phone="555-0101")
    posted = {"at": build.now(), "by": manager}
    post(
        "receipt",
        line("FLOUR", 100, batch="F1"),
        line("OVEN", 1, serial="O1"),
        partner="Northmill",
        number="PO-1",
        **posted,
    )
    post("production", line("FLOUR", -40, batch="F1"), line("BREAD", 60, batch="B1"), number="MO-1", **posted)
    post("shipment", line("BREAD", -20, batch="B1"), partner="Café Lark", number="SO-1", **posted)
    post("shipment", line("OVEN", -1, serial="O1"), partner="Café Lark", number="SO-2", **posted)
    client.force_login(manager)
    return client


def rename_partner(client, old: str, new: str, address: str = "Linden 4\nGraz") -> None:
    """In the form of the partner."""
    page = f"/partners/{partner(old).pk}/edit/"
    answer = client.post(page, {"name": new, "address": address, "phone": "555-0202", "email": ""})
    assert (answer.status_code, partner(new).address.split()) == (302, address.split())


def rename_user(admin_client, old: str, new: str) -> None:
    """In the admin."""
    user = get_user_model().objects.get(username=old)
    page = reverse("admin:auth_user_change", args=[user.pk])
    form = admin_client.get(page).context["adminform"].form
    data = {
        "username": new, "is_active": "on", "date_joined_0": f"{user.date_joined:%Y-%m-%d}",
        "date_joined_1": f"{user.date_joined:%H:%M:%S}",
        "groups": [group.pk for group in form.initial["groups"]],
    }  # fmt: skip
    assert admin_client.post(page, data).status_code == 302
    assert get_user_model().objects.get(pk=user.pk).username == new


def documents() -> dict[str, tuple[str, str, str]]:
    rows = Document.objects.values_list("number", "partner_name", "partner_address", "posted_by_name")
    return {number: tuple(names) for number, *names in rows}
