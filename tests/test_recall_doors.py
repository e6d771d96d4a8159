"""Who comes in where: every address of a case, for every role; what is open, closed, or another case's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from tests.recalls import make_bakery, opened
from tracking.models import Batch, Recall, RecallCustomer
from tracking.recalls.close import close_recall
from tracking.recalls.open import open_recall
from tracking.recalls.state import hold_all, notify_all, record_customer
from tracking.recalls.wanted import find_typed

READ = (
    "",
    "lots/",
    "stock/",
    "customers/",
    "customers/{customer}/",
    "customers/{customer}/letter/",
    "letters/",
    "recall.csv",
)
CHANGE = ("customers/{customer}/", "hold/", "notify/", "close/")
ROLES = ("viewer", "operator", "manager")


@pytest.fixture
def case(db, manager) -> Recall:
    make_bakery()
    return opened(manager)


def address(recall: Recall, part: str) -> str:
    return recall.get_absolute_url() + part.format(customer=recall.customers.get(name="Café Blau").pk)


def state_of(recall: Recall) -> tuple:
    """Everything that a change could change."""
    return (
        list(Recall.objects.order_by("id").values()),
        list(RecallCustomer.objects.order_by("id").values()),
        recall.events.count(),
        list(Batch.objects.order_by("id").values_list("status", flat=True)),
    )


@pytest.mark.parametrize("part", READ)
def test_everybody_reads_a_case(client, request, case, part):
    assert client.get(address(case, part))["Location"].startswith("/accounts/login/")
    for role in ROLES:
        client.force_login(request.getfixturevalue(role))
        response = client.get(address(case, part))
        assert response.status_code == 200
        assert client.head(address(case, part)).status_code == 200
        if part not in CHANGE:
            assert client.post(address(case, part)).status_code == 405


@pytest.mark.parametrize("part", CHANGE)
def test_managers_alone_work_on_a_case(client, request, case, part):
    data = {"state": "replied", "note": "Spoke to Ann", "summary": "Done"}
    before = state_of(case)
    assert client.post(address(case, part), data)["Location"].startswith("/accounts/login/")
    for role in ("viewer", "operator"):
        client.force_login(request.getfixturevalue(role))
        assert client.post(address(case, part), data).status_code == 403
    assert state_of(case) == before
    client.force_login(request.getfixturevalue("manager"))
    given = data if part != "customers/{customer}/" else {**data, **recovered(client, case)}
    assert client.post(address(case, part), given).status_code == 302
    assert state_of(case) != before


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_managers_alone_work_on_a_case_by_any_door(request, manager, case, role):
    """The verbs ask by themselves, whoever calls them: a page, a command, or the shell."""
    by = request.getfixturevalue(role)
    cafe = case.customers.get(name="Café Blau")
    roots = find_typed("FLOUR F2")
    before = state_of(case)
    for act in (
        lambda: open_recall(roots=roots, kind="recall", title="Another", reason="R", by=by),
        lambda: record_customer(customer=cafe, state="replied", note="Ann", by=by),
        lambda: record_customer(customer=cafe, recovered={cafe.shipments.get().pk: Decimal(1)}, by=by),
        lambda: notify_all(recall=case, by=by),
        lambda: hold_all(recall=case, by=by),
        lambda: close_recall(recall=case, summary="Done", by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert state_of(case) == before


def recovered(client, recall: Recall) -> dict:
    form = client.get(address(recall, "customers/{customer}/")).context["form"]
    return {name: "1" for name in form.fields if name.startswith("recovered_")}


@pytest.mark.parametrize("part", CHANGE)
def test_a_closed_case_answers_every_change_with_a_sentence(client, manager, case, part):
    close_recall(recall=case, summary="Done", by=manager)
    client.force_login(manager)
    before = state_of(case)
    given = {"state": "replied", "note": "Late", "summary": "Again"}
    given |= recovered(client, case) if part == "customers/{customer}/" else {}
    response = client.post(address(case, part), given)
    assert response.status_code == 422
    assert "RC-000001 is closed" in response.content.decode()
    assert state_of(case) == before


@pytest.mark.parametrize("part", ["hold/", "notify/"])
def test_what_is_done_in_one_step_takes_a_button(client, manager, case, part):
    client.force_login(manager)
    assert client.get(address(case, part)).status_code == 405


@pytest.mark.parametrize("part", ["customers/{customer}/", "customers/{customer}/letter/"])
def test_a_customer_belongs_to_one_case(client, manager, case, part):
    other = opened(manager, title="Another")
    client.force_login(manager)
    assert client.get(address(other, part)).status_code == 200
    mixed = address(other, part).replace(other.get_absolute_url(), case.get_absolute_url())
    assert client.get(mixed).status_code == 404
    assert client.post(mixed, {"state": "replied"}).status_code in {404, 405}
    assert client.get("/recalls/999/").status_code == 404


def test_a_cursor_that_means_nothing_shows_the_first_page(client, viewer, case):
    client.force_login(viewer)
    for part in ("lots/", "stock/", "customers/", "customers/{customer}/"):
        for cursor in ("nonsense", "WyJ4IiwgMV0", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LCAxXQ"):
            assert client.get(address(case, part), {"after": cursor}).status_code == 200
    assert client.get("/recalls/", {"after": "WyJ4IiwgMV0"}).status_code == 200
