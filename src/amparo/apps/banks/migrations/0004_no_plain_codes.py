"""The plain codes go."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("banks", "0003_seal_codes")]

    operations = [
        migrations.RemoveConstraint("entry", "banks_withdrawn_entry_names_who_and_drops_code"),
        migrations.RemoveField("entry", "code"),
        migrations.AddConstraint(
            "entry",
            models.CheckConstraint(
                condition=models.Q(("sealed__isnull", False), ("withdrawn_at__isnull", True), ("withdrawn_by", ""))
                | models.Q(
                    ("blind_md5__isnull", True),
                    ("sealed__isnull", True),
                    ("withdrawn_at__isnull", False),
                    models.Q(("withdrawn_by", ""), _negated=True),
                ),
                name="banks_withdrawn_entry_names_who_and_forgets",
            ),
        ),
        migrations.AddConstraint(
            "entry",
            models.CheckConstraint(
                condition=models.Q(
                    ("blind_md5__isnull", True),
                    ("ended", ""),
                    ("frame_count", 0),
                    ("kind", "picture"),
                    ("seconds__isnull", True),
                )
                | models.Q(("kind", "video"), ("seconds__isnull", False), models.Q(("ended", ""), _negated=True)),
                name="banks_a_video_tells_its_length",
            ),
        ),
    ]
