"""Pages of partners, through the forms that people fill in."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from tests import build
from tracking.models import Partner
from tracking.records import places

MILL = {"name": "River mill", "email": "office@mill.example", "phone": "+48 22 100 20 30", "address": "Weir 1\r\nPłock"}
EXISTS = "exists already (case, width and spaces do not tell names apart). Choose another."


def names(response) -> list[str]:
    return [partner.name for partner in response.context["page"].rows]


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def in_use() -> list[str]:
    return [partner.name for partner in Partner.objects.filter(archived_at=None)]


@pytest.fixture
def partners(client, manager):
    """Three partners, of whom the mill was typed in with all there is to say of it."""
    client.force_login(manager)
    for typed in (MILL, {"name": "Anna's shop"}, {"name": "Bernd", "phone": "555"}):
        assert client.post("/partners/new/", typed).status_code == 302
    client.logout()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Anna's shop", "Bernd", "River mill"]),
        ("?q=ＭＩＬＬ", ["River mill"]),
        ("?q=%00%0A", ["Anna's shop", "Bernd", "River mill"]),
        ("?q=100%25", []),
        ("?archived=1", []),
        ("?after=nonsense", ["Anna's shop", "Bernd", "River mill"]),
    ],
)
def test_partner_list_finds(client, viewer, partners, query, expected):
    client.force_login(viewer)
    assert names(client.get(f"/partners/{query}")) == expected


def test_partner_list_shows_how_to_reach_them_and_leads_to_their_documents(client, viewer, partners):
    client.force_login(viewer)
    page = client.get("/partners/", {"q": "mill"}).content.decode()
    assert '<a href="mailto:office@mill.example">office@mill.example</a>' in page
    assert "+48 22 100 20 30" in page
    assert f'<a href="/documents/?partner={build.partner("River mill").pk}">Documents<' in page
    assert "/edit/" not in page


def test_partner_list_gives_htmx_the_table_alone(client, viewer, partners):
    client.force_login(viewer)
    page = client.get("/partners/", {"q": "anna"}, headers={"HX-Request": "true"}).content.decode()
    assert page.strip().startswith('<div id="partner_table">')
    assert ("Anna&#x27;s shop" in page, "Bernd" in page) == (True, False)


def test_partner_list_tells_what_is_empty(client, viewer, operator):
    client.force_login(viewer)
    page = client.get("/partners/").content.decode()
    assert "There are no partners yet." in page
    assert "An operator creates the first one." in page
    assert "/partners/new/" not in page
    client.force_login(operator)
    assert "Create the first partner" in client.get("/partners/").content.decode()
    assert "No partner matches this." in client.get("/partners/?q=zz").content.decode()
    assert "No partner is archived." in client.get("/partners/?archived=1").content.decode()


def test_partner_list_pages_by_key(client, viewer):
    for number in range(51):
        build.partner(f"Shop {number:02}")
    client.force_login(viewer)
    first = client.get("/partners/?q=shop")
    second = client.get("/partners/", {"q": "shop", "after": first.context["page"].next_cursor})
    assert names(first) + names(second) == [f"Shop {number:02}" for number in range(51)]
    assert "q=shop&amp;after=" in first.content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_partner_list_asks_the_same_number_of_queries(client, manager, count, django_assert_num_queries):
    for number in range(count):
        build.partner(f"Shop {number:02}")
    client.force_login(manager)
    with django_assert_num_queries(5):  # session, user, partners, permissions of the user and of the groups
        assert len(names(client.get("/partners/"))) == count


def test_partner_new_is_made_by_an_operator(client, operator):
    client.force_login(operator)
    assert client.get("/partners/new/").status_code == 200
    assert client.post("/partners/new/", MILL)["Location"] == "/partners/"
    mill = Partner.objects.get()
    assert (mill.name, mill.key, mill.email, mill.phone, mill.address) == (
        "River mill",
        "river mill",
        "office@mill.example",
        "+48 22 100 20 30",
        "Weir 1\nPłock",
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"name": ""}, {"name": ["Give the partner a name."]}),
        ({"name": "ＢＥＲＮＤ"}, {"name": [f"“Bernd” {EXISTS}"]}),
        (
            {"name": "bernd ", "email": "at home"},
            {
                "name": [f"“Bernd” {EXISTS}"],
                "email": ["This is not an email address. Write it as name@example.com, or leave it empty."],
            },
        ),
        (
            {"phone": "1\x072"},
            {"phone": ["Phone “1\\u00072” has a character that cannot be printed (\\u0007). Remove it."]},
        ),
        ({"address": "x" * 401}, {"address": ["Ensure this value has at most 400 characters (it has 401)."]}),
    ],
)
def test_partner_new_and_edit_refuse_on_the_field(client, manager, partners, typed, expected):
    client.force_login(manager)
    for address in ("/partners/new/", f"/partners/{build.partner('River mill').pk}/edit/"):
        response = client.post(address, {**MILL, "name": "Lake mill", **typed})
        assert (response.status_code, errors(response)) == (422, expected)
        page = response.content.decode()
        assert all(f'id="id_{name}_error"' in page for name in expected)
    assert in_use() == ["Anna's shop", "Bernd", "River mill"]


def test_partner_name_taken_in_the_same_moment_is_refused_on_its_field(partners):
    bernd = build.partner("Bernd")
    bernd.name = "river mill"
    for act in (
        lambda: places.create(place=Partner(name="river mill"), by=None),
        lambda: places.change(place=bernd, fields=["name"], by=None),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert refused.value.message_dict == {
            "name": ["“river mill” was taken by somebody else just now. Choose another."]
        }
    assert in_use() == ["Anna's shop", "Bernd", "River mill"]


def test_partner_edit_changes_all_of_it_and_posted_documents_follow(client, manager, partners):
    build.item("Flour", unit="kg", skus=("FLOUR",))
    receipt = build.post("receipt", build.line("FLOUR", 10), partner="River mill")
    client.force_login(manager)
    mill = build.partner("River mill")
    typed = {"name": "Lake mill", "email": "", "phone": " 7 ", "address": "Shore 2"}
    assert client.post(f"/partners/{mill.pk}/edit/", typed)["Location"] == "/partners/"
    receipt.partner.refresh_from_db()
    assert (receipt.partner.name, receipt.partner.email, receipt.partner.phone, receipt.partner.address) == (
        "Lake mill",
        "",
        "7",
        "Shore 2",
    )


def test_partner_archive_hides_and_shows_again(client, manager, partners):
    """Also one that is on posted documents: it stays readable there."""
    build.item("Flour", unit="kg", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 10), partner="River mill")
    client.force_login(manager)
    mill = build.partner("River mill")
    address = reverse("tracking:partner_archive", args=[mill.pk])
    for _ in range(2):
        assert client.post(address, {"archived": "1"})["Location"] == f"/partners/{mill.pk}/edit/"
    assert names(client.get("/partners/")) == ["Anna's shop", "Bernd"]
    assert names(client.get("/partners/?archived=on")) == ["River mill"]
    assert "Archived since" in client.get(f"/partners/{mill.pk}/edit/").content.decode()
    for _ in range(2):
        client.post(address, {"archived": "0"})
    assert in_use() == ["Anna's shop", "Bernd", "River mill"]


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_partner_pages_that_change_are_for_managers(client, role, partners, request):
    user = request.getfixturevalue(role)
    client.force_login(user)
    mill = build.partner("River mill")
    asked = [
        client.get(f"/partners/{mill.pk}/edit/"),
        client.post(f"/partners/{mill.pk}/edit/", {"name": "X"}),
        client.post(f"/partners/{mill.pk}/archive/", {"archived": "1"}),
        client.post(f"/partners/{mill.pk}/archive/", {"archived": "0"}),
    ]
    assert [response.status_code for response in asked] == [403] * 4
    may_add = role == "operator"
    assert client.post("/partners/new/", {"name": "Clara"}).status_code == (302 if may_add else 403)
    assert ("Clara" in in_use()) is may_add
    for act in (
        lambda: places.change(place=mill, fields=["name"], by=user),
        lambda: places.archive_partner(partner=mill, by=user),
        lambda: places.bring_back(place=mill, by=user),
    ):
        with pytest.raises(PermissionDenied, match="takes the role Manager"):
            act()


def test_partner_pages_take_their_methods_alone(client, manager, partners):
    client.force_login(manager)
    mill = build.partner("River mill")
    assert client.get(f"/partners/{mill.pk}/archive/").status_code == 405
    assert client.post("/partners/").status_code == 405
    assert client.get("/partners/999999/edit/").status_code == 404
    assert client.post("/partners/999999/archive/", {"archived": "1"}).status_code == 404
