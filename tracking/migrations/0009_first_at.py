from django.db import migrations, models

TRACKING = [("none", "No tracking"), ("batch", "Batch / lot numbers"), ("serial", "Serial numbers")]
# What the shell could store before, and what no form could offer.
KNOWN_DEFAULT = (
    "UPDATE tracking_workspace SET default_tracking = 'none' WHERE default_tracking NOT IN ('none', 'batch', 'serial')"
)


# Rule 10: the earliest standing receipt or production that brought a lot; where there is none, the earliest of what stands,
# where nothing does, of what once did. A mirror brings nothing in.
FILL = """
    UPDATE {table} SET first_at = f.first_at FROM (
        SELECT l.{column} AS lot, coalesce(
            min(CASE WHEN m.id IS NULL AND d.kind IN ('receipt', 'production') THEN d.posted_at END),
            min(CASE WHEN m.id IS NULL THEN d.posted_at END),
            min(d.posted_at)) AS first_at
        FROM tracking_ledgerline l JOIN tracking_document d ON d.id = l.document_id
        LEFT JOIN tracking_document m ON m.reverses_id = d.id
        WHERE l.{column} IS NOT NULL AND l.quantity > 0 AND d.reverses_id IS NULL GROUP BY l.{column}
    ) f WHERE f.lot = {table}.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0008_names_as_posted"),
    ]

    operations = [
        migrations.AlterField(
            model_name="workspace",
            name="plan",
            field=models.CharField(
                choices=[("standard", "Standard"), ("professional", "Professional")],
                default="professional",
                error_messages={"invalid_choice": "“%(value)s” is not a plan. Use standard or professional."},
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="workspace",
            name="default_tracking",
            field=models.CharField(
                choices=TRACKING,
                default="none",
                error_messages={
                    "invalid_choice": "“%(value)s” is not a product tracking choice. Use none, batch or serial."
                },
                max_length=8,
                verbose_name="tracking of new items",
            ),
        ),
        migrations.RunSQL(KNOWN_DEFAULT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="workspace",
            constraint=models.CheckConstraint(
                condition=models.Q(("default_tracking__in", ["none", "batch", "serial"])),
                name="workspace_default_known",
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="first_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="serialnumber",
            name="first_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="serialnumber",
            name="variant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.PROTECT,
                related_name="serial_numbers",
                to="items.variant",
            ),
        ),
        migrations.RunSQL(FILL.format(table="tracking_batch", column="batch_id"), migrations.RunSQL.noop),
        migrations.RunSQL(FILL.format(table="tracking_serialnumber", column="serial_id"), migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="batch", name="batch_by_expiry"),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["variant", "expires_on", "first_at", "id"], name="batch_by_age"),
        ),
        migrations.AddIndex(
            model_name="serialnumber",
            index=models.Index(fields=["variant", "location", "first_at", "id"], name="serial_by_age"),
        ),
    ]
