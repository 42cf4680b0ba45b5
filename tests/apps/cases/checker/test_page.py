import pytest
from hypothesis import given, strategies as st

from amparo.apps.cases.checker._page import headings, says_gone, says_restricted


def found(html, charset="utf-8"):
    return headings(html.encode(charset), charset)


@pytest.mark.parametrize(
    "title",
    [
        "Page not found",
        "404 Not Found",
        "404",
        "This video is no longer available | Example",
        "Pagina non trovata",
        "Page introuvable - Exemple",
        "Seite nicht gefunden",
        "Página no encontrada",
        "Stranica nije pronađena",
        "Faqja nuk u gjet",
        "This content isn\u2019t available",
    ],
)
def test_a_title_that_says_gone_is_a_hint_in_each_language(title):
    assert says_gone(found(f"<title>{title}</title>"))
    assert says_gone(found(f"<title>Example</title><body><h1>\n {title.upper()}</h1>"))


@pytest.mark.parametrize(
    "html",
    [
        "<title>Holiday album</title><p>Page not found</p>",
        "<title>Album 404 of the harbour</title>",
        "<title>Lost and found</title>",
        f"<title>{'How to write a good page not found message for your site, in many words ' * 3}</title>",
        "<script>var title = '<p>not found</p>'</script><title>Album</title>",
        "<title>Album</title><h2>not found</h2>",
        "",
    ],
)
def test_other_pages_are_no_hint(html):
    assert not says_gone(found(html))


@pytest.mark.parametrize("title", ["Log in to Example", "Sign in", "Accedi", "Anmelden - Beispiel", "Iniciar sesión"])
def test_a_title_that_wants_to_know_who_asks_is_restricted(title):
    assert says_restricted(found(f"<title>{title}</title>"))


def test_a_title_that_only_mentions_signing_in_is_not():
    assert not says_restricted(found("<title>Album - log in for more</title>"))


def test_the_charset_of_the_answer_counts_and_an_unknown_one_does_no_harm():
    assert says_gone(found("<title>Página no encontrada</title>", "latin-1"))
    assert says_gone(headings(b"<title>Page not found</title>", "no-such-charset"))


@given(st.binary(max_size=2000), st.sampled_from(["", "utf-8", "latin-1", "utf-16", "idna", "rot13"]))
def test_no_page_breaks_the_reader(page, charset):
    headings(page, charset)
