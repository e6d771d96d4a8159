"""The import page: choose a file, choose its columns where they are not ours, see what would be done, do exactly that."""

from __future__ import annotations

from itertools import islice

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from katana_trace.lib.htmx import render_page
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import guard, write_rows
from tracking.forms.imports import CommitForm, MappingForm, UploadForm
from tracking.imports import run, worker
from tracking.imports.folder import ImportFolder
from tracking.imports.kinds import KINDS, kinds_for
from tracking.imports.mapping import guess, mapping_of, remember
from tracking.imports.reading import rows_of
from tracking.imports.shown import outcome_csv, shown_table, verdict_of
from tracking.imports.upload import check_permission, discard, forget, take_upload
from tracking.models import FileImport

LATEST = 10
Stage = FileImport.Stage


@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    if not kinds_for(request.user):
        raise PermissionDenied("Importing takes the role Operator. Ask an operator to do it.")
    if request.method != "POST":
        return show_new(request, UploadForm(user=request.user, initial={"kind": request.GET.get("kind", "")}))
    form = UploadForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return show_new(request, form)
    file = form.cleaned_data["file"]
    try:
        made = take_upload(file, name=file.name, size=file.size, kind=KINDS[form.cleaned_data["kind"]], by=request.user)
    except Refusal as refusal:
        form.add_error("file", refusal.sentence)
        return show_new(request, form)
    try:
        worker.begin(made, run.read, by=request.user)
    except Exception:
        discard(made)
        raise
    if made.stage == Stage.REFUSED and made.sentence:
        form.add_error("file", made.sentence)
        forget(made)
        return show_new(request, form)
    return redirect(made)


def show_new(request: HttpRequest, form: UploadForm) -> HttpResponse:
    mine = FileImport.objects.filter(made_by=request.user).exclude(stage=Stage.DONE)
    context = {
        "form": form,
        "kinds": kinds_for(request.user),
        "open": [(one, KINDS[one.kind]) for one in mine.order_by("-made_at")[:LATEST] if one.kind in KINDS],
        "done": [
            (one, KINDS[one.kind])
            for one in FileImport.objects.filter(stage=Stage.DONE)
            .select_related("made_by")
            .order_by("-done_at")[:LATEST]
            if one.kind in KINDS
        ],
    }
    return render(request, "tracking/import_new.html", context, status=422 if form.errors else 200)


@require_safe
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    chosen = KINDS[kind]
    rows = [chosen.names, *[[cell if is_plain(cell) else guard(cell) for cell in row] for row in chosen.examples]]
    response = HttpResponse(b"".join(write_rows(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{chosen.name}.csv")
    return response


def is_plain(cell: str) -> bool:
    """A negative quantity is a number, and no formula."""
    return cell[:1] == "-" and cell[1:].isdigit()


def found(request: HttpRequest, token) -> FileImport:
    """The import of this user. What others upload is theirs until it is in the books."""
    file_import = get_object_or_404(FileImport.objects.select_related("made_by"), token=token)
    if file_import.kind not in KINDS or (file_import.made_by_id != request.user.pk and file_import.stage != Stage.DONE):
        raise Http404
    check_permission(KINDS[file_import.kind], request.user)
    return file_import


@require_safe
def import_detail(request: HttpRequest, token) -> HttpResponse:
    """What stage it is in: being read, columns to choose, previewed, being imported, imported."""
    return show(request, found(request, token))


def show(request: HttpRequest, file_import: FileImport, form: CommitForm | None = None) -> HttpResponse:
    """``form`` is what was refused of an import that was asked for."""
    kind, folder = KINDS[file_import.kind], ImportFolder(file_import.token)
    context = {"import": file_import, "kind": kind}
    if file_import.stage == Stage.DONE:
        return render_page(request, "tracking/import_detail.html", "tracking/_import_state.html", context)
    if not folder.exists:  # looking removes nothing: the data folder may be back in a minute
        context["is_missing"] = True
        return render_page(request, "tracking/import_detail.html", "tracking/_import_state.html", context)
    if file_import.stage == Stage.MAPPING:
        return redirect("tracking:import_mapping", token=file_import.token)
    if file_import.is_running:
        context |= {"progress": folder.read_progress(), "is_stalled": folder.is_stalled()}
    elif folder.outcome.is_file():
        verdict = verdict_of(file_import, request.GET.get("show", ""))
        context |= {"verdict": verdict, "table": shown_table(file_import, verdict)}
        context["form"] = form or commit_form(request, file_import)
    status = 422 if form else 200
    return render_page(request, "tracking/import_detail.html", "tracking/_import_state.html", context, status=status)


def commit_form(request: HttpRequest, file_import: FileImport, typed=None) -> CommitForm:
    return CommitForm(typed, request=request, reversals=file_import.counts.get("reversals", 0))


@require_http_methods(["GET", "HEAD", "POST"])
def import_mapping(request: HttpRequest, token) -> HttpResponse:
    """Which column of the file is which of ours, guessed and corrected; then the preview."""
    file_import = found(request, token)
    kind, folder = KINDS[file_import.kind], ImportFolder(file_import.token)
    if file_import.is_running or file_import.stage == Stage.DONE or not folder.exists or not file_import.header:
        return redirect(file_import)
    sample = [cells for _, cells in islice(rows_of(folder), 1, 1001)]
    stored = file_import.mapping
    mapping = mapping_of(stored) if stored else guess(kind, file_import.header, sample)
    form = MappingForm(request.POST or None, kind=kind, header=file_import.header, sample=sample, mapping=mapping)
    if request.method == "POST" and form.is_valid():
        chosen = form.mapping()
        remember(kind, file_import.header, chosen, by=request.user)
        run.settle(file_import, mapping=chosen.as_json())
        return try_out(request, file_import)
    context = {"import": file_import, "kind": kind, "form": form}
    return render(request, "tracking/import_mapping.html", context, status=422 if form.errors else 200)


@require_POST
def import_preview(request: HttpRequest, token) -> HttpResponse:
    """Looks again: the data changed, or the work stopped halfway."""
    return try_out(request, found(request, token))


def try_out(request: HttpRequest, file_import: FileImport) -> HttpResponse:
    folder = ImportFolder(file_import.token)
    stages = [Stage.MAPPING, Stage.REFUSED, Stage.PREVIEWED]
    if folder.is_stalled():
        stages += [Stage.READING, Stage.COMMITTING]
    if folder.exists and worker.claim(file_import, stages=tuple(stages), to=Stage.READING):
        step = run.preview if file_import.header else run.read
        worker.begin(file_import, step, by=request.user)
    return redirect(file_import)


@require_POST
def import_commit(request: HttpRequest, token) -> HttpResponse:
    """Imports what was previewed; the digest in the form is of the preview that was looked at."""
    file_import = found(request, token)
    if file_import.stage != Stage.PREVIEWED:  # also where a preview ends in this moment: nobody has judged it
        return redirect(file_import)
    if not file_import.digest or request.POST.get("digest") != file_import.digest:
        messages.warning(request, "The preview was made anew since you looked at it. Look at it again, then import.")
        return redirect(file_import)
    form = commit_form(request, file_import, request.POST)
    if not form.is_valid():
        return show(request, file_import, form)
    is_there = ImportFolder(file_import.token).exists
    if is_there and worker.claim(file_import, stages=(Stage.PREVIEWED,), to=Stage.COMMITTING):
        worker.begin(file_import, run.commit, by=request.user)
    return redirect(file_import)


@require_POST
def import_delete(request: HttpRequest, token) -> HttpResponse:
    file_import = found(request, token)
    is_alive = file_import.is_running and not ImportFolder(file_import.token).is_stalled()
    if is_alive or (file_import.stage != Stage.DONE and not forget(file_import)):
        messages.error(request, "This file is being worked on. Wait until it is done.")
        return redirect(file_import)
    if file_import.stage != Stage.DONE:
        messages.success(request, f"{file_import.filename} was removed. Nothing of it was imported.")
    return redirect("tracking:import_new")


@require_safe
def import_outcome(request: HttpRequest, token) -> HttpResponse:
    """The whole preview as CSV."""
    file_import = found(request, token)
    if not ImportFolder(file_import.token).outcome.is_file() or file_import.is_running:
        raise Http404
    response = StreamingHttpResponse(outcome_csv(file_import), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"preview of {file_import.filename}.csv")
    return response
