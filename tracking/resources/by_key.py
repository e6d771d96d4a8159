"""Finding a row of a table by its name in a file."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from import_export.instance_loaders import BaseInstanceLoader

from katana_trace.lib.numbers import key_of
from katana_trace.lib.refusal import Refusal
from tracking.ledger.former_names import FormerNames


class ByKey(BaseInstanceLoader):
    """Finds a row of the table by the key of what people read."""

    def get_instance(self, row):
        column = self.resource.id_field.column_name
        return self.resource.get_queryset().filter(key=key_of(row[column])).first()


class PartnerByName(ByKey):
    """A partner also by a name that he had: a list from before he was renamed makes no second one (rule 25)."""

    def __init__(self, resource, dataset=None):
        super().__init__(resource, dataset)
        self.former_names = FormerNames()

    def get_instance(self, row):
        found = super().get_instance(row)
        if found is not None:
            return found
        try:
            former = self.former_names.find(row["partner"])
        except Refusal as refusal:
            raise ValidationError({"name": refusal.sentence}) from refusal
        return self.resource.get_queryset().get(pk=former.partner) if former else None
