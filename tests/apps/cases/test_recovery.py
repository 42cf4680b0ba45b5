"""The recovery key: two papers give the cases to a colleague, one nothing; and every use is on record."""

import pytest

from amparo.apps.accounts.actions import add_user
from amparo.apps.cases import actions, keys, recovery
from amparo.apps.cases.holding import keys_due
from amparo.apps.cases.models import Case, Grant
from amparo.apps.cases.queries import timeline
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.apps.ledger.queries import events_of
from amparo.core.vault import WrongShares, combine, new_holder_key, read_share, split_recovery
from tests.apps.cases.conftest import plain_rows
from tests.conftest import PASSWORD


@pytest.fixture
def key():
    return new_holder_key()


@pytest.fixture
def begun(helpline, key, now):
    recovery.begin(helpline=helpline, public=key.public, by=SYSTEM, now=now)
    helpline.refresh_from_db()
    return helpline


@pytest.fixture
def ana(helpline, now):
    """Hana's successor: she came when the cases were there, and nobody who holds them has signed in since."""
    return add_user(handle="hana-2", organisation=helpline, role="caseworker", password=PASSWORD, by=SYSTEM, now=now)


def kinds(*subjects):
    return list(events_of(*subjects).order_by("seq").values_list("kind", flat=True))


def new_case(helpline, now):
    return actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[], urls=["https://files.example.org/1"], now=now
    ).case


def test_two_papers_give_every_case_to_a_colleague_and_the_last_worker_may_have_left(begun, key, hana, now):
    cases = [new_case(begun, now) for _ in range(3)]
    actions.disable_worker(user=hana, by=SYSTEM, now=now)
    late = add_user(handle="late", organisation=begun, role="caseworker", password=PASSWORD, by=SYSTEM, now=now)
    assert keys_due(begun).alone == 3
    papers = [share.text for share in split_recovery(key)]
    joined = combine([read_share(papers[2]), read_share(papers[0])], public=recovery.public_of(begun))
    done = recovery.use(helpline=begun, key=joined, to=late, by=SYSTEM, now=now)
    assert (done.opened, done.had, done.missing) == (3, 0, 0)
    for case in cases:
        assert plain_rows(case.items.all(), late)[0].url == "https://files.example.org/1"
    # And the new key that waited since Hana left is made in her session.
    assert actions.do_key_work(by=late, limit=50, now=now).rekeyed == 3
    assert keys_due(begun).all == 0


def test_one_paper_opens_nothing(begun, key):
    with pytest.raises(WrongShares):
        combine([read_share(split_recovery(key)[0].text)], public=recovery.public_of(begun))


def test_older_cases_are_granted_to_the_key_as_a_holder_signs_in(helpline, hana, key, now):
    case = new_case(helpline, now)
    recovery.begin(helpline=helpline, public=key.public, by=SYSTEM, now=now)
    helpline.refresh_from_db()
    hana.organisation.refresh_from_db()
    found = recovery.recovery_of(helpline)
    assert (found.held, found.cases, found.since) == (0, 1, now)
    assert actions.do_key_work(by=hana, limit=50, now=now).granted == 1
    assert recovery.recovery_of(helpline).held == 1
    assert Grant.objects.filter(case=case, holder=f"recovery:{helpline.pk}").exists()


def test_every_use_is_told_to_the_ledger_and_to_the_person_of_each_case(begun, key, hana, ana, now):
    case = new_case(begun, now)
    Grant.objects.filter(holder=ana.holder).delete()
    recovery.use(helpline=begun, key=key, to=ana, by=hana, now=now)
    assert kinds(begun)[-2:] == ["recovery_begun", "recovery_used"]
    assert Event.objects.get(kind="recovery_used").detail == {"worker": "hana-2"}
    [told] = [moment for moment in timeline(case) if moment.kind == Event.Kind.CASE_RECOVERED]
    assert "recovery key" in str(told.says)


def test_a_use_that_stopped_half_way_goes_on_where_it_was(begun, key, hana, ana, now):
    cases = [new_case(begun, now) for _ in range(3)]
    Grant.objects.filter(holder=ana.holder).exclude(case=cases[1]).delete()
    done = recovery.use(helpline=begun, key=key, to=ana, by=SYSTEM, now=now)
    assert (done.opened, done.had) == (2, 1)
    assert recovery.use(helpline=begun, key=key, to=ana, by=SYSTEM, now=now).opened == 0
    assert kinds(*cases).count("case_recovered") == 2
    # Whoever only tried is on record too.
    assert kinds(begun).count("recovery_used") == 2


def test_another_key_than_the_helplines_opens_nothing_and_leaves_no_event(begun, ana, now):
    with pytest.raises(recovery.NoRecovery):
        recovery.use(helpline=begun, key=new_holder_key(), to=ana, by=SYSTEM, now=now)
    assert "recovery_used" not in kinds(begun)


def test_cases_go_to_nobody_outside_the_helpline_and_to_nobody_disabled(begun, key, hana, omar, now):
    new_case(begun, now)
    with pytest.raises(recovery.NotForThem):
        recovery.use(helpline=begun, key=key, to=omar, by=SYSTEM, now=now)
    actions.disable_worker(user=hana, by=SYSTEM, now=now)
    with pytest.raises(recovery.NotForThem):
        recovery.use(helpline=begun, key=key, to=hana, by=SYSTEM, now=now)
    assert not Grant.objects.filter(holder=omar.holder).exists()


def test_cases_of_another_helpline_stay_closed(begun, key, ana, omar, now):
    other_helpline = omar.organisation
    theirs = new_case(other_helpline, now)
    assert recovery.use(helpline=begun, key=key, to=ana, by=SYSTEM, now=now).missing == 0
    assert set(Grant.objects.filter(case=theirs).values_list("holder", flat=True)) == {theirs.holder, omar.holder}


def test_a_second_key_is_made_only_after_the_first_ended(begun, now):
    with pytest.raises(recovery.RecoveryExists):
        recovery.begin(helpline=begun, public=new_holder_key().public, by=SYSTEM, now=now)
    recovery.end(helpline=begun, by=SYSTEM, now=now)
    recovery.begin(helpline=begun, public=new_holder_key().public, by=SYSTEM, now=now)
    recovery.end(helpline=begun, by=SYSTEM, now=now)
    with pytest.raises(recovery.NoRecovery):
        recovery.end(helpline=begun, by=SYSTEM, now=now)
    assert kinds(begun)[-4:] == ["recovery_begun", "recovery_ended"] * 2


def test_an_ended_key_opens_nothing_new(begun, key, hana, now):
    case = new_case(begun, now)
    assert recovery.end(helpline=begun, by=SYSTEM, now=now) == 1
    hana.organisation.refresh_from_db()
    assert actions.do_key_work(by=hana, limit=50, now=now).rekeyed == 1
    case.refresh_from_db()
    assert case.version == 2
    assert not Grant.objects.filter(holder__startswith="recovery:").exists()
    assert keys.recovery_holder(begun) not in keys.holders_of(Case.objects.get(pk=case.pk))


def test_a_key_that_alone_holds_cases_cannot_be_ended(begun, hana, now):
    new_case(begun, now)
    actions.disable_worker(user=hana, by=SYSTEM, now=now)
    with pytest.raises(recovery.HeldByNobodyElse) as refusal:
        recovery.end(helpline=begun, by=SYSTEM, now=now)
    assert refusal.value.count == 1


def test_an_instance_without_recovery_makes_uses_and_grants_none(begun, key, ana, now, settings):
    settings.RECOVERY = False
    case = new_case(begun, now)
    assert not Grant.objects.filter(case=case, holder__startswith="recovery:").exists()
    for ceremony in (
        lambda: recovery.begin(helpline=begun, public=key.public, by=SYSTEM, now=now),
        lambda: recovery.use(helpline=begun, key=key, to=ana, by=SYSTEM, now=now),
        lambda: recovery.expect_none(begun),
        lambda: recovery.public_of(begun),
    ):
        with pytest.raises(recovery.RecoveryOff):
            ceremony()
    recovery.end(helpline=begun, by=SYSTEM, now=now)


def test_a_frozen_case_is_left_alone(begun, key, hana, ana, now):
    case = new_case(begun, now)
    actions.freeze_case(case=case, by=hana, now=now)
    done = recovery.use(helpline=begun, key=key, to=ana, by=SYSTEM, now=now)
    assert (done.opened, done.had, done.missing) == (0, 0, 0)
