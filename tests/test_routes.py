"""Every address, for every role, by GET and by POST, against the table; and the headers of every answer."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from tests.roles import client_of, user_of
from tests.route_company import Company, all_routes
from tests.route_table import ROLES, SITE, STAFF, TABLE

pytestmark = pytest.mark.django_db

LOGINS = ("/accounts/login/", "/admin/login/")


def test_every_route_has_a_row_and_every_row_a_route():
    assert sorted({route.name for route in all_routes()}) == sorted(TABLE)


def asked(client: Client, method: str, address: str):
    """The answer, read to its end; what it did is taken back, a logging out too."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = getattr(client, method)(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def faults_of_headers(answer) -> list[str]:
    """What the headers of an answer lack, whoever asked."""
    policy = answer.headers.get("Content-Security-Policy", "")
    found = []
    if "default-src 'self'" not in policy or "unsafe" in policy:
        found.append(f"policy {policy!r}")
    wanted = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}
    found += [name for name, value in wanted.items() if answer.headers.get(name) != value]
    kind = answer.headers.get("Content-Type", "")
    disposition = answer.headers.get("Content-Disposition", "")
    shown = ("text/html", "text/plain", "text/css", "text/javascript", "application/json")
    if disposition or (answer.status_code == 200 and not kind.startswith(shown)):
        if not disposition.startswith("attachment"):
            found.append(f"{kind} is no attachment")
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            found.append(f"{kind} may be stored")
    return found


@pytest.mark.parametrize("role", [*ROLES, *STAFF])
def test_every_route_answers_each_role_as_the_table_says(role, viewer, operator, manager):
    company = Company(manager)
    client = client_of(user_of(role, viewer, operator, manager))
    found, headers = {}, {}
    routes = [route for route in all_routes() if role in ROLES or route.name not in SITE]
    for route in routes:
        for method in ("get", "post"):
            answer = asked(client, method, company.address(route))
            to_login = answer.headers.get("Location", "").startswith(LOGINS)
            found[route.name, method] = f"{answer.status_code}{'>' if to_login else ''}"
            if faults := faults_of_headers(answer):
                headers[route.name, method] = faults
    wanted = {(route.name, method): TABLE[route.name][method, role] for route in routes for method in ("get", "post")}
    assert {key: (found[key], cell) for key, cell in wanted.items() if found[key] != cell} == {}
    assert headers == {}


@pytest.mark.parametrize(("role", "least"), [("manager", 30), ("superuser", 20)])
def test_every_post_needs_the_token_of_a_form(role, least, viewer, operator, manager):
    company = Company(manager)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_of(role, viewer, operator, manager))
    takes_post = [route for route in all_routes() if TABLE[route.name].get(("post", role), "405") not in ("405", "403")]
    assert len(takes_post) > least
    assert {
        route.name: asked(client, "post", company.address(route)).status_code for route in takes_post
    } == dict.fromkeys((route.name for route in takes_post), 403)
