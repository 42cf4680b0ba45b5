"""A worker's own account; and what an admin may do for colleagues."""

import re
import time

import pytest

from amparo.apps.accounts.actions import add_user
from amparo.apps.accounts.models import Factor, User
from amparo.apps.ledger.models import SYSTEM, Event
from tests.conftest import PASSWORD
from tests.servers.second_factor import code_of
from tests.sites.desk.conftest import at_desk, give_phone
from tests.sites.desk.test_second_step import enrol
from tests.sites.reading import text

pytestmark = pytest.mark.django_db
NEW = "another long passphrase"


@pytest.fixture
def phone(hana) -> str:
    return give_phone(hana)


@pytest.fixture
def admins(helpline, now):
    add_user(handle="admin", organisation=helpline, role="admin", password=PASSWORD, by=SYSTEM, now=now)
    return at_desk("admin")


def change(browser, **changes):
    return browser.post("/desk/account/password", {"old": PASSWORD, "new": NEW, "again": NEW} | changes)


def test_she_changes_her_password_stays_here_with_her_key_and_is_signed_out_elsewhere(hanas, phone, case):
    elsewhere = at_desk("hana")
    assert change(hanas).status_code == 302
    assert "signed out everywhere else" in text(hanas.get("/desk/account"))
    assert hanas.get(f"/desk/cases/{case.pk}").status_code == 200
    assert elsewhere.get("/desk/cases").status_code == 302
    assert User.objects.get(handle="hana").check_password(NEW)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"old": "not today's"}, "not your password of today"),
        ({"new": "short", "again": "short"}, "12 characters"),
        ({"again": "something else"}, "The two differ"),
        ({"old": ""}, "signed in with"),
        ({"new": "", "again": ""}, "Write the new password"),
    ],
)
def test_a_change_of_password_that_cannot_be_says_why_and_keeps_what_was(hanas, changes, says):
    answer = change(hanas, **changes)
    assert answer.status_code == 422
    assert says in text(answer)
    assert NEW not in answer.content.decode()
    assert User.objects.get(handle="hana").check_password(PASSWORD)


def test_a_desk_left_open_is_no_place_to_guess_at_the_password(hanas):
    for _ in range(5):
        change(hanas, old="a guess")
    assert "Try again in 1 minute." in text(change(hanas))


def test_she_signs_out_everywhere_else(hanas, phone):
    elsewhere = at_desk("hana")
    hanas.post("/desk/account/sessions")
    assert "Signed out in 1 other place." in text(hanas.get("/desk/account"))
    assert elsewhere.get("/desk/account").status_code == 302
    assert Event.objects.get(kind="sessions_ended").detail == {"sessions": 1}


def test_she_adds_another_factor_and_removes_the_first(hanas, hana, phone):
    assert enrol(hanas).headers["Location"] == "/desk/account"
    first, second = Factor.objects.all()
    assert hanas.post(f"/desk/account/second-steps/{first.pk}/remove").status_code == 302
    assert list(Factor.objects.all()) == [second]
    hanas.post(f"/desk/account/second-steps/{second.pk}/remove")
    assert "your only second step" in text(hanas.get("/desk/account"))
    assert Factor.objects.count() == 1


def test_nobody_removes_a_factor_of_somebody_else(hanas, omars, phone):
    path = f"/desk/account/second-steps/{Factor.objects.get().pk}/remove"
    assert omars.post(path).status_code == 404
    assert Factor.objects.exists()


def test_new_recovery_codes_are_shown_once_and_by_no_address(hanas, hana, phone):
    assert hanas.get("/desk/account/recovery-codes").status_code == 405
    assert "Ten recovery codes" in text(hanas.post("/desk/account/recovery-codes"))
    assert "10 codes are unused" in text(hanas.get("/desk/account"))


def test_an_admin_resets_a_colleagues_second_step_after_being_asked_once(admins, hanas, hana, phone):
    path = f"/desk/colleagues/{hana.pk}/reset"
    assert path in admins.get("/desk/colleagues").content.decode()
    assert "spoke to the person yourself" in text(admins.get(path))
    assert Factor.objects.exists()
    shown = admins.post(path)
    code = re.search(r"<p[^>]*data-codes>([\w-]{19})</p>", shown.content.decode())[1]
    assert hana.recovery_codes.count() == 1
    assert code not in admins.get(path).content.decode()
    assert not Factor.objects.exists()
    assert hanas.get("/desk/cases").status_code == 302
    assert Event.objects.get(kind="factors_reset").by == "admin"


def test_an_admin_closes_the_account_of_somebody_who_left_after_being_asked_once(admins, hanas, hana, case):
    path = f"/desk/colleagues/{hana.pk}/left"
    assert "cannot be unread" in text(admins.get(path))
    assert hanas.get("/desk/cases").status_code == 200
    admins.post(path)
    assert "hana is out. 1 case waits" in text(admins.get("/desk/colleagues"))
    assert hanas.get("/desk/cases").status_code == 302
    assert User.objects.get(handle="hana").disabled_at


def test_only_an_admin_sees_colleagues_and_only_of_her_own_house(admins, hanas, omar, hana, phone):
    assert hanas.get("/desk/colleagues").status_code == 404
    assert hanas.post(f"/desk/colleagues/{hana.pk}/reset").status_code == 404
    assert hanas.post(f"/desk/colleagues/{hana.pk}/left").status_code == 404
    assert "omar" not in text(admins.get("/desk/colleagues"))
    own = User.objects.get(handle="admin")
    others = [(who, what) for who in (omar, own) for what in ("reset", "left")]
    for path in (f"/desk/colleagues/{who.pk}/{what}" for who, what in others):
        assert admins.get(path).status_code == 404
        assert admins.post(path).status_code == 404


def test_a_code_that_added_an_app_here_does_not_sign_in_there(hanas, hana, client):
    enrol(hanas)
    client.post("/desk/sign-in", {"handle": "hana", "password": PASSWORD})
    taken = Factor.objects.get().last_step
    assert taken in {int(time.time()) // 30 - 1, int(time.time()) // 30}
    assert client.post("/desk/sign-in/second", {"code": code_of("A" * 32, at=time.time())}).status_code == 422
