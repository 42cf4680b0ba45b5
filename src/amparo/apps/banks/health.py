"""How this instance is: what `amparo status` and `GET /status` tell."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from amparo.apps.banks import index
from amparo.apps.banks.index import EntriesLocked
from amparo.apps.banks.models import Entry
from amparo.apps.banks.place import NotPrivate, is_in_memory
from amparo.apps.ledger.backup import sharing_held
from amparo.apps.ledger.models import Job
from amparo.apps.ledger.queries import job_counts
from amparo.core.fingerprint import engine as hasher
from amparo.core.fingerprint.strong import engine as points_engine
from amparo.core.matching import IndexCorrupt, engine

# A job this late has no worker: `amparo work` looks for lost jobs every ten seconds.
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Health:
    """Counts and states, no identifiers. `troubles` are sentences for the operator, empty when all is well."""

    status: str
    database: str
    matcher: str
    hasher: str
    index_in_memory: bool | None = None
    index_entries: int | None = None
    index_position: int | None = None
    index_behind: int | None = None
    stronger_entries: int | None = None
    jobs_waiting: int | None = None
    jobs_running: int | None = None
    jobs_failed: int | None = None
    jobs_late: int | None = None
    troubles: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def health(*, now: datetime) -> Health:
    try:
        jobs = job_counts()
        late = Job.objects.filter(state=Job.State.WAITING, run_after__lt=now - LATE).count()
        stronger = Entry.objects.filter(sealed_stronger__isnull=False).count()
    except DatabaseError as error:
        trouble = f"the database does not answer ({type(error).__name__}): see that it runs and was migrated"
        return Health(status="down", database=connection.vendor, matcher=engine(), hasher=hasher(), troubles=(trouble,))
    troubles = []
    entries = position = behind = None
    try:
        with index.current() as opened:
            entries, position = len(opened), opened.position
        behind = index.behind()
    except (EntriesLocked, NotPrivate) as refusal:
        troubles.append(str(refusal))
    except (IndexCorrupt, OSError) as error:
        troubles.append(f"the index cannot be read ({type(error).__name__}): run `amparo bank rebuild`")
    if behind:
        troubles.append(f"the index is {behind} changes behind the database: is the disk full, is a worker running?")
    if late:
        troubles.append(f"{late} jobs are late: start a worker with `amparo work`")
    if jobs["failed"]:
        troubles.append(f"{jobs['failed']} jobs failed: the desk shows which notices")
    troubles += _resting() + _slow(stronger=bool(stronger))
    in_memory = is_in_memory(Path(settings.INDEX_PATH))
    if not in_memory:
        troubles.append(
            "the index lies on a disk, where who takes the disk can read its fingerprints: set AMPARO_INDEX_PATH to a "
            "folder in memory (a container needs --shm-size), or encrypt the disk"
        )
    return Health(
        status="degraded" if entries is None or behind or late else "ok",
        database=connection.vendor,
        matcher=engine(),
        hasher=hasher(),
        index_in_memory=in_memory,
        index_entries=entries,
        index_position=position,
        index_behind=behind,
        stronger_entries=stronger,
        jobs_waiting=jobs["waiting"],
        jobs_running=jobs["running"],
        jobs_failed=jobs["failed"],
        jobs_late=late,
        troubles=tuple(troubles),
    )


def _resting() -> list[str]:
    if not sharing_held():
        return []
    return ["feeds rest since a restore: see docs/backup.md, then call `amparo bank share-again`"]


def _slow(*, stronger: bool) -> list[str]:
    """What numpy does in the place of a kernel. stronger: whether an entry has such a record."""
    names = {"matcher": engine(), "hashing": hasher()} | ({"stronger tier": points_engine()} if stronger else {})
    return [
        f"slow {name}: install a C compiler and reinstall Amparo to get the fast one"
        for name, told in names.items()
        if told.startswith("slow")
    ]
