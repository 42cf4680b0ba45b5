"""What a case says is sealed under a key of its own (docs/vault.md, ADR 8).

Cases from before are in plain, and only her seven words, which nobody keeps, could make her pair: they cannot be
carried over. Amparo 0.1.0, which made such cases, was never released.
"""

import django.db.models.deletion
from django.db import migrations, models


class PlainCases(RuntimeError):
    """There are cases in plain, and no way to seal them for the people they belong to."""


def refuse_plain_cases(apps, schema_editor):
    count = apps.get_model("cases", "Case").objects.using(schema_editor.connection.alias).count()
    if count:
        raise PlainCases(
            f"{count} cases of Amparo 0.1.0 are in this database, unsealed. They cannot be sealed without the words of "
            "each person: finish them with 0.1.0, or begin with an empty database (another AMPARO_HOME or DATABASE_URL). "
            "Nothing was changed."
        )


def binary(**options):
    return models.BinaryField(default=b"", **options)


def add(model, name, field):
    # The default is for the rows that there are not.
    return migrations.AddField(model_name=model, name=name, field=field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_begin"), ("accounts", "0002_keys")]

    operations = [
        migrations.RunPython(refuse_plain_cases, migrations.RunPython.noop),
        migrations.RemoveField(model_name="case", name="code_digest"),
        add("case", "wrapped_key", binary(max_length=200)),
        migrations.AddField(model_name="case", name="version", field=models.PositiveIntegerField(default=1)),
        add("case", "public", binary(max_length=32)),
        add("case", "public_record", binary(max_length=200)),
        migrations.AddField(
            model_name="case", name="rekey_due_at", field=models.DateTimeField(db_index=True, null=True)
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("public", models.BinaryField(max_length=32)),
                ("sealed", models.BinaryField(max_length=400)),
                ("granted_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["holder"], name="cases_grant_holder")],
                "constraints": [models.UniqueConstraint(fields=("case", "holder"), name="cases_one_grant_a_holder")],
            },
        ),
        migrations.RemoveConstraint(model_name="picture", name="cases_picture_once_a_case"),
        migrations.RemoveField(model_name="picture", name="code"),
        migrations.AddField(model_name="picture", name="by_door", field=models.BooleanField(default=False)),
        add("picture", "sealed_code", binary(max_length=400)),
        add("picture", "blind_code", binary(max_length=32)),
        migrations.AddConstraint(
            model_name="picture",
            constraint=models.UniqueConstraint(fields=("case", "blind_code"), name="cases_picture_once_a_case"),
        ),
        migrations.RemoveConstraint(model_name="item", name="cases_url_once_a_case"),
        migrations.RemoveField(model_name="item", name="url"),
        migrations.AddField(model_name="item", name="by_door", field=models.BooleanField(default=False)),
        add("item", "sealed_url", binary()),
        add("item", "blind_url", binary(db_index=True, max_length=32)),
        migrations.AddField(model_name="item", name="checker_url", field=models.BinaryField(null=True)),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("check_due_at__isnull", True), ("checker_url__isnull", True)),
                    models.Q(("check_due_at__isnull", False), ("checker_url__isnull", False)),
                    _connector="OR",
                ),
                name="cases_checker_reads_while_looks_are_planned",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("case", "blind_url"), name="cases_url_once_a_case"),
        ),
        *[
            migrations.RemoveField(model_name="notice", name=name)
            for name in ("service", "recipient", "subject", "body", "sentences")
        ],
        migrations.AddField(model_name="notice", name="by_door", field=models.BooleanField(default=False)),
        *[
            add("notice", f"sealed_{name}", binary())
            for name in ("service", "recipient", "subject", "body", "sentences")
        ],
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="letter",
                        serialize=False, to="cases.notice",
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
        ),
    ]
