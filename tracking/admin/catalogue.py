"""Import with a preview, and export, on the lists of the catalogue: the pages of django-import-export, in our words."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ImportForm

from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError
from tracking.admin.base import is_readable
from tracking.admin.stored_upload import StoredUpload, check_quota, is_own, remove

SIZE_LIMIT = 20 * 1024 * 1024
GONE = "The uploaded file is not there any more, so nothing was imported. Upload it again."


class UploadForm(ImportForm):
    import_file = forms.FileField(
        label="File",
        help_text="All of it is imported, or, when a row is refused, nothing. You see what it would do first.",
    )

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > SIZE_LIMIT:
            raise forms.ValidationError(
                f"The file has {file.size:,} bytes, the limit is {SIZE_LIMIT:,} (20 MiB). Split it."
            )
        try:
            check_quota(file.size)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal
        return file


class ConfirmForm(ConfirmImportForm):
    """Names an upload of this user's own, and no other file of the machine."""

    format = forms.RegexField("0", widget=forms.HiddenInput())

    def clean_import_file_name(self):
        name = self.cleaned_data["import_file_name"]
        if not is_own(name):
            raise forms.ValidationError(GONE)
        return name


class CatalogueDoor(ImportExportMixin):
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = StoredUpload
    skip_export_form = True

    def get_import_formats(self):
        return [self.resource_classes[0].file_format]

    get_export_formats = get_import_formats

    def choose_import_resource_class(self, form, request):
        return self.resource_classes[0]

    def get_import_data_kwargs(self, **kwargs):
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form, e):
        if not isinstance(e, FileError):
            raise e
        form.add_error("import_file", str(e))

    def import_action(self, request, **kwargs):
        try:
            response = super().import_action(request, **kwargs)
        except Exception:
            self.forget_upload(request)
            raise
        if request.method == "POST" and "confirm_form" not in response.context_data:
            response.status_code = 422
            self.forget_upload(request)
        return response

    def forget_upload(self, request) -> None:
        """A file that was refused is not needed again: it is mended and uploaded anew."""
        name = getattr(request.FILES.get("import_file"), "tmp_storage_name", None)
        if name:
            remove(name)

    def process_import(self, request, **kwargs):
        may = request.method == "POST" and self.has_import_permission(request)
        try:
            if not may or self.create_confirm_form(request).is_valid():
                return super().process_import(request, **kwargs)
        except FileNotFoundError:
            pass  # confirmed twice: the first one took it
        messages.error(request, GONE)
        return HttpResponseRedirect(reverse("admin:{}_{}_import".format(*self.get_model_info())))

    def process_result(self, result, request):
        """What was fine in the preview may be refused now, because somebody else wrote meanwhile."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Import",
            "opts": self.opts,
            "form": self.create_import_form_anew(request),
            "result": result,
        }
        return TemplateResponse(request, [self.import_template_name], context, status=422)

    def create_import_form_anew(self, request):
        return UploadForm(self.get_import_formats(), self.get_import_resource_classes(request))

    def add_success_message(self, result, request):
        totals = result.totals
        messages.success(
            request,
            f"Imported: {totals['new']:,} new, {totals['update']:,} changed, {totals['skip']:,} as they were.",
        )

    def export_action(self, request):
        try:
            if is_readable(request):
                return super().export_action(request)
        except IncorrectLookupParameters:
            pass  # the list answers such an address in the same way
        return HttpResponseRedirect(reverse("admin:{}_{}_changelist".format(*self.get_model_info())))

    def get_export_queryset(self, request):
        return super().get_export_queryset(request).order_by("key", "pk")

    def get_export_filename(self, request, queryset, file_format):
        return f"{self.resource_classes[0]._meta.name.lower()}.csv"
