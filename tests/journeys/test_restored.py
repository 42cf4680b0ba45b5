"""An older backup put in place: what was withdrawn, disabled and revoked since stays so, or feeds rest."""

import json
import shutil

import pytest

from tests.conftest import PASSWORD
from tests.servers.databases import own_database
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey

FILL = f"""
import json
from django.utils import timezone
from amparo.apps.accounts.actions import add_organisation, add_user, issue_key
from amparo.apps.banks.actions import open_bank, subscribe
from amparo.apps.ledger.models import SYSTEM
told = {{"by": SYSTEM, "now": timezone.now()}}
helpline = add_organisation(handle="helpline", name="H", kind="helpline", mailbox="n@example.org", **told)
platform = add_organisation(handle="platform", name="P", kind="platform", **told)
for handle in ("hana", "late"):
    add_user(handle=handle, organisation=helpline, role="caseworker", password="{PASSWORD}", **told)
bank = open_bank(handle="the-bank", title="Bank", owner=helpline, **told)
subscribe(bank=bank, organisation=platform, on_match="block", **told)
print(json.dumps([issue_key(organisation=platform, name=name, scopes=["feed"], **told)[1] for name in "ab"]))
"""
SINCE = """
from django.utils import timezone
from amparo.apps.accounts.actions import reset_factors, revoke_key
from amparo.apps.accounts.models import ApiKey, User
from amparo.apps.banks.actions import withdraw_entry
from amparo.apps.banks.models import Entry
from amparo.apps.cases.actions import disable_worker
from amparo.apps.ledger.models import SYSTEM
told = {"by": SYSTEM, "now": timezone.now()}
withdraw_entry(entry=Entry.objects.first(), reason="survivor", **told)
disable_worker(user=User.objects.get(handle="late"), **told)
reset_factors(user=User.objects.get(handle="hana"), **told)
revoke_key(key=ApiKey.objects.get(name="b"), **told)
"""
STANDING = """
import json
from amparo.apps.accounts.models import ApiKey, User
from amparo.apps.banks.models import Entry
print(json.dumps([Entry.objects.filter(withdrawn_at=None).count(), User.objects.filter(disabled_at=None).count(),
                  ApiKey.objects.filter(revoked_at=None).count()]))
"""
BEFORE, AFTER = [2, 2, 2], [1, 1, 1]


def told(instance: Instance, *words: str) -> dict:
    return json.loads(instance.run(*words, "--json").stdout)


def standing(instance: Instance) -> list[int]:
    return json.loads(instance.python(STANDING).stdout.splitlines()[-1])


def feed(instance: Instance, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return instance.http.request("GET", f"{instance.url}/feed", headers=headers).status


def test_what_was_taken_back_after_the_backup_stays_taken_back(tmp_path):
    with own_database() as first, own_database(migrated=False) as second:
        full = Instance(tmp_path / "full", database_url=first)
        keys = json.loads(full.python(FILL).stdout.splitlines()[-1])
        full.run("bank", "add", "the-bank", "0f" * 32, "f0" * 32)
        full.run("backup", str(tmp_path / "older"))
        full.python(SINCE)
        full.run("backup", str(tmp_path / "newer"))
        assert standing(full) == AFTER

        # Another machine, with the key alone: nobody knows what was taken back since, so feeds rest.
        bare = Instance(tmp_path / "bare", database_url=second, new=True)
        shutil.copytree(full.home / "keys", bare.home / "keys")
        assert len((bare.home / "keys" / "ended").read_text().splitlines()) == 3  # what the processes wrote there
        (bare.home / "keys" / "ended").unlink()
        restored = told(bare, "restore", str(tmp_path / "older"))
        assert (restored["feeds_held"], restored["ended_again"], standing(bare)) == (True, 0, BEFORE)
        with bare:
            assert feed(bare, keys[0]) == 503
            bare.run("bank", "share-again")
            assert feed(bare, keys[0]) == 200

        # The same with the trail of a newer backup.
        restored = told(bare, "restore", "--replace", "--ledger", str(tmp_path / "newer"), str(tmp_path / "older"))
        assert (restored["feeds_held"], restored["ended_again"], standing(bare)) == (False, 3, AFTER)
        assert restored["old_locks"] == "hana"

        # In its own place the present trail tells, and is a part of what it replaces.
        restored = told(full, "restore", "--replace", str(tmp_path / "older"))
        assert (restored["feeds_held"], restored["ended_again"], standing(full)) == (False, 3, AFTER)
        assert told(full, "verify")["holds"]
