"""After a new instance key: the same address is still the same, and values under the old key are made anew."""

import itertools
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from amparo.apps.accounts import instance
from amparo.apps.cases import actions, contents, keys
from amparo.apps.cases.blinds import is_behind
from amparo.apps.cases.holding import keys_due
from amparo.apps.cases.models import Case, Item, Picture
from amparo.apps.cases.queries import known_elsewhere
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.core.vault import InstanceKey
from tests.apps.cases.conftest import fingerprint, read

URL = "https://files.example.org/1"
NEW = InstanceKey(7, bytes(range(7, 39)))


@pytest.fixture
def new_key(settings):
    """Hang a newer instance key before those that there are, or in their place."""
    before = settings.INSTANCE_KEYS

    def change(*, alone=False):
        settings.INSTANCE_KEYS = (NEW,) if alone else (NEW, *before)
        instance.forget()

    yield change
    settings.INSTANCE_KEYS = before
    instance.forget()


def blinds():
    return {bytes(one) for one in Item.objects.values_list("blind_url", flat=True)}


def other_case(helpline, now, urls=(URL,)):
    return actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[], urls=list(urls), now=now
    ).case


def test_an_old_address_and_an_old_picture_given_again_are_kept_once(case, hana, new_key, now):
    item, picture = case.items.get(), case.pictures.get()
    new_key()
    assert actions.add_item(case=case, url=URL, by=hana, now=now) == item
    assert actions.add_picture(case=case, fingerprint=fingerprint(), by=case, now=now) == picture
    assert actions.add_item(case=case, url=URL, by=SYSTEM, now=now) == item
    assert (case.items.count(), case.pictures.count()) == (1, 1)


def test_an_address_is_known_in_cases_from_before_and_after_the_new_key(case, helpline, hana, new_key, now):
    new_key()
    other = other_case(helpline, now)
    for here, there in ((case, other), (other, case)):
        items = contents.contents(here, hana).items
        assert known_elsewhere(items, hana) == {bytes(items[0].blind_url): [there]}


def test_a_session_makes_the_values_anew_and_then_the_old_key_is_not_needed(case, item, hana, new_key, now):
    helpline = case.helpline
    before = blinds()
    new_key()
    assert keys_due(helpline).blind == 1
    done = actions.do_key_work(by=hana, limit=9, now=now)
    assert done == actions.KeyWork(rekeyed=0, granted=0, left=0, reblinded=1)
    assert (keys_due(helpline).all, blinds() & before) == (0, set())
    assert Event.objects.get(kind="case_reblinded").detail == {"values": 2}
    new_key(alone=True)
    assert blinds() == {keys.blind_address(URL)}
    assert actions.add_item(case=Case.objects.get(), url=URL, by=SYSTEM, now=now) == item
    case.refresh_from_db()
    assert actions.add_picture(case=case, fingerprint=fingerprint(), by=case, now=now) == case.pictures.get()
    assert contents.contents(case, hana).door_fits


def test_sams_own_visit_does_it_for_her_case_alone(case, helpline, new_key, now):
    other_case(helpline, now)
    new_key()
    assert actions.do_key_work(by=case, limit=1, now=now).reblinded == 1
    assert actions.do_key_work(by=case, limit=1, now=now).reblinded == 0
    assert Event.objects.filter(kind="case_reblinded").count() == 1


def test_it_is_done_although_the_old_key_was_given_up_too_early(case, hana, new_key, now):
    new_key(alone=True)
    assert actions.do_key_work(by=hana, limit=9, now=now).reblinded == 1
    assert blinds() == {keys.blind_address(URL)}
    assert contents.contents(Case.objects.get(), hana).door_fits


def test_a_new_key_of_the_case_brings_new_values_along(case, hana, new_key, now):
    new_key()
    Case.objects.update(rekey_due_at=now)
    done = actions.do_key_work(by=hana, limit=9, now=now)
    assert (done.rekeyed, done.reblinded) == (1, 1)
    assert blinds() == {keys.blind_address(URL)}


def test_a_new_code_brings_new_values_along(opened, case, new_key, now):
    new_key()
    actions.set_codes(case=case, words=opened.code.words, second=None, by=case, now=now)
    assert blinds() == {keys.blind_address(URL)}
    assert bytes(Picture.objects.get().blind_code) == keys.blind_picture(case, fingerprint().code)


def test_an_address_that_was_kept_twice_by_an_earlier_amparo_breaks_nothing(case, item, hana, new_key, now):
    new_key()
    twin = Item(case=case, number=2, blind_url=keys.blind_address(URL), added_at=now)
    keys.pen_of(case, hana).write(twin, url=URL).save(force_insert=True)
    assert actions.do_key_work(by=hana, limit=9, now=now).reblinded == 1
    assert [read(one, hana).url for one in Item.objects.order_by("number")] == [URL, URL]


def test_an_exchanged_door_is_not_mended_in_passing(case, hana, helpline, new_key, now):
    new_key()
    record = bytes(case.public_record)
    Case.objects.update(public_record=record[:-1] + bytes([record[-1] ^ 1]))
    assert actions.do_key_work(by=hana, limit=9, now=now + timedelta(hours=1)).altered == 1
    assert not contents.contents(Case.objects.get(), hana).door_fits


def test_batches_end_and_the_rest_is_counted(helpline, hana, new_key, now):
    for _ in range(3):
        other_case(helpline, now)
    new_key()
    assert [actions.do_key_work(by=hana, limit=2, now=now).left for _ in range(2)] == [1, 0]
    assert keys_due(helpline).all == 0


def test_without_a_new_key_nothing_waits(case, helpline, hana, now):
    assert keys_due(helpline).blind == 0
    assert actions.do_key_work(by=hana, limit=9, now=now) == actions.KeyWork(rekeyed=0, granted=0, left=0)


class Killed(DatabaseError):
    """The process ends here."""


def test_killed_before_any_statement_a_case_is_as_it_was_or_done(case, hana, new_key, now):
    """What a kill leaves is what the transaction rolls back to: values and mark belong together at every moment."""
    before = blinds()
    new_key()

    def work_killed_at(statement):
        asked = 0

        def count(execute, sql, params, many, context):
            nonlocal asked
            asked += 1
            if asked == statement:
                raise Killed
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            actions.do_key_work(by=hana, limit=9, now=now)

    for statement in itertools.count(1):
        try:
            work_killed_at(statement)
        except Killed:
            assert (blinds(), is_behind(Case.objects.get())) == (before, True)
        else:
            break
    assert statement > 8
    assert (blinds(), is_behind(Case.objects.get())) == ({keys.blind_address(URL)}, False)
    assert Event.objects.filter(kind="case_reblinded").count() == 1
