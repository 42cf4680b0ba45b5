"""SIGKILL to a server that is writing: what stays is whole, and the next start goes on."""

import contextlib
import json
import random
import threading
import time

import pytest
import urllib3

from tests.servers.databases import own_database
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey

COUNTS = """
import json
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import Event
from amparo.apps.ledger.queries import verify
verdict = verify()
print(json.dumps({
    "decisions": Decision.objects.count(),
    "events": Event.objects.filter(kind="gate_decided").count(),
    "told": list(Decision.objects.values_list("reference", flat=True)),
    "holds": verdict.holds,
}))
"""


@pytest.fixture
def instance(tmp_path):
    with own_database() as url:
        made = Instance(tmp_path / "home", database_url=url)
        yield made
        made.kill()


def test_a_decision_is_written_with_its_event_or_not_at_all_and_what_was_answered_is_kept(instance):
    instance.run("org", "add", "helpline", "--name", "H", "--kind", "helpline", "--mailbox", "n@example.org")
    instance.run("org", "add", "platform", "--name", "P", "--kind", "platform")
    instance.run("bank", "open", "bank", "--title", "Bank", "--owner", "helpline")
    instance.run("bank", "subscribe", "bank", "platform")
    instance.run("bank", "add", "bank", "0f" * 32)
    key = json.loads(instance.run("key", "issue", "platform", "--name", "u", "--scope", "gate", "--json").stdout)["key"]
    question = json.dumps({"fingerprint": "0f" * 32, "algorithm": "pdq-c512", "quality": 100}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answered: list[str] = []
    ending = threading.Event()

    def ask() -> None:
        http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=5))
        while not ending.is_set():
            with contextlib.suppress(urllib3.exceptions.HTTPError, ValueError):
                answer = http.request("POST", f"{instance.url}/gate/check", body=question, headers=headers)
                if answer.status == 200:
                    answered.append(answer.json()["reference"])

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    moments = random.Random(20261121)
    for _ in range(3):
        answers = len(answered)
        instance.start("--no-worker")
        deadline = time.monotonic() + 60
        while len(answered) == answers and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(moments.uniform(0.2, 0.8))
        instance.kill()
    ending.set()
    for asker in askers:
        asker.join()

    found = json.loads(instance.python(COUNTS).stdout)
    assert found["holds"]
    assert found["decisions"] == found["events"] >= len(answered) > 0
    assert set(answered) <= set(found["told"])
    with instance:
        assert instance.http.request("POST", f"{instance.url}/gate/check", body=question, headers=headers).status == 200
