"""Rows that are found by what people read: a name that prints as typed, and its key that is unique (rule 9)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import capfirst

from katana_trace.lib.numbers import check_text, key_of


class Keyed(models.Model):
    """A row that is found by what people read: ``NAMED`` is typed and printed, ``key`` is what is unique."""

    NAMED = "name"

    key = models.CharField(max_length=400, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return getattr(self, self.NAMED)

    def set_key(self) -> None:
        """Trims the name and computes its key; every save and clean comes through here."""
        text = getattr(self, self.NAMED) or ""
        what = capfirst(self._meta.get_field(self.NAMED).verbose_name)
        try:
            text = check_text(text, what=what, limit=self._meta.get_field(self.NAMED).max_length)
        except ValueError as error:
            raise ValidationError({self.NAMED: str(error)}) from error
        setattr(self, self.NAMED, text)
        self.key = key_of(text)

    def clean(self) -> None:
        super().clean()
        self.set_key()
        errors: dict[str, str] = {}
        for twin in type(self)._default_manager.filter(self.unique()).exclude(pk=self.pk):
            errors |= self.clash(twin)
        if errors:
            raise ValidationError(errors)

    def unique(self) -> models.Q:
        """Finds, in one query, the rows that share a value that only one row may have."""
        return models.Q(key=self.key)

    def clash(self, twin: Keyed) -> dict[str, str]:
        """By field: a sentence about the value that ``twin``, a row that ``unique`` found, has already."""
        if twin.key != self.key:
            return {}
        return {
            self.NAMED: f"“{twin}” exists already (case, width and spaces do not tell names apart). Choose another."
        }

    def save(self, *args, **kwargs):
        self.set_key()
        fields = kwargs.get("update_fields")
        if fields is not None and self.NAMED in fields:
            kwargs["update_fields"] = {*fields, "key"}
        with transaction.atomic():  # includes what listeners write
            super().save(*args, **kwargs)
