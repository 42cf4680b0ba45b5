"""What she did at StopNCII: her own note in her case, and nobody else's."""

from datetime import timedelta

import pytest

from amparo.apps.cases import actions
from amparo.apps.cases.queries import Service, handed_over_at, timeline
from amparo.apps.ledger.models import Event

STOPNCII = Service.STOPNCII


def kinds(case):
    return [moment.kind for moment in timeline(case)]


def test_her_note_stands_in_her_case_until_she_takes_it_back(opened, now):
    case = opened.case
    assert handed_over_at(case, STOPNCII) is None
    actions.note_hand_over(case=case, service=STOPNCII, by=case, now=now)
    actions.note_hand_over(case=case, service=STOPNCII, by=case, now=now + timedelta(hours=1))
    assert handed_over_at(case, STOPNCII) == now
    assert kinds(case).count(Event.Kind.HANDED_OVER) == 1
    actions.undo_hand_over(case=case, service=STOPNCII, by=case, now=now + timedelta(hours=2))
    actions.undo_hand_over(case=case, service=STOPNCII, by=case, now=now + timedelta(hours=2))
    assert handed_over_at(case, STOPNCII) is None
    assert kinds(case).count(Event.Kind.HAND_OVER_UNDONE) == 1


def test_nobody_notes_it_for_her(opened, hana, now):
    for act in (actions.note_hand_over, actions.undo_hand_over):
        with pytest.raises(actions.HandOverIsHers):
            act(case=opened.case, service=STOPNCII, by=hana, now=now)


def test_omar_finds_no_such_case_to_note_it_in(opened, omar, now):
    with pytest.raises(actions.NotYourCase):
        actions.note_hand_over(case=opened.case, service=STOPNCII, by=omar, now=now)


def test_a_frozen_case_takes_no_note(opened, hana, now):
    actions.freeze_case(case=opened.case, by=hana, now=now)
    with pytest.raises(actions.CaseFrozen):
        actions.note_hand_over(case=opened.case, service=STOPNCII, by=opened.case, now=now)
    assert handed_over_at(opened.case, STOPNCII) is None


def test_one_case_does_not_tell_of_another(opened, helpline, now):
    other = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=["https://b.example.org/"],
                              now=now)  # fmt: skip
    actions.note_hand_over(case=opened.case, service=STOPNCII, by=opened.case, now=now)
    assert handed_over_at(other.case, STOPNCII) is None
