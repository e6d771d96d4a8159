"""``manage.py demo``: what the sample company shows, and that one command is enough on a fresh machine."""

from __future__ import annotations

import gzip
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q

from items.models import Item, Recipe, Variant
from items.recipes import delete_recipe, ingredients_for
from katana_trace.lib import days
from katana_trace.lib.quantities import MILLION, plain, to_millionths
from katana_trace.lib.refusal import Refusal
from tests import build
from tracking.demo import company as sample
from tracking.demo.company import load_company
from tracking.drafts.check import check
from tracking.drafts.checked import CheckedDraft
from tracking.drafts.post import post_draft
from tracking.drafts.save import delete_draft, save_draft
from tracking.drafts.stocktake import differences
from tracking.drafts.stored import content_of
from tracking.drafts.suggest import fill_open
from tracking.ledger.laws import broken_laws
from tracking.models import (
    Archive,
    Batch,
    Document,
    Draft,
    LedgerLine,
    Location,
    Partner,
    SerialNumber,
    StockLevel,
    Switch,
)
from tracking.modes.restore import restore_tracking
from tracking.modes.switch import enable_tracking
from tracking.numbering.suggest import suggest_batch_number, suggest_serial_numbers
from tracking.records.origins import origins_of
from tracking.records.places import bring_back
from tracking.records.without_number import levels_without_number
from tracking.trace import trace_lot

BASE = Path(__file__).resolve().parent.parent


# -- the sample company ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    """The sample company, loaded once for the tests that only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load_company()
        yield
        transaction.set_rollback(True)


def in_stock(**conditions):
    return StockLevel.objects.filter(quantity__gt=0, **conditions)


def loaf_in_the_shop() -> Batch:
    """The bake before the last: sold to everybody, and some of it is left."""
    return Batch.objects.filter(variant__sku="CL-800").order_by("-pk")[1]


def test_sample_company_keeps_every_law(company):
    assert [(law.number, findings) for law, findings in broken_laws() if findings] == []


def test_sample_company_has_the_size_of_three_months(company):
    assert 40 <= Batch.objects.count() <= 60
    assert 25 <= SerialNumber.objects.count() <= 35
    assert 140 <= Document.objects.count() <= 170
    assert Batch.objects.values("variant").annotate(n=Count("pk")).filter(n__gt=1).count() >= 10


def test_sample_company_knows_its_partners(company):
    for partner in Partner.objects.all():
        partner.full_clean()
    known = dict(Partner.objects.values_list("name", "email"))
    assert set(known) == {
        *("Hartwell Mill", "Bay Salt Works", "Greenfield Organics", "Riverside Dairy", "Papermade Packaging"),
        *("Nordic Controls", "Alpine Stone", "Northside Market", "Harbour Kitchen", "Mill Lane Deli"),
        *("Corner House Café", "Old Town Hotel", "Station Kiosk", "Walk-in customers"),
    }
    assert {name for name, email in known.items() if not email} == {"Station Kiosk", "Walk-in customers"}
    assert not [email for email in known.values() if email and not email.endswith(".example")]
    phones = Partner.objects.exclude(phone="").values_list("phone", flat=True)
    assert len(set(phones)) == len(phones) == 13
    assert not [phone for phone in phones if not re.fullmatch(r"555-01\d\d", phone)]
    assert list(Partner.objects.filter(address="").values_list("name", flat=True)) == ["Walk-in customers"]


def test_sample_company_has_one_archived_location_and_partner_with_a_past(company):
    cellar, kiosk = Location.objects.get(archived_at__isnull=False), Partner.objects.get(archived_at__isnull=False)
    assert (cellar.name, kiosk.name) == ("Old cellar", "Station Kiosk")
    assert not in_stock(location=cellar).exists()
    moved = LedgerLine.objects.filter(location=cellar).order_by("pk")
    assert [(line.document.kind, line.quantity) for line in moved] == [("adjustment", 150), ("transfer", -150)]
    assert list(Document.objects.filter(partner=kiosk).values_list("kind", flat=True)) == ["shipment"]


def test_sample_company_suggests_the_next_numbers_in_its_own_style(company):
    today = days.today()
    patterns = dict(Item.objects.exclude(number_pattern="").values_list("name", "number_pattern"))
    tracked = Item.objects.exclude(tracking_mode="none").values_list("name", flat=True)
    assert set(tracked) - set(patterns) == {"Oven controller"}  # its maker numbers it
    assert set(patterns) - set(tracked) == {"Cracker dough"}  # switched off today
    batches = {sku: suggest_batch_number(variant=variant_of(sku), day=today) for sku in ("FL-W", "CL-800S", "HE-3K")}
    assert batches == {
        "FL-W": f"FL-{today:%m%d}-1",
        "CL-800S": f"CL-800S-{today:%m%d}-1",
        "HE-3K": f"HE-{today:%m%d}-2",  # a draft has the first
    }
    serials = {sku: suggest_serial_numbers(variant=variant_of(sku), count=2, day=today) for sku in ("SDO-3", "PS-15")}
    assert serials == {"SDO-3": ["SDO-004419", "SDO-004420"], "PS-15": ["PS-70320", "PS-70321"]}


def test_sample_company_makes_everything_by_its_recipes(company):
    """Each production but the repair, which makes an oven of itself."""
    made = [made_by(document) for document in Document.objects.filter(kind="production")]
    by_recipe = [
        (goods, ingredients_for(list(goods.items())), used) for goods, used in made if not set(goods) & set(used)
    ]
    assert len(by_recipe) == len(made) - 1
    assert [run for run in by_recipe if run[1] != run[2]] == []
    assert {variant for goods, _, _ in by_recipe for variant in goods} == set(
        Recipe.objects.values_list("variant", flat=True)
    )


def made_by(document: Document) -> tuple[dict[int, int], dict[int, int]]:
    """(made, used) of a production, in millionths by variant."""
    goods, used = Counter(), Counter()
    for variant, quantity in document.lines.values_list("variant", "quantity"):
        (goods if quantity > 0 else used)[variant] += abs(to_millionths(quantity))
    return dict(goods), dict(used)


def variant_of(sku: str) -> Variant:
    return Variant.objects.select_related("item").get(sku=sku)


def test_sample_company_has_no_day_in_the_future(company):
    oldest, newest = (Document.objects.order_by(order).first().posted_at for order in ("posted_at", "-posted_at"))
    assert newest <= days.now()
    assert days.today() - days.day_of(oldest) == timedelta(days=90)


def test_sample_company_has_items_of_all_three_modes_in_stock(company):
    modes = in_stock().values_list("variant__item__tracking_mode", flat=True)
    assert set(modes) == {"none", "batch", "serial"}


def test_sample_company_has_every_kind_of_document_and_several_places(company):
    kinds = set(Document.objects.values_list("kind", flat=True))
    assert kinds >= {"receipt", "production", "shipment", "customer_return", "supplier_return"}
    assert kinds >= {"adjustment", "transfer", "stocktake", "tracking_on"}
    assert in_stock().values("location").distinct().count() == 6


def test_sample_company_traces_bread_over_three_levels_from_suppliers_to_customers(company):
    found = trace_lot(sku="CL-800", number=loaf_in_the_shop().number)
    assert {lot.sku for lot in found.made_from} == {"CD", "ST", "FL-W", "FL-R", "SALT"}
    assert {"Hartwell Mill", "Bay Salt Works"} <= set(found.suppliers)
    assert {"Northside Market", "Harbour Kitchen"} <= set(found.customers)
    assert found.is_complete
    starter = next(lot for lot in found.made_from if lot.sku == "ST")
    assert {"CD", "CL-400", "CL-800"} <= {lot.sku for lot in trace_lot(sku="ST", number=starter.number).made_into}


def test_sample_company_traces_an_oven_to_the_numbers_of_its_parts(company):
    found = trace_lot(sku="SDO-2", number="SDO-004412")
    assert {(lot.sku, lot.number) for lot in found.made_from} >= {("OC-2", "NC-2402"), ("OC-2", "NC-2513")}
    assert {lot.sku for lot in found.made_from} == {"OC-2", "BD-60", "DS-60", "HE-3K"}
    assert found.customers == ["Corner House Café"]


def test_sample_company_shows_a_gap_where_tracking_was_switched_off(company):
    assert Archive.objects.get().item.name == "Cracker dough"
    crackers = Batch.objects.filter(variant__sku="RC-200").latest("pk")
    found = trace_lot(sku="RC-200", number=crackers.number)
    assert [(gap.item, gap.switched_off_on) for gap in found.gaps] == [("Cracker dough", days.today())]


def test_sample_company_can_close_the_gap_by_restoring(company):
    with transaction.atomic():
        dough, manager = Item.objects.get(name="Cracker dough"), get_user_model().objects.get(username="manager")
        enable_tracking(item=dough, to="batch", by=manager, reason="Asked for by a retailer")
        restore_tracking(item=dough, content=gzip.decompress(Archive.objects.get().content), by=manager)
        crackers = Batch.objects.filter(variant__sku="RC-200").latest("pk")
        found = trace_lot(sku="RC-200", number=crackers.number)
        assert ({lot.sku for lot in found.made_from}, found.gaps) == ({"KD", "FL-R", "SEED", "SALT"}, ())
        transaction.set_rollback(True)


def test_sample_company_has_expired_and_soon_expiring_stock(company):
    assert in_stock(batch__expires_on__lt=days.today()).exists()
    soon = days.today() + timedelta(days=7)
    assert in_stock(batch__expires_on__range=(days.today(), soon)).values("batch").distinct().count() >= 3


def test_sample_company_has_stock_on_hold_with_the_reason(company):
    assert set(in_stock(batch__status="held").values_list("batch__reason", flat=True)) == {
        "Lab result pending",
        "Supplier certificate missing",
    }
    assert SerialNumber.objects.get(status="held", location__isnull=False).number == "SDO-004414"


def test_sample_company_has_an_unbatched_remainder(company):
    left = {
        str(level.location): level.quantity for level in in_stock(batch__key="unbatched").select_related("location")
    }
    assert left == {"Dispatch bay 2": 160, "Shop shelf": 80}
    level = levels_without_number().get(location__name="Dispatch bay 2")
    origins = [(origin.document.kind, origin.quantity) for origin in origins_of(level).found]
    assert origins == [
        ("production", 120 * MILLION),
        ("production", 40 * MILLION),
    ]  # newest first, less what is assigned
    assigned = in_stock(variant__sku="OB-250").exclude(batch__key="unbatched").get()
    assert (assigned.quantity, assigned.batch.expires_on) == (180, days.today() + timedelta(days=81))
    assert Switch.objects.get(item__name="Oat biscuits").to_mode == "batch"


def test_sample_company_has_units_without_serial_number(company):
    level = in_stock(variant__item__name="Proofing scale").get()
    assert (level.quantity, level.numbered) == (14, 9)
    assert list(in_stock(variant__item__tracking_mode="serial").filter(numbered__lt=F("quantity"))) == [level]


def test_sample_company_has_returns_a_repair_and_a_reversal(company):
    returns = Document.objects.filter(kind="customer_return", lines__isnull=False)
    assert set(returns.values_list("lines__variant__item__name", flat=True)) == {"Country loaf", "Stone deck oven"}
    repaired = SerialNumber.objects.get(number="SDO-004412").ledger_lines.values_list("document__kind", flat=True)
    assert sorted(repaired) == ["customer_return", "production", "production", "production", "shipment", "shipment"]
    assert Document.objects.get(reverses__isnull=False).note == "Entered twice"


def test_sample_company_has_users_in_their_roles(company):
    users = {
        user.username: (user.groups.get().name, user.is_staff, user.check_password("demo"))
        for user in get_user_model().objects.all()
    }
    assert users == {
        "manager": ("Manager", True, True),
        "operator": ("Operator", False, True),
        "viewer": ("Viewer", False, True),
    }
    assert not get_user_model().objects.filter(is_superuser=True).exists()
    assert not Document.objects.filter(posted_by=None).exists()


def test_sample_company_has_right_gtins_on_all_products(company):
    for variant in Variant.objects.exclude(gtin=""):
        variant.full_clean()
    assert set(Variant.objects.exclude(gtin="").values_list("item__kind", flat=True)) == {"product"}
    assert not Variant.objects.filter(item__kind="product").filter(Q(gtin="")).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("today", ["2026-03-01", "2026-03-29", "2026-12-31", "2028-02-29"])
def test_sample_company_loads_on_any_day(monkeypatch, today):
    """Summer time, leap years and year ends; the acts of "today" are dated by the clock, whatever it says."""
    instant = days.parse_instant(f"{today}T00:00:30+00:00")
    monkeypatch.setattr(days, "now", lambda: instant)
    monkeypatch.setattr(days, "today", lambda: days.day_of(instant))
    assert load_company()
    assert Document.objects.latest("posted_at").posted_at == instant
    assert [findings for _, findings in broken_laws() if findings] == []


@pytest.mark.django_db
def test_sample_company_is_loaded_whole_or_not_at_all(monkeypatch):
    def fails(diary, *, manager):
        raise Refusal("The last act fails.")

    monkeypatch.setattr(sample.today, "live", fails)
    with pytest.raises(Refusal, match="The last act fails"):
        load_company()
    assert (Item.objects.count(), Document.objects.count(), get_user_model().objects.count()) == (0, 0, 0)
    monkeypatch.undo()
    assert load_company()


@pytest.mark.django_db
def test_sample_company_keeps_out_of_another_companys_database():
    build.item("Flour", "batch")
    with pytest.raises(CommandError, match=r"has 1 items? and is not the sample company's\. Nothing was loaded\."):
        call_command("demo", no_serve=True)
    assert (Item.objects.count(), get_user_model().objects.count()) == (1, 0)


@pytest.mark.django_db
def test_sample_company_gives_no_known_password_to_a_user_who_is_there():
    get_user_model().objects.create_user("operator", password="kept")
    with pytest.raises(CommandError, match="has the user operator"):
        call_command("demo", no_serve=True)


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_demo_refuses_what_is_no_port(port):
    with pytest.raises(CommandError, match=f"{port} is no port. Give one from 1 to 65535"):
        call_command("demo", f"--port={port}")


# -- its open drafts ------------------------------------------------------------------------------------------------------


def checked(kind: str) -> CheckedDraft:
    return check(content_of(Draft.objects.get(kind=kind)))


def test_sample_company_has_drafts_of_today_by_two_people(company):
    drafts = Draft.objects.order_by("kind").values_list("kind", "saved_by__username", "day", "partner__name")
    today = days.today().isoformat()
    assert list(drafts) == [
        ("receipt", "manager", today, "Nordic Controls"),
        ("shipment", "operator", today, "Northside Market"),
        ("stocktake", "operator", today, None),
    ]


def test_sample_company_has_a_shipment_with_batches_still_to_assign(company):
    draft = checked("shipment")
    assert [(line.variant.sku, line.assigned) for line in draft.lines] == [
        ("CL-800", "36 of 36 pcs"),
        ("OB-250", "40 of 60 pcs"),
        ("RC-200", "0 of 20 pcs"),
    ]
    assert [batch.content.why for batch in draft.lines[0].batches] == ["Expires first"]
    assert [(index, name) for index, name, _ in draft.findings()] == [(1, "numbers"), (2, "numbers")]
    filled, told = fill_open(draft.content)
    assert (list(check(filled).findings()), told) == ([], [])


def test_sample_company_has_a_receipt_with_serial_numbers_typed(company):
    draft = checked("receipt")
    assert [(line.variant.sku, line.assigned) for line in draft.lines] == [
        ("OC-2", "4 of 6 pcs"),
        ("HE-3K", "40 of 40 pcs"),
    ]
    assert [number.number for number in draft.lines[0].serials] == ["NC-2601", "NC-2602", "NC-2603", "NC-2604"]
    assert [batch.number for batch in draft.lines[1].batches] == [f"HE-{days.today():%m%d}-1"]
    assert list(draft.findings()) == []


def test_sample_company_has_a_stocktake_half_counted(company):
    draft = checked("stocktake")
    counts = {line.variant.sku: (plain(line.quantity or 0), plain(line.booked)) for line in draft.lines}
    assert counts == {
        "BAG": ("1630", "1636"),
        "FL-R": ("61.5", "62"),
        "FL-W": ("128.5", "578.5"),
        "OATS": ("0", "40"),
        "SALT": ("0", "37.7"),
        "SEED": ("0", "9"),
    }
    uncounted = [draft.lines[index].variant.sku for index, name, _ in draft.findings() if name == "quantity"]
    assert uncounted == ["OATS", "SALT", "SEED"]
    found = [(new.batch_number[:2], plain(new.quantity)) for line in draft.lines[:3] for new, _ in differences(line)]
    assert found == [("", "-6"), ("RF", "-0.5")]


def test_sample_company_can_post_its_drafts(company):
    """As they are, but for what Suggest fills in, and what was not counted yet."""
    with transaction.atomic():
        for draft in Draft.objects.all():
            content = fill_open(content_of(draft))[0]
            counted = tuple(line for line in content.lines if line.quantity or line.batches)
            content = replace(content, lines=counted)
            revision = save_draft(token=draft.token, content=content, revision=draft.revision, by=draft.saved_by)
            assert post_draft(token=draft.token, revision=revision, by=draft.saved_by).kind == draft.kind
        assert [findings for _, findings in broken_laws() if findings] == []
        transaction.set_rollback(True)


def test_sample_company_is_loaded_once_and_left_as_people_change_it(company):
    with transaction.atomic():
        manager = get_user_model().objects.get(username="manager")
        for draft in Draft.objects.all():
            delete_draft(token=draft.token, by=manager)
        delete_recipe(variant=variant_of("SDO-3"), by=None)
        bring_back(place=Partner.objects.get(name="Station Kiosk"), by=manager)
        counts = [model.objects.count() for model in (Document, Item, Partner, Location, Recipe)]
        assert not load_company()
        assert [model.objects.count() for model in (Document, Item, Partner, Location, Recipe)] == counts
        assert not Draft.objects.exists()
        assert not Partner.objects.filter(archived_at__isnull=False).exists()
        transaction.set_rollback(True)


# -- the command, as on a fresh machine -----------------------------------------------------------------------------------


def empty_database(name: str, *, drop: bool = False) -> None:
    import psycopg

    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)" if drop else f"CREATE DATABASE {name}")


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """An environment with nothing in it but PATH and where the data is; on PostgreSQL with a new database."""
    data = tmp_path_factory.mktemp("demo")
    environment = {"PATH": os.environ["PATH"], "KATANA_TRACE_DATA": str(data)}
    if connection.vendor != "postgresql":
        yield SimpleNamespace(data=data, environment=environment)
        return
    name = f"kt_demo_{uuid4().hex}"
    environment |= {key: value for key, value in os.environ.items() if key.startswith("PG")} | {"PGDATABASE": name}
    empty_database(name)
    yield SimpleNamespace(data=data, environment=environment)
    empty_database(name, drop=True)


def manage(machine, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env=machine.environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def done(machine, *arguments: str) -> str:
    result = manage(machine, *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@pytest.fixture(scope="module")
def loaded(machine):
    machine.said = done(machine, "demo", "--no-serve")
    return machine


def test_demo_without_any_environment_loads_and_says_so(loaded):
    assert "The sample company is loaded" in loaded.said
    assert "manager, operator and viewer. The password of each is demo." in loaded.said
    assert "Open http" not in loaded.said


def test_demo_keeps_a_key_that_its_owner_alone_reads(loaded):
    file = loaded.data / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text()) >= 50


def test_demo_again_changes_nothing_and_says_so(loaded):
    before = done(loaded, "export_csv", "movements"), (loaded.data / "secret_key").read_text()
    assert "nothing was loaded again" in done(loaded, "demo", "--no-serve")
    assert (done(loaded, "export_csv", "movements"), (loaded.data / "secret_key").read_text()) == before


def test_demo_leaves_a_database_that_the_other_commands_work_on_as_typed(loaded):
    assert "broken" not in done(loaded, "verify")
    number = re.search(r"^CL-800,Dispatch bay 2,(CL8-\d{4}),", done(loaded, "export_csv", "stock"), re.MULTILINE)[1]
    assert '"Bay Salt Works"' in done(loaded, "trace", "CL-800", number)


def test_demo_key_does_not_start_a_real_site(loaded):
    started = subprocess.run(
        [sys.executable, "-c", "import katana_trace.wsgi"],
        cwd=BASE,
        env=loaded.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "KATANA_TRACE_SECRET_KEY is not set." in started.stderr


def test_demo_names_a_port_that_is_taken(loaded):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = manage(loaded, "demo", "--port", str(port))
    assert result.returncode == 1
    assert result.stderr.startswith(
        f"CommandError: Port {port} is in use by another program. Choose another one with --port"
    )
    assert "Traceback" not in result.stderr


def test_demo_serves_on_loopback_over_plain_http_until_it_is_told_to_end(loaded):
    # What the environment says about a real site does not reach the demo.
    environment = loaded.environment | {"KATANA_TRACE_ALLOWED_HOSTS": "trace.example.com", "KATANA_TRACE_DEBUG": "1"}
    server = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", "0"],
        cwd=BASE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    watchdog = threading.Timer(60, server.kill)
    watchdog.start()
    try:
        said = ""
        while "Open http" not in said:
            line = server.stdout.readline()
            assert line, f"the server ended: {said}"
            said += line
        visit(re.search(r"http://127\.0\.0\.1:\d+", said)[0])
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 0
        assert "Ended." in server.stdout.read()
    finally:
        watchdog.cancel()
        server.kill()
        server.wait()
        server.stdout.close()


def visit(address: str) -> None:
    """Logs in as manager, and looks at an item, the style sheet and the admin."""
    cookies = CookieJar()
    browser = build_opener(HTTPCookieProcessor(cookies))

    def get(path: str, data: bytes | None = None):
        with browser.open(address + path, data, timeout=20) as response:
            return response.status, response.url, response.read().decode()

    status, url, page = get("/accounts/login/")
    assert (status, url) == (200, f"{address}/accounts/login/")
    form = {
        "username": "manager",
        "password": "demo",
        "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1],
        "next": "/items/",
    }
    status, url, page = get("/accounts/login/", urlencode(form).encode())
    assert (status, url) == (200, f"{address}/items/")
    assert "Country loaf" in page
    assert {cookie.name: cookie.secure for cookie in cookies} == {"csrftoken": False, "sessionid": False}
    assert get(re.search(r'href="(/static/[^"]+\.css)"', page)[1])[0] == 200
    assert get("/admin/tracking/batch/")[0] == 200


def test_manage_without_a_key_says_what_is_missing_in_a_sentence(tmp_path):
    fresh = SimpleNamespace(environment={"PATH": os.environ["PATH"], "KATANA_TRACE_DATA": str(tmp_path)})
    result = manage(fresh, "verify")
    assert result.returncode == 1
    assert result.stderr.startswith("KATANA_TRACE_SECRET_KEY is not set.")
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []
