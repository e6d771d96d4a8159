"""Mistakes in the switches: what is refused, what is exported, what is taken off, and what comes back."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

OFF = ("test_switch.py", "test_item_card.py")
BACK = ("test_restore.py", "test_settlement.py")

MUTANTS = (
    Mutant(
        "any download will do, also one of before",
        "tracking/modes/switch.py",
        "if downloads.filter(sha256=history.sha256).exists():",
        "if downloads.exists():",
        OFF,
    ),
    Mutant(
        "what somebody else downloaded will do",
        "tracking/modes/switch.py",
        "HistoryDownload.objects.filter(item=item, downloaded_by=by)",
        "HistoryDownload.objects.filter(item=item)",
        OFF,
    ),
    Mutant(
        "a download counts before its last byte was taken",
        "tracking/modes/download.py",
        "    with history.file as file:\n        while",
        "    record_download(item=item, history=history, by=by)\n    with history.file as file:\n        while",
        ("test_switch.py",),
    ),
    Mutant(
        "stock on hold does not keep tracking from being switched off",
        "tracking/modes/check.py",
        '    if not rows:\n        return ""\n    names = ", ".join(f"{number} of {sku}"',
        '    if True:\n        return ""\n    names = ", ".join(f"{number} of {sku}"',
        (*OFF, "test_hold_pages.py"),
    ),
    Mutant(
        "an open recall does not keep tracking from being switched off",
        "tracking/modes/check.py",
        "FROM tracking_recall r WHERE r.closed_at IS NULL",
        "FROM tracking_recall r WHERE r.closed_at IS NOT NULL",
        ("test_recall_pages.py",),
    ),
    Mutant(
        "batch and serial are switched directly",
        "tracking/modes/check.py",
        "    if present != TrackingMode.NONE:\n        return refusal_of_direct",
        "    if False:\n        return refusal_of_direct",
        OFF,
    ),
    Mutant(
        "serial numbers are enabled over half a unit",
        "tracking/modes/check.py",
        "k.quantity %% 1000000 <> 0 ORDER BY",
        "k.quantity %% 1000000 < 0 ORDER BY",
        OFF,
    ),
    Mutant(
        "without the add-on tracking is enabled",
        "tracking/modes/check.py",
        "    if workspace.can_track:\n",
        "    if workspace:\n",
        (*OFF, "test_item_pages.py"),
    ),
    Mutant(
        "enabling batches forgets stock below one unit",
        "tracking/modes/enabling.py",
        "WHERE v.item_id = %s AND k.quantity > 0 ORDER BY",
        "WHERE v.item_id = %s AND k.quantity >= 1000000 ORDER BY",
        ("test_switch.py",),
    ),
    Mutant(
        "a switch over another one of meanwhile goes through",
        "tracking/modes/saving.py",
        "if loaded is not None and loaded != (present, epoch):",
        "if False:",
        ("test_switch.py",),
    ),
    Mutant(
        "a bare save switches tracking off",
        "tracking/modes/saving.py",
        "    if item.tracking_mode == TrackingMode.NONE:\n        return check.refusal_of_save_to_none",
        "    if False:\n        return check.refusal_of_save_to_none",
        OFF,
    ),
    Mutant(
        "the history leaves out batches that never moved",
        "tracking/modes/history.py",
        "        for query in (BATCHES, SERIALS):",
        "        for query in (SERIALS,):",
        (*OFF, *BACK),
    ),
    Mutant(
        "the history has its records in the order of the table",
        "tracking/modes/history.py",
        'ORDER BY {key} LIMIT %s\n"""\nSERIALS',
        'ORDER BY b.id LIMIT %s\n"""\nSERIALS',
        ("test_switch.py",),
    ),
    Mutant(
        "a long history repeats its records",
        "tracking/modes/history.py",
        "        last = rows[-1][0]",
        "        last = rows[0][0]",
        ("test_switch.py",),
    ),
    Mutant(
        "the archive lacks its first bytes",
        "tracking/modes/switch.py",
        "gzip.compress(history.file.read(), compresslevel=6, mtime=0)",
        "gzip.compress(history.file.read()[3:], compresslevel=6, mtime=0)",
        (*OFF, *BACK),
    ),
    Mutant(
        "who may not switch does",
        "tracking/modes/switch.py",
        '    if by is None or not by.has_perm("items.switch_tracking"):',
        "    if by is None:",
        OFF,
    ),
    Mutant(
        "switching off leaves the levels by batch",
        "tracking/ledger/relink.py",
        '        rebuild_levels(cursor, item)\n        cursor.execute(f"DELETE',
        '        cursor.execute(f"DELETE',
        OFF,
    ),
    Mutant(
        "a restored serial number is where it was first",
        "tracking/ledger/relink.py",
        "ORDER BY l.id DESC LIMIT 1) WHERE item_id",
        "ORDER BY l.id LIMIT 1) WHERE item_id",
        BACK,
    ),
    Mutant(
        "the batch that expires last is taken first",
        "tracking/modes/settlement.py",
        "return level.is_held, level.expires_on is None, level.expires_on or date.min, level.order",
        "return level.is_held, level.expires_on is not None, level.expires_on or date.min, level.order",
        ("test_settlement.py",),
    ),
    Mutant(
        "what is on hold is taken as everything else",
        "tracking/modes/settlement.py",
        "return level.is_held, level.expires_on is None,",
        "return level.expires_on is None,",
        ("test_settlement.py",),
    ),
    Mutant(
        "a restored UNBATCHED does not join the present one",
        "tracking/modes/settlement.py",
        "joined = unbatched + sum(level.quantity for level in levels if level.name[1] == UNBATCHED_KEY)",
        "joined = unbatched",
        ("test_settlement.py", "test_restore.py"),
    ),
    Mutant(
        "a restore does something else than was shown",
        "tracking/modes/restore.py",
        "if seen and seen != plan.digest:",
        "if False:",
        ("test_restore_pages.py",),
    ),
    Mutant(
        "a restore adds where it should take",
        "tracking/modes/restore.py",
        "yield place.variant, place.location, batch, None, part.number, -some",
        "yield place.variant, place.location, batch, None, part.number, some",
        BACK,
    ),
)
