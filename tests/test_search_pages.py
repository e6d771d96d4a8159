"""The search field of every page: one hit opens, several are listed, a scanned code is read like a typed one."""

from __future__ import annotations

import random
import re
import time
from urllib.parse import quote

import pytest

from items.models import Item, Variant
from katana_trace.lib import days
from tests import build
from tests.build import ahead, item, line, partner, post
from tests.importing import words
from tests.test_scan import READ
from tracking.labels.label import label_of
from tracking.labels.wanted import facts_of_batch
from tracking.models import Document
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db

GTIN = "9506000134352"


@pytest.fixture
def flour(db):
    made = item("Flour", "batch", unit="sack", skus=("FLOUR", "FLOUR-1"), kind="material")
    Variant.objects.filter(sku="FLOUR").update(gtin=GTIN)
    post(
        "receipt",
        line("FLOUR", 12, batch="ABC", expires=ahead(90)),
        line("FLOUR-1", 5, batch="ABD"),
        partner="Northmill",
    )
    return made


@pytest.fixture
def pump(db):
    made = item("Pump", "serial", skus=("PUMP",))
    Variant.objects.filter(sku="PUMP").update(gtin="04006381333931")
    post("receipt", line("PUMP", 1, serial="000417"), line("PUMP", 1, serial="000418"))
    return made


def opened(client, text: str) -> str:
    """Where the search leads at once."""
    answer = client.get("/search/", {"q": text})
    assert answer.status_code == 302, words(answer.content.decode())
    return answer["Location"]


def listed(client, text: str) -> list[str]:
    """The rows of all sections, as words."""
    answer = client.get("/search/", {"q": text})
    assert answer.status_code == 200
    bodies = re.findall(r"<tbody>(.*?)</tbody>", answer.content.decode(), re.DOTALL)
    return [words(row) for body in bodies for row in body.split("<tr>")[1:]]


def said(client, text: str) -> str:
    return words(client.get("/search/", {"q": text}).content.decode().split("<main", 1)[1])


def test_search_is_on_every_page(as_operator):
    for address in ("/", "/items/", "/documents/", "/search/"):
        html = as_operator.get(address).content.decode()
        assert '<form class="scan" role="search" action="/search/">' in html
        assert "Search or scan a code" in html


def test_one_hit_opens(as_operator, flour, pump):
    document = Document.objects.get(number="PO-000001")
    card = f"/items/{flour.pk}/"
    for text, address in {
        "FLOUR": card,
        " flour ": card,
        "flour-1": card,
        GTIN: card,
        f"0{GTIN}": card,
        "ABC": build.batch("ABC").get_absolute_url(),
        "abd": build.batch("ABD").get_absolute_url(),
        "FLOUR ABC": build.batch("ABC").get_absolute_url(),
        "000417": build.serial("000417").get_absolute_url(),
        "PO-000001": document.get_absolute_url(),
        "po-000002": Document.objects.get(number="PO-000002").get_absolute_url(),
        "Northmill": f"/documents/?partner={partner('Northmill').pk}",
        "northm": f"/documents/?partner={partner('Northmill').pk}",
        "Main": f"/stock/?location={build.location('Main').pk}",
    }.items():
        assert opened(as_operator, text) == address, text


def test_several_hits_are_listed_with_what_tells_them_apart(as_operator, manager, flour, pump):
    post("receipt", line("FLOUR-1", 5, batch="ABC"), number="ABC")
    hold(records=[build.batch("ABD")], by=manager, reason="The laboratory looks at it")
    assert [row.split(" ")[0:2] for row in listed(as_operator, "abc")] == [
        ["ABC", "FLOUR"],
        ["ABC", "FLOUR-1"],
        ["ABC", "Receipt,"],
    ]
    begun = listed(as_operator, "00041")
    assert begun == ["000417 PUMP Pump", "000418 PUMP Pump"]
    assert opened(as_operator, "FLO") == f"/items/{flour.pk}/"  # two variants, and one card


def test_what_is_archived_is_found_and_marked(as_operator, flour):
    Item.objects.filter(pk=flour.pk).update(archived_at=build.now())
    assert opened(as_operator, "FLOUR-1") == f"/items/{flour.pk}/"
    item("Flour of rye", skus=("RYE",))
    assert [row for row in listed(as_operator, "flou") if "Archived" in row] == [
        "Flour FLOUR GTIN 9506000134352 Archived",
        "Flour FLOUR-1 Archived",
    ]


def test_nothing_found_says_so(as_operator):
    assert "Nothing here is called “nowhere”." in said(as_operator, "nowhere")
    assert "Type or scan" in said(as_operator, "")
    assert "Type or scan" in said(as_operator, "\0 \x07")


@pytest.mark.parametrize(("text", "code"), READ)
def test_published_codes_lead_to_their_lot(as_operator, text, code):
    """Each code that test_scan reads, in the search field, over goods that bear it."""
    lots = {"batch": code.batch_number, "serial": code.serial_number}
    mode = "serial" if code.serial_number else "batch" if code.batch_number else "none"
    item("Goods", mode, skus=("GOODS",), unit="pcs")
    Variant.objects.update(gtin=code.gtin.lstrip("0").zfill(13) if code.gtin else "")
    number = lots.get(mode) or code.text
    if code.form == "label":
        Item.objects.update(name="Goods")
        item("Others", "batch", skus=("OTHERS",))
        post("receipt", line("OTHERS", 1, batch=code.text))
        assert opened(as_operator, text) == build.batch(code.text).get_absolute_url()
        return
    if mode == "none":
        assert opened(as_operator, text) == Item.objects.get().get_absolute_url()
        return
    unknown = said(as_operator, text)
    assert f"has no {'serial number' if mode == 'serial' else 'batch'} of this number yet" in unknown
    expires = code.usable_until.isoformat() if code.usable_until and mode == "batch" else None
    post("receipt", line("GOODS", 1, **{mode: number}, expires=expires))
    record = build.serial(number) if mode == "serial" else build.batch(number)
    assert opened(as_operator, text) == record.get_absolute_url()


def test_a_code_of_an_unknown_batch_offers_to_receive_it(as_operator, flour):
    code = f"010{GTIN}17270131103700\x1d10NEW-7".replace("1037", "\x1d37")
    code = f"010{GTIN}1727013137" + "12\x1d10NEW-7"
    page = as_operator.get("/search/", {"q": code})
    assert page.status_code == 200
    text = words(page.content.decode())
    assert "New batch NEW-7" in text
    assert "Expires 31 Jan 2027" in text
    html = page.content.decode()
    address = f"/documents/new/receipt/?sku={quote(code, safe='')}"
    assert address in html
    form = as_operator.get(address)
    assert form.status_code == 200
    first = form.context["page"].draft.content.lines[0]
    assert (first.sku, first.quantity) == ("FLOUR", "12")
    assert [(one.number, one.expires_on, one.quantity) for one in first.batches] == [("NEW-7", "2027-01-31", "12")]


def test_a_viewer_is_not_offered_what_only_an_operator_may(client, viewer, flour):
    client.force_login(viewer)
    page = client.get("/search/", {"q": f"(01)0{GTIN}(10)NEW-7"}).content.decode()
    assert "New batch" in page
    assert "Receive it" not in page


def test_a_label_that_says_another_expiry_than_the_books_is_not_passed_over(as_operator, flour):
    page = said(as_operator, f"(01)0{GTIN}(17)270131(10)ABC")
    assert f"The label of batch ABC says 2027-01-31; here it expires on {ahead(90)}." in page
    assert "ABC FLOUR Flour" in page


def test_a_gtin_that_nobody_has_says_what_to_do(as_operator, flour):
    page = said(as_operator, "(01)04006381333931(10)ABC")
    assert "No variant has the GTIN 04006381333931. Give it to a variant, on the edit page of its item" in page


def test_a_number_that_looks_like_a_code_is_found_as_a_number(as_operator, flour):
    post(
        "receipt",
        line("FLOUR", 1, batch="4006381333931"),
        line("FLOUR", 1, batch="10ABC"),
        line("FLOUR", 1, batch="(10)X"),
    )
    for number in ("4006381333931", "10ABC", "(10)X", "]C04006381333931"):
        record = build.batch(number.removeprefix("]C0"))
        assert opened(as_operator, number) == record.get_absolute_url()
    post("receipt", line("FLOUR", 1, batch="0120250100000019"), line("FLOUR", 1, batch=f"010{GTIN}"))
    assert opened(as_operator, "0120250100000019") == build.batch("0120250100000019").get_absolute_url()
    assert listed(as_operator, f"010{GTIN}") == [f"010{GTIN} FLOUR Flour", f"Flour FLOUR GTIN {GTIN}"]


def test_words_with_an_accent_are_no_codes(as_operator):
    made = item("Crème fraîche", skus=("CREME",))
    assert opened(as_operator, "Crème fraîche") == made.get_absolute_url()


def test_a_best_before_date_that_differs_is_not_passed_over(as_operator, flour):
    assert "The label of batch ABC says 2027-01-31;" in said(as_operator, f"(01)0{GTIN}(15)270131(10)ABC")


def test_a_code_that_is_wrong_says_what(as_operator, flour):
    assert "has a wrong check digit" in said(as_operator, "(01)09506000134353(10)ABC")
    assert "cannot be read as a GS1 code to its end" in said(as_operator, "010950600013435210" + "A" * 25)


def test_a_label_with_two_batch_numbers_leads_to_neither(as_operator, flour):
    for code in (f"(01)0{GTIN}(10)F-1(10)F-2", f"https://id.gs1.org/01/{GTIN}/10/F-1?10=F-2"):
        answer = as_operator.get("/search/", {"q": code})
        assert answer.status_code == 200
        assert "The code has different batch numbers, F-1 and F-2, but GS1 allows only one." in answer.content.decode()
    answer = as_operator.get(f"/01/{GTIN}/10/F-1?10=F-2", follow=True)
    assert "The code has different batch numbers, F-1 and F-2, but GS1 allows only one." in answer.content.decode()


def test_a_text_longer_than_any_name_finds_nothing_and_says_so(as_operator, flour):
    begun = time.process_time()
    for text in ("Flour " * 100, "F-1" + " x" * 300, "\u0316\u0301" * 1500):
        page = as_operator.get("/search/", {"q": text}).content.decode()
        assert f"The text has {len(text.strip()):,} characters, and no name or number has more than 120." in page
        assert "FLOUR" not in page
    assert time.process_time() - begun < 5


def test_the_address_on_our_label_leads_to_its_lot(as_operator, client, flour, pump):
    for address, record in {
        f"/01/0{GTIN}/10/ABC": build.batch("ABC"),
        f"/01/0{GTIN}/10/ABC?17=991231": None,
        "/01/04006381333931/21/000417": build.serial("000417"),
    }.items():
        answer = as_operator.get(address, follow=True)
        assert answer.status_code == 200
        if record is None:
            assert "The label of batch ABC says" in words(answer.content.decode())
        else:
            assert answer.redirect_chain[-1][0] == record.get_absolute_url()
    client.logout()
    assert client.get(f"/01/0{GTIN}/10/ABC")["Location"].startswith("/accounts/login/")


def test_search_costs_the_same_for_1_and_for_50(as_operator, django_assert_num_queries):
    made = item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", *[line("FLOUR", 1, batch=f"LOT-{number:02}") for number in range(2)], number="LOT-X")
    with django_assert_num_queries(15):
        assert len(listed(as_operator, "LOT-")) == 3
    post("receipt", *[line("FLOUR", 1, batch=f"LOT-{number:02}") for number in range(2, 52)], number="LOT-Y")
    for number in range(50):
        Variant.objects.create(item=made, sku=f"LOT-SKU-{number:02}")
        build.location(f"Lot-place {number}")
    with django_assert_num_queries(15):
        assert len(listed(as_operator, "LOT-")) == 10 + 10 + 2 + 10


def test_nothing_that_is_searched_for_hurts(as_operator, flour, pump):
    """Mutated codes and texts in the field, each by its seed: a page or a redirect."""
    good = [text for text, _ in READ] + ["FLOUR", "ABC", "000417", "Northmill", "%", "_", "'", '"', "\\"]
    odd = ["\x1d", "\0", "(", ")", "%", "%ff", "9" * 20, "é", "\ud800", "\u202e", "/", "?", "&", "\n", "ﬃ", "🍞"]
    for seed in range(300):
        chance = random.Random(seed)
        text = chance.choice(good)
        for _ in range(chance.choice([1, 3])):
            place = chance.randrange(len(text) + 1)
            text = text[:place] + chance.choice(odd) + text[place + chance.choice([0, 1]) :]
        answer = as_operator.get("/search/?q=" + quote(text.encode("utf-8", "surrogatepass")))
        assert answer.status_code in (200, 302), seed


@pytest.mark.parametrize(
    "number",
    [
        "F-1", "A/1", "A//1", "/A", "A/", "a/21/b", "10/2026-11", ".", "..", "A/..", "...", "%2F", "100%", "A?b", "A;b", "A&b=c",
        "a'b\"c", "(10)X", "<b>", "A+B", "A:B,C", "F 1", "Ä/ß", "x" * 20, "x" * 64,
    ],
)  # fmt: skip
@pytest.mark.parametrize("gtin", ["", GTIN])
def test_the_address_on_a_label_of_ours_opens_its_batch(as_operator, number, gtin):
    item("Flour", "batch", skus=("FLOUR",))
    Variant.objects.update(gtin=gtin)
    post("receipt", line("FLOUR", 1, batch=number, expires="2031-01-31"), line("FLOUR", 1, batch="other"))
    batch = build.batch(number)
    encoded = label_of(facts_of_batch(batch), site="http://testserver/", today=days.today()).encoded
    scanned = as_operator.get(encoded.removeprefix("http://testserver"), follow=True)  # by a phone
    assert scanned.redirect_chain[-1][0] == batch.get_absolute_url()
    typed = as_operator.get("/search/", {"q": encoded}, follow=True)  # by a scanner, into the field
    assert typed.redirect_chain[-1][0] == batch.get_absolute_url()


def test_the_address_of_a_batch_with_a_slash_that_is_not_there_offers_its_receipt(as_operator, flour):
    shown = as_operator.get(f"/01/0{GTIN}/10/10%2F2026-11?17=310131", follow=True)
    assert "10/2026-11" in words(shown.content.decode())
    assert "cannot be read" not in words(shown.content.decode())


def test_a_digital_link_of_others_with_several_elements_is_read_element_by_element(as_operator, flour):
    answer = as_operator.get(f"/01/0{GTIN}/10/ABC/21/77", follow=True)
    assert answer.redirect_chain[-1][0] == build.batch("ABC").get_absolute_url()
