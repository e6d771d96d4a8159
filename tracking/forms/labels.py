"""The form of the labels: which paper, how many of each, and where on a sheet that was begun."""

from __future__ import annotations

from django import forms

from tracking.labels.sizes import SIZES, USUAL, LabelSize

COPIES = "Give a number of copies from 1 to 100."
SKIP = "Give how many labels of the first sheet are used already, from 0 to 29."


class LabelForm(forms.Form):
    size = forms.ChoiceField(
        label="Paper", choices=[(size.name, size.title) for size in SIZES.values()], required=False
    )
    copies = forms.IntegerField(
        label="Of each",
        min_value=1,
        max_value=100,
        required=False,
        error_messages={"invalid": COPIES, "min_value": COPIES, "max_value": COPIES},
    )
    skip = forms.IntegerField(
        label="Used on the first sheet",
        min_value=0,
        max_value=29,
        required=False,
        error_messages={"invalid": SKIP, "min_value": SKIP, "max_value": SKIP},
    )

    def __init__(self, *args, usual: str = USUAL, **kwargs):
        super().__init__(*args, **kwargs)
        self.usual = usual

    def clean(self) -> None:
        size = SIZES[self.cleaned_data.get("size") or self.usual]
        if 1 < size.per_page <= (self.cleaned_data.get("skip") or 0):
            self.add_error(
                "skip",
                f"This paper has {size.per_page} labels on a sheet, so from 0 to {size.per_page - 1} can be used already. "
                "Begin a new sheet, or choose the paper that was begun.",
            )

    @property
    def chosen(self) -> tuple[LabelSize, int, int]:
        """Paper, copies and labels used already; what was not given or cannot be read as it usually is."""
        given = getattr(self, "cleaned_data", {})
        size = SIZES[given.get("size") or self.usual]
        return size, given.get("copies") or 1, (given.get("skip") or 0) if size.per_page > 1 else 0
