"""Documents keep the name and address of their partner and the name of who posted them (rule 25).

Those that are there get the present ones: what they were before nobody knows. A recall that was opened before knows its
customers by the names of that day.
"""

from django.conf import settings
from django.db import migrations, models

DOCUMENTS = """
    UPDATE tracking_document SET
        partner_name = coalesce((SELECT t.name FROM tracking_partner t WHERE t.id = tracking_document.partner_id), ''),
        partner_address = coalesce((SELECT t.address FROM tracking_partner t WHERE t.id = tracking_document.partner_id), ''),
        posted_by_name = coalesce((SELECT u.username FROM auth_user u WHERE u.id = tracking_document.posted_by_id), '')
    WHERE partner_id IS NOT NULL OR posted_by_id IS NOT NULL
"""
SHIPMENTS = """
    UPDATE tracking_recallshipment SET partner_name = (
        SELECT c.name FROM tracking_recallcustomer c WHERE c.id = tracking_recallshipment.customer_id)
"""


class AddText(migrations.AddField):
    """A text column, empty in the rows that are there. Django would copy the whole table on SQLite, for each one anew."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        kind = f"varchar({self.field.max_length})"
        schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN {self.name} {kind} NOT NULL DEFAULT ''")


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0007_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddText("document", "partner_name", models.CharField("partner as posted", max_length=120, blank=True)),
        AddText("document", "partner_address", models.CharField("address as posted", max_length=400, blank=True)),
        AddText("document", "posted_by_name", models.CharField("posted by, as posted", max_length=150, blank=True)),
        AddText("recallshipment", "partner_name", models.CharField(max_length=120, blank=True)),
        migrations.RunSQL(DOCUMENTS, migrations.RunSQL.noop),
        migrations.RunSQL(SHIPMENTS, migrations.RunSQL.noop),
        migrations.AddIndex(
            "document",
            models.Index(
                fields=["partner", "partner_name"],
                condition=models.Q(partner__isnull=False),
                name="document_by_partner_name",
            ),
        ),
    ]
