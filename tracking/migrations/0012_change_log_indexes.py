"""Indexes by which the page of the change log finds a name, and passes first values by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0011_digests")]

    operations = [
        migrations.AddIndex("recordchange", models.Index(fields=["key", "-id"], name="change_by_key")),
        migrations.AddIndex(
            "recordchange",
            models.Index(condition=models.Q(("is_first", False)), fields=["-id"], name="change_not_first"),
        ),
    ]
