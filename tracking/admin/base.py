"""What the admin shares: history is read-only, a refusal is a sentence in the form, big tables are not counted."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Paginator
from django.db import DatabaseError, IntegrityError
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property

from katana_trace.lib.numbers import key_of
from katana_trace.lib.refusal import Refusal
from tracking.ledger.retry import sentence_of


class BoundedPaginator(Paginator):
    """Counts no further than ``LIMIT`` rows: a ledger of millions opens as fast as an empty one."""

    LIMIT = 5000

    @cached_property
    def count(self) -> int:
        return self.object_list[: self.LIMIT].count()

    @property
    def is_cut(self) -> bool:
        return self.count >= self.LIMIT


class BoundedAdmin(admin.ModelAdmin):
    """Lists that cost the same whatever the size of the table; the search compares keys, as names and numbers do."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def changelist_view(self, request, extra_context=None):
        if not is_readable(request):
            messages.error(request, "This address or choice cannot be read. Choose again from the list.")
            return HttpResponseRedirect(request.path)
        return super().changelist_view(request, extra_context)

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, key_of(search_term))


class ReadOnlyAdmin(BoundedAdmin):
    """Rows that only the domain writes: shown, never added, changed or deleted here."""

    actions = None
    sortable_by = ()
    ordering = ["-pk"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class RefusingAdmin(BoundedAdmin):
    """What the domain or the database refuses while saving or deleting comes back as a sentence, nothing written."""

    def why_kept(self, obj) -> str:
        """Why ``obj`` may not be deleted, told without listing all that depends on it; "" when it may."""
        return ""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            response = super().changeform_view(request, object_id, form_url, extra_context)
        except (Refusal, DatabaseError) as error:
            request.refused = as_refusal(error)
            response = super().changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST" and (getattr(response, "context_data", None) or {}).get("errors"):
            response.status_code = 422
        return response

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        refused = getattr(request, "refused", None)
        return refused_form(form, refused) if refused else form

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except (Refusal, DatabaseError) as error:
            messages.error(request, as_refusal(error).sentence)
            meta = self.opts
            return HttpResponseRedirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[object_id]))

    def get_deleted_objects(self, objs, request):
        kept = [sentence for sentence in map(self.why_kept, objs) if sentence]
        return ([], {}, set(), kept) if kept else super().get_deleted_objects(objs, request)

    def get_actions(self, request):
        """One at a time: what is deleted here is gone, so nobody does it by ticking a column of boxes."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


def is_readable(request: HttpRequest) -> bool:
    """Whether filters and chosen rows are what the databases can look for: no NUL, and ids that are ids."""
    filters = all("\0" not in value for values in request.GET.lists() for value in values[1])
    ids = request.POST.getlist(ACTION_CHECKBOX_NAME)
    return filters and all(value.isascii() and value.isdigit() and len(value) <= 18 for value in ids)


def as_refusal(error: Exception) -> Refusal:
    """What was refused, as a sentence. Raises ``error`` again when it is a fault and no refusal."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, ProtectedError):
        return Refusal("It is in use, so it cannot be deleted. Archive it instead.")
    if isinstance(error, IntegrityError) and "unique" in str(error).lower():
        return Refusal("Somebody else took this name or number just now. Choose another.")
    if isinstance(error, IntegrityError):
        return Refusal(sentence_of(error))
    raise error


def refused_form(form: type, refused: Refusal) -> type:
    """``form`` with ``refused`` on its field, so that the page comes back as it was typed."""

    class RefusedForm(form):
        def clean(self):
            cleaned = super().clean()
            self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)
            return cleaned

    return RefusedForm


def selected(request: HttpRequest, queryset, *, what: str, limit: int) -> list | None:
    """The rows of an action, or None with a message when they are more than its page can hold."""
    rows = list(queryset[: limit + 1])
    if len(rows) <= limit:
        return rows
    messages.error(request, f"More than {limit:,} {what} were chosen. Choose {limit:,} at most at a time.")
    return None
