"""Seal the plain codes under the instance's key, so many at a time. Broken off, it goes on where it was."""

from django.db import migrations, transaction

# Rows of one transaction.
BATCH = 1000


def seal(apps, schema_editor):
    from amparo.apps.banks.sealing import seal_entry

    entries = apps.get_model("banks", "Entry").objects.using(schema_editor.connection.alias)
    waiting = entries.filter(code__isnull=False, sealed__isnull=True).order_by("pk")
    while True:
        with transaction.atomic(using=schema_editor.connection.alias):
            batch = list(waiting.only("pk", "code")[:BATCH])
            for entry in batch:
                entry.sealed = seal_entry(bytes(entry.code), row=entry.pk)
            entries.bulk_update(batch, ["sealed"], batch_size=100)
        if not batch:
            return


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("banks", "0002_sealed_columns")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop, elidable=True)]
