"""Cases whose keys do not open stand before no other, and are tried again after ever longer pauses."""

from datetime import timedelta

import pytest

from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Grant
from amparo.apps.ledger.models import SYSTEM, Event
from tests.conftest import _user

BATCH = 50


@pytest.fixture
def leaver(helpline, now):
    return _user("second", helpline, "caseworker", now)


def opened_cases(helpline, count, now):
    return [
        actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[], now=now).case
        for _ in range(count)
    ]


def spoil(cases, hana):
    """What is stored of Hana's grants to these cases is noise; gives a way to put it back."""
    grants = Grant.objects.filter(case__in=cases, holder=hana.holder)
    before = {granted.pk: bytes(granted.sealed) for granted in grants}
    grants.update(sealed=b"x" * 100)

    def mend():
        for pk, sealed in before.items():
            Grant.objects.filter(pk=pk).update(sealed=sealed)

    return mend


def test_sixty_tampered_cases_do_not_keep_one_sound_case_from_its_key(helpline, hana, leaver, now):
    tampered, [sound] = opened_cases(helpline, 60, now), opened_cases(helpline, 1, now + timedelta(hours=1))
    spoil(tampered, hana)
    actions.disable_worker(user=leaver, by=SYSTEM, now=now)
    first = actions.do_key_work(by=hana, limit=BATCH, now=now)
    assert (first.rekeyed, first.altered, first.left) == (0, 50, 11)
    second = actions.do_key_work(by=hana, limit=BATCH, now=now)
    assert (second.rekeyed, second.altered, second.left) == (1, 60, 0)
    assert Case.objects.get(pk=sound.pk).version == 2
    assert Event.objects.filter(kind="keys_refused").count() == 60


def test_the_pause_grows_and_ends_when_the_case_opens_again(helpline, hana, leaver, now):
    mend = spoil(opened_cases(helpline, 1, now), hana)
    actions.disable_worker(user=leaver, by=SYSTEM, now=now)
    tried, at = [], now
    for _ in range(24 * 6):
        before = Event.objects.filter(kind="keys_refused").count()
        assert actions.do_key_work(by=hana, limit=BATCH, now=at).altered == 1
        if Event.objects.filter(kind="keys_refused").count() > before:
            tried.append((at - now) / timedelta(hours=1))
        at += timedelta(hours=1)
    assert tried == [0, 1, 3, 7, 15, 31, 63, 127]
    mend()
    assert actions.do_key_work(by=hana, limit=BATCH, now=at + timedelta(days=7)).rekeyed == 1


def test_what_does_not_open_for_hana_waits_for_no_colleague(helpline, hana, leaver, now):
    third = _user("third", helpline, "caseworker", now)
    spoil(opened_cases(helpline, 1, now), hana)
    actions.disable_worker(user=leaver, by=SYSTEM, now=now)
    assert actions.do_key_work(by=hana, limit=BATCH, now=now).altered == 1
    assert actions.do_key_work(by=third, limit=BATCH, now=now).rekeyed == 1
    assert actions.do_key_work(by=hana, limit=BATCH, now=now) == actions.KeyWork(rekeyed=0, granted=0, left=0)
