"""Every page, held against the rules of axe: in light and in dark, on a desk and on a phone, and nothing is wider than it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve

from items.models import Item, Variant
from items.recipes import Ingredient, save_recipe
from katana_trace.lib import days
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import MILLION
from tests import build
from tests.browser import log_in, page_of, settled
from tests.build import line, post
from tests.conftest import user_in
from tests.route_table import SITE
from tests.sheet import Sheet
from tracking.ledger.seals import make_seal
from tracking.models import Archive, Document, Draft, Location, Partner
from tracking.records.hold import hold
from tracking.records.places import archive_location

pytestmark = [pytest.mark.browser]

WIDTHS = {1280: 900, 390: 844}
COLOURS = ["color-contrast", "link-in-text-block"]  # the default rules that look at colours

Shown = tuple[str, Callable | None]  # an address, and what is done there before axe looks


@pytest.fixture
def company(committed_db, manager, client) -> None:
    """A bakery with something of everything: each tracking, held and expired batches, a recipe, drafts of each kind."""
    today = days.today()
    flour = build.item(
        "Flour", unit="kg", skus=("FLOUR", "FLOUR-25"), shelf_life_days=180, number_pattern="F{yy}-{n:02}"
    )
    build.item("Bread", "batch", skus=("BREAD",), shelf_life_days=5)
    build.item("Oven", "serial", skus=("OVEN",), number_pattern="S{n:04}")
    build.item("Bag", skus=("BAG",))
    Variant.objects.filter(sku="FLOUR").update(gtin="4006381333931")
    sugar = build.item("Sugar", "batch", unit="kg", skus=("SUGAR",))
    post("receipt", line("FLOUR", 40), line("FLOUR-25", 25, at="Shop"), line("BAG", 500), partner="Northmill")
    build.switch_on(flour, "batch", manager)
    post("receipt", line("FLOUR", 10, batch="OLD", expires=day(today, -1)), line("FLOUR", 12, batch="LATE"))
    post("receipt", line("FLOUR", 9, batch="SOON", expires=day(today, 9)), line("FLOUR", 8, batch="HELD"))
    hold(records=[build.batch("HELD")], by=manager, reason="The laboratory looks at it")
    post("production", line("BREAD", 30, batch="B1", expires=day(today, 5)), line("FLOUR", -3, batch="SOON"))
    post("receipt", line("OVEN", 2), *[line("OVEN", 1, serial=f"A{number}") for number in range(9)])
    post("shipment", line("OVEN", -1, serial="A7"), line("BREAD", -10, batch="B1"), partner="Café Blau")
    build.reverse(post("shipment", line("BREAD", -5, batch="B1"), partner="Café Blau"), by=manager)
    post("receipt", line("SUGAR", 5, batch="X1"))
    build.switch_off(sugar, manager)
    archive_location(location=build.location("Attic"), by=manager)
    bread, ingredient = (Variant.objects.get(key=key) for key in ("bread", "flour"))
    save_recipe(variant=bread, quantity=10 * MILLION, lines=[Ingredient(ingredient, 6 * MILLION)], by=None)
    make_seal(by=manager)
    client.force_login(manager)
    write_drafts(client)


def day(today: date, ahead: int) -> str:
    return (today + timedelta(days=ahead)).isoformat()


def write_drafts(client) -> None:
    """One of each kind, with lines of each tracking; each posts, or says what is missing."""
    main, shop = build.location("Main").pk, build.location("Shop").pk
    lines = {
        "receipt": {"FLOUR": "25", "OVEN": "6", "BAG": "10"},
        "shipment": {"FLOUR": "20", "OVEN": "2", "BAG": "10"},
        "customer_return": {"BREAD": "2", "OVEN": "1"},
        "supplier_return": {"FLOUR": "2", "OVEN": "1"},
        "adjustment": {"FLOUR": "2", "BAG": "7"},
        "transfer": {"FLOUR": "200", "OVEN": "1"},
        "stocktake": {"FLOUR": "", "OVEN": "3", "BAG": "490"},
    }
    for kind, wanted in lines.items():
        page = Sheet.new(client, kind).fill(location=main)
        if kind == "transfer":
            page.fill(to_location=shop)
        for place, (sku, quantity) in enumerate(wanted.items()):
            if place:
                section = next(button for button in page.form.buttons if button.startswith("add-"))
                page = page.press(section)
            lines_before = [number for name, number in page.form.fields if name == "line"]
            empty = next(number for number in lines_before if not page.value(f"sku-{number}"))
            page = page.fill(**{f"sku-{empty}": sku, f"quantity-{empty}": quantity}).press("save")
    page = Sheet.new(client, "production", sku="BREAD", quantity="30").fill(location=main).press("save")
    page.fill(number_0_0="B2").press("fill")
    page = Sheet.of(client, Draft.objects.get(kind="receipt"))
    oven = next(number for name, number in page.form.fields if name == "line" and page.value(f"sku-{number}") == "OVEN")
    page.fill(**{f"scan-{oven}": "B1\nB2\nB2\nA1"}).press(f"serials-{oven}")


def shown() -> Iterator[Shown]:
    """The pages of a manager: those that are only read, then those with something typed."""
    for address in [
        "/",
        "/stock/?expiry=next-weeks",
        "/batches/?expiry=expired",
        "/items/?q=o",
        "/items/?q=nothing",
        "/items/new/",
        "/stock/",
        "/batches/",
        "/serials/",
        "/assign/",
        "/fsma/",
        "/fsma/?since=2020-01-01",
        "/fsma/?q=nothing",
        "/documents/",
        "/documents/?status=draft",
        "/locations/",
        "/locations/new/",
        "/partners/",
        "/partners/new/",
        "/archives/",
        "/seals/",
        "/logins/",
        "/accounts/sessions/",
        "/changes/",
        "/changes/?first=1",
        "/changes/?q=nothing",
        "/trace/",
        "/import/",
        "/search/?q=flo",
        "/search/?q=nothing",
        "/search/?q=(01)04006381333931(17)270131(10)NEW",
        "/trace/?q=flour",
        "/trace/?q=nothing",
        "/accounts/password/",
        "/accounts/password/done/",
    ]:
        yield address, None
    flour, oven = Item.objects.get(key="flour"), Item.objects.get(key="oven")
    archive = Archive.objects.get()
    document = Document.objects.filter(kind="shipment").first()
    bread = Variant.objects.get(key="bread")
    for address in (
        *[item.get_absolute_url() for item in (flour, oven, Item.objects.get(key="sugar"))],
        *[f"/items/{item.pk}/assign/" for item in (flour, oven)],
        f"/items/{flour.pk}/edit/",
        f"/items/{flour.pk}/variants/new/",
        f"/items/{flour.pk}/tracking/?to=none",
        f"/variants/{bread.pk}/edit/",
        f"/variants/{bread.pk}/recipe/",
        build.batch("HELD").get_absolute_url(),
        f"{build.batch('SOON').get_absolute_url()}edit/",
        *[f"{build.batch(number).get_absolute_url()}hold/" for number in ("HELD", "SOON")],
        build.serial("A7").get_absolute_url(),
        f"{build.serial('A7').get_absolute_url()}hold/",
        *[f"/trace/batch/{build.batch(number).pk}/" for number in ("SOON", "B1")],
        f"/trace/batch/{build.batch('SOON').pk}/?as_of=2001-01-01",
        f"/trace/serial/{build.serial('A7').pk}/",
        *[one.get_absolute_url() for one in Document.objects.filter(kind="shipment")[:2]],
        f"{document.get_absolute_url()}print/",
        f"{document.get_absolute_url()}reverse/",
        f"/labels/?document={document.pk}&batch={build.batch('HELD').pk}&size=a4-24",
        f"/locations/{Location.objects.get(key=key_of('Attic')).pk}/edit/",
        f"/partners/{Partner.objects.get(key=key_of('Northmill')).pk}/edit/",
        archive.get_absolute_url(),
        f"{archive.get_absolute_url()}restore/",
    ):
        yield address, None
    yield "/stock/", open_rows
    for draft in Draft.objects.order_by("kind"):
        yield draft.get_absolute_url(), None
    refused = Draft.objects.get(kind="transfer")
    yield refused.get_absolute_url(), refuse_post
    for kind in ("receipt", "shipment"):
        counted = Draft.objects.get(kind=kind).lines.get(sku="OVEN")
        yield f"{counted.draft.get_absolute_url()}lines/{counted.pk}/", None
    yield f"{counted.draft.get_absolute_url()}delete/", None
    yield "/documents/new/receipt/", refuse_serials
    yield "/import/", import_refused
    yield "/import/", import_mapping
    yield "/import/", import_done
    yield "/items/new/", lambda page: page.click("button:has-text('Create item')")


def open_rows(page) -> None:
    """Opens a row of batches and one of serial numbers."""
    for sku in ("FLOUR", "OVEN"):
        page.click(f"tr:has(th:has-text('{sku}')) a[aria-expanded=false] >> nth=0")
        page.wait_for_selector("tr.opened")


def refuse_post(page) -> None:
    page.click("button:has-text('Post')")
    page.wait_for_selector("#draft_findings")


def import_refused(page) -> None:
    """A file with rows that are new and rows that are refused."""
    upload(page, "locations", "location,phone\nHarbour,1\nHarbour,2\n")
    page.wait_for_selector("#import_table")


def import_done(page) -> None:
    """A file that was imported, and what is said of it."""
    upload(page, "locations", "location\nHarbour\n")
    page.click("button:has-text('Import all of it')")
    page.wait_for_selector("main:has-text('Imported on')")


def import_mapping(page) -> None:
    """A file whose columns are to be chosen."""
    upload(page, "stock", "Item code;Warehouse;Lot;Expiry;Qty\nFLOUR;Main;X;31.01.2027;1,5\n")
    page.wait_for_selector(".mapping")


def upload(page, kind: str, text: str) -> None:
    page.select_option("[name=kind]", kind)
    page.set_input_files("[name=file]", {"name": "file.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.click("main button[type=submit]")


def refuse_serials(page) -> None:
    """A line of serial numbers of which some do not fit."""
    page.select_option("#id_location", label="Main")
    page.fill("[name^=sku-]", "OVEN")
    page.fill("[name^=quantity-]", "6")
    page.press("[name^=quantity-]", "Enter")
    settled(page)
    page.fill("[name^=scan-]", "B1\nB1\nA1")
    page.click("button:has-text('Add numbers')")
    page.wait_for_selector("li:has-text('A1')")


# Files, fragments of pages, and what leads on: nothing that a person looks at as a page.
NO_PAGES = {
    "healthz",
    "items:pattern_preview",
    "items:variant_find",
    "items:variant_meant",
    "tracking:partner_find",
    "tracking:item_history",
    "tracking:label_css",
    "tracking:import_template",
    "tracking:import_outcome",
    "tracking:archive_download",
    "tracking:trace_batch_csv",
    "tracking:trace_serial_csv",
    "tracking:recall_csv",
    *[f"tracking:{noun}_export" for noun in ("stock", "item", "batch", "serial", "document", "movement")],
}
# In test_browser_restore.py and test_browser_recall.py, whose companies have a file to restore and a recall.
ELSEWHERE = {"tracking:item_restore", *[name for name in SITE if name.startswith("tracking:recall_")]}


def pages_not_opened(opened: set[str]) -> set[str]:
    """The pages of the table of routes that a manager may see and that are in none of the tests with axe."""
    may_see = {name for name, answers in SITE.items() if answers["get", "manager"] == "200"}
    return may_see - NO_PAGES - ELSEWHERE - opened


def faults(page, address: str) -> Iterator[str]:
    """What axe finds, and what is wider than the window, in both colour schemes at both widths."""
    page.evaluate(Axe().axe_script)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for found in violations(page, scheme):
                nodes = [f"{node['target']} {node['html'][:160]}" for node in found["nodes"][:3]]
                yield f"{address} {width} {scheme}: {found['id']}: {found['help']}: {nodes}"
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if beyond > 0:
            yield f"{address} is {beyond} px wider than {width} px"


def violations(page, scheme: str) -> list[dict]:
    """All default rules in light; in dark, on the same page, those about colours: the others cannot answer otherwise."""
    options = {"resultTypes": ["violations"], **({"runOnly": COLOURS} if scheme == "dark" else {})}
    return page.evaluate("options => axe.run(options).then(results => results.violations)", options)


def test_every_page_is_in_order_for_axe(company, live_server):
    found: list[str] = []
    opened = {"login"}
    user_in("Viewer")
    with page_of() as page:
        log_in(page, live_server.url, "manager")
        for address, act in shown():
            page.goto(live_server.url + address)
            opened.add(resolve(urlsplit(page.url).path).view_name)
            if act is not None:
                act(page)
            found += faults(page, address)
            opened.add(resolve(urlsplit(page.url).path).view_name)
        for username, addresses in (("", ["/accounts/login/"]), ("viewer", ["/items/new/", "/nowhere/", "/items/"])):
            other = page.context.browser.new_context().new_page()
            if username:
                log_in(other, live_server.url, username)
            for address in addresses:
                other.goto(live_server.url + address)
                found += faults(other, address)
    assert not found, "\n".join(found)
    assert pages_not_opened(opened) == set()
