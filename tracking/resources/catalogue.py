"""The catalogue through the admin: items, variants, locations and partners, previewed before they are written.

A row finds what it means by key, as people read it. Each one is cleaned and saved like a form, so the rules of a
switch hold here too; one bad row refuses the file. Columns and cells are those of DESIGN 5.4.
"""

from __future__ import annotations

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction
from django.utils.html import escape, format_html
from import_export import resources
from import_export.fields import Field
from import_export.widgets import Widget

from items.models import Item, TrackingMode, Variant
from katana_trace.lib.numbers import key_of
from katana_trace.lib.permission import may
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.unavailable import reason_of
from tracking.ledger.retry import sentence_of
from tracking.models import Location, Partner
from tracking.resources.by_key import ByKey, PartnerByName
from tracking.resources.catalogue_csv import CatalogueCSV
from tracking.resources.import_items import whole_days
from tracking.resources.watch import Watch, difference


class Choice(Widget):
    """One of the stored values, such as ``batch``."""

    def __init__(self, what: str, values: list[str]):
        super().__init__()
        self.what, self.values = what, values

    def clean(self, value, row=None, **kwargs):
        if value not in self.values:
            known = f"{', '.join(self.values[:-1])} or {self.values[-1]}"
            raise ValueError(f"“{shown(value, 40)}” is no {self.what}. Use {known}.")
        return value


class Days(Widget):
    """Whole days, or nothing."""

    def clean(self, value, row=None, **kwargs):
        try:
            return whole_days(value)
        except ValidationError as error:
            raise ValueError(error.messages[0]) from error


class ItemNamed(Widget):
    """An item that exists, by its name."""

    def clean(self, value, row=None, **kwargs):
        item = Item.objects.filter(key=key_of(value)).first()
        if item is None:
            raise ValueError(f"There is no item “{shown(value)}”. Import the item first, or correct its name.")
        return item


class PlainDiff(resources.Diff):
    """Old and new value without inline styles, which the content security policy forbids."""

    def as_html(self):
        pairs = zip(self.left, self.right, strict=True)
        return [
            escape(new)
            if self.new or old == new
            else format_html("<del>{}</del> <ins>{}</ins>", old or "empty", new or "empty")
            for old, new in pairs
        ]


class KeyedResource(resources.ModelResource):
    """What the four resources share."""

    class Meta:
        clean_model_instances = True
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        use_bulk = False
        instance_loader_class = ByKey

    @property
    def id_field(self) -> Field:
        return self.fields[self.get_import_id_fields()[0]]

    @classmethod
    def get_diff_class(cls):
        return PlainDiff

    def before_import(self, dataset, **kwargs):
        self.seen: set[str] = set()

    def before_import_row(self, row, **kwargs):
        name = row[self.id_field.column_name]
        if key_of(name) in self.seen:
            raise ValidationError(
                {self.id_field.attribute: f"“{shown(name)}” comes again in this file. Keep one row for it."}
            )
        self.seen.add(key_of(name))

    def after_init_instance(self, instance, new, row, **kwargs):
        self.user = kwargs.get("user")
        self.present = instance

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        """What exists keeps its name as it is printed; the file found it by the key."""
        if field.attribute == self.id_field.attribute and not instance._state.adding:
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        """A new row is never "unchanged", even where all of it is as the model begins."""
        unchanged = super().skip_row(instance, original, row, import_validation_errors)
        return unchanged and not instance._state.adding

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance, import_validation_errors, validate_unique)
        self.check_permission(instance)

    def check_permission(self, instance) -> None:
        """A row that is new takes the permission to add, one that changes something the one to change."""
        meta = instance._meta
        what, app = meta.verbose_name, meta.app_label
        if instance._state.adding and not may(self.user, f"{app}.add_{meta.model_name}"):
            raise ValidationError(f"“{instance}” is new, and you may not add any {what}. Ask a manager.")
        if not instance._state.adding and not may(self.user, f"{app}.change_{meta.model_name}"):
            raise ValidationError(f"“{instance}” is there already, and you may not change any {what}. Ask a manager.")

    def do_instance_save(self, instance, is_create):
        try:
            with transaction.atomic():
                super().do_instance_save(instance, is_create)
        except Refusal as refusal:
            raise ValidationError({refusal.field or NON_FIELD_ERRORS: refusal.sentence}) from refusal
        except DatabaseError as error:
            if reason_of(error) is not None:
                raise
            raise ValidationError(sentence_of(error)) from error

    def import_row(self, row, instance_loader, **kwargs):
        result = super().import_row(row, instance_loader, **kwargs)
        if result.validation_error is not None:
            result.validation_error = self.by_column(result.validation_error)
        elif kwargs.get("watch") and not result.errors:
            self.tell(result, kwargs["watch"], kwargs["numbers"][kwargs["row_number"] - 1])
        return result

    def tell(self, result, watch: Watch, number: int) -> None:
        """What a row that was not refused does, to who watches."""
        name = f"{self.present._meta.verbose_name} {self.present}"
        if result.is_new():
            watch.made(number, name)
        elif result.is_skip():
            watch.unchanged(number, f"{name} is as it was")
        else:
            old = result.original
            words = [
                difference(field.column_name, getattr(old, field.attribute), getattr(self.present, field.attribute))
                for field in self.fields.values()
                if getattr(old, field.attribute) != getattr(self.present, field.attribute)
            ]
            watch.changed(number, f"{name}: {', '.join(words)}")
        watch.read(number)

    def by_column(self, error: ValidationError) -> ValidationError:
        """``error`` under the names of the file's columns."""
        if not hasattr(error, "error_dict"):
            return error
        columns = {field.attribute: field.column_name for field in self.fields.values()}
        found: dict[str, list[str]] = {}
        for name, sentences in error.message_dict.items():
            found.setdefault(columns.get(name, name), []).extend(sentences)
        return ValidationError(found)

    def after_import(self, dataset, result, **kwargs):
        """Gives refused rows the numbers a spreadsheet shows. The parent would reset id sequences here, which are never
        imported, and resetting one while others write makes their ids collide."""
        numbers = getattr(dataset, "row_numbers", None) or range(2, len(dataset) + 2)
        for row in result.invalid_rows:
            row.number = numbers[row.number - 1]


class ItemResource(KeyedResource):
    item = Field("name", "item")
    kind = Field("kind", "kind", Choice("kind", Item.Kind.values))
    unit = Field("unit", "unit")
    tracking = Field("tracking_mode", "tracking", Choice("tracking", TrackingMode.values))
    shelf_life_days = Field("shelf_life_days", "shelf_life_days", Days())

    class Meta(KeyedResource.Meta):
        model = Item
        name = "Items"
        fields = ("item", "kind", "unit", "tracking", "shelf_life_days")
        import_id_fields = ("item",)

    class file_format(CatalogueCSV):
        columns = ("item", "kind", "unit", "tracking", "shelf_life_days")
        text = ("item", "unit")

    def after_init_instance(self, instance, new, row, **kwargs):
        super().after_init_instance(instance, new, row, **kwargs)
        instance.switched_by, instance.switch_reason = self.user, "Import of items"

    def check_permission(self, instance) -> None:
        super().check_permission(instance)
        switched = not instance._state.adding and instance.tracking_mode != instance.loaded_tracking[0]
        if switched and not may(self.user, "items.switch_tracking"):
            sentence = f"You may not switch the tracking of {instance.name}. Ask a manager, or give tracking as it is."
            raise ValidationError({"tracking_mode": sentence})


class VariantResource(KeyedResource):
    item = Field("item", "item", ItemNamed())
    sku = Field("sku", "sku")
    variant = Field("name", "variant")
    gtin = Field("gtin", "gtin")

    class Meta(KeyedResource.Meta):
        model = Variant
        name = "Variants"
        fields = ("item", "sku", "variant", "gtin")
        import_id_fields = ("sku",)

    class file_format(CatalogueCSV):
        columns = text = ("item", "sku", "variant", "gtin")

    def get_queryset(self):
        return super().get_queryset().select_related("item")

    def after_init_instance(self, instance, new, row, **kwargs):
        super().after_init_instance(instance, new, row, **kwargs)
        instance.present_item = None if new else instance.item

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        errors = dict(import_validation_errors or {})
        present = instance.present_item
        if present is not None and instance.item_id != present.pk:
            errors["item"] = ValidationError(
                f"The SKU {instance.sku} belongs to {present.name}, and this row says {instance.item.name}. "
                "Correct one."
            )
        super().validate_instance(instance, errors, validate_unique)


class LocationResource(KeyedResource):
    location = Field("name", "location")
    phone = Field("phone", "phone")
    address = Field("address", "address")

    class Meta(KeyedResource.Meta):
        model = Location
        name = "Locations"
        fields = ("location", "phone", "address")
        import_id_fields = ("location",)

    class file_format(CatalogueCSV):
        columns = ("location",)
        optional = ("phone", "address")
        text = ("location", "phone", "address")


class PartnerResource(KeyedResource):
    partner = Field("name", "partner")
    email = Field("email", "email")
    phone = Field("phone", "phone")
    address = Field("address", "address")

    class Meta(KeyedResource.Meta):
        instance_loader_class = PartnerByName
        model = Partner
        name = "Partners"
        fields = ("partner", "email", "phone", "address")
        import_id_fields = ("partner",)

    class file_format(CatalogueCSV):
        columns = ("partner",)
        optional = ("email", "phone", "address")
        text = ("partner", "email", "phone", "address")
