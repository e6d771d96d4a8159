"""Each law finds what breaks it when somebody forges the database behind the triggers, and nothing in an honest one (DESIGN 4)."""

from __future__ import annotations

import gzip
import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from items.models import Item
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.numbers import key_of
from tests.build import batch, broken, item, line, location, post, reverse, serial, switch_off, switch_on
from tests.worlds import run
from tracking.ledger import triggers
from tracking.ledger.laws import LAWS
from tracking.ledger.laws.keeping import unusual
from tracking.ledger.seals import make_seal
from tracking.ledger.sql import constraints
from tracking.models import Archive, Batch, Document

pytestmark = pytest.mark.django_db
EVIDENCE = (14, 15, 17)
PLAIN = re.compile(r"[!-~]+( [!-~]+)*")


@pytest.fixture(autouse=True)
def company(manager):
    """Items of all three modes with a bit of everything, and one that was tracked."""
    for name, mode, skus in (
        ("Flour", "batch", ("F-1", "F-25")),
        ("Pump", "serial", ("P-S", "P-L")),
        ("Salt", "none", ("SALT",)),
    ):
        item(name, mode, skus=skus)
    was_tracked = item("Yeast", "batch", skus=("YEAST",))
    post(
        "receipt",
        line("F-1", 10, batch="L1"),
        line("F-25", 5, batch="M1"),
        line("SALT", 7),
        line("YEAST", 3, batch="Y1"),
        number="PO-1",
    )
    post("receipt", line("P-S", 1, serial="1"), line("P-L", 1, serial="2"), line("P-S", 2), number="PO-2")
    post("shipment", line("F-1", -1, batch="L1"), line("P-S", -1, serial="1"), number="SO-1")
    post("transfer", line("SALT", -2), line("SALT", 2, at="Shop"), number="ST-1")
    reverse(post("shipment", line("SALT", -1), number="SO-2"))
    post("stocktake", number="SC-1")
    switch_off(was_tracked, manager)


def forge(*statements: str) -> None:
    """Bare SQL without triggers and checks, as a person with the database's password could do it; then all is put back."""
    with connection.cursor() as cursor:
        triggers.drop_all(connection)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE tracking_stocklevel DROP CONSTRAINT level_not_negative")
            cursor.execute("ALTER TABLE tracking_stocklevel DROP CONSTRAINT level_numbered_fits")
            cursor.execute("ALTER TABLE tracking_ledgerline DROP CONSTRAINT line_of_serial_moves_one")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount, f"nothing was forged by {statement}"
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        triggers.create_all(connection)


def found(*numbers: int) -> dict[int, list[str]]:
    """What these laws find. PostgreSQL's dropped checks are law 9's own finding, and left out."""
    return {number: findings for number, findings in broken().items() if number in numbers}


def test_an_honest_ledger_keeps_every_law():
    assert broken() == {}
    assert [law.number for law in LAWS] == [*range(1, 16), 17]
    make_seal(by=None)
    report = run("verify").splitlines()
    assert report == [f"kept    {law.number:2}. {law.sentence}" for law in LAWS]


def test_law_1_a_level_that_is_not_the_sum_of_its_lines():
    forge(f"UPDATE tracking_stocklevel SET quantity = quantity + 500000 WHERE batch_id = {batch('L1').pk}")
    assert broken_but_9() == {
        1: ["F-1 at Main, batch L1: the level says 9.5 with 0 numbered, its lines sum to 9 with 0."],
        12: ["L1 of F-1: 9 by its documents, 9.5 on hand."],
    }


def broken_but_9() -> dict[int, list[str]]:
    """All broken laws; the checks that forging took away on PostgreSQL aside, and what digests and the change log say of it
    (``test_forgeries`` asks those)."""
    return {number: findings for number, findings in broken().items() if number not in (9, *EVIDENCE)}


def test_law_1_a_level_without_lines_and_lines_without_a_level():
    forge(
        f"UPDATE tracking_stocklevel SET location_id = {location('Nowhere').pk} WHERE batch_id = {batch('M1').pk}",
    )
    assert broken_but_9() == {
        1: [
            "F-25 at Main, batch M1: the level says nothing with nothing numbered, its lines sum to 5 with 0.",
            "F-25 at Nowhere, batch M1: the level says 5 with 0 numbered, its lines sum to nothing with nothing.",
        ]
    }


def test_law_1_numbered_units_that_are_not_the_serial_numbers_there():
    forge("UPDATE tracking_stocklevel SET numbered = 0 WHERE numbered = 1000000")
    assert broken_but_9() == {
        1: [
            "P-L at Main: the level says 1 with 0 numbered, its lines sum to 1 with 1.",
            "P-L at Main: the level says 0 numbered, 1 serial numbers are there.",
        ]
    }


def test_law_2_a_level_below_zero():
    forge(f"UPDATE tracking_stocklevel SET quantity = -1000000 WHERE batch_id = {batch('L1').pk}")
    assert found(2) == {2: ["F-1 at Main: -1 on hand, 0 numbered."]}


def test_law_2_more_numbers_than_units():
    forge("UPDATE tracking_stocklevel SET numbered = 9000000 WHERE numbered = 1000000")
    assert found(2) == {2: ["P-L at Main: 1 on hand, 9 numbered."]}


def test_law_3_an_untracked_item_with_a_batch():
    forge(
        "UPDATE tracking_batch SET variant_id = (SELECT id FROM items_variant WHERE sku = 'SALT') WHERE number = 'M1'"
    )
    assert found(3) == {3: ["Salt is not tracked by batch and has the batch M1."]}


def test_law_3_a_line_of_an_untracked_item_with_a_number():
    forge(f"UPDATE tracking_ledgerline SET batch_id = {batch('M1').pk} WHERE variant_id = (SELECT id FROM items_variant"
          " WHERE sku = 'YEAST')")  # fmt: skip
    assert found(3) == {3: ["Yeast has No tracking and a line of PO-1 has a number."]}


def test_law_3_a_serial_number_of_an_item_that_has_none():
    forge("UPDATE items_item SET tracking_mode = 'none' WHERE name = 'Pump'")
    assert found(3)[3][:2] == [
        "Pump is not tracked by serial number and has the serial number 1.",
        "Pump is not tracked by serial number and has the serial number 2.",
    ]


def test_law_3_stock_of_a_batch_item_without_a_batch():
    forge("UPDATE items_item SET tracking_mode = 'batch' WHERE name = 'Salt'")
    assert found(3) == {
        3: [
            "Salt is tracked by batch and has stock without one at Main.",
            "Salt is tracked by batch and has stock without one at Shop.",
        ]
    }


def test_law_4_a_line_with_the_batch_of_another_variant():
    forge(f"UPDATE tracking_ledgerline SET batch_id = {batch('L1').pk} WHERE batch_id = {batch('M1').pk}")
    assert found(4) == {4: ["A line of PO-1 has the batch L1 of another variant."]}


def test_law_4_a_line_with_the_serial_number_of_another_variant():
    forge(f"UPDATE tracking_ledgerline SET serial_id = {serial('1').pk} WHERE serial_id = {serial('2').pk}")
    assert found(4) == {4: ["A line of PO-2 has the serial number 1 of another variant."]}


def test_law_4_a_serial_number_that_names_another_item():
    forge(
        "UPDATE tracking_serialnumber SET item_id = (SELECT id FROM items_item WHERE name = 'Salt') WHERE number = '2'"
    )
    assert found(4) == {4: ["Serial number 2 names another item than its variant P-L does."]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tracking_serialnumber SET location_id = NULL WHERE number = '2'",
        "UPDATE tracking_ledgerline SET quantity = -1000000 WHERE quantity = 1000000 AND serial_id = {two}",
        "UPDATE tracking_ledgerline SET quantity = 2000000 WHERE quantity = 1000000 AND serial_id = {two}",
        "UPDATE tracking_ledgerline SET location_id = {shop} WHERE serial_id = {two}",
    ],
)
def test_law_5_a_serial_number_that_is_not_where_its_lines_lead(statement):
    forge(statement.format(two=serial("2").pk, shop=location("Shop").pk))
    assert found(5) == {5: ["Serial number 2 of P-L is not where its lines lead."]}


def test_law_5_a_serial_number_that_leaves_from_elsewhere():
    forge(
        f"UPDATE tracking_ledgerline SET location_id = {location('Shop').pk} WHERE serial_id = {serial('1').pk} AND quantity < 0"
    )
    assert found(5) == {5: ["Serial number 1 of P-S is not where its lines lead."]}


def test_law_5_a_serial_number_that_came_in_twice():
    columns = "document_id, variant_id, location_id, serial_id, quantity, epoch"
    new_uuid = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    forge(
        f"INSERT INTO tracking_ledgerline (uuid, {columns}) SELECT {new_uuid}, {columns}"
        f" FROM tracking_ledgerline WHERE serial_id = {serial('2').pk}"
    )
    assert found(5) == {5: ["Serial number 2 of P-L is not where its lines lead."]}


def test_law_5_a_place_without_any_line():
    forge(
        "INSERT INTO tracking_serialnumber (uuid, item_id, variant_id, number, key, location_id, status, reason, note)"
        f" SELECT '{new_uuid().hex}', item_id, variant_id, '3', '3', location_id, 'available', '', ''"
        " FROM tracking_serialnumber WHERE number = '2'"
    )
    assert found(5) == {5: ["Serial number 3 of P-L is not where its lines lead."]}


def test_law_6_a_line_from_the_future():
    forge(f"UPDATE tracking_ledgerline SET epoch = 5 WHERE batch_id = {batch('M1').pk}")
    assert broken_but_9() == {6: ["Flour: a line of PO-1 has epoch 5 and does not fit the item at epoch 0."]}


def test_law_6_a_line_of_the_present_epoch_that_does_not_fit():
    forge(f"UPDATE tracking_ledgerline SET batch_id = NULL WHERE batch_id = {batch('M1').pk}")
    assert found(6) == {6: ["Flour: a line of PO-1 has epoch 0 and does not fit the item at epoch 0."]}


def test_law_7_a_document_without_lines():
    forge("UPDATE tracking_document SET kind = 'receipt' WHERE number = 'SC-1'")
    assert broken_but_9() == {7: ["SC-1 has no lines."]}


def test_law_7_a_transfer_that_loses_something():
    forge("UPDATE tracking_ledgerline SET quantity = 1500000 WHERE quantity = 2000000"
          " AND variant_id = (SELECT id FROM items_variant WHERE sku = 'SALT')")  # fmt: skip
    assert found(7) == {7: ["ST-1: the lines of SALT sum to -0.5, not to zero."]}


def test_law_8_a_mirror_that_is_not_the_opposite():
    mirror = Document.objects.get(reverses__number="SO-2")
    forge(f"UPDATE tracking_ledgerline SET quantity = 3000000 WHERE document_id = {mirror.pk}")
    assert found(8) == {8: [f"{mirror.number} is not the exact opposite of SO-2."]}


def test_law_9_a_missing_trigger_and_a_missing_constraint():
    room = triggers.dialect(connection)
    name = min(room.all_triggers())
    with connection.cursor() as cursor:
        room.drop(cursor, name)
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE tracking_stocklevel DROP CONSTRAINT level_not_negative")
        cursor.execute("DROP INDEX level_unique")
    wanted = [f"The guard {name} is missing or altered. Run manage.py migrate."]
    if connection.vendor == "postgresql":
        wanted += ["The constraint level_not_negative of tracking_stocklevel is missing. Run manage.py migrate."]
    wanted += ["The constraint level_unique of tracking_stocklevel is missing. Run manage.py migrate."]
    findings = broken()
    assert list(findings) == [9]
    assert sorted(findings[9]) == sorted(wanted)


def test_law_9_knows_the_constraints_that_django_finds():
    """The names are read in a quicker way than Django's, which is the judge here."""
    there = constraints()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            known = connection.introspection.get_constraints(cursor, table)
            keys = {name for name, found in known.items() if found["foreign_key"]}
            named = {name for name in known if not name.startswith("__")} - keys
            ours = {name for of, name in there if of == table and not name.startswith("sqlite_autoindex")} - keys
            assert named == ours, table


def archive() -> Archive:
    return Archive.objects.get()


def test_law_10_a_permit_that_stayed_open():
    forge(
        "INSERT INTO tracking_never (id) VALUES (0)",
        "INSERT INTO tracking_relinkpermit (item_id, act, epoch, never_id)"
        " SELECT id, 'off', tracking_epoch + 1, 0 FROM items_item WHERE name = 'Yeast'",
    )
    assert broken_but_9() == {
        10: [
            "A permit to switch or restore Yeast is open outside its transaction.",
            "The table tracking_never has a row, so permits could stay open.",
        ]
    }


def test_law_10_a_switch_without_its_archive():
    forge(
        "INSERT INTO tracking_switch (item_id, from_mode, to_mode, epoch, reason, switched_at, line_count, batch_count,"
        " serial_count) SELECT id, 'batch', 'none', 1, 'x', '2026-01-31', 0, 0, 0 FROM items_item WHERE name = 'Flour'"
    )
    assert found(10) == {10: ["The switch of Flour to No tracking has no archive."]}


def test_law_10_an_archive_with_other_bytes():
    forge("UPDATE tracking_archive SET sha256 = 'x'")
    assert broken_but_9() == {
        10: [f"The archive of Yeast ({archive().pk}) does not have the bytes that were downloaded."]
    }


def test_law_10_an_archive_that_is_no_gzip_at_all():
    triggers.drop_all(connection)
    Archive.objects.update(content=b"forged")
    triggers.create_all(connection)
    assert broken_but_9() == {
        10: [f"The archive of Yeast ({archive().pk}) does not have the bytes that were downloaded."]
    }


def test_law_10_an_archive_with_other_counts():
    forge("UPDATE tracking_archive SET line_count = 7, record_count = 8")
    assert found(10) == {10: [f"The archive of Yeast ({archive().pk}) has 1 lines and 1 records, 7 and 8 were kept."]}


def test_law_10_an_archived_line_that_changed_in_the_ledger():
    forge(
        "UPDATE tracking_ledgerline SET quantity = 2000000 WHERE variant_id = (SELECT id FROM items_variant WHERE sku = 'YEAST')"
    )
    assert found(10) == {
        10: [f"The archive of Yeast ({archive().pk}): the line in its row 2 is not in the ledger as archived."]
    }


def test_law_10_survives_a_renamed_sku_and_location():
    for row, name in ((archive().item.variants.get(), "Yeast 500"), (location("Main"), "Hall")):
        setattr(row, row.NAMED, name)
        row.save()
    assert broken() == {}


def test_law_11_a_key_that_is_not_the_key_of_its_number():
    forge(
        "UPDATE tracking_batch SET key = 'other' WHERE number = 'L1'",
        "UPDATE items_item SET key = 'SALT' WHERE name = 'Salt'",
    )
    assert broken_but_9() == {
        11: [
            f"items_item {item_id('Salt')} (“Salt”) has the key “SALT”, “salt” is right.",
            f"tracking_batch {Batch.objects.get(number='L1').pk} (“L1”) has the key “other”, “l1” is right.",
        ]
    }


@given(text=st.text("aB1 -_~!\t\n\x7f\x1f\xa0\u200bäÄİıKſ", max_size=6))
def test_law_11_leaves_out_only_what_the_database_tells_by_itself(text):
    """With the key that the database would give, a text is left out only where it is the right one."""
    for key in (text.lower(), text):
        query = f"SELECT count(*) FROM (SELECT %s AS number, %s AS key) t WHERE NOT ({unusual('number')})"
        with connection.cursor() as cursor:
            cursor.execute(query, [text, key])
            left_out = cursor.fetchone()[0]
        assert not left_out or key == key_of(text)
        assert left_out or not PLAIN.fullmatch(text) or key != text.lower()


def item_id(name: str) -> int:
    return Item.objects.get(name=name).pk


def test_law_12_a_batch_whose_documents_and_stock_differ():
    """Also where lines and level agree: what left by a transfer and never arrived."""
    lot = batch("L1").pk
    post("transfer", line("F-1", -2, batch="L1"), line("F-1", 2, batch="L1", at="Shop"), number="ST-9")
    forge(
        f"UPDATE tracking_ledgerline SET quantity = 1000000 WHERE batch_id = {lot} AND quantity = 2000000",
        f"UPDATE tracking_stocklevel SET quantity = 1000000 WHERE batch_id = {lot} AND quantity = 2000000",
    )
    assert broken_but_9() == {
        7: ["ST-9: the lines of F-1 sum to -1, not to zero."],
        12: ["L1 of F-1: 9 by its documents, 8 on hand."],
    }


def test_law_12_a_serial_number_whose_documents_and_place_differ():
    forge("UPDATE tracking_serialnumber SET location_id = NULL WHERE number = '2'")
    assert found(12) == {12: ["2 of P-L: 1 by its documents, 0 on hand."]}


def test_verify_exits_with_a_sentence_and_shows_the_findings():
    forge("UPDATE tracking_document SET kind = 'receipt' WHERE number = 'SC-1'")
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("verify", stdout=out)
    assert (
        "broken   7. Documents have lines; transfers and system documents move nothing in sum\n            SC-1 has no lines.\n"
        in out.getvalue()
    )
    laws = "2 laws" if connection.vendor == "sqlite" else "3 laws"  # that of digests, and the checks taken away
    assert str(caught.value) == (
        f"{laws} broken. Post nothing more, keep a copy of the database, and compare it with a backup."
    )
    assert caught.value.returncode == 1


def test_verify_says_of_a_kept_head_whether_it_is_there_also_where_a_law_is_broken():
    head = make_seal(by=None).head
    forge("UPDATE tracking_document SET note = 'forged' WHERE number = 'PO-1'")
    for kept_head, said in (
        (head, "is in the chain. Whether what it covers is unchanged"),
        ("0" * 64, "No seal of this ledger"),
    ):
        out = io.StringIO()
        with pytest.raises(CommandError, match="broken"):
            call_command("verify", "--seal", kept_head, stdout=out)
        assert said in out.getvalue().splitlines()[-1]


def test_seal_says_that_there_is_nothing_new_to_seal():
    said = []
    for _ in range(2):
        out, err = io.StringIO(), io.StringIO()
        call_command("seal", stdout=out, stderr=err)
        said.append((out.getvalue(), err.getvalue()))
    (head, first), (same, second) = said
    assert head == same
    assert re.fullmatch(r"Seal \d+ of \S+ \S+ UTC: \d+ documents? and \d+ changes? since the one before\.\n", first)
    assert re.fullmatch(
        r"Seal \d+ of \S+ \S+ UTC has this head\. Nothing was posted or changed since, so none was made\.\n", second
    )


def test_a_law_shows_its_first_20_findings():
    for _ in range(25):
        post("stocktake")
    forge("UPDATE tracking_document SET kind = 'receipt' WHERE kind = 'stocktake'")
    assert len(found(7)[7]) == 20


def test_the_archive_has_the_downloaded_bytes(manager):
    switch_on(archive().item, "batch", manager)
    content = switch_off(batch("UNBATCHED").variant.item, manager)
    assert gzip.decompress(Archive.objects.latest("pk").content) == content
    assert broken() == {}
