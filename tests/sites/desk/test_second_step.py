"""Signing in takes two steps: no page opens between them, and nobody without a second factor gets further."""

import html
import re
import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from amparo.apps.accounts.actions import (
    add_passkey,
    change_password,
    device_mark,
    disable_user,
    passkey_creation,
    reset_factors,
)
from amparo.apps.accounts.models import Factor
from amparo.apps.ledger.models import SYSTEM, Event
from tests.conftest import NOW, PASSWORD
from tests.servers.second_factor import code_of
from tests.servers.soft_passkey import SoftPasskey
from tests.sites.desk.conftest import give_phone
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db
HERE = "https://help.example.org"


def password_step(handle: str = "hana", **changes) -> Client:
    browser = Client()
    answer = browser.post("/desk/sign-in", {"handle": handle, "password": PASSWORD} | changes)
    assert answer.status_code == 302, text(answer)
    return browser


def shown_secret(answer) -> str:
    return re.search(r"<code data-secret>([^<]+)</code>", answer.content.decode())[1].replace(" ", "")


def asked(answer) -> str:
    """What the page tells the browser to ask of a passkey."""
    return html.unescape(re.search(r'data-options="([^"]+)"', answer.content.decode())[1])


def test_the_password_alone_opens_no_page(hana, case):
    give_phone(hana)
    browser = password_step()
    for path in ("/desk/", "/desk/cases", f"/desk/cases/{case.pk}", "/desk/banks", "/desk/account", "/desk/colleagues"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Location"][:13]) == (302, "/desk/sign-in"), path
    assert not Event.objects.filter(kind="signed_in").exists()


def test_between_the_steps_her_key_opens_nothing(hana):
    give_phone(hana)
    password_step()
    row = Session.objects.get().get_decoded()
    assert list(row["locked_keys"]) == [f"half:{hana.holder}"]
    assert "_auth_user_id" not in row


def test_with_todays_code_she_is_in_and_her_key_is_unlocked(hana, case):
    secret = give_phone(hana)
    browser = password_step()
    answer = browser.post("/desk/sign-in/second", {"code": code_of(secret, at=time.time())})
    assert answer.headers["Location"] == "/desk/"
    assert browser.get(f"/desk/cases/{case.pk}").status_code == 200
    row = Session.objects.get().get_decoded()
    assert list(row["locked_keys"]) == [hana.holder]
    assert "between_steps" not in row


def test_a_wrong_code_is_answered_on_the_same_page_and_opens_nothing(hana):
    give_phone(hana)
    browser = password_step()
    answer = browser.post("/desk/sign-in/second", {"code": "000000"})
    assert answer.status_code == 422
    assert "Wait for the next one" in text(answer)
    assert browser.get("/desk/cases").status_code == 302


@pytest.mark.parametrize("posted", [{}, {"code": "x" * 99}, {"passkey": "{}"}])
def test_an_empty_or_strange_second_step_is_no_error_of_ours(hana, posted):
    give_phone(hana)
    assert password_step().post("/desk/sign-in/second", posted).status_code == 422


def test_without_the_password_there_is_no_second_step(client, hana):
    code = code_of(give_phone(hana), at=time.time())
    assert client.get("/desk/sign-in/second").headers["Location"] == "/desk/sign-in"
    assert client.post("/desk/sign-in/second", {"code": code}).headers["Location"] == "/desk/sign-in"
    assert client.get("/desk/account/second-steps/new").headers["Location"] == "/desk/sign-in"


def test_the_second_step_waits_a_quarter_of_an_hour_and_no_longer(hana):
    code = code_of(give_phone(hana), at=time.time())
    browser = password_step()
    session = browser.session
    session["between_steps"] |= {"since": time.time() - 15 * 60}
    session.save()
    assert browser.post("/desk/sign-in/second", {"code": code}).headers["Location"] == "/desk/sign-in"
    assert "locked_keys" not in Session.objects.get().get_decoded()


@pytest.mark.parametrize("meanwhile", ["disabled", "password", "only the row"])
def test_a_step_begun_before_a_change_is_not_finished_after_it(hana, meanwhile):
    code = code_of(give_phone(hana), at=time.time())
    browser = password_step()
    if meanwhile == "disabled":
        disable_user(user=hana, by=SYSTEM, now=NOW)
    elif meanwhile == "password":
        change_password(user=hana, old=PASSWORD, new="another long passphrase", now=NOW)
    else:
        hana.set_password("another long passphrase")
        hana.save()
    assert browser.post("/desk/sign-in/second", {"code": code}).headers["Location"] == "/desk/sign-in"
    assert browser.get("/desk/cases").status_code == 302


def test_a_worker_without_a_factor_is_led_to_add_one_and_nowhere_else(hana, case):
    browser = password_step()
    page = "/desk/account/second-steps/new"
    assert browser.get("/desk/sign-in/second").headers["Location"] == page
    assert browser.post("/desk/sign-in/second", {"code": "000000"}).headers["Location"] == page
    for path in ("/desk/", "/desk/cases", f"/desk/cases/{case.pk}", "/desk/account", "/desk/account/password"):
        assert browser.get(path).headers["Location"].startswith("/desk/sign-in?"), path
    assert browser.get(page).status_code == 200


def enrol(browser: Client):
    shown = browser.get("/desk/account/second-steps/new")
    typed = code_of(shown_secret(shown), at=time.time())
    return browser.post("/desk/account/second-steps/new", {"kind": "app", "code": typed, "name": "phone"})


def test_adding_an_app_signs_in_and_shows_ten_codes_once(hana):
    browser = password_step(next="/desk/banks")
    answer = enrol(browser)
    codes = [one.text.strip() for one in elements(answer, "li") if re.fullmatch(r"[\w-]{19}", one.text.strip())]
    assert len(codes) == 10
    assert [one.attributes["href"] for one in elements(answer, "a") if "Go on" in one.text] == ["/desk/banks"]
    assert browser.get("/desk/banks").status_code == 200
    assert Event.objects.filter(kind="signed_in").count() == 1
    other = password_step()
    assert other.post("/desk/sign-in/second", {"code": codes[0]}).headers["Location"] == "/desk/"
    assert password_step().post("/desk/sign-in/second", {"code": codes[0]}).status_code == 422


def test_the_picture_for_the_app_is_drawn_in_the_page_and_stays_the_same_after_a_slip(hana):
    browser = password_step()
    first = browser.get("/desk/account/second-steps/new")
    assert [one for one in elements(first, "svg") if one.attributes.get("class") == "qr"]
    slip = browser.post("/desk/account/second-steps/new", {"kind": "app", "code": "000000", "name": "phone"})
    assert slip.status_code == 422
    assert shown_secret(slip) == shown_secret(first)


def test_the_secret_of_an_app_to_come_is_sealed_in_the_session(hana):
    browser = password_step()
    secret = shown_secret(browser.get("/desk/account/second-steps/new"))
    assert secret not in repr(Session.objects.get().get_decoded())


def test_a_stolen_password_adds_no_factor_where_there_is_one(hana):
    give_phone(hana)
    browser = password_step()
    assert browser.get("/desk/account/second-steps/new").headers["Location"] == "/desk/sign-in"
    posted = {"kind": "app", "code": "000000", "name": "mine"}
    assert browser.post("/desk/account/second-steps/new", posted).headers["Location"] == "/desk/sign-in"
    assert Factor.objects.count() == 1


NEW_FACTOR = "/desk/account/second-steps/new"


def test_a_reset_factor_is_added_anew_with_the_code_of_the_reset(hana):
    give_phone(hana)
    code = reset_factors(user=hana, by=SYSTEM, now=NOW)
    browser = password_step()
    asked_for = browser.get("/desk/sign-in/second")
    assert "With the code that you were told" in text(asked_for)
    assert browser.post("/desk/sign-in/second", {"code": code}).headers["Location"] == NEW_FACTOR
    assert browser.get("/desk/cases").status_code == 302
    assert "Ten recovery codes" in text(enrol(browser))
    assert browser.get("/desk/cases").status_code == 200
    again = password_step()
    assert again.post("/desk/sign-in/second", {"code": code}).status_code == 422


def test_after_a_reset_the_password_alone_adds_no_factor(hana):
    give_phone(hana)
    reset_factors(user=hana, by=SYSTEM, now=NOW)
    browser = password_step()
    assert browser.get(NEW_FACTOR).headers["Location"] == "/desk/sign-in"
    posted = {"kind": "app", "code": "000000", "name": "mine"}
    assert browser.post(NEW_FACTOR, posted).headers["Location"] == "/desk/sign-in"
    assert browser.post("/desk/sign-in/second", {"code": "0000-0000-0000-0000"}).status_code == 422
    assert browser.get(NEW_FACTOR).headers["Location"] == "/desk/sign-in"
    assert not Factor.objects.exists()


def test_who_gave_the_code_of_a_reset_and_went_away_is_asked_for_it_again(hana):
    give_phone(hana)
    code = reset_factors(user=hana, by=SYSTEM, now=NOW)
    for _ in range(2):
        browser = password_step()
        assert browser.get(NEW_FACTOR).headers["Location"] == "/desk/sign-in"
        assert browser.post("/desk/sign-in/second", {"code": code}).headers["Location"] == NEW_FACTOR
    other = reset_factors(user=hana, by=SYSTEM, now=NOW)
    assert password_step().post("/desk/sign-in/second", {"code": code}).status_code == 422
    assert password_step().post("/desk/sign-in/second", {"code": other}).status_code == 302


@pytest.fixture
def ring(hana, settings) -> SoftPasskey:
    settings.PUBLIC_URL = HERE
    made = SoftPasskey(origin=HERE, rp_id="help.example.org")
    options, state = passkey_creation(hana)
    add_passkey(user=hana, state=state, answer=made.create(options), name="ring", now=NOW)
    return made


def test_a_passkey_passes_the_second_step(hana, ring):
    browser = password_step()
    signed = ring.sign(asked(browser.get("/desk/sign-in/second")))
    assert browser.post("/desk/sign-in/second", {"passkey": signed}).headers["Location"] == "/desk/"


def test_a_challenge_serves_once(hana, ring):
    browser = password_step()
    options = asked(browser.get("/desk/sign-in/second"))
    ring.origin = "https://help.example.net"
    again = browser.post("/desk/sign-in/second", {"passkey": ring.sign(options)})
    assert again.status_code == 422
    ring.origin = HERE
    assert browser.post("/desk/sign-in/second", {"passkey": ring.sign(options)}).status_code == 422


def test_the_first_factor_may_be_a_passkey(hana, settings):
    settings.PUBLIC_URL = HERE
    browser = password_step()
    made = SoftPasskey(origin=HERE, rp_id="help.example.org")
    options = asked(browser.get("/desk/account/second-steps/new"))
    posted = {"kind": "passkey", "passkey": made.create(options), "name": "ring"}
    assert "Ten recovery codes" in text(browser.post("/desk/account/second-steps/new", posted))
    assert browser.get("/desk/cases").status_code == 200


def test_where_the_address_is_a_number_the_page_says_why_there_is_no_passkey(hana):
    assert "This one is a number" in text(password_step().get("/desk/account/second-steps/new"))


def test_after_five_wrong_passwords_even_the_right_one_waits_whether_or_not_the_name_is_known(client, hana):
    answers = {}
    for handle in ("hana", "nobody"):
        wrong = [client.post("/desk/sign-in", {"handle": handle, "password": "x"}) for _ in range(5)]
        later = client.post("/desk/sign-in", {"handle": handle, "password": PASSWORD})
        answers[handle] = [(one.status_code, text(one)) for one in (*wrong, later)]
    assert answers["hana"] == answers["nobody"]
    assert answers["hana"][-1][0] == 422
    assert "Try again in 1 minute." in answers["hana"][-1][1]


def strangers_try(handle: str) -> None:
    stranger = Client()
    for _ in range(6):
        answer = stranger.post("/desk/sign-in", {"handle": handle, "password": "x"})
    assert "rests now" in text(answer)


def test_strangers_tries_do_not_make_a_browser_wait_in_which_she_signed_in(hana):
    hers = password_step()
    enrol(hers)
    hers.post("/desk/sign-out")
    assert "desk_device" not in hers.cookies  # after both steps of a whole sign-in
    secret = give_phone(hana)
    hers = password_step()
    hers.post("/desk/sign-in/second", {"code": code_of(secret, at=time.time())})
    mark = hers.cookies["desk_device"]
    assert (mark["path"], mark["httponly"], mark["samesite"]) == ("/desk/", True, "Strict")
    assert "hana" not in mark.value
    hers.post("/desk/sign-out")
    strangers_try("hana")
    assert password_step_of(hers).status_code == 302
    assert password_step_of(Client()).status_code == 422


def password_step_of(browser: Client):
    return browser.post("/desk/sign-in", {"handle": "hana", "password": PASSWORD})


def test_a_marked_browser_that_guesses_waits_like_any_other(hana):
    browser = Client()
    browser.cookies["desk_device"] = device_mark(hana)
    for _ in range(5):
        browser.post("/desk/sign-in", {"handle": "hana", "password": "x"})
    assert "Try again in 1 minute." in text(password_step_of(browser))
    assert password_step_of(Client()).status_code == 302


@pytest.mark.parametrize("mark", ["of omar", "made up", ""])
def test_a_mark_of_another_name_or_a_made_up_one_counts_for_nothing(hana, omar, mark):
    browser = Client()
    browser.cookies["desk_device"] = {"of omar": device_mark(omar), "made up": "x:y:z", "": ""}[mark]
    strangers_try("hana")
    assert password_step_of(browser).status_code == 422


def test_the_names_that_were_tried_are_not_kept(client, hana):
    from amparo.apps.accounts.models import Tries

    client.post("/desk/sign-in", {"handle": PASSWORD, "password": "hana"})
    kept = repr(list(Tries.objects.values()))
    assert PASSWORD not in kept
    assert Tries.objects.count() == 1


def test_a_session_whose_key_does_not_open_ends(hanas):
    assert hanas.get("/desk/cases").status_code == 200
    del hanas.cookies["session_key"]
    assert hanas.get("/desk/cases").headers["Location"] == "/desk/sign-in"
    assert not Session.objects.exists()
