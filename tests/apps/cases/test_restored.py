"""A database from before: what was taken back since is taken back again, by the list or by a newer trail."""

import pytest
from django.db import transaction

from amparo.apps.accounts.actions import issue_key, revoke_key
from amparo.apps.accounts.models import ApiKey, User
from amparo.apps.banks.actions import add_entry, subscribe, unsubscribe, withdraw_entry
from amparo.apps.banks.models import Entry, Subscription
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Consent, Grant
from amparo.apps.cases.restored import keep_ended
from amparo.apps.ledger import ended
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.apps.ledger.queries import verify
from tests.apps.cases.conftest import fingerprint
from tests.apps.cases.test_stronger import strengthened


@pytest.fixture
def world(case, consent, bank, platform, now):
    """Sam shares a picture; a platform reads the bank with a key; another entry is the operator's."""
    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    add_entry(bank=bank, fingerprint=fingerprint("boat"), by=SYSTEM, now=now)
    issue_key(organisation=platform, name="up", scopes=["feed"], by=SYSTEM, now=now)
    return case


def withdraws(case, now):
    actions.withdraw_everything(case=case, by=case, now=now)


def forgets_the_stronger(case, now):
    actions.forget_stronger(picture=case.pictures.get(), by=case, now=now)


def operator_withdraws(case, now):
    withdraw_entry(entry=Entry.objects.filter(added_by="system").get(), reason="operator", by=SYSTEM, now=now)


def hana_leaves(case, now):
    actions.disable_worker(user=User.objects.get(handle="hana"), by=SYSTEM, now=now)


def key_is_revoked(case, now):
    revoke_key(key=ApiKey.objects.get(), by=SYSTEM, now=now)


def platform_leaves(case, now):
    found = Subscription.objects.get()
    unsubscribe(bank=found.bank, organisation=found.organisation, by=SYSTEM, now=now)


def is_frozen(case, now):
    actions.freeze_case(case=case, by=SYSTEM, now=now)


def changes_her_code(case, now):
    actions.set_codes(case=case, words=["new"] * 7, second=None, by=case, now=now)


def standing():
    return {
        "consents": Consent.objects.filter(withdrawn_at=None).count(),
        "entries": Entry.objects.filter(withdrawn_at=None).count(),
        "workers": User.objects.filter(disabled_at=None).count(),
        "keys": ApiKey.objects.filter(revoked_at=None).count(),
        "subscriptions": Subscription.objects.count(),
        "open": Case.objects.exclude(state="frozen").count(),
        "codes": Case.objects.filter(code_ended_at=None).count(),
    }


# What was done after the backup, and what has to stand differently again after a restore of it.
ENDS = {
    withdraws: {"consents": 0, "entries": 1},
    operator_withdraws: {"entries": 1},
    hana_leaves: {"workers": 0},
    key_is_revoked: {"keys": 0},
    platform_leaves: {"subscriptions": 0},
    is_frozen: {"open": 0, "consents": 0, "entries": 1},
    changes_her_code: {"codes": 0},
}


def undone(case, end, now):
    """Do it and take the database back to before; gives the events that a newer trail would have."""
    with transaction.atomic():
        end(case, now)
        later = list(Event.objects.filter(kind__in=list(ended.BEGAN)).order_by("seq"))
        endings = [found for event in later if (found := ended.ending_of(event))]
        transaction.set_rollback(True)
    case.refresh_from_db()
    return later, endings


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("known_by", ["list", "trail"])
def test_what_ended_after_the_backup_ends_again(world, end, known_by, now):
    before = standing()
    later, endings = undone(world, end, now)
    assert standing() == before
    if known_by == "list":
        ended.note(endings)
    done = keep_ended(now=now, since=later if known_by == "trail" else ())
    assert standing() == before | ENDS[end]
    assert done.total() >= 1
    assert verify().holds
    assert keep_ended(now=now, since=later).total() == 0


@pytest.mark.parametrize("known_by", ["list", "trail"])
def test_a_stronger_fingerprint_that_she_took_back_is_taken_back_again(world, bank, known_by, now):
    """What was shared without it is not known to the older database: that permission ends, and she may renew it."""
    actions.add_to_case(case=world, fingerprints=[strengthened()], urls=[], banks=[bank], by=world, now=now)
    later, endings = undone(world, forgets_the_stronger, now)
    assert world.pictures.get().has_stronger
    if known_by == "list":
        ended.note(endings)
    keep_ended(now=now, since=later if known_by == "trail" else ())
    assert not world.pictures.get().has_stronger
    assert not Entry.objects.exclude(sealed_stronger=None).exists()
    assert standing()["consents"] == 0
    assert verify().holds
    assert keep_ended(now=now, since=later).total() == 0


def test_a_code_that_she_gave_up_opens_nothing_again_and_the_helpline_goes_on(world, opened, hana, now):
    later, _endings = undone(world, changes_her_code, now)
    keep_ended(now=now, since=later)
    with pytest.raises(actions.CodeRefused):
        actions.open_by_code(text=opened.code.text, now=now)
    assert not Grant.objects.filter(holder=world.holder).exists()
    assert actions.do_key_work(by=hana, limit=9, now=now).rekeyed == 1


def test_every_ending_tells_the_list_when_it_is_committed(world, now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        withdraws(world, now)
        hana_leaves(world, now)
    begun = {event.hash: event.kind for event in Event.objects.all()}
    told = [(one.kind, begun[one.began]) for one in ended.listed()]
    assert told == [
        ("entry_withdrawn", "entry_added"),
        ("consent_withdrawn", "consent_given"),
        ("user_disabled", "user_added"),
    ]


def test_a_row_that_only_has_the_same_number_is_left_alone(world, bank, now):
    """After a restore numbers are given again: another entry of that number, begun by another event, is not meant."""
    with transaction.atomic():
        entry = add_entry(bank=bank, fingerprint=fingerprint("tree"), by=SYSTEM, now=now)
        withdraw_entry(entry=entry, reason="x", by=SYSTEM, now=now)
        endings = [ended.ending_of(Event.objects.get(kind="entry_withdrawn"))]
        transaction.set_rollback(True)
    ended.note(endings)
    other = Entry(pk=entry.pk, bank=bank, quality=90, added_at=now, added_by="system", sealed=b"x")
    other.save(force_insert=True)
    keep_ended(now=now)
    other.refresh_from_db()
    assert other.withdrawn_at is None


def test_a_platform_that_came_back_after_it_had_left_stays(world, bank, platform, now):
    platform_leaves(world, now)
    ended.complete()
    subscribe(bank=bank, organisation=platform, on_match="hold", by=SYSTEM, now=now)
    assert keep_ended(now=now).total() == 0
    assert Subscription.objects.count() == 1


def test_what_no_line_tells_is_added_from_the_trail_once(world, now):
    operator_withdraws(world, now)
    for _ in range(2):
        ended.complete()
    assert [one.kind for one in ended.listed()] == ["entry_withdrawn"]


def test_a_line_that_a_crash_cut_off_is_passed_over_and_the_next_one_is_whole(world, settings, now):
    later, endings = undone(world, withdraws, now)
    settings.ENDED_LIST.parent.mkdir(parents=True)
    settings.ENDED_LIST.write_text("entry_withdrawn 5f3a")
    ended.note(endings)
    assert ended.listed() == endings
    assert len(later) == len(endings)


def test_a_list_that_cannot_be_read_is_said(settings):
    settings.ENDED_LIST.mkdir(parents=True)
    with pytest.raises(ended.BadEndings, match="put a copy of it back"):
        ended.listed()
