"""Every address, for every role, by GET and by POST, against the table; and the headers of every answer."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client

from tests.roles import client_of, user_of
from tests.route_company import Company, all_routes
from tests.route_table import ROLES, SITE, STAFF, TABLE

pytestmark = pytest.mark.django_db

LOGINS = ("/accounts/login/", "/admin/login/")
OPEN_TO_ALL = {"favicon", "healthz", "login", "admin:login"}
# What whoever is logged in may do with his own account, whatever his role.
OWN_ACCOUNT = {"logout", "password_change", "password_change_done", "session_list", "session_end"}
OWN_ACCOUNT |= {"admin:logout", "admin:password_change", "admin:password_change_done"}
NO_ROLE = "Your account has no role yet"


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
    is_file = disposition or (answer.status_code == 200 and not kind.startswith(shown))
    if is_file and not disposition.startswith("attachment"):
        found.append(f"{kind} is no attachment")
    return found


def may_be_stored(answer, route: str) -> bool:
    """Whether a browser or proxy may keep an answer that takes a login."""
    return route not in OPEN_TO_ALL and answer.headers.get("Cache-Control") != "no-store, private"


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
            faults = faults_of_headers(answer) + ["may be stored"] * may_be_stored(answer, route.name)
            if faults:
                headers[route.name, method] = faults
    wanted = {(route.name, method): TABLE[route.name][method, role] for route in routes for method in ("get", "post")}
    assert {key: (found[key], cell) for key, cell in wanted.items() if found[key] != cell} == {}
    assert headers == {}


@pytest.mark.parametrize("is_staff", [False, True], ids=["person", "staff"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_an_account_without_a_role_opens_nothing_but_its_own(is_staff, headers, manager):
    company = Company(manager)
    user = get_user_model().objects.create_user("newcomer", is_staff=is_staff)
    client = Client(headers=headers)
    client.force_login(user)
    wrong = {}
    for route in all_routes():
        is_admin = route.name.startswith("admin:")
        as_whom = "staff" if is_staff and is_admin else "viewer"
        for method in ("get", "post"):
            answer = asked(client, method, company.address(route))
            if route.name in OPEN_TO_ALL | OWN_ACCOUNT:
                is_right = str(answer.status_code) == TABLE[route.name][method, as_whom].rstrip(">")
            else:
                is_right = answer.status_code == 403 and NO_ROLE in answer.content.decode()
            if not is_right or may_be_stored(answer, route.name):
                wrong[route.name, method] = answer.status_code
    assert wrong == {}


def test_the_page_of_an_account_without_a_role_names_whom_to_ask(client):
    users = get_user_model().objects
    client.force_login(users.create_user("newcomer"))
    answer = client.get("/")
    assert answer.status_code == 403
    assert "Ask whoever runs this site to give you the role Viewer, Operator or Manager" in answer.content.decode()
    assert "/batches/" not in answer.content.decode()
    users.create_user("ada", first_name="Ada", last_name="Byron", is_superuser=True)
    users.create_user("root", is_superuser=True)
    users.create_user("gone", is_superuser=True, is_active=False)
    assert "Ask Ada Byron or root to give you the role" in client.get("/items/").content.decode()


def test_a_role_of_ones_own_is_one_by_its_permissions(client):
    user = get_user_model().objects.create_user("newcomer", is_staff=True)
    client.force_login(user)
    role = Group.objects.create(name="Packing")
    user.groups.add(role)
    assert client.get("/batches/").status_code == 403
    role.permissions.add(Permission.objects.get(codename="view_item"))
    assert client.get("/batches/").status_code == 200
    assert client.get("/changes/").status_code == 403
    role.permissions.set([Permission.objects.get(codename="change_user"), Permission.objects.get(codename="view_user")])
    assert (client.get("/batches/").status_code, client.get("/admin/auth/user/").status_code) == (403, 200)


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
