"""What has no translation is English on the page, and the page says that it is."""

import re

import pytest
from django.http import HttpResponse, JsonResponse

from amparo.ui.fallback import CLOSE, OPEN, mark_fallbacks
from scripts.catalogue import with_marks
from tests.locale.test_pages import compiled


def shown(page: str) -> str:
    return mark_fallbacks(lambda _request: HttpResponse(page))(None).content.decode()


def test_an_untranslated_sentence_is_marked_as_english():
    assert shown(f"<p>{OPEN}Go on{CLOSE}</p>") == '<p><span lang="en" dir="ltr">Go on</span></p>'


def test_links_inside_a_sentence_stay_links():
    page = f'<p>{OPEN}In danger? <a href="/help-now">See who helps</a>{CLOSE}</p>'
    assert shown(page) == ('<p><span lang="en" dir="ltr">In danger? <a href="/help-now">See who helps</a></span></p>')


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        (f'<ol aria-label="{OPEN}Your code{CLOSE}"></ol>', '<ol aria-label="Your code"></ol>'),
        (f"<title>{OPEN}Start{CLOSE}</title>", "<title>Start</title>"),
        (f'<option value="">{OPEN}Another{CLOSE}</option><b>{OPEN}x{CLOSE}</b>',
         '<option value="">Another</option><b><span lang="en" dir="ltr">x</span></b>'),
    ],
)  # fmt: skip
def test_where_no_element_can_stand_the_marks_are_taken_away(page, wanted):
    assert shown(page) == wanted


def test_a_page_without_marks_is_not_touched():
    page = HttpResponse("<p>plain</p>")
    assert mark_fallbacks(lambda _request: page)(None) is page
    assert mark_fallbacks(lambda _request: JsonResponse({"a": 1}))(None).content == b'{"a": 1}'


def test_what_is_compiled_of_an_untranslated_sentence_is_english_between_marks(tmp_path):
    source = 'msgid ""\nmsgstr "Language: it\\n"\n\nmsgid "Go on"\nmsgstr ""\n\nmsgid "Stop"\nmsgstr "Fermati"\n'
    marked = with_marks(source)
    assert f'msgid "Go on"\nmsgstr "{OPEN}Go on{CLOSE}"' in marked
    assert 'msgid "Stop"\nmsgstr "Fermati"' in marked
    plural = 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n'
    assert re.findall(r'msgstr\[\d\] "(.*)"', with_marks(plural)) == [
        f"{OPEN}%(n)s day{CLOSE}", f"{OPEN}%(n)s days{CLOSE}", f"{OPEN}%(n)s days{CLOSE}",
    ]  # fmt: skip


@pytest.mark.django_db
def test_her_page_in_a_language_with_a_gap_says_where_it_is_english(client, settings, tmp_path):
    folder = tmp_path / "locale" / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    gap = "You need no name, no account and no e-mail address."
    messages = {
        "": "Content-Type: text/plain; charset=UTF-8\n",
        gap: f"{OPEN}{gap}{CLOSE}",
        "Start": f"{OPEN}Start{CLOSE}",
    }
    (folder / "django.mo").write_bytes(compiled(messages))
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LANGUAGES = [("en", "English"), ("ar", "Made up")]
    page = client.get("/", headers={"Accept-Language": "ar"}).content.decode()
    assert f'<span lang="en" dir="ltr">{gap}</span>' in page
    assert OPEN not in page
    assert re.search(r"<title>\s*Start\s*</title>", page)
