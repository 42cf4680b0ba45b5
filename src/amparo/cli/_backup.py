"""`amparo backup` and `amparo restore`: the whole instance in one sealed file, and back."""

import shutil
from pathlib import Path
from uuid import UUID

import click
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from amparo.apps.accounts.instance import records
from amparo.apps.accounts.models import User
from amparo.apps.banks import index
from amparo.apps.cases import erased
from amparo.apps.cases.actions import keep_erased
from amparo.apps.cases.restored import doubt_waiting_notices, keep_ended
from amparo.apps.ledger import backup as backups, ended
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Event, Head
from amparo.cli._talk import OPERATOR, json_option, says_what_is_wrong, tell
from amparo.conf.sqlite import creating

_PURPOSE = "backup"


def _facts(manifest: backups.Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at,
        "version": manifest.version,
        "database": manifest.database,
        "rows": manifest.rows,
        "events": manifest.events,
        "head": manifest.head,
    }


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@says_what_is_wrong(backups.FileExists, backups.NewerAmparo, backups.NothingHere, OSError)
def backup(file: Path, as_json: bool) -> None:
    """Write everything into FILE, sealed with the instance key, while the instance goes on serving.

    The keys are not in it: keep a copy of the instance key somewhere else, or the file opens for nobody.
    """
    now = timezone.now()
    made = backups.write(file, key=records(_PURPOSE), now=now)
    with transaction.atomic():
        record(Event.Kind.BACKUP_MADE, Head(pk=1), by=OPERATOR, at=now, rows=made.rows, head=made.head)
    tell({"file": str(file), "bytes": file.stat().st_size} | _facts(made), as_json=as_json)
    click.echo("It opens with this instance's key alone. Keep a copy of that key, and not beside this file.", err=True)
    if not made.trail_holds:
        click.echo("! The audit trail does not hold: `amparo verify` says where. It is backed up as it is.", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only read FILE from end to end and say whether it is whole.")
@click.option("--replace", is_flag=True, help="Throw away all that is in this instance now.")
@click.option("--broken-trail", is_flag=True, help="Although its audit trail did not hold when it was made.")
@click.option(
    "--ledger",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A newer backup: what its trail says was taken back since FILE was made is taken back again.",
)
@json_option
@says_what_is_wrong(
    ended.BadEndings,
    erased.BadList,
    backups.BrokenTrail,
    backups.Damaged,
    backups.InUse,
    backups.NewerAmparo,
    backups.NotABackup,
    backups.NotEmpty,
    backups.NotItsTrail,
    backups.OtherInstance,
    OSError,
)
def restore(*, file: Path, check: bool, replace: bool, broken_trail: bool, ledger: Path | None, as_json: bool) -> None:
    """Put what `amparo backup` wrote into FILE in the place of this instance's database.

    Nothing is changed unless all of it could be; an interrupted restore leaves what was there before. What was taken
    back since FILE was made is taken back again, as far as this instance or a newer backup (--ledger) knows it.
    """
    found = backups.check(file, key=records(_PURPOSE))
    if check:
        tell(_facts(found), as_json=as_json)
        return
    since = _since(found, ledger)
    known, done = _erased_here(), {"erased_again": 0, "ended_again": 0, "notices_in_doubt": 0}

    def before_it_counts() -> None:
        done["erased_again"] = keep_erased(now=timezone.now(), also=known)
        done["ended_again"] = keep_ended(now=timezone.now(), since=since.ends if since else ()).total()
        done["notices_in_doubt"] = doubt_waiting_notices(now=timezone.now())
        _drop_index()

    with creating():
        found = backups.restore(
            file,
            key=records(_PURPOSE),
            replace=replace,
            broken_trail=broken_trail,
            held=since is None,
            before_it_counts=before_it_counts,
            by=OPERATOR,
            now=timezone.now(),
        )
    entries = index.rebuild()
    tell(_facts(found) | done | {"entries": entries, "feeds_held": since is None, **_known(since)}, as_json=as_json)
    click.echo(
        "Restored. Start `amparo serve`. Everybody signs in again. Notices that waited to be sent when the backup was "
        "made now wait for a person to say whether they left. Compare the head with the one you noted elsewhere. "
        f"What happened since {found.made_at:%Y-%m-%d %H:%M} UTC is not in it.",
        err=True,
    )
    click.echo(_LATER_KNOWN if since else _LATER_UNKNOWN, err=True)


_LATER_KNOWN = (
    "Permissions, entries, subscriptions and keys that were taken back since, workers who were disabled, cases that "
    "were frozen and codes that were given up have ended again, as the newer trail tells. Passwords and second steps "
    "are as they were: see to the people named as `old_locks`."
)
_LATER_UNKNOWN = (
    "! No newer trail was at hand that goes on from this backup's. What the list `keys/ended` knows has ended again; "
    "what it does not know is live again. Feeds to partners rest until you have withdrawn what was withdrawn, disabled "
    "who left (`amparo staff list`), revoked what was revoked, and called `amparo bank share-again`. docs/backup.md"
)


def _since(found: backups.Manifest, ledger: Path | None) -> backups.Since | None:
    """What a newer trail tells: that of the file, or of the database that is to be replaced."""
    return backups.there_since(ledger, found, key=records(_PURPOSE)) if ledger else backups.here_since(found)


def _known(since: backups.Since | None) -> dict[str, object]:
    """Until when the newer trail told, and whose passwords or second steps changed since and are now as they were."""
    if since is None:
        return {}
    old_locks = User.objects.filter(pk__in=since.locks, disabled_at=None).order_by("handle")
    return {"known_until": since.until, "old_locks": ", ".join(old_locks.values_list("handle", flat=True))}


def _drop_index() -> None:
    """The index of the old database must not be taken for the new one's. Without one, it is built from the rows."""
    index.close()
    shutil.rmtree(settings.INDEX_PATH, ignore_errors=True)


def _erased_here() -> frozenset[UUID]:
    """What the trail of the database that is to be replaced knows of erased cases, where there is one."""
    try:
        return frozenset(erased.in_trail())
    except DatabaseError:
        return frozenset()
