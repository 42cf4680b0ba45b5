"""A platform may be allowed to ask the stronger tier; entries that have such a record are found quickly."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("banks", "0006_stronger_records")]

    operations = [
        migrations.AddField("subscription", "stronger", models.BooleanField(default=False)),
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["id"],
                condition=models.Q(("sealed_stronger__isnull", False)),
                name="banks_entries_with_stronger",
            ),
        ),
    ]
