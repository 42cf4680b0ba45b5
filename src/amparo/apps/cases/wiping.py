"""The rows of an erased case, and what the disk still holds of them: overwritten, as far as a program can.

SQLite overwrites what is deleted at once (`secure_delete` in the settings), but its write-ahead log keeps earlier
states of the pages until it is emptied. PostgreSQL keeps dead rows until their table is written anew.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_tasks import task

from amparo.apps.cases.actions._consent import end_consents
from amparo.apps.cases.models import Case, Check, WrongCode
from amparo.apps.ledger.actions import Retry, claimed, end_jobs
from amparo.apps.ledger.models import SYSTEM


@transaction.atomic
def forget_rows(case_id: UUID, *, now: datetime) -> None:
    """Step two: consents end, her fingerprints leave the banks, waiting jobs end, and every row of the case goes."""
    case = Case.objects.select_for_update(of=("self",)).select_related("helpline").filter(pk=case_id).first()
    if case is None:
        return
    end_consents(case, by=SYSTEM, now=now)
    subjects = [*case.items.values_list("pk", flat=True), *case.notices.values_list("pk", flat=True)]
    end_jobs(subjects=subjects, now=now)
    Check.objects.filter(item__case=case).delete()
    WrongCode.objects.filter(locator=case.locator).delete()
    case.delete()


@task()
def finish_erasing(job_id: int) -> None:
    run(job_id, clock=timezone.now)


def run(job_id: int, *, clock: Callable[[], datetime]) -> None:
    """Do what is left of erasing a case: its rows if a kill came between, then the disk."""
    with claimed(job_id, clock=clock) as job:
        if job:
            forget_rows(UUID(job.subject_id), now=clock())
            wipe()


def wipe() -> None:
    """Overwrite what deleted rows of cases left behind. Not inside a transaction. Raises Retry where others hold it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [busy, *_pages] = cursor.fetchone()
            if busy:
                raise Retry("others read the database")
            return
        cursor.execute("SET lock_timeout = '20s'")
        try:
            for table in _tables():
                cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(table)}")
        except OperationalError:
            raise Retry("others use the tables") from None
        finally:
            cursor.execute("RESET lock_timeout")


def _tables() -> list[str]:
    """Those of the cases: the keys of erased ones and what they sealed. A large bank is not among them."""
    found = apps.get_app_config("cases").get_models(include_auto_created=True)
    return sorted(model._meta.db_table for model in found)
