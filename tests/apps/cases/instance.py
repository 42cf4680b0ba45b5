"""An instance of Amparo of its own, in other processes: home, database, workers that may be killed.

Run as a program it does one step inside that instance and prints what came of it, as JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.servers.databases import own_database, put_migrated_sqlite

ROOT = Path(__file__).parents[3]
PASSPHRASE = "a long enough passphrase"
WORKER = ["-m", "django", "db_worker", "--skip-checks", "--interval", "0.05", "--no-startup-delay"]


class Instance:
    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self._environment, text=True, stdout=subprocess.PIPE
        )

    def run(self, *arguments: str) -> str:
        with self.start(*arguments) as process:
            told, _ = process.communicate(timeout=120)
        assert process.returncode == 0, f"{arguments} ended with {process.returncode}"
        return told

    def step(self, *arguments: str) -> Any:
        return json.loads(self.run("-m", "tests.apps.cases.instance", *arguments).splitlines()[-1])

    def worker(self) -> subprocess.Popen[str]:
        """A worker as in service: it runs until it is killed."""
        return self.start(*WORKER)

    def work_off(self) -> None:
        """A worker that does everything that is due, and ends."""
        self.run(*WORKER, "--batch")

    def stopping_worker(self, call: int) -> subprocess.Popen[str]:
        """A worker on the newest notice that stops for good where delivery reads its clock for the `call`th time."""
        process = self.start("-m", "tests.apps.cases.instance", "stop", str(call))
        assert process.stdout is not None
        assert process.stdout.readline() == "stopped\n"
        return process


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, and wait until it is gone."""
    process.kill()
    process.communicate(timeout=30)


@contextmanager
def instance(mail: str) -> Iterator[Instance]:
    with tempfile.TemporaryDirectory(prefix="amparo-instance-") as home, own_database() as database:
        environment = os.environ | {
            "AMPARO_HOME": home,
            "AMPARO_INDEX_PATH": f"{home}/memory/pdq-c512",
            "AMPARO_EMAIL_URL": mail,
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "tests.quick",
        }
        if not database:
            put_migrated_sqlite(Path(home))
        made = Instance(environment)
        made.step("house")
        yield made


def _house() -> object:
    from django.utils import timezone

    from amparo.apps.accounts.actions import add_organisation, add_user
    from amparo.apps.ledger.models import SYSTEM

    now = timezone.now()
    helpline = add_organisation(
        handle="helpline",
        name="Helpline",
        kind="helpline",
        mailbox="notices@helpline.example.org",
        by=SYSTEM,
        now=now,
    )
    add_user(
        handle="hana",
        organisation=helpline,
        role="caseworker",
        password=PASSPHRASE,
        by=SYSTEM,
        now=now,
    )
    return "made"


def _notices(count: str, seconds_ago: str) -> object:
    from django.utils import timezone

    from amparo.apps.accounts.actions import unlock
    from amparo.apps.accounts.models import Organisation, User
    from amparo.apps.cases import actions
    from tests.apps.cases.conftest import facts

    now = timezone.now() - timedelta(seconds=int(seconds_ago))
    case = actions.open_case(
        helpline=Organisation.objects.get(),
        language="en",
        country="",
        fingerprints=[],
        urls=["http://127.0.0.1:9/x"],  # refused by the checker before anybody is asked
        now=now,
    ).case
    sent = [
        actions.send_notice(
            case=case,
            items=[case.items.get()],
            regime="us_tida",
            facts=facts(),
            recipient="abuse@forum.example.org",
            by=unlock(user=User.objects.get(), password=PASSPHRASE, now=now),
            now=now,
        )
        for _ in range(int(count))
    ]
    return [notice.message_id for notice in sent]


def _stop(call: str) -> object:
    from django.utils import timezone

    from amparo.apps.cases import delivery
    from amparo.apps.ledger.models import Job

    read = []

    def clock():
        read.append(timezone.now())
        if len(read) == int(call):
            print("stopped", flush=True)
            time.sleep(600)
        return read[-1]

    job = Job.objects.filter(task__endswith="deliver_notice").latest("pk")
    delivery.run(job.pk, clock=clock)
    return "ended"


def _recover() -> object:
    from django.utils import timezone

    from amparo.apps.ledger.actions import find_lost

    return find_lost(now=timezone.now())


def _forget_wakes() -> object:
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.all().delete()[0]


def _report() -> object:
    from amparo.apps.cases.models import Notice
    from amparo.apps.ledger.models import Job
    from amparo.apps.ledger.queries import verify

    notices = Notice.objects.select_related("case__helpline")
    return {
        "notices": {notice.message_id: notice.state for notice in notices},
        "jobs": sorted(Job.objects.filter(task__endswith="deliver_notice").values_list("state", flat=True)),
        "trail_holds": verify().holds,
    }


STEPS = {
    "house": _house,
    "notices": _notices,
    "stop": _stop,
    "recover": _recover,
    "forget-wakes": _forget_wakes,
    "report": _report,
}

if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])), flush=True)
