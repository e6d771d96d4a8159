"""Model fields: quantities as millionths, and text that both databases can hold."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from katana_trace.lib.numbers import check_text
from katana_trace.lib.quantities import parse_quantity, to_decimal, to_millionths


class QuantityField(models.BigIntegerField):
    """A BIGINT of millionths that speaks ``Decimal``: 2.5 kg is stored as 2,500,000."""

    def from_db_value(self, value, expression, connection):
        return None if value is None else to_decimal(int(value))

    def get_prep_value(self, value):
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return to_millionths(value)

    def to_python(self, value):
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, int):
            return Decimal(value)
        try:
            return to_decimal(parse_quantity(str(value).strip()))
        except (ValueError, InvalidOperation) as error:
            raise ValidationError(str(error)) from error

    def value_to_string(self, obj):
        return str(self.value_from_object(obj))

    @property
    def validators(self):
        return []

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": QuantityFormField, **kwargs})


class QuantityFormField(forms.CharField):
    """A typed quantity: a plain decimal, at most six places (DESIGN 5.4)."""

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            return to_decimal(parse_quantity(text))
        except ValueError as error:
            raise ValidationError(str(error)) from error


def check_choices(row: models.Model, names: Iterable[str]) -> None:
    """Raises ValidationError on the field of a value outside its choices: a bare save does not check them."""
    errors = {}
    for name in names:
        try:
            row._meta.get_field(name).validate(getattr(row, name), row)
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)


class TextValidator:
    """Refuses what cannot be stored on both databases or printed; the validator of every name and number."""

    def __init__(self, what: str, limit: int = 64, lines: bool = False):
        self.what, self.limit, self.lines = what, limit, lines

    def __call__(self, value: str) -> None:
        try:
            check_text(value, what=self.what, limit=self.limit, required=False, lines=self.lines)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def __eq__(self, other) -> bool:
        return isinstance(other, TextValidator) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.what, self.limit, self.lines))

    def deconstruct(self):
        return ("katana_trace.lib.fields.TextValidator", (self.what, self.limit, self.lines), {})
