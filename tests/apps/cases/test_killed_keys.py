"""A session killed with kill -9 while it renews keys, and two at once: every case is as it was, or done, once."""

import json

import pytest

from tests.apps.cases.instance import instance, kill
from tests.servers.mailbox import Mailbox

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def amparo():
    with Mailbox() as mailbox, instance(mailbox.url) as running:
        yield running


def step(amparo, *arguments):
    return json.loads(amparo.run("-m", "tests.apps.cases.key_steps", *arguments).splitlines()[-1])


def killed_at(amparo, statement):
    """Key work that is killed before its `statement`th call to the database; False when it was done before."""
    process = amparo.start("-m", "tests.apps.cases.key_steps", "work", "1", str(statement))
    stopped = process.stdout.readline() == "stopped\n"
    kill(process)
    return stopped


def test_killed_before_any_statement_the_case_stays_whole_and_the_next_session_ends_it(amparo):
    assert step(amparo, "leave", "1") == 1
    statement, survived = 0, 0
    while killed_at(amparo, statement := statement + 4):
        report = step(amparo, "report")
        assert report["read"]
        assert report["trail_holds"]
        assert (report["versions"], report["old_grants"]) in [([1], 0), ([2], 0)]
        survived += 1
    assert survived >= 4
    report = step(amparo, "report")
    assert (report["versions"], report["due"], report["events"]) == ([2], 0, 1)


def test_two_sessions_at_once_renew_each_case_once(amparo):
    before = step(amparo, "report")
    assert step(amparo, "leave", "40") == 40
    both = [amparo.start("-m", "tests.apps.cases.key_steps", "work", "100") for _ in range(2)]
    told = [json.loads(one.communicate(timeout=120)[0].splitlines()[-1]) for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sum(one["rekeyed"] for one in told) == 40
    report = step(amparo, "report")
    assert (report["due"], report["old_grants"]) == (0, 0)
    assert report["events"] == before["events"] + 40
    assert report["read"]
    assert report["trail_holds"]
    assert set(report["versions"]) == {2}


def test_killed_in_the_middle_of_many_the_next_session_does_the_rest_and_none_twice(amparo):
    before = step(amparo, "report")
    assert step(amparo, "leave", "12") == 12
    process = amparo.start("-m", "tests.apps.cases.key_steps", "work", "100", "150")
    assert process.stdout.readline() == "stopped\n"
    kill(process)
    middle = step(amparo, "report")
    assert 0 < middle["due"] < 12
    assert middle["read"]
    assert step(amparo, "work", "100")["rekeyed"] == middle["due"]
    report = step(amparo, "report")
    assert (report["due"], report["old_grants"], report["read"]) == (0, 0, True)
    assert report["events"] == before["events"] + 12
