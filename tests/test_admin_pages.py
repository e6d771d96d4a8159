"""The admin as a whole: who is let in, what is read-only, and that every page of every model opens."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from items.models import Item, TrackingMode
from tests.build import batch, item, line, location, partner, post
from tracking.admin.base import BoundedPaginator
from tracking.ledger.triggers.role_rules import KEPT
from tracking.models import Archive, Document, LedgerLine, Location, Partner, Workspace
from tracking.modes.download import record_download
from tracking.modes.history import write_history
from tracking.modes.switch import disable_tracking
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db

READ_ONLY = [
    "archive", "batch", "document", "historydownload", "ledgerline", "recordchange", "serialnumber", "stocklevel",
    "switch",
]  # fmt: skip


def staff(client, user):
    user.is_staff = True
    user.save()
    client.force_login(user)
    return client


@pytest.fixture
def in_admin(client, manager):
    return staff(client, manager)


@pytest.fixture
def world(manager):
    """A row in every table that the admin shows."""
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    item("Oven", "serial", skus=("OVEN",))
    item("Bag", "batch", skus=("BAG",))
    post(
        "receipt",
        line("FLOUR", 5, batch="L1"),
        line("OVEN", 1, serial="S1"),
        line("BAG", 3, batch="B1"),
        partner="Mill",
    )
    hold(records=[batch("L1")], by=manager, reason="Smells")
    bag = Item.objects.get(name="Bag")
    history = write_history(bag)
    record_download(item=bag, history=history, by=manager)
    history.file.close()
    disable_tracking(item=bag, by=manager, reason="Too much work")


def counted() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)


def url(model: str, page: str, *args) -> str:
    app = "items" if model in ("item", "variant") else "tracking"
    return reverse(f"admin:{app}_{model}_{page}", args=args)


def test_admin_lets_nobody_but_a_superuser_give_permissions(client, viewer, admin_user):
    """Who may change users or groups could give himself every permission, or take an administrator's password."""
    verbs = [f"{verb}_{what}" for verb in ("add", "change", "delete", "view") for what in ("user", "group")]
    viewer.user_permissions.add(*Permission.objects.filter(codename__in=verbs))
    staff(client, viewer)
    role, before = Group.objects.get(name="Viewer"), admin_user.password
    user = {"username": "viewer", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    posts = {
        f"/admin/auth/user/{viewer.pk}/change/": {**user, "date_joined_0": "2026-01-01", "date_joined_1": "08:00:00"},
        f"/admin/auth/user/{admin_user.pk}/password/": {"password1": "Sourdough-7", "password2": "Sourdough-7"},
        f"/admin/auth/user/{admin_user.pk}/delete/": {"post": "yes"},
        "/admin/auth/user/add/": {"username": "new", "password1": "Sourdough-7", "password2": "Sourdough-7"},
        f"/admin/auth/group/{role.pk}/change/": {
            "name": "Viewer",
            "permissions": [Permission.objects.get(codename="reverse_document").pk],
        },
        "/admin/auth/group/add/": {"name": "Mine", "permissions": []},
    }
    assert {address: client.post(address, data).status_code for address, data in posts.items()} == dict.fromkeys(
        posts, 403
    )
    viewer, admin_user = (get_user_model().objects.get(pk=one.pk) for one in (viewer, admin_user))
    assert (viewer.is_superuser, admin_user.password) == (False, before)
    assert not viewer.has_perm("tracking.reverse_document")
    assert [client.get(f"/admin/auth/{what}/").status_code for what in ("user", "group")] == [200, 200]


def test_admin_gives_no_user_the_name_of_another_in_another_case(admin_client, viewer, operator):
    sent = {"username": "OPERATOR", "is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "08:00:00"}
    refused = admin_client.post(f"/admin/auth/user/{viewer.pk}/change/", sent)
    assert refused.status_code == 422
    assert "There is a user “OPERATOR” already, in this or another case." in refused.content.decode()
    assert admin_client.post(f"/admin/auth/user/{viewer.pk}/change/", sent | {"username": "VIEWER"}).status_code == 302
    assert get_user_model().objects.get(pk=viewer.pk).username == "VIEWER"


def test_admin_neither_deletes_nor_renames_the_three_roles(admin_client):
    role = Group.objects.get(name="Viewer")
    address = f"/admin/auth/group/{role.pk}/delete/"
    assert KEPT in admin_client.get(address).content.decode()
    assert KEPT in admin_client.post(address, {"post": "yes"}).content.decode()
    sent = {"action": "delete_selected", "_selected_action": [role.pk], "post": "yes"}
    admin_client.post("/admin/auth/group/", sent)
    page = admin_client.get(f"/admin/auth/group/{role.pk}/change/").content.decode()
    assert 'name="name"' not in page
    admin_client.post(f"/admin/auth/group/{role.pk}/change/", {"name": "Other", "permissions": []})
    role.refresh_from_db()
    assert (role.name, role.permissions.count()) == ("Viewer", 0)
    other = Group.objects.create(name="Packing")
    assert admin_client.post(f"/admin/auth/group/{other.pk}/delete/", {"post": "yes"}).status_code == 302


def test_admin_is_for_staff_and_says_so(client, manager):
    client.force_login(manager)
    assert client.get("/admin/").status_code == 403
    assert client.get(url("item", "changelist")).status_code == 403
    assert staff(client, manager).get("/admin/").status_code == 200


def test_admin_names_the_product_and_links_back(in_admin):
    page = in_admin.get("/admin/").content.decode()
    assert '<a href="/admin/">Katana Trace</a>' in page
    assert '<a href="/">View site</a>' in page


def test_every_list_and_page_opens(admin_client, world):
    for model, shown in admin.site._registry.items():
        row = model._default_manager.first()
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = admin_client.get(reverse(f"{name}_changelist"), {"q": "a"}, follow=True)
        assert listed.status_code == 200, model
        if shown.list_filter or shown.search_fields:
            assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200, model
        if row is not None:
            assert admin_client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, model


def test_history_is_read_only_even_for_a_superuser(admin_client, world):
    for model in READ_ONLY:
        found = next(known for known in admin.site._registry if known._meta.model_name == model)
        row = found.objects.first()
        assert row is not None, model
        assert admin_client.get(url(model, "add")).status_code == 403, model
        assert admin_client.post(url(model, "change", row.pk), {"number": "X"}).status_code == 403, model
        assert admin_client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403, model
        assert found.objects.filter(pk=row.pk).exists()


def test_relink_permits_are_not_shown():
    assert "relinkpermit" not in {model._meta.model_name for model in admin.site._registry}


def test_archive_list_never_loads_the_bytes(admin_client, world, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as queries:
        page = admin_client.get(url("archive", "changelist"))
    assert page.status_code == 200
    assert not [query for query in queries if '"content"' in query["sql"]]
    archive = Archive.objects.get()
    with django_assert_max_num_queries(12) as queries:
        page = admin_client.get(url("archive", "change", archive.pk))
    assert f'href="/archives/{archive.pk}/"' in page.content.decode()
    assert not [query for query in queries if '"content"' in query["sql"]]


def test_document_page_shows_the_first_hundred_lines(admin_client):
    item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", *[line("FLOUR", index) for index in range(1, 121)], number="PO-1")
    document = Document.objects.get()
    page = admin_client.get(url("document", "change", document.pk)).content.decode()
    assert page.count("<td>FLOUR</td>") == 100
    assert "The first 100 lines are shown." in page
    every = f"/admin/tracking/ledgerline/?document__id__exact={document.pk}"
    assert every in page
    assert "120 ledger lines" in admin_client.get(every).content.decode()


def test_lists_take_the_same_number_of_queries_for_many_rows(admin_client):
    item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1, at="Place 0"))
    models = ["document", "ledgerline", "stocklevel", "variant", "item", "location"]
    counts = {}
    for model in models:
        with counted() as queries:
            admin_client.get(url(model, "changelist"))
        counts[model] = len(queries)
    for index in range(1, 30):
        item(f"Item {index}", skus=(f"SKU-{index}",))
        post("receipt", line(f"SKU-{index}", 1, at=f"Place {index}"), partner=f"Mill {index}")
    for model in models:
        with counted() as queries:
            admin_client.get(url(model, "changelist"))
        assert len(queries) == counts[model], model


def test_big_tables_are_not_counted_to_the_end(admin_client, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "LIMIT", 2)
    for name in ("A", "B", "C"):
        location(name)
    with counted() as queries:
        page = admin_client.get(url("location", "changelist")).content.decode()
    assert "The first 2 locations. Search or filter to see the others." in page
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 2" in count for count in counts)


def test_search_compares_keys(admin_client):
    location("Ｃöld Störe")
    assert "1 location" in admin_client.get(url("location", "changelist"), {"q": "CÖLD  störe"}).content.decode()


def test_workspace_is_one_row_made_by_its_first_save(admin_client):
    assert admin_client.get(url("workspace", "changelist")).headers["Location"] == url("workspace", "change", 1)
    assert admin_client.get(url("workspace", "add")).status_code == 403
    form = {"plan": "standard", "has_traceability_addon": "on", "default_tracking": "batch"}
    assert admin_client.post(url("workspace", "change", 1), form).status_code == 302
    workspace = Workspace.objects.get()
    assert (workspace.pk, workspace.plan, workspace.can_track) == (1, "standard", True)
    assert 'value="batch" selected' in admin_client.get(url("item", "add")).content.decode()


def test_workspace_without_addon_cannot_begin_items_with_tracking(admin_client):
    form = {"plan": "standard", "default_tracking": "serial"}
    page = admin_client.post(url("workspace", "change", 1), form)
    assert page.status_code == 422
    assert "New items cannot begin with Serial numbers" in page.content.decode()
    assert not Workspace.objects.exists()


def test_workspace_takes_the_business(admin_client):
    form = {"plan": "professional", "default_tracking": "none", "business_name": " Blau  Bakery "}
    assert (
        admin_client.post(
            url("workspace", "change", 1), {**form, "business_address": "Mill Lane 1\r\nBlau"}
        ).status_code
        == 302
    )
    workspace = Workspace.get()
    assert (workspace.business_name, workspace.business_address) == ("Blau  Bakery", "Mill Lane 1\nBlau")
    assert admin_client.post(url("workspace", "change", 1), {**form, "business_phone": "\x07"}).status_code == 422


def test_workspace_is_not_for_managers(in_admin):
    assert in_admin.get(url("workspace", "change", 1)).status_code == 403


def test_what_has_history_is_kept_and_the_reason_is_told(admin_client, manager):
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1), partner="Mill", by=manager)
    kept = [
        (url("item", "delete", flour.pk), "Flour has moved or was switched"),
        (url("variant", "delete", flour.variants.get().pk), "FLOUR has moved or has numbers"),
        (url("location", "delete", Location.objects.get().pk), "Main has had stock"),
        (url("partner", "delete", Partner.objects.get().pk), "Mill is on posted documents"),
        (reverse("admin:auth_user_delete", args=[manager.pk]), "manager has signed part of the history"),
    ]
    for address, sentence in kept:
        for answer in (admin_client.get(address), admin_client.post(address, {"post": "yes"})):
            assert answer.status_code == 200
            assert sentence in answer.content.decode()
    assert LedgerLine.objects.count() == 1


def test_delete_that_the_database_refuses_is_a_sentence(admin_client, monkeypatch):
    """Somebody posts between the question and the answer: the protected rows are found while deleting."""
    from tracking.admin.partner import PartnerAdmin

    item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 1), partner="Mill")
    monkeypatch.setattr(PartnerAdmin, "get_deleted_objects", lambda *args: ([], {}, set(), []))
    address = url("partner", "delete", partner("Mill").pk)
    page = admin_client.post(address, {"post": "yes"}, follow=True)
    assert page.status_code == 200
    assert "It is in use, so it cannot be deleted. Archive it instead." in page.content.decode()


def test_what_never_moved_can_be_deleted(admin_client):
    made = partner("Mill")
    assert admin_client.post(url("partner", "delete", made.pk), {"post": "yes"}).status_code == 302
    assert not Partner.objects.exists()


def test_archive_and_bring_back(in_admin):
    made = location("Shed")
    chosen = {"action": "archive", "_selected_action": [made.pk]}
    in_admin.post(url("location", "changelist"), chosen)
    assert Location.objects.get().archived_at is not None
    in_admin.post(url("location", "changelist"), {**chosen, "action": "bring_back"})
    assert Location.objects.get().archived_at is None


def test_viewer_on_the_staff_changes_nothing(client, viewer):
    made = item("Flour", skus=("FLOUR",))
    staff(client, viewer)
    assert client.get(url("item", "change", made.pk)).status_code == 200
    assert client.post(url("item", "change", made.pk), {"name": "X"}).status_code == 403
    assert client.get(url("item", "add")).status_code == 403
    assert client.get(url("item", "import")).status_code == 403
    assert client.get(url("historydownload", "changelist")).status_code == 403
    page = client.get(url("item", "changelist")).content.decode()
    assert "Export history to CSV" in page
    assert "Switch product tracking" not in page
    assert Item.objects.get().tracking_mode == TrackingMode.NONE


def test_what_cannot_be_read_is_never_a_traceback(admin_client):
    item("Flour", skus=("FLOUR",))
    for query in ("?tracking_mode__exact=%00", "?q=%00", "?id__exact=99999999999999999999999", "?p=x", "?nope=1"):
        assert admin_client.get(url("item", "changelist") + query).status_code in (200, 302), query
        assert admin_client.get(url("item", "export") + query).status_code in (200, 302), query
    for chosen in ("x", "\0", "9" * 30):
        answer = admin_client.post(
            url("item", "changelist"), {"action": "export_history", "_selected_action": chosen}, follow=True
        )
        assert "Choose again from the list." in answer.content.decode()
    for picked in ("x", "\0", "９"):
        assert admin_client.post(url("variant", "add"), {"item": picked, "sku": "A"}).status_code == 422
