"""What the gate answers where only the stronger tier knows a picture: never block, and only to who may ask."""

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from amparo.apps.banks.actions import add_entry, subscribe, withdraw_entry
from amparo.apps.gate.actions import ALLOWED, check, check_fingerprints
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import hash_image, strong
from tests.apps.gate.pictures import covered, cropped, opened, saved, tilted
from tests.core.fingerprint.videos import encoded

CAT = "chelsea.png"


@pytest.fixture(scope="module")
def cat(photos):
    return opened(photos / CAT)


@pytest.fixture(scope="module")
def crop(cat):
    return saved(cropped(cat), quality=85)


@pytest.fixture
def allowed(bank, platform, now):
    """Let Pia's platform ask the stronger tier too, if nothing else is said."""

    def allow(on_match="block", *, stronger=True, to=platform):
        subscribe(bank=bank, organisation=to, on_match=on_match, stronger=stronger, by=SYSTEM, now=now)

    return allow


@pytest.fixture
def entry(bank, hana, now, photos, django_capture_on_commit_callbacks):
    known = hash_image(photos / CAT)
    with django_capture_on_commit_callbacks(execute=True):
        return add_entry(bank=bank, fingerprint=known, stronger=strong.record(photos / CAT), by=hana, now=now)


@pytest.fixture
def ask(key, now):
    def ask_with(upload, by=key):
        return check(upload=upload, by=by, now=now)

    return ask_with


@pytest.fixture
def ask_of_crop(ask, crop, key):
    """About the cropped copy, as Pia's platform if nothing else is said."""

    def ask_with(by=key):
        return ask(crop, by)

    return ask_with


@pytest.mark.parametrize("edit", [cropped, tilted, covered])
def test_a_cropped_tilted_or_covered_copy_is_held_for_a_person(edit, entry, allowed, cat, ask):
    upload = saved(edit(cat), quality=85)
    allowed(stronger=False)
    assert ask(upload) is ALLOWED
    allowed()
    answer = ask(upload)
    assert (answer.decision, answer.ground, answer.form) == ("hold", "possibly_known_picture", "stronger")


@pytest.mark.parametrize(("on_match", "decision"), [("block", "hold"), ("hold", "hold"), ("record", "record")])
def test_a_stronger_match_never_blocks_whatever_was_subscribed(on_match, decision, entry, allowed, ask_of_crop):
    allowed(on_match)
    answer = ask_of_crop()
    assert (answer.decision, answer.ground, answer.form) == (decision, "possibly_known_picture", "stronger")
    kept = Decision.objects.get(reference=answer.reference)
    assert (kept.entry, kept.distance) == (entry, None)
    assert kept.points >= strong.ENOUGH_INLIERS


@pytest.mark.usefixtures("entry")
def test_who_was_not_allowed_to_is_not_told(allowed, other_platform, other_key, ask_of_crop):
    assert ask_of_crop() is ALLOWED
    allowed(stronger=False)
    assert ask_of_crop() is ALLOWED
    allowed()
    assert ask_of_crop(other_key) is ALLOWED
    allowed(stronger=False, to=other_platform)
    assert ask_of_crop(other_key) is ALLOWED
    assert not Decision.objects.exists()


def test_a_withdrawn_entry_counts_no_more(entry, allowed, ask_of_crop, hana, now):
    allowed()
    assert ask_of_crop().form == "stronger"
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    assert ask_of_crop() is ALLOWED


def test_what_the_fast_lookups_know_is_answered_by_them(entry, allowed, photos, ask):
    allowed()
    answer = ask((photos / CAT).read_bytes())
    assert (answer.decision, answer.ground, answer.form) == ("block", "known_picture", "as is")


@pytest.mark.usefixtures("entry")
def test_fingerprints_are_not_looked_up_so(allowed, crop, key, now):
    allowed()
    assert check_fingerprints(fingerprints=[hash_image(crop)], by=key, now=now) == [ALLOWED]


@pytest.mark.usefixtures("entry")
def test_videos_are_not_looked_up_so(allowed, cat, ask):
    allowed()
    shown = np.asarray(cropped(cat).resize((320, 240)))
    assert ask(encoded([shown] * 20)) is ALLOWED


def test_the_reasons_say_what_was_compared_and_no_answer_says_how_well(entry, allowed, crop, ask):
    allowed()
    answer = ask(crop)
    assert "small points within the picture" in str(answer.reasons)
    assert not hasattr(answer, "points")
    assert not hasattr(answer, "entry")


def test_the_database_lets_no_stronger_match_block(entry, allowed, crop, ask):
    allowed()
    made = Decision.objects.filter(reference=ask(crop).reference)
    for wrong in (
        {"answer": "block"},
        {"ground": "known_picture"},
        {"ground": "known_picture", "answer": "block"},
        {"distance": 0},
        {"points": None},
        {"form": "as is"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            made.update(**wrong)
