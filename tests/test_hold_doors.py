"""What is on hold leaves by no door: page, old draft, Suggest, import, shell, bare SQL; and where it may still go (rule 10).

Two users at once are in ``races/test_holding.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from items.models import Variant
from katana_trace.lib.identity import new_uuid
from tests import build
from tests.build import batch, broken, item, line, location, post, refusal, serial, serials, stock
from tests.sheet import Sheet
from tests.worlds import run
from tracking.holds.acts import hold_lot
from tracking.ledger.triggers.rules import LINE_FAULTS
from tracking.models import Document, Draft, LedgerLine, StockLevel
from tracking.records.hold import hold, release

pytestmark = pytest.mark.django_db

KINDS = ["shipment", "production"]
RELABELS = ["adjustment", "stocktake"]
SKUS = {"batch": "DOUGH", "serial": "OVEN"}
NUMBERS = {"batch": "D1", "serial": "S1"}
SAID = {
    "batch": "Batch D1 of DOUGH is on hold. Release it first, or choose another batch.",
    "serial": "Serial number S1 is on hold. Release it first.",
}
SAID_ON_THE_LINE = {**SAID, "batch": "Batch D1 is on hold. Choose another batch."}
SAID_BY_THE_DATABASE = next(sentence for condition, sentence in LINE_FAULTS if "'held'" in condition)
WRITES = ["create", "bulk_create", "sql"]
HEADER = (
    "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\r\n"
    "receipt,PO-9,2025-01-06T08:00:00Z,,Main,BAG,,,,5,\r\n"
)


@pytest.fixture(params=["batch", "serial"])
def tracked(request) -> str:
    return request.param


@pytest.fixture
def at_work(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture(autouse=True)
def bakery(db):
    """Dough D1 of flour F1, an oven S1 of steel M1, and bags; nothing is on hold yet."""
    for name in ("Flour", "Steel", "Dough"):
        item(name, "batch", unit="kg", skus=(name.upper(),))
    item("Oven", "serial", skus=("OVEN",))
    item("Bag", skus=("BAG",))
    post("receipt", line("FLOUR", 50, batch="F1"), line("STEEL", 50, batch="M1"), number="PO-1")
    post("production", line("FLOUR", -5, batch="F1"), line("DOUGH", 10, batch="D1"), number="MO-1")
    post("production", line("STEEL", -5, batch="M1"), line("OVEN", 1, serial="S1"), number="MO-2")


def lot(tracked: str):
    return batch("D1") if tracked == "batch" else serial("S1")


def moved(tracked: str, quantity: int = -1, *, number: str = "", at: str = "Main"):
    """A line that moves one of the lot, or of another one of its SKU."""
    return line(SKUS[tracked], quantity, at=at, **{tracked: number or NUMBERS[tracked]})


def made(kind: str) -> list:
    return [line("BAG", 1)] if kind == "production" else []


def there() -> tuple:
    return stock(), serials(), Document.objects.count()


# -- pages and drafts -----------------------------------------------------------------------------------------------------


def drafted(client, tracked: str, kind: str) -> Sheet:
    """A saved draft that takes one of the SKU, without its number; a production makes a bag of it."""
    asked = {"sku": "BAG", "quantity": "1"} if kind == "production" else {}
    place = place_of(kind)
    page = Sheet.new(client, kind, **asked).fill(location=location().pk)
    return page.fill(**{f"sku-{place}": SKUS[tracked], f"quantity-{place}": "1"}).press("save")


def place_of(kind: str) -> int:
    """The line that takes something out; the first of a production is what is made."""
    return 1 if kind == "production" else 0


@pytest.mark.parametrize("kind", KINDS)
def test_hold_closes_the_page_of_a_document(at_work, tracked, kind):
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    before, place = there(), place_of(kind)
    page = drafted(at_work, tracked, kind)
    if tracked == "batch":
        assert 'badge hold">' in page.html
        page = page.fill(**{f"number-{place}-1": "D1"}).press("post")
        assert page.said() == [SAID_ON_THE_LINE[tracked]]
    else:
        page = page.fill(**{f"scan-{place}": "S1"}).press(f"serials-{place}")
        assert SAID[tracked] in page.html
        page = page.press("post")
        assert page.said()
    assert (page.status, there()) == (422, before)


@pytest.mark.parametrize("kind", KINDS)
def test_hold_closes_a_draft_that_was_typed_before_it(at_work, tracked, kind):
    page = drafted(at_work, tracked, kind).press("fill")
    assert page.page.lines[place_of(kind)].line.is_traced
    before = there()
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    refused = page.press("post")
    assert (refused.status, there()) == (422, before)
    assert SAID_ON_THE_LINE[tracked] in refused.said()
    # The draft is kept as it was typed, and posts once the hold is over.
    release(records=[lot(tracked)], by=None, reason="Clean")
    Sheet.of(at_work, Draft.objects.get()).press("post")
    assert Document.objects.count() == before[2] + 1


@pytest.mark.parametrize("kind", KINDS)
def test_hold_is_passed_over_by_suggest(at_work, tracked, kind):
    post("receipt", moved(tracked, 1, number="Z9"))
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    drafted(at_work, tracked, kind).press("fill").press("post")
    last = LedgerLine.objects.filter(quantity__lt=0).latest("pk")
    assert (last.batch or last.serial).number == "Z9"
    # Nothing else is there any more: the suggestion takes nothing, and the line stays open.
    before = there()
    page = drafted(at_work, tracked, kind).press("fill")
    assert not page.page.lines[place_of(kind)].line.is_traced
    assert (page.press("post").status, there()) == (422, before)


# -- import and shell -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_hold_closes_the_import(tracked, kind, manager, tmp_path: Path):
    """Whoever imports, and however old the document says it is: a hold is judged now."""
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    before = there()
    numbers = f"{NUMBERS[tracked]},," if tracked == "batch" else f",,{NUMBERS[tracked]}"
    rows = f"{kind},X-1,2025-01-07T08:00:00Z,,Main,{SKUS[tracked]},{numbers},-1,\r\n"
    rows += f"{kind},X-1,2025-01-07T08:00:00Z,,Main,BAG,,,,1,\r\n" if kind == "production" else ""
    file = tmp_path / "movements.csv"
    file.write_bytes((HEADER + rows).encode())
    for option in ([], ["--dry-run"], ["--by", "manager"]):
        with pytest.raises(CommandError) as refused:
            run("import_csv", "movements", str(file), *option)
        assert (
            str(refused.value) == f"Row 3, {tracked}_number: {SAID[tracked]}\nNothing was imported: 1 row is refused."
        )
    assert there() == before


@pytest.mark.parametrize("kind", KINDS)
def test_hold_closes_the_shell(tracked, kind, manager):
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    before = there()
    for by in (None, manager):
        assert refusal(post, kind, moved(tracked), *made(kind), by=by) == SAID[tracked]
    assert there() == before


@pytest.mark.parametrize("kind", KINDS)
def test_hold_of_what_it_was_made_from_closes_every_place(tracked, kind):
    """Wherever it is, and also what comes back to stock later."""
    post("transfer", moved(tracked), moved(tracked, 1, at="Shop"))
    hold_lot(record=batch({"batch": "F1", "serial": "M1"}[tracked]), by=None, reason="Glass", extend=True)
    assert refusal(post, kind, moved(tracked, at="Shop"), *made(kind)) == SAID[tracked]
    if tracked == "serial":
        post("adjustment", moved(tracked, at="Shop"))
    post("customer_return", moved(tracked, 1, at="Cellar"))
    assert refusal(post, kind, moved(tracked, at="Cellar"), *made(kind)) == SAID[tracked]


# -- the database ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_hold_closes_the_database(tracked, kind):
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    before = there()
    for write in WRITES:
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            write_past_the_planner(tracked, kind, write)
        assert str(refused.value).partition("\nCONTEXT")[0] == SAID_BY_THE_DATABASE
    assert (there(), broken()) == (before, {})


@pytest.mark.parametrize("write", WRITES)
def test_the_database_takes_the_same_line_without_the_hold(tracked, write):
    """The control: it is the hold that refuses above, and nothing else about these lines."""
    before = StockLevel.objects.get(variant__sku=SKUS[tracked]).quantity
    write_past_the_planner(tracked, "shipment", write)
    assert StockLevel.objects.get(variant__sku=SKUS[tracked]).quantity == before - 1


def write_past_the_planner(tracked: str, kind: str, write: str) -> None:
    """A document with one − line, as somebody writes it who knows nothing of posting."""
    now = timezone.now()
    document = Document.objects.create(
        kind=kind, number="RAW", key="raw", posted_at=now, posted_on=now.date(), recorded_at=now,
        fingerprint="x", digest="0" * 64, token=new_uuid(),
    )  # fmt: skip
    record, variant = lot(tracked), Variant.objects.select_related("item").get(sku=SKUS[tracked])
    found = LedgerLine(
        uuid=new_uuid(),
        document=document,
        variant=variant,
        location=location(),
        quantity=-1,
        epoch=variant.item.tracking_epoch,
        **{tracked: record},
    )
    if write == "create":
        found.save(force_insert=True)
    elif write == "bulk_create":
        LedgerLine.objects.bulk_create([found])
    else:
        uuid = found.uuid if connection.vendor == "postgresql" else found.uuid.hex
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tracking_ledgerline"
                f" (uuid, document_id, variant_id, location_id, {tracked}_id, quantity, epoch)"
                " VALUES (%s, %s, %s, %s, %s, -1000000, %s)",
                [uuid, document.pk, variant.pk, location().pk, record.pk, variant.item.tracking_epoch],
            )


# -- where it may still go ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["supplier_return", "adjustment", "transfer", "stocktake"])
def test_held_goods_can_be_put_away(tracked, kind, operator, manager):
    """By an operator where the lot stays what it is; out of it only by who may release it."""
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    arrives = [moved(tracked, 1, at="Shop")] if kind == "transfer" else []
    by = manager if kind in RELABELS else operator
    post(kind, moved(tracked), *arrives, by=by)
    assert lot(tracked).is_held
    assert broken() == {}


@pytest.mark.parametrize("kind", ["receipt", "production", "adjustment", "stocktake", "customer_return"])
def test_held_goods_can_come_in(tracked, kind, operator):
    post("adjustment", moved(tracked))
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    post(kind, moved(tracked, 1), by=operator)
    assert lot(tracked).is_held


def test_documents_of_held_goods_can_be_reversed(tracked, manager):
    """A mirror undoes what was booked; it ships nothing and uses nothing (rule 12)."""
    shipped, used = (post(kind, moved("batch"), *made(kind)) for kind in KINDS)
    if tracked == "serial":
        shipped = post("shipment", moved("serial"))
    made_by = Document.objects.get(number={"batch": "MO-1", "serial": "MO-2"}[tracked])
    hold(records=[batch("D1"), serial("S1"), batch("F1"), batch("M1")], by=None, reason="Weevils")
    for document in (shipped, used, made_by):
        build.reverse(document, by=manager)
    assert broken() == {}
    assert refusal(post, "shipment", line("FLOUR", -1, batch="F1")).startswith("Batch F1 of FLOUR is on hold.")


# -- relabelling ----------------------------------------------------------------------------------------------------------


def taken_of(what: str, kind: str) -> str:
    return (
        f"{what} is on hold, and this {kind} takes from it. Only someone who may release it can do that: "
        "ask a manager to post this, or to release it first."
    )


@pytest.mark.parametrize("kind", RELABELS)
def test_relabelling_does_not_escape_a_hold(tracked, kind, operator, manager):
    """Nor does writing the goods off first, and finding others afterwards."""
    hold(records=[lot(tracked)], by=None, reason="Weevils")
    before = there()
    said = taken_of(f"{NUMBERS[tracked]} of {SKUS[tracked]}", kind)
    for lines in ([moved(tracked), moved(tracked, 1, number="FRESH")], [moved(tracked)]):
        assert refusal(post, kind, *lines, by=operator) == said
    assert there() == before
    # Who may release it may part what is good from it.
    post(kind, moved(tracked), moved(tracked, 1, number="FRESH"), by=manager)
    post("shipment", moved(tracked, number="FRESH"))


def test_relabelling_within_what_is_on_hold_takes_a_manager_too(operator, manager):
    """The rule asks what is taken, not what becomes of it: a hold that is counted down is over for what is gone."""
    post("receipt", moved("batch", 1, number="D2"))
    hold(records=[batch("D1"), batch("D2")], by=None, reason="Weevils")
    lines = [moved("batch"), moved("batch", 1, number="D2")]
    assert refusal(post, "adjustment", *lines, by=operator) == taken_of("D1 of DOUGH", "adjustment")
    post("adjustment", *lines, by=manager)
    assert stock()["DOUGH", "Main", "D2"] == "2"


def test_relabelling_a_held_serial_number_takes_who_may_change_serial_numbers(operator):
    hold(records=[serial("S1")], by=None, reason="Cracked")
    lines = [moved("serial"), line("OVEN", 1)]
    for name in ("change_batch", "change_serialnumber"):
        assert refusal(post, "adjustment", *lines, by=operator) == taken_of("S1 of OVEN", "adjustment")
        assert serials() == {"S1": "Main"}
        operator = given(operator, name)
    post("adjustment", *lines, by=operator)
    assert serials() == {"S1": ""}


@pytest.mark.parametrize("kind", RELABELS)
def test_a_mirror_that_takes_from_held_goods_takes_who_may_release_them(kind, operator):
    """The goods were put into D1 before it was held; turning that round takes them out of it again."""
    post("receipt", moved("batch", 1, number="D2"))
    document = post(kind, moved("batch", number="D2"), moved("batch", 1))
    hold(records=[batch("D1")], by=None, reason="Weevils")
    operator = given(operator, "reverse_document")
    before = there()
    assert refusal(build.reverse, document, by=operator) == taken_of("D1 of DOUGH", kind)
    assert there() == before
    build.reverse(document, by=given(operator, "change_batch"))
    assert stock()["DOUGH", "Main", "D2"] == "1"


def given(user, name: str):
    """``user`` with one permission more."""
    user.user_permissions.add(Permission.objects.get(codename=name))
    return type(user).objects.get(pk=user.pk)


def test_assigning_numbers_to_held_stock_is_refused(client, operator, manager):
    salt = item("Salt", unit="kg", skus=("SALT",))
    post("receipt", line("SALT", 8))
    build.switch_on(salt, "batch", manager)
    hold(records=[batch("UNBATCHED")], by=manager, reason="Wet")
    level = StockLevel.objects.get(batch__key="unbatched", quantity__gt=0)
    typed = {"level": level.pk, "batch_number": "L1", "quantity": "8"}
    client.force_login(operator)
    page = client.post(f"/items/{salt.pk}/assign/", {**typed, "token": str(new_uuid())})
    assert page.status_code == 422
    assert list(page.context["form"].errors["batch_number"]) == [taken_of("UNBATCHED of SALT", "adjustment")]
    assert stock()["SALT", "Main", "UNBATCHED"] == "8"


def test_relabelling_by_import_is_refused_with_its_row(operator, tmp_path: Path):
    hold(records=[batch("D1")], by=None, reason="Weevils")
    head = "adjustment,X-1,2025-01-07T08:00:00Z,,Main,DOUGH"
    file = tmp_path / "movements.csv"
    file.write_bytes(f"{HEADER}{head},D1,,,-1,\r\n{head},FRESH,,,1,\r\n".encode())
    before = there()
    with pytest.raises(
        CommandError, match=r"Row 3, batch_number: D1 of DOUGH is on hold, and this adjustment takes from it"
    ):
        run("import_csv", "movements", str(file), "--by", "operator")
    assert there() == before
