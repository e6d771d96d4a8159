"""Who and why stands in the change log, whichever door a change came through (rule 25)."""

from __future__ import annotations

import io
from contextvars import Context
from pathlib import Path

import pytest

from items.models import Item, Variant
from katana_trace.lib.acting import BY_A_COMMAND, PROGRAM, actor
from tests import build
from tests.importing import press, upload
from tests.sheet import Sheet
from tests.worlds import run
from tracking.imports.worker import beating
from tracking.models import Location, Partner, RecordChange
from tracking.records import places
from tracking.resources.import_items import import_items
from tracking.resources.import_movements import import_movements

Row = tuple[str, str, str, str, str, str]
ITEMS = "item,kind,unit,tracking,sku,variant,gtin,shelf_life_days\r\nRye,material,kg,batch,RYE,,,90\r\n"
MOVEMENTS = (
    "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\r\n"
    "receipt,R-1,2026-01-06T08:00:00+00:00,Weir mill,Barn,RYE,B1,,,5,\r\n"
)
BY_THE_PAGE, BY_THE_ADMIN = "Saved on its page", "Saved in the admin"

pytestmark = pytest.mark.django_db


def logged(**of) -> list[Row]:
    """The log, the oldest first: subject, field, old, new, who, why."""
    rows = RecordChange.objects.filter(**of).order_by("id")
    return [(r.subject, r.field, r.old, r.new, r.changed_by_name, r.reason) for r in rows]


def last() -> int:
    return RecordChange.objects.order_by("-id").values_list("id", flat=True).first() or 0


def since(before: int) -> list[Row]:
    return logged(id__gt=before)


def edit(client, noun: str, pk: int, **typed) -> list[Row]:
    """What the log has of a form that was sent to the page where ``noun`` is edited."""
    before = last()
    folder = {"item": "items", "variant": "variants", "partner": "partners", "location": "locations"}[noun]
    assert client.post(f"/{folder}/{pk}/edit/", typed).status_code == 302
    return since(before)


@pytest.mark.parametrize(("typed", "kept"), [("Moved to the coast", "Moved to the coast"), ("", BY_THE_PAGE)])
def test_edit_pages_keep_the_reason_that_was_typed(client, manager, typed, kept):
    item = build.item("Rye", unit="kg", skus=("RYE",))
    variant, mill, barn = Variant.objects.get(), build.partner("Mill"), build.location("Barn")
    client.force_login(manager)
    reason = {"reason": typed}
    assert edit(client, "partner", mill.pk, name="Mill", phone="7", **reason) == [
        ("partner", "phone", "", "7", "manager", kept)
    ]
    assert edit(client, "location", barn.pk, name="Shed", **reason) == [
        ("location", "name", "Barn", "Shed", "manager", kept)
    ]
    fields = {"name": "Rye", "kind": "product", "unit": "kg", "shelf_life_days": "9"}
    assert edit(client, "item", item.pk, **fields, **reason) == [("item", "shelf_life_days", "", "9", "manager", kept)]
    assert edit(client, "variant", variant.pk, sku="RYE", name="1 kg", **reason) == [
        ("variant", "name", "", "1 kg", "manager", kept)
    ]


def test_a_reason_is_asked_for_where_something_is_changed_and_nowhere_else(client, manager):
    item = build.item("Rye", skus=("RYE",))
    client.force_login(manager)
    asks = 'name="reason"'
    pages = {
        "/partners/": build.partner("Mill").pk,
        "/locations/": build.location("Barn").pk,
        "/items/": item.pk,
        "/variants/": Variant.objects.get().pk,
    }
    for folder, pk in pages.items():
        assert asks in client.get(f"{folder}{pk}/edit/").content.decode()
    for address in ("/partners/new/", "/locations/new/", "/items/new/", f"/items/{item.pk}/variants/new/"):
        assert asks not in client.get(address).content.decode()


def test_a_reason_that_cannot_be_kept_is_refused_on_its_field(client, manager):
    mill = build.partner("Mill")
    client.force_login(manager)
    before = last()
    for reason, said in (("x" * 201, "at most 200 characters"), ("a\x07b", "cannot be printed")):
        answer = client.post(f"/partners/{mill.pk}/edit/", {"name": "Weir", "reason": reason})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert since(before) == []


def test_places_say_who_acts(client, manager):
    """Through the verbs alone, where no request says it: from the shell, the API, a command."""
    before = last()
    mill = places.create(place=Partner(name="Mill"), by=manager)
    barn = places.create(place=Location(name="Barn"), by=manager)
    mill.phone = "7"
    places.change(place=mill, fields=["phone"], by=manager, reason="They called")
    places.archive_partner(partner=mill, by=manager)
    places.archive_location(location=barn, by=manager)
    places.bring_back(place=barn, by=manager)
    rows = since(before)
    assert {row[4] for row in rows} == {"manager"}
    assert [(row[0], row[1], row[5]) for row in rows] == [
        ("partner", "name", BY_A_COMMAND),
        ("location", "name", BY_A_COMMAND),
        ("partner", "phone", "They called"),
        ("partner", "archived_at", BY_A_COMMAND),
        ("location", "archived_at", BY_A_COMMAND),
        ("location", "archived_at", BY_A_COMMAND),
    ]
    assert actor.get() is PROGRAM


def test_the_shell_is_the_program():
    before = last()
    places.create(place=Partner(name="Mill"), by=None)
    build.item("Rye", skus=("RYE",))
    rows = since(before)
    assert {(row[0], row[4], row[5]) for row in rows} == {
        (subject, "", "By the program") for subject in ("partner", "item", "variant")
    }


def test_the_admin_says_who(admin_client):
    mill = build.partner("Mill")
    before = last()
    typed = {"name": "Weir mill", "email": "", "phone": "", "address": ""}
    assert admin_client.post(f"/admin/tracking/partner/{mill.pk}/change/", typed).status_code == 302
    assert since(before) == [("partner", "name", "Mill", "Weir mill", "admin", BY_THE_ADMIN)]


def test_the_admin_says_who_imports(admin_client):
    before = last()
    file = io.BytesIO(b"partner,email,phone,address\r\nMill,,7,\r\n")
    file.name = "partners.csv"
    page = admin_client.post("/admin/tracking/partner/import/", {"import_file": file, "format": "0"})
    confirm = page.context["confirm_form"].initial
    assert admin_client.post("/admin/tracking/partner/process_import/", confirm).status_code == 302
    assert since(before) == [
        ("partner", "name", "", "Mill", "admin", BY_THE_ADMIN),
        ("partner", "phone", "", "7", "admin", BY_THE_ADMIN),
    ]


def saved(tmp_path: Path, name: str, text: str) -> str:
    file = tmp_path / name
    file.write_text(text)
    return str(file)


def test_import_by_command_says_who(manager, tmp_path):
    before = last()
    run("import_csv", "items", saved(tmp_path, "items.csv", ITEMS), "--by", "manager")
    assert {(row[0], row[4], row[5]) for row in since(before)} == {
        ("item", "manager", "Import of items"),
        ("variant", "manager", "Import of items"),
    }
    before = last()
    run("import_csv", "movements", saved(tmp_path, "movements.csv", MOVEMENTS), "--by", "manager")
    made = [row for row in since(before) if row[0] in ("partner", "location")]
    assert made == [
        ("location", "name", "", "Barn", "manager", "Import of movements"),
        ("partner", "name", "", "Weir mill", "manager", "Import of movements"),
    ]


def test_import_from_the_shell_is_the_program():
    before = last()
    import_items(io.BytesIO(ITEMS.encode()), by=None)
    import_movements(io.BytesIO(MOVEMENTS.encode()), by=None)
    assert {row[4] for row in since(before)} == {""}


@pytest.mark.parametrize("at_once", [True, False], ids=["in the request", "in a thread"])
@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("items", ITEMS, "Import of items"),
        ("partners", "partner,phone\r\nMill,7\r\n", "Import of partners"),
        ("locations", "location\r\nBarn\r\n", "Import of locations"),
    ],
)
def test_import_by_page_says_who(client, manager, monkeypatch, kind, text, reason, at_once):
    if not at_once:
        # The thread has no request: what it saves is said to be done by whoever its verb is told.
        monkeypatch.setattr("tracking.imports.worker.begin", in_an_empty_context)
    client.force_login(manager)
    before = last()
    press(client, upload(client, kind, text), "commit")
    rows = since(before)
    assert rows
    assert {(row[4], row[5]) for row in rows} == {("manager", reason)}


def in_an_empty_context(file_import, step, *, by) -> None:
    def work() -> None:
        with beating(file_import) as progress:
            step(file_import, by=by, progress=progress)

    Context().run(work)


def test_a_draft_that_makes_its_partner_says_who(client, operator):
    build.item("Rye", unit="kg", skus=("RYE",))
    build.location("Barn")
    client.force_login(operator)
    before = last()
    page = Sheet.new(client, "receipt").fill(location=Location.objects.get().pk, partner="Weir mill")
    page = page.fill(sku_0="RYE", quantity_0="2").press("save")
    page.press("post")
    made = [row for row in since(before) if row[0] == "partner"]
    assert made == [("partner", "name", "", "Weir mill", "operator", "Made with the document that names it")]


def test_a_switch_keeps_its_own_reason(manager):
    item = build.item("Rye", skus=("RYE",))
    before = last()
    build.switch_on(item, "batch", manager)
    assert [row for row in since(before) if row[0] == "item"] == [
        ("item", "tracking_mode", "none", "batch", "manager", "A customer asks for it")
    ]
    assert Item.objects.get().tracking_mode == "batch"


def test_a_user_who_is_changed_in_the_admin_says_who(admin_client, operator):
    before = last()
    user = {"username": "operator", "first_name": "Ann", "is_active": "on", "date_joined_0": "2026-01-01",
            "date_joined_1": "08:00:00", "groups": [group.pk for group in operator.groups.all()]}  # fmt: skip
    assert admin_client.post(f"/admin/auth/user/{operator.pk}/change/", user).status_code == 302
    assert since(before) == [("user", "first_name", "", "Ann", "admin", BY_THE_ADMIN)]
