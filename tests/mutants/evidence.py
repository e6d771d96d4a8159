"""Mistakes in what the ledger is held against: order, digests, seals, the change log, guards."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

FORGERIES = ("test_forgeries.py",)
ORDER = ("test_posting_order.py", "races/test_posting_order.py")
GUARDS = ("test_triggers.py",)

MUTANTS = (
    Mutant(
        "ids of lines are drawn before their levels are locked",
        "tracking/ledger/write.py",
        "call=lock_of_levels(locks) if locks else None",
        "call=None",
        ORDER,
        ("postgresql",),
    ),
    Mutant(
        "an export has the lines of two documents between each other",
        "tracking/ledger/posting_order.py",
        "            if line[1] not in apart:\n                ordered.append(line)",
        "            ordered.append(line)",
        ORDER,
        ("postgresql",),
    ),
    Mutant(
        "a level below zero in posting order is let pass",
        "tracking/ledger/laws/order.py",
        "if baseline is None or shortage.line > baseline.last_line:",
        "if baseline is not None and shortage.line < 0:",
        ORDER,
    ),
    Mutant(
        "a digest leaves the note out",
        "tracking/ledger/digest.py",
        "head.partner_address, head.note,",
        'head.partner_address, "",',
        FORGERIES,
    ),
    Mutant(
        "a digest does not care for the order of lines",
        "tracking/ledger/digest.py",
        "    return sha256(FIELD.join(texts), rows)",
        "    return sha256(FIELD.join(texts), sorted(rows))",
        FORGERIES,
    ),
    Mutant(
        "a line that lost its number has none in its digest",
        "tracking/ledger/document_digests.py",
        'archived.get(digits, "")',
        '""',
        ("test_digests_through.py",),
    ),
    Mutant(
        "a seal does not cover the change log",
        "tracking/ledger/seals.py",
        "return [digest for _, digest in (*self.documents, *self.changes)]",
        "return [digest for _, digest in self.documents]",
        FORGERIES,
    ),
    Mutant(
        "a seal does not wait for the postings",
        "tracking/ledger/seals.py",
        "    locks.own_ledger()",
        "    locks.share_ledger()",
        ("races/test_sealing.py",),
        ("postgresql",),
    ),
    Mutant(
        "the change log is not written when a partner is saved",
        "tracking/change_log.py",
        "    log_row(instance, changes)",
        "    log_row(instance, [])",
        GUARDS,
    ),
    Mutant(
        "the database takes an expiry that is not logged",
        "tracking/ledger/triggers/evidence_rules.py",
        """f"{unlogged('expires_on', LOT)} OR {unlogged('status', LOT)}",""",
        """unlogged("status", LOT),""",
        GUARDS,
    ),
    Mutant(
        "a permit closes before its act is done",
        "tracking/ledger/triggers/permit_rules.py",
        '"DELETE", f"NOT ({DONE})"',
        '"DELETE", f"1 = 0 AND NOT ({DONE})"',
        GUARDS,
    ),
    Mutant(
        "the program posts without guards",
        "tracking/ledger/guards.py",
        "    if missing:\n        raise refusal(missing)",
        "    if missing and len(missing) > 1_000:\n        raise refusal(missing)",
        ("test_guards.py",),
    ),
    Mutant(
        "an instant of SQLite is taken for one in the zone of the site",
        "tracking/ledger/sql.py",
        "return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)",
        "return instant.astimezone(UTC)",
        ("test_export.py",),
        ("sqlite",),
    ),
)
