"""Room for records of the stronger tier, which only a live picture may have."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("banks", "0005_overwrite_what_was_plain")]

    operations = [
        migrations.AddField("entry", "sealed_stronger", models.BinaryField(null=True)),
        migrations.AddConstraint(
            "entry",
            models.CheckConstraint(
                condition=models.Q(("sealed_stronger__isnull", True))
                | models.Q(("kind", "picture"), ("withdrawn_at__isnull", True)),
                name="banks_stronger_record_of_a_live_picture_alone",
            ),
        ),
    ]
