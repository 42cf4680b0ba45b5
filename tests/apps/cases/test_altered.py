"""One part of a case was changed outside Amparo: it is marked and told once, and all else goes on."""

import pytest

from amparo.apps.cases import actions, codes, contents, search
from amparo.apps.cases.models import Case, Item, Message, Notice, Opening
from amparo.apps.cases.sealed import NotOpened
from amparo.apps.ledger.models import Event
from amparo.apps.ledger.queries import verify
from tests.apps.cases.conftest import read

URL = "https://files.example.org/1"
NOISE = b"x" * 300


@pytest.fixture
def talk(case, notice, hana, now):
    """The case with two addresses, a notice and a message of each side."""
    actions.add_item(case=case, url=f"{URL}/2", by=case, now=now)
    for by in (case, hana):
        actions.write_message(case=case, text=f"from {by.handle}", by=by, now=now)
    return case


def break_item(case):
    Item.objects.filter(pk=case.items.first().pk).update(sealed_url=NOISE)


def break_notice(case):
    Notice.objects.filter(case=case).update(sealed_body=NOISE)


def break_message(case):
    Message.objects.filter(pk=case.messages.first().pk).update(sealed_text=NOISE)


BREAKS = {"item": break_item, "notice": break_notice, "message": break_message}


@pytest.mark.parametrize("kind", BREAKS)
def test_one_altered_row_is_marked_and_has_no_text_and_all_else_opens(talk, hana, kind):
    BREAKS[kind](talk)
    for by in (talk, hana):
        inside = contents.contents(talk, by)
        [row] = inside.altered
        assert row._meta.model_name == kind
        for name in row.texts():
            with pytest.raises(NotOpened):
                getattr(row, name)
        sound = [one for one in [*inside.items, *inside.notices, *inside.messages] if one is not row]
        assert (len(sound), len(inside.items), len(inside.messages)) == (4, 2, 2)
        assert all(getattr(one, name) is not None for one in sound for name in one.texts())


def test_of_a_notice_with_one_altered_column_no_other_column_is_at_hand(talk, hana):
    break_notice(talk)
    with pytest.raises(NotOpened):
        str(contents.contents(talk, hana).notices[0].service)
    with pytest.raises(actions.Altered):
        contents.notice_of(talk, talk.notices.get().pk, hana)


def test_a_notice_about_an_altered_address_is_shown_and_its_address_is_marked(talk, hana):
    break_item(talk)
    [notice] = contents.contents(talk, hana).notices
    assert notice.service == "Example Forum"
    assert [item.altered for item in notice.items.all()] == [True]


def test_the_ledger_is_told_once_of_each_row_and_the_trail_holds(talk, hana, now):
    for breaks in BREAKS.values():
        breaks(talk)
    for by, new in ((hana, 3), (hana, 0), (talk, 0)):
        rows = contents.contents(talk, by).altered
        assert actions.note_altered(case=talk, rows=rows, by=by, now=now) == new
    told = Event.objects.filter(kind="part_altered")
    assert sorted(event.subject_type for event in told) == ["item", "message", "notice"]
    assert {(event.by, event.detail["case"]) for event in told} == {("hana", str(talk.pk))}
    assert verify().holds


def test_omar_tells_nothing_of_her_case(talk, omar, now):
    with pytest.raises(actions.NotYourCase):
        actions.note_altered(case=talk, rows=[talk.items.first()], by=omar, now=now)
    assert not Event.objects.filter(kind="part_altered").exists()


def test_an_altered_note_of_an_opening_hides_no_other(talk, now):
    for _ in range(2):
        codes.note_opening(talk, now=now)
    Opening.objects.filter(pk=talk.openings.first().pk).update(sealed_code=NOISE)
    found = codes.openings(talk)
    assert (found.seconds, len(found.altered)) == ([], 1)


def test_with_an_altered_address_she_lets_her_case_rest_and_go_on(talk, now):
    break_item(talk)
    actions.pause_case(case=talk, take_back=False, by=talk, now=now)
    actions.resume_case(case=talk, by=talk, now=now)
    assert sorted(bool(due) for due in talk.items.values_list("check_due_at", flat=True)) == [False, True]


def test_with_an_altered_row_she_changes_her_code_and_reads_the_rest(talk, opened, now):
    break_message(talk)
    changed = actions.set_codes(case=talk, words=opened.code.words, second=None, by=talk, now=now)
    inside = contents.contents(changed, changed)
    assert [row._meta.model_name for row in inside.altered] == ["message"]
    assert inside.items[0].url == URL


def test_a_search_goes_through_what_opens_and_tells_what_does_not(talk, hana):
    break_item(talk)
    found = search.search(by=hana, words="files.example.org/1/2")
    assert [(len(hit.items), hit.case.pk) for hit in found.hits] == [(1, talk.pk)]
    assert (found.sealed, found.altered) == (0, 1)


def test_a_row_that_was_mended_is_read_again(talk, hana):
    item = talk.items.first()
    before = bytes(item.sealed_url)
    break_item(talk)
    assert contents.contents(talk, hana).altered
    Item.objects.filter(pk=item.pk).update(sealed_url=before)
    assert not contents.contents(Case.objects.get(), hana).altered
    assert read(item, hana).url == URL
