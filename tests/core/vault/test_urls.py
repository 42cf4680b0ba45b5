import hashlib
import hmac
import re

import pytest
from hypothesis import example, given, strategies as st

from amparo.core import vault

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        # scheme and host
        ("HTTPS://Example.ORG/a", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://ex%61mple.org/a", "https://example.org/a"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--Bcher-KVA.example/", "https://xn--bcher-kva.example/"),
        ("https://[2001:DB8:0::1]/", "https://[2001:db8::1]/"),
        ("https://192.0.2.1/", "https://192.0.2.1/"),
        # ports
        ("https://example.org:443/", "https://example.org/"),
        ("http://example.org:80/", "http://example.org/"),
        ("http://example.org:/", "http://example.org/"),
        ("http://example.org:0443/", "http://example.org:443/"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("https://[2001:db8::1]:443/", "https://[2001:db8::1]/"),
        # path
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/a/..", "https://example.org/"),
        ("https://example.org/a/b/.", "https://example.org/a/b/"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org/a/%2E%2e/b", "https://example.org/b"),
        ("https://example.org/a//b/", "https://example.org/a//b/"),
        ("https://example.org/a\\b", "https://example.org/a/b"),
        # escapes
        ("https://example.org/%7Esam/%41", "https://example.org/~sam/A"),
        ("https://example.org/a%2fb", "https://example.org/a%2Fb"),
        ("https://example.org/ž b", "https://example.org/%C5%BE%20b"),
        ("https://example.org/%c5%be%20b", "https://example.org/%C5%BE%20b"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/%2541", "https://example.org/%2541"),
        # query: everything is kept, in its order
        ("https://example.org/?", "https://example.org/"),
        ("https://example.org?b=2&a=1", "https://example.org/?b=2&a=1"),
        ("https://example.org/a?utm_source=x&fbclid=y&id=3", "https://example.org/a?utm_source=x&fbclid=y&id=3"),
        ("https://example.org/a?q=a+b%2Bc/?", "https://example.org/a?q=a+b%2Bc/?"),
        # fragment
        ("https://example.org/a#top", "https://example.org/a"),
        ("https://example.org/a#:~:text=x", "https://example.org/a"),
        ("https://example.org/a?b#top", "https://example.org/a?b"),
        ("https://example.org/a#", "https://example.org/a"),
        ("https://example.org/a#!/x", "https://example.org/a#!/x"),
        ("https://example.org/a#/x", "https://example.org/a#/x"),
        ("https://example.org/k/#@name", "https://example.org/k/#@name"),
        ("https://example.org/a/#-100123", "https://example.org/a/#-100123"),
        ("https://example.org/#F!abc", "https://example.org/#F!abc"),
        ("https://example.org/?x#F!abc", "https://example.org/?x"),
        # pasted
        ("  https://example.org/a\n", "https://example.org/a"),
        ("https://example.org/a\r\nb", "https://example.org/ab"),
        # others
        ("https://Sam@example.org/", "https://Sam@example.org/"),
        ("tg://resolve?domain=x", "tg://resolve/?domain=x"),
    ],
)
def test_an_address_has_one_spelling(url, canonical):
    assert vault.canonical_url(url) == canonical
    assert vault.canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/a", "https://example.org/a"),
        ("https://www.example.org/a", "https://example.org/a"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org:8443/a"),
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),
        ("https://example.org/?a=1", "https://example.org/?a=1&utm_source=x"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ],
)
def test_what_a_host_may_tell_apart_stays_apart(one, other):
    assert vault.canonical_url(one) != vault.canonical_url(other)
    assert vault.blind(KEY, one) != vault.blind(KEY, other)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org/secret", "https://", "https:///secret", "mailto:secret@example.org", "https://?secret",
        "https://secret example.org/", "https://example.org:secret/", "https://example.org:99999/",
        "https://example.org:123456/", "https://[secret]/", "https://[::1%25secret]/", "https://[::1/secret",
        "https://secret<b>/", "https://\ud800secret/", "https://example.org/\ud800secret", "https://%ff.secret/",
        "https://" + "secretž" * 20 + "/", "https://secret..ž/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_being_quoted(url):
    with pytest.raises(vault.BadUrl) as refused:
        vault.canonical_url(url)
    error = refused.value
    while error is not None:
        assert "secret" not in f"{error} {error!r}"
        error = error.__context__


JOINTS = r"https:// HTTP:// ftp:// example.org Ž [::1] [ ] @ : :80 :443 / // . .. /../ %2e %2F %41 % ? & = + # #! \ ž"
PIECES = st.lists(st.sampled_from([*re.split(" ", JOINTS), " ", "\n", "\ud800"]) | st.characters(), max_size=14).map(
    "".join
)


@given(PIECES | st.builds("https://example.org/{}".format, PIECES))
@example("https://a..")
@example("http://[::1]:80")
def test_the_one_spelling_of_an_address_is_its_own(url):
    try:
        once = vault.canonical_url(url)
    except vault.BadUrl:
        return
    assert vault.canonical_url(once) == once
    assert once.isascii()
    assert not set(once) & set(' \t\r\n"<>\\^`{|}')


def test_the_same_address_in_two_cases_is_found_and_nothing_else():
    assert vault.blind(KEY, "https://Example.org:443/a#top") == vault.blind(KEY, "https://example.org/a")
    assert vault.blind(KEY, "https://example.org/a") != vault.blind(KEY, "https://example.org/b")


def test_the_blind_value_is_hmac_sha256_of_the_one_spelling():
    expected = hmac.new(KEY, b"https://example.org/a", hashlib.sha256).digest()
    assert vault.blind(KEY, "https://EXAMPLE.org/a") == expected


def test_without_the_key_the_value_cannot_be_recomputed():
    assert vault.blind(KEY, "https://example.org/a") != vault.blind(bytes(range(1, 33)), "https://example.org/a")


def test_an_index_key_of_another_size_is_refused():
    with pytest.raises(vault.BadSecret, match="an index key is 32 bytes"):
        vault.blind(b"", "https://example.org/")
