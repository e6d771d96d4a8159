"""Pages of posted documents: the list with its filters and drafts, one document, its paper, and its reversal."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from items.models import Item
from katana_trace.lib import days
from tests import build
from tests.build import line, post
from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.drafts.save import save_draft
from tracking.models import Document, Draft, Partner

EIGHT = [
    "receipt", "production", "shipment", "customer_return", "supplier_return", "adjustment", "transfer", "stocktake",
]  # fmt: skip
BOOST = {"HX-Request": "true"}


@pytest.fixture
def bakery(db):
    """Flour becomes bread, which is shipped; one shipment is reversed. In posting order, on days of their own."""
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Country loaf", "batch", skus=("CL-400", "CL-800"))
    build.item("Crate", "serial", skus=("1001",))
    build.item("Salt", unit="kg", skus=("SALT",))
    receipt = [
        line("FLOUR", "1204.5", batch="FL-1", expires="2030-01-31"),
        line("SALT", 3),
        line("1001", 1, serial="C 7"),
    ]
    post("receipt", *receipt, number="PO-1", partner="Hartwell Mill", at=on(1), note="Two pallets")
    made = [line("FLOUR", "-12", batch="FL-1"), line("SALT", "-0.25")]
    made += [line("CL-400", 24, batch="B1"), line("CL-800", 6, batch="B1")]
    post("production", *made, number="MO-1", at=on(2))
    post("transfer", line("CL-400", -4, batch="B1"), line("CL-400", 4, batch="B1", at="Shop"), number="ST-1", at=on(3))
    post("shipment", line("CL-400", -2, batch="B1"), number="SO-1", partner="Mill Lane Deli", at=on(4))
    post("adjustment", line("SALT", "-0.5"), number="SA-1", at=on(5))
    build.reverse(Document.objects.get(number="SO-1"), reason="Wrong customer")


def on(day: int) -> datetime:
    return datetime(2026, 11, day, 8, 30, tzinfo=UTC)


def document(number: str) -> Document:
    return Document.objects.get(number=number)


def numbers(response) -> list[str]:
    return [found.number for found in response.context["page"].rows]


def draft(kind: str, by, *, lines: int = 1, **fields) -> Draft:
    """A draft of receipt lines of flour, saved through its own door."""
    token = uuid4()
    content = DraftContent(
        kind=kind,
        lines=tuple(
            LineContent(section="in", sku="FLOUR", quantity="2", batches=(BatchContent(number=f"D-{n}", quantity="2"),))
            for n in range(lines)
        ),
        **fields,
    )
    save_draft(token=token, content=content, revision=0, by=by)
    return Draft.objects.get(token=token)


# -- the list -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["SO-000002", "SA-1", "SO-1", "ST-1", "MO-1", "PO-1"]),
        ({"kind": "shipment"}, ["SO-000002", "SO-1"]),
        ({"kind": "loan"}, ["SO-000002", "SA-1", "SO-1", "ST-1", "MO-1", "PO-1"]),
        ({"q": "ｓｏ-1"}, ["SO-1"]),
        ({"q": "\0"}, ["SO-000002", "SA-1", "SO-1", "ST-1", "MO-1", "PO-1"]),
        ({"q": "_"}, []),
        ({"status": "posted"}, ["SA-1", "ST-1", "MO-1", "PO-1"]),
        ({"status": "reversed"}, ["SO-1"]),
        ({"status": "reversal"}, ["SO-000002"]),
        ({"partner": "mill lane"}, ["SO-000002", "SO-1"]),
        ({"partner_name": "Hartwell Mill"}, ["PO-1"]),
        ({"partner": "999999"}, []),
        ({"item": "salt"}, ["SA-1", "MO-1", "PO-1"]),
        ({"item": "CL-800"}, ["MO-1"]),
        ({"item_name": "1001"}, ["PO-1"]),
        ({"item": "99999999999999999999"}, ["SO-000002", "SA-1", "SO-1", "ST-1", "MO-1", "PO-1"]),
        ({"number": " b1"}, ["SO-000002", "SO-1", "ST-1", "MO-1"]),
        ({"number": "c  7"}, ["PO-1"]),
        ({"number": "B"}, []),
        ({"since": "2026-11-03", "until": "2026-11-04"}, ["SO-1", "ST-1"]),
        ({"until": "2026-11-01"}, ["PO-1"]),
        ({"kind": "production", "item": "flour", "number": "B1", "since": "2026-11-02"}, ["MO-1"]),
    ],
)
def test_document_list_finds(client, viewer, bakery, query, expected):
    client.force_login(viewer)
    response = client.get("/documents/", query)
    assert response.status_code == 200
    assert numbers(response) == expected


def test_document_list_of_one_item_and_of_one_partner(client, viewer, bakery):
    client.force_login(viewer)
    salt, mill = Item.objects.get(key="salt"), Partner.objects.get(key="hartwell mill")
    of_salt = client.get(f"/documents/?item={salt.pk}")
    assert numbers(of_salt) == ["SA-1", "MO-1", "PO-1"]
    assert f'<input type="hidden" name="item" value="{salt.pk}"' in of_salt.content.decode()
    with_mill = client.get(f"/documents/?partner={mill.pk}")
    assert numbers(with_mill) == ["PO-1"]
    assert "Documents with Hartwell Mill" in with_mill.content.decode()


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"since": "1.11.2026"}, "since", "“1.11.2026” is not a date. Write year-month-day, such as 2026-01-31."),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "until", "1 Nov 2026 is before 2 Nov 2026. Give a day on or after it."),
    ],
)  # fmt: skip
def test_document_list_says_which_day_is_none(client, viewer, bakery, query, field, sentence):
    client.force_login(viewer)
    for headers in ({}, BOOST):
        response = client.get("/documents/", query, headers=headers)
        assert response.status_code == 422
        assert list(response.context["filter"].errors[field]) == [sentence]
        assert sentence in response.content.decode()


def test_document_list_says_what_moved_and_its_status(client, viewer, bakery):
    post(
        "adjustment",
        line("FLOUR", -1, batch="FL-1"),
        line("FLOUR", 1, batch="FL-2", expires="2030-01-31"),
        number="SA-2",
    )
    post("stocktake", number="SC-1")
    post("receipt", *[line(sku, 1, batch="N") for sku in ("FLOUR", "CL-400", "CL-800")], number="PO-2")
    client.force_login(viewer)
    response = client.get("/documents/")
    assert {found.number: words for found, words in response.context["rows"]} == {
        "PO-2": "Country loaf: 1 pcs, +2 more",
        "SC-1": "",
        "SA-2": "Flour: −1 +1 kg",
        "SO-000002": "Country loaf: 2 pcs",
        "SA-1": "Salt: −0.5 kg",
        "SO-1": "Country loaf: 2 pcs",
        "ST-1": "Country loaf: 4 pcs",
        "MO-1": "Country loaf: 24 pcs, +1 more",
        "PO-1": "Crate: 1 pcs, +2 more",
    }
    page = response.content.decode()
    mirror, original = document("SO-000002"), document("SO-1")
    assert f'Reversed by <a href="{mirror.get_absolute_url()}">SO-000002</a>' in page
    assert f'Reverses <a href="{original.get_absolute_url()}">SO-1</a>' in page
    assert "Nothing moved" in page
    assert "4 Nov 2026" in page


@pytest.mark.parametrize("query", [{}, {"item": "flour"}, {"number": "B0"}])
@pytest.mark.parametrize("count", [1, 50])
def test_document_list_asks_the_same_number_of_queries(client, operator, count, query, django_assert_num_queries):
    build.item("Flour", "batch", skus=("FLOUR",))
    for n in range(count):
        post("receipt", *[line("FLOUR", 1, batch=f"B{m}") for m in range(count % 7)], number=f"PO-{n}", by=operator)
        draft("receipt", operator)
    client.force_login(operator)
    with django_assert_num_queries(6 if query else 7):  # session, user, permissions twice, documents, what, drafts
        assert len(numbers(client.get("/documents/", query))) == count


def test_document_list_pages_by_key(client, viewer):
    build.item("Salt", skus=("SALT",))
    for n in range(51):
        post("receipt", line("SALT", 1), number=f"PO-{n}", partner="Mill & Sons")
    client.force_login(viewer)
    query = {"partner_name": "mill & sons"}
    first = client.get("/documents/", query)
    link = re.search(r'href="(/documents/\?[^"]*after=[^"]*)"', first.content.decode())[1].replace("&amp;", "&")
    assert numbers(first) + numbers(client.get(link)) == [f"PO-{n}" for n in reversed(range(51))]
    assert "No posted document matches this." in client.get("/documents/?after=1").content.decode()
    assert len(numbers(client.get("/documents/?after=x"))) == 50


def test_document_list_is_a_fragment_under_htmx(client, operator, bakery):
    client.force_login(operator)
    fragment = client.get("/documents/?kind=shipment", headers=BOOST).content.decode()
    assert fragment.strip().startswith('<div id="document_table"')
    assert 'hx-swap-oob="true"' in fragment  # the button of the head follows the chosen kind
    assert "New shipment" in fragment
    assert "hx-swap-oob" not in client.get("/documents/?kind=shipment").content.decode()


def test_document_list_offers_new_documents_to_who_may_post(client, viewer, operator, bakery):
    def offered(user, query=""):
        client.force_login(user)
        page = client.get(f"/documents/{query}").content.decode()
        return re.findall(r'href="/documents/new/(\w+)/"', page), re.findall(r'class="btn main"[^>]*>', page)

    assert offered(viewer) == ([], [])
    assert offered(operator) == (EIGHT, ['class="btn main">'])
    kinds, filled = offered(operator, "?kind=shipment")
    assert (kinds, len(filled)) == ([*EIGHT, "shipment"], 1)
    assert "/documents/new/shipment/" in filled[0]
    assert offered(operator, "?kind=tracking_on")[0] == EIGHT


def test_document_list_says_what_to_do_first(client, viewer, operator):
    client.force_login(viewer)
    page = client.get("/documents/").content.decode()
    assert "Begin with a receipt of what you have." in page
    assert "Operators and managers post documents." in page
    client.force_login(operator)
    assert '<a class="btn" href="/documents/new/receipt/">New receipt</a>' in client.get("/documents/").content.decode()
    page = client.get("/documents/?kind=shipment").content.decode()
    assert "No shipment is posted yet." in page
    assert '<a class="btn" href="/documents/new/shipment/">New shipment</a>' in page
    assert "No posted document matches this." in client.get("/documents/?q=zz").content.decode()
    assert "There are no drafts." in client.get("/documents/?status=draft").content.decode()


# -- drafts ---------------------------------------------------------------------------------------------------------------


def test_document_list_shows_open_drafts_to_who_may_post(client, viewer, operator, bakery):
    receipt = draft("receipt", operator, lines=3, partner="New mill", day="2026-11-20", number="PO-77")
    other = draft("customer_return", operator)
    client.force_login(operator)
    response = client.get("/documents/")
    assert {(found.kind, found.line_count) for found in response.context["drafts"].rows} == {
        (other.kind, 1), (receipt.kind, 3),
    }  # fmt: skip
    page = response.content.decode()
    for text in (receipt.get_absolute_url(), "PO-77", "New mill", "2026-11-20", "Customer return (draft)"):
        assert text in page
    assert [found.kind for found in client.get("/documents/?kind=receipt").context["drafts"].rows] == ["receipt"]
    assert "drafts" not in client.get("/documents/?q=PO").context
    client.force_login(viewer)
    page = client.get("/documents/").content.decode()
    assert "Open drafts" not in page
    assert 'value="draft"' not in page
    assert client.get("/documents/?status=draft").status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 2),
        ({"kind": "receipt"}, 1),
        ({"q": "po-77"}, 1),
        ({"partner": "new MILL"}, 1),
        ({"item": "flour"}, 2),
        ({"item": "salt"}, 0),
        ({"number": "d-2"}, 1),
        ({"since": "2026-11-20", "until": "2026-11-20"}, 1),
        ({"until": "2026-11-19"}, 0),
        ({"q": "\0"}, 2),
    ],
)
def test_document_list_finds_drafts(client, operator, bakery, query, expected):
    draft("receipt", operator, lines=3, partner="New mill", day="2026-11-20", number="PO-77")
    draft("customer_return", operator)
    client.force_login(operator)
    response = client.get("/documents/", query | {"status": "draft"})
    assert len(response.context["page"].rows) == expected
    assert "rows" not in response.context  # drafts alone


def test_document_list_pages_drafts_the_last_saved_first(client, operator, bakery, monkeypatch):
    start, made = days.now(), []
    for n in range(52):
        monkeypatch.setattr(days, "now", lambda n=n: start + timedelta(seconds=n // 3))  # three in each second
        made.append(draft("receipt", operator))
    expected = [one.token for one in sorted(made, key=lambda one: (one.saved_at, one.token), reverse=True)]
    client.force_login(operator)
    front = client.get("/documents/")
    assert [one.token for one in front.context["drafts"].rows] == expected[:20]
    assert 'href="/documents/?status=draft"' in front.content.decode()
    first = client.get("/documents/?status=draft")
    second = client.get("/documents/", {"status": "draft", "after": first.context["page"].next_cursor})
    assert [one.token for page in (first, second) for one in page.context["page"].rows] == expected
    for cursor in ("x", "WzEsMl0", "WyJhIiwiYiJd", "bnVsbA"):  # none of them is a place
        page = client.get("/documents/", {"status": "draft", "after": cursor}).context["page"]
        assert [one.token for one in page.rows] == expected[:50]


@pytest.mark.parametrize("count", [1, 50])
def test_document_list_of_drafts_asks_the_same_number_of_queries(
    client, operator, bakery, count, django_assert_num_queries
):
    for _ in range(count):
        draft("receipt", operator, partner="Hartwell Mill", lines=count % 7)
    client.force_login(operator)
    with django_assert_num_queries(5):  # session, user, permissions twice, drafts
        assert len(client.get("/documents/?status=draft").context["page"].rows) == count


# -- one document ---------------------------------------------------------------------------------------------------------


def shown(response) -> list[tuple]:
    """Heading, SKU, location, number and quantity of each line shown."""
    return [
        (
            section.title,
            row.variant.sku,
            row.location.name,
            (row.batch or row.serial).number if row.batch or row.serial else "",
            row.moves,
        )
        for section in response.context["sections"]
        for row in section.rows
    ]


def test_document_detail_shows_facts_lines_and_totals(client, viewer, bakery):
    client.force_login(viewer)
    receipt = document("PO-1")
    response = client.get(receipt.get_absolute_url())
    assert sorted(shown(response)) == [
        ("Lines", "1001", "Main", "C 7", 1), ("Lines", "FLOUR", "Main", "FL-1", 1204.5), ("Lines", "SALT", "Main", "", 3),
    ]  # fmt: skip
    page = response.content.decode()
    for text in (
        "Receipt from Hartwell Mill", "1 Nov 2026 08:30", "Two pallets", "The program", "+1,204.5", "expires 31 Jan 2030",
        build.batch("FL-1").get_absolute_url(), build.serial("C 7").get_absolute_url(), f"{receipt.get_absolute_url()}print/",
        f"/documents/?partner={receipt.partner_id}",
    ):  # fmt: skip
        assert text in page
    assert "/reverse/" not in page


def test_document_detail_tells_used_from_made(client, viewer, bakery):
    client.force_login(viewer)
    made = client.get(document("MO-1").get_absolute_url())
    assert {(title, sku, quantity) for title, sku, _, _, quantity in shown(made)} == {
        ("Used", "FLOUR", -12), ("Used", "SALT", -0.25), ("Made", "CL-400", 24), ("Made", "CL-800", 6),
    }  # fmt: skip
    build.reverse(document("ST-1"))
    undone = client.get(build.reverse(document("MO-1")).get_absolute_url())
    assert {(title, sku, quantity) for title, sku, _, _, quantity in shown(undone)} == {
        ("Ingredients put back", "FLOUR", 12), ("Ingredients put back", "SALT", 0.25),
        ("Output taken back", "CL-400", -24), ("Output taken back", "CL-800", -6),
    }  # fmt: skip


def test_document_detail_shows_a_transfer_from_one_place_to_another(client, viewer, bakery):
    client.force_login(viewer)
    response = client.get(document("ST-1").get_absolute_url())
    assert shown(response) == [("Lines", "CL-400", "Shop", "B1", 4)]
    assert "Main → Shop" in response.content.decode()
    both = post(
        "transfer",
        line("CL-400", -1, batch="B1"), line("CL-400", 1, batch="B1", at="Cold room"),
        line("CL-800", -1, batch="B1"), line("CL-800", 1, batch="B1", at="Shop"),
        line("FLOUR", 1, batch="FL-1", at="Shop"), line("FLOUR", -1, batch="FL-1"),
    )  # fmt: skip
    assert len(shown(client.get(both.get_absolute_url()))) == 3
    back = post(
        "transfer",
        line("CL-400", -1, batch="B1", at="Cold room"), line("CL-400", 1, batch="B1"),
        line("CL-800", -1, batch="B1", at="Shop"), line("CL-800", 1, batch="B1"),
    )  # fmt: skip
    assert [quantity for *_, quantity in shown(client.get(back.get_absolute_url()))] == [-1, -1, 1, 1]


def test_document_detail_links_original_and_mirror(client, manager, bakery):
    client.force_login(manager)
    original, mirror = document("SO-1"), document("SO-000002")
    page = client.get(original.get_absolute_url()).content.decode()
    assert f'href="{mirror.get_absolute_url()}"' in page
    assert "Wrong customer" in page
    page = client.get(mirror.get_absolute_url()).content.decode()
    assert f'href="{original.get_absolute_url()}"' in page
    assert "Shipment to Mill Lane Deli, reverses SO-1" in page


def test_document_detail_offers_reversal_where_it_is_possible(client, operator, manager, bakery):
    build.switch_on(Item.objects.get(key="salt"), "batch", manager)
    system = Document.objects.get(kind="tracking_on")

    def offered(user) -> list[str]:
        client.force_login(user)
        found = [document(number) for number in ("PO-1", "SO-1", "SO-000002", system.number)]
        return [one.number for one in found if "/reverse/" in client.get(one.get_absolute_url()).content.decode()]

    assert offered(operator) == []
    assert offered(manager) == ["PO-1"]
    assert client.get(system.get_absolute_url()).status_code == 200
    assert client.get(f"{system.get_absolute_url()}print/").status_code == 200
    assert "Switch tracking again instead." in client.get(f"{system.get_absolute_url()}reverse/").content.decode()


def test_document_detail_of_a_count_that_agreed(client, viewer, bakery):
    client.force_login(viewer)
    counted = post("stocktake")
    for address in (counted.get_absolute_url(), f"{counted.get_absolute_url()}print/"):
        assert "The count agreed with the books, so nothing moved." in client.get(address).content.decode()
    assert client.get("/documents/999999/").status_code == 404


@pytest.mark.parametrize("count", [1, 50])
def test_document_detail_asks_the_same_number_of_queries(client, viewer, count, django_assert_num_queries):
    for n in range(count):
        build.item(f"Flour {n}", "batch", skus=(f"FLOUR{n}",))
    receipt = post("receipt", *[line(f"FLOUR{n}", 1, batch="B", at=f"Place {n}") for n in range(count)], partner="Mill")
    client.force_login(viewer)
    with django_assert_num_queries(7):  # session, user, document, lines, totals, permissions of user and groups
        assert len(shown(client.get(receipt.get_absolute_url()))) == count
    with django_assert_num_queries(6):  # session, user, permissions (2), document, lines
        client.get(f"{receipt.get_absolute_url()}print/")


def test_document_detail_and_print_hold_ten_thousand_serial_numbers(client, viewer):
    build.item("Pump", "serial", skus=("PUMP",))
    expected = [f"P{n:05}" for n in range(10_000)]
    one = line("PUMP", 1)
    receipt = post("receipt", *[replace(one, serial_number=serial) for serial in expected], partner="Pump works")
    client.force_login(viewer)
    page = client.get(receipt.get_absolute_url())
    assert len(page.content) < 200_000
    assert "10,000" in page.content.decode()
    second = client.get(receipt.get_absolute_url(), {"after": page.context["page"].next_cursor})
    assert [number for *_, number, _ in shown(page)] + [number for *_, number, _ in shown(second)] == expected[:100]
    paper = client.get(f"{receipt.get_absolute_url()}print/").content.decode()
    assert re.findall(r"<li>(P\d+)</li>", paper) == expected
    assert "+10,000 pcs" in paper


def test_document_print_groups_and_counts_what_has_no_number(client, viewer, bakery):
    Partner.objects.filter(key="hartwell mill").update(address="1 Mill Lane\nHartwell")
    receipt = post(
        "receipt",
        line("1001", 1, serial="C 9"), line("1001", 1, serial="C 8"), line("1001", 2),
        line("FLOUR", 1, batch="FL-1"), line("FLOUR", 2, batch="FL-1", at="Shop"), line("FLOUR", 3, batch="FL-2"),
        partner="Hartwell Mill",
    )  # fmt: skip
    client.force_login(viewer)
    response = client.get(f"{receipt.get_absolute_url()}print/")
    (section,) = response.context["sections"]
    assert sorted((g.sku, g.location, g.batch, g.quantity, [n for _, n in g.serials]) for g in section.rows) == [
        ("1001", "Main", "", 4, ["C 8", "C 9"]),
        ("FLOUR", "Main", "FL-1", 1, []), ("FLOUR", "Main", "FL-2", 3, []), ("FLOUR", "Shop", "FL-1", 2, []),
    ]  # fmt: skip
    paper = response.content.decode()
    assert "2 pcs without a serial number" in paper
    assert "1 Mill Lane<br>Hartwell" in paper
    assert "The program" in paper
    made = client.get(f"{document('MO-1').get_absolute_url()}print/")
    assert [section.title for section in made.context["sections"]] == ["Used", "Made"]
    moved = client.get(f"{document('ST-1').get_absolute_url()}print/")
    assert [(g.location, g.quantity) for g in moved.context["sections"][0].rows] == [("Shop", 4)]


# -- reversing ------------------------------------------------------------------------------------------------------------


def typed(reason: str = "Entered twice") -> dict[str, str]:
    return {"reason": reason, "token": str(uuid4())}


def test_document_reverse_shows_what_it_will_do(client, manager, bakery):
    client.force_login(manager)
    page = client.get(f"{document('MO-1').get_absolute_url()}reverse/")
    assert {(title, sku, quantity) for title, sku, _, _, quantity in shown(page)} == {
        ("Ingredients put back", "FLOUR", 12), ("Ingredients put back", "SALT", 0.25),
        ("Output taken back", "CL-400", -24), ("Output taken back", "CL-800", -6),
    }  # fmt: skip
    assert Document.objects.count() == 6
    token = re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]
    assert token != re.search(r'name="token" value="([^"]+)"', client.get(page.wsgi_request.path).content.decode())[1]


def test_document_reverse_posts_the_mirror_once(client, manager, bakery):
    client.force_login(manager)
    original, data = document("SA-1"), typed()
    first = client.post(f"{original.get_absolute_url()}reverse/", data, follow=True)
    again = client.post(f"{original.get_absolute_url()}reverse/", data)
    mirror = Document.objects.get(reverses=original)
    assert (mirror.note, mirror.posted_by, mirror.posted_on) == ("Entered twice", manager, days.today())
    assert first.redirect_chain == [(mirror.get_absolute_url(), 302)]
    assert "SA-1 was reversed by SA-000002." in first.content.decode()
    assert (again.status_code, again["Location"]) == (302, mirror.get_absolute_url())
    assert build.stock()["SALT", "Main", ""] == "2.75"
    assert build.broken() == {}


def test_document_reverse_is_refused_twice_and_for_a_mirror(client, manager, bakery):
    client.force_login(manager)
    for number, sentence in {
        "SO-1": "Shipment SO-1 was reversed already, by SO-000002. There is nothing left to reverse.",
        "SO-000002": "Shipment SO-000002 is itself a reversal, and a reversal is not reversed. Post a new shipment instead.",
    }.items():
        address = f"{document(number).get_absolute_url()}reverse/"
        assert '<form class="pad"' not in client.get(address).content.decode()
        response = client.post(address, typed())
        assert response.status_code == 422
        assert list(response.context["form"].non_field_errors()) == [sentence]
    assert Document.objects.count() == 6


def test_document_reverse_needs_a_reason(client, manager, bakery):
    client.force_login(manager)
    address = f"{document('SA-1').get_absolute_url()}reverse/"
    for reason, part in ((" ", "Say why this is reversed"), ("x" * 201, "200"), ("a\0b", "null")):
        response = client.post(address, typed(reason))
        assert response.status_code == 422
        assert part.lower() in " ".join(response.context["form"].errors["reason"]).lower()
    assert client.post(address, {"reason": "Twice", "token": "x"}).status_code == 422
    assert Document.objects.count() == 6


def test_document_reverse_leads_to_what_used_the_goods(client, manager, bakery):
    client.force_login(manager)
    response = client.post(f"{document('PO-1').get_absolute_url()}reverse/", typed())
    assert response.status_code == 422
    (sentence,) = response.context["form"].non_field_errors()
    assert sentence.endswith("They were taken by SA-1, MO-1; reverse that first.")
    assert response.context["taken_by"] == [(document(n).pk, n) for n in ("SA-1", "MO-1")]
    page = response.content.decode()
    for number in ("SA-1", "MO-1"):
        assert f'<a href="{document(number).get_absolute_url()}">{number}</a>' in page
    assert 'value="Entered twice"' in page


def test_document_reverse_does_not_take_a_token_for_another_document(client, manager, bakery):
    client.force_login(manager)
    data = typed()
    client.post(f"{document('SA-1').get_absolute_url()}reverse/", data)
    response = client.post(f"{document('ST-1').get_absolute_url()}reverse/", data)
    assert response.status_code == 422
    assert list(response.context["form"].non_field_errors()) == [
        "This form has posted SA-000002 already. Open the page again to reverse this one."
    ]
    assert not Document.objects.filter(reverses__number="ST-1").exists()


def test_document_reverse_is_for_managers(client, viewer, operator, bakery):
    address = f"{document('SA-1').get_absolute_url()}reverse/"
    for user in (viewer, operator):
        client.force_login(user)
        assert client.get(address).status_code == 403
        assert client.post(address, typed()).status_code == 403
    assert Document.objects.count() == 6


# -- links from elsewhere -------------------------------------------------------------------------------------------------


def test_batch_serial_and_item_pages_link_their_documents(client, viewer, bakery):
    client.force_login(viewer)
    link = f'href="{document("PO-1").get_absolute_url()}"'
    flour = Item.objects.get(key="flour")
    for address in (
        build.batch("FL-1").get_absolute_url(),
        build.serial("C 7").get_absolute_url(),
        flour.get_absolute_url(),
    ):
        assert link in client.get(address).content.decode()
