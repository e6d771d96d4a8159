"""Turning one batch into another loses no expiry: on the page a new one takes the earliest, and a later one takes who may
change an expiry, with a reason, by every door (rules 10, 13).

Two documents, one writing off and one finding, are two facts that no document ties together; their difference stays visible
in the balance of both batches.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError

from items.models import Item
from katana_trace.lib import days
from katana_trace.lib.days import now
from tests.build import (
    ahead,
    batch,
    broken,
    item,
    line,
    location,
    post,
    refusal,
    reverse,
    set_expiry,
    stock,
    switch_on,
)
from tests.importing import press, upload
from tests.sheet import Sheet
from tests.worlds import run
from tracking.documents.rule import NewDocument
from tracking.ledger.post import post as post_document
from tracking.models import Document, RecordChange, StockLevel

pytestmark = pytest.mark.django_db

RELABELS = ["adjustment", "stocktake"]
HEAD = "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\r\n"
NOTE = "The mill sent the right date"


def day(ahead_of_today: int) -> date:
    return days.today() + timedelta(days=ahead_of_today)


@pytest.fixture(autouse=True)
def bakery(db):
    """Dough: OLD expired yesterday, SOON expires in 5 days, LATE in 90; NONE has no expiry."""
    item("Dough", "batch", unit="kg", skus=("DOUGH",), shelf_life_days=30)
    item("Salt", "batch", unit="kg", skus=("SALT",))
    post(
        "receipt",
        line("DOUGH", 10, batch="OLD", expires=ahead(-1)),
        line("DOUGH", 10, batch="SOON", expires=ahead(5)),
        line("DOUGH", 10, batch="LATE", expires=ahead(90)),
        line("SALT", 10, batch="NONE"),
        line("SALT", 10, batch="S5", expires=ahead(5)),
    )


def later_rows() -> list[tuple]:
    rows = RecordChange.objects.filter(field="later_expiry").order_by("id")
    return list(rows.values_list("name", "old", "new", "reason", "changed_by_name"))


def there() -> tuple:
    return stock(), Document.objects.count(), RecordChange.objects.count()


def sentence(source: str, kind: str, target: str, expiry: str, *, is_new: bool) -> str:
    at = batch(source).expires_on.isoformat()
    way = f"Give it {at} or an earlier date" if is_new else f"Put it into a batch that expires on {at} or earlier"
    return (
        f"{source} of DOUGH expires on {at}, and this {kind} would turn it into {target}, which {expiry}. {way}, "
        "or ask a manager to post this with the reason in its note."
    )


# -- shell ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RELABELS)
@pytest.mark.parametrize("source", ["OLD", "SOON"])
@pytest.mark.parametrize(("target", "given"), [("FRESH", None), ("FRESH", 6), ("LATE", None)])
def test_a_later_expiry_takes_who_may_change_one(kind, source, target, given, operator, manager):
    lines = [line("DOUGH", -4, batch=source), line("DOUGH", 4, batch=target, expires=ahead(given) if given else None)]
    before = there()
    expires_on = {"LATE": day(90)}.get(target, day(given) if given else None)
    expiry = f"expires on {expires_on.isoformat()}" if expires_on else "has no expiry date"
    assert refusal(post, kind, *lines, by=operator, note=NOTE) == sentence(
        source, kind, target, expiry, is_new=target == "FRESH"
    )
    assert refusal(post, kind, *lines, by=manager) == (
        f"Batch {target} of DOUGH expires later than {source}, which this {kind} takes from. Explain why in the note."
    )
    assert there() == before
    post(kind, *lines, by=manager, note=NOTE)
    new = expires_on.isoformat() if expires_on else "no expiry date"
    assert later_rows() == [(target, f"{batch(source).expires_on.isoformat()}, {source}", new, NOTE, "manager")]
    assert (batch(target).expires_on, broken()) == (expires_on, {})


@pytest.mark.parametrize("kind", RELABELS)
@pytest.mark.parametrize(
    ("source", "target", "given"),
    [("LATE", "SOON", None), ("LATE", "FRESH", 90), ("LATE", "FRESH", 2), ("SOON", "OLD", None)],
)
def test_the_same_or_an_earlier_expiry_is_anybodys(kind, source, target, given, operator):
    new = line("DOUGH", 4, batch=target, expires=ahead(given) if given else None)
    post(kind, line("DOUGH", -4, batch=source), new, by=operator)
    assert (later_rows(), broken()) == ([], {})


@pytest.mark.parametrize("kind", RELABELS)
def test_what_has_no_expiry_may_become_anything(kind, operator):
    post(kind, line("SALT", -4, batch="NONE"), line("SALT", 4, batch="FRESH", expires=ahead(900)), by=operator)
    post(kind, line("SALT", -4, batch="NONE"), line("SALT", 4, batch="BARE"), by=operator)
    assert later_rows() == []


@pytest.mark.parametrize("kind", RELABELS)
def test_the_earliest_of_several_counts_and_of_its_own_variant_alone(kind, operator):
    """Each + lot descends from each − lot of its variant; salt says nothing of dough."""
    takes = [line("DOUGH", -1, batch="LATE"), line("DOUGH", -1, batch="SOON")]
    new = line("DOUGH", 2, batch="FRESH", expires=ahead(6))
    assert refusal(post, kind, *takes, new, by=operator) == sentence(
        "SOON", kind, "FRESH", f"expires on {ahead(6)}", is_new=True
    )
    post(kind, line("SALT", -1, batch="S5"), new, by=operator)
    assert later_rows() == []


@pytest.mark.parametrize("kind", ["receipt", "customer_return", "transfer"])
def test_other_kinds_turn_nothing_into_anything(kind, operator):
    """They have no − lot of which a + lot descends, or move the same one."""
    lines = [line("DOUGH", 4, batch="LATE" if kind != "receipt" else "FRESH", at="Shop")]
    if kind == "transfer":
        lines.append(line("DOUGH", -4, batch="LATE"))
    post(kind, *lines, by=operator)
    assert later_rows() == []


@pytest.mark.parametrize("kind", RELABELS)
def test_a_mirror_gives_the_expiry_back(kind, manager):
    document = post(kind, line("DOUGH", -4, batch="LATE"), line("DOUGH", 4, batch="SOON"))
    before = stock()
    mirror = reverse(document, by=manager)
    assert mirror.reverses_id == document.pk
    assert (stock() != before, later_rows(), broken()) == (True, [], {})


def test_a_reason_that_no_database_can_store_is_refused(manager):
    document = NewDocument(
        kind="adjustment",
        posted_at=now(),
        lines=(line("DOUGH", -4, batch="OLD"), line("DOUGH", 4, batch="LATE")),
        reason="\0",
    )
    assert refusal(post_document, document, by=manager) == (
        "Reason “\\u0000” has a character that cannot be printed (\\u0000). Remove it."
    )


# -- page -----------------------------------------------------------------------------------------------------------------


def adjusted(client, source: str, target: str, *, expires: str = "", note: str = "") -> Sheet:
    """The page of an adjustment on which 4 kg of ``source`` become ``target``."""
    page = Sheet.new(client, "adjustment", sku="DOUGH", quantity="4").fill(location=location().pk)
    page = page.fill(**{"sku-1": "DOUGH", "quantity-1": "4"}).press("save")
    typed = len(page.page.lines[0].rows) - 1
    page = page.fill(**{f"number-0-{typed}": source, f"quantity-0-{typed}": "4", "note": note}).press("save")
    place = len(page.page.lines[1].rows) - 1
    page = page.fill(**{f"number-1-{place}": target, f"quantity-1-{place}": "4", f"expires-1-{place}": expires})
    return page.press("save")


def counted(client, note: str, **counts: str) -> Sheet:
    """The page of a stocktake of dough, with what was counted of each batch."""
    page = Sheet.new(client, "stocktake", sku="DOUGH").fill(location=location().pk).press("save")
    rows = page.page.lines[0].rows
    places = {row.number: row.end for row in rows}
    for number, count in counts.items():
        if number in places:
            page = page.fill(**{f"quantity-{places[number]}": count})
        else:
            page = page.fill(**{f"number-{rows[-1].end}": number, f"quantity-{rows[-1].end}": count})
    return page.fill(note=note).press("save")


def test_the_page_carries_the_expiry_to_a_new_batch(client, operator):
    client.force_login(operator)
    page = adjusted(client, "OLD", "FRESH")
    assert "Without a date it expires on" in page.html
    page.press("post")
    assert batch("FRESH").expires_on == day(-1)
    assert refusal(post, "shipment", line("DOUGH", -1, batch="FRESH")).startswith("Batch FRESH of DOUGH expired")
    assert (later_rows(), broken()) == ([], {})


def test_the_page_suggests_no_new_shelf_life_for_what_is_made_of_a_batch(client, operator):
    """Also while that batch is still to be chosen, and where it turns out to have none."""
    Item.objects.filter(name__in=["Dough", "Salt"]).update(number_pattern="{sku}-{n}", shelf_life_days=30)
    client.force_login(operator)
    for sku, source, expires_on in (("DOUGH", "OLD", day(-1)), ("SALT", "NONE", None)):
        page = Sheet.new(client, "adjustment", sku=sku, quantity="4").fill(location=location().pk)
        page = page.fill(**{"sku-1": sku, "quantity-1": "4"}).press("save")
        row = page.page.lines[1].rows[0]
        assert (row.number, row.typed_expiry) == (f"{sku}-1", "")
        place = next(row.end for row in page.page.lines[0].rows if row.number == source)
        page = page.fill(**{f"quantity-{place}": "4", "number-1-0": f"{sku}-2"}).press("save")
        assert (page.page.lines[1].rows[0].typed_expiry, "like OLD" in page.html) == ("", sku == "DOUGH")
        page.press("post")
        assert batch(f"{sku}-2").expires_on == expires_on


def test_the_page_of_a_count_carries_the_expiry_to_a_new_batch(client, operator):
    client.force_login(operator)
    page = counted(client, "", OLD="6", SOON="7", FRESH="7")
    assert "Without a date it expires on" in page.html
    page.press("post")
    assert batch("FRESH").expires_on == day(-1)
    assert stock() == {
        ("DOUGH", "Main", "OLD"): "6",
        ("DOUGH", "Main", "SOON"): "7",
        ("DOUGH", "Main", "FRESH"): "7",
        ("DOUGH", "Main", "LATE"): "10",
        ("SALT", "Main", "NONE"): "10",
        ("SALT", "Main", "S5"): "10",
    }


def test_the_page_refuses_a_later_expiry_on_its_line(client, operator, manager):
    for typed, target, expiry, is_new in (
        (ahead(60), "FRESH", f"expires on {ahead(60)}", True),
        ("", "LATE", f"expires on {ahead(90)}", False),
    ):
        client.force_login(operator)
        before = there()
        page = adjusted(client, "OLD", target, expires=typed, note=NOTE)
        if not is_new:
            page = page.press("post")  # the batch is there already: said once
        refused = page.press("post")
        assert (refused.status, there()) == (422, before)
        assert refused.said() == [sentence("OLD", "adjustment", target, expiry, is_new=is_new)]
        client.force_login(manager)
        refused.press("post")
    assert [row[:1] + row[3:] for row in later_rows()] == [("FRESH", NOTE, "manager"), ("LATE", NOTE, "manager")]


def test_the_page_asks_for_the_reason_in_the_note(client, manager):
    client.force_login(manager)
    page = adjusted(client, "OLD", "FRESH", expires=ahead(60)).press("post")
    assert page.status == 422
    assert page.said() == [
        "Batch FRESH of DOUGH expires later than OLD, which it is made from here. Explain why in the note."
    ]
    page.fill(note=NOTE).press("post")
    assert later_rows() == [("FRESH", f"{ahead(-1)}, OLD", ahead(60), NOTE, "manager")]


def test_the_page_of_a_count_refuses_a_later_expiry(client, operator, manager):
    client.force_login(operator)
    before = there()
    page = counted(client, NOTE, OLD="0", LATE="20").press("post")
    assert (page.status, there()) == (422, before)
    assert page.said() == [sentence("OLD", "stocktake", "LATE", f"expires on {ahead(90)}", is_new=False)]
    client.force_login(manager)
    page.press("post")
    assert later_rows() == [("LATE", f"{ahead(-1)}, OLD", ahead(90), NOTE, "manager")]


def test_assigning_numbers_carries_the_expiry_of_unbatched(client, operator, manager):
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 8))
    switch_on(flour, "batch", manager)
    set_expiry("UNBATCHED", ahead(3))
    level = StockLevel.objects.get(batch__key="unbatched", quantity__gt=0)
    client.force_login(operator)
    typed = {"level": level.pk, "batch_number": "L1", "quantity": "3", "token": "9f0f7c52-58b3-4b57-8b83-0f3b5bd0c9a1"}
    late = client.post(f"/items/{flour.pk}/assign/", {**typed, "expires_on": ahead(4)})
    assert (late.status_code, stock()["FLOUR", "Main", "UNBATCHED"]) == (422, "8")
    assert client.post(f"/items/{flour.pk}/assign/", typed).status_code == 302
    assert batch("L1").expires_on == day(3)


def test_assigning_numbers_asks_for_the_reason_of_a_later_expiry(client, operator, manager):
    """Its note is the program's own, which says nothing of why."""
    flour = item("Flour", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 8))
    switch_on(flour, "batch", manager)
    set_expiry("UNBATCHED", ahead(3))
    level = StockLevel.objects.get(batch__key="unbatched", quantity__gt=0)
    client.force_login(manager)
    assert 'name="reason"' not in client.get(f"/items/{flour.pk}/assign/").content.decode()
    typed = {"level": level.pk, "batch_number": "L1", "quantity": "3", "token": "9f0f7c52-58b3-4b57-8b83-0f3b5bd0c9a1"}
    typed["expires_on"] = ahead(40)
    asked = client.post(f"/items/{flour.pk}/assign/", typed)
    said = "Batch L1 of FLOUR expires later than UNBATCHED, which this adjustment takes from. Explain why."
    assert (asked.status_code, asked.context["form"].errors) == (422, {"reason": [said]})
    assert 'name="reason"' in asked.content.decode()
    assert client.post(f"/items/{flour.pk}/assign/", {**typed, "reason": NOTE}).status_code == 302
    assert later_rows() == [("L1", f"{ahead(3)}, UNBATCHED", ahead(40), NOTE, "manager")]


# -- import ---------------------------------------------------------------------------------------------------------------


def movements(kind: str, source: str, target: str, expires: str = "", note: str = "") -> str:
    start = f"{kind},X-1,2026-01-07T08:00:00Z,,Main,DOUGH"
    return f"{HEAD}{start},{source},,,-4,{note}\r\n{start},{target},{expires},,4,{note}\r\n"


@pytest.mark.parametrize("kind", RELABELS)
@pytest.mark.parametrize(("target", "expires"), [("FRESH", None), ("FRESH", 60), ("LATE", None)])
def test_an_import_takes_the_cell_as_it_stands_and_asks_for_the_right(
    kind, target, expires, client, operator, manager, tmp_path: Path
):
    content = movements(kind, "OLD", target, ahead(expires) if expires else "")
    expires_on = ahead(90) if target == "LATE" else ahead(expires) if expires else ""
    said = sentence(
        "OLD",
        kind,
        target,
        f"expires on {expires_on}" if expires_on else "has no expiry date",
        is_new=target == "FRESH",
    )
    before = there()
    client.force_login(operator)
    page = upload(client, "movements", content)
    assert (page.sums[-1], page.digest, page.errors) == (1, "", [said])
    file = tmp_path / "movements.csv"
    file.write_text(content, newline="")
    with pytest.raises(CommandError) as refused:
        run("import_csv", "movements", str(file), "--by", "operator")
    assert str(refused.value) == f"Row 3, expires_on: {said}\nNothing was imported: 1 row is refused."
    assert there() == before
    client.force_login(manager)
    press(client, upload(client, "movements", content), "commit")
    new = expires_on or "no expiry date"
    assert later_rows() == [(target, f"{ahead(-1)}, OLD", new, "Import of movements", "manager")]
    assert (batch(target).expires_on, broken()) == (date.fromisoformat(expires_on) if expires_on else None, {})


def test_the_note_of_an_imported_document_is_the_reason(manager, tmp_path: Path):
    file = tmp_path / "movements.csv"
    file.write_text(movements("adjustment", "OLD", "FRESH", note=NOTE), newline="")
    run("import_csv", "movements", str(file), "--by", "manager")
    assert later_rows() == [("FRESH", f"{ahead(-1)}, OLD", "no expiry date", NOTE, "manager")]


# -- one document after the other -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RELABELS)
def test_two_documents_are_not_one(kind, operator):
    """Expired goods may be written off, and goods be found: neither says what became of the other."""
    post(kind, line("DOUGH", -4, batch="OLD"), by=operator)
    post(kind, line("DOUGH", 4, batch="FRESH", expires=ahead(60)), by=operator)
    assert later_rows() == []
    assert refusal(post, "shipment", line("DOUGH", -1, batch="OLD"), by=operator).startswith(
        "Batch OLD of DOUGH expired"
    )
