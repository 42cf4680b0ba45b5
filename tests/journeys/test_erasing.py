"""Erasing with real processes: the bytes on the disk, kill -9 between the steps, and a backup from before."""

import json
import shutil
import signal
import subprocess
import time

import pytest

from tests.servers.databases import own_database
from tests.servers.disk import bytes_of, holds
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey

PASSWORD = "a long enough passphrase"
CAST = f"""
import hashlib, json
from django.utils import timezone
from amparo.apps.accounts.actions import add_organisation, add_user
from amparo.apps.banks.actions import open_bank
from amparo.apps.cases.actions import open_case
from amparo.apps.cases.models import Grant
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import ImageFingerprint
now = timezone.now()
told = {{"by": SYSTEM, "now": now}}
helpline = add_organisation(handle="helpline", name="H", kind="helpline", mailbox="n@example.org", **told)
add_user(handle="hana", organisation=helpline, role="caseworker", password="{PASSWORD}", **told)
bank = open_bank(handle="the-bank", title="Bank", owner=helpline, **told)
codes = []
for number in range(2):
    picture = ImageFingerprint(code=hashlib.sha256(b"%d" % number).digest(), quality=90)
    opened = open_case(helpline=helpline, language="en", country="", urls=[f"https://files.example.org/{{number}}"],
                       fingerprints=[picture], banks=[bank], now=now)
    codes.append(opened.code.text)
case = opened.case
sealed = [bytes(case.wrapped_key), *(bytes(one.sealed) for one in case.grants.all()),
          *(bytes(one.sealed_url) for one in case.items.all()),
          *(bytes(one.sealed_code) for one in case.pictures.all())]
print(json.dumps({{"case": str(case.pk), "codes": codes, "sealed": [one.hex() for one in sealed]}}))
"""
ERASE = """
from django.utils import timezone
from amparo.apps.cases.actions import erase_case
from amparo.apps.cases.models import Case
case = Case.objects.get(pk="{case}")
erase_case(case=case, by=case, now=timezone.now())
"""
# The same, killed where the named function would be called.
ERASE_AND_DIE = """
import os, signal
from amparo.apps.cases.actions import _erasing
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
_erasing.{function} = die
"""
OPENS = """
from django.utils import timezone
from amparo.apps.cases import actions
try:
    print(actions.open_by_code(text="{code}", now=timezone.now()).pk)
except actions.CodeRefused:
    print("refused")
"""
STATE = """
import json
from amparo.apps.banks.models import Entry
from amparo.apps.cases.models import Case, Grant, Item
from amparo.apps.ledger.models import Event, Job
ours = Case.objects.filter(pk="{case}")
print(json.dumps({{
    "rows": ours.count(), "grants": Grant.objects.filter(case__in=ours).count(), "cases": Case.objects.count(),
    "live": Entry.objects.filter(withdrawn_at=None).count(), "told": Event.objects.filter(kind="case_erased").count(),
    "wiped": Job.objects.filter(task__endswith="finish_erasing", state="done").count()}}))
"""
# One case of two is gone, with its row and its entry in the bank; it is told, and the disk was wiped.
DONE = {"rows": 0, "grants": 0, "cases": 1, "live": 1, "told": 1, "wiped": 1}


@pytest.fixture
def instance(tmp_path):
    with own_database() as url:
        made = Instance(tmp_path / "home", database_url=url)
        yield made
        made.kill()


@pytest.fixture
def cast(instance):
    return json.loads(instance.python(CAST).stdout.splitlines()[-1])


def state(instance, cast):
    return json.loads(instance.python(STATE.format(**cast)).stdout.splitlines()[-1])


def opens(instance, code):
    return instance.python(OPENS.format(code=code)).stdout.split()[-1]


def test_after_erasing_no_byte_of_its_keys_and_fields_is_on_the_disk(instance):
    """Under a server that goes on: its open connections keep the write-ahead log, with the pages as they were."""
    with instance:
        cast = json.loads(instance.python(CAST).stdout.splitlines()[-1])
        sealed = [bytes.fromhex(one) for one in cast["sealed"]]
        assert all(holds(bytes_of(instance), one) for one in sealed)  # the search finds what is there
        instance.python(ERASE.format(**cast))
        deadline = time.monotonic() + 60
        while state(instance, cast)["wiped"] == 0 and time.monotonic() < deadline:
            time.sleep(0.5)
        found = bytes_of(instance)
    assert [number for number, one in enumerate(sealed) if holds(found, one)] == []
    assert state(instance, cast) == DONE
    assert opens(instance, cast["codes"][1]) == "refused"
    assert opens(instance, cast["codes"][0]) != "refused"
    assert instance.run("verify").returncode == 0


@pytest.mark.parametrize(("function", "left"), [("_drop_keys", 1), ("forget_rows", 1)])
def test_killed_between_two_steps_the_rest_is_done_at_the_next_start(instance, cast, function, left):
    with pytest.raises(subprocess.CalledProcessError) as killed:
        instance.python(ERASE_AND_DIE.format(function=function) + ERASE.format(**cast))
    assert killed.value.returncode == -signal.SIGKILL
    assert state(instance, cast)["rows"] == left
    assert state(instance, cast)["grants"] == (2 if function == "_drop_keys" else 0)
    instance.run("work", "--until-idle")
    assert state(instance, cast) == DONE


def test_a_backup_from_before_does_not_bring_it_back(instance, cast, tmp_path):
    instance.run("backup", str(tmp_path / "before"))
    instance.python(ERASE.format(**cast))
    told = json.loads(instance.run("restore", "--replace", str(tmp_path / "before"), "--json").stdout)
    assert told["erased_again"] == 1
    assert opens(instance, cast["codes"][1]) == "refused"
    assert opens(instance, cast["codes"][0]) != "refused"
    instance.run("work", "--until-idle")
    assert state(instance, cast)["rows"] == 0
    assert told["entries"] == 1
    for one in cast["sealed"]:
        assert not holds(bytes_of(instance), bytes.fromhex(one))


def test_nor_on_a_new_machine_that_has_the_keys_folder_and_the_backup(instance, cast, tmp_path):
    instance.run("backup", str(tmp_path / "before"))
    instance.python(ERASE.format(**cast))
    with own_database(migrated=False) as url:
        fresh = Instance(tmp_path / "fresh", database_url=url, new=True)
        shutil.copytree(instance.home / "keys", fresh.home / "keys")
        assert json.loads(fresh.run("restore", str(tmp_path / "before"), "--json").stdout)["erased_again"] == 1
        assert opens(fresh, cast["codes"][1]) == "refused"


def test_nor_when_the_database_was_put_back_by_other_means(instance, cast):
    """The file of the database copied back by hand: the next start applies the list before it serves."""
    if instance.environment.get("DATABASE_URL"):
        instance.python(RECREATE.format(**cast))
    else:
        kept = (instance.home / "amparo.sqlite3").read_bytes()
        instance.python(ERASE.format(**cast))
        (instance.home / "amparo.sqlite3").write_bytes(kept)
    assert state(instance, cast)["rows"] == 1
    with instance:
        assert state(instance, cast)["rows"] == 0
    assert opens(instance, cast["codes"][1]) == "refused"


# On a server database the same is shown by a list that knows more than the database.
RECREATE = """
from uuid import UUID
from amparo.apps.cases.erased import note
note([UUID("{case}")])
"""
