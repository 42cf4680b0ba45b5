"""The row, its constraints, its reference."""

import re
from itertools import chain, repeat

import pytest
from django.db import IntegrityError, transaction

from amparo.apps.gate.actions import NoReference, write_decision
from amparo.apps.gate.matches import Match
from amparo.apps.gate.models import Decision
from amparo.apps.gate.queries import decision_of
from amparo.apps.gate.references import ALPHABET, new_reference


@pytest.fixture
def match(bank, added, code):
    return Match(Decision.Answer.BLOCK, Decision.Ground.KNOWN_PICTURE, added(bank, code).pk, bank.handle, 4, "mirrored")


def test_a_reference_is_g_and_eight_unambiguous_signs():
    seen = {new_reference() for _ in range(200)}
    assert len(seen) == 200
    assert all(re.fullmatch(rf"G-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", reference) for reference in seen)
    assert not set(ALPHABET) & set("01OILZSB8AEU") - {"8"}


def test_a_reference_that_is_taken_is_drawn_again(match, key, now):
    first = write_decision(match=match, by=key, now=now, draw=lambda: "G-2222-2222")
    drawn = chain(["G-2222-2222", "G-2222-2222"], repeat("G-3333-3333"))
    second = write_decision(match=match, by=key, now=now, draw=lambda: next(drawn))
    assert (first.reference, second.reference) == ("G-2222-2222", "G-3333-3333")
    assert second.statement["reference"] == "G-3333-3333"


def test_a_broken_source_of_references_is_said_and_not_looped_on(match, key, now):
    write_decision(match=match, by=key, now=now, draw=lambda: "G-2222-2222")
    with pytest.raises(NoReference):
        write_decision(match=match, by=key, now=now, draw=lambda: "G-2222-2222")
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"distance": 257},
        {"ground": "possibly_known_picture"},
        {"statement": None},
        {"answer": "record"},
        {"reference": "G-3333-3333"},
    ],
    ids=["distance", "a possible match blocks", "no reasons", "reasons for nothing", "reference twice"],
)
def test_the_row_protects_itself(wrong, match, key, now):
    write_decision(match=match, by=key, now=now, draw=lambda: "G-3333-3333")
    decision = write_decision(match=match, by=key, now=now, draw=lambda: "G-2222-2222")
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**wrong)


def test_a_platform_finds_its_own_decisions_and_no_other(match, key, other_platform, now):
    decision = write_decision(match=match, by=key, now=now)
    assert decision_of(key.organisation, decision.reference) == decision
    with pytest.raises(Decision.DoesNotExist):
        decision_of(other_platform, decision.reference)
