"""Her page, when a part of her case was changed outside Amparo: the part is marked, all else is there."""

import pytest
from django.utils import timezone

from amparo.apps.cases import actions
from amparo.apps.cases.models import Item, Message, Opening
from amparo.apps.ledger.models import Event
from tests.apps.cases.conftest import kept_notice
from tests.sites.reading import text
from tests.sites.survivor.conftest import URL

pytestmark = pytest.mark.django_db

MARK = "changed outside Amparo, so it is not shown"
NOISE = b"x" * 300


@pytest.fixture
def full(opened, hana, now):
    case = opened.case
    actions.add_item(case=case, url=f"{URL}/2", by=case, now=now)
    kept_notice(case, hana, written_at=now).items.set(case.items.all())
    for words in ("We wrote to them.", "They answered."):
        actions.write_message(case=case, text=words, by=hana, now=now)
    return case


def test_an_altered_address_is_marked_and_the_rest_of_her_page_is_there(inside, full):
    Item.objects.filter(pk=full.items.first().pk).update(sealed_url=NOISE)
    said = text(inside.get("/mine"))
    assert said.count(MARK) == 1
    assert f"{URL}/2" in said
    assert "To Example Forum" in said
    assert Event.objects.filter(kind="part_altered").count() == 1


def test_an_altered_notice_is_marked_and_its_texts_are_not_there(inside, full):
    full.notices.update(sealed_service=NOISE)
    said = text(inside.get("/mine"))
    assert said.count(MARK) == 1
    assert "To Example Forum" not in said
    assert f"{URL}/2" in said


def test_an_altered_message_is_marked_and_the_others_are_read(inside, full):
    Message.objects.filter(pk=full.messages.first().pk).update(sealed_text=NOISE)
    said = text(inside.get("/mine/notes"))
    assert said.count(MARK) == 1
    assert "They answered." in said
    assert "We wrote to them." not in said


@pytest.mark.parametrize("path", ["/mine", "/mine/code"])
def test_an_altered_note_of_when_her_code_was_used_closes_no_page(inside, full, path):
    Opening.objects.update(sealed_code=NOISE)
    answer = inside.get(path)
    assert (answer.status_code, text(answer).count(MARK)) == (200, 1)


def test_with_an_altered_part_she_still_gets_a_new_code(inside, opened, full):
    Item.objects.filter(pk=full.items.first().pk).update(sealed_url=NOISE)
    case = actions.set_codes(case=opened.case, words=opened.code.words, second=None, by=opened.case, now=timezone.now())
    assert case.version == 2
