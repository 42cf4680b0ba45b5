"""Matches of the stronger tier: points that agree in the place of bits apart, and only ever possible."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gate", "0002_videos")]

    operations = [
        migrations.AddField("decision", "points", models.PositiveSmallIntegerField(null=True)),
        migrations.AlterField("decision", "distance", models.PositiveSmallIntegerField(null=True)),
        migrations.AddConstraint(
            "decision",
            models.CheckConstraint(
                condition=models.Q(
                    ("distance", None), ("form", "stronger"), ("ground", "possibly_known_picture"), ("points__isnull", False)
                )
                | models.Q(
                    models.Q(("form", "stronger"), _negated=True), ("distance__isnull", False), ("points", None)
                ),
                name="gate_a_stronger_match_is_possible_and_tells_points",
            ),
        ),
    ]
