from datetime import timedelta

import pytest

from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, WrongCode
from amparo.apps.ledger.models import Event
from amparo.core.vault import Cost, needs_rewrap, new_code

WRONG_WORDS = "about " * 7


def refused_with(text, now):
    with pytest.raises(actions.Refused) as refused:
        actions.open_by_code(text=text, now=now)
    return type(refused.value), str(refused.value)


def absent_locator(case):
    while True:
        locator = new_code("en").locator
        if locator != case.locator:
            return locator


def test_sams_code_opens_her_case(opened, now):
    assert actions.open_by_code(text=opened.code.text, now=now) == opened.case


def test_sams_code_opens_her_case_typed_in_capitals_with_commas(opened, now):
    assert actions.open_by_code(text=opened.code.text.upper().replace(" ", ", "), now=now) == opened.case


def test_sam_is_told_when_her_case_was_opened_before_this_time(opened, now):
    first = actions.open_by_code(text=opened.code.text, now=now)
    second = actions.open_by_code(text=opened.code.text, now=now + timedelta(hours=2))
    assert (first.read_before_at, first.read_at) == (None, now)
    assert (second.read_before_at, second.read_at) == (now, now + timedelta(hours=2))
    assert Event.objects.filter(kind="case_read_by_survivor", by=opened.case.handle).count() == 2


def test_a_clock_that_was_set_back_does_not_keep_her_out(opened, now):
    actions.open_by_code(text=opened.code.text, now=now)
    again = actions.open_by_code(text=opened.code.text, now=now - timedelta(days=1))
    assert again.read_at == now


def test_wrong_words_and_a_case_that_is_not_there_get_the_same_answer_every_time(case, now):
    for_hers = [refused_with(f"{case.locator} {WRONG_WORDS}", now) for _ in range(7)]
    for_none = [refused_with(f"{absent_locator(case)} {WRONG_WORDS}", now)]
    locator = absent_locator(case)
    for_none = [refused_with(f"{locator} {WRONG_WORDS}", now) for _ in range(7)]
    assert for_hers == for_none
    assert [kind for kind, _ in for_hers] == [actions.CodeRefused] * 5 + [actions.TryLater] * 2


def test_what_has_not_the_form_of_a_code_is_refused_and_counts_for_nobody(case, now):
    for text in ("", case.locator, f"{case.locator} {WRONG_WORDS} about", "about"):
        assert refused_with(text, now)[0] is actions.CodeRefused
    assert not WrongCode.objects.exists()


def test_after_five_wrong_codes_even_the_right_one_waits(opened, now):
    for _ in range(5):
        refused_with(f"{opened.case.locator} {WRONG_WORDS}", now)
    assert refused_with(opened.code.text, now + timedelta(seconds=59))[0] is actions.TryLater
    assert actions.open_by_code(text=opened.code.text, now=now + timedelta(seconds=60)) == opened.case


def test_the_pause_doubles_up_to_an_hour(case, now):
    pauses, at = [], now
    for _ in range(14):
        refused_with(f"{case.locator} {WRONG_WORDS}", at)
        until = WrongCode.objects.get().refuse_until
        pauses.append((until - at) // timedelta(minutes=1) if until else 0)
        at = until or at
    assert pauses == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_a_pause_for_one_case_is_none_for_another(opened, helpline, now):
    other = actions.open_case(helpline=helpline, language="es", country="", fingerprints=[], urls=[], now=now)
    for _ in range(6):
        refused_with(f"{opened.case.locator} {WRONG_WORDS}", now)
    assert actions.open_by_code(text=other.code.text, now=now) == other.case


def test_the_right_code_forgets_the_wrong_ones(opened, now):
    for _ in range(4):
        refused_with(f"{opened.case.locator} {WRONG_WORDS}", now)
    actions.open_by_code(text=opened.code.text, now=now)
    assert not WrongCode.objects.exists()


def test_wrong_codes_are_forgotten_after_a_day(case, now):
    refused_with(f"{absent_locator(case)} {WRONG_WORDS}", now)
    refused_with(f"{case.locator} {WRONG_WORDS}", now + timedelta(hours=25))
    assert WrongCode.objects.get().locator == case.locator


def test_a_wrong_code_for_a_real_case_is_in_the_ledger(case, now):
    refused_with(f"{case.locator} {WRONG_WORDS}", now)
    event = Event.objects.get(kind="case_code_refused")
    assert (event.subject_id, event.by, event.detail) == (str(case.pk), "somebody", {"count": 1})


def test_a_pair_locked_at_an_older_cost_is_locked_anew_at_the_right_code_and_stays_the_same(opened, settings, now):
    settings.KEY_COST = Cost(passes=2, memory_kib=16)
    assert needs_rewrap(Case.objects.get().wrapped_key, cost=settings.KEY_COST)
    assert actions.open_by_code(text=opened.code.text, now=now).key == opened.case.key
    assert not needs_rewrap(Case.objects.get().wrapped_key, cost=settings.KEY_COST)
    assert actions.open_by_code(text=opened.code.text, now=now).key == opened.case.key


def test_wrong_words_raise_no_cost_and_change_nothing(case, settings, now):
    settings.KEY_COST = Cost(passes=2, memory_kib=16)
    refused_with(f"{case.locator} {WRONG_WORDS}", now)
    assert bytes(Case.objects.get().wrapped_key) == bytes(case.wrapped_key)


def test_hanas_reading_is_in_the_ledger_and_omars_finds_nothing(case, hana, omar, now):
    assert actions.read_case(case_id=case.pk, by=hana, now=now) == case
    with pytest.raises(Case.DoesNotExist):
        actions.read_case(case_id=case.pk, by=omar, now=now)
    assert [event.by for event in Event.objects.filter(kind="case_read_by_worker")] == ["hana"]
