"""Room for what is sealed, and for videos. The plain codes stay until 0003 has sealed them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("banks", "0001_begin")]

    operations = [
        migrations.CreateModel(
            name="Frame",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField(null=True)),
                ("quality", models.PositiveSmallIntegerField()),
                ("seconds", models.FloatField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="frames", to="banks.entry"
                    ),
                ),
            ],
            options={"ordering": ["entry", "number"]},
        ),
        migrations.AddConstraint(
            model_name="frame",
            constraint=models.UniqueConstraint(fields=("entry", "number"), name="banks_a_frame_has_one_number"),
        ),
        migrations.AddConstraint(
            model_name="frame",
            constraint=models.CheckConstraint(
                condition=models.Q(("quality__lte", 100)), name="banks_frame_quality_0_to_100"
            ),
        ),
        migrations.AddField("entry", "sealed", models.BinaryField(null=True)),
        migrations.AddField(
            "entry",
            "kind",
            models.CharField(choices=[("picture", "Picture"), ("video", "Video")], default="picture", max_length=8),
        ),
        migrations.AddField("entry", "blind_md5", models.BinaryField(db_index=True, max_length=32, null=True)),
        migrations.AddField("entry", "seconds", models.FloatField(null=True)),
        migrations.AddField(
            "entry",
            "ended",
            models.CharField(
                blank=True,
                choices=[("whole", "Whole"), ("damaged", "Damaged"), ("too long", "Too Long")],
                default="",
                max_length=8,
            ),
            preserve_default=False,
        ),
        migrations.AddField("entry", "frame_count", models.PositiveIntegerField(default=0)),
    ]
