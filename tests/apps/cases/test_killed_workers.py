"""A worker killed with kill -9 at each step of a delivery: nothing is sent twice and nothing is lost from sight."""

import random
import time
from collections import Counter

import pytest

from tests.apps.cases.instance import instance, kill
from tests.servers.mailbox import Mailbox

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def mailbox():
    with Mailbox() as running:
        yield running


@pytest.fixture(scope="module")
def amparo(mailbox):
    with instance(mailbox.url) as running:
        yield running


@pytest.fixture(autouse=True)
def _mailbox_accepts(mailbox):
    yield
    mailbox.accept()


def letters(mailbox):
    return Counter(letter.message["Message-ID"] for letter in mailbox.letters)


def recovered(amparo):
    """What stands after the lost jobs were found and a second worker did them."""
    amparo.step("recover")
    amparo.work_off()
    report = amparo.step("report")
    assert report["trail_holds"]
    assert set(report["jobs"]) == {"done"}
    return report["notices"]


def test_killed_when_it_had_the_job_and_had_told_nobody_the_notice_leaves_once(amparo, mailbox):
    [notice] = amparo.step("notices", "1", "0")
    kill(amparo.stopping_worker(2))
    assert recovered(amparo)[notice] == "sent"
    assert letters(mailbox)[notice] == 1


@pytest.mark.parametrize("step", ["ehlo", "mail", "rcpt"])
def test_killed_before_the_text_the_notice_is_in_doubt_and_not_sent_again(amparo, mailbox, step):
    [notice] = amparo.step("notices", "1", "0")
    mailbox.hold(step)
    worker = amparo.worker()
    mailbox.reached(step)
    kill(worker)
    mailbox.accept()
    assert recovered(amparo)[notice] == "unconfirmed"
    assert letters(mailbox)[notice] == 0


@pytest.mark.parametrize("step", ["text", "taken"])
def test_killed_when_the_text_had_gone_the_notice_is_in_doubt_and_not_sent_again(amparo, mailbox, step):
    [notice] = amparo.step("notices", "1", "0")
    mailbox.hold(step)
    worker = amparo.worker()
    mailbox.reached(step)
    kill(worker)
    mailbox.accept()
    assert recovered(amparo)[notice] == "unconfirmed"
    assert letters(mailbox)[notice] <= 1


def test_killed_after_the_servers_yes_the_notice_is_in_doubt_and_not_sent_again(amparo, mailbox):
    [notice] = amparo.step("notices", "1", "0")
    kill(amparo.stopping_worker(3))
    assert letters(mailbox)[notice] == 1
    assert recovered(amparo)[notice] == "unconfirmed"
    assert letters(mailbox)[notice] == 1


def test_killed_when_it_had_written_down_the_yes_the_notice_stays_sent(amparo, mailbox):
    [notice] = amparo.step("notices", "1", "0")
    kill(amparo.stopping_worker(4))
    assert recovered(amparo)[notice] == "sent"
    assert letters(mailbox)[notice] == 1


def test_a_notice_whose_wake_up_was_lost_leaves_once(amparo, mailbox):
    [notice] = amparo.step("notices", "1", "120")
    amparo.step("forget-wakes")
    assert recovered(amparo)[notice] == "sent"
    assert letters(mailbox)[notice] == 1


def test_killed_at_any_moment_no_notice_leaves_twice_and_none_is_lost(amparo, mailbox):
    chance = random.Random(20261121)
    notices = amparo.step("notices", "30", "120")
    before = len(mailbox.letters)
    worker = amparo.worker()
    mailbox.wait_for(before + 1)
    for _ in range(4):
        time.sleep(chance.uniform(0, 0.25))
        kill(worker)
        amparo.step("recover")
        worker = amparo.worker()
        time.sleep(1 + chance.uniform(0, 0.25))
    kill(worker)
    standing, came = recovered(amparo), letters(mailbox)
    assert {standing[notice] for notice in notices} <= {"sent", "unconfirmed"}
    assert all(came[notice] == 1 for notice in notices if standing[notice] == "sent")
    assert all(came[notice] <= 1 for notice in notices)
    assert sum(standing[notice] == "unconfirmed" for notice in notices) <= 5  # one a killed worker


def test_two_workers_at_once_send_each_notice_once(amparo, mailbox):
    notices = amparo.step("notices", "30", "0")
    before = len(mailbox.letters)
    workers = [amparo.worker(), amparo.worker()]
    try:
        mailbox.wait_for(before + len(notices), seconds=60)
    finally:
        for worker in workers:
            worker.terminate()
            worker.communicate(timeout=30)
    standing, came = recovered(amparo), letters(mailbox)
    assert {standing[notice] for notice in notices} == {"sent"}
    assert [came[notice] for notice in notices] == [1] * len(notices)
