import contextlib
import math
import re
import unicodedata

import pytest
from hypothesis import given, strategies as st
from mnemonic import Mnemonic

from amparo.core import vault
from amparo.core.vault._code import WeakCodes, _least_bits
from amparo.core.vault._words import WORDS, plain

ANY_LANGUAGE = st.sampled_from(["en", "es", "fr", "it", "de", "sr-Latn", "hr", "sq", "pt"])


@pytest.mark.parametrize("language", vault.LANGUAGES)
def test_a_code_is_a_word_four_digits_and_seven_words_of_its_language(language):
    code = vault.new_code(language)
    word, digits = code.locator.split("-")
    assert word in {plain(word) for word in WORDS[language]}
    assert len(digits) == 4
    assert digits.isdigit()
    assert len(code.words) == 7
    assert set(code.words) <= set(WORDS[language])
    assert code.text == f"{code.locator} {' '.join(code.words)}"


@pytest.mark.parametrize(
    ("language", "list_of"), [("de-AT", "de"), ("sr-Latn", "sr"), ("es-MX", "es"), ("FR_ca", "fr"), ("pt", "en")]
)
def test_a_language_has_its_own_words_or_the_english_ones_and_the_code_says_which(language, list_of):
    assert vault.new_code(language).language == list_of


def test_the_words_of_every_list_stay_2048_without_accents_so_a_code_holds_77_bits():
    for language, words in WORDS.items():
        assert len({plain(word) for word in words}) == 2048, language
    assert vault.BITS == 7 * math.log2(2048) == 77
    assert vault.new_code("it").bits == 77


def test_every_word_can_be_typed_on_a_keyboard_without_accents():
    for language, words in WORDS.items():
        assert [word for word in words if not re.fullmatch("[a-z]{3,10}", plain(word))] == [], language


def test_a_shorter_word_list_is_refused():
    with pytest.raises(WeakCodes, match=r"'en' give 76\.\d bits, and 77 are wanted"):
        _least_bits({"en": WORDS["en"][:2000], "es": WORDS["es"]})


def test_words_that_differ_in_accents_alone_count_once():
    with pytest.raises(WeakCodes):
        _least_bits({"es": (*WORDS["es"][:-1], unicodedata.normalize("NFD", WORDS["es"][0]).upper())})


def test_the_lists_are_those_of_the_package():
    assert [plain(word) for word in Mnemonic("english").wordlist] == list(WORDS["en"])


def typed_badly(code, *, joint, form, upper):
    text = joint.join(code.text.replace("-", joint).split(" "))
    text = unicodedata.normalize(form, text)
    return text.upper() if upper else text


@given(
    language=ANY_LANGUAGE,
    joint=st.sampled_from([" ", "  ", "-", ", ", "\n", " - ", "\u00a0", "\u2013", "\t", ". "]),
    form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    upper=st.booleans(),
)
def test_case_accents_and_what_stands_between_the_words_make_no_difference(language, joint, form, upper):
    code = vault.new_code(language)
    typed = vault.parse_code(typed_badly(code, joint=joint, form=form, upper=upper))
    assert typed.locator == code.locator
    assert typed.words == tuple(plain(word) for word in code.words)


def test_accents_may_be_left_out_on_a_foreign_keyboard():
    typed = vault.parse_code("pajaro-0042 Ábaco abaco ABACO ábaco abaco abaco abaco")
    assert set(typed.words) == {"abaco"}


def test_full_width_letters_and_invisible_characters_of_a_pasted_code_are_read():
    typed = vault.parse_code("\ufeffabout\u200b-\uff10\uff10\uff14\uff12 " + "\uff41\uff42\uff4f\uff55\uff54 " * 7)
    assert (typed.locator, typed.words) == ("about-0042", ("about",) * 7)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "0 parts"),
        ("about-1234 about", "3 parts"),
        ("about-1234 " + "about " * 8, "10 parts"),
        ("about-123 " + "about " * 7, "4 digits"),
        ("about-12345 " + "about " * 7, "4 digits"),
        ("about about " + "about " * 7, "4 digits"),
        ("about-1234 " + "about " * 6 + "zzzz", "word 8 is not a word"),
    ],
)
def test_what_is_not_a_code_is_refused_without_being_quoted(text, says):
    with pytest.raises(vault.BadCode, match=says) as refused:
        vault.parse_code(text)
    assert "zzzz" not in str(refused.value)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(vault.BadCode):
        assert len(vault.parse_code(text).words) == 7


def test_the_secret_words_are_not_in_the_repr():
    typed = vault.parse_code("about-1234 " + "zebra " * 7)
    code = vault.Code(locator="about-1234", words=("zebra",) * 7, language="en", bits=77)
    assert "zebra" not in repr(typed) + repr(code)


def test_codes_do_not_repeat():
    assert len({vault.new_code("en").words for _ in range(200)}) == 200
