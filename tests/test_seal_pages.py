"""The page of seals: what each covers, what none covers yet, who may make one (rule 26)."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError
from django.db import connection

from tests import build
from tests.importing import words
from tests.worlds import run
from tracking.ledger import triggers
from tracking.ledger.change_digests import stored_changes
from tracking.ledger.digest import change_digest
from tracking.ledger.seals import make_seal, unsealed
from tracking.models import Baseline, Document, RecordChange, Seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def flour(stopped_clock):
    return build.item("Flour", "batch", "kg", skus=("FLOUR",))


def receipt(number: str) -> Document:
    return build.post("receipt", build.line("FLOUR", 5, batch=f"L-{number}"), number=number)


def rows(page: str) -> list[list[str]]:
    """The cells of the table, as they read; what is for phones alone left out."""
    table = re.search(r'<table class="t seals">(.*?)</table>', page, re.DOTALL)
    if table is None:
        return []
    plain = re.sub(r'<small class="phone.*?</small>', "", table[1], flags=re.DOTALL)
    return [
        [words(cell).replace(" ;", ";") for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", plain, re.DOTALL)[1:]
    ]


def shown(client) -> str:
    return client.get("/seals/").content.decode()


def open_work(client) -> str:
    """What is said of what is not sealed yet."""
    return words(re.search(r'<h1>Seals</h1>\s*<p class="dim">(.*?)</p>', shown(client), re.DOTALL)[1])


def messages(client, answer) -> list[str]:
    page = client.get(answer["Location"]).content.decode()
    return [words(one) for one in re.findall(r'<p class="note (?:ok|warn)">.*?</p>', page, re.DOTALL)]


def test_seal_list_has_each_seal_with_what_it_covers_and_its_head(client, viewer, manager, flour):
    receipt("PO-1")
    before = RecordChange.objects.count()
    first = make_seal(by=None)
    receipt("PO-2")
    receipt("PO-3")
    second = make_seal(by=manager)
    build.partner("Mill")
    third = make_seal(by=manager)
    client.force_login(viewer)
    page = shown(client)
    assert rows(page) == [
        [f"Seal {third.pk}", "23 Nov 2026 12:00", "manager", "No document; 1 change", third.head],
        [f"Seal {second.pk}", "23 Nov 2026 12:00", "manager", "2 documents, from PO-2 to PO-3", second.head],
        [
            f"Seal {first.pk}",
            "23 Nov 2026 12:00",
            "The program",
            f"1 document, PO-1; {before} changes",
            first.head,
        ],
    ]
    for document in Document.objects.all():
        assert f'<a class="nb" href="{document.get_absolute_url()}">{document.number}</a>' in page


def test_seal_list_says_what_is_not_sealed_yet(client, viewer, flour):
    client.force_login(viewer)
    build.location()
    changes = RecordChange.objects.count()
    assert open_work(client) == f"{changes} changes are not sealed yet."
    seal = make_seal(by=None)
    assert open_work(client) == f"Everything is sealed: nothing has been posted or changed since seal {seal.pk}."
    receipt("PO-1")
    assert open_work(client) == f"1 document since seal {seal.pk} is not sealed yet."
    build.partner("Mill")
    assert open_work(client) == f"1 document and 1 change since seal {seal.pk} are not sealed yet."
    receipt("PO-2")
    receipt("PO-3")
    assert open_work(client) == f"3 documents and 1 change since seal {seal.pk} are not sealed yet."
    assert (unsealed().documents, unsealed().changes, unsealed().total) == (3, 1, 4)


def test_seal_list_without_a_seal_says_who_makes_one(client, viewer, manager):
    client.force_login(viewer)
    assert "No seal has been made yet. A manager makes the first one." in words(shown(client))
    client.force_login(manager)
    assert "No seal has been made yet. Make the first one above, or run manage.py seal every day." in words(
        shown(client)
    )


def test_seal_list_says_what_a_seal_is_for_and_how_to_check_one(client, viewer):
    client.force_login(viewer)
    page = words(shown(client))
    assert "So keep heads where nobody who runs this site can reach them" in page
    assert "To check a head that you kept, run manage.py verify --seal HEAD ." in page
    assert "Digests began" not in page


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "Digests began on 23 Nov 2026. The digest of the one older document was made on that day"),
        (3, "Digests began on 23 Nov 2026. The digests of the 3 older documents were made on that day"),
    ],
)
def test_seal_list_says_what_was_there_before_digests(client, viewer, flour, count, said):
    for number in range(count):
        receipt(f"PO-{number}")
    triggers.drop_all(connection)
    last = Document.objects.order_by("-pk").first()
    Baseline.objects.update(last_document=last.pk, made_at=last.recorded_at)
    triggers.create_all(connection)
    receipt("LATER")
    client.force_login(viewer)
    assert said in words(shown(client))


@pytest.mark.parametrize("count", [1, 50])
def test_seal_list_asks_the_same_number_of_queries(client, manager, flour, count, django_assert_num_queries):
    for number in range(count):
        receipt(f"PO-{number}")
        make_seal(by=manager)
    client.force_login(manager)
    # Session, user, permissions (2), seals, their documents, the last seal, what is not sealed (3), the baseline.
    with django_assert_num_queries(11):
        page = client.get("/seals/")
    assert len(page.context["rows"]) == count


def test_seal_list_is_paged(client, viewer, flour):
    for number in range(51):
        build.partner(f"Shop {number:02}")
        make_seal(by=None)
    client.force_login(viewer)
    first = client.get("/seals/")
    second = client.get("/seals/", {"after": first.context["page"].next_cursor})
    found = [row.seal.pk for page in (first, second) for row in page.context["rows"]]
    assert found == list(Seal.objects.order_by("-pk").values_list("pk", flat=True))
    assert (
        client.get("/seals/", headers={"HX-Request": "true"})
        .content.decode()
        .lstrip()
        .startswith('<div id="seal_table">')
    )


def test_seal_new_makes_one_and_shows_its_head(client, manager, flour):
    receipt("PO-1")
    client.force_login(manager)
    assert "Make a seal" in shown(client)
    answer = client.post("/seals/new/")
    seal = Seal.objects.get()
    assert (answer.status_code, answer["Location"], seal.made_by_name) == (302, "/seals/", "manager")
    assert messages(client, answer) == [f"Seal {seal.pk} was made. Keep its head elsewhere: {seal.head}"]
    assert "is in the chain" in run("verify", "--seal", seal.head)
    again = client.post("/seals/new/")
    assert Seal.objects.get() == seal
    assert messages(client, again) == [
        f"Nothing has been posted or changed since seal {seal.pk}, so no new one was made. Its head: {seal.head}"
    ]


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_seals_are_made_by_managers_and_read_by_all(client, request, role):
    client.force_login(request.getfixturevalue(role))
    assert "Make a seal" not in shown(client)
    assert client.post("/seals/new/").status_code == 403
    assert Seal.objects.count() == 0


def test_seals_take_the_permission_to_see_them(client, viewer):
    Group.objects.get(name="Viewer").permissions.remove(
        *Group.objects.get(name="Viewer").permissions.filter(codename__in=["view_seal", "view_recordchange"])
    )
    client.force_login(viewer)
    assert [client.get(address).status_code for address in ("/seals/", "/changes/")] == [403, 403]
    page = html.unescape(client.get("/archives/").content.decode())
    assert 'href="/seals/"' not in page
    assert 'href="/changes/"' not in page


def test_a_head_that_was_kept_finds_even_who_forged_all_the_digests(manager, flour):
    """Who has the database can make every digest and every seal anew, so that no law is broken; but not the old head."""
    receipt("PO-1")
    kept = make_seal(by=None).head
    triggers.drop_all(connection)
    Seal.objects.all().delete()
    last = RecordChange.objects.order_by("-pk").first()
    RecordChange.objects.filter(pk=last.pk).update(reason="Nothing of note")
    (forged,) = [one for one in stored_changes() if one.id == last.pk]
    RecordChange.objects.filter(pk=last.pk).update(digest=change_digest(forged.text))
    triggers.create_all(connection)
    assert make_seal(by=None).head != kept
    assert build.broken() == {}
    with pytest.raises(CommandError, match=f"No seal of this ledger has the head {kept}"):
        run("verify", "--seal", kept)
