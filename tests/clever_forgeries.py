"""Forgeries of somebody who knows the program: what hangs together is changed together, and digests are computed anew."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from katana_trace.lib.identity import new_uuid
from tests.build import serial
from tests.forger_tools import (
    LINE,
    all_lines_to,
    batch_of,
    change_anew,
    digest_anew,
    document,
    double,
    first_of,
    log,
    newest,
    one,
    pack,
    put_right,
    seal_anew,
    take_away,
)
from tests.forgeries import Forgery, delete, execute, stored
from tracking.ledger.recall_facts import STANDING, recomputed_events, standing_of
from tracking.ledger.sql import fetch
from tracking.models import Archive, Recall, RecallEvent, Switch

OF_LOT = "uuid = %s AND field = %s"


@dataclass(frozen=True, slots=True)
class Clever:
    """``law`` is the first that names what ``do`` forges; 0 where none does, ``because`` of what is said then."""

    what: str
    law: int
    do: Callable[[], object]
    because: str = ""

    @property
    def forgery(self) -> Forgery:
        return Forgery("by hand", self.what, self.what, self.do)


def swap_lines() -> None:
    """Two lines of the first receipt stand in the other order."""
    first, second = (id_ for (id_,) in fetch(
        "SELECT id FROM tracking_ledgerline WHERE document_id = %s ORDER BY id LIMIT 2", [first_of("receipt")]
    ))  # fmt: skip
    execute("UPDATE tracking_ledgerline SET id = -1 WHERE id = %s", first)
    execute("UPDATE tracking_ledgerline SET id = %s WHERE id = %s", first, second)
    execute("UPDATE tracking_ledgerline SET id = %s WHERE id = -1", second)


def posted_before() -> None:
    """A posting with its digest whose lines stand before those that were sealed."""
    id_ = double(first_of("stocktake"))
    execute("UPDATE tracking_ledgerline SET id = -id WHERE document_id = %s", id_)
    digest_anew(id_)


def swap_documents() -> None:
    """Two documents of one kind under each other's id."""
    first, second = (id_ for (id_,) in fetch("SELECT id FROM tracking_document WHERE kind = 'stocktake' ORDER BY id"))
    for old, new in ((first, -1), (second, first), (-1, second)):
        execute("UPDATE tracking_ledgerline SET document_id = %s WHERE document_id = %s", new, old)
        execute("UPDATE tracking_document SET id = %s WHERE id = %s", new, old)


def swap_batches() -> None:
    all_lines_to((batch_of("F1"), batch_of("F2")), "batch_id")


def swap_units() -> None:
    first, second = serial("P1"), serial("P2")
    all_lines_to((first.pk, second.pk), "serial_id")
    for to, of in ((first, second), (second, first)):
        execute("UPDATE tracking_serialnumber SET location_id = %s WHERE id = %s", of.location_id, to.pk)


def swap_numbers() -> None:
    first, second = batch_of("F1"), batch_of("F2")
    for id_, number in ((first, "x"), (second, "F1"), (first, "F2")):
        execute("UPDATE tracking_batch SET number = %s, key = %s WHERE id = %s", number, number.lower(), id_)


def other_customer() -> int:
    """The second shipment went to another partner."""
    id_ = one("SELECT max(id) FROM tracking_document WHERE partner_name = 'Hotel Linde' AND kind = 'shipment'")
    execute(
        "UPDATE tracking_document SET partner_name = 'Northmill', partner_id ="
        " (SELECT id FROM tracking_partner WHERE name = 'Northmill') WHERE id = %s",
        id_,
    )
    return id_


def less_shipped() -> int:
    """The first shipment took 19 instead of 20, and there is one more."""
    id_ = first_of("shipment")
    line = one("SELECT min(id) FROM tracking_ledgerline WHERE document_id = %s", id_)
    execute("UPDATE tracking_ledgerline SET quantity = quantity + 1000000 WHERE id = %s", line)
    variant, location, lot, unit, _ = fetch(f"SELECT {LINE} FROM tracking_ledgerline WHERE id = %s", [line])[0]
    put_right((variant, location, lot, unit, 1_000_000), 1)
    return id_


def expiry_later(number: str = "F1") -> None:
    execute("UPDATE tracking_batch SET expires_on = '2031-01-31' WHERE id = %s", batch_of(number))


def released() -> None:
    execute("UPDATE tracking_batch SET status = 'available', reason = '' WHERE number = 'F2'")


def logged_anew(number: str, field: str, value: str) -> None:
    """The last row of the log of a batch says another value, with the digest of that."""
    uuid = one("SELECT uuid FROM tracking_batch WHERE id = %s", batch_of(number))
    row = one(f"SELECT max(id) FROM tracking_recordchange WHERE {OF_LOT}", uuid, field)
    execute("UPDATE tracking_recordchange SET new = %s WHERE id = %s", value, row)
    change_anew(row)


def without_hold() -> None:
    """F2 was never held: neither the batch nor the log says so."""
    released()
    uuid = one("SELECT uuid FROM tracking_batch WHERE id = %s", batch_of("F2"))
    execute(f"DELETE FROM tracking_recordchange WHERE {OF_LOT}", uuid, "status")


def other_history(*, log_too: bool) -> None:
    """The newest archive says that Malt had another batch, hash, size and download with it."""
    archive = Archive.objects.filter(item__name="Malt").get()
    pack(archive, gzip.decompress(bytes(archive.content)).replace(b",M1,", b",M2,"))
    sha256 = one("SELECT sha256 FROM tracking_archive WHERE id = %s", archive.pk)
    execute("UPDATE tracking_historydownload SET sha256 = %s WHERE sha256 = %s", sha256, archive.sha256)
    if log_too:
        row = one("SELECT id FROM tracking_recordchange WHERE field = 'archive' AND new = %s", archive.sha256)
        execute("UPDATE tracking_recordchange SET new = %s WHERE id = %s", sha256, row)
        change_anew(row)
        digest_anew(one("SELECT d.id FROM tracking_document d JOIN tracking_ledgerline l ON l.document_id = d.id"
            " JOIN items_variant v ON v.id = l.variant_id WHERE v.sku = 'MALT'"))  # fmt: skip


def flip(at: int) -> None:
    """One byte of the newest archive, which is no gzip any more, or has other bytes in it."""
    archive = Archive.objects.get(item__name="Malt")
    content = bytearray(archive.content)
    content[at] ^= 255
    execute("UPDATE tracking_archive SET content = %s WHERE id = %s", bytes(content), archive.pk)


def never_switched() -> None:
    """Yeast was never switched off and on: neither switches, nor archive, nor their rows of the log."""
    item = one("SELECT id FROM items_item WHERE name = 'Yeast'")
    switches = [id_ for (id_,) in fetch("SELECT id FROM tracking_switch WHERE item_id = %s", [item])]
    delete(Switch, switches)
    execute("UPDATE items_item SET tracking_epoch = 0 WHERE id = %s", item)
    execute(
        "UPDATE tracking_ledgerline SET epoch = 0 WHERE variant_id IN (SELECT id FROM items_variant WHERE item_id = %s)",
        item,
    )


def other_figures(*, events_too: bool, log_too: bool = False) -> None:
    """The first case had found one lot fewer in stock."""
    recall = Recall.objects.order_by("pk").first()
    old = RecallEvent.objects.filter(recall=recall).order_by("pk").values_list("digest", flat=True)[0]
    execute("UPDATE tracking_recalllot SET on_hand = on_hand + 1000000 WHERE recall_id = %s", recall.pk)
    if events_too:
        for _ in RecallEvent.objects.filter(recall=recall):  # each follows from the one before
            for event, digest in recomputed_events(recall):
                execute("UPDATE tracking_recallevent SET digest = %s WHERE id = %s", digest, event.pk)
    if log_too:
        new = RecallEvent.objects.filter(recall=recall).order_by("pk").values_list("digest", flat=True)[0]
        row = one("SELECT id FROM tracking_recordchange WHERE new = %s", old)
        last = one(
            "SELECT max(id) FROM tracking_recordchange WHERE field = %s AND subject_id = %s", STANDING, recall.pk
        )
        for id_, value in ((row, new), (last, standing_of(recall))):
            execute("UPDATE tracking_recordchange SET new = %s WHERE id = %s", value, id_)
            change_anew(id_)


def sealed_anew(act: Callable[[], int]) -> None:
    digest_anew(act())
    seal_anew()


def last_row_of_open_case() -> None:
    """What was done last in the open case was not done."""
    case = one("SELECT min(id) FROM tracking_recall WHERE title = 'Metal'")
    execute(
        "DELETE FROM tracking_recallevent WHERE id = (SELECT max(id) FROM tracking_recallevent WHERE recall_id = %s)",
        case,
    )
    execute("UPDATE tracking_recallcustomer SET state = 'to_notify', notified_at = NULL, notified_by_id = NULL"
            " WHERE id = (SELECT max(id) FROM tracking_recallcustomer WHERE recall_id = %s)", case)  # fmt: skip


def delete_row(table: str, order: str = "DESC") -> None:
    execute(f"DELETE FROM {table} WHERE id = (SELECT id FROM {table} ORDER BY id {order} LIMIT 1)")


def manager_of(name: str) -> None:
    execute("INSERT INTO auth_user_groups (user_id, group_id) SELECT u.id, g.id FROM auth_user u CROSS JOIN auth_group g"
            " WHERE u.username = %s AND g.name = 'Manager'", name)  # fmt: skip


def other_head() -> None:
    execute("UPDATE tracking_seal SET head = 'x' WHERE id = (SELECT min(id) FROM tracking_seal)")


def earlier_seal() -> None:
    execute(
        "UPDATE tracking_seal SET made_at = '2026-01-31 08:00:00+00:00' WHERE id = (SELECT min(id) FROM tracking_seal)"
    )


UNSEALED = "No seal covers it yet, and the note of law 15 says so; a seal a day leaves a day."
A_CHANGE = "It stands in the log as a change, with who and why, and every later seal keeps it."
CHAIN = "All digests and seals were computed anew: only a head that somebody kept elsewhere tells (verify --seal)."

CLEVER = (
    Clever("a receipt doubled with its lines and levels", 14, lambda: double(first_of("receipt"))),
    Clever("the same with a digest of its own", 0, lambda: digest_anew(double(first_of("receipt"))),
           "That is a posting past the doors: it stands at the end, and a seal keeps it from then on."),
    Clever("a posting with a digest of its own that stands before what was sealed", 14, posted_before),
    Clever("a shipment deleted with its lines and levels", 14, lambda: take_away(document("SO-000001"))),
    Clever("a stocktake without lines deleted", 14, lambda: take_away(document("SC-0"))),
    Clever("the newest document deleted with its lines and levels", 0, lambda: take_away(newest()), UNSEALED),
    Clever("a shipment that went to another customer", 14, other_customer),
    Clever("the same with its digest computed anew", 15, lambda: digest_anew(other_customer())),
    Clever("the same with all seals computed anew", 0, lambda: sealed_anew(other_customer), CHAIN),
    Clever("a shipment of less, its level put right", 14, less_shipped),
    Clever("the same with its digest computed anew", 15, lambda: digest_anew(less_shipped())),
    Clever("a document of which the fingerprint is another", 14,
           lambda: execute("UPDATE tracking_document SET fingerprint = digest WHERE id = %s", first_of("receipt"))),
    Clever("two lines of a document in the other order", 14, swap_lines),
    Clever("two documents under each other's id", 0, swap_documents,
           "The order of posting is that of their lines, and every page, export and seal goes by it."),
    Clever("two batches swapped over all their lines and levels", 14, swap_batches),
    Clever("two batches that swapped their numbers", 14, swap_numbers),
    Clever("two serial numbers swapped over all their lines and places", 14, swap_units),
    Clever("a line that takes part in another document", 14,
           lambda: execute("UPDATE tracking_ledgerline SET document_id = document_id + 1 WHERE id ="
                           " (SELECT min(id) FROM tracking_ledgerline)")),
    Clever("a line with another UUID", 14,
           lambda: execute("UPDATE tracking_ledgerline SET uuid = %s WHERE id ="
                           " (SELECT min(id) FROM tracking_ledgerline)", stored(new_uuid()))),
    Clever("an archive that is no gzip any more", 14, lambda: flip(0)),
    Clever("an archive with one other byte", 14, lambda: flip(60)),
    Clever("an archive with other bytes, hash, size and download", 14, lambda: other_history(log_too=False)),
    Clever("the same with the change log and the document", 15, lambda: other_history(log_too=True)),
    Clever("an item that was never switched", 14, never_switched),
    Clever("an expiry without its row of the log", 17, expiry_later),
    Clever("the same with the row changed, and its digest", 15,
           lambda: (expiry_later(), logged_anew("F1", "expires_on", "2031-01-31"))),
    Clever("the same with a row of its own and no right digest", 15,
           lambda: (expiry_later(), log(field="expires_on", old="2027-09-27", new="2031-01-31"))),
    Clever("the same with a row of its own and its digest", 0,
           lambda: (expiry_later(), log(field="expires_on", old="", new="2031-01-31"),
                    change_anew(one("SELECT max(id) FROM tracking_recordchange"))), A_CHANGE),
    Clever("a release without its row of the log", 17, released),
    Clever("the same with the row changed, and its digest", 15, lambda: (released(), logged_anew("F2", "status", "available"))),
    Clever("a hold that never was, its row deleted", 15, without_hold),
    Clever("figures of a recall", 17, lambda: other_figures(events_too=False)),
    Clever("the same with its events computed anew", 17, lambda: other_figures(events_too=True)),
    Clever("the same with its rows of the log", 15, lambda: other_figures(events_too=True, log_too=True)),
    Clever("the last that was done in an open case undone", 17, last_row_of_open_case),
    Clever("a row of the change log deleted", 17, lambda: delete_row("tracking_recordchange", "ASC")),
    Clever("a seal with another head", 15, other_head),
    Clever("a seal of another day", 15, earlier_seal),
    Clever("the first seal deleted", 14, lambda: delete_row("tracking_seal", "ASC")),
    Clever("the newest seal deleted", 0, lambda: delete_row("tracking_seal"),
           "What it covered is there as before; who kept its head learns that it is gone (verify --seal)."),
    Clever("somebody made a manager", 17, lambda: manager_of("anna")),
    Clever("somebody made a superuser", 17, lambda: execute("UPDATE auth_user SET is_superuser = NOT is_superuser")),
)  # fmt: skip
