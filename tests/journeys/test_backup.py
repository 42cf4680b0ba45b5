"""Backup and restore as processes: while others write, killed in between, in an empty place, with a wrong key."""

import base64
import json
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import PASSWORD
from tests.servers.databases import own_database
from tests.servers.instance import Instance
from tests.servers.mailbox import Mailbox
from tests.servers.second_factor import GIVE_PHONES, next_code
from tests.servers.visitor import Visitor

pytestmark = pytest.mark.journey

FILL = """
from django.utils import timezone
from amparo.apps.accounts.actions import add_organisation
from amparo.apps.accounts.models import Organisation
from amparo.apps.banks.actions import open_bank, subscribe
from amparo.apps.ledger.models import SYSTEM
told = {"by": SYSTEM, "now": timezone.now()}
helpline = add_organisation(handle="helpline", name="Helpline", kind="helpline", mailbox="n@example.org", **told)
platform = add_organisation(handle="platform", name="Platform", kind="platform", **told)
bank = open_bank(handle="the-bank", title="Bank", owner=helpline, **told)
subscribe(bank=bank, organisation=platform, on_match="block", **told)
"""
# A case of Sam's with an address and a notice that waits to be sent, because no mail server is there.
CASE = f"""
import json
from amparo.apps.accounts.actions import add_user
from amparo.apps.accounts.models import Organisation
from amparo.apps.cases import actions
from django.utils import timezone
from amparo.apps.ledger.models import SYSTEM
from tests.apps.cases.conftest import facts
now = timezone.now()
helpline = Organisation.objects.get(handle="helpline")
hana = add_user(handle="hana", organisation=helpline, role="caseworker", password="{PASSWORD}", by=SYSTEM, now=now)
made = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[],
                         urls=["https://files.example.org/gallery/1"], now=now)
actions.send_notice(case=made.case, items=list(made.case.items.all()), regime="us_tida", facts=facts(),
                    recipient="abuse@forum.example.org", by=hana, now=now)
{GIVE_PHONES}
print(json.dumps(made.code.text))
"""
# Somebody adds an organisation after the backup's first line; the command returns before the second is read.
BETWEEN = """
import subprocess, sys
from django.utils import timezone
from amparo.apps.ledger.backup._write import _lines, _snapshot
with _snapshot():
    lines = _lines([], now=timezone.now())
    next(lines)
    words = ["org", "add", "between", "--name", "Between", "--kind", "platform"]
    subprocess.run([sys.executable, "-m", "amparo", *words], check=True, capture_output=True, timeout=60)
    print("torn" if any(b"between" in line for line in lines) else "whole")
"""
FORGE = """
from pathlib import Path
from amparo.apps.accounts.instance import records
from amparo.apps.ledger.backup._file import lines_of, write_lines
lines = lines_of(Path({file!r}), key=records("backup"))
forged = [line.replace(b'"Platform"', b'"Forged"') + b"\\n" for line in lines]
write_lines(Path({forged!r}), iter(forged), key=records("backup"))
"""
# The restore that the command does, killed when every row is there and nothing counts yet.
RESTORE_AND_DIE = """
import os, signal
from django.utils import timezone
from amparo.apps.accounts.instance import records
from amparo.apps.ledger.backup import restore
from amparo.apps.ledger.models import SYSTEM
from pathlib import Path
restore(Path({file!r}), key=records("backup"), replace=True, broken_trail=False, by=SYSTEM, now=timezone.now(),
        before_it_counts=lambda: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.fixture
def place(tmp_path) -> Iterator[Callable[..., Instance]]:
    """Makes instances that were never started, with one instance key, or copies of one; each in a place of its own."""
    with ExitStack() as ending:

        def make(name: str, *, key_of: Instance | None = None, copy_of: Instance | None = None) -> Instance:
            copied = copy_of.environment.get("DATABASE_URL", "") if copy_of else ""
            url = ending.enter_context(own_database(migrated=False, copy_of=copied))
            if copy_of:
                shutil.copytree(copy_of.home, tmp_path / name)
            made = Instance(tmp_path / name, database_url=url, new=True)
            if key_of:
                shutil.copytree(key_of.home / "keys", made.home / "keys")
            ending.callback(made.kill)
            return made

        yield make


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Iterator[Instance]:
    """Made once and never touched again: `full` is a copy."""
    with own_database() as url:
        made = Instance(tmp_path_factory.mktemp("filled") / "home", database_url=url)
        made.python(FILL)
        made.run("bank", "add", "the-bank", "0f" * 32)
        yield made


@pytest.fixture
def full(place, filled) -> Instance:
    return place("full", copy_of=filled)


def told(instance: Instance, *words: str) -> dict:
    return json.loads(instance.run(*words, "--json").stdout)


def organisations(instance: Instance) -> list[str]:
    return [row["organisation"] for row in told(instance, "org", "list")]


def refused(instance: Instance, *words: str) -> str:
    done = instance.run(*words, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_a_backup_restores_into_an_empty_place_and_the_work_goes_on(full, place, tmp_path):
    key = told(full, "key", "issue", "platform", "--name", "up", "--scope", "gate")
    made = told(full, "backup", str(tmp_path / "b"))
    assert told(full, "verify")["head"] != made["head"]  # that a backup was made is an event, after it
    empty = place("empty", key_of=full)
    restored = told(empty, "restore", str(tmp_path / "b"))
    assert (restored["rows"], restored["head"], restored["entries"]) == (made["rows"], made["head"], 1)
    assert told(empty, "verify", "--anchor", made["head"])["holds"]
    assert organisations(empty) == organisations(full)
    with empty:
        body = json.dumps({"fingerprint": "0f" * 32, "algorithm": "pdq-c512", "quality": 100}).encode()
        headers = {"Authorization": f"Bearer {key['key']}", "Content-Type": "application/json"}
        answer = empty.http.request("POST", f"{empty.url}/gate/check", body=body, headers=headers)
        assert answer.json()["decision"] == "block"
    empty.run("bank", "add", "the-bank", "f0" * 32)
    assert told(empty, "verify")["holds"]


def test_her_page_her_case_and_the_next_notice_after_a_restore(full, place, tmp_path):
    """Case work goes on in the new place: her code opens, Hana signs in and reads, and a notice leaves."""
    told_case = full.python(CASE)
    code = json.loads(told_case.stdout.splitlines()[-1])
    full.run("backup", str(tmp_path / "b"))
    empty = place("empty", key_of=full)
    with Mailbox() as mailbox:
        empty.environment["AMPARO_EMAIL_URL"] = mailbox.url
        restored = told(empty, "restore", str(tmp_path / "b"))
        assert (restored["erased_again"], restored["notices_in_doubt"]) == (0, 1)
        with empty, Visitor(empty.url) as sam, Visitor(empty.url) as hana:
            sam.open("/open")
            assert sam.fill("code", code=code).url.endswith("/mine")
            assert "files.example.org" in sam.page.text
            hana.open("/desk/sign-in")
            hana.fill("handle", "password", handle="hana", password=PASSWORD)
            hana.fill("code", code=next_code(empty.url, "hana"))
            hana.open("/desk/cases")
            [case] = {link for link in hana.page.links if re.fullmatch(r"/desk/cases/[0-9a-f-]{36}", link)}
            assert "files.example.org" in hana.open(case).text
            # What waited in the backup may have left since: a person decides, and nothing goes out by itself.
            assert mailbox.letters == []
            [notice] = {link for link in hana.page.links if re.search(r"/notices/[0-9a-f-]{36}$", link)}
            hana.open(notice)
            hana.fill(to=f"{notice}/again")
            [letter] = mailbox.wait_for(1)
            assert "files.example.org" in letter.text
    assert told(empty, "verify")["holds"]


def test_a_backup_made_while_others_write_is_of_one_moment(full, place, tmp_path):
    stop = threading.Event()
    added = 0

    def write() -> None:
        nonlocal added
        while not stop.is_set():
            full.run("org", "add", f"more-{added}", "--name", "More", "--kind", "platform")
            added += 1

    with full:
        thread = threading.Thread(target=write)
        thread.start()
        try:
            made = [told(full, "backup", str(tmp_path / f"b{number}")) for number in range(3)]
        finally:
            stop.set()
            thread.join()
    assert added > 1
    for number, manifest in enumerate(made):
        assert told(full, "verify", "--anchor", manifest["head"])["holds"]
        assert told(full, "restore", "--check", str(tmp_path / f"b{number}"))["head"] == manifest["head"]
    empty = place("empty", key_of=full)
    empty.run("restore", str(tmp_path / "b1"))
    # Every organisation has its event, in the restored database as in the one that went on.
    assert told(empty, "verify")["events"] == made[1]["events"] + 1
    assert made[1]["events"] - made[0]["events"] - 1 == len(organisations(empty)) - _organisations_in(made[0], full)


def _organisations_in(manifest: dict, instance: Instance) -> int:
    count = "from amparo.apps.ledger.models import Event\n"
    count += f"print(Event.objects.filter(kind='organisation_added', seq__lte={manifest['events']}).count())"
    return int(instance.python(count).stdout)


def test_what_is_written_while_a_backup_runs_is_not_in_it_and_does_not_wait_for_it(full):
    assert full.python(BETWEEN).stdout.split()[-1] == "whole"
    assert "between" in organisations(full)


def test_another_instance_key_is_refused_in_one_sentence_and_nothing_is_written(full, place, tmp_path):
    full.run("backup", str(tmp_path / "b"))
    stranger = place("stranger")
    assert "instance key" in refused(stranger, "restore", str(tmp_path / "b"))
    said = refused(stranger, "org", "list")  # of SQLite no file was made, in PostgreSQL no table
    assert "its file is gone" in said or "does not exist" in said
    shutil.rmtree(stranger.home / "keys")
    shutil.copytree(full.home / "keys", stranger.home / "keys")
    stranger.run("restore", str(tmp_path / "b"))
    assert organisations(stranger) == ["helpline", "platform"]


def test_no_key_and_no_session_is_in_a_backup(full, tmp_path):
    full.run("backup", str(tmp_path / "b"))
    lines = "from amparo.apps.ledger.backup._file import lines_of\nfrom amparo.apps.accounts.instance import records\n"
    lines += f"from pathlib import Path\nfor line in lines_of(Path({str(tmp_path / 'b')!r}), key=records('backup')):\n"
    plain = full.python(lines + "    print(line.decode())").stdout
    assert '"table":"accounts.user"' in plain
    assert '"table":"sessions' not in plain
    secret = (full.home / "secret-key").read_text()
    key = bytes.fromhex((full.home / "keys" / "instance-1").read_text().rpartition(":")[2])
    for form in (secret, key.hex(), base64.b64encode(key).decode()):
        assert form not in plain


def test_rows_are_replaced_only_when_told_to_and_never_under_a_running_instance(full, tmp_path):
    full.run("backup", str(tmp_path / "b"))
    full.run("org", "add", "later", "--name", "Later", "--kind", "platform")
    assert "not empty" in refused(full, "restore", str(tmp_path / "b"))
    with full:
        assert "in use" in refused(full, "restore", str(tmp_path / "b"), "--replace")
        assert full.http.request("GET", f"{full.url}/status").status == 200
    assert "later" in organisations(full)
    full.run("restore", str(tmp_path / "b"), "--replace")
    assert organisations(full) == ["helpline", "platform"]
    assert told(full, "bank", "list")[0]["live"] == 1


def test_a_file_of_that_name_is_never_overwritten(full, tmp_path):
    (tmp_path / "b").write_text("mine")
    assert "there already" in refused(full, "backup", str(tmp_path / "b"))
    assert (tmp_path / "b").read_text() == "mine"


def test_a_damaged_backup_changes_nothing(full, tmp_path):
    full.run("backup", str(tmp_path / "b"))
    whole = (tmp_path / "b").read_bytes()
    for number, damaged in enumerate([whole[:-20], whole[:50_000] + b"\0" + whole[50_001:], b"text", whole + b"x"]):
        (tmp_path / f"damaged{number}").write_bytes(damaged)
        assert "backup" in refused(full, "restore", str(tmp_path / f"damaged{number}"), "--replace")
    assert organisations(full) == ["helpline", "platform"]
    assert told(full, "verify")["holds"]


def test_rows_that_are_not_those_of_the_manifest_are_refused(full, tmp_path):
    """By somebody who has the key: nobody else can write a backup that opens."""
    full.run("backup", str(tmp_path / "b"))
    full.python(FORGE.format(file=str(tmp_path / "b"), forged=str(tmp_path / "forged")))
    assert "manifest" in refused(full, "restore", "--replace", str(tmp_path / "forged"))
    assert organisations(full) == ["helpline", "platform"]


def test_a_backup_killed_at_any_moment_leaves_no_file_of_its_name(full, tmp_path):
    for number in range(6):
        file = tmp_path / f"killed{number}"
        _kill_after(full, 0.3 + 0.1 * number, "backup", str(file))
        if file.exists():  # it was done before the kill
            full.run("restore", "--check", str(file))
    full.run("backup", str(tmp_path / "killed0-again"))


def test_a_restore_killed_at_any_moment_leaves_the_old_state_or_the_new(full, tmp_path):
    full.run("backup", str(tmp_path / "b"))
    full.run("org", "add", "later", "--name", "Later", "--kind", "platform")
    old, new = ["helpline", "later", "platform"], ["helpline", "platform"]
    with pytest.raises(subprocess.CalledProcessError) as killed:
        full.python(RESTORE_AND_DIE.format(file=str(tmp_path / "b")))
    assert killed.value.returncode == -signal.SIGKILL
    assert organisations(full) == old
    for number in range(3):
        _kill_after(full, 0.4 + 0.2 * number, "restore", "--replace", str(tmp_path / "b"))
        assert organisations(full) in (old, new)
        assert told(full, "verify")["holds"]
    full.run("restore", "--replace", str(tmp_path / "b"))
    assert organisations(full) == new
    assert not list(full.home.glob("*restoring*"))


def _kill_after(instance: Instance, seconds: float, *words: str) -> None:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = subprocess.Popen([*instance.command, *words], env=instance.environment, **quiet)
    time.sleep(seconds)
    started.kill()
    started.wait()


def test_rows_of_an_older_shape_are_brought_to_todays(place, tmp_path):
    older = place("older")
    older.python(
        "from django.core.management import call_command\n"
        "for app in ('ledger', 'accounts'): call_command('migrate', app, '0002' if app == 'ledger' else '0001')"
    )
    older.python(
        "from django.db import connection\n"
        'with connection.cursor() as c: c.execute("INSERT INTO accounts_organisation (handle, name, kind, mailbox, '
        "created_at) VALUES ('platform', 'Platform', 'platform', '', '2026-11-21 12:00:00+00:00')\")"
    )
    older.run("backup", str(tmp_path / "b"))
    newer = place("newer", key_of=older)
    newer.run("restore", str(tmp_path / "b"))
    assert organisations(newer) == ["platform"]
    newer.run("key", "issue", "platform", "--name", "up", "--scope", "gate")


def test_a_backup_of_a_later_amparo_is_refused(full, tmp_path):
    later = """
import json
from pathlib import Path
from amparo.apps.accounts.instance import records
from amparo.apps.ledger.backup._file import write_lines
manifest = {{"made_at": "2027-01-01T00:00:00+00:00", "version": "9.0", "database": "sqlite", "parts": [],
             "migrations": ["ledger.9999_future"], "events": 0, "head": "0" * 64, "trail_holds": True}}
line = json.dumps({{"manifest": manifest}}).encode() + b"\\n"
write_lines(Path({file!r}), iter([line]), key=records("backup"))
"""
    full.python(later.format(file=str(tmp_path / "b")))
    assert "Amparo 9.0" in refused(full, "restore", "--replace", str(tmp_path / "b"))
    assert organisations(full) == ["helpline", "platform"]


def test_a_trail_that_did_not_hold_is_restored_only_when_told_to(full, place, tmp_path):
    forge = (
        "DROP TRIGGER ledger_event_no_UPDATE"
        if not full.environment.get("DATABASE_URL")
        else ("DROP TRIGGER ledger_event_append_only ON ledger_event")
    )
    full.python(
        f"from django.db import connection\nwith connection.cursor() as c:\n    c.execute({forge!r})\n"
        "    c.execute(\"UPDATE ledger_event SET by = 'omar' WHERE seq = 2\")"
    )
    assert "does not hold" in full.run("backup", str(tmp_path / "b")).stderr
    empty = place("empty", key_of=full)
    assert "--broken-trail" in refused(empty, "restore", str(tmp_path / "b"))
    empty.run("restore", "--broken-trail", str(tmp_path / "b"))
    assert organisations(empty) == ["helpline", "platform"]
    assert told_verify(empty)["broken_at"] == 2


def told_verify(instance: Instance) -> dict:
    return json.loads(instance.run("verify", "--json", check=False).stdout)


def test_a_backup_moves_between_sqlite_and_postgresql(full, tmp_path):
    """On SQLite alone this says no more than the tests above; on PostgreSQL it crosses over."""
    full.run("backup", str(tmp_path / "b"))
    other = Instance(tmp_path / "other", new=True)
    shutil.copytree(full.home / "keys", other.home / "keys")
    other.run("restore", str(tmp_path / "b"))
    assert organisations(other) == organisations(full)
    other.run("org", "add", "later", "--name", "Later", "--kind", "platform")
    other.run("backup", str(tmp_path / "back"))
    full.run("restore", "--replace", str(tmp_path / "back"))
    assert organisations(full) == ["helpline", "later", "platform"]
    full.run("org", "add", "last", "--name", "Last", "--kind", "platform")
