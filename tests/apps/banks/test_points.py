"""What this process holds of the stronger tier: the database's live records, and nothing before it was asked."""

from io import BytesIO

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from structlog.testing import capture_logs

from amparo.apps.accounts import instance
from amparo.apps.banks import points, queries
from amparo.apps.banks.actions import add_entry, open_bank, subscribe, withdraw_entry
from amparo.apps.banks.index import EntriesLocked
from amparo.apps.banks.models import Entry
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.core.fingerprint import ImageFingerprint, strong
from amparo.core.vault import InstanceKey
from tests.apps.banks.entries import made_record

MANY = 10**9


@pytest.fixture(scope="module")
def picture(photos):
    return strong.record(photos / "coffee.png")


@pytest.fixture(scope="module")
def tilted(photos):
    file = BytesIO()
    Image.open(photos / "coffee.png").convert("RGB").rotate(10).save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.fixture
def add(bank, hana, now, django_capture_on_commit_callbacks):
    def put(record, to=bank, *, followed=True):
        code = np.random.default_rng(Entry.objects.count()).bytes(32)
        made = ImageFingerprint(code=code, quality=90)
        # Not followed: as if another process had written it.
        with django_capture_on_commit_callbacks(execute=followed):
            return add_entry(bank=to, fingerprint=made, stronger=record, by=hana, now=now)

    return put


@pytest.fixture
def withdraw(hana, now, django_capture_on_commit_callbacks):
    def take(entry, *, followed=True):
        with django_capture_on_commit_callbacks(execute=followed):
            withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)

    return take


@pytest.fixture
def may_ask(bank, platform, now):
    def allow(*, stronger=True, to=bank):
        subscribe(bank=to, organisation=platform, on_match="hold", stronger=stronger, by=SYSTEM, now=now)

    return allow


@pytest.fixture
def known(platform, tilted):
    """The entries that the platform learns of from the tilted picture."""

    def ask():
        subscriptions = queries.subscriptions_of(platform)
        return [one.entry for one, _ in queries.strongly_known(tilted, subscriptions, max_bytes=MANY)]

    return ask


@pytest.fixture
def second_bank(helpline, now):
    return open_bank(handle="second-bank", title="Second bank", owner=helpline, by=SYSTEM, now=now)


def found(upload):
    return [match.record for match in points.find(upload, max_bytes=MANY)]


def test_entries_from_before_the_first_question_and_after_it_are_found(add, picture, tilted):
    add(made_record(1))
    add(None)
    first = add(picture)
    assert found(tilted) == [first.pk]
    second = add(picture)
    assert found(tilted) == [first.pk, second.pk]


def test_a_withdrawn_entry_is_found_no_more(add, withdraw, picture, tilted):
    entries = [add(picture), add(picture)]
    assert found(tilted) == [entry.pk for entry in entries]
    withdraw(entries[0])
    assert found(tilted) == [entries[1].pk]


def test_a_change_of_another_process_is_followed(add, picture, tilted):
    add(made_record(1))
    assert found(tilted) == []
    entry = add(picture, followed=False)
    points.follow()
    assert found(tilted) == [entry.pk]


def test_the_database_has_the_last_word(add, withdraw, may_ask, known, picture):
    may_ask()
    entry = add(picture)
    assert known() == [entry.pk]
    withdraw(entry, followed=False)
    assert known() == []


def test_only_banks_whose_subscription_allows_it_are_asked(add, may_ask, second_bank, known, picture):
    own, foreign = add(picture), add(picture, second_bank)
    assert known() == []
    may_ask(stronger=False)
    assert known() == []
    may_ask()
    assert known() == [own.pk]
    may_ask(to=second_bank)
    assert known() == [own.pk, foreign.pk]
    may_ask(to=second_bank, stronger=False)
    assert known() == [own.pk]


def test_a_process_whose_platforms_may_not_ask_reads_nothing(add, may_ask, known, picture):
    add(picture)
    may_ask(stronger=False)
    with CaptureQueriesContext(connection) as asked:
        assert known() == []
    assert len(asked) == 1  # for the subscriptions


def test_the_subscription_s_event_says_whether_it_may_ask(may_ask):
    may_ask()
    may_ask(stronger=False)
    told = Event.objects.filter(kind=Event.Kind.BANK_SUBSCRIBED).order_by("seq").values_list("detail", flat=True)
    assert [detail["stronger"] for detail in told] == [True, False]


def test_a_database_that_was_put_back_is_read_anew(add, picture, tilted):
    add(made_record(1))
    entry = add(picture)
    assert found(tilted) == [entry.pk]
    # As after a backup of an earlier moment: fewer changes than were read.
    entry.changes.all().delete()
    Entry.objects.filter(pk=entry.pk).delete()
    points.follow()
    assert found(tilted) == []


def test_records_under_a_key_that_is_not_at_hand_are_told_and_not_guessed(add, picture, tilted, settings):
    add(picture)
    points.close()
    settings.INSTANCE_KEYS = (InstanceKey(7, bytes(range(7, 39))),)
    instance.forget()
    try:
        with capture_logs() as logged, pytest.raises(EntriesLocked):
            found(tilted)
    finally:
        instance.forget()
    assert [line["event"] for line in logged] == ["entries_locked"]
