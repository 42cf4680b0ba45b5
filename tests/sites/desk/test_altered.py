"""A case of which one part was changed outside Amparo: the page opens, marks it, shows all else, and tells it once."""

import pytest

from amparo.apps.cases import actions
from amparo.apps.cases.models import Item, Message, Notice
from amparo.apps.ledger.models import Event
from tests.sites.desk.conftest import URL, told
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db

MARK = "altered outside Amparo and cannot be shown"
NOISE = b"x" * 300


@pytest.fixture
def full(hanas, case, hana, now):
    """The case with a message of Sam's and a notice about its first address."""
    actions.write_message(case=case, text="Thank you for looking.", by=case, now=now)
    hanas.post(f"/desk/cases/{case.pk}/notices/new", told(case) | {"do": "preview"})
    assert hanas.post(f"/desk/cases/{case.pk}/notices/new", told(case) | {"do": "send"}).status_code == 302
    return case


def break_item(case):
    Item.objects.filter(pk=case.items.first().pk).update(sealed_url=NOISE)


def break_notice(case):
    Notice.objects.filter(case=case).update(sealed_subject=NOISE)


def break_message(case):
    Message.objects.filter(case=case).update(sealed_text=NOISE)


# How to alter one part, and what only that part says: the number before an address, the name of a service, a message.
BREAKS = {
    "item": (break_item, f"{URL} "),
    "notice": (break_notice, "Example Forum"),
    "message": (break_message, "Thank you for looking."),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_the_page_opens_marks_the_altered_part_and_shows_all_else(hanas, full, kind):
    BREAKS[kind][0](full)
    shown = hanas.get(f"/desk/cases/{full.pk}")
    said = text(shown)
    assert shown.status_code == 200
    assert said.count(MARK) == 1
    assert "1 part of this case was altered" in said
    assert f"{URL}/2" in said
    for other, (_breaks, words) in BREAKS.items():
        assert (words in said) == (other != kind)
    hanas.get(f"/desk/cases/{full.pk}")
    assert [event.subject_type for event in Event.objects.filter(kind="part_altered")] == [kind]
    assert "A part of the case was changed outside Amparo" in text(hanas.get(f"/desk/cases/{full.pk}"))


def test_an_altered_address_is_not_offered_for_a_notice_nor_looked_at(hanas, full):
    break_item(full)
    page = hanas.get(f"/desk/cases/{full.pk}/notices/new")
    boxes = [one.attributes["value"] for one in elements(page, "input") if one.attributes.get("name") == "items"]
    assert boxes == [str(full.items.last().pk)]
    looks = [one for one in elements(hanas.get(f"/desk/cases/{full.pk}"), "button") if "Look now" in one.text]
    assert len(looks) == 1
    assert hanas.post(f"/desk/cases/{full.pk}/items/{full.items.first().pk}/look").status_code != 500


def test_an_altered_notice_has_no_page_of_its_own(hanas, full):
    notice = Notice.objects.get()
    Notice.objects.update(sealed_body=NOISE)
    answer = hanas.get(f"/desk/cases/{full.pk}/notices/{notice.pk}")
    assert answer.status_code == 403
    assert "This does not open" in text(answer)
    assert "Example Forum" not in answer.content.decode()


def test_a_search_says_that_a_text_could_not_be_searched(hanas, full):
    break_item(full)
    assert "1 text was altered outside Amparo" in text(hanas.post("/desk/search", {"words": "thank"}))
