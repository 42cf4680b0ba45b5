"""The database itself refuses to change or delete an event, whoever asks through a driver."""

from django.db import migrations

SAYS = "the audit trail is append-only"

SQLITE = [
    f"CREATE TRIGGER ledger_event_no_{verb} BEFORE {verb} ON ledger_event BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    f"CREATE FUNCTION ledger_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN RAISE EXCEPTION '{SAYS}'; END $$",
    "CREATE TRIGGER ledger_event_append_only BEFORE UPDATE OR DELETE ON ledger_event "
    "FOR EACH ROW EXECUTE FUNCTION ledger_event_refuse()",
]
UNDO_SQLITE = [f"DROP TRIGGER ledger_event_no_{verb}" for verb in ("UPDATE", "DELETE")]
UNDO_POSTGRESQL = ["DROP TRIGGER ledger_event_append_only ON ledger_event", "DROP FUNCTION ledger_event_refuse()"]


def _run(sqlite, postgresql):
    def run(apps, schema_editor):
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_begin")]

    operations = [migrations.RunPython(_run(SQLITE, POSTGRESQL), _run(UNDO_SQLITE, UNDO_POSTGRESQL))]
