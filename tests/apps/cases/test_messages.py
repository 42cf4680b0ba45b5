"""Messages: sealed, between her and her helpline alone, bounded, plain, counted until they were read."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from amparo.apps.cases import actions
from amparo.apps.cases.contents import contents
from amparo.apps.cases.keys import open_case_key, opened as opened_rows
from amparo.apps.cases.models import Case, Message
from amparo.apps.cases.queries import timeline, unread
from amparo.apps.cases.search import search
from amparo.apps.ledger.models import Event, Job, NamedActor
from tests.apps.cases.conftest import read

WORDS = "They changed the address of the gallery yesterday."


def write(case, text, by, now):
    return actions.write_message(case=case, text=text, by=by, now=now)


def test_what_she_writes_the_helpline_reads_and_the_other_way_round(case, hana, now):
    write(case, WORDS, case, now)
    write(case, "Thank you. We write to them today.", hana, now)
    for reader in (hana, case):
        assert [(one.side, one.text) for one in contents(case, reader).messages] == [
            ("survivor", WORDS),
            ("helpline", "Thank you. We write to them today."),
        ]


def test_omar_can_neither_write_nor_read(case, omar, now):
    message = write(case, WORDS, case, now)
    with pytest.raises(actions.NotYourCase):
        write(case, "x", omar, now)
    with pytest.raises(actions.NotYourCase):
        actions.read_messages(case=case, by=omar, now=now)
    with pytest.raises(actions.Locked):
        read(message, omar)


def test_the_words_stand_nowhere_in_plain(case, hana, now):
    message = write(case, WORDS, case, now)
    assert WORDS.encode() not in bytes(Message.objects.get().sealed_text)
    assert all(WORDS not in str(event.detail) for event in Event.objects.all())
    assert all(WORDS not in str(vars(job)) for job in Job.objects.all())
    assert Event.objects.get(kind="message_written").detail == {}
    assert str(message) == f"message {message.pk}"


def test_two_short_messages_have_one_length(case, now):
    write(case, "yes", case, now)
    write(case, "I found two more pages today", case, now)
    assert len({len(bytes(one.sealed_text)) for one in Message.objects.all()}) == 1


def test_who_has_no_key_adds_through_the_door_and_the_helpline_reads_it(case, hana, now):
    message = write(case, "Carried over from the telephone notes", NamedActor("operator"), now)
    assert message.by_door
    assert (read(message, hana).text, message.side) == ("Carried over from the telephone notes", "helpline")


def test_rekeying_keeps_messages_of_both_forms_readable_and_the_old_key_opens_none(case, hana, now):
    write(case, WORDS, case, now)
    write(case, "through the door", NamedActor("operator"), now)
    old = open_case_key(case, hana)
    Case.objects.update(rekey_due_at=now)
    assert actions.do_key_work(by=hana, limit=9, now=now).rekeyed == 1
    fresh = Case.objects.get()
    fresh.key = case.key
    assert [one.text for one in contents(fresh, fresh).messages] == [WORDS, "through the door"]
    for row in Message.objects.all():
        with pytest.raises(actions.Altered):
            opened_rows(old, [row])


def test_nothing_is_no_message(case, now):
    for text in ("", "  \n\t ", "\u202e\u2066\x00"):
        with pytest.raises(actions.EmptyMessage):
            write(case, text, case, now)
    assert not Message.objects.exists()


def test_a_message_has_4000_characters_at_most(case, hana, now):
    assert read(write(case, "x" * 4000, case, now), hana).text == "x" * 4000
    with pytest.raises(actions.MessageTooLong) as refused:
        write(case, "x" * 4001, case, now)
    assert "4,000" in str(refused.value)


def test_a_case_has_2000_messages_at_most(case, now):
    one = write(case, "x", case, now)
    Message.objects.bulk_create(
        Message(case=case, number=number, side="survivor", written_by="x", written_at=now, sealed_text=one.sealed_text)
        for number in range(2, 2001)
    )
    with pytest.raises(actions.TooManyMessages):
        write(case, "x", case, now)


def test_line_ends_stay_and_signs_that_turn_a_line_around_go(case, hana, now):
    message = write(case, " one\r\ntwo\rthree\x07 \u202eevil\u202c 👩‍👧 ", case, now)
    assert read(message, hana).text == "one\ntwo\nthree evil 👩‍👧"


def test_unread_is_counted_for_the_other_side_until_it_was_on_a_page(case, hana, now):
    write(case, "one", case, now)
    write(case, "two", case, now)
    assert (unread(case, hana), unread(case, case)) == (2, 0)
    assert actions.read_messages(case=case, by=case, now=now) == 0
    assert actions.read_messages(case=case, by=hana, now=now + timedelta(hours=1)) == 2
    assert unread(case, hana) == 0
    assert {one.read_at for one in Message.objects.all()} == {now + timedelta(hours=1)}
    assert Event.objects.get(kind="messages_read").detail == {"count": 2}
    assert actions.read_messages(case=case, by=hana, now=now + timedelta(hours=2)) == 0
    assert Event.objects.filter(kind="messages_read").count() == 1


def test_a_message_is_in_the_trail_with_who_wrote_it_and_without_its_words(case, hana, now):
    write(case, WORDS, case, now)
    write(case, WORDS, hana, now)
    told = [(str(moment.says), moment.who.value) for moment in timeline(case) if "message" in str(moment.says)]
    assert told == [("A message was written.", "survivor"), ("A message was written.", "helpline")]


def test_no_notification_and_no_job_leaves(case, now, mailoutbox):
    jobs = Job.objects.count()
    write(case, WORDS, case, now)
    assert (Job.objects.count(), mailoutbox) == (jobs, [])


def test_freezing_deletes_them_and_nothing_can_be_written_any_more(case, hana, now):
    write(case, WORDS, case, now)
    actions.freeze_case(case=case, by=hana, now=now)
    assert not Message.objects.exists()
    with pytest.raises(actions.CaseFrozen):
        write(case, WORDS, hana, now)


def test_the_search_of_the_desk_finds_them_for_who_holds_the_case(case, hana, omar, now):
    write(case, WORDS, case, now)
    [hit] = search(by=hana, words="GALLERY yesterday").hits
    assert [one.text for one in hit.messages] == [WORDS]
    assert search(by=omar, words="gallery yesterday").hits == []


def test_a_message_is_not_read_before_it_is_written_and_its_number_is_its_own(case, now):
    message = write(case, "x", case, now)
    for change in (
        lambda: Message.objects.update(read_at=now - timedelta(seconds=1)),
        lambda: Message.objects.create(
            case=case, number=message.number, side="survivor", written_by="x", written_at=now, sealed_text=b"x"
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
