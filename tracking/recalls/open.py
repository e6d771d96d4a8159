"""Opening a case: the scope at one instant, kept as text and quantities of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db.models import Max

from katana_trace.lib import days
from katana_trace.lib.numbers import check_text, key_of
from katana_trace.lib.permission import require
from katana_trace.lib.refusal import Refusal
from tracking.ledger import changes, locks
from tracking.ledger.recall_facts import change_of_opening, digest_of_event, opening_facts
from tracking.ledger.retry import in_transaction
from tracking.models import Document, Recall, RecallEvent
from tracking.recalls.picture import write_picture
from tracking.recalls.scope import Scope, scope_of
from tracking.recalls.words import count_of
from tracking.trace.facts import LotFacts

FIRST = "RC-000001"


def open_recall(*, roots: Sequence[LotFacts], kind: str, title: str, reason: str, by) -> Recall:
    """Opens a case of ``kind`` (recall or drill) over ``roots`` and everything made from them, and returns it.

    No posting, switch or hold can happen while the picture is taken. The open case of the same kind, title and lots is
    returned as it is: a double click opens one. Raises Refusal, PermissionDenied.
    """
    require(
        by, "tracking.add_recall", sentence="Opening a recall or drill takes the role Manager. Ask a manager to do it."
    )
    if kind not in Recall.Kind.values:
        raise Refusal(f"“{kind[:20]}” is no kind of case. Choose recall or drill.", field="kind")
    title, reason = checked(title, "Title", 120), checked(reason, "Reason", 1000)
    if not roots:
        raise Refusal("Name at least one batch or serial number.", field="lots")

    def work() -> Recall:
        locks.own_ledger()
        scope = scope_of([one.place for one in roots])
        check_there(roots, scope)
        return same_case(scope, kind, title) or write(scope, kind=kind, title=title, reason=reason, by=by)

    return in_transaction(work)


def check_there(roots: Sequence[LotFacts], scope: Scope) -> None:
    there = {lot.place for lot in scope.lots}
    gone = [one for one in roots if one.place not in there]
    if gone:
        raise Refusal(
            f"{gone[0].line} is no longer there: tracking of {gone[0].item_name} was switched. Leave it out.",
            field="lots",
        )


def checked(text: str, what: str, limit: int) -> str:
    try:
        return check_text(text.replace("\r\n", "\n"), what=what, limit=limit, lines=what == "Reason")
    except ValueError as error:
        raise Refusal(str(error), field=what.lower()) from error


def same_case(scope: Scope, kind: str, title: str) -> Recall | None:
    """The open case that a second click would open again."""
    wanted = sorted((lot.facts.item, lot.facts.sku, lot.facts.key) for lot in scope.roots)
    for recall in Recall.objects.filter(kind=kind, closed_at__isnull=True).order_by("-id"):
        roots = recall.lots.filter(depth=0).order_by().values_list("item", "sku", "key")
        if key_of(recall.title) == key_of(title) and sorted(roots) == wanted:
            return recall
    return None


def next_number() -> str:
    """The number after the highest; cases are numbered by the program alone, one at a time."""
    last = Recall.objects.order_by("-id").values_list("number", flat=True).first()
    return f"RC-{int(last.removeprefix('RC-')) + 1:06d}" if last else FIRST


def write(scope: Scope, *, kind: str, title: str, reason: str, by) -> Recall:
    at = days.now()
    recall = Recall.objects.create(
        number=next_number(),
        kind=kind,
        title=title,
        reason=reason,
        gaps="\n".join(scope.gaps),
        last_document=Document.objects.aggregate(last=Max("id"))["last"] or 0,
        opened_at=at,
        opened_by=by,
    )
    write_picture(recall, scope)
    counts = [count_of(len(scope.lots), "lot"), count_of(scope.named, "customer"), count_of(len(scope.gaps), "gap")]
    words = "Opened with {}, {} and {}.".format(*counts)
    event = RecallEvent(recall=recall, at=at, by=by, text=words)
    event.digest = digest_of_event(event, before="", facts=opening_facts(Recall.objects.get(pk=recall.pk)))
    event.save(force_insert=True)
    changes.write_changes([change_of_opening(recall, event.digest, reason=title, by=by)])
    return recall


def seen_hash(roots: Sequence[LotFacts]) -> str:
    """What a form carries of the scope that was shown, so that only lots that a person saw are opened."""
    names = "\n".join(sorted(f"{one.is_serial} {one.id}" for one in roots))
    return hashlib.sha256(names.encode()).hexdigest()[:16]
