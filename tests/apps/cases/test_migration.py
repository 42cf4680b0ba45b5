"""Cases in plain are never carried over half sealed: the migration says what to do and changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.databases import own_database

pytestmark = pytest.mark.journey
ROOT = Path(__file__).parents[3]
PLAIN = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
apps = MigrationExecutor(connection).loader.project_state([("cases", "0001_begin")]).apps
from datetime import UTC, datetime
now = datetime(2026, 11, 1, tzinfo=UTC)
helpline = apps.get_model("accounts", "Organisation").objects.create(
    handle="helpline", name="H", kind="helpline", mailbox="n@example.org", created_at=now)
apps.get_model("cases", "Case").objects.create(
    helpline=helpline, locator="maple-4821", code_digest="x", language="en", opened_at=now)
"""
GONE = """
import django; django.setup()
from django.db import connection
connection.cursor().execute("DELETE FROM cases_case")
"""


@pytest.fixture
def django(tmp_path):
    with own_database(migrated=False) as database:
        environment = os.environ | {"AMPARO_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "amparo.conf.settings"}
        environment["DATABASE_URL"] = database or f"sqlite:///{tmp_path / 'amparo.sqlite3'}"

        def run(*words):
            return subprocess.run(
                [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )

        yield run


def migrate(django, *to):
    return django("-m", "django", "migrate", "--skip-checks", *to)


def test_a_database_with_plain_cases_is_refused_in_words_and_left_as_it_was(django):
    assert migrate(django, "cases", "0001").returncode == 0
    assert django("-c", PLAIN).returncode == 0
    refused = migrate(django)
    assert refused.returncode != 0
    assert "1 cases of Amparo 0.1.0 are in this database, unsealed" in refused.stderr
    assert "Nothing was changed" in refused.stderr
    assert "maple-4821" not in refused.stderr
    listed = django("-m", "django", "showmigrations", "cases").stdout
    assert "[X] 0001_begin" in listed
    assert "[ ] 0002_sealed" in listed
    assert django("-c", GONE).returncode == 0
    assert migrate(django).returncode == 0


SEALED_CASE = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
apps = MigrationExecutor(connection).loader.project_state([("cases", "0002_sealed")]).apps
from datetime import UTC, datetime
now = datetime(2026, 11, 1, tzinfo=UTC)
helpline = apps.get_model("accounts", "Organisation").objects.create(
    handle="helpline", name="H", kind="helpline", mailbox="n@example.org", created_at=now)
apps.get_model("cases", "Case").objects.create(
    helpline=helpline, locator="maple-4821", wrapped_key=b"x", public=b"x", public_record=b"x", language="en",
    opened_at=now)
"""
SECOND_PAIRS = """
import django; django.setup()
from amparo.apps.cases.models import Case
print([len(bytes(case.second_key)) for case in Case.objects.all()])
"""


def test_a_case_from_before_gets_a_second_pair_that_nobody_opens(django):
    assert migrate(django, "cases", "0002").returncode == 0
    made = django("-c", SEALED_CASE)
    assert made.returncode == 0, made.stderr
    assert migrate(django).returncode == 0
    assert django("-c", SECOND_PAIRS).stdout.strip() == "[131]"
