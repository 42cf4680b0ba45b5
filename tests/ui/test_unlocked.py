"""Unlocked keys: in the session under a secret that only the cookie has; 20 minutes idle, 8 hours at most."""

import base64
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import RequestFactory

from amparo.apps.accounts.actions import end_sessions, forget_ended_sessions
from amparo.core.vault import HolderKey, new_holder_key
from amparo.ui import unlocked
from amparo.ui.middleware import keys_of_sessions
from tests.sites.desk.conftest import at_desk

pytestmark = pytest.mark.django_db
HOURS_8 = 8 * 60 * 60


class Browser:
    """Keeps cookies and one session between calls, as a browser does."""

    def __init__(self, session: SessionStore | None = None) -> None:
        self.session, self.cookies = session or SessionStore(), {}

    def visit(self, page) -> HttpResponse:
        """Call `page` behind the middleware; the session is saved afterwards, as Django does."""
        request = RequestFactory().get("/")
        request.session = self.session
        request.COOKIES = {"session": self.session.session_key or "new"} | self.cookies

        def answer(request):
            page(request)
            return HttpResponse()

        response = keys_of_sessions(answer)(request)
        self.session.save()
        for name, cookie in response.cookies.items():
            self.cookies[name] = cookie.value
            if cookie["max-age"] == 0:
                del self.cookies[name]
        return response

    def key(self, holder: str) -> HolderKey | None:
        found = []
        self.visit(lambda request: found.append(unlocked.key_of(request, holder)))
        return found[0]


def unlock(browser: Browser, holder: str, key: HolderKey) -> HttpResponse:
    return browser.visit(lambda request: unlocked.remember(request, holder, key))


@pytest.fixture
def key() -> HolderKey:
    return new_holder_key()


def test_a_remembered_key_is_there_in_the_next_request_and_for_its_holder_only(key):
    browser = Browser()
    unlock(browser, "worker:1", key)
    assert browser.key("worker:1") == key
    assert browser.key("worker:2") is None
    assert browser.key("case:1") is None


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_ends_with_the_browser(key, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = unlock(Browser(), "worker:1", key).cookies["session_key"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Strict")
    assert (cookie["max-age"], cookie["expires"]) == ("", "")


def test_neither_the_key_nor_its_secret_rests_on_the_server(key):
    browser = Browser()
    unlock(browser, "worker:1", key)
    row = repr(Session.objects.get().get_decoded()) + Session.objects.get().session_data
    secret = base64.urlsafe_b64decode(browser.cookies["session_key"])
    for hidden in (key.private, secret):
        for form in (hidden.hex(), base64.b64encode(hidden).decode(), base64.urlsafe_b64encode(hidden).decode()):
            assert form not in row


def test_without_the_cookie_or_with_another_the_key_stays_locked(key):
    browser = Browser()
    unlock(browser, "worker:1", key)
    right = browser.cookies.pop("session_key")
    assert browser.key("worker:1") is None
    for wrong in ("", "x", "no base64 at all", base64.urlsafe_b64encode(bytes(32)).decode()):
        browser.cookies["session_key"] = wrong
        assert browser.key("worker:1") is None
    browser.cookies["session_key"] = right
    assert browser.key("worker:1") == key


def test_a_row_copied_into_another_session_does_not_open(key):
    hanas, omars = Browser(), Browser()
    unlock(hanas, "worker:1", key)
    unlock(omars, "worker:2", new_holder_key())
    omars.session["locked_keys"] |= hanas.session["locked_keys"]
    assert omars.key("worker:1") is None


def test_two_holders_in_one_browser_keep_their_keys_under_a_fresh_secret(key):
    browser, other = Browser(), new_holder_key()
    unlock(browser, "case:1", key)
    first = browser.cookies["session_key"]
    unlock(browser, "worker:1", other)
    assert browser.cookies["session_key"] != first
    assert (browser.key("case:1"), browser.key("worker:1")) == (key, other)


def test_a_forgotten_key_is_gone_and_so_is_the_cookie(key):
    browser = Browser()
    unlock(browser, "worker:1", key)
    unlock(browser, "case:1", key)
    browser.visit(lambda request: unlocked.forget(request, "worker:1"))
    assert (browser.key("worker:1"), browser.key("case:1")) == (None, key)
    browser.visit(unlocked.forget)
    assert "session_key" not in browser.cookies


def test_a_session_ends_eight_hours_after_signing_in_however_busy(key):
    browser = Browser()
    browser.session["answers"] = ["kept until then"]
    unlock(browser, "worker:1", key)
    browser.session["locked_keys"]["worker:1"][1] -= HOURS_8 - 60
    assert browser.key("worker:1") == key
    browser.session["locked_keys"]["worker:1"][1] -= 61
    assert browser.key("worker:1") is None
    assert "answers" not in browser.session
    assert "session_key" not in browser.cookies


def test_unlocking_another_holder_gives_the_first_no_more_hours(key):
    browser = Browser()
    unlock(browser, "worker:1", key)
    browser.session["locked_keys"]["worker:1"][1] -= HOURS_8 - 60
    unlock(browser, "case:1", key)
    browser.session["locked_keys"]["worker:1"][1] -= 61
    assert browser.key("worker:1") is None


def test_idle_sessions_end_after_twenty_minutes(settings):
    assert settings.SESSION_COOKIE_AGE == 20 * 60
    assert settings.SESSION_SAVE_EVERY_REQUEST


def test_a_visit_without_a_session_gets_none_and_no_cookie(client, db):
    answer = client.get("/")
    assert not answer.cookies
    assert not Session.objects.exists()


def test_ending_a_holders_sessions_spares_those_of_others(key):
    browsers = {holder: Browser() for holder in ("worker:1", "worker:11", "half:worker:1", "case:1")}
    for holder, browser in browsers.items():
        unlock(browser, holder, key)
    signed_in = SessionStore()
    signed_in[SESSION_KEY] = "1"
    signed_in.save()
    assert end_sessions(holder="worker:1") == 3
    left = {key for session in Session.objects.all() for key in session.get_decoded()["locked_keys"]}
    assert left == {"worker:11", "case:1"}


def test_rows_of_sessions_that_ended_by_time_are_deleted(key, now):
    over, going_on = Browser(), Browser()
    unlock(over, "worker:1", key)
    unlock(going_on, "worker:1", key)
    Session.objects.filter(pk=over.session.session_key).update(expire_date=now - timedelta(seconds=1))
    assert forget_ended_sessions(now=now) == 1
    assert Session.objects.get().pk == going_on.session.session_key


def test_signing_out_drops_the_locked_key_and_the_cookie(hana):
    browser = at_desk("hana")
    assert browser.get("/desk/cases").status_code == 200
    assert browser.cookies["session_key"].value
    browser.post("/desk/sign-out")
    assert not browser.cookies["session_key"].value
    assert not Session.objects.exists()
