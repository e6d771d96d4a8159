"""Pages of batches, and the verbs behind them: edit, hold, release."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from items.models import Item
from katana_trace.lib.refusal import Refusal
from katana_trace.templatetags.trace_tags import expiry_state
from tests import build
from tracking.models import Batch, Document, Recall, RecordChange
from tracking.modes.switch import enable_tracking
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.wanted import find_typed
from tracking.records.edit import edit_batch
from tracking.records.hold import hold, release

TODAY = date(2026, 11, 23)  # as the clock stands

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def bakery(db):
    """Three batches: expired, expiring, and one that is used up."""
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Country loaf", "batch", skus=("CL-400", "CL-800"))
    build.post(
        "receipt",
        build.line("FLOUR", "1204.5", batch="FL-1", expires="2026-11-22"),
        build.line("FLOUR", "10", batch="FL-1", at="Cold room"),
        build.line("CL-400", "8", batch="CL4-1114", expires="2026-11-24"),
        build.line("CL-800", "3", batch="CL8-1114", expires="2026-11-30"),
        number="PO-1",
        partner="Hartwell Mill",
        at=datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
    )
    build.post("adjustment", build.line("CL-800", "-3", batch="CL8-1114"), number="ADJ-1")


def numbers(response) -> list[str]:
    return [batch.number for batch in response.context["page"].rows]


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def log() -> list[tuple]:
    return list(
        RecordChange.objects.filter(uuid__isnull=False, is_first=False)
        .order_by("id")
        .values_list("name", "field", "old", "new", "reason", "changed_by__username")
    )


@pytest.mark.parametrize(
    ("expires_on", "expected"),
    [
        (None, ("none", "–")),
        (date(2026, 11, 22), ("expired", "Expired")),
        (date(2026, 11, 23), ("soon", "Last day")),
        (date(2026, 11, 24), ("soon", "1 day")),
        (date(2026, 11, 30), ("soon", "7 days")),
        (date(2026, 12, 1), ("ok", "OK")),
    ],
)
def test_expiry_state(expires_on, expected):
    assert expiry_state(expires_on, TODAY) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["CL4-1114", "CL8-1114", "FL-1"]),
        ("?q=ｃｌ4", ["CL4-1114"]),
        ("?q=1114", ["CL4-1114", "CL8-1114"]),
        ("?q=_", []),
        ("?expiring=0", ["FL-1"]),
        ("?expiring=7", ["FL-1", "CL4-1114"]),
        ("?expiring=99999999999999999999", ["FL-1", "CL4-1114"]),
        ("?expiring=soon", ["CL4-1114", "CL8-1114", "FL-1"]),
        ("?status=held", []),
        ("?q=%00", ["CL4-1114", "CL8-1114", "FL-1"]),
    ],
)
def test_batch_list_finds(client, viewer, bakery, query, expected):
    client.force_login(viewer)
    assert numbers(client.get(f"/batches/{query}")) == expected


def test_batch_list_of_one_item_and_on_hold(client, viewer, bakery):
    client.force_login(viewer)
    loaf = Item.objects.get(key="country loaf")
    assert numbers(client.get(f"/batches/?item={loaf.pk}")) == ["CL4-1114", "CL8-1114"]
    hold(records=[build.batch("CL4-1114")], by=None, reason="Lab result pending")
    assert numbers(client.get("/batches/?status=held")) == ["CL4-1114"]


def test_batch_list_shows_stock_and_expiry(client, viewer, bakery):
    client.force_login(viewer)
    page = client.get("/batches/").content.decode()
    assert "1,214.5" in page
    assert "22 Nov 2026" in page
    assert page.count('class="badge bad"') == 1
    assert page.count('class="badge warn"') == 1  # CL8-1114 is used up, so its 7 days call for nothing
    assert "A batch is usable through its expiry date, in the time zone UTC." in page


def test_batch_list_tells_what_is_empty(client, viewer):
    client.force_login(viewer)
    assert "There are no batches yet." in client.get("/batches/").content.decode()
    assert "No batch matches this." in client.get("/batches/?q=zz").content.decode()


@pytest.mark.parametrize("query", ["", "?expiring=90"])
@pytest.mark.parametrize("count", [1, 50])
def test_batch_list_asks_the_same_number_of_queries(client, viewer, count, query, django_assert_num_queries):
    build.item("Flour", "batch", skus=("FLOUR",))
    lines = [build.line("FLOUR", 1, batch=f"B{n:02}", expires="2027-01-01") for n in range(count)]
    build.post("receipt", *lines)
    client.force_login(viewer)
    with django_assert_num_queries(5):  # session, user, batches, permissions (2)
        assert len(numbers(client.get(f"/batches/{query}"))) == count


@pytest.mark.parametrize("query", [{}, {"expiring": "90"}])
def test_batch_list_pages_by_key(client, viewer, query):
    build.item("Flour", "batch", skus=("FLOUR",))
    build.post("receipt", *[build.line("FLOUR", 1, batch=f"B{n:02}", expires="2027-01-01") for n in range(51)])
    client.force_login(viewer)
    first = client.get("/batches/", query)
    second = client.get("/batches/", {**query, "after": first.context["page"].next_cursor})
    assert numbers(first) + numbers(second) == [f"B{n:02}" for n in range(51)]


def test_batch_detail_shows_facts_stock_and_timeline(client, viewer, bakery):
    sold = datetime(2026, 11, 2, 9, tzinfo=UTC)
    build.post(
        "shipment", build.line("CL-400", "-2", batch="CL4-1114"), number="SO-1", partner="Mill Lane Deli", at=sold
    )
    build.post(
        "transfer", build.line("FLOUR", "-4.5", batch="FL-1"), build.line("FLOUR", "4.5", batch="FL-1", at="Cold room")
    )
    client.force_login(viewer)
    loaf = client.get(build.batch("CL4-1114").get_absolute_url())
    flour = client.get(build.batch("FL-1").get_absolute_url())
    rows = [(event.document.number, event.amount) for event in loaf.context["page"].rows]
    assert rows == [("SO-1", "−2"), ("PO-1", "+8")]
    assert [(level.location.name, level.quantity) for level in flour.context["stock"]] == [
        ("Cold room", Decimal("14.5")),
        ("Main", 1200),
    ]
    page = " ".join(loaf.content.decode().split())
    for text in (
        "Shipped to Mill Lane Deli",
        "Received from Hartwell Mill",
        '<td class="n">−2</td>',
        '<td class="n">+8</td>',
        '1 Nov 2026</span> <span class="nb dim">08:30',
        "6 pcs on hand",
    ):
        assert text in page
    assert "Usable through 24 Nov 2026, in the time zone UTC." in page
    assert "/edit/" not in page


def test_batch_detail_pages_its_timeline(client, viewer, django_assert_num_queries):
    build.item("Flour", "batch", skus=("FLOUR",))
    for number in range(51):
        build.post("receipt", build.line("FLOUR", 1, batch="B"), number=f"PO-{number}", partner="Hartwell Mill")
    client.force_login(viewer)
    address = build.batch("B").get_absolute_url()
    # Session, user, permissions (2), batch; first line, lines, documents, mirrors, downloads, changes, switches, restores;
    # stock, cases.
    with django_assert_num_queries(15):
        first = client.get(address)
    second = client.get(address, {"after": first.context["page"].next_cursor})
    shown = [event.document.number for page in (first, second) for event in page.context["page"].rows]
    assert shown == [f"PO-{number}" for number in reversed(range(51))]


def test_batch_detail_shows_the_cases_that_it_is_in(client, viewer, manager, bakery):
    """Open ones first and with a link at the top; what was made from it is in them too, another variant's number is not."""
    build.post("receipt", build.line("CL-800", "1", batch="CL4-1114"), build.line("CL-400", "1", batch="X-1"))
    repacked = [build.line("CL-400", "-1", batch="CL4-1114"), build.line("CL-400", "2", batch="CL4-RE")]
    build.post("production", *repacked, at=datetime(2026, 11, 2, tzinfo=UTC))
    small = Batch.objects.get(key="cl4-1114", variant__sku="CL-400")
    large = Batch.objects.get(key="cl4-1114", variant__sku="CL-800")
    cases = (("First drill", "drill"), ("Old glass", "recall"), ("Glass", "recall"), ("Second drill", "drill"))
    for title, kind in cases:
        roots = find_typed("CL-400 CL4-1114")
        recall = open_recall(roots=roots, kind=kind, title=title, reason="Found in it.", by=manager)
        if title in {"First drill", "Old glass"}:
            close_recall(recall=recall, summary="All was found.", by=manager)
    client.force_login(viewer)

    def shown(batch: Batch) -> list[str]:
        return [recall.title for recall in client.get(batch.get_absolute_url()).context["cases"]]

    expected = ["Glass", "Second drill", "Old glass", "First drill"]
    assert [shown(one) for one in (small, build.batch("CL4-RE"))] == [expected, expected]
    assert [shown(one) for one in (large, build.batch("X-1"))] == [[], []]
    page = " ".join(client.get(small.get_absolute_url()).content.decode().split())
    glass = Recall.objects.get(title="Glass")
    open_case = f'is in an open recall:</strong> <a href="{glass.get_absolute_url()}">{glass.number}, Glass</a>'
    assert (page.count(open_case), page.count("is in an open drill:"), page.count("Recalls and drills")) == (1, 1, 1)
    assert "Recalls and drills" not in client.get(large.get_absolute_url()).content.decode()
    small.variant.sku = "CL-401"
    small.variant.save()
    large.variant.sku = "CL-400"  # the SKU that the case wrote down is another variant's now
    large.variant.save()
    assert (shown(small), shown(large)) == (expected, [])


def test_batch_detail_leads_from_unbatched_stock_to_numbers(client, viewer, operator, manager):
    item = build.item("Flour", skus=("FLOUR",))
    build.post("receipt", build.line("FLOUR", 5))
    enable_tracking(item=item, to="batch", by=manager, reason="Customers ask for it")
    link = f'href="/items/{item.pk}/assign/"'
    found = []
    for user in (viewer, operator):
        client.force_login(user)
        page = client.get(build.batch("UNBATCHED").get_absolute_url()).content.decode()
        found.append(("This stock has no batch number." in page, link in page))
    assert found == [(True, False), (True, True)]


def test_batch_edit_keeps_old_and_new_who_and_why(client, manager, bakery):
    client.force_login(manager)
    batch = build.batch("FL-1")
    typed = {
        "expires_on": "2026-12-31",
        "initial-expires_on": "2026-11-22",
        "made_on": "2026-10-01",
        "initial-made_on": "",
        "supplier_batch": "HW 77",
        "initial-supplier_batch": "",
        "note": "",
        "initial-note": "",
        "reason": "Certificate arrived",
    }
    response = client.post(f"/batches/{batch.pk}/edit/", typed)
    batch.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, f"/batches/{batch.pk}/")
    assert (batch.expires_on, batch.made_on, batch.supplier_batch) == (date(2026, 12, 31), date(2026, 10, 1), "HW 77")
    assert log() == [
        ("FL-1", "expires_on", "2026-11-22", "2026-12-31", "Certificate arrived", "manager"),
        ("FL-1", "made_on", "", "2026-10-01", "Certificate arrived", "manager"),
        ("FL-1", "supplier_batch", "", "HW 77", "Certificate arrived", "manager"),
    ]
    page = client.get(f"/batches/{batch.pk}/").content.decode()
    for text in (
        "Supplier&#x27;s batch number changed",
        '<span class="vh">from </span>22 Nov 2026 → <span class="vh">to </span>31 Dec 2026',
        "Certificate arrived",
    ):
        assert text in page


def test_batch_edit_leaves_what_somebody_else_changed_meanwhile(client, manager, bakery):
    batch = build.batch("FL-1")
    edit_batch(batch=batch, changes={"expires_on": date(2027, 1, 1)}, by=None, reason="Retested")
    client.force_login(manager)
    as_shown_before = {"expires_on": "2026-11-22", "initial-expires_on": "2026-11-22", "note": "Two bags wet"}
    client.post(f"/batches/{batch.pk}/edit/", {**as_shown_before, "reason": "Seen at the gate"})
    batch.refresh_from_db()
    assert (batch.expires_on, batch.note) == (date(2027, 1, 1), "Two bags wet")


def test_batch_edit_empties_what_is_sent_empty(client, manager, bakery):
    batch = build.batch("FL-1")
    edit_batch(batch=batch, changes={"note": "Wet", "supplier_batch": "HW 77"}, by=None, reason="Seen")
    client.force_login(manager)
    client.post(f"/batches/{batch.pk}/edit/", {"note": "", "expires_on": "", "reason": "Dry again"})
    batch.refresh_from_db()
    assert (batch.expires_on, batch.note, batch.supplier_batch) == (None, "", "HW 77")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"note": "Wet"}, {"reason": ["Say why this is changed. It is kept in the batch's log."]}),
        (
            {"reason": "x", "expires_on": "2026-02-30"},
            {"expires_on": ["“2026-02-30” is not a date. Write year-month-day, such as 2026-01-31."]},
        ),
        (
            {"reason": "x", "made_on": "01/02/2026"},
            {"made_on": ["“01/02/2026” is not a date. Write year-month-day, such as 2026-01-31."]},
        ),
        (
            {"reason": "x", "expires_on": "2201-01-01"},
            {"expires_on": ["“2201-01-01” is outside the years 1970 to 2200. Check the year."]},
        ),
        ({"reason": "x"}, {"__all__": ["Nothing of batch FL-1 would change. Change a value, or go back."]}),
    ],
)
def test_batch_edit_refuses_on_the_field_and_changes_nothing(client, manager, bakery, typed, expected):
    client.force_login(manager)
    batch = build.batch("FL-1")
    shown = {"expires_on": "2026-11-22", "initial-expires_on": "2026-11-22"}
    response = client.post(f"/batches/{batch.pk}/edit/", {**shown, **typed})
    assert (response.status_code, errors(response)) == (422, expected)
    batch.refresh_from_db()
    assert (batch.expires_on, batch.made_on, batch.note, log()) == (date(2026, 11, 22), None, "", [])


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_batch_edit_is_for_managers(client, role, bakery, request):
    user = request.getfixturevalue(role)
    client.force_login(user)
    batch = build.batch("FL-1")
    asked = [client.get(f"/batches/{batch.pk}/edit/"), client.post(f"/batches/{batch.pk}/edit/", {"reason": "x"})]
    assert [response.status_code for response in asked] == [403, 403]
    for verb in (hold, release):
        with pytest.raises(PermissionDenied):
            verb(records=[batch], by=user, reason="x")
    with pytest.raises(PermissionDenied):
        edit_batch(batch=batch, changes={"note": "x"}, by=user, reason="x")
    assert log() == []


def test_edited_expiry_counts_from_the_next_posting_on(bakery):
    batch = build.batch("FL-1")
    with pytest.raises(Refusal):
        build.post("shipment", build.line("FLOUR", "-1", batch="FL-1"), at=datetime(2026, 11, 23, tzinfo=UTC))
    edit_batch(batch=batch, changes={"expires_on": date(2026, 11, 23)}, by=None, reason="Retested")
    build.post(
        "shipment", build.line("FLOUR", "-1", batch="FL-1"), number="SO-9", at=datetime(2026, 11, 23, tzinfo=UTC)
    )
    assert Document.objects.filter(number="SO-9").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "X"}, "number"),
        ({"made_on": date(1969, 12, 31)}, "made_on"),
        ({"note": "a\x00b"}, "note"),
        ({"supplier_batch": "x" * 65}, "supplier_batch"),
    ],
)
def test_edit_batch_refuses_in_the_domain_too(bakery, changes, field):
    with pytest.raises(Refusal) as refused:
        edit_batch(batch=build.batch("FL-1"), changes={"expires_on": None, **changes}, by=None, reason="x")
    assert refused.value.field == field
    assert refused.value.sentence.endswith(".")
    assert (build.batch("FL-1").expires_on, log()) == (date(2026, 11, 22), [])


def test_edit_batch_that_is_gone_is_refused(bakery):
    batch = build.batch("FL-1")
    batch.pk = 10**9
    with pytest.raises(Refusal, match="Batch FL-1 is no longer there"):
        edit_batch(batch=batch, changes={"note": "x"}, by=None, reason="x")


def test_hold_and_release_are_shown_and_logged(client, viewer, manager, bakery):
    batches = [build.batch("FL-1"), build.batch("CL4-1114")]
    hold(records=batches, by=manager, reason="Lab result pending")
    client.force_login(viewer)
    page = client.get(batches[0].get_absolute_url()).content.decode()
    assert "Batch FL-1 is on hold:</strong> Lab result pending" in page
    with pytest.raises(Refusal, match="on hold"):
        build.post("shipment", build.line("CL-400", "-1", batch="CL4-1114"), at=datetime(2026, 11, 23, tzinfo=UTC))
    release(records=batches[1:], by=manager, reason="Lab result good")
    build.post("shipment", build.line("CL-400", "-1", batch="CL4-1114"), at=datetime(2026, 11, 23, tzinfo=UTC))
    assert [(b.number, b.status, b.reason) for b in Batch.objects.order_by("key")] == [
        ("CL4-1114", "available", ""),
        ("CL8-1114", "available", ""),
        ("FL-1", "held", "Lab result pending"),
    ]
    assert log() == [
        ("FL-1", "status", "available", "held", "Lab result pending", "manager"),
        ("CL4-1114", "status", "available", "held", "Lab result pending", "manager"),
        ("CL4-1114", "status", "held", "available", "Lab result good", "manager"),
    ]


def test_hold_is_all_or_nothing(bakery):
    fl, cl = build.batch("FL-1"), build.batch("CL4-1114")
    hold(records=[fl], by=None, reason="Wet")
    with pytest.raises(Refusal) as refused:
        hold(records=[cl, fl], by=None, reason="Lab")
    assert refused.value.sentence == "Batch FL-1 of Flour is on hold already: Wet. Leave it out."
    with pytest.raises(Refusal) as refused:
        release(records=[fl, cl], by=None, reason="Lab")
    assert (
        refused.value.sentence
        == "Batch CL4-1114 of Country loaf is not on hold, so it cannot be released. Leave it out."
    )
    for records, reason in (([cl], " "), ([cl], "x" * 201), ([], "x")):
        with pytest.raises(Refusal):
            hold(records=records, by=None, reason=reason)
    assert [b.status for b in Batch.objects.order_by("key")] == ["available", "available", "held"]
    assert len(log()) == 1
