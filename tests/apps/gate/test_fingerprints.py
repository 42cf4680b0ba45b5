"""What the gate answers for fingerprints, at every distance; and the rule behind it, against a slow twin."""

import dataclasses

import pytest
from hypothesis import given as sampled, strategies as st

from amparo.apps.banks.actions import open_bank, subscribe
from amparo.apps.gate.actions import ALLOWED, WrongAlgorithm, check_fingerprints
from amparo.apps.gate.matches import BATCH, judge
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import SYSTEM, Event


def one(fingerprint, key, now):
    [answer] = check_fingerprints(fingerprints=[fingerprint], by=key, now=now)
    return answer


@pytest.mark.parametrize("bits", [0, 1, 30, 31])
def test_up_to_31_bits_the_subscription_decides(bits, bank, added, subscribed, code, given, key, now):
    subscribed("block")
    added(bank, code)
    answer = one(given(code, bits), key, now)
    assert (answer.decision, answer.ground, answer.form) == ("block", "known_picture", "as given")
    assert Decision.objects.get().distance == bits


@pytest.mark.parametrize("bits", [32, 50])
@pytest.mark.parametrize("on_match", ["block", "hold"])
def test_from_32_to_50_bits_nothing_is_blocked_but_held(bits, on_match, bank, added, subscribed, code, given, key, now):
    subscribed(on_match)
    added(bank, code)
    answer = one(given(code, bits), key, now)
    assert (answer.decision, answer.ground) == ("hold", "possibly_known_picture")


@pytest.mark.parametrize("bits", [32, 50])
def test_a_possible_match_is_only_recorded_where_matches_are_only_recorded(
    bits, bank, added, subscribed, code, given, key, now
):
    subscribed("record")
    added(bank, code)
    answer = one(given(code, bits), key, now)
    assert (answer.decision, answer.ground) == ("record", "possibly_known_picture")


def test_beyond_50_bits_nothing_counts(bank, added, subscribed, code, given, key, now):
    subscribed("block")
    added(bank, code)
    assert one(given(code, 51), key, now) == ALLOWED


@pytest.mark.parametrize(("entry_quality", "upload_quality"), [(49, 90), (90, 49), (0, 0)])
def test_of_plain_pictures_only_20_bits_count(
    entry_quality, upload_quality, bank, added, subscribed, code, given, key, now
):
    subscribed("block")
    added(bank, code, entry_quality)
    near, far = given(code, 20, upload_quality), given(code, 21, upload_quality)
    assert one(near, key, now).decision == "block"
    assert one(far, key, now) == ALLOWED


def slow_rule(distance, upload_quality, entry_quality, on_match):
    if upload_quality < 50 or entry_quality < 50:
        if distance > 20:
            return None
        return on_match, "known_picture"
    if distance < 32:
        return on_match, "known_picture"
    if distance < 51:
        return ("record" if on_match == "record" else "hold"), "possibly_known_picture"
    return None


@sampled(st.integers(0, 256), st.integers(0, 100), st.integers(0, 100), st.sampled_from(["block", "hold", "record"]))
def test_the_rule_agrees_with_its_table(distance, upload_quality, entry_quality, on_match):
    judged = judge(distance, upload_quality=upload_quality, entry_quality=entry_quality, on_match=on_match)
    assert judged == slow_rule(distance, upload_quality, entry_quality, on_match)


def test_a_stronger_answer_beats_a_nearer_one_and_the_nearest_of_equals_counts(
    bank, helpline, platform, added, subscribed, code, given, key, now
):
    subscribed("hold")
    blocking = open_bank(handle="second-bank", title="Second", owner=helpline, by=SYSTEM, now=now)
    subscribe(bank=blocking, organisation=platform, on_match="block", by=SYSTEM, now=now)
    added(bank, code)
    added(blocking, given(code, 20).code)
    nearest = added(blocking, given(code, 10).code)
    answer = one(given(code), key, now)
    assert (answer.decision, answer.bank) == ("block", "second-bank")
    assert Decision.objects.get().entry == nearest


def test_a_match_is_found_behind_a_crowd_of_entries_that_do_not_count(
    bank, helpline, added, subscribed, code, given, key, now
):
    unseen = open_bank(handle="unseen-bank", title="Not subscribed", owner=helpline, by=SYSTEM, now=now)
    for number in range(BATCH // 4):
        for bits in range(4):
            added(unseen, given(code, bits).code if number else code)
    subscribed("block")
    added(bank, given(code, 6).code)
    assert one(given(code), key, now).decision == "block"


def test_a_batch_is_answered_in_order(bank, added, subscribed, code, given, key, now):
    subscribed("block")
    added(bank, code)
    strange = bytes([0xAA]) * 32
    answers = check_fingerprints(
        fingerprints=[given(strange), given(code, 3), given(strange, 5), given(code, 40)], by=key, now=now
    )
    assert [answer.decision for answer in answers] == ["allow", "block", "allow", "hold"]
    assert len({answers[1].reference, answers[3].reference}) == 2


def test_equal_fingerprints_of_one_batch_are_one_decision(bank, added, subscribed, code, given, key, now):
    subscribed("block")
    added(bank, code)
    answers = check_fingerprints(fingerprints=[given(code)] * 500 + [given(code, 2)], by=key, now=now)
    assert len({answer.reference for answer in answers}) == 2
    assert (Decision.objects.count(), Event.objects.filter(kind="gate_decided").count()) == (2, 2)


def test_an_empty_batch_has_no_answers(key, now):
    assert check_fingerprints(fingerprints=[], by=key, now=now) == []


def test_a_platform_without_a_bank_is_always_allowed(bank, added, code, given, key, now):
    added(bank, code)
    assert one(given(code), key, now) == ALLOWED


def test_a_fingerprint_of_another_algorithm_is_refused(code, given, key, now):
    with pytest.raises(WrongAlgorithm, match="pdq-c512"):
        one(dataclasses.replace(given(code), algorithm="pdq"), key, now)
