"""The catalogues: whole, compiled, with every placeholder, in the voice; what is missing is written down."""

import gettext
import re

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from amparo.ui.fallback import CLOSE, OPEN
from scripts.catalogue import LANGUAGES, PENDING, catalogue, missing, pending_lines, read_po, texts_of_the_door

# Words that blame, command or belittle, and what newspapers call the abuse.
NEVER = {
    "de": ["leider", "du musst", "ungültig", "fehlgeschlagen", "hättest", "selbst schuld", "racheporno", "rache-porno"],
    "es": ["desgraciadamente", "lamentablemente", "debes", "inválid", "fallid", "porno vengativo", "porno de venganza"],
    "fr": ["malheureusement", "vous devez", "invalide", "échoué", "auriez dû", "porno-vengeance", "vengeance porn"],
    "hr": ["nažalost", "morate", "nevažeć", "neuspjel", "trebali ste", "osvetničk", "porno"],
    "it": ["purtroppo", "devi", "non valid", "fallit", "avresti dovuto", "porno vendetta", "pornovendetta", "revenge"],
    "sq": ["fatkeqësisht", "duhet të", "pavlefshëm", "dështo", "porno"],
    "sr_Latn": ["nažalost", "morate", "nevažeć", "neuspel", "trebalo je da", "osvetničk", "porno"],
}
# A negation makes these harmless: "you do not have to do anything".
SAID_WITH_NOT = {
    "it": r"non devi",
    "de": r"du musst nicht|musst du nicht",
    "fr": r"vous ne devez",
    "sq": r"nuk duhet të",
}


def placeholders(words: str) -> list[str]:
    return sorted(set(re.findall(r"%\(\w+\)[sd]|%%n|</?strong>|<a href=\"[^\"]*\">|</a>", words)))


def test_every_language_of_the_settings_has_a_catalogue_and_the_other_way_round():
    assert sorted(to_locale(code) for code, _name in settings.LANGUAGES if code != "en") == sorted(LANGUAGES)


def test_what_is_still_english_is_written_down_and_nothing_else_is():
    """After a change of words: scripts/messages.sh. It renews the catalogues and this list."""
    assert PENDING.read_text(encoding="utf-8").splitlines() == pending_lines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_of_the_door_is_translated(language):
    assert len(missing(language)) < len(texts_of_the_door()) / 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_what_the_door_says_and_no_more(language):
    assert {entry.text for entry in read_po(catalogue(language))} == set(texts_of_the_door())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess_or_half_of_its_plurals(language):
    for entry in read_po(catalogue(language)):
        assert not entry.fuzzy, entry.text
        assert len({bool(form) for form in entry.translations}) == 1, entry.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_what_the_readable_one_says(language):
    path = catalogue(language)
    with path.with_suffix(".mo").open("rb") as compiled:
        told = gettext.GNUTranslations(compiled)._catalog
    wanted = {}
    for entry in read_po(path):
        forms = enumerate(entry.translations) if entry.text.plural else [(None, entry.translations[0])]
        english = (entry.text.singular, entry.text.plural)
        wanted |= {
            (entry.text.key, n) if n is not None else entry.text.key: form or f"{OPEN}{english[min(n or 0, 1)]}{CLOSE}"
            for n, form in forms
        }
    told.pop("")
    assert told == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_every_placeholder_and_tag(language):
    for entry in read_po(catalogue(language)):
        for form in filter(None, entry.translations):
            assert placeholders(form) == placeholders(entry.text.singular), form


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_blames_or_commands(language):
    for entry in read_po(catalogue(language)):
        for form in entry.translations:
            plain = re.sub(SAID_WITH_NOT.get(language, r"$^"), " ", form.lower())
            assert not [word for word in NEVER[language] if re.search(rf"\b{word}", plain)], form


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_no_copy_of_the_english_sentence(language):
    for entry in read_po(catalogue(language)):
        if len(entry.text.singular.split()) > 2:
            assert entry.text.singular not in entry.translations, entry.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_names_no_person_and_no_machine(language):
    source = catalogue(language).read_text(encoding="utf-8")
    header = source.partition("\n\n")[0]
    assert not re.search(r"Translator|Team|Bugs-To|Date|@", header)
    assert not re.search(r"^#: /|^#:.*:\d+$", source, re.MULTILINE)
