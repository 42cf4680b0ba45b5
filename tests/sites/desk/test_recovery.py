"""The recovery key at the desk: for admins, with papers going in and never coming out."""

from html import unescape

import pytest
from django.utils.html import strip_tags

from amparo.apps.accounts.actions import add_user
from amparo.apps.cases import recovery
from amparo.apps.cases.models import Grant
from amparo.apps.ledger.models import SYSTEM
from amparo.core.vault import new_holder_key, split_recovery
from amparo.sites.desk.entry import LOOK_AGAIN
from tests.conftest import PASSWORD
from tests.sites.desk.conftest import at_desk


def text_of(answer) -> str:
    return " ".join(strip_tags(answer.content.decode()).split())


@pytest.fixture
def key():
    return new_holder_key()


@pytest.fixture
def admin(helpline, now):
    return add_user(handle="hana-admin", organisation=helpline, role="admin", password=PASSWORD, by=SYSTEM, now=now)


@pytest.fixture
def begun(helpline, key, now):
    recovery.begin(helpline=helpline, public=key.public, by=SYSTEM, now=now)
    helpline.refresh_from_db()
    return [share.text for share in split_recovery(key)]


def test_only_an_admin_of_a_helpline_sees_the_page(hanas, pias, omars, begun):
    for browser in (hanas, pias, omars):
        assert browser.get("/desk/recovery").status_code == 404
        assert browser.post("/desk/recovery", {}).status_code == 404


def test_without_a_key_the_page_says_how_one_is_made(admin, hana):
    shown = text_of(at_desk("hana-admin").get("/desk/recovery"))
    assert "amparo recovery begin helpline" in shown
    assert "Open the cases" not in shown


def test_two_papers_give_the_cases_to_the_chosen_colleague(begun, case, hana, admin):
    Grant.objects.filter(holder=hana.holder).delete()
    browser = at_desk("hana-admin")
    told = browser.post("/desk/recovery", {"first": begun[1], "second": begun[2].lower(), "to": "hana"}, follow=True)
    assert "1 case was given to hana." in text_of(told)
    assert Grant.objects.filter(case=case, holder=hana.holder).exists()
    assert "used, for hana" in text_of(told)


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ("the same", "The same share was given twice"),
        ("ABCDEF", "A share is 3 lines of 24 digits and letters"),
        ("of another day", "different days"),
    ],
)
def test_papers_that_do_not_fit_open_nothing_and_are_not_shown_back(begun, case, admin, second, says):
    Grant.objects.filter(holder=admin.holder).delete()
    typed = {"the same": begun[0], "of another day": split_recovery(new_holder_key())[1].text}.get(second, second)
    answer = at_desk("hana-admin").post("/desk/recovery", {"first": begun[0], "second": typed, "to": "hana-admin"})
    assert answer.status_code == LOOK_AGAIN
    assert says in unescape(text_of(answer))
    for line in (begun[0] + typed).splitlines():
        assert line not in answer.content.decode()
    assert not Grant.objects.filter(holder=admin.holder).exists()


def test_where_recovery_is_switched_off_the_page_says_so(begun, admin, settings):
    settings.RECOVERY = False
    browser = at_desk("hana-admin")
    assert "switched recovery keys off" in text_of(browser.get("/desk/recovery"))
    answer = browser.post("/desk/recovery", {"first": begun[0], "second": begun[1], "to": "hana-admin"})
    assert answer.status_code == LOOK_AGAIN
    assert "switched recovery keys off" in text_of(answer)
