"""Pia reads which matches the stronger tier made, and both sides read who may ask it."""

import pytest

from amparo.apps.accounts.actions import issue_key
from amparo.apps.banks.actions import add_entry, subscribe
from amparo.apps.gate.actions import write_decision
from amparo.apps.gate.matches import Match
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import ImageFingerprint
from tests.apps.banks.entries import made_record
from tests.sites.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision(bank, platform, now):
    """Held, because eleven points agree."""
    subscribe(bank=bank, organisation=platform, on_match="block", stronger=True, by=SYSTEM, now=now)
    known = ImageFingerprint(code=bytes(32), quality=90)
    entry = add_entry(bank=bank, fingerprint=known, stronger=made_record(1), by=SYSTEM, now=now)
    key, _secret = issue_key(organisation=platform, name="test", scopes=["gate"], by=SYSTEM, now=now)
    ground = Decision.Ground.POSSIBLY_KNOWN_PICTURE
    match = Match(Decision.Answer.HOLD, ground, entry.pk, bank.handle, distance=0, form="stronger", points=11)
    return write_decision(match=match, by=key, now=now)


def test_a_stronger_match_is_shown_with_the_points_that_agree(pias, decision):
    assert "stronger" in text(pias.get("/desk/decisions"))
    shown = text(pias.get(f"/desk/decisions/{decision.reference}"))
    assert "Points that agree 11" in shown
    assert "of 256" not in shown


def test_who_may_ask_the_stronger_tier_is_shown_to_both_sides(pias, hanas, decision):
    for visitor in (pias, hanas):
        assert "and the stronger tier" in text(visitor.get("/desk/banks"))
