"""Somebody leaves and takes nothing new along; somebody comes and is handed the cases."""

from datetime import timedelta

import pytest

from amparo.apps.accounts.actions import reset_password, unlock
from amparo.apps.accounts.models import User
from amparo.apps.cases import actions, contents, keys
from amparo.apps.cases.holding import cases_due, keys_due
from amparo.apps.cases.models import Case, Grant, Item
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.apps.ledger.queries import verify
from amparo.core import vault
from tests.conftest import PASSWORD, _user

from .conftest import fingerprint, read

URL = "https://files.example.org/1"


@pytest.fixture
def leaver(helpline, now):
    """A second worker of Hana's helpline, who will leave."""
    return _user("second", helpline, "caseworker", now)


@pytest.fixture
def cases(helpline, hana, leaver, now):
    return [
        actions.open_case(
            helpline=helpline, language="en", country="", fingerprints=[fingerprint()], urls=[URL], now=now
        ).case
        for _ in range(3)
    ]


def leaves(user, now):
    return actions.disable_worker(user=user, by=SYSTEM, now=now)


def versions():
    return sorted(Case.objects.values_list("version", flat=True))


def due(helpline):
    found = keys_due(helpline)
    return found.rekey, found.grant, found.alone


def test_who_leaves_loses_every_grant_and_the_cases_wait_for_new_keys(helpline, cases, leaver, now):
    assert leaves(leaver, now) == 3
    assert not Grant.objects.filter(holder=leaver.holder).exists()
    assert due(helpline) == (3, 0, 0)
    assert Event.objects.get(kind="grants_ended").detail == {"cases": 3}
    with pytest.raises(actions.Locked):
        contents.contents(cases[0], leaver)


def test_the_old_key_opens_nothing_that_is_written_or_kept_after(cases, hana, leaver, now):
    case = cases[0]
    taken = keys.open_case_key(case, leaver)
    leaves(leaver, now)
    assert actions.do_key_work(by=hana, limit=50, now=now) == actions.KeyWork(rekeyed=3, granted=0, left=0)
    actions.add_item(case=case, url=f"{URL}/new", by=case, now=now)
    assert versions() == [2, 2, 2]
    # Neither as it is, nor with the number of today's version written on it.
    for key in (taken, vault.CaseKey(case=taken.case, version=2, secret=taken.secret)):
        assert key.public != bytes(Case.objects.get(pk=case.pk).public)
        for item in Item.objects.filter(case=case):
            assert read(item, hana).url.startswith(URL)
            with pytest.raises(actions.Altered):
                keys.opened(key, [Item.objects.get(pk=item.pk)])
    assert not Grant.objects.filter(holder=leaver.holder).exists()


def test_sam_and_hana_go_on_reading_after_the_new_key(cases, hana, leaver, now):
    leaves(leaver, now)
    actions.do_key_work(by=hana, limit=50, now=now)
    case = Case.objects.get(pk=cases[0].pk)
    case.key = cases[0].key
    assert contents.contents(case, case).items[0].url == URL
    assert contents.contents(case, hana).items[0].url == URL
    assert read(case.pictures.get(), case).code == fingerprint().code


def test_new_keys_come_in_batches_and_the_rest_is_counted(helpline, cases, hana, leaver, now):
    leaves(leaver, now)
    assert actions.do_key_work(by=hana, limit=2, now=now) == actions.KeyWork(rekeyed=2, granted=0, left=1)
    assert due(helpline) == (1, 0, 0)
    assert actions.do_key_work(by=hana, limit=2, now=now) == actions.KeyWork(rekeyed=1, granted=0, left=0)
    assert actions.do_key_work(by=hana, limit=2, now=now) == actions.KeyWork(rekeyed=0, granted=0, left=0)
    told = Event.objects.filter(kind="case_rekeyed")
    assert [event.detail for event in told] == [{"version": 2, "holders": 2}] * 3
    assert verify().holds


def test_a_case_that_another_session_renewed_first_is_left_alone(cases, hana, leaver, now):
    leaves(leaver, now)
    from amparo.apps.cases.actions import _keys

    case = Case.objects.select_related("helpline").get(pk=cases[0].pk)
    old = keys.open_case_key(case, hana)
    assert _keys._rekey(case, old, by=hana, now=now)
    stale = Case.objects.select_related("helpline").get(pk=cases[0].pk)
    assert _keys._rekey(stale, old, by=hana, now=now) is None
    stale.refresh_from_db()
    assert stale.version == 2
    assert contents.contents(stale, hana).items[0].url == URL


def test_a_case_that_was_tampered_with_does_not_keep_the_others_from_their_keys(helpline, cases, hana, leaver, now):
    leaves(leaver, now)
    Grant.objects.filter(case=cases[1], holder=hana.holder).update(sealed=b"x" * 100)
    done = actions.do_key_work(by=hana, limit=50, now=now)
    assert done == actions.KeyWork(rekeyed=2, granted=0, left=0, altered=1)
    assert versions() == [1, 2, 2]
    assert due(helpline) == (1, 0, 0)


def test_one_altered_row_does_not_keep_a_case_under_the_key_of_who_left(cases, hana, leaver, now):
    case = cases[0]
    taken = keys.open_case_key(case, leaver)
    leaves(leaver, now)
    Item.objects.filter(case=case).update(sealed_url=b"x" * 200)
    assert actions.do_key_work(by=hana, limit=50, now=now).rekeyed == 3
    assert [item.altered for item in contents.contents(Case.objects.get(pk=case.pk), hana).items] == [True]
    assert read(case.pictures.get(), hana).code == fingerprint().code
    with pytest.raises(actions.Altered):
        keys.opened(taken, case.pictures.all())


def test_where_more_rows_do_not_open_than_do_the_old_key_is_not_given_up(cases, hana, leaver, now):
    leaves(leaver, now)
    Item.objects.filter(case=cases[0]).update(sealed_url=b"x" * 200)
    cases[0].pictures.update(sealed_code=b"x" * 200)
    assert actions.do_key_work(by=hana, limit=50, now=now).altered == 1
    assert Case.objects.get(pk=cases[0].pk).version == 1


def test_who_comes_is_handed_every_case_by_the_next_colleague_at_work(helpline, cases, hana, now):
    new = _user("late", helpline, "caseworker", now)
    assert due(helpline) == (0, 3, 0)
    assert actions.do_key_work(by=hana, limit=50, now=now) == actions.KeyWork(rekeyed=0, granted=3, left=0)
    assert contents.contents(cases[0], new).items[0].url == URL
    assert versions() == [1, 1, 1]
    assert Event.objects.filter(kind="case_granted").count() == 3


def test_who_holds_nothing_does_no_key_work(helpline, cases, omar, now):
    new = _user("late", helpline, "caseworker", now)
    for by in (new, omar):
        assert actions.do_key_work(by=by, limit=50, now=now) == actions.KeyWork(rekeyed=0, granted=0, left=0)
    with pytest.raises(actions.Locked):
        actions.do_key_work(by=User.objects.get(handle="hana"), limit=50, now=now)


def test_a_password_set_by_somebody_else_needs_new_grants(helpline, cases, hana, leaver, now):
    reset_password(user=leaver, password="another long passphrase", by=SYSTEM, now=now)
    again = unlock(user=User.objects.get(pk=leaver.pk), password="another long passphrase", now=now)
    with pytest.raises(actions.Locked, match="a colleague who holds it"):
        contents.contents(cases[0], again)
    assert due(helpline) == (0, 3, 0)
    actions.do_key_work(by=hana, limit=50, now=now)
    assert contents.contents(cases[0], again).items[0].url == URL


def test_roles_that_see_no_case_are_granted_none(helpline, cases, hana, now):
    _user("analyst", helpline, "analyst", now)
    assert due(helpline) == (0, 0, 0)
    assert Grant.objects.filter(case=cases[0]).count() == 3


def test_a_recovery_key_made_later_is_granted_like_a_colleague(helpline, cases, hana, now):
    recovery = vault.new_holder_key()
    helpline.recovery_public, helpline.recovery_since = recovery.public, now
    helpline.save()
    hana.organisation.refresh_from_db()
    assert due(helpline) == (0, 3, 0)
    actions.do_key_work(by=hana, limit=50, now=now)
    assert Grant.objects.filter(holder=keys.recovery_holder(helpline)).count() == 3


def test_cases_that_nobody_at_the_desk_can_open_are_counted_and_sam_hands_hers_back(helpline, cases, hana, leaver, now):
    reset_password(user=hana, password="another long passphrase", by=SYSTEM, now=now)
    leaves(leaver, now)
    assert due(helpline) == (3, 0, 3)
    again = unlock(user=User.objects.get(pk=hana.pk), password="another long passphrase", now=now)
    assert actions.do_key_work(by=again, limit=50, now=now).left == 0
    assert actions.do_key_work(by=cases[0], limit=1, now=now) == actions.KeyWork(rekeyed=1, granted=0, left=0)
    assert due(helpline) == (2, 0, 2)
    assert contents.contents(Case.objects.get(pk=cases[0].pk), again).items[0].url == URL


def test_sams_visit_sees_to_her_case_and_to_no_other(cases, leaver, now):
    leaves(leaver, now)
    assert actions.do_key_work(by=cases[1], limit=50, now=now) == actions.KeyWork(rekeyed=1, granted=0, left=0)
    assert [Case.objects.get(pk=case.pk).version for case in cases] == [1, 2, 1]


def test_a_frozen_case_waits_for_no_key_and_keeps_none(helpline, cases, hana, leaver, now):
    actions.freeze_case(case=cases[0], by=hana, now=now)
    assert not Grant.objects.filter(case=cases[0]).exists()
    leaves(leaver, now)
    assert due(helpline) == (2, 0, 0)


def test_a_notice_written_before_the_new_key_is_still_sent_again_after_it(helpline, hana, leaver, now):
    from amparo.apps.cases.models import Letter, Notice

    from .conftest import facts

    case = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[URL], now=now).case
    notice = actions.send_notice(
        case=case, items=case.items.all(), regime="us_tida", facts=facts(), recipient="abuse@forum.example.org",
        by=hana, now=now,
    )  # fmt: skip
    Notice.objects.update(state="failed", failure="recipient refused with 550")
    Letter.objects.all().delete()
    leaves(leaver, now)
    actions.do_key_work(by=hana, limit=50, now=now)
    actions.queue_again(notice=notice, by=hana, now=now + timedelta(days=1))
    assert Letter.objects.count() == 1


def test_omars_helpline_has_nothing_of_it(other_helpline, omar, cases, leaver, now):
    leaves(leaver, now)
    assert due(other_helpline) == (0, 0, 0)
    assert list(cases_due(other_helpline)) == []
    assert not Grant.objects.filter(holder=omar.holder).exists()


def test_the_password_of_a_worker_is_not_kept_and_her_pair_opens_with_it(hana):
    assert vault.unwrap(hana.wrapped_key, PASSWORD, holder=hana.holder) == hana.key
