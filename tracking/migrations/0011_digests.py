"""Digests of documents, of the change log and of recall events; UUIDs of lots; seals (rules 25 and 26).

Digests are computed after the migration (tracking/ledger/baseline.py), over all columns that there are by then.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import katana_trace.lib.identity
from katana_trace.lib.identity import uuid_by_number

LOTS = ("tracking_batch", "tracking_serialnumber")
CHUNK = 10_000
# A number of before is that of a unit where the item has such units, or had them and never batches.
SUBJECT = """
    UPDATE tracking_recordchange SET subject = 'serial' WHERE
    EXISTS (SELECT 1 FROM tracking_serialnumber s
        WHERE s.variant_id = tracking_recordchange.variant_id AND s.key = tracking_recordchange.key)
    OR (NOT EXISTS (SELECT 1 FROM tracking_batch b
            WHERE b.variant_id = tracking_recordchange.variant_id AND b.key = tracking_recordchange.key)
        AND EXISTS (SELECT 1 FROM items_variant v JOIN tracking_switch w ON w.item_id = v.item_id
            WHERE v.id = tracking_recordchange.variant_id AND w.from_mode = 'serial')
        AND NOT EXISTS (SELECT 1 FROM items_variant v JOIN tracking_switch w ON w.item_id = v.item_id
            WHERE v.id = tracking_recordchange.variant_id AND w.from_mode = 'batch'))
"""
NAMES = """
    UPDATE tracking_recordchange SET changed_by_name = (
        SELECT u.username FROM auth_user u WHERE u.id = tracking_recordchange.changed_by_id)
    WHERE changed_by_id IS NOT NULL
"""


def give_uuids(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for table in (*LOTS, "tracking_recordchange"):
            last = 0
            while rows := read(cursor, table, last):
                values = [(stored(connection, uuid_by_number(variant, key)), id_) for id_, variant, key in rows]
                cursor.executemany(f"UPDATE {table} SET uuid = %s WHERE id = %s", values)
                last = rows[-1][0]


def forget_other_subjects(apps, schema_editor):
    """On the way back: the log of before knew batches and serial numbers alone, without their first values."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracking_recordchange WHERE uuid IS NULL OR is_first")


def read(cursor, table: str, last: int) -> list[tuple]:
    cursor.execute(f"SELECT id, variant_id, key FROM {table} WHERE id > %s ORDER BY id LIMIT {CHUNK}", [last])
    return cursor.fetchall()


def stored(connection, uuid):
    return uuid if connection.vendor == "postgresql" else uuid.hex


def uuid_field(**more) -> models.UUIDField:
    return models.UUIDField(editable=False, **more)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("items", "0004_gtin_key"),
        ("tracking", "0010_permits"),
    ]

    operations = [
        migrations.AddField("batch", "uuid", uuid_field(null=True)),
        migrations.AddField("serialnumber", "uuid", uuid_field(null=True)),
        migrations.RemoveIndex("recordchange", "change_by_number"),
        migrations.RenameField("recordchange", "number", "name"),
        migrations.AlterField("recordchange", "name", models.CharField(max_length=150)),
        migrations.AlterField(
            "recordchange",
            "variant",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="items.variant",
            ),
        ),
        # The table of before has no room for what is no batch and no serial number.
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM tracking_recordchange WHERE variant_id IS NULL"),
        migrations.AddField(
            "recordchange",
            "subject",
            models.CharField(
                choices=[
                    ("batch", "Batch"),
                    ("serial", "Serial number"),
                    ("partner", "Partner"),
                    ("location", "Location"),
                    ("item", "Item"),
                    ("variant", "Variant"),
                    ("workspace", "Workspace"),
                    ("user", "User"),
                    ("role", "Role"),
                    ("recall", "Recall"),
                ],
                default="batch",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField("recordchange", "subject_id", models.BigIntegerField(null=True)),
        migrations.AddField("recordchange", "uuid", models.UUIDField(null=True)),
        migrations.AddField("recordchange", "is_first", models.BooleanField(default=False)),
        migrations.AddField("recordchange", "changed_by_name", models.CharField(blank=True, max_length=150)),
        migrations.AddField(
            "recordchange", "digest", models.CharField(default="", max_length=64), preserve_default=False
        ),
        migrations.AddField("document", "digest", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField(
            "recallevent", "digest", models.CharField(default="", max_length=64), preserve_default=False
        ),
        migrations.RunPython(give_uuids, forget_other_subjects),
        migrations.RunSQL(SUBJECT, migrations.RunSQL.noop),
        migrations.RunSQL(NAMES, migrations.RunSQL.noop),
        migrations.AlterField("batch", "uuid", uuid_field(unique=True, default=katana_trace.lib.identity.new_uuid)),
        migrations.AlterField(
            "serialnumber", "uuid", uuid_field(unique=True, default=katana_trace.lib.identity.new_uuid)
        ),
        migrations.AddConstraint(
            "recordchange",
            models.CheckConstraint(
                condition=models.Q(
                    (
                        "subject__in",
                        [
                            "batch",
                            "serial",
                            "partner",
                            "location",
                            "item",
                            "variant",
                            "workspace",
                            "user",
                            "role",
                            "recall",
                        ],
                    )
                ),
                name="change_subject_known",
            ),
        ),
        migrations.AddConstraint(
            "recordchange",
            models.CheckConstraint(
                condition=models.Q(("uuid__isnull", True), ("subject_id__isnull", True), _connector="XOR"),
                name="change_names_its_subject",
            ),
        ),
        migrations.AddIndex(
            "recordchange",
            models.Index(condition=models.Q(("uuid__isnull", False)), fields=["uuid", "-id"], name="change_by_lot"),
        ),
        migrations.AddIndex(
            "recordchange",
            models.Index(
                condition=models.Q(("subject_id__isnull", False)),
                fields=["subject", "subject_id", "-id"],
                name="change_by_subject",
            ),
        ),
        migrations.CreateModel(
            name="Baseline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("last_document", models.PositiveBigIntegerField()),
                ("last_line", models.PositiveBigIntegerField()),
                ("last_change", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="baseline_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("head", models.CharField(max_length=64, unique=True)),
                ("first_document", models.PositiveBigIntegerField()),
                ("last_document", models.PositiveBigIntegerField()),
                ("document_count", models.PositiveBigIntegerField()),
                ("last_change", models.PositiveBigIntegerField()),
                ("change_count", models.PositiveBigIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("made_by_name", models.CharField(blank=True, max_length=150)),
            ],
        ),
    ]
