"""What the gate answers for fingerprints, at every distance; and the rule behind it, against a slow twin."""

import dataclasses

import pytest
from hypothesis import given as sampled, strategies as st

from amparo.apps.gate.actions import ALLOWED, WrongAlgorithm, check_fingerprints
from amparo.apps.gate.matches import BATCH, judge
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import Event


@pytest.fixture
def answer_to(key, now):
    def ask(fingerprint):
        [answer] = check_fingerprints(fingerprints=[fingerprint], by=key, now=now, possible=True)
        return answer

    return ask


@pytest.mark.parametrize("bits", [0, 1, 30, 31])
def test_up_to_31_bits_the_subscription_decides(bits, known, given, answer_to):
    known("block")
    answer = answer_to(given(bits))
    assert (answer.decision, answer.ground, answer.form) == ("block", "known_picture", "as given")
    assert Decision.objects.get().distance == bits


@pytest.mark.parametrize("bits", [32, 50])
@pytest.mark.parametrize("on_match", ["block", "hold"])
def test_from_32_to_50_bits_nothing_is_blocked_but_held(bits, on_match, known, given, answer_to):
    known(on_match)
    answer = answer_to(given(bits))
    assert (answer.decision, answer.ground) == ("hold", "possibly_known_picture")
    assert "a person compares them" in str(answer.reasons)
    assert "matches an entry" not in str(answer.reasons)


@pytest.mark.parametrize("bits", [32, 50])
def test_a_possible_match_is_only_recorded_where_matches_are_only_recorded(bits, known, given, answer_to):
    known("record")
    answer = answer_to(given(bits))
    assert (answer.decision, answer.ground) == ("record", "possibly_known_picture")


def test_beyond_50_bits_nothing_counts(known, given, answer_to):
    known("block")
    assert answer_to(given(51)) == ALLOWED


@pytest.mark.parametrize(("entry_quality", "upload_quality"), [(49, 90), (90, 49), (0, 0)])
def test_of_plain_pictures_only_20_bits_count(entry_quality, upload_quality, known, given, answer_to):
    known("block", entry_quality)
    near, far = given(20, upload_quality), given(21, upload_quality)
    assert answer_to(near).decision == "block"
    assert answer_to(far) == ALLOWED


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


def test_a_stronger_answer_beats_a_nearer_one(known, blocking_bank, added, given, answer_to):
    known("hold")
    added(blocking_bank, given(20).code)
    answer = answer_to(given())
    assert (answer.decision, answer.bank) == ("block", "second-bank")


def test_of_equal_answers_the_nearest_counts(known, bank, added, given, answer_to):
    known("block")
    nearest = added(bank, given(10).code)
    answer_to(given(12))
    assert Decision.objects.get().entry == nearest


def test_a_match_is_found_behind_a_crowd_of_entries_that_do_not_count(known, second_bank, crowd, given, answer_to):
    crowd(second_bank, BATCH + 50)
    known("block")
    assert answer_to(given(6)).decision == "block"


def test_a_batch_is_answered_in_order(known, given, key, now):
    known("block")
    strange = bytes([0xAA]) * 32
    answers = check_fingerprints(
        fingerprints=[given(of=strange), given(3), given(5, of=strange), given(40)], by=key, now=now, possible=True
    )
    assert [answer.decision for answer in answers] == ["allow", "block", "allow", "hold"]
    assert len({answers[1].reference, answers[3].reference}) == 2


def test_equal_fingerprints_of_one_batch_are_one_decision(known, given, key, now):
    known("block")
    answers = check_fingerprints(fingerprints=[given()] * 500 + [given(2)], by=key, now=now)
    assert len({answer.reference for answer in answers}) == 2
    assert (Decision.objects.count(), Event.objects.filter(kind="gate_decided").count()) == (2, 2)


def test_an_empty_batch_has_no_answers(key, now):
    assert check_fingerprints(fingerprints=[], by=key, now=now) == []


def test_a_platform_without_a_bank_is_always_allowed(bank, added, code, given, answer_to):
    added(bank, code)
    assert answer_to(given()) == ALLOWED


def test_a_fingerprint_of_another_algorithm_is_refused(given, key, now):
    with pytest.raises(WrongAlgorithm, match="pdq-c512"):
        check_fingerprints(fingerprints=[dataclasses.replace(given(), algorithm="pdq")], by=key, now=now)


def test_possible_matches_are_left_out_unless_they_are_asked_for(known, given, key, now):
    known("block")
    asked = [given(31), given(32), given(50)]
    answers = check_fingerprints(fingerprints=asked, by=key, now=now)
    assert [answer.decision for answer in answers] == ["block", "allow", "allow"]
