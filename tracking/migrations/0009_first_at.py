from django.db import migrations, models

TRACKING = [("none", "No tracking"), ("batch", "Batch / lot numbers"), ("serial", "Serial numbers")]
# What the shell could store before, and what no form could offer.
KNOWN_DEFAULT = (
    "UPDATE tracking_workspace SET default_tracking = 'none' WHERE default_tracking NOT IN ('none', 'batch', 'serial')"
)


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
                error_messages={"invalid_choice": "“%(value)s” is no plan. Use standard or professional."},
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="workspace",
            name="default_tracking",
            field=models.CharField(
                choices=TRACKING,
                default="none",
                error_messages={"invalid_choice": "“%(value)s” is no product tracking. Use none, batch or serial."},
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
    ]
