"""Restoring a history: the file that it is found by, and which serial numbers had left (rule 7)."""

from __future__ import annotations

from django import forms

from katana_trace.accounts.forms import PasswordAgainForm
from katana_trace.lib.pasted import numbers_in

SIZE_LIMIT = 20 * 1024 * 1024
ROW_LIMIT = 100_000
COMMAND = "give it to manage.py restore_tracking, or restore from its archive instead, which has no limit"


class HistoryUploadForm(forms.Form):
    """The bytes of a history file; through the browser at most 20 MiB and 100,000 rows."""

    file = forms.FileField(
        label="History file",
        help_text="The CSV file that was downloaded before tracking was turned off. You see what it brings back first.",
        error_messages={
            "required": "Choose the history file that was downloaded.",
            "empty": "The file is empty. Choose the history file that was downloaded.",
        },
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > SIZE_LIMIT:
            raise forms.ValidationError(
                f"The file has {file.size:,} bytes, the limit in the browser is {SIZE_LIMIT:,} (20 MiB): {COMMAND}."
            )
        content = file.read()
        # Cells with line breaks have more, so this is what a spreadsheet shows or more.
        rows = max(content.count(b"\n"), content.count(b"\r"))
        if rows > ROW_LIMIT + 1:
            raise forms.ValidationError(
                f"The file has some {rows:,} rows, the limit in the browser is {ROW_LIMIT:,}: {COMMAND}."
            )
        return content


class RestoreForm(PasswordAgainForm):
    """``seen`` is the plan that was shown; the numbers that left are ticked, or typed one in each line or as a range."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    left = forms.CharField(
        label="Type or scan those that left",
        required=False,
        max_length=1_000_000,
        strip=False,
        help_text="One in each line, or a range such as A100-A149; also what you scan.",
        widget=forms.Textarea(attrs={"rows": 4, "class": "code", "autocomplete": "off", "spellcheck": "false"}),
    )

    def numbers_left(self) -> list[str]:
        """What was typed and what was ticked (``number``), each a number or a range."""
        return [*numbers_in(self.cleaned_data["left"]), *self.data.getlist("number")]
