"""Her own page: messages, pausing, her codes. Every case gets a second pair, whether or not there is a second code."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from amparo.core.vault import new_holder_key, new_session_secret, wrap


def give_second_pairs(apps, schema_editor):
    rows = apps.get_model("cases", "Case").objects.using(schema_editor.connection.alias)
    for pk in list(rows.filter(second_key=b"").values_list("pk", flat=True)):
        # Locked with words that nobody has: a case without a second code looks like one with it.
        words = new_session_secret().hex()
        rows.filter(pk=pk).update(
            second_key=wrap(new_holder_key(), words, holder=f"second:{pk}", cost=settings.KEY_COST)
        )


def of_a_case():
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="cases.case")


def key():
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_sealed")]

    operations = [
        # As the models say it since 0002; no column changes.
        *[migrations.AlterField(name, "case", of_a_case()) for name in ("item", "notice", "picture")],
        migrations.AddField("case", "paused_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "code_ended_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "case", "second_key", models.BinaryField(default=b"", max_length=200), preserve_default=False
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("by_door", models.BooleanField(default=False)),
                ("id", key()),
                ("number", models.PositiveIntegerField()),
                (
                    "side",
                    models.CharField(
                        choices=[("survivor", "Survivor"), ("helpline", "Helpline")], max_length=8
                    ),
                ),
                ("written_by", models.CharField(max_length=120)),
                ("written_at", models.DateTimeField()),
                ("sealed_text", models.BinaryField()),
                ("read_at", models.DateTimeField(null=True)),
                ("case", of_a_case()),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "number"), name="cases_message_number_once_a_case"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("read_at__isnull", True), ("read_at__gte", models.F("written_at")), _connector="OR"
                        ),
                        name="cases_message_not_read_before_written",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("by_door", models.BooleanField(default=False)),
                ("id", key()),
                ("at", models.DateTimeField()),
                ("sealed_code", models.BinaryField(max_length=400)),
                ("case", of_a_case()),
            ],
            options={"ordering": ["at", "pk"]},
        ),
        migrations.RunPython(give_second_pairs, migrations.RunPython.noop),
    ]
