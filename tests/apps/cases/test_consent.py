from datetime import timedelta

import pytest

from amparo.apps.banks.actions import open_bank, withdraw_entry
from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions, queries
from amparo.apps.cases.models import Case, Consent
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.apps.ledger.queries import verify

from .conftest import fingerprint


@pytest.fixture
def second_bank(helpline, now):
    return open_bank(handle="partner-bank", title="Partners", owner=helpline, by=SYSTEM, now=now)


def test_her_yes_puts_the_fingerprint_into_the_bank(case, picture, bank, consent):
    entry = Entry.objects.get()
    assert (entry.bank, bytes(entry.code), entry.quality) == (bank, fingerprint().code, picture.quality)
    assert entry.added_by == case.handle
    assert Event.objects.filter(kind="consent_given", by=case.handle).count() == 1


def test_a_second_yes_changes_nothing(case, picture, bank, consent, now):
    assert actions.give_consent(picture=picture, bank=bank, by=case, now=now) == consent
    assert Entry.objects.count() == 1


def test_without_her_yes_no_fingerprint_is_in_any_bank(case):
    assert not Entry.objects.exists()


@pytest.mark.parametrize("who", ["hana", "omar", "pia"])
def test_nobody_says_yes_for_her(request, picture, bank, now, who):
    with pytest.raises(actions.Refused):
        actions.give_consent(picture=picture, bank=bank, by=request.getfixturevalue(who), now=now)
    with pytest.raises(actions.ConsentIsHers):
        actions.give_consent(picture=picture, bank=bank, by=SYSTEM, now=now)
    assert not Entry.objects.exists()


def test_the_code_of_another_case_says_nothing_for_hers(helpline, picture, bank, now):
    other = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[], now=now).case
    with pytest.raises(actions.NotYourCase):
        actions.give_consent(picture=picture, bank=bank, by=other, now=now)


def test_only_banks_of_her_helpline_are_offered(case, picture, bank, other_helpline, now):
    foreign = open_bank(handle="foreign", title="Foreign", owner=other_helpline, by=SYSTEM, now=now)
    assert list(queries.banks_offered(case.helpline)) == [bank]
    with pytest.raises(actions.BankNotOffered):
        actions.give_consent(picture=picture, bank=foreign, by=case, now=now)


def test_a_picture_too_plain_to_be_told_apart_is_kept_and_not_shared(case, bank, now):
    plain = actions.add_picture(case=case, fingerprint=fingerprint("wall", quality=49), by=case, now=now)
    with pytest.raises(actions.PictureTooPlain):
        actions.give_consent(picture=plain, bank=bank, by=case, now=now)
    assert not Entry.objects.exists()


def test_her_no_takes_the_fingerprint_out_and_forgets_it_there(case, consent, now):
    actions.withdraw_consent(consent=consent, by=case, now=now + timedelta(hours=1))
    entry = Entry.objects.get()
    assert (entry.code, entry.withdrawn_by, entry.reason) == (None, case.handle, "consent withdrawn")
    assert Consent.objects.get().withdrawn_at == now + timedelta(hours=1)
    assert verify().holds


def test_a_second_no_changes_nothing(case, consent, now):
    for _ in range(3):
        actions.withdraw_consent(consent=consent, by=case, now=now)
    assert Event.objects.filter(kind="consent_withdrawn").count() == 1
    assert Event.objects.filter(kind="entry_withdrawn").count() == 1


def test_after_a_no_she_may_say_yes_again(case, picture, bank, consent, now):
    actions.withdraw_consent(consent=consent, by=case, now=now)
    again = actions.give_consent(picture=picture, bank=bank, by=case, now=now)
    assert again != consent
    assert Entry.objects.filter(withdrawn_at=None).count() == 1


def test_withdrawing_everything_ends_every_picture_in_every_bank(case, picture, second_bank, consent, now):
    bank = consent.bank
    screenshot = actions.add_picture(case=case, fingerprint=fingerprint("screenshot"), by=case, now=now)
    for shared, where in ((picture, second_bank), (screenshot, bank), (screenshot, second_bank)):
        actions.give_consent(picture=shared, bank=where, by=case, now=now)
    assert actions.withdraw_everything(case=case, by=case, now=now) == 4
    assert actions.withdraw_everything(case=case, by=case, now=now) == 0
    assert not Entry.objects.filter(withdrawn_at=None).exists()
    assert not Entry.objects.exclude(sealed=None).exists()


def test_hana_may_withdraw_for_her_and_omar_may_not(case, consent, hana, omar, now):
    with pytest.raises(actions.NotYourCase):
        actions.withdraw_consent(consent=consent, by=omar, now=now)
    with pytest.raises(actions.NotYourCase):
        actions.withdraw_everything(case=case, by=omar, now=now)
    actions.withdraw_consent(consent=consent, by=hana, now=now)
    assert not Entry.objects.filter(withdrawn_at=None).exists()


def test_an_entry_that_the_bank_took_out_first_is_no_obstacle(case, consent, now):
    withdraw_entry(entry=consent.entry, reason="review", by=SYSTEM, now=now)
    actions.withdraw_consent(consent=consent, by=case, now=now)
    assert Entry.objects.get().reason == "review"
    assert Consent.objects.get().withdrawn_at == now


def test_closing_the_case_keeps_the_guard_and_withdrawing_still_works(case, item, consent, hana, now):
    item.closed_at, item.closed_by = now, "a_person_looked"
    item.save()
    actions.close_case(case=case, by=hana, now=now)
    assert Entry.objects.filter(withdrawn_at=None).count() == 1
    assert actions.withdraw_everything(case=case, by=case, now=now) == 1


def test_opening_with_a_bank_shares_each_picture_in_the_same_transaction(helpline, bank, now):
    opened = actions.open_case(
        helpline=helpline,
        language="en",
        country="",
        fingerprints=[fingerprint("cat"), fingerprint("wall", quality=10)],
        urls=[],
        banks=[bank],
        now=now,
    )
    shared, too_plain = opened.case.pictures.all()
    assert [consent.bank for consent in shared.consents.all()] == [bank]
    assert not too_plain.consents.exists()


def test_a_bank_that_is_not_offered_leaves_no_case_at_all(helpline, other_helpline, bank, now):
    with pytest.raises(actions.BankNotOffered):
        actions.open_case(
            helpline=other_helpline,
            language="en",
            country="",
            fingerprints=[fingerprint()],
            urls=[],
            banks=[bank],
            now=now,
        )
    assert not Case.objects.exists()


def test_what_is_added_later_comes_whole_or_not_at_all(case, bank, now):
    pictures, items = case.pictures.count(), case.items.count()
    with pytest.raises(actions.BadAddress):
        actions.add_to_case(
            case=case, fingerprints=[fingerprint("boat")], urls=["no address"], banks=[bank], by=case, now=now
        )
    assert (case.pictures.count(), case.items.count()) == (pictures, items)
    urls = ["https://files.example.org/later"]
    actions.add_to_case(case=case, fingerprints=[fingerprint("boat")], urls=urls, banks=[bank], by=case, now=now)
    assert (case.pictures.count(), case.items.count()) == (pictures + 1, items + 1)
    assert case.pictures.last().consents.get().bank == bank
