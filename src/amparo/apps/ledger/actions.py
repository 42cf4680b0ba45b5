"""Append an event; promise a job, claim it, end it, and find again what a killed worker left behind."""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from amparo.apps.ledger import ended
from amparo.apps.ledger.models import GENESIS, Actor, Event, Head, Job

# A claim that nobody renewed for this long is taken to be a dead worker's. A mail server may take 30 s to answer
# and a slow host 20 s; four times that.
LEASE = timedelta(minutes=2)
# 1, 2, 4 ... minutes between attempts; the last comes about four hours after the first.
MOST_ATTEMPTS = 8


class DetailRefused(ValueError):
    """An event's detail holds something other than short words, numbers and yes or no."""


@transaction.atomic
def record(kind: Event.Kind, subject: models.Model, /, *, by: Actor, at: datetime, **detail: str | int | bool) -> Event:
    """Append one event. Called inside the action's transaction, so the change and its event stand or fall together.

    `detail` holds identifiers, counts and states, never free text, URLs or fingerprints.
    """
    for name, value in detail.items():
        if not isinstance(value, str | int) or len(str(value)) > 80:  # noqa: PLR2004
            raise DetailRefused(f"{name} of {kind} is not a short word or number: leave it out or name its row")
    Head.objects.get_or_create(pk=1, defaults={"seq": 0, "hash": GENESIS})
    head = Head.objects.select_for_update().get(pk=1)
    event = Event(
        seq=head.seq + 1,
        at=at,
        kind=kind,
        by=by.handle,
        organisation=by.organisation_handle,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        detail=detail,
        previous_hash=head.hash,
    )
    event.hash = event.computed_hash()
    event.save(force_insert=True)
    head.seq, head.hash = event.seq, event.hash
    head.save(update_fields=["seq", "hash"])
    if kind in ended.BEGAN and (ending := ended.ending_of(event)):
        transaction.on_commit(partial(ended.note, [ending]), robust=True)
    return event


@transaction.atomic
def promise(task: Task[Any, Any], subject: models.Model, *, now: datetime, run_after: datetime | None = None) -> Job:
    """Write down a job in the caller's transaction and wake a worker for it at `run_after`."""
    job = Job.objects.create(
        task=task.module_path,
        subject_id=str(subject.pk),
        created_at=now,
        run_after=run_after or now,
    )
    _wake(job)
    return job


def _wake(job: Job) -> None:
    import_string(job.task).using(run_after=job.run_after).enqueue(job.pk)


class Retry(Exception):
    """Raised by a job that could not be done now and may be done later; `cause` is a word, never a text."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def worker_name() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


@contextmanager
def claimed(job_id: int, *, clock: Callable[[], datetime]) -> Iterator[Job | None]:
    """Hold job `job_id` while the block runs; gives None where another worker has it or had it.

    The claim is one conditional update, so two workers never both get it. Leaving the block ends the job; `Retry`
    puts it back with a growing pause; any other exception marks it failed and goes on up.
    """
    now = clock()
    taken = Job.objects.filter(pk=job_id, state=Job.State.WAITING, run_after__lte=now).update(
        state=Job.State.RUNNING,
        claimed_by=worker_name(),
        lease_until=now + LEASE,
        attempts=models.F("attempts") + 1,
    )
    if not taken:
        yield None
        return
    job = Job.objects.get(pk=job_id)
    try:
        yield job
    except Retry as retry:
        put_back(job=job, cause=retry.cause, now=clock())
    except Exception as error:
        _end(job, Job.State.FAILED, now=clock(), cause=type(error).__name__)
        raise
    else:
        _end(job, Job.State.DONE, now=clock())


def _end(job: Job, state: Job.State, *, now: datetime, cause: str = "") -> None:
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, claimed_by=worker_name()).update(
        state=state,
        claimed_by="",
        lease_until=None,
        finished_at=now,
        last_error=cause[:120],
    )


@transaction.atomic
def put_back(*, job: Job, cause: str, now: datetime) -> bool:
    """Let the job wait for another attempt; False when it has had its last one and is now failed."""
    if job.attempts >= MOST_ATTEMPTS:
        _end(job, Job.State.FAILED, now=now, cause=cause)
        return False
    again_at = now + timedelta(minutes=2 ** (job.attempts - 1))
    released = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
        state=Job.State.WAITING,
        claimed_by="",
        lease_until=None,
        run_after=again_at,
        last_error=cause[:120],
    )
    if released:
        job.run_after = again_at
        _wake(job)
    return bool(released)


def end_jobs(*, subjects: Iterable[object], now: datetime) -> int:
    """End the waiting jobs of these ids: what they were about is gone. One that runs finds nothing and ends."""
    return Job.objects.filter(subject_id__in=[str(one) for one in subjects], state=Job.State.WAITING).update(
        state=Job.State.DONE, finished_at=now, last_error="its subject is gone"
    )


@transaction.atomic
def find_lost(*, now: datetime) -> int:
    """Put back the jobs of workers that died, and wake those whose wake-up was lost. Returns how many.

    A claim is lost when its lease has passed, or when it names a process of this machine that no longer lives.
    """
    lost = [
        job
        for job in Job.objects.select_for_update().filter(state=Job.State.RUNNING)
        if (job.lease_until and job.lease_until < now) or _died_here(job.claimed_by)
    ]
    # A waiting job a minute late has no wake-up left; waking twice does no harm, since the claim is taken once.
    late = list(Job.objects.filter(state=Job.State.WAITING, run_after__lt=now - timedelta(minutes=1)))
    for job in lost:
        job.state, job.claimed_by, job.lease_until = Job.State.WAITING, "", None
        job.last_error = "worker died"
        job.save(update_fields=["state", "claimed_by", "lease_until", "last_error"])
        _wake(job)
    for job in late:
        job.run_after = now
        job.save(update_fields=["run_after"])
        _wake(job)
    return len(lost) + len(late)


def _died_here(name: str) -> bool:
    host, _, process = name.rpartition(":")
    if host != socket.gethostname()[:80] or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def forget_old_wakeups(*, now: datetime) -> int:
    """Delete wake-ups that ended, or were left by a killed worker, more than a day ago: the jobs themselves stay."""
    ended = Q(finished_at__lt=now - timedelta(days=1)) | Q(status="RUNNING", started_at__lt=now - timedelta(days=1))
    deleted, _ = DBTaskResult.objects.filter(ended).delete()
    return deleted
