"""Banks from before their codes were sealed."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.servers.databases import own_database
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey

CODES = [os.urandom(32) for _ in range(1200)]
# Entries that went in days when SQLite left what was deleted in the pages that it freed.
GONE = [os.urandom(32) for _ in range(1200)]
FILL = """
from django.db import connection
from django.utils import timezone
from amparo.apps.accounts.models import Organisation
now = timezone.now()
with connection.cursor() as cursor:
    cursor.execute(
        "INSERT INTO accounts_organisation (handle, name, kind, mailbox, created_at) VALUES (%s, %s, %s, %s, %s)",
        ["helpline", "Helpline", "helpline", "notices@helpline.example.org", now],
    )
    cursor.execute("SELECT id FROM accounts_organisation")
    owner = cursor.fetchone()[0]
    cursor.execute(
        "INSERT INTO banks_bank (handle, title, owner_id, algorithm, opened_at) VALUES (%s, %s, %s, %s, %s)",
        ["helpline-bank", "Helpline bank", owner, "pdq-c512", now],
    )
    cursor.execute("SELECT id FROM banks_bank")
    bank = cursor.fetchone()[0]
    for code in CODES:
        cursor.execute(
            "INSERT INTO banks_entry (bank_id, code, quality, added_at, added_by, withdrawn_by, reason)"
            " VALUES (%s, %s, 90, %s, 'hana', '', '')",
            [bank, code, now],
        )
    cursor.execute(
        "INSERT INTO banks_entry (bank_id, code, quality, added_at, added_by, withdrawn_at, withdrawn_by, reason)"
        " VALUES (%s, NULL, 90, %s, 'hana', %s, 'hana', 'survivor')",
        [bank, now, now],
    )
"""
READ = """
import json
from amparo.apps.banks.models import Entry
print(json.dumps([entry.code and entry.code.hex() for entry in Entry.objects.order_by("pk")]))
"""


def migrate(instance, *words):
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v0", *words],
        env=instance.environment | {"DJANGO_SETTINGS_MODULE": "amparo.conf.settings"},
        check=True,
        timeout=120,
    )


@pytest.fixture
def before(tmp_path):
    """An instance as the first version left it, with plain codes."""
    with own_database(migrated=False) as url:
        instance = Instance(tmp_path / "home", database_url=url, new=True)
        migrate(instance, "banks", "0001")
        instance.python(f"CODES = {CODES!r}\n{FILL}")
        leave_in_freed_pages(instance.home / "amparo.sqlite3", GONE)
        yield instance


def leave_in_freed_pages(file, codes):
    if not file.exists():
        return
    with closing(sqlite3.connect(file)) as early, early:
        early.execute("PRAGMA secure_delete=OFF")
        early.executemany(
            "INSERT INTO banks_entry (bank_id, code, quality, added_at, added_by, withdrawn_by, reason)"
            " SELECT bank_id, ?, quality, added_at, 'gone', '', '' FROM banks_entry LIMIT 1",
            [(code,) for code in codes],
        )
        early.execute("DELETE FROM banks_entry WHERE added_by = 'gone'")


def test_plain_codes_are_sealed_open_to_what_they_were_and_stay_nowhere_in_the_database(before):
    file = before.home / "amparo.sqlite3"
    on_sqlite = file.exists()  # nobody here can read a server's files; its table is written anew too
    assert not on_sqlite or holds(file, [CODES[7]]) == [CODES[7]]
    assert not on_sqlite or holds(file, GONE) != []
    migrate(before)
    assert not on_sqlite or holds(file, [*CODES, *GONE]) == []
    assert json.loads(before.python(READ).stdout) == [*(code.hex() for code in CODES), None]


def test_sealing_that_was_broken_off_goes_on(before):
    migrate(before, "banks", "0002")
    before.python(
        "from django.apps import apps\n"
        "from django.db import connection\n"
        "from amparo.apps.banks.sealing import seal_entry\n"
        "with connection.cursor() as cursor:\n"
        "    cursor.execute('SELECT id, code FROM banks_entry WHERE code IS NOT NULL ORDER BY id LIMIT 300')\n"
        "    for pk, code in cursor.fetchall():\n"
        "        sealed = seal_entry(bytes(code), row=pk)\n"
        "        cursor.execute('UPDATE banks_entry SET sealed = %s WHERE id = %s', [sealed, pk])\n"
    )
    migrate(before)
    assert CODES[0].hex() in before.python(READ).stdout
    assert CODES[-1].hex() in before.python(READ).stdout


def holds(file, codes):
    kept = file.read_bytes() + wal_of(file)
    return [code for code in codes if code in kept]


def wal_of(file):
    wal = file.with_name(f"{file.name}-wal")
    return wal.read_bytes() if wal.exists() else b""
