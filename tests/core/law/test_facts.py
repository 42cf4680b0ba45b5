"""Facts are checked for form: one line, plain text, real addresses; the message never holds the content."""

import pytest
from hypothesis import given, strategies as st

from amparo.core.law import BadFact, Copyright, Location, compose

from .given import AT, facts, unhurried

LINES = ["organisation", "mailbox", "signatory", "authority", "service", "country", "law_text", "reference", "language"]


@pytest.mark.parametrize("field", LINES)
@pytest.mark.parametrize("text", ["two\nlines", "tab\there", "nul\0", "turned \u202e round", "x" * 201])
def test_a_line_is_one_line_of_plain_text(field, text):
    with pytest.raises(BadFact, match=field) as refused:
        facts(**{field: text})
    assert text not in str(refused.value)


@pytest.mark.parametrize("text", ["two\nlines", "x" * 201])
def test_the_lines_inside_other_facts_are_checked_too(text):
    with pytest.raises(BadFact, match="earlier"):
        facts(earlier=(text,))
    with pytest.raises(BadFact, match=r"copyright\.work"):
        Copyright(work=text)
    with pytest.raises(BadFact, match=r"locations\.hint"):
        Location("https://forum.example/t/1", text)


def test_a_note_may_have_paragraphs_but_not_be_long():
    assert "first\nsecond" in compose("eu_dsa_art16", facts(note="first\nsecond"), at=AT).body
    for bad in ("x" * 601, "\x07"):
        with pytest.raises(BadFact, match="note"):
            facts(note=bad)


@pytest.mark.parametrize(
    "mailbox", ["cases", "a@b", "a b@example.org", "a@example.org, b@example.org", "<a@example.org>"]
)
def test_a_mailbox_is_one_address(mailbox):
    with pytest.raises(BadFact, match="role mailbox"):
        facts(mailbox=mailbox)


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/t/1?page=2#p3",
        "http://198.51.100.7:8080/x",
        "tg://resolve?domain=example&post=7",
        "matrix:roomid/example",
        "https://forum.example/фото/1",
    ],
)
def test_addresses_of_the_web_and_of_messengers_are_taken_as_they_are(url):
    assert url in compose("eu_dsa_art16", facts(locations=(Location(url),)), at=AT).body


@pytest.mark.parametrize(
    "url",
    [
        "",
        "forum.example/t/1",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/hosts",
        "https://",
        "https://forum.example/a b",
        "https://forum.example/a\nb",
        "https://name:word@forum.example/",
        "http://[::1/",
        "https://forum.example/" + "x" * 4096,
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(BadFact, match=r"locations\.url"):
        Location(url)


@unhurried
@given(url=st.one_of(st.text(), st.text().map("https://{}".format), st.text().map("http://forum.example/{}".format)))
def test_an_address_is_taken_or_refused_but_never_breaks_a_line(url):
    try:
        location = Location(url)
    except BadFact:
        return
    assert len(location.url.split()) == 1
    body = compose("eu_dsa_art16", facts(locations=(location,)), at=AT).body
    assert url in body.splitlines()
