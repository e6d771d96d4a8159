"""The page of the change log: what was changed, old and new value, who, when, why (rule 25). The newest first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from items.models import Item, Variant
from katana_trace.lib.htmx import render_page
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_newest
from katana_trace.lib.search import search_key
from tracking.forms.change_filter import ChangeFilterForm
from tracking.models import Batch, Location, Partner, Recall, RecordChange, SerialNumber, Subject
from tracking.views.change_words import CODES, NUMBERED, field_in_words, has_old, value_in_words

PROGRAM = "the program"  # what is typed to find what nobody did by hand

# By subject, what is looked up to see whether it is still there, and the permission that its page takes.
LINKED = {
    Subject.PARTNER: (Partner, "tracking.change_partner"),
    Subject.LOCATION: (Location, "tracking.change_location"),
    Subject.ITEM: (Item, ""),
    Subject.VARIANT: (Variant, ""),
    Subject.RECALL: (Recall, ""),
}
EDITED = {Subject.PARTNER: "tracking:partner_edit", Subject.LOCATION: "tracking:location_edit"}
LOTS = {Subject.BATCH: Batch, Subject.SERIAL: SerialNumber}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change in words; ``address`` is "" where its subject has no page, or none that this user may open."""

    change: RecordChange
    address: str
    field: str
    old: str
    new: str
    has_old: bool
    is_code: bool
    is_numbered: bool


@require_safe
@permission_required("tracking.view_recordchange", raise_exception=True)
@shows_one_moment
def change_list(request: HttpRequest) -> HttpResponse:
    form = ChangeFilterForm(request.GET)
    form.is_valid()
    chosen = form.chosen
    page = page_newest(changes_found(chosen), cursor=request.GET.get("after", ""))
    addresses = addresses_of(page.rows, request.user)
    context = {
        "page": page,
        "rows": [row_of(change, addresses.get(subject_of(change), "")) for change in page.rows],
        "filter": form,
        "filters": urlencode(chosen),
        "one": last_named(chosen),
        "is_filtered": bool(chosen.keys() - {"first"}),
    }
    return render_page(request, "tracking/change_list.html", "tracking/_change_table.html", context)


def changes_found(chosen: dict) -> QuerySet[RecordChange]:
    """``chosen`` is what the filter form read (``ChangeFilterForm.chosen``). Each way is led by an index of its own."""
    rows = RecordChange.objects.all()
    if subject := chosen.get("subject"):
        rows = rows.filter(subject=subject)
    if id_ := chosen.get("id"):
        rows = rows.filter(subject_id=id_)
    if key := search_key(chosen.get("q", "")):
        rows = rows.filter(key=key)
    if name := chosen.get("by"):
        rows = (
            rows.filter(changed_by__in=users_called(name)) if name.lower() != PROGRAM else rows.filter(changed_by=None)
        )
    return rows if chosen.get("first") else rows.filter(is_first=False)


def users_called(name: str) -> set[int]:
    """The ids of the users of this name, however it is written, and of those who had it once, as rows still show it."""
    text = "".join(char for char in name[:150] if char.isprintable())
    present = get_user_model().objects.filter(username__iexact=text).order_by().values_list("pk", flat=True)
    logged = RecordChange.objects.filter(subject=Subject.USER, field="username", key=search_key(text))
    return set(present.union(logged.order_by().values_list("subject_id", flat=True)))


def last_named(chosen: dict) -> RecordChange | None:
    """The last change of the one row that is asked for, for its name; None where all are shown."""
    if not chosen.get("id"):
        return None
    rows = RecordChange.objects.filter(subject=chosen["subject"], subject_id=chosen["id"])
    return rows.order_by("-id").first()


def subject_of(change: RecordChange) -> tuple[str, int | UUID | None]:
    return change.subject, change.uuid if change.uuid else change.subject_id


def addresses_of(changes: list[RecordChange], user) -> dict[tuple[str, int | UUID | None], str]:
    """The page of each subject that is still there and that ``user`` may open: one query for each kind of subject."""
    wanted: dict[str, set] = {}
    for change in changes:
        subject, id_ = subject_of(change)
        wanted.setdefault(subject, set()).add(id_)
    found = {}
    for subject, (model, permission) in LINKED.items():
        if subject in wanted and (not permission or user.has_perm(permission)):
            for row in model.objects.filter(pk__in=wanted[subject]):
                found[subject.value, row.pk] = address_of(subject, row)
    for subject, model in LOTS.items():
        if subject in wanted:
            for lot in model.objects.filter(uuid__in=wanted[subject]).only("id", "uuid"):
                found[subject.value, lot.uuid] = lot.get_absolute_url()
    return found


def address_of(subject: Subject, row: Item | Variant | Partner | Location | Recall) -> str:
    if subject in EDITED:
        return reverse(EDITED[subject], args=[row.pk])
    if isinstance(row, Variant):
        return reverse("tracking:item_card", args=[row.item_id])
    return row.get_absolute_url()


def row_of(change: RecordChange, address: str) -> ChangeRow:
    return ChangeRow(
        change=change,
        address=address,
        field=field_in_words(change.field),
        old=value_in_words(change.field, change.old),
        new=value_in_words(change.field, change.new),
        has_old=has_old(change),
        is_code=change.field in CODES,
        is_numbered=change.subject in NUMBERED,
    )
