"""Mistakes in what is told of a lot: where a trace goes and ends, who is reached by a recall, what is taken first."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

TRACE = ("test_trace.py",)
SETTLED = ("test_settlement.py",)
RECALL = ("test_recall_scope.py", "test_recall_pages.py")
PICKING = ("test_fefo.py",)

MUTANTS = (
    Mutant(
        "a trace goes on from another variant of an adjustment",
        "tracking/trace/walk.py",
        "        AND (step.variant_id = 0 OR f.variant_id = step.variant_id)\n",
        "",
        TRACE,
    ),
    Mutant(
        "a gap is of a switch that was before the restore",
        "tracking/trace/gaps.py",
        " and same_mode and later.switched_at >= restored_at",
        " and same_mode",
        TRACE,
    ),
    Mutant(
        "a unit that never had a number is a gap though the others have theirs back",
        "tracking/trace/gaps.py",
        "    return switch if switch.archive.restored_at is None else None",
        "    return switch if switch.archive.restored_at is None else switches[-1]",
        TRACE,
    ),
    Mutant(
        "what left as UNBATCHED before a restore is overlooked",
        "tracking/trace/settled.py",
        "(b.id IS NULL OR b.key = %s)",
        "(b.id IS NULL AND coalesce(b.key, '') <> %s)",
        SETTLED,
    ),
    Mutant(
        "what left as UNBATCHED before the switch makes a gap",
        "tracking/trace/settled.py",
        "AND l.epoch >= %s AND l.quantity < 0",
        "AND l.epoch >= 0 * %s AND l.quantity < 0",
        SETTLED,
    ),
    Mutant(
        "what was moved and moved back makes a gap",
        "tracking/trace/settled.py",
        "d.kind NOT IN ('transfer', 'tracking_on', 'tracking_restored')",
        "d.kind NOT IN ('tracking_on', 'tracking_restored')",
        SETTLED,
    ),
    Mutant(
        "a lot that was used up before has a gap when it comes again",
        "tracking/trace/settled.py",
        "{in_variants} AND l.epoch < %s",
        "{in_variants} AND l.epoch < %s + 99",
        SETTLED,
    ),
    Mutant(
        "returns of nobody lower what nobody got",
        "tracking/recalls/flows.py",
        "        if one.partner is not None:\n            back",
        "        if True:\n            back",
        RECALL,
    ),
    Mutant(
        "a case that was closed is opened again",
        "tracking/recalls/open.py",
        "Recall.objects.filter(kind=kind, closed_at__isnull=True)",
        "Recall.objects.filter(kind=kind)",
        RECALL,
    ),
    Mutant(
        "whoever writes an answer down has notified the customer, then",
        "tracking/recalls/state.py",
        "    elif customer.notified_at is None:\n",
        "    else:\n",
        ("test_recall_pages.py",),
    ),
    Mutant(
        "who may not work on an open case does",
        "tracking/recalls/state.py",
        '    require(by, "tracking.change_recall", sentence=MANAGERS)\n\n    def locked',
        "    def locked",
        ("test_recall_doors.py",),
    ),
    Mutant(
        "a switch of one item takes others out of their closed cases",
        "tracking/recalls/live.py",
        "lasting_switches().filter(item=item, switched_at",
        "lasting_switches().filter(switched_at",
        ("test_recall_since.py",),
    ),
    Mutant(
        "the shelf begins anew at the end of a chunk",
        "tracking/picking/fefo.py",
        "parameters = [last.expires_on, last.expires_on, *parameters]",
        "parameters = [start, last.expires_on, *parameters]",
        PICKING,
    ),
    Mutant(
        "what expires later is lost at the end of a chunk",
        "tracking/picking/fefo.py",
        "(b.expires_on > %s OR {condition})",
        "(b.expires_on >= %s AND {condition})",
        PICKING,
    ),
    Mutant(
        "of one expiry the youngest is taken first",
        "tracking/picking/fefo.py",
        'order = "b.expires_on, b.first_at, b.id" if',
        'order = "b.expires_on, b.first_at DESC, b.id" if',
        PICKING,
    ),
    Mutant(
        "of one expiry the youngest is listed first",
        "tracking/drafts/facts.py",
        "b.expires_on, b.first_at, b.id) AS place",
        "b.expires_on, CASE WHEN b.expires_on IS NULL THEN b.first_at END, b.first_at DESC, b.id) AS place",
        PICKING,
    ),
    Mutant(
        "numbers that are taken count among those that are suggested",
        "tracking/picking/fefo.py",
        "rows[: count + len(taken)]",
        "rows[:count]",
        PICKING,
    ),
    Mutant(
        "what expires today is not told of other places",
        "tracking/picking/elsewhere.py",
        "batch__expires_on__lt=day",
        "batch__expires_on__lte=day",
        PICKING,
    ),
    Mutant(
        "a serial number that left on a day is there at its end",
        "tracking/stock/contents.py",
        "AND k.serial_id IS NOT NULL AND d.posted_on > %s",
        "AND k.serial_id IS NOT NULL AND d.posted_on >= %s",
        ("test_stock_pages.py",),
    ),
)
