"""What the desk shows of keys: what waits, how far it is, and what does not open."""

import pytest

from amparo.apps.accounts.actions import reset_password
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Grant, Item
from amparo.apps.ledger.models import SYSTEM
from amparo.sites.desk.cases import KEYS_AT_ONCE
from amparo.sites.desk.keys import AT_ONCE
from tests.conftest import PASSWORD, _user
from tests.sites.desk.conftest import URL, at_desk
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaver(helpline, now):
    return _user("second", helpline, "caseworker", now)


def open_many(helpline, count, now):
    for _ in range(count):
        actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[], now=now)


@pytest.fixture
def few(helpline, hana, leaver, now):
    open_many(helpline, 6, now)


def test_the_queue_renews_some_keys_at_a_time_and_says_how_many_are_left(hanas, helpline, leaver, now):
    open_many(helpline, KEYS_AT_ONCE + 3, now)
    assert "new key" not in text(hanas.get("/desk/cases"))
    actions.disable_worker(user=leaver, by=SYSTEM, now=now)
    assert "3 cases wait for a new key, because somebody left" in text(hanas.get("/desk/cases"))
    assert Case.objects.filter(version=2).count() == KEYS_AT_ONCE
    assert "for a new key" not in text(hanas.get("/desk/cases"))


def test_the_page_of_keys_goes_on_press_by_press_with_its_progress(hanas, helpline, leaver, now):
    open_many(helpline, 2 * AT_ONCE + 1, now)
    actions.disable_worker(user=leaver, by=SYSTEM, now=now)
    shown, steps = hanas.get("/desk/keys"), []
    while any(one.text.strip() == "Go on" for one in elements(shown, "button")):
        [bar] = elements(shown, "progress")
        steps.append((bar.attributes["value"], bar.attributes["max"]))
        where = next(one.attributes["action"] for one in elements(shown, "form") if "?of=" in one.attributes["action"])
        shown = hanas.get(hanas.post(f"/desk/keys{where}").headers["Location"])
    assert steps == [("0", "201"), ("100", "201"), ("200", "201")]
    assert "201 of 201 done" in text(shown)
    assert set(Case.objects.values_list("version", flat=True)) == {2}


@pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 40, "<b>"])
def test_a_progress_that_was_typed_by_hand_breaks_nothing(hanas, few, typed):
    assert hanas.get("/desk/keys", {"of": typed}).status_code == 200


def test_cases_that_nobody_there_can_open_say_what_to_do(hana, few, leaver, now):
    actions.disable_worker(user=leaver, by=SYSTEM, now=now)
    reset_password(user=hana, password=PASSWORD, by=SYSTEM, now=now)
    shown = text(at_desk("hana").get("/desk/keys"))
    assert "Of these, nobody here can open 6" in shown
    assert "her next visit with her code hands the case to you again" in shown.replace("The person herself does: ", "")
    assert "Go on" not in shown


def test_a_case_without_a_grant_is_shown_as_sealed_and_without_a_word_of_it(hanas, hana, case):
    Grant.objects.filter(holder=hana.holder).delete()
    Case.objects.update(rekey_due_at=None)
    for path in (f"/desk/cases/{case.pk}", f"/desk/cases/{case.pk}/notices/new"):
        answer = hanas.get(path)
        assert answer.status_code == 403
        assert "This is sealed" in text(answer)
        assert "files.example.org" not in answer.content.decode()


def test_a_case_whose_grant_was_changed_says_so_and_shows_nothing(hanas, hana, case):
    Grant.objects.filter(holder=hana.holder).update(sealed=b"x" * 200)
    answer = hanas.get(f"/desk/cases/{case.pk}")
    assert answer.status_code == 403
    assert "was changed, and does not open" in text(answer)


def test_a_case_that_was_changed_leaves_the_queue_as_it_is_and_is_told_on_the_page_of_keys(hanas, case, leaver, now):
    actions.do_key_work(by=case, limit=1, now=now)
    actions.disable_worker(user=leaver, by=SYSTEM, now=now)
    Item.objects.update(sealed_url=b"x" * 200)
    assert case.locator in text(hanas.get("/desk/cases"))
    shown = hanas.get(hanas.post("/desk/keys").headers["Location"])
    assert "1 cases were changed and do not open" in text(shown)


def test_an_exchanged_door_is_said_on_the_page_of_the_case(hanas, case):
    assert "lock of this case's door" not in text(hanas.get(f"/desk/cases/{case.pk}"))
    Case.objects.update(public_record=b"x" * 100)
    assert "lock of this case's door was exchanged" in text(hanas.get(f"/desk/cases/{case.pk}"))


def test_the_same_address_in_another_case_of_hanas_is_shown_and_not_in_omars(hanas, omars, case, helpline, now):
    other = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[URL], now=now).case
    assert f"Also in: {other.locator}" in text(hanas.get(f"/desk/cases/{case.pk}"))
    assert other.locator not in omars.get("/desk/cases").content.decode()


def test_hana_searches_by_post_and_finds_the_case(hanas, case):
    assert "Search" in text(hanas.get("/desk/search"))
    answer = hanas.post("/desk/search", {"words": "gallery"})
    assert f"/desk/cases/{case.pk}" in [link.attributes.get("href") for link in elements(answer, "a")]
    assert "1 case was read." in text(answer)
    assert "Nothing found" in text(hanas.post("/desk/search", {"words": "nowhere"}))


def test_what_is_searched_for_in_the_address_bar_is_not_searched(hanas, case):
    assert case.locator not in text(hanas.get("/desk/search", {"words": "gallery"}))


@pytest.mark.parametrize(("posted", "wanted"), [({}, "Write what to look for"), ({"words": "x" * 201}, "at most 200")])
def test_an_empty_or_endless_search_is_answered_in_words(hanas, case, posted, wanted):
    answer = hanas.post("/desk/search", posted)
    assert answer.status_code == 422
    assert wanted in text(answer)


def test_omar_and_pia_find_nothing_of_hanas(omars, pias, case):
    assert case.locator not in omars.post("/desk/search", {"words": "gallery"}).content.decode()
    assert pias.post("/desk/search", {"words": "gallery"}).status_code == 404
    assert pias.get("/desk/keys").status_code == 404


def test_the_session_and_its_row_hold_nothing_of_what_was_read_or_searched(hanas, case):
    hanas.get(f"/desk/cases/{case.pk}")
    hanas.post("/desk/search", {"words": "gallery"})
    assert "gallery" not in str(dict(hanas.session))
