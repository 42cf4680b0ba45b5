"""Free text finds vetted answers by its words; words of danger lead to the fixed page first."""

import pytest
from hypothesis import given, strategies as st

from amparo.core.guide import Urgency, answers, search, urgency
from amparo.core.guide._answers import words
from amparo.core.law import Situation

ASKED = {
    "Someone wants money or he will post my photos": "extortion",
    "my ex threatens to post my nudes": "threat",
    "how do i get it off google": "remove_search",
    "it is on Instagram, how can I report it": "remove_network",
    "there is a deepfake of me": "fake",
    "Is that illegal in Italy?": "law",
    "I lost my code": "code_lost",
    "they post it in a Telegram group": "telegram",
    "she filmed me secretly": "hidden_camera",
    "I paid him already": "already_paid",
    "what will my boss think": "work_family",
    "it was reuploaded and came back": "came_back",
    "I feel so ashamed": "fault",
    "do you look at my photo?": "do_you_see",
    "can I stay anonymous": "anonymous",
    "should i call the police": "police",
    "what is a hash": "fingerprint",
    "is somebody watching my phone with spyware": "watched_device",
    "he posted my address and phone number": "address_posted",
}


@pytest.mark.parametrize(("asked", "wanted"), ASKED.items())
def test_a_plain_question_finds_its_answer_among_the_first_three(asked, wanted):
    assert wanted in [one.id for one in search(asked)]


@pytest.mark.parametrize("asked", ["", "???", "the of and", "weather tomorrow", "qwertz asdf", "my picture was shared"])
def test_what_fits_no_answer_finds_none(asked):
    assert search(asked) == ()


@pytest.mark.parametrize("one", answers().answers, ids=lambda one: one.id)
def test_every_answer_is_found_by_its_own_title(one):
    assert one in search(one.title)


def test_about_twenty_five_answers_cover_every_situation_but_that_of_minors():
    known = answers().answers
    assert 20 <= len(known) <= 40
    assert {one.situation for one in known} == {*Situation, None} - {Situation.MINOR}


def test_the_words_of_a_translation_are_searched_too():
    german = {"I lost my code": "Ich habe meinen Zugangsschlüssel verloren"}
    assert search("Zugangsschlussel verloren") == ()
    (found,) = search("Zugangsschlussel verloren", translate=lambda text: german.get(text, text))
    assert found.id == "code_lost"


@given(st.text(max_size=300))
def test_any_text_at_all_is_answered_with_vetted_answers_or_none(text):
    assert set(search(text)) <= set(answers().answers)
    assert urgency(text) in Urgency


@given(st.text(max_size=100), st.text(max_size=100), st.sampled_from(sorted(answers().danger)))
def test_a_word_of_danger_is_heard_wherever_it_stands(before, after, phrase):
    assert urgency(f"{before} {' '.join(phrase)} {after}") is Urgency.DANGER


@pytest.mark.parametrize(
    "text",
    ["I want to DIE.", "I don\N{RIGHT SINGLE QUOTATION MARK}t want to live", "he said he'll kill me",
     "he is at my door", "voglio morire", "vor der Tür",
     "ubiću se", "quiero morir", "she is 15 and wants to kill herself, I mean suicide"],
)  # fmt: skip
def test_danger_comes_before_everything(text):
    assert urgency(text) is Urgency.DANGER


@pytest.mark.parametrize("text", ["I'm 15", "i was 17 when it was taken", "she is 12 years old", "I am underage"])
def test_words_about_an_age_under_18_lead_to_the_page_for_minors(text):
    assert urgency(text) is Urgency.YOUNG


@pytest.mark.parametrize("text", ["I am 25", "he follows me on instagram", "it was 18 days ago", "posted at 17:00"])
def test_other_words_lead_to_the_search(text):
    assert urgency(text) is Urgency.NONE


def test_words_lose_case_accents_and_apostrophes_and_nothing_else():
    assert words("Don\N{RIGHT SINGLE QUOTATION MARK}t  VIOLÉE, đak_7!") == ("dont", "violee", "dak", "7")


@pytest.mark.parametrize("one", answers().answers, ids=lambda one: one.id)
def test_the_voice_of_every_answer_is_plain(one):
    said = f"{one.title} {one.body}".lower()
    never = (
        "unfortunately",
        "you must",
        "failed",
        "invalid",
        "we will remove",
        "revenge",
        "should have",
        "why did you",
    )
    assert not [word for word in never if word in said]
    assert max(len(sentence.split()) for sentence in one.body.split(". ")) <= 40
    assert len(one.body) < 600
