import contextlib
from datetime import timedelta

from amparo.apps.cases import actions, queries
from amparo.apps.cases.queries import Who

from .conftest import fingerprint


def told(case):
    return [(str(moment.kind), str(moment.who)) for moment in queries.timeline(case)]


def test_the_timeline_tells_what_happened_and_who_did_it(opened, consent, notice, hana, now):
    case = opened.case
    actions.open_by_code(text=opened.code.text, now=now)
    actions.read_case(case_id=case.pk, by=hana, now=now)
    actions.assign(case=case, to=hana, by=hana, now=now)
    actions.withdraw_everything(case=case, by=case, now=now)
    assert told(case) == [
        ("case_opened", "survivor"),
        ("picture_added", "survivor"),
        ("item_added", "survivor"),
        ("consent_given", "survivor"),
        ("notice_queued", "helpline"),
        ("case_read_by_survivor", "survivor"),
        ("case_read_by_worker", "helpline"),
        ("case_assigned", "helpline"),
        ("consent_withdrawn", "survivor"),
    ]


def test_the_timeline_says_each_thing_in_words_without_a_name_or_an_address(opened, item, hana, now):
    actions.found_gone_by_person(item=item, by=hana, now=now + timedelta(hours=1))
    moments = queries.timeline(opened.case)
    assert [str(moment.says) for moment in moments][-1] == "An address is gone."
    assert all("hana" not in str(moment.says) and "http" not in str(moment.says) for moment in moments)
    assert (moments[-1].handle, moments[-1].subject_id) == ("hana", str(item.pk))
    assert str(Who.HELPLINE.label) == "the helpline"


def test_the_timeline_of_a_frozen_case_keeps_only_the_case(opened, consent, hana, now):
    actions.freeze_case(case=opened.case, by=hana, now=now)
    assert told(opened.case) == [("case_opened", "survivor"), ("case_frozen", "helpline")]


def test_another_case_is_not_in_the_timeline(case, helpline, now):
    other = actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[fingerprint()], urls=[], now=now
    ).case
    assert len(told(case)) == 3
    assert len(told(other)) == 2


def test_a_wrong_code_is_somebodys(case, now):
    with contextlib.suppress(actions.CodeRefused):
        actions.open_by_code(text=f"{case.locator} {'about ' * 7}", now=now)
    assert told(case)[-1] == ("case_code_refused", "somebody")


def test_the_looks_of_the_checker_do_not_fill_the_timeline(case, item, hana, now):
    for day in range(5):
        actions.look_at_item(item=item, by=hana, now=now + timedelta(days=day))
    assert len(told(case)) == 3
    assert item.checks.count() == 5


def test_a_case_with_many_addresses_has_a_timeline(case, now):
    for number in range(2, 1202):
        case.items.create(number=number, sealed_url=b"x", blind_url=number.to_bytes(32, "big"), added_at=now)
    assert len(told(case)) == 3


def test_live_consents_are_those_not_withdrawn(case, consent, now):
    assert list(queries.live_consents(case)) == [consent]
    actions.withdraw_consent(consent=consent, by=case, now=now)
    assert list(queries.live_consents(case)) == []
