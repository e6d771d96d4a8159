"""The commands: what they print, what they refuse, and that a refusal does nothing (DESIGN 5.1)."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from items.models import Item
from tests.build import batch, broken, history_of, item, line, post, serials, stock
from tests.worlds import exported, run, traced
from tracking.models import Archive, Document, HistoryDownload, Switch
from tracking.records.hold import hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def flour(manager):
    made = item("Flour", "batch", "kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 10, batch="L1", expires="2031-01-31"), partner="Northmill", number="PO-1")
    return made


def refused(*arguments: str) -> str:
    """The sentence with which a command exits with 1."""
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 1
    return str(caught.value)


def switch(
    to: str, *more: str, name: str = "Flour", by: str = "manager", reason: str = "Too much work"
) -> tuple[str, ...]:
    return ("switch_tracking", name, to, "--by", by, "--reason", reason, *more)


# -- switch_tracking ------------------------------------------------------------------------------------------------------


def test_switch_tracking_to_none_writes_the_history_first(flour, tmp_path):
    file, history = tmp_path / "flour.csv", history_of(flour)
    assert run(*switch("none", "--export", str(file), name=" ＦLOUR ")) == (
        f"Flour has No tracking now. Its history (2 rows) is in {file} and in Archives.\n"
    )
    assert file.read_bytes() == history
    assert stock() == {("FLOUR", "Main", ""): "10"}
    assert (Switch.objects.get().reason, Switch.objects.get().switched_by.username) == ("Too much work", "manager")
    assert broken() == {}


def test_switch_tracking_on_and_back_by_restore_tracking(flour, tmp_path):
    file, before = tmp_path / "flour.csv", traced("FLOUR", "L1")
    run(*switch("none", "--export", str(file)))
    assert run(*switch("batch")) == "Flour has Batch / lot numbers now.\n"
    assert stock() == {("FLOUR", "Main", "UNBATCHED"): "10"}
    assert (
        run("restore_tracking", "flour", str(file), "--by", "manager")
        == "Flour: 1 batch record and 1 ledger line restored.\n"
    )
    assert traced("FLOUR", "L1") == before
    assert broken() == {}


def test_switch_tracking_to_none_needs_a_file(flour):
    assert (
        refused(*switch("none"))
        == "Switching to No tracking deletes numbers. Name a file for the history with --export FILE."
    )
    assert stock() == {("FLOUR", "Main", "L1"): "10"}


def test_switch_tracking_does_not_replace_another_file(flour, tmp_path):
    file = tmp_path / "flour.csv"
    file.write_text("something else")
    assert (
        refused(*switch("none", "--export", str(file)))
        == f"{file} exists already and is not replaced. Name a new file."
    )
    assert (
        refused(*switch("none", "--export", str(tmp_path)))
        == f"{tmp_path} exists already and is not replaced. Name a new file."
    )
    assert file.read_text() == "something else"
    assert stock() == {("FLOUR", "Main", "L1"): "10"}
    assert not HistoryDownload.objects.exists()


def test_switch_tracking_takes_a_file_that_has_these_bytes_already(flour, tmp_path):
    file = tmp_path / "flour.csv"
    file.write_bytes(history_of(flour))
    run(*switch("none", "--export", str(file)))
    assert Archive.objects.count() == 1


def test_switch_tracking_into_a_folder_that_is_not_there(flour, tmp_path):
    file = tmp_path / "nowhere" / "flour.csv"
    assert refused(*switch("none", "--export", str(file))) == (
        f"{file} cannot be written (No such file or directory). "
        "Name a file in a folder that you may write to, on a disk with space."
    )
    assert stock() == {("FLOUR", "Main", "L1"): "10"}


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_switch_tracking_and_restore_tracking_are_for_managers(role, flour, tmp_path, request):
    request.getfixturevalue(role)
    file = tmp_path / "flour.csv"
    assert (
        refused(*switch("none", "--export", str(file), by=role))
        == f"Only a manager switches product tracking. {role} is not one."
    )
    assert not file.exists()
    item("Salt", skus=("S",))
    assert (
        refused(*switch("batch", name="Salt", by=role))
        == f"Only a manager switches product tracking. {role} is not one."
    )
    file.write_bytes(history_of(flour))
    assert (
        refused("restore_tracking", "Flour", str(file), "--by", role)
        == f"Only a manager restores product tracking. {role} is not one."
    )
    assert not Switch.objects.exists()


def test_switch_tracking_keeps_the_rules_of_the_page(flour, tmp_path, manager):
    assert refused(*switch("serial")) == (
        "Flour cannot be switched from Batch / lot numbers to Serial numbers directly. "
        "Create a new item with Serial numbers, or set Flour to No tracking first."
    )
    assert refused(*switch("batch")) == "Flour has Batch / lot numbers already. Nothing was switched."
    assert refused(*switch("none", "--export", str(tmp_path / "a"), reason=" ")) == (
        "Say why tracking is switched; the reason is kept with your name."
    )
    assert "The reason has 201 characters, the limit is 200. Shorten it." in refused(
        *switch("none", "--export", str(tmp_path / "b"), reason="x" * 201)
    )
    hold(records=[batch("L1")], by=manager, reason="Laboratory")
    assert (
        refused(*switch("none", "--export", str(tmp_path / "c")))
        == "Stock of Flour is on hold: L1 of FLOUR. Release it first."
    )
    item("Salt", skus=("S",))
    assert refused(*switch("none", "--export", str(tmp_path / "d"), name="Salt")) == (
        "Salt has No tracking already. Nothing was switched."
    )
    assert not (tmp_path / "d").exists()
    assert not Switch.objects.exists()


@pytest.mark.parametrize("name", ["Sugar", "", "\x00", "\udcff", "x" * 500])
def test_an_unknown_item_or_user_is_named(name, flour):
    assert refused(*switch("batch", name=name)).startswith("There is no item “")
    assert refused("export_csv", "stock", "--item", name or "?").startswith("There is no item “")
    assert refused(*switch("batch", by=name)).startswith("There is no active user “")
    assert refused("restore_tracking", name, __file__, "--by", "manager").startswith("There is no item “")


def test_a_user_who_cannot_log_in_does_nothing(flour, manager):
    manager.is_active = False
    manager.save()
    assert refused(*switch("serial")) == "There is no active user “manager”. Give the name of a user who can log in."


def test_what_is_needed_is_asked_for(flour):
    for arguments in (
        ("switch_tracking", "Flour", "none"),
        ("restore_tracking", "Flour"),
        ("trace", "FLOUR"),
        ("export_csv",),
    ):
        with pytest.raises(CommandError, match="required"):
            run(*arguments)
    for arguments in (switch("lots"), ("export_csv", "everything"), ("import_csv", "batches", "x.csv")):
        with pytest.raises(CommandError, match="invalid choice"):
            run(*arguments)


# -- restore_tracking -----------------------------------------------------------------------------------------------------


def test_restore_tracking_of_a_file_that_is_not_there_or_another(flour, tmp_path):
    assert refused("restore_tracking", "Flour", str(tmp_path / "none.csv"), "--by", "manager") == (
        f"{tmp_path / 'none.csv'} cannot be read (No such file or directory). Check its name."
    )
    assert "cannot be read (Is a directory)" in refused("restore_tracking", "Flour", str(tmp_path), "--by", "manager")
    assert refused("restore_tracking", "Flour", __file__, "--by", "manager") == (
        "This file is no history: it lacks the column “kind”, by which its rows are found again. "
        "Use the file as it was downloaded before tracking was switched off."
    )


def test_restore_tracking_of_serial_numbers(manager, tmp_path):
    item("Pump", "serial", skus=("P",))
    post("receipt", line("P", 1, serial="1"), line("P", 1, serial="2"))
    file = str(tmp_path / "pump.csv")
    run(*switch("none", "--export", file, name="Pump"))
    run(*switch("serial", name="Pump"))
    assert (
        run("restore_tracking", "Pump", file, "--by", "manager")
        == "Pump: 2 serial numbers and 2 ledger lines restored.\n"
    )
    assert serials() == {"1": "Main", "2": "Main"}


def test_restore_tracking_names_the_serial_numbers_that_left(manager, tmp_path):
    item("Pump", "serial", skus=("P",))
    post("receipt", *[line("P", 1, serial=f"A{n}") for n in range(5)])
    file, left = str(tmp_path / "pump.csv"), tmp_path / "left.txt"
    run(*switch("none", "--export", file, name="Pump"))
    post("shipment", line("P", -3))
    run(*switch("serial", name="Pump"))
    assert refused("restore_tracking", "Pump", file, "--by", "manager") == (
        "Units of Pump left while tracking was off, and only you can say which. P at Main: 5 serial numbers come back, "
        "2 units without a number are there, name 3 that left. Name them by --left or --left-from."
    )
    left.write_bytes("\ufeffA0\r\n\r\n".encode())
    run("restore_tracking", "Pump", file, "--by", "manager", "--left-from", str(left), "--left", "A2-A3")
    assert serials() == {"A0": "", "A1": "Main", "A2": "", "A3": "", "A4": "Main"}


def test_restore_tracking_of_a_list_of_numbers_that_is_not_there_or_not_text(flour, tmp_path):
    (tmp_path / "left.txt").write_bytes(b"\xff")
    command = ("restore_tracking", "Flour", __file__, "--by", "manager", "--left-from")
    assert "cannot be read (No such file" in refused(*command, str(tmp_path / "none.txt"))
    assert "is not in UTF-8" in refused(*command, str(tmp_path / "left.txt"))


# -- trace and export_csv -------------------------------------------------------------------------------------------------


def test_trace_prints_json(flour):
    assert list(json.loads(run("trace", "flour", "l1"))) == [
        "made_from", "made_into", "suppliers", "customers", "shipments", "balance", "gaps",
    ]  # fmt: skip


def test_trace_of_an_unknown_lot_exits_with_1(flour):
    assert refused("trace", "FLOUR", "L9") == "FLOUR has no batch or serial number “L9”. Check both on the label."
    assert (
        refused("trace", "\udcff", "L1\x00")
        == "\\udcff has no batch or serial number “L1\\u0000”. Check both on the label."
    )


@pytest.mark.parametrize("path", [".", "/", "nowhere/stock.csv", ""])
def test_export_csv_into_what_cannot_be_written(path, flour, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "cannot be written" in refused("export_csv", "stock", "-o", path)
    assert list(tmp_path.iterdir()) == []


# -- import_csv -----------------------------------------------------------------------------------------------------------

MOVEMENTS = (
    "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\n"
    "receipt,PO-9,2026-01-06T08:00:00Z,Southmill,Cellar,FLOUR,L2,2031-06-30,,2.5,\n"
    "shipment,SO-9,2026-01-07T08:00:00Z,Café,Cellar,FLOUR,L2,,,-1,\n"
)


def test_import_csv_counts_and_names_who_did_it(flour, tmp_path, operator):
    file = tmp_path / "movements.csv"
    file.write_text(MOVEMENTS)
    assert run("import_csv", "movements", str(file), "--by", "operator") == (
        "2 documents posted with 2 lines, 0 skipped as posted before; 1 new location, 2 new partners.\n"
    )
    assert stock() == {("FLOUR", "Main", "L1"): "10", ("FLOUR", "Cellar", "L2"): "1.5"}
    assert set(Document.objects.exclude(number="PO-1").values_list("posted_by", flat=True)) == {operator.pk}
    assert broken() == {}


def test_a_dry_run_tries_everything_and_keeps_nothing(flour, tmp_path):
    file, before = tmp_path / "movements.csv", exported("movements")
    file.write_text(MOVEMENTS)
    assert run("import_csv", "movements", str(file), "--dry-run") == (
        "2 documents posted with 2 lines, 0 skipped as posted before; 1 new location, 2 new partners.\n"
        "This was a dry run: nothing was kept.\n"
    )
    assert exported("movements") == before
    file.write_text(MOVEMENTS.replace("-1,", "-3,"))
    assert "Cellar has 2.5 kg of batch L2 of FLOUR, and 3 are asked." in refused(
        "import_csv", "movements", str(file), "--dry-run"
    )


def test_a_file_half_of_which_was_imported_before(flour, tmp_path):
    file = tmp_path / "movements.csv"
    file.write_text("\n".join(MOVEMENTS.splitlines()[:2]))
    run("import_csv", "movements", str(file))
    file.write_text(MOVEMENTS)
    assert run("import_csv", "movements", str(file)) == (
        "1 document posted with 1 line, 1 skipped as posted before; 0 new locations, 1 new partner.\n"
    )


def test_what_every_command_says_of_itself(capsys):
    for name in ("demo", "import_csv", "export_csv", "trace", "switch_tracking", "restore_tracking", "verify"):
        with pytest.raises(SystemExit):
            call_command(name, "--help")
        said = capsys.readouterr().out
        assert said.startswith("usage:")
        assert len(said.splitlines()) > 8


def test_the_item_is_unchanged_by_all_that_was_refused(flour, tmp_path):
    before = Item.objects.values().get(), exported("movements")
    for arguments in (switch("none"), switch("serial"), switch("none", "--export", str(tmp_path))):
        refused(*arguments)
    assert (Item.objects.values().get(), exported("movements")) == before
