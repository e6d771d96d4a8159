"""What somebody can try who has the password of the site's own role of PostgreSQL, which owns no table: plain SQL."""

from __future__ import annotations

from dataclasses import dataclass

DENIED = "permission denied|must be owner|must be superuser"
ITEM = "(SELECT id FROM items_item WHERE name = '{0}')"
SKU = "(SELECT id FROM items_variant WHERE sku = '{0}')"
F1, F2 = (f"(SELECT id FROM tracking_batch WHERE number = '{number}' AND variant_id = {SKU.format('FLOUR')})"
          for number in ("F1", "F2"))  # fmt: skip
MAIN, CORNER, ATTIC = (
    f"(SELECT id FROM tracking_location WHERE name = '{name}')" for name in ("Main", "Corner", "Attic")
)
MALT, FLOUR, YEAST = (ITEM.format(name) for name in ("Malt", "Flour", "Yeast"))
ARCHIVE = "(SELECT max(id) FROM tracking_archive WHERE item_id = {0})"
MADE_UP = "'" + "a" * 64 + "'"
DOCUMENT = (
    "INSERT INTO tracking_document (kind, number, key, posted_at, posted_on, partner_name, partner_address, note,"
    " posted_by_name, recorded_at, fingerprint, digest, token) VALUES ('{kind}', 'X-1', 'x-1', '2026-01-31T08:00Z',"
    " '2026-01-31', '', '', '', '', now(), '', {digest}, gen_random_uuid())"
)
NEWEST = "(SELECT max(id) FROM tracking_document)"
OLDEST = "(SELECT min(document_id) FROM tracking_ledgerline)"
LINE = (
    "INSERT INTO tracking_ledgerline ({id}uuid, document_id, variant_id, location_id, batch_id, quantity, epoch)"
    " SELECT {value}gen_random_uuid(), {document}, v.id, {location}, {batch}, {quantity}, i.tracking_epoch"
    " FROM items_variant v JOIN items_item i ON i.id = v.item_id WHERE v.sku = '{sku}'"
)
CHANGE = (
    "INSERT INTO tracking_recordchange (subject, {what}, name, key, field, old, new, is_first, reason, changed_by_name,"
    " changed_at, digest) SELECT '{subject}', {value}, 'x', 'x', '{field}', '', '{new}', false, '', '', now(), "
    + MADE_UP
)
PERMIT = (
    "INSERT INTO tracking_relinkpermit (item_id, act, epoch, archive_id, never_id)"
    " SELECT id, '{act}', tracking_epoch + {step}, {archive}, 0 FROM items_item WHERE id = {item}"
)
NO_PERMIT = "DELETE FROM tracking_relinkpermit"
LEVELS = (
    "DELETE FROM tracking_stocklevel WHERE variant_id = {0}",
    "INSERT INTO tracking_stocklevel (variant_id, location_id, batch_id, quantity, numbered) SELECT variant_id, location_id,"
    " batch_id, sum(quantity), 0 FROM tracking_ledgerline WHERE variant_id = {0} GROUP BY 1, 2, 3",
)
SWITCH = (
    "INSERT INTO tracking_switch (item_id, from_mode, to_mode, reason, switched_at, epoch, line_count, batch_count,"
    " serial_count) SELECT id, 'batch', 'none', 'x', now(), tracking_epoch + 1, 0, 0, 0 FROM items_item WHERE id = {0}"
)
KEPT = (
    "INSERT INTO tracking_archive (switch_id, item_id, mode, content, sha256, size, line_count, record_count)"
    " SELECT max(id), {0}, 'batch', '', '', 0, 0, 0 FROM tracking_switch WHERE item_id = {0}"
)


LOT = (
    "item_id, variant_id, item_name, sku, label, unit, number, key, is_serial, depth, expires_on, came, used, shipped,"
    " sent_back, on_hand, was_held"
)


def line(
    sku: str, quantity: int, batch: str = "NULL", document: str = NEWEST, id_: str = "", location: str = MAIN
) -> str:
    return LINE.format(
        id="id, " if id_ else "", value=f"{id_}, " if id_ else "", document=document, sku=sku, batch=batch,
        quantity=quantity, location=location,
    )  # fmt: skip


def posted(*lines: str, kind: str = "receipt", digest: str = MADE_UP) -> tuple[str, ...]:
    return (DOCUMENT.format(kind=kind, digest=digest), *lines)


def logged(subject: str, where: str, field: str, new: str) -> str:
    """A row of the change log, of a lot or of something with an id."""
    what, value = ("uuid, variant_id", f"uuid, variant_id FROM tracking_batch WHERE id = {where}")
    if subject != "batch":
        what, value = "subject_id", where
        return CHANGE.format(what=what, value=value, subject=subject, field=field, new=new)
    head, _, rest = value.partition(" FROM ")
    return CHANGE.format(what=what, value=head, subject=subject, field=field, new=new) + f" FROM {rest}"


@dataclass(frozen=True, slots=True)
class Attack:
    """``statements`` in one transaction: ``refused`` by the database, with words like these, or named by ``law``."""

    what: str
    statements: tuple[str, ...]
    refused: str = ""
    law: int = 0


def refused(what: str, *statements: str, by: str = DENIED) -> Attack:
    return Attack(what, statements, refused=by)


def named(law: int, what: str, *statements: str) -> Attack:
    return Attack(what, statements, law=law)


TEMPORARY = "CREATE TEMPORARY TABLE {0} (LIKE public.{0})"

ATTACKS = (
    # History: documents and lines.
    refused("a line of another quantity", "UPDATE tracking_ledgerline SET quantity = 1"),
    refused("a line of another batch", f"UPDATE tracking_ledgerline SET batch_id = {F2} WHERE batch_id = {F1}", by="never edited"),
    refused("lines deleted by a common table expression",
            "WITH gone AS (DELETE FROM tracking_ledgerline RETURNING id) SELECT count(*) FROM gone"),
    refused("lines merged", "MERGE INTO tracking_ledgerline l USING items_variant v ON v.id = l.variant_id"
            " WHEN MATCHED THEN UPDATE SET quantity = 1"),
    refused("everything truncated", "TRUNCATE tracking_ledgerline, tracking_recordchange CASCADE"),
    refused("a document upserted", DOCUMENT.format(kind="receipt", digest=MADE_UP) +
            " ON CONFLICT (token) DO UPDATE SET note = 'x'"),
    named(14, "a line added to an old document", line("SALT", 1, document=OLDEST, location=ATTIC)),
    refused("a line added to an old document, where stock moved since", line("FLOUR", 1, F1, document=OLDEST),
            by="moved the same stock"),
    named(14, "a document with a digest that is made up", *posted(line("SALT", 1000000))),
    refused("a document without a digest", DOCUMENT.format(kind="receipt", digest="''"), by="digest"),
    named(14, "a line with a low id", *posted(line("SALT", 1000000, id_="-5", location=ATTIC))),
    named(14, "a line with an id far ahead", *posted(line("SALT", 1000000, id_="9000000000"))),
    refused("a document of the system", DOCUMENT.format(kind="tracking_on", digest=MADE_UP), by="a switch or a restore"),
    refused("more shipped than there is", *posted(line("SALT", -900000000), kind="shipment"), by="not enough"),
    refused("what is on hold shipped", *posted(line("FLOUR", -1000000, F2), kind="shipment"), by="on hold"),
    refused("a line of an epoch that was", *posted(line("YEAST", 1, "NULL").replace("i.tracking_epoch", "0")), by="switched since"),
    refused("the sequence of lines set back", "SELECT setval('tracking_ledgerline_id_seq', 1)"),
    refused("guards of a replica", "SET session_replication_role = replica"),
    refused("lines from a file", "COPY tracking_ledgerline FROM '/etc/hostname'"),
    refused("lines from a program", "COPY tracking_ledgerline FROM PROGRAM 'true'"),
    # Stock.
    named(1, "a level of another quantity", f"UPDATE tracking_stocklevel SET quantity = quantity + 1 WHERE batch_id = {F1}"),
    named(1, "a level of its own", f"INSERT INTO tracking_stocklevel (variant_id, location_id, quantity, numbered)"
          f" VALUES ({SKU.format('MALT')}, {CORNER}, 5, 0)"),
    named(1, "a level deleted", f"DELETE FROM tracking_stocklevel WHERE batch_id = {F1}"),
    named(1, "an empty level made by the guards' own function",
          f"SELECT tracking_lock_levels(ARRAY[{SKU.format('MALT')}], ARRAY[{CORNER}], ARRAY[NULL]::bigint[])"),
    refused("a level below zero", "UPDATE tracking_stocklevel SET quantity = -1", by="level_n"),
    named(1, "a serial number elsewhere", f"UPDATE tracking_serialnumber SET location_id = {CORNER} WHERE number = 'P2'"),
    refused("a location archived with its stock", "UPDATE tracking_location SET archived_at = now()", by="while stock is there"),
    # Lots.
    refused("an expiry", f"UPDATE tracking_batch SET expires_on = '2031-01-31' WHERE id = {F1}", by="logged before"),
    named(15, "an expiry with a row of the log", logged("batch", F1, "expires_on", "2031-01-31"),
          f"UPDATE tracking_batch SET expires_on = '2031-01-31' WHERE id = {F1}"),
    refused("a hold taken away", f"UPDATE tracking_batch SET status = 'available' WHERE id = {F2}", by="logged before"),
    named(15, "a hold taken away with a row of the log", logged("batch", F2, "status", "available"),
          f"UPDATE tracking_batch SET status = 'available' WHERE id = {F2}"),
    named(17, "the reason of a hold", f"UPDATE tracking_batch SET reason = 'x' WHERE id = {F2}"),
    named(17, "the note of a lot", f"UPDATE tracking_batch SET note = 'x' WHERE id = {F2}"),
    refused("a batch of another number", f"UPDATE tracking_batch SET number = 'x' WHERE id = {F1}", by="are fixed"),
    refused("a serial number of another number", "UPDATE tracking_serialnumber SET uuid = gen_random_uuid()", by="are fixed"),
    refused("a batch deleted", f"DELETE FROM tracking_batch WHERE id = {F1}", by="never deleted by itself"),
    refused("a batch with an expiry that is not logged",
            "INSERT INTO tracking_batch (uuid, variant_id, number, key, expires_on, supplier_batch, status, reason, note)"
            f" VALUES (gen_random_uuid(), {SKU.format('FLOUR')}, 'n', 'n', '2031-01-31', '', 'available', '', '')",
            by="logged before"),
    # Switches, archives and permits.
    refused("the mode of an item alone", f"UPDATE items_item SET tracking_mode = 'none' WHERE id = {FLOUR}", by="by a switch"),
    refused("its epoch alone", f"UPDATE items_item SET tracking_epoch = tracking_epoch + 1 WHERE id = {FLOUR}", by="by a switch"),
    refused("a switch alone", SWITCH.format(FLOUR), by="switched as a whole"),
    refused("two batches swapped under a permit to switch off", PERMIT.format(act="off", step=1, archive="NULL", item=FLOUR),
            f"UPDATE tracking_ledgerline SET batch_id = {F2} WHERE batch_id = {F1}", NO_PERMIT, by="never edited"),
    refused("numbers taken off under a permit that closes", PERMIT.format(act="off", step=1, archive="NULL", item=FLOUR),
            f"UPDATE tracking_ledgerline SET batch_id = NULL WHERE batch_id = {F1}", NO_PERMIT, by="closes when"),
    refused("numbers taken off under a permit that stays", PERMIT.format(act="off", step=1, archive="NULL", item=FLOUR),
            f"UPDATE tracking_ledgerline SET batch_id = NULL WHERE batch_id = {F1}", by="never_id"),
    refused("a place for permits to stay", "INSERT INTO tracking_never VALUES (0)"),
    refused("a permit of another epoch", PERMIT.format(act="off", step=2, archive="NULL", item=FLOUR), by="next switch"),
    refused("a permit for an archive that was restored", PERMIT.format(act="restore", step=0, archive=ARCHIVE.format(YEAST),
            item=YEAST), by="next switch"),
    refused("an archive that was restored, and never", "UPDATE tracking_archive SET restored_at = now()", by="as a whole, once"),
    refused("an archive of other bytes", "UPDATE tracking_archive SET content = ''"),
    named(14, "a whole switch with an archive of nothing", PERMIT.format(act="off", step=1, archive="NULL", item=FLOUR),
          SWITCH.format(FLOUR), KEPT.format(FLOUR),
          "UPDATE tracking_ledgerline SET batch_id = NULL WHERE variant_id IN"
          f" (SELECT id FROM items_variant WHERE item_id = {FLOUR})",
          *(step.format(SKU.format(sku)) for sku in ("FLOUR", "FLOUR-25") for step in LEVELS),
          f"DELETE FROM tracking_batch WHERE variant_id IN (SELECT id FROM items_variant WHERE item_id = {FLOUR})",
          f"UPDATE items_item SET tracking_mode = 'none', tracking_epoch = tracking_epoch + 1 WHERE id = {FLOUR}", NO_PERMIT),
    named(14, "all lines put into one batch under a permit to restore",
          PERMIT.format(act="restore", step=0, archive=ARCHIVE.format(MALT), item=MALT),
          f"UPDATE tracking_ledgerline SET batch_id = (SELECT id FROM tracking_batch WHERE variant_id = {SKU.format('MALT')})"
          f" WHERE batch_id IS NULL AND variant_id = {SKU.format('MALT')}",
          *(step.format(SKU.format("MALT")) for step in LEVELS),
          f"UPDATE tracking_archive SET restored_at = now() WHERE id = {ARCHIVE.format(MALT)}", NO_PERMIT),
    # Temporary tables of the guards' names.
    refused("a permit in a temporary table", TEMPORARY.format("tracking_relinkpermit"),
            f"INSERT INTO pg_temp.tracking_relinkpermit (id, item_id, act, epoch, never_id) VALUES (1, {FLOUR}, 'off', 0, 0)",
            f"UPDATE public.tracking_ledgerline SET batch_id = NULL WHERE batch_id = {F1}", by="never edited"),
    refused("a change log in a temporary table", TEMPORARY.format("tracking_recordchange"),
            logged("batch", F1, "expires_on", "2031-01-31").replace("INSERT INTO tracking_recordchange (",
            "INSERT INTO pg_temp.tracking_recordchange (id, ").replace("SELECT 'batch'", "SELECT 1, 'batch'"),
            f"UPDATE tracking_batch SET expires_on = '2031-01-31' WHERE id = {F1}", by="logged before"),
    refused("levels in a temporary table", TEMPORARY.format("tracking_stocklevel"),
            *posted(line("SALT", -900000000), kind="shipment"), by="not enough"),
    # The change log, seals and where digests begin.
    refused("a row of the log changed", "UPDATE tracking_recordchange SET reason = 'x'"),
    refused("rows of the log deleted", "DELETE FROM tracking_recordchange"),
    named(15, "a row of the log made up", logged("workspace", "1", "note", "x")),
    named(14, "a seal made up", f"INSERT INTO tracking_seal (head, first_document, last_document, document_count, last_change,"
          f" change_count, made_at, made_by_name) VALUES ({MADE_UP}, 0, {NEWEST}, 0, 0, 0, now(), '')"),
    refused("a seal deleted", "DELETE FROM tracking_seal"),
    refused("another beginning of digests", "UPDATE tracking_baseline SET last_line = 99"),
    refused("no beginning of digests", "DELETE FROM tracking_baseline"),
    # Recalls.
    refused("figures of a recall", "UPDATE tracking_recalllot SET on_hand = 0", by="never changed"),
    refused("a shipment of a recall", "UPDATE tracking_recallshipment SET quantity = 1", by="closed|never changed"),
    named(17, "a lot added to an open case", f"INSERT INTO tracking_recalllot (recall_id, {LOT}) SELECT"
          f" (SELECT id FROM tracking_recall WHERE title = 'Metal'), {LOT} FROM tracking_recalllot LIMIT 1"),
    named(17, "an event made up", "INSERT INTO tracking_recallevent (recall_id, at, text, digest)"
          f" SELECT id, now(), 'x', {MADE_UP} FROM tracking_recall WHERE title = 'Metal'"),
    named(17, "a customer marked as notified", "UPDATE tracking_recallcustomer SET state = 'replied' WHERE recall_id ="
          " (SELECT id FROM tracking_recall WHERE title = 'Metal')"),
    named(17, "a case closed without a word", "UPDATE tracking_recall SET closed_at = now() WHERE closed_at IS NULL"),
    refused("a closed case opened again", "UPDATE tracking_recall SET closed_at = NULL", by="closed"),
    refused("an event deleted", "DELETE FROM tracking_recallevent"),
    # Names, settings and people.
    refused("a partner of another name", "UPDATE tracking_partner SET name = 'x' WHERE name = 'Northmill'", by="name is logged"),
    named(17, "his address", "UPDATE tracking_partner SET address = 'x' WHERE name = 'Northmill'"),
    named(17, "a partner who was never made", "INSERT INTO tracking_partner (name, key, email, phone, address)"
          " VALUES ('Ghost', 'ghost', '', '', '')"),
    named(17, "a partner deleted", "DELETE FROM tracking_partner WHERE name = 'Old & Co'"),
    refused("a unit of another size", f"UPDATE items_item SET unit = 'g' WHERE id = {FLOUR}", by="is fixed"),
    refused("a variant of another item", f"UPDATE items_variant SET item_id = {MALT} WHERE sku = 'FLOUR'", by="stays with"),
    named(17, "the plan of the workspace", "UPDATE tracking_workspace SET plan = 'standard'"),
    named(17, "a superuser", "UPDATE auth_user SET is_superuser = true WHERE username = 'anna'"),
    named(17, "a manager", "INSERT INTO auth_user_groups (user_id, group_id) SELECT u.id, g.id FROM auth_user u, auth_group g"
          " WHERE u.username = 'anna' AND g.name = 'Manager'"),
    # Guards.
    refused("a trigger of his own", "CREATE TRIGGER aid BEFORE INSERT ON tracking_document FOR EACH ROW"
            " EXECUTE FUNCTION tracking_document_update_fn()"),
    refused("a rule", "CREATE RULE aid AS ON INSERT TO tracking_document DO INSTEAD NOTHING"),
    refused("a function of his own", "CREATE FUNCTION aid() RETURNS void LANGUAGE sql AS ''"),
    refused("a schema of his own", "CREATE SCHEMA aid"),
    refused("lines without their document", "SET CONSTRAINTS ALL DEFERRED", line("SALT", 1000000, document="999999"),
            by="document_id"),
)  # fmt: skip
