"""Pages of locations, through the forms that people fill in; and that nothing comes into one that is archived."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from katana_trace.lib.refusal import Refusal
from tests import build
from tracking.ledger import locks
from tracking.models import Document, Location
from tracking.records import places
from tracking.resources.import_movements import import_movements
from tracking.resources.refused import FileRefused

EXISTS = "exists already (case, width and spaces do not tell names apart). Choose another."
NOT_ARCHIVED = "is archived. Bring it back first, or choose another location."


def names(response) -> list[str]:
    return [location.name for location in response.context["page"].rows]


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def in_use() -> list[str]:
    return [location.name for location in Location.objects.filter(archived_at=None)]


def archive(name: str) -> Location:
    location = build.location(name)
    places.archive_location(location=location, by=None)
    return location


@pytest.fixture
def bakery(db):
    """10 kg of flour in two batches at Main and 2 at Shop, 3 bags at Shop; the Shed is empty now, and the Attic always was."""
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Bag", skus=("BAG",))
    build.location("Attic")
    build.post("receipt", build.line("FLOUR", 6, batch="L1"), build.line("FLOUR", 4, batch="L2"))
    build.post("receipt", build.line("FLOUR", 2, batch="L1", at="Shop"))
    build.post("receipt", build.line("BAG", 3, at="Shop"), build.line("BAG", 1, at="Shed"))
    build.post("adjustment", build.line("BAG", -1, at="Shed"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Attic", "Main", "Shed", "Shop"]),
        ("?q=ＳＨ", ["Shed", "Shop"]),
        ("?q=%00%0A", ["Attic", "Main", "Shed", "Shop"]),
        ("?q=100%25", []),
        ("?archived=1", []),
        ("?after=nonsense", ["Attic", "Main", "Shed", "Shop"]),
    ],
)
def test_location_list_finds(client, viewer, bakery, query, expected):
    client.force_login(viewer)
    assert names(client.get(f"/locations/{query}")) == expected


def test_location_list_counts_the_variants_in_stock_and_leads_there(client, viewer, bakery):
    client.force_login(viewer)
    response = client.get("/locations/")
    assert [location.variants for location in response.context["page"].rows] == [None, 1, None, 2]
    page = response.content.decode()
    shop = build.location("Shop").pk
    assert f'<a href="/stock/?location={shop}">2 variants<' in page
    assert "1 variant<" in page
    assert page.count('<span class="dim">Empty</span>') == 2
    assert "/edit/" not in page


def test_location_list_gives_htmx_the_table_alone(client, viewer, bakery):
    client.force_login(viewer)
    page = client.get("/locations/", {"q": "sho"}, headers={"HX-Request": "true"}).content.decode()
    assert page.strip().startswith('<div id="location_table">')
    assert ("Shop" in page, "Main" in page) == (True, False)


def test_location_list_tells_what_is_empty(client, viewer, operator):
    client.force_login(viewer)
    page = client.get("/locations/").content.decode()
    assert "There are no locations yet." in page
    assert "An operator creates the first one." in page
    assert "/locations/new/" not in page
    client.force_login(operator)
    assert "Create the first location" in client.get("/locations/").content.decode()
    assert "No location matches this." in client.get("/locations/?q=zz").content.decode()
    assert "No location is archived." in client.get("/locations/?archived=1").content.decode()


def test_location_list_pages_by_key(client, viewer):
    for number in range(51):
        build.location(f"Shelf {number:02}")
    client.force_login(viewer)
    first = client.get("/locations/?q=shelf")
    second = client.get("/locations/", {"q": "shelf", "after": first.context["page"].next_cursor})
    assert names(first) + names(second) == [f"Shelf {number:02}" for number in range(51)]
    assert "q=shelf&amp;after=" in first.content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_location_list_asks_the_same_number_of_queries(client, manager, count, django_assert_num_queries):
    build.item("Bag", skus=("BAG",))
    build.post("receipt", *[build.line("BAG", 1, at=f"Shelf {number:02}") for number in range(count)])
    client.force_login(manager)
    with django_assert_num_queries(5):  # session, user, locations, permissions of the user and of the groups
        assert len(names(client.get("/locations/"))) == count


def test_location_new_is_made_by_an_operator(client, operator):
    client.force_login(operator)
    assert client.get("/locations/new/").status_code == 200
    response = client.post("/locations/new/", {"name": "  Cold  störe "})
    location = Location.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/locations/")
    assert (location.name, location.key) == ("Cold  störe", "cold störe")
    assert "Cold  störe was created." in client.get("/locations/").content.decode()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Give the location a name."),
        ("\u200b", "Name is empty. Give it a value that can be read."),
        ("ＳＨＯＰ", f"“Shop” {EXISTS}"),
        ("a\x07", "Name “a\\u0007” has a character that cannot be printed (\\u0007). Remove it."),
        ("x" * 121, "Ensure this value has at most 120 characters (it has 121)."),
    ],
)
def test_location_new_and_edit_refuse_on_the_field(client, manager, bakery, name, sentence):
    client.force_login(manager)
    for address in ("/locations/new/", f"/locations/{build.location('Main').pk}/edit/"):
        response = client.post(address, {"name": name})
        assert (response.status_code, errors(response)) == (422, {"name": [sentence]})
        assert 'id="id_name_error"' in response.content.decode()
    assert in_use() == ["Attic", "Main", "Shed", "Shop"]


def test_location_new_and_edit_keep_phone_and_address(client, manager):
    client.force_login(manager)
    form = {"name": "Shop", "phone": "555-0107", "address": "Market 2\r\nBlau"}
    assert client.post("/locations/new/", form).status_code == 302
    shop = Location.objects.get()
    assert (shop.phone, shop.address) == ("555-0107", "Market 2\nBlau")
    page = client.get(f"/locations/{shop.pk}/edit/").content.decode()
    assert 'value="555-0107"' in page
    assert "Market 2\nBlau</textarea>" in page
    refused = client.post(f"/locations/{shop.pk}/edit/", {**form, "phone": "5" * 41, "address": "a\x07"})
    assert (refused.status_code, sorted(errors(refused))) == (422, ["address", "phone"])
    assert client.post(f"/locations/{shop.pk}/edit/", {"name": "Shop"}).status_code == 302
    shop.refresh_from_db()
    assert (shop.phone, shop.address) == ("", "")


def test_location_name_taken_in_the_same_moment_is_refused_on_its_field(bakery):
    for act in (
        lambda: places.create(place=Location(name="shop"), by=None),
        lambda: places.change(place=Location(pk=build.location("Main").pk, name="shop"), fields=["name"], by=None),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert refused.value.message_dict == {"name": ["“shop” was taken by somebody else just now. Choose another."]}
    assert in_use() == ["Attic", "Main", "Shed", "Shop"]


def test_location_edit_changes_the_name_and_its_own_name_is_no_twin(client, manager, bakery):
    client.force_login(manager)
    shed = build.location("Shed")
    address = reverse("tracking:location_edit", args=[shed.pk])
    assert "Archive Shed" in client.get(address).content.decode()
    assert client.post(address, {"name": "SHED"})["Location"] == "/locations/"
    client.post(address, {"name": "Garden shed", "archived_at": "2026-01-01"})
    assert in_use() == ["Attic", "Garden shed", "Main", "Shop"]


def test_location_archive_hides_and_shows_again(client, manager, bakery):
    client.force_login(manager)
    shed = build.location("Shed")
    address = reverse("tracking:location_archive", args=[shed.pk])
    for _ in range(2):
        assert client.post(address, {"archived": "1"})["Location"] == f"/locations/{shed.pk}/edit/"
    assert names(client.get("/locations/")) == ["Attic", "Main", "Shop"]
    assert names(client.get("/locations/?archived=on")) == ["Shed"]
    assert "Archived since" in client.get(f"/locations/{shed.pk}/edit/").content.decode()
    for _ in range(2):
        client.post(address, {"archived": "0"})
    assert in_use() == ["Attic", "Main", "Shed", "Shop"]


def test_location_archive_is_refused_while_stock_is_there(client, manager, bakery):
    client.force_login(manager)
    shop = build.location("Shop")
    edit = client.get(f"/locations/{shop.pk}/edit/").content.decode()
    assert "2 variants have stock here." in edit
    assert f"/documents/new/transfer/?location={shop.pk}" in edit
    assert f"/locations/{shop.pk}/archive/" not in edit
    response = client.post(f"/locations/{shop.pk}/archive/", {"archived": "1"})
    assert response.status_code == 422
    assert (
        "Shop is not archived, because stock is there: 3 pcs of BAG and 2 kg of FLOUR. "
        "Transfer it to another location first."
    ) in response.content.decode()
    assert 'value="Shop"' in response.content.decode()
    assert in_use() == ["Attic", "Main", "Shed", "Shop"]


def test_location_archive_names_the_first_of_many_and_sums_batches(db):
    build.item("Flour", "batch", unit="kg", skus=("F-1", "F-2", "F-3", "F-4", "F-5"))
    build.post(
        "receipt",
        *[build.line(f"F-{number}", 1200, batch="L1") for number in (1, 2, 3, 4)],
        build.line("F-1", "0.25", batch="L2"),
    )
    refusal = build.refusal(places.archive_location, location=build.location("Main"), by=None)
    assert refusal == (
        "Main is not archived, because stock is there: 1,200.25 kg of F-1, 1,200 kg of F-2, 1,200 kg of F-3 "
        "and 1 more SKU. Transfer it to another location first."
    )
    build.post("receipt", build.line("F-5", 1, batch="L1"))
    assert "and 2 more SKUs." in build.refusal(places.archive_location, location=build.location("Main"), by=None)


def test_location_archive_of_one_that_is_gone_is_refused(bakery):
    gone = Location(pk=10**9, name="Cellar")
    sentence = build.refusal(places.archive_location, location=gone, by=None)
    assert sentence == "Cellar is no longer there. Load the list again."


def test_location_archive_past_the_verb_is_refused_by_the_database(bakery):
    shop = build.location("Shop")
    shop.archived_at = timezone.now()
    with pytest.raises(DatabaseError, match="A location is not archived while stock is there"), transaction.atomic():
        shop.save()
    assert "Shop" in in_use()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_location_archive_waits_for_postings(bakery):
    """It holds the ledger by itself, so no posting that judged the location as open is under way."""
    places.archive_location(location=build.location("Shed"), by=None)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND pid = pg_backend_pid()"
            " AND objid::bigint = 4294967296 + %s",  # the lower half of the key, as an oid
            [locks.LEDGER],
        )
        assert cursor.fetchone()[0] == 1


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_location_pages_that_change_are_for_managers(client, role, bakery, request):
    user = request.getfixturevalue(role)
    client.force_login(user)
    shed = build.location("Shed")
    asked = [
        client.get(f"/locations/{shed.pk}/edit/"),
        client.post(f"/locations/{shed.pk}/edit/", {"name": "X"}),
        client.post(f"/locations/{shed.pk}/archive/", {"archived": "1"}),
        client.post(f"/locations/{shed.pk}/archive/", {"archived": "0"}),
    ]
    assert [response.status_code for response in asked] == [403] * 4
    may_add = role == "operator"
    assert client.post("/locations/new/", {"name": "Cellar"}).status_code == (302 if may_add else 403)
    assert ("Cellar" in in_use()) is may_add
    for act in (
        lambda: places.change(place=shed, fields=["name"], by=user),
        lambda: places.archive_location(location=shed, by=user),
        lambda: places.bring_back(place=shed, by=user),
    ):
        with pytest.raises(PermissionDenied, match="takes the role Manager"):
            act()


def test_location_pages_take_their_methods_alone(client, manager, bakery):
    client.force_login(manager)
    shed = build.location("Shed")
    assert client.get(f"/locations/{shed.pk}/archive/").status_code == 405
    assert client.post("/locations/").status_code == 405
    assert client.get("/locations/999999/edit/").status_code == 404
    assert client.post("/locations/999999/archive/", {"archived": "1"}).status_code == 404


# -- what is archived, as the ledger sees it ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["receipt", "adjustment", "stocktake", "customer_return", "production"])
def test_posting_into_an_archived_location_is_refused(bakery, kind):
    archive("Shed")
    sentence = build.refusal(build.post, kind, build.line("BAG", 1), build.line("BAG", 2, at="Shed"))
    assert sentence == f"Shed {NOT_ARCHIVED}"
    with pytest.raises(Refusal) as refused:
        build.post(kind, build.line("BAG", 1), build.line("BAG", 2, at="Shed"))
    assert (refused.value.field, refused.value.line) == ("location", 1)
    assert build.stock()["BAG", "Shop", ""] == "3"
    assert build.broken() == {}


def test_posting_a_transfer_into_an_archived_location_is_refused_until_it_is_brought_back(bakery, manager):
    attic = archive("Attic")
    lines = build.line("BAG", -1, at="Shop"), build.line("BAG", 1, at="Attic")
    assert build.refusal(build.post, "transfer", *lines) == f"Attic {NOT_ARCHIVED}"
    places.bring_back(place=attic, by=manager)
    build.post("transfer", *lines)
    assert build.stock()["BAG", "Attic", ""] == "1"


def test_posting_a_reversal_into_an_archived_location_is_refused(bakery):
    shipment = build.post("shipment", build.line("BAG", -3, at="Shop"), partner="Anna")
    build.post("transfer", build.line("FLOUR", -2, batch="L1", at="Shop"), build.line("FLOUR", 2, batch="L1"))
    shop = archive("Shop")
    assert build.refusal(build.reverse, shipment) == "Shop is archived. Bring it back first."
    places.bring_back(place=shop, by=None)
    build.reverse(shipment)
    assert build.stock()["BAG", "Shop", ""] == "3"


def test_import_into_an_archived_location_is_refused_with_its_row(bakery):
    archive("Shed")
    rows = ["kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note"]
    rows += [f"receipt,PO-{number},2026-01-06T08:00:00+00:00,,main,BAG,,,,1," for number in range(3)]
    rows += ["receipt,PO-9,2026-01-06T08:00:00+00:00,,SHED,BAG,,,,1,"]
    documents = Document.objects.count()
    with pytest.raises(FileRefused) as refused:
        import_movements(io.BytesIO("\r\n".join(rows).encode()), by=None)
    assert [(error.row, error.sentence, error.column) for error in refused.value.errors] == [
        (5, f"Shed {NOT_ARCHIVED}", "location")
    ]
    assert Document.objects.count() == documents


def test_posting_out_of_an_archived_location_meets_what_is_there(bakery):
    """It is empty, so that is what the refusal says; and lines elsewhere are posted as ever."""
    archive("Shed")
    sentence = build.refusal(build.post, "adjustment", build.line("BAG", -1, at="Shed"))
    assert sentence.startswith("Shed has 0 pcs of BAG, and 1 are asked. There are 3 at Shop.")
    build.post("adjustment", build.line("BAG", -1, at="Shop"))


def test_posting_learns_names_and_archive_of_all_locations_in_one_query(bakery):
    lines = [build.line("BAG", 1, at=name) for name in in_use()]
    with CaptureQueriesContext(connection) as queries:
        build.post("receipt", *lines)
    assert len([query for query in queries if "FROM tracking_location " in query["sql"]]) == 1


# -- the admin ------------------------------------------------------------------------------------------------------------


def test_location_archive_in_the_admin_goes_through_the_same_rule(admin_client, bakery):
    chosen = {"action": "archive", "_selected_action": [location.pk for location in Location.objects.all()]}
    page = admin_client.post(reverse("admin:tracking_location_changelist"), chosen, follow=True).content.decode()
    assert "2 archived." in page
    assert "Main is not archived, because stock is there: 10 kg of FLOUR. Transfer it" in page
    assert "Shop is not archived, because stock is there: 3 pcs of BAG and 2 kg of FLOUR. Transfer it" in page
    assert in_use() == ["Main", "Shop"]


def test_location_archive_in_the_admin_tells_the_first_refusals(admin_client, bakery):
    build.post("receipt", *[build.line("BAG", 1, at=f"Shelf {number}") for number in range(6)])
    chosen = {"action": "archive", "_selected_action": list(Location.objects.values_list("pk", flat=True))}
    page = admin_client.post(reverse("admin:tracking_location_changelist"), chosen, follow=True).content.decode()
    assert page.count("is not archived, because stock is there") == 5
    assert "3 more were not archived for the same reason." in page
