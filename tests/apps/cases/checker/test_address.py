import ipaddress

import pytest
from hypothesis import given, strategies as st

from amparo.apps.cases.checker import look
from amparo.apps.cases.checker._address import NotReached, is_public, vetted

NOTHING_ALLOWED = frozenset()


def place(url, *addresses, allowed=NOTHING_ALLOWED):
    return vetted(url, allowed=allowed, resolve=lambda _host, _port: list(addresses), seconds=5)


def refusal(url, *addresses, allowed=NOTHING_ALLOWED):
    with pytest.raises(NotReached) as refused:
        place(url, *addresses, allowed=allowed)
    return refused.value.reason


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.170",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "::8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
    ],
)
def test_private_and_special_addresses_are_refused(address):
    assert not is_public(address)
    assert refusal("http://example.org/", address) == "address_refused"


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:2800:21f::1"])
def test_public_addresses_pass(address):
    assert place("https://example.org/x", address).addresses == (address,)


def slowly_public(address):
    """The twin: what the standard library knows, and the wrappings of IPv4 taken off by hand."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not (inner or address.is_multicast or getattr(address, "teredo", None))


@given(
    st.one_of(
        st.ip_addresses(v=4),
        st.ip_addresses(v=6),
        st.integers(0x20010000 << 96, 0x20030000 << 96).map(ipaddress.IPv6Address),
    )
)
def test_what_passes_is_global_for_the_standard_library_too(address):
    if is_public(str(address)):
        assert slowly_public(address)


def test_one_private_address_among_several_refuses_them_all():
    assert refusal("http://example.org/", "93.184.215.14", "127.0.0.1") == "address_refused"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://localhost/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1]/",
    ],
)
def test_a_private_address_in_any_spelling_is_refused_after_resolving(url):
    assert look(url, agent="test").reason == "address_refused"


@pytest.mark.parametrize("port", [22, 25, 81, 3306, 8000, 65535])
def test_other_ports_are_refused(port):
    assert refusal(f"http://example.org:{port}/", "93.184.215.14") == "port_refused"


@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_the_ports_of_the_web_pass(port):
    assert place(f"https://example.org:{port}/", "93.184.215.14").port == port


def test_an_allowed_host_and_port_pass_and_its_neighbours_do_not():
    allowed = frozenset({"127.0.0.1:8123"})
    assert place("http://127.0.0.1:8123/", "127.0.0.1", allowed=allowed).port == 8123
    assert refusal("http://127.0.0.1:8124/", "127.0.0.1", allowed=allowed) == "port_refused"
    assert refusal("http://127.0.0.1/", "127.0.0.1", allowed=allowed) == "address_refused"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", "scheme_refused"),
        ("http:///x", "address_unreadable"),
        ("http://a:b@example.org/", "address_unreadable"),
        ("http://example.org:99999/", "address_unreadable"),
        (f"http://{'a' * 70}.example.org/", "address_unreadable"),
        ("http://[::1/", "address_unreadable"),
    ],
)
def test_an_address_that_cannot_be_asked_is_named_so(url, reason):
    assert refusal(url, "93.184.215.14") == reason


def test_a_name_that_does_not_exist_is_named_so():
    def nowhere(_host, _port):
        raise OSError("no such name")

    with pytest.raises(NotReached, match="no_such_host"):
        vetted("http://example.org/", allowed=NOTHING_ALLOWED, resolve=nowhere, seconds=5)
    assert refusal("http://example.org/") == "no_such_host"


def test_a_resolver_that_does_not_answer_is_left_behind():
    import threading
    import time

    answer = threading.Event()
    begun = time.monotonic()
    with pytest.raises(NotReached, match="timeout"):
        vetted(
            "http://example.org/",
            allowed=NOTHING_ALLOWED,
            resolve=lambda _host, _port: ["93.184.215.14"] if answer.wait(20) else [],
            seconds=0.3,
        )
    answer.set()
    assert time.monotonic() - begun < 2


def test_a_name_is_resolved_once_and_only_that_address_is_connected_to(host):
    """A name that points elsewhere at the second look does not move the connection."""
    host.page("/album")
    asked = []

    def rebinding(name, port):
        asked.append(name)
        return ["127.0.0.1"] if len(asked) <= 2 else ["10.0.0.1"]

    url = f"http://example.org:{host.port}/album"
    allowed = frozenset({f"example.org:{host.port}"})
    assert look(url, agent="test", allowed=allowed, resolve=rebinding).state == "alive"
    assert asked == ["example.org"] * 2  # once for HEAD, once for GET
    assert {seen.headers["host"] for seen in host.seen} == {f"example.org:{host.port}"}


def test_the_second_address_is_tried_when_the_first_does_not_answer(host):
    url = host.page("/album").replace("127.0.0.1", "example.org")
    found = look(
        url,
        agent="test",
        allowed=frozenset({f"example.org:{host.port}"}),
        resolve=lambda _host, _port: ["::1", "127.0.0.1"],
    )
    assert found.state == "alive"


def test_the_host_header_names_the_port_only_where_it_is_unusual():
    assert place("https://example.org/", "93.184.215.14").authority == "example.org"
    assert place("https://example.org:8443/", "93.184.215.14").authority == "example.org:8443"
    assert place("http://[2606:2800::1]:8080/", "2606:2800::1").authority == "[2606:2800::1]:8080"
    assert place("http://пример.example.org:8080/", "93.184.215.14").authority == "xn--e1afmkfd.example.org:8080"
    assert place("https://пример.example.org/", "93.184.215.14").authority == "xn--e1afmkfd.example.org"
