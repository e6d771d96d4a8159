from django.db import migrations, models

# A GTIN of 8, 12 or 13 digits is the same with zeros before it. The words are those of both databases.
FILL = """
    UPDATE items_variant SET gtin_key = substr('00000000000000' || gtin, length(gtin) + 1)
    WHERE id IN (
        SELECT min(id) FROM items_variant
        WHERE length(gtin) IN (8, 12, 13, 14) AND trim(gtin, '0123456789') = ''
        GROUP BY substr('00000000000000' || gtin, length(gtin) + 1)
    )
"""


class Migration(migrations.Migration):
    """A GTIN belongs to one variant. Where several have it the first keeps the key, the others are shown to a manager."""

    dependencies = [
        ("items", "0003_notices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="item",
            name="kind",
            field=models.CharField(
                choices=[("product", "Product"), ("material", "Material")],
                default="product",
                error_messages={"invalid_choice": "“%(value)s” is not a type of item. Use product or material."},
                max_length=10,
                verbose_name="type",
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="tracking_mode",
            field=models.CharField(
                choices=[("none", "No tracking"), ("batch", "Batch / lot numbers"), ("serial", "Serial numbers")],
                default="none",
                error_messages={
                    "invalid_choice": "“%(value)s” is not a product tracking choice. Use none, batch or serial."
                },
                max_length=8,
                verbose_name="product tracking",
            ),
        ),
        migrations.AddField(
            model_name="variant",
            name="gtin_key",
            field=models.CharField(blank=True, default="", editable=False, max_length=14),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="variant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gtin_key", ""), _negated=True),
                fields=("gtin_key",),
                name="variant_gtin_unique",
                violation_error_message="This GTIN belongs to another variant already. Give each variant its own.",
            ),
        ),
        migrations.AddIndex(
            model_name="variant",
            index=models.Index(fields=["gtin_key", "gtin"], name="variant_by_gtin_key"),
        ),
    ]
