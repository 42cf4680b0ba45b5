from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from amparo.apps.ledger.actions import (
    LEASE,
    MOST_ATTEMPTS,
    Retry,
    claimed,
    find_lost,
    forget_old_wakeups,
    promise,
    put_back,
    worker_name,
)
from amparo.apps.ledger.models import Job
from amparo.apps.ledger.queries import job_counts


@task()
def wave(job_id: int) -> None:
    """A job of these tests; never run by a worker here."""


@pytest.fixture
def job(helpline, now):
    return promise(wave, helpline, now=now)


def test_a_promise_and_its_wakeup_are_written_together(helpline, now):
    with pytest.raises(RuntimeError), transaction.atomic():
        promise(wave, helpline, now=now)
        raise RuntimeError
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()
    promise(wave, helpline, now=now)
    assert DBTaskResult.objects.get().args_kwargs["args"] == [Job.objects.get().pk]


def test_a_job_is_done_when_its_block_ends(job, now):
    with claimed(job.pk, clock=lambda: now) as held:
        assert held is not None
        assert held.state == Job.State.RUNNING
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert job.finished_at == now


def test_a_job_is_claimed_once(job, now):
    with claimed(job.pk, clock=lambda: now) as first, claimed(job.pk, clock=lambda: now) as second:
        assert first is not None
        assert second is None
    with claimed(job.pk, clock=lambda: now) as third:
        assert third is None


def test_a_job_is_not_claimed_before_its_time(helpline, now):
    job = promise(wave, helpline, now=now, run_after=now + timedelta(hours=1))
    with claimed(job.pk, clock=lambda: now) as held:
        assert held is None
    with claimed(job.pk, clock=lambda: now + timedelta(hours=1)) as held:
        assert held is not None


def test_a_job_that_asks_for_later_waits_longer_each_time_and_fails_in_the_end(job, now):
    at, pauses = now, []
    for _ in range(MOST_ATTEMPTS):
        with claimed(job.pk, clock=lambda: at):  # noqa: B023  called within the turn
            raise Retry("mail server away")
        job.refresh_from_db()
        pauses.append(job.run_after - at)
        at = job.run_after
    assert job.state == Job.State.FAILED
    assert job.last_error == "mail server away"
    assert pauses[:-1] == [timedelta(minutes=2**n) for n in range(MOST_ATTEMPTS - 1)]


def test_a_job_that_breaks_is_failed_and_its_error_goes_up(job, now):
    with pytest.raises(KeyError), claimed(job.pk, clock=lambda: now):
        raise KeyError("secret text")
    job.refresh_from_db()
    assert (job.state, job.last_error) == (Job.State.FAILED, "KeyError")


def test_a_job_whose_lease_has_passed_is_found_again(job, now):
    Job.objects.update(state="running", claimed_by="elsewhere:1", lease_until=now + LEASE, attempts=1)
    assert find_lost(now=now) == 0
    assert find_lost(now=now + LEASE * 2) == 1
    job.refresh_from_db()
    assert (job.state, job.last_error) == (Job.State.WAITING, "worker died")
    assert DBTaskResult.objects.count() == 2


def test_a_job_of_a_dead_process_of_this_machine_is_found_at_once(job, now):
    host = worker_name().rpartition(":")[0]
    # No process can have this number: the kernel's limit is 2**22.
    Job.objects.update(state="running", claimed_by=f"{host}:{2**22 + 1}", lease_until=now + LEASE)
    assert find_lost(now=now) == 1


def test_a_job_of_this_living_process_is_left_alone(job, now):
    Job.objects.update(state="running", claimed_by=worker_name(), lease_until=now + LEASE)
    assert find_lost(now=now) == 0


def test_a_job_whose_wakeup_was_lost_is_woken(job, now):
    DBTaskResult.objects.all().delete()
    assert find_lost(now=now + timedelta(seconds=30)) == 0
    assert find_lost(now=now + timedelta(minutes=2)) == 1
    assert DBTaskResult.objects.count() == 1


def test_a_finished_job_cannot_be_put_back(job, now):
    with claimed(job.pk, clock=lambda: now):
        pass
    job.refresh_from_db()
    assert not put_back(job=job, cause="again", now=now)
    job.refresh_from_db()
    assert job.state == Job.State.DONE


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "running"},
        {"state": "waiting", "claimed_by": "x:1"},
        {"state": "done"},
        {"state": "waiting", "finished_at": "2026-11-21T12:00Z"},
        {"run_after": "2020-01-01T00:00Z"},
    ],
)
def test_a_job_row_that_contradicts_itself_is_refused(job, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**broken)


def test_jobs_are_counted_by_state(job):
    assert job_counts() == {"waiting": 1, "running": 0, "done": 0, "failed": 0}


def test_old_wakeups_are_forgotten_and_waiting_ones_kept(job, now):
    DBTaskResult.objects.update(status="RUNNING", started_at=now - timedelta(days=2))
    promise(wave, job, now=now)
    assert forget_old_wakeups(now=now) == 1
    assert DBTaskResult.objects.count() == 1
