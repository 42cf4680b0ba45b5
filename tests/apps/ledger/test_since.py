"""What a newer trail tells of the time after a backup, and that another trail tells nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from amparo.apps.accounts.actions import add_user, disable_user, reset_factors
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.backup import Damaged, Manifest, here_since, resume_sharing, sharing_held
from amparo.apps.ledger.backup._since import Since, _Walk
from amparo.apps.ledger.models import GENESIS, SYSTEM, Event, Head
from amparo.apps.ledger.queries import verify
from tests.conftest import PASSWORD


def backup_now(now):
    verdict = verify()
    return Manifest(
        made_at=now,
        version="",
        database="",
        migrations=(),
        parts=(),
        events=verdict.events,
        head=verdict.head,
        trail_holds=True,
    )


@pytest.fixture
def later(hana, helpline, now):
    """A backup, and what came after it."""
    made, then = backup_now(now), now + timedelta(days=1)
    left = add_user(handle="late", organisation=helpline, role="caseworker", password=PASSWORD, by=SYSTEM, now=then)
    disable_user(user=left, by=SYSTEM, now=then)
    reset_factors(user=hana, by=SYSTEM, now=then)
    return made


def walked(backup, *, change=None):
    walk = _Walk(backup)
    columns = [field.attname for field in Event._meta.concrete_fields]
    rows = [list(row) for row in Event.objects.order_by("seq").values_list(*columns)]
    if change:
        change(rows, columns)
    walk.take("accounts.user", ["id"], [[1]])
    walk.take("ledger.event", columns, rows[:1])
    walk.take("ledger.event", columns, rows[1:])
    return walk


def test_the_events_after_the_backup_tell_what_ended_and_whose_locks_changed(later, hana, now):
    for found in (here_since(later), Since.of(walked(later).later)):
        assert [event.kind for event in found.ends] == ["user_disabled"]
        assert found.until == now + timedelta(days=1)
        assert found.locks == {str(hana.pk)}


def test_a_trail_that_does_not_go_on_from_the_backups_tells_nothing(later):
    other = replace(later, head="f" * 64)
    assert here_since(other) is None
    assert not walked(other).passed
    ahead = replace(later, events=later.events + 100)
    assert here_since(ahead) is None
    assert not walked(ahead).passed


def test_a_trail_of_which_one_event_was_changed_tells_nothing(later):
    def forge(rows, columns):
        rows[-1][columns.index("by")] = "omar"

    with pytest.raises(Damaged, match="does not hold"):
        walked(later, change=forge)


def test_a_backup_of_before_the_first_event_is_gone_on_from(db, now):
    first = backup_now(now)
    assert first.head == GENESIS
    assert here_since(first).ends == ()
    record(Event.Kind.BANK_OPENED, Head(pk=1), by=SYSTEM, at=now)
    assert len(walked(first).later) == 1


def test_feeds_rest_after_a_restore_of_which_nobody_knows_the_rest_until_somebody_lets_them_go_on(db, now):
    assert not sharing_held()
    for held in (False, True):
        record(Event.Kind.BACKUP_RESTORED, Head(pk=1), by=SYSTEM, at=now, held=held)
        assert sharing_held() is held
    assert resume_sharing(by=SYSTEM, now=now)
    assert not sharing_held()
    assert not resume_sharing(by=SYSTEM, now=now)
    assert Event.objects.filter(kind="sharing_resumed").count() == 1
