"""`amparo serve`: one command for web and worker, which survive each other and come back after SIGKILL."""

import json
import os
import signal
import threading
import time

import pytest

from tests.servers.databases import own_database
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey


@pytest.fixture
def instance(tmp_path):
    """One that was never started."""
    with own_database(migrated=False) as url:
        made = Instance(tmp_path / "home", database_url=url, new=True)
        yield made
        made.kill()


def within(seconds: float, condition):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


def test_a_new_instance_serves_and_stops_when_asked(instance):
    with instance:
        assert instance.http.request("GET", f"{instance.url}/status").status == 200
        assert instance.http.request("GET", f"{instance.url}/").status == 200
        assert within(60, instance.worker_process)
        assert instance.stop() == 0
    assert instance.processes() == []


def test_a_killed_worker_is_started_again(instance):
    with instance:
        first = within(60, instance.worker_process)
        os.kill(first, signal.SIGKILL)
        assert within(60, lambda: instance.worker_process() not in {0, first})
        assert instance.http.request("GET", f"{instance.url}/status").status == 200


def test_after_sigkill_to_everything_the_next_start_serves(instance):
    for _ in range(2):
        instance.start()
        instance.run("org", "list")
        instance.kill()
        assert within(60, lambda: instance.processes() == [])
    with instance:
        assert instance.run("status", "--json").returncode == 0
        assert instance.run("verify").returncode == 0


def test_a_worker_ends_when_its_server_was_killed(instance):
    instance.start()
    worker = within(60, instance.worker_process)
    instance.kill_server()
    assert within(60, lambda: worker not in instance.processes())


def test_two_processes_adding_at_once_lose_nothing(instance):
    """Entries from two programs, while the server follows: all are in the database, the index and the trail."""
    with instance:
        instance.run("org", "add", "helpline", "--name", "Helpline", "--kind", "helpline", "--mailbox", "a@example.org")
        instance.run("bank", "open", "bank", "--title", "Bank", "--owner", "helpline")

        def add(first: int) -> None:
            codes = [f"{number:064x}" for number in range(first, first + 40)]
            instance.run("bank", "add", "bank", *codes)

        adders = [threading.Thread(target=add, args=(first,)) for first in (1, 1001)]
        for adder in adders:
            adder.start()
        for adder in adders:
            adder.join()
        found = within(60, lambda: _status(instance, entries=80))
        assert found["index_behind"] == 0
        assert instance.run("verify").returncode == 0


def _status(instance: Instance, *, entries: int):
    found = json.loads(instance.run("status", "--json", check=False).stdout)
    return found if found["index_entries"] == entries else None
