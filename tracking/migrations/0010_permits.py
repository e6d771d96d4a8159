"""A permit says what it is for, and no commit leaves one behind: it refers to a table that stays empty."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("items", "0003_notices"),
        ("tracking", "0009_first_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Never",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
            ],
        ),
        migrations.DeleteModel("RelinkPermit"),
        migrations.CreateModel(
            name="RelinkPermit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "act",
                    models.CharField(
                        choices=[("on", "Switched on"), ("off", "Switched off"), ("restore", "Restored")], max_length=8
                    ),
                ),
                ("epoch", models.PositiveIntegerField()),
                (
                    "archive",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.archive",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="items.item"
                    ),
                ),
                (
                    "never",
                    models.ForeignKey(
                        db_index=False,
                        default=0,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.never",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("act__in", ["on", "off", "restore"])), name="permit_act_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("archive__isnull", False), ~models.Q(("act", "restore")), _connector="XOR"),
                        name="permit_archive_fits",
                    ),
                ],
            },
        ),
    ]
