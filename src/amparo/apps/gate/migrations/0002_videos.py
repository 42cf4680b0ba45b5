"""Decisions on videos."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('banks', '0005_overwrite_what_was_plain'),
        ('gate', '0001_begin'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='decision',
            name='gate_a_possible_match_never_blocks',
        ),
        migrations.AlterField(
            model_name='decision',
            name='ground',
            field=models.CharField(choices=[('known_picture', 'Known Picture'), ('possibly_known_picture', 'Possibly Known Picture'), ('known_video', 'Known Video'), ('possibly_known_video', 'Possibly Known Video')], max_length=24),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('ground__in', ['known_picture', 'known_video']), models.Q(('answer', 'block'), _negated=True), _connector='OR'), name='gate_a_possible_match_never_blocks'),
        ),
    ]
