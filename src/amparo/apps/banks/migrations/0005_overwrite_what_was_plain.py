"""A database keeps what was deleted until its place is needed. The tables that held plain codes are written anew."""

from django.db import migrations


def write_anew(apps, schema_editor):
    connection = schema_editor.connection
    if not apps.get_model("banks", "Entry").objects.using(connection.alias).exists():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        elif connection.vendor == "postgresql":
            cursor.execute("VACUUM FULL banks_entry")


class Migration(migrations.Migration):
    atomic = False  # VACUUM cannot run in a transaction
    dependencies = [("banks", "0004_no_plain_codes")]

    operations = [migrations.RunPython(write_anew, migrations.RunPython.noop, elidable=True)]
