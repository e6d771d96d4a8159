"""What a case needs to find its lots and places again under another SKU or name, and what had come back before it.

Cases that are there get what can be told of them now.
"""

import django.db.models.deletion
from django.db import migrations, models

import katana_trace.lib.fields
from katana_trace.lib.numbers import key_of


def fill(apps, schema_editor):
    Recall, Variant, Location, Document = (
        apps.get_model(app, name)
        for app, name in (
            ("tracking", "Recall"),
            ("items", "Variant"),
            ("tracking", "Location"),
            ("tracking", "Document"),
        )
    )
    Lot, Stock = apps.get_model("tracking", "RecallLot"), apps.get_model("tracking", "RecallStock")
    variants, places = dict(Variant.objects.values_list("key", "id")), dict(Location.objects.values_list("key", "id"))
    for recall in Recall.objects.all():
        before = Document.objects.filter(recorded_at__lte=recall.opened_at)
        last = before.aggregate(last=models.Max("id"))["last"]
        Recall.objects.filter(pk=recall.pk).update(last_document=last or 0)
    for lot in Lot.objects.all():
        # A SKU that was renamed since is not found; then it is any variant of the item, which matters to no figure.
        variant = variants.get(key_of(lot.sku)) or Variant.objects.filter(item=lot.item_id).order_by("id").first().pk
        was_held = Stock.objects.filter(lot=lot, was_held=True).exists()
        Lot.objects.filter(pk=lot.pk).update(variant=variant, was_held=was_held)
    for stock in Stock.objects.all():
        place = places.get(key_of(stock.location)) or min(places.values())
        Stock.objects.filter(pk=stock.pk).update(place=place)


class Migration(migrations.Migration):
    dependencies = [
        ("items", "0003_notices"),
        ("tracking", "0005_fsma"),
    ]

    operations = [
        migrations.AddField("recall", "last_document", models.PositiveBigIntegerField(default=0)),
        migrations.AddField(
            "recalllot",
            "variant",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="items.variant"
            ),
        ),
        migrations.AddField("recalllot", "was_held", models.BooleanField(default=False)),
        migrations.AddField(
            "recallstock",
            "place",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.location"
            ),
        ),
        migrations.AddField("recallshipment", "returned", katana_trace.lib.fields.QuantityField(default=0)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "recalllot",
            "variant",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="items.variant"),
        ),
        migrations.AlterField("recalllot", "was_held", models.BooleanField()),
        migrations.AlterField(
            "recallstock",
            "place",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.location"),
        ),
        migrations.RemoveField("recallstock", "was_held"),
        migrations.RemoveConstraint("recallshipment", "recall_recovered_in_bounds"),
        migrations.AddConstraint(
            "recallshipment",
            models.CheckConstraint(
                condition=models.Q(
                    ("returned__gte", 0),
                    ("recovered__gte", 0),
                    ("recovered__lte", models.F("quantity") - models.F("returned")),
                ),
                name="recall_recovered_in_bounds",
                violation_error_message="No more can be recovered than was shipped and had not come back before.",
            ),
        ),
    ]
