from datetime import timedelta

import pytest

from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions, keys, queries
from amparo.apps.cases.models import Case, Consent, Item, Picture
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.apps.ledger.queries import verify

from .conftest import fingerprint


def test_a_case_with_an_open_address_does_not_close_and_says_how_many(case, hana, now):
    actions.add_item(case=case, url="https://files.example.org/2", by=case, now=now)
    with pytest.raises(actions.ItemsStillOpen, match="2 addresses are still open") as refused:
        actions.close_case(case=case, by=hana, now=now)
    assert refused.value.count == 2
    assert Case.objects.get().state == "open"


def test_a_case_without_addresses_closes(helpline, hana, now):
    case = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[], now=now).case
    closed = actions.close_case(case=case, by=hana, now=now)
    assert (closed.state, closed.closed_at) == ("closed", now)
    assert actions.close_case(case=case, by=hana, now=now).closed_at == now
    assert Event.objects.filter(kind="case_closed").count() == 1


def test_a_closed_case_opens_again(helpline, hana, now):
    case = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[], now=now).case
    actions.close_case(case=case, by=hana, now=now)
    again = actions.reopen_case(case=case, by=case, now=now)
    assert (again.state, again.closed_at) == ("open", None)
    actions.reopen_case(case=case, by=hana, now=now)
    assert Event.objects.filter(kind="case_reopened").count() == 1


def test_a_case_is_given_to_a_worker_of_its_helpline_only(case, hana, omar, now):
    assert actions.assign(case=case, to=hana, by=hana, now=now).assignee == hana
    with pytest.raises(actions.NotAssignable):
        actions.assign(case=case, to=omar, by=hana, now=now)
    assert Case.objects.get().assignee == hana
    assert actions.assign(case=case, to=None, by=hana, now=now).assignee is None


def test_freezing_ends_consents_and_forgets_pictures_and_addresses(case, consent, hana, now):
    frozen = actions.freeze_case(case=case, by=hana, now=now)
    assert (frozen.state, frozen.closed_at, frozen.country) == ("frozen", now, "IT")
    assert (Picture.objects.count(), Item.objects.count(), Consent.objects.count()) == (0, 0, 0)
    entry = Entry.objects.get()
    assert (entry.code, entry.withdrawn_at) == (None, now)
    told = Event.objects.get(kind="case_frozen").detail
    assert told == {"consents": 1, "pictures": 1, "items": 1, "notices": 0}
    assert verify().holds


def test_the_code_of_a_frozen_case_still_leads_to_the_referral(opened, hana, now):
    actions.freeze_case(case=opened.case, by=hana, now=now)
    assert actions.open_by_code(text=opened.code.text, now=now).state == Case.State.FROZEN


def test_nothing_is_done_in_a_frozen_case(case, picture, bank, hana, now):
    actions.freeze_case(case=case, by=case, now=now)
    refusals = [
        lambda: actions.add_picture(case=case, fingerprint=fingerprint("other"), by=case, now=now),
        lambda: actions.add_item(case=case, url="https://files.example.org/2", by=hana, now=now),
        lambda: actions.give_consent(picture=picture, bank=bank, by=case, now=now),
        lambda: actions.assign(case=case, to=hana, by=hana, now=now),
        lambda: actions.close_case(case=case, by=hana, now=now),
        lambda: actions.reopen_case(case=case, by=hana, now=now),
    ]
    for refusal in refusals:
        with pytest.raises(actions.CaseFrozen):
            refusal()
    assert (Picture.objects.count(), Item.objects.count()) == (0, 0)


def test_freezing_twice_is_freezing_once(case, hana, now):
    actions.freeze_case(case=case, by=hana, now=now)
    actions.freeze_case(case=case, by=hana, now=now)
    assert actions.withdraw_everything(case=case, by=case, now=now) == 0
    assert Event.objects.filter(kind="case_frozen").count() == 1


def test_omar_sees_and_does_nothing_in_sams_case(case, hana, omar, now):
    assert list(queries.cases_of(hana)) == [case]
    assert list(queries.cases_of(omar)) == []
    with pytest.raises(Case.DoesNotExist):
        queries.case_of(omar, case.pk)
    attempts = [
        lambda: actions.add_picture(case=case, fingerprint=fingerprint("other"), by=omar, now=now),
        lambda: actions.add_item(case=case, url="https://files.example.org/2", by=omar, now=now),
        lambda: actions.assign(case=case, to=omar, by=omar, now=now),
        lambda: actions.close_case(case=case, by=omar, now=now),
        lambda: actions.reopen_case(case=case, by=omar, now=now),
        lambda: actions.freeze_case(case=case, by=omar, now=now),
    ]
    for attempt in attempts:
        with pytest.raises(actions.NotYourCase):
            attempt()
    assert not Event.objects.filter(by="omar").exists()


def test_pia_of_the_platform_sees_no_case(case, pia):
    assert list(queries.cases_of(pia)) == []


@pytest.mark.parametrize("role", ["moderator", "analyst"])
def test_other_roles_of_the_same_helpline_see_no_case(case, hana, now, role):
    hana.role = role
    hana.save()
    assert list(queries.cases_of(hana)) == []
    with pytest.raises(actions.NotYourCase):
        actions.close_case(case=case, by=hana, now=now)


def test_a_worker_who_left_sees_no_case(case, hana, now):
    from amparo.apps.accounts.actions import disable_user

    disable_user(user=hana, by=SYSTEM, now=now)
    assert list(queries.cases_of(hana)) == []
    with pytest.raises(actions.NotYourCase):
        actions.add_item(case=case, url="https://files.example.org/2", by=hana, now=now)


def test_a_key_of_a_program_does_nothing_in_a_case(case, helpline, now):
    from amparo.apps.accounts.actions import issue_key

    key, _secret = issue_key(organisation=helpline, name="bot", scopes=["feed"], by=SYSTEM, now=now)
    with pytest.raises(actions.NotYourCase):
        actions.close_case(case=case, by=key, now=now)


def closed(case, hana, now):
    actions.found_gone_by_person(item=case.items.get(), by=hana, now=now)
    return actions.close_case(case=case, by=hana, now=now)


def test_a_closed_case_is_looked_at_until_that_is_ended_and_then_the_checker_has_no_address(case, hana, now):
    closed(case, hana, now)
    assert Item.objects.get().checker_url is not None
    for _ in range(2):
        actions.stop_looking(case=case, by=hana, now=now)
    item = Item.objects.get()
    assert (item.check_due_at, item.checker_url) == (None, None)
    assert Event.objects.get(kind="looks_ended").detail == {"items": 1}


def test_looks_that_were_ended_begin_again_when_somebody_who_reads_the_address_saw_it_there(case, hana, now):
    closed(case, hana, now)
    actions.stop_looking(case=case, by=hana, now=now)
    with pytest.raises(actions.NoLookPlanned):
        actions.look_at_item(item=Item.objects.get(), by=SYSTEM, now=now)
    actions.found_back_by_person(item=Item.objects.get(), by=hana, now=now + timedelta(hours=1))
    item = Item.objects.get()
    assert item.check_due_at == now + timedelta(hours=25)
    assert keys.checker_address(item, item.checker_url) == "https://files.example.org/1"


def test_an_open_case_goes_on_being_looked_at(case, hana, omar, now):
    with pytest.raises(actions.StillOpen):
        actions.stop_looking(case=case, by=hana, now=now)
    with pytest.raises(actions.NotYourCase):
        actions.stop_looking(case=case, by=omar, now=now)
    assert Item.objects.get().checker_url is not None
