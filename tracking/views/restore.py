"""Pages of a restore: which archive a file is, what it brings back, and doing it (rule 7)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from items.models import Item
from katana_trace.lib.refusal import Refusal
from tracking.forms.restore import HistoryUploadForm, RestoreForm
from tracking.models import Archive
from tracking.modes.archive_file import FoundArchive, recognise_file, sentence_of_edited
from tracking.modes.archive_state import states_of
from tracking.modes.restore import CHANGED, restore_archive
from tracking.modes.restore_plan import SerialPlace, plan_restore

PLACES = 200  # variants and locations on the page
PICKED = 200  # serial numbers of a place that are listed to be ticked; more are typed
ALL_PICKED = 2000  # and of all places


def archives_of(item: Item) -> QuerySet[Archive]:
    return (
        Archive.objects.defer("content")
        .select_related("item", "switch__switched_by", "restored_by")
        .filter(item=item)
        .order_by("-pk")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("items.switch_tracking", raise_exception=True)
def item_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a history file is brought; it leads to the archive of the same contents."""
    item = get_object_or_404(Item, pk=pk)
    if request.method != "POST":
        return show_upload(request, item, HistoryUploadForm())
    form = HistoryUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_upload(request, item, form)
    try:
        found = recognise_file(item, form.cleaned_data["file"])
    except Refusal as refusal:
        form.add_error("file", refusal.sentence)
        return show_upload(request, item, form)
    if found.comparison is not None and found.comparison.count:
        form.add_error("file", sentence_of_edited(found))
        return show_upload(request, item, form, found)
    if found.comparison is None:
        said = "This is the file of the archive, unchanged."
    else:
        said = (
            "The file was saved anew, but its contents are those of the archive. The archive's own bytes are restored."
        )
    messages.info(request, said)
    return redirect("tracking:archive_restore", found.archive.pk)


def show_upload(
    request: HttpRequest, item: Item, form: HistoryUploadForm, found: FoundArchive | None = None
) -> HttpResponse:
    context = {"item": item, "form": form, "found": found, "archives": states_of(list(archives_of(item)))}
    return render(request, "tracking/item_restore.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("items.switch_tracking", raise_exception=True)
def archive_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of what comes back; it is done only as it was shown."""
    archive = get_object_or_404(Archive.objects.select_related("item", "switch"), pk=pk)
    form = RestoreForm(request.POST if request.method == "POST" else None, request=request)
    refused = ""
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"] or "nothing"  # what was not shown is not done
            restore_archive(archive=archive, by=request.user, left=form.numbers_left(), seen=seen)
        except Refusal as refusal:
            if refusal.field == "left":
                form.add_error("left", refusal.sentence)
            refused = refusal.sentence
        else:
            messages.success(request, f"{archive.get_mode_display()} of {archive.item.name} were restored.")
            return redirect("tracking:item_card", archive.item_id)
    return show_restore(request, archive, form, refused)


def show_restore(request: HttpRequest, archive: Archive, form: RestoreForm, refused: str) -> HttpResponse:
    """The page with the plan as it is now; 422 when restoring was ``refused`` with that sentence."""
    plan = plan_restore(archive)
    ticked = set(request.POST.getlist("number"))
    context = {
        "archive": archive,
        "plan": plan,
        "form": form,
        "changed": refused if refused == CHANGED else "",
        "places": plan.places[:PLACES],
        "more_places": len(plan.places) - len(plan.places[:PLACES]),
        "asks": plan.to_name or (plan.serial_places and plan.moved.count),
        "pickers": pickers_of(in_order(plan.serial_places)[:PLACES], ticked),
    }
    return render(request, "tracking/archive_restore.html", context, status=422 if form.errors or refused else 200)


def in_order(places: tuple[SerialPlace, ...]) -> list[SerialPlace]:
    """Those first where numbers must be named."""
    return sorted(places, key=lambda place: place.to_name == 0)


def pickers_of(places: list[SerialPlace], ticked: set[str]) -> list[dict]:
    """The numbers of each place to tick, where they are few enough, with those that were ticked."""
    found, room = [], ALL_PICKED
    for place in places:
        listed = place.numbers if len(place.numbers) <= min(PICKED, room) else ()
        room -= len(listed)
        found.append({"place": place, "numbers": [(record, record.number in ticked) for record in listed]})
    return found
