"""A valid form of every address that refuses somebody: done for who may, and for who may not nothing at all is done.

An empty form cannot tell: it is refused either way, also where the permission would be asked too late.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client, RequestFactory

from tests.fingerprint import changed, fingerprint
from tests.roles import NO_GROUP, client_of, user_of
from tests.route_forms import FORMS, GROUPS
from tests.route_forms.admin import READING
from tests.route_forms.form import DONE, Form
from tests.route_forms.workshop import Workshop
from tests.route_table import ADMIN, ROLES, STAFF, TABLE

pytestmark = pytest.mark.django_db

REFUSED = ("403", "404", "302>")
LOGINS = ("/accounts/login/", "/admin/login/")


@pytest.fixture(autouse=True)
def own_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def answers_to_post(route: str) -> set[str]:
    return {cell for (method, _), cell in TABLE[route].items() if method == "post"}


def test_every_route_that_refuses_somebody_has_a_valid_form():
    refusing = {
        route for route in TABLE if answers_to_post(route) & set(REFUSED) and answers_to_post(route) & set(DONE)
    }
    assert len(refusing) > 80
    assert {form.route for form in FORMS} | set(READING) == refusing


def test_every_form_has_a_name_of_its_own():
    assert len({form.name for form in FORMS}) == len(FORMS)


def test_every_act_on_a_list_of_the_admin_has_a_form(admin_user):
    request = RequestFactory().get("/admin/")
    request.user = admin_user
    acts = {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist {name}"
        for model, shown in admin.site._registry.items()
        for name in shown.get_actions(request)
    }
    assert len(acts) > 10
    assert acts - {form.name for form in FORMS} == set()


@contextmanager
def taken_back(client: Client):
    """What is done in the block is taken back, a logging out too."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def cell(answer) -> str:
    """The answer in the words of the table; htmx is told by a header to load the page where one logs in."""
    to = answer.headers.get("Location") or answer.headers.get("HX-Redirect", "")
    if answer.streaming:
        b"".join(answer.streaming_content)
    return "302>" if to.startswith(LOGINS) else str(answer.status_code)


def rewound(data: dict) -> dict:
    """The same fields once more, files from their beginning."""
    for value in data.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return data


@dataclass
class Trial:
    """The forms of a table, tried by every role at one company; ``faults`` says what went otherwise than the table says."""

    company: Workshop
    clients: dict[str, Client]
    faults: list[str] = field(default_factory=list)
    requests: int = 0

    def try_form(self, form: Form) -> None:
        with taken_back(self.company.desk):
            filled = None if form.anew else form.filled_in(self.company, self.company.desk)
            before = fingerprint()
            for role, client in self.clients.items():
                if role == NO_GROUP and not form.takes_a_role:
                    continue
                with taken_back(client):
                    sent = filled or form.filled_in(self.company, client)
                    if form.anew:
                        before = fingerprint()
                    if wanted := form.wanted(role):
                        self.try_refused(f"{form.name}, {role}", client, *sent, before, wanted)
                    else:
                        self.try_done(f"{form.name}, {role}", client, *sent, before, form.writes)
                if not wanted:
                    before = fingerprint()  # a file that was uploaded or used up is not taken back

    def try_refused(self, name: str, client: Client, address: str, data: dict, before: dict, wanted: tuple) -> None:
        """What is refused is refused to htmx too, and does nothing; nor does a GET with the same fields."""
        for headers in ({}, {"HX-Request": "true"}):
            answer = self.ask(client.post, address, data, headers=headers)
            if answer not in wanted:
                self.faults.append(f"{name}, {headers or 'POST'}: answered {answer}")
        self.try_get(client, address, data)
        if written := changed(before, fingerprint()):
            self.faults.append(f"{name}: refused, and wrote {sorted(written)}")

    def try_done(self, name: str, client: Client, address: str, data: dict, before: dict, writes: str) -> None:
        self.try_get(client, address, data)
        if written := changed(before, fingerprint()):
            self.faults.append(f"{name}, GET: wrote {sorted(written)}")
        answer = self.ask(client.post, address, data)
        connection.check_constraints()  # as at the commit
        written = changed(before, fingerprint())
        if answer not in ("200", "302"):
            self.faults.append(f"{name}: answered {answer}")
        elif (written and not writes) or set(writes.split()) - written:
            self.faults.append(f"{name}: answered {answer} and wrote {sorted(written)}, not {writes or 'nothing'}")

    def try_get(self, client: Client, address: str, data: dict) -> None:
        if data:
            self.ask(client.get, address, {key: value for key, value in data.items() if not hasattr(value, "read")})

    def ask(self, method: Callable, address: str, data: dict, **more) -> str:
        self.requests += 1
        return cell(method(address, rewound(data), **more))


def test_page_that_only_reads_writes_nothing_by_post(viewer, operator, manager):
    company = Workshop(manager, operator)
    before = fingerprint()
    answers = {cell(company.admin.post(company.address_of(route), {"name": "X", "post": "yes"})) for route in READING}
    assert answers <= {"200", "302"}
    assert changed(before, fingerprint()) == set()


def test_page_that_refuses_everybody_refuses_a_full_form(viewer, operator, manager):
    """What only the domain writes is not written in the admin: not by who may do all, with a value in every field."""
    company = Workshop(manager, operator)
    before = fingerprint()
    closed = {route for route, row in ADMIN.items() if {row["post", role] for role in STAFF} == {"403"}}
    assert len(closed) > 20
    for route in closed:
        model = apps.get_model(*route.removeprefix("admin:").split("_")[:2])
        typed = {"post": "yes", **{one.name: "1" for one in model._meta.fields}}
        assert company.admin.post(company.address_of(route), typed).status_code == 403, route
    assert changed(before, fingerprint()) == set()


@pytest.mark.parametrize("part", GROUPS)
def test_valid_forms_are_done_or_refused_as_the_table_says(part, viewer, operator, manager):
    roles = [*ROLES, NO_GROUP, *STAFF]
    clients = {role: client_of(user_of(role, viewer, operator, manager)) for role in roles}
    trial = Trial(Workshop(manager, operator), clients)
    for form in GROUPS[part]:
        try:
            trial.try_form(form)
        except Exception as error:
            error.add_note(f"This came of the form {form.name}.")
            raise
    assert not trial.faults, "\n".join(trial.faults)
    print(f"{part}: {len(GROUPS[part])} forms, {len(roles)} roles, {trial.requests} requests")
