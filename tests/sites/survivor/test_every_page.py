"""What holds on each of her pages: quiet headers, neutral title, the exit, nothing inline, nothing from elsewhere."""

import pytest

from tests.sites.reading import elements, text, title

pytestmark = pytest.mark.django_db

PATHS = [
    "/",
    "/start",
    "/next",
    "/next/3",
    "/done",
    "/ask",
    "/help-now?country=IT",
    "/people?country=RS",
    "/form",
    "/open",
    "/nowhere",
]
HERS = [
    "/mine",
    "/mine/address",
    "/mine/notes",
    "/mine/rest",
    "/mine/code",
    "/mine/code/new",
    "/mine/code/second",
    "/mine/code/second/end",
    "/mine/code/end",
    "/mine/end",
    "/mine/take-back",
]
# What nobody should read in a tab, a history or over a shoulder.
TELLING = ("amparo", "picture", "intimate", "abuse", "helpline", "victim", "survivor", "report")


@pytest.fixture
def pages(answered, opened, shared):
    found = {path: answered.get(path) for path in PATHS}
    answered.post("/open", {"code": opened.code.text})
    return found | {path: answered.get(path) for path in [*HERS, f"/mine/take-back/{shared.pk}"]}


def test_every_page_is_there(pages):
    assert {path: page.status_code for path, page in pages.items() if page.status_code != 200} == {"/nowhere": 404}


def test_every_page_keeps_the_strict_policy(pages):
    for path, page in pages.items():
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "connect-src" not in policy, path
        assert page.headers["Cache-Control"] == "no-store", path
        assert page.headers["Referrer-Policy"] == "same-origin", path
        assert "noindex" in page.headers["X-Robots-Tag"], path
        assert "frame-ancestors 'none'" in policy, path


def test_no_page_holds_inline_scripts_or_styles_or_anything_from_elsewhere(pages):
    for path, page in pages.items():
        for element in elements(page):
            names = element.attributes.keys()
            assert "style" not in names, path
            assert not [name for name in names if name.startswith("on")], path
            assert element.tag not in {"style", "iframe", "object", "embed", "base"}, path
            if element.tag == "script":
                assert not element.text.strip(), path
            for source in (element.attributes.get("src"), element.tag == "link" and element.attributes.get("href")):
                assert not source or source.startswith("/static/"), path


def test_every_title_and_address_is_neutral(pages):
    for path, page in pages.items():
        assert title(page), path
        assert not [word for word in TELLING if word in title(page).lower()], path
        assert not [word for word in TELLING if word in path], path


def test_every_page_has_the_exit_as_a_plain_link_and_says_what_it_does_not_do(pages):
    for path, page in pages.items():
        exits = [link for link in elements(page, "a") if link.attributes.get("href") == "/exit"]
        assert len(exits) == 1, path
        assert "does not erase the history" in text(page), path
        assert "does not stop a program that watches" in text(page), path


def test_links_to_other_sites_tell_them_nothing(pages):
    for path, page in pages.items():
        for link in elements(page, "a"):
            if link.attributes.get("href", "").startswith("http"):
                assert "noreferrer" in link.attributes.get("rel", ""), path


def test_the_voice_never_blames_and_never_promises(pages):
    never = ("unfortunately", "you must", "failed", "invalid", "we will remove", "revenge")
    for path, page in pages.items():
        assert not [word for word in never if word in text(page).lower()], path


def test_every_input_has_a_label_and_no_browser_checks_its_spelling_elsewhere(pages):
    """A spelling service of a browser may send what is typed to its maker."""
    for path, page in pages.items():
        labelled = {label.attributes.get("for") for label in elements(page, "label")}
        for field in elements(page):
            if field.tag in {"input", "textarea", "select"} and field.attributes.get("type") != "hidden":
                assert field.attributes.get("id") in labelled, path
            if field.tag == "textarea":
                assert field.attributes.get("spellcheck") == "false", path
                assert field.attributes.get("autocomplete") == "off", path


def test_every_page_has_one_first_heading(pages):
    for path, page in pages.items():
        assert len(elements(page, "h1")) == 1, path


def test_a_language_is_chosen_without_scripts_and_kept_for_the_visit(client, db):
    page = client.get("/")
    assert 'value="sq"' in page.content.decode()
    answer = client.post("/language", {"language": "sq", "next": "/start"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/start")
    assert '<html lang="sq"' in client.get("/start").content.decode()


def test_choosing_a_language_leads_to_no_other_site(client, db):
    answer = client.post("/language", {"language": "it", "next": "https://elsewhere.example.org/"})
    assert answer.headers["Location"] == "/"
