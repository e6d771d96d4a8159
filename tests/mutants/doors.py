"""Mistakes in who may do what, and in what a batch that is made of another keeps."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a file reverses documents for everybody",
        "tracking/resources/import_movements.py",
        "            require_reversing(self.posting.by)",
        "            require_reversing(None)",
        ("test_reversal_import.py",),
    ),
    Mutant(
        "a posting reverses documents for everybody",
        "tracking/ledger/post.py",
        "        mirror.require_reversing(self.by)\n",
        "",
        ("test_reversal_import.py",),
    ),
    Mutant(
        "no password is asked for a file that reverses",
        "tracking/forms/imports.py",
        "        if not reversals:",
        "        if reversals:",
        ("test_reversal_import.py",),
    ),
    Mutant(
        "who lacks a permission has it",
        "katana_trace/lib/permission.py",
        "    if not may(by, *permissions):",
        "    if may(by, *permissions) is None:",
        ("test_reversal_import.py", "test_review.py"),
    ),
    Mutant(
        "one of several permissions is enough",
        "katana_trace/lib/permission.py",
        "by is None or all(",
        "by is None or any(",
        ("test_reversal_import.py",),
    ),
    Mutant(
        "a count turns nothing into anything",
        "tracking/documents/stocktake.py",
        "relabels=True, ",
        "",
        ("test_hold_doors.py", "test_expiry_doors.py"),
    ),
    Mutant(
        "a mirror takes what is on hold",
        "tracking/ledger/plan.py",
        "        if self.rule.relabels:\n            self.check_relabelled(planned)",
        "        if self.rule.relabels and not self.mirror:\n            self.check_relabelled(planned)",
        ("test_hold_doors.py",),
    ),
    Mutant(
        "who may change batches takes a serial number on hold",
        "tracking/ledger/relabelling.py",
        'True: "tracking.change_serialnumber"',
        'True: "tracking.change_batch"',
        ("test_hold_doors.py",),
    ),
    Mutant(
        "a batch without an expiry expires first of all",
        "tracking/ledger/relabelling.py",
        "    return expires_on is None or expires_on > than",
        "    return expires_on is not None and expires_on > than",
        ("test_expiry_doors.py",),
    ),
    Mutant(
        "the latest expiry is carried, not the earliest",
        "tracking/ledger/relabelling.py",
        "    first = min(",
        "    first = max(",
        ("test_expiry_doors.py",),
    ),
    Mutant(
        "an expiry is carried from another variant",
        "tracking/ledger/relabelling.py",
        "sources.get(line.variant), line.batch",
        "next(iter(sources.values()), None), line.batch",
        ("test_expiry_doors.py",),
    ),
    Mutant(
        "a later expiry is not logged",
        "tracking/ledger/new_lots.py",
        "    changes.write_first([later_of(",
        "    changes.write_first([] and [later_of(",
        ("test_expiry_doors.py",),
    ),
    Mutant(
        "an import computes an expiry",
        "tracking/ledger/plan.py",
        "self.rule.relabels and self.document.carries_expiry",
        "self.rule.relabels",
        ("test_expiry_doors.py",),
    ),
    Mutant(
        "a file of stock makes a location for everybody",
        "tracking/resources/import_stock.py",
        "            require_to_make(Location, name, by=self.posting.by)\n",
        "",
        ("test_reversal_import.py",),
    ),
    Mutant(
        "the program's own note is the reason of a later expiry",
        "tracking/ledger/relabelling.py",
        "document.note if document.reason is None else document.reason",
        "document.reason or document.note",
        ("test_expiry_doors.py",),
    ),
    Mutant(
        "whoever may change users makes himself a superuser",
        "tracking/admin/user.py",
        "    def has_change_permission(self, request, obj=None):\n        return request.user.is_superuser\n\n",
        "",
        ("test_admin_pages.py",),
    ),
)
