import time

import pytest

from amparo.apps.cases.checker import Finding, look
from amparo.apps.cases.models import Item
from tests.servers.host import ALIVE, Page

from .conftest import AGENT

State = Item.State


def test_a_page_that_answers_is_alive(host, seen_by):
    assert seen_by(host.page("/album")) == Finding(State.ALIVE, "page", 200)
    assert [seen.method for seen in host.seen] == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [404, 410, 451])
def test_a_page_whose_status_says_gone_is_gone(host, seen_by, status):
    assert seen_by(host.gone("/album", status=status)) == Finding(State.GONE, "status", status)


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_host_that_turns_us_away_has_told_us_nothing(host, seen_by, status):
    assert seen_by(host.turned_away("/album", status=status)) == Finding(State.BLOCKED, "turned_away", status)


def test_a_challenge_page_is_blocked(host, seen_by):
    assert seen_by(host.challenge("/album")) == Finding(State.BLOCKED, "challenge", 403)
    assert [seen.method for seen in host.seen] == ["HEAD"]


def test_a_challenge_that_answers_404_is_still_no_proof(host, seen_by):
    url = host.answer("/album", Page(status=404, headers={"cf-mitigated": "challenge"}))
    assert seen_by(url).state == State.BLOCKED


@pytest.mark.parametrize("status", [401, 402])
def test_a_page_that_asks_who_we_are_is_restricted(host, seen_by, status):
    assert seen_by(host.turned_away("/album", status=status)).state == State.RESTRICTED


@pytest.mark.parametrize("status", [400, 418, 500, 502, 522])
def test_a_broken_host_is_an_error(host, seen_by, status):
    assert seen_by(host.turned_away("/album", status=status)) == Finding(State.ERROR, "status", status)


def test_a_page_that_says_not_found_with_a_good_status_is_suspected(host, seen_by):
    assert seen_by(host.soft_gone("/album")) == Finding(State.GONE_SUSPECTED, "page_says_gone", 200)


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_host_that_answers_only_get_is_asked_again(host, seen_by, status):
    assert seen_by(host.answer("/album", Page(head=status))).state == State.ALIVE


@pytest.mark.parametrize("content_type", ["image/png", "video/mp4", "audio/mpeg"])
def test_a_picture_is_alive_and_not_one_byte_of_it_is_asked_for(host, seen_by, content_type):
    assert seen_by(host.image("/1.png", content_type=content_type)) == Finding(State.ALIVE, "media", 200)
    assert [seen.method for seen in host.seen] == ["HEAD"]
    assert host.bytes_sent == 0


def test_a_picture_behind_a_host_that_refuses_head_is_left_after_its_headers(host, seen_by):
    url = host.answer("/1.png", Page(content_type="image/png", body=b"\x89PNG" + bytes(20_000_000), head=405))
    assert seen_by(url) == Finding(State.ALIVE, "media", 200)
    time.sleep(0.2)
    assert host.bytes_sent < 10_000_000  # what fitted into the buffers of the system when we hung up


def test_a_picture_that_says_not_found_is_gone_without_being_asked_for(host, seen_by):
    url = host.answer("/1.png", Page(status=404, content_type="image/gif", body=b"GIF89a"))
    assert seen_by(url) == Finding(State.GONE, "status", 404)
    assert [seen.method for seen in host.seen] == ["HEAD"]


def test_another_file_is_alive_and_not_read(host, seen_by):
    assert seen_by(host.answer("/a.zip", Page(content_type="application/zip"))).reason == "file"
    assert [seen.method for seen in host.seen] == ["HEAD"]


def test_of_a_huge_page_at_most_64_kib_are_read(host, seen_by):
    assert seen_by(host.huge("/album")).state == State.ALIVE
    time.sleep(0.2)
    assert host.bytes_sent < 10_000_000


def test_a_title_beyond_64_kib_is_not_seen(host, seen_by):
    late = f"<!doctype html>{' ' * 70_000}<title>Page not found</title>"
    assert seen_by(host.answer("/album", Page(body=late.encode()))).state == State.ALIVE


def test_a_page_that_comes_byte_by_byte_does_not_hold_us_longer_than_the_bound(host, seen_by):
    begun = time.monotonic()
    assert seen_by(host.slow("/album"), seconds=1.5) == Finding(State.ERROR, "timeout")
    assert time.monotonic() - begun < 3


def test_a_host_that_never_answers_does_not_hold_us_longer_than_the_bound(host, seen_by):
    begun = time.monotonic()
    assert seen_by(host.answer("/album", Page(delay=30)), seconds=1) == Finding(State.ERROR, "timeout")
    assert time.monotonic() - begun < 3


def test_redirects_are_followed(host, seen_by):
    host.page("/new")
    host.redirect("/old", "/new")
    assert seen_by(host.redirect("/older", host.url("/old"), status=301)).state == State.ALIVE


def test_the_state_is_that_of_where_the_redirects_end(host, seen_by):
    host.gone("/new", status=410)
    assert seen_by(host.redirect("/old", "/new")) == Finding(State.GONE, "status", 410)


def test_the_fourth_redirect_is_not_followed(host, seen_by):
    host.page("/3")
    for number in (2, 1, 0):
        host.redirect(f"/{number}", f"/{number + 1}")
    assert seen_by(host.url("/0")).state == State.ALIVE
    host.redirect("/x", "/0")
    assert seen_by(host.url("/x")).reason == "too_many_redirects"


def test_a_circle_of_redirects_ends(host, seen_by):
    assert seen_by(host.redirect("/a", "/a")).reason == "too_many_redirects"


@pytest.mark.parametrize("to", ["/", "https://www.example.org", "https://example.org/#top"])
def test_a_redirect_to_the_front_page_is_suspected_and_not_followed(host, seen_by, to):
    host.page("/")
    assert seen_by(host.redirect("/album", to)) == Finding(State.GONE_SUSPECTED, "redirect_to_front_page", 302)
    assert len(host.seen) == 1


def test_a_front_page_that_redirects_to_itself_elsewhere_is_no_sign(host, seen_by):
    host.page("/?a=1")
    assert seen_by(host.redirect("/", "/?a=1")).state == State.ALIVE


def test_a_redirect_to_the_sign_in_page_is_restricted(host, seen_by):
    assert seen_by(host.redirect("/album", "/login?next=/album")) == Finding(
        State.RESTRICTED, "redirect_to_sign_in", 302
    )


def test_a_redirect_to_a_private_address_is_refused_before_it_is_asked(host, seen_by):
    with type(host)() as inside:
        inside.page("/secret")
        assert seen_by(host.redirect("/album", inside.url("/secret"))).state == State.ERROR
        assert inside.seen == []
    for target in ("http://127.0.0.1/x", "http://169.254.169.254/latest", "http://[::1]/x", "http://10.0.0.1/x"):
        assert seen_by(host.redirect("/album", target)) == Finding(State.ERROR, "address_refused")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://example.org/1", "javascript:alert(1)"])
def test_a_redirect_to_another_kind_of_address_is_refused(host, seen_by, target):
    assert seen_by(host.redirect("/album", target)) == Finding(State.ERROR, "scheme_refused")


def test_a_redirect_that_cannot_be_read_is_an_error(host, seen_by):
    assert seen_by(host.redirect("/album", "http://[")) == Finding(State.ERROR, "redirect_unreadable")


def test_we_say_who_we_are_and_bring_nothing_else(host, seen_by):
    url = host.answer("/album", Page(headers={"Set-Cookie": "id=1"}))
    seen_by(url)
    for seen in host.seen:
        assert seen.headers["user-agent"] == AGENT
        assert seen.headers["host"] == host.allowed
        assert set(seen.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_the_proxy_of_the_environment_is_not_used(host, seen_by, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert seen_by(host.page("/album")).state == State.ALIVE


def test_an_address_with_other_letters_is_asked_in_the_form_of_the_web(host, seen_by):
    host.page("/%D1%81%D0%BB%D0%B8%D0%BA%D0%B0?q=%C4%8D%20a")
    assert seen_by(host.url("/слика?q=č%20a")).state == State.ALIVE


def test_nobody_at_home_is_an_error(host, seen_by):
    with type(host)() as gone:
        url, allowed = gone.page("/album"), gone.allowed
    assert look(url, agent=AGENT, allowed=frozenset({allowed})) == Finding(State.ERROR, "connection")


def test_what_is_not_http_is_an_error(tmp_path):
    from tests.servers.mailbox import Mailbox

    with Mailbox() as mailbox:
        url = f"http://127.0.0.1:{mailbox.port}/"
        found = look(url, agent=AGENT, allowed=frozenset({f"127.0.0.1:{mailbox.port}"}))
    assert (found.state, found.reason) == (State.ERROR, "connection")


def test_the_page_of_the_fixture_is_not_taken_for_a_sign_in_page():
    assert "Holiday" in ALIVE
