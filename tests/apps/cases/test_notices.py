from datetime import timedelta

import pytest

from amparo.apps.cases import actions
from amparo.apps.cases.models import Notice
from amparo.apps.ledger.models import Event, Job
from amparo.core import law

from .conftest import facts, read

URL = "https://files.example.org/1"


def send(case, items, by, now, **changes):
    wanted = {"regime": "us_tida", "facts": facts(), "recipient": "abuse@forum.example.org"} | changes
    return actions.send_notice(case=case, items=items, by=by, now=now, **wanted)


def nothing_is_written():
    return not (
        Notice.objects.exists()
        or Job.objects.filter(task__endswith="deliver_notice").exists()
        or Event.objects.filter(subject_type="notice").exists()
    )


def test_a_notice_is_kept_word_for_word_and_its_delivery_promised(notice, item, helpline, hana, now):
    kept = read(Notice.objects.get(), hana)
    draft = law.compose(
        "us_tida",
        facts(organisation=helpline.name, mailbox=helpline.mailbox, locations=(law.Location(URL),)),
        at=now,
    )
    assert (kept.subject, kept.body) == (draft.subject, draft.body)
    assert kept.sentences == [[sentence.element_id, sentence.text] for sentence in draft.sentences]
    assert (kept.state, kept.written_by, kept.written_at, kept.sent_at) == ("queued", "hana", now, None)
    assert list(kept.items.all()) == [item]
    assert Job.objects.get(task__endswith="deliver_notice").subject_id == str(kept.pk)
    assert Event.objects.get(subject_type="notice").detail == {"regime": "us_tida", "items": 1}


def test_the_helpline_signs_and_the_addresses_are_those_of_the_items(case, item, hana, now):
    others = facts(
        organisation="Somebody else",
        mailbox="somebody@elsewhere.example.org",
        capacity=law.Capacity.PERSON,
        locations=(law.Location("https://unrelated.example.org/"), law.Location(URL, "third picture")),
    )
    body = send(case, [item], hana, now, facts=others).body
    assert "Somebody" not in body
    assert "unrelated" not in body
    assert case.helpline.mailbox in body
    assert f"{URL} (third picture)" in body


def test_while_an_element_is_missing_nothing_is_written_and_the_element_is_named(case, item, hana, now):
    with pytest.raises(law.ElementMissing) as refused:
        send(case, [item], hana, now, facts=facts(good_faith=False))
    assert [element.id for element in refused.value.missing] == ["iii"]
    assert nothing_is_written()


@pytest.mark.parametrize("age", [law.Age.UNDER_18, law.Age.UNSURE])
def test_no_notice_is_composed_for_a_picture_of_a_minor(case, item, hana, now, age):
    with pytest.raises(law.MinorRefused):
        send(case, [item], hana, now, facts=facts(age_in_picture=age))
    assert nothing_is_written()


def test_no_notice_is_composed_for_a_frozen_case(case, item, hana, now):
    actions.freeze_case(case=case, by=hana, now=now)
    with pytest.raises(actions.CaseFrozen):
        send(case, [item], hana, now)
    assert nothing_is_written()


def test_freezing_deletes_the_notices_and_a_waiting_one_never_leaves(case, notice, hana, now, mailoutbox):
    from amparo.apps.cases import delivery

    actions.freeze_case(case=case, by=hana, now=now)
    job = Job.objects.get(task__endswith="deliver_notice")
    delivery.run(job.pk, clock=lambda: now)
    job.refresh_from_db()
    assert (Notice.objects.count(), mailoutbox, job.state) == (0, [], "done")


def test_omar_sends_no_notice(case, item, omar, now):
    with pytest.raises(actions.NotYourCase):
        send(case, [item], omar, now)
    assert nothing_is_written()


def test_a_notice_is_about_items_of_its_case(case, item, helpline, hana, now):
    other = actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[], urls=["https://a.example.org/"], now=now
    ).case
    for items in ([], [other.items.get()], [item, other.items.get()]):
        with pytest.raises(actions.NoItems):
            send(case, items, hana, now)
    assert nothing_is_written()


@pytest.mark.parametrize("recipient", ["", "abuse", "a@b.example.org\nBcc: c@d.example.org", "a@b.org, c@d.org"])
def test_a_recipient_is_one_mail_address(case, item, hana, now, recipient):
    with pytest.raises(actions.BadRecipient):
        send(case, [item], hana, now, recipient=recipient)
    assert nothing_is_written()


def unconfirmed(notice, now):
    notice.state, notice.sending_at, notice.attempts = "unconfirmed", now, 1
    notice.save()
    return notice


def test_a_person_may_confirm_an_unconfirmed_notice_and_its_clock_runs_from_its_handing_over(notice, hana, now):
    unconfirmed(notice, now)
    settled = actions.confirm_delivered(notice=notice, by=hana, now=now + timedelta(hours=5))
    assert (settled.state, settled.sent_at, settled.due_at) == ("sent", now, now + timedelta(hours=48))
    assert Event.objects.get(kind="notice_settled").by == "hana"


def test_a_person_may_queue_an_unconfirmed_or_failed_notice_again(notice, hana, now):
    for state, failure in (("unconfirmed", ""), ("failed", "recipient refused with 550")):
        Notice.objects.update(state=state, failure=failure)
        again = actions.queue_again(notice=notice, by=hana, now=now)
        assert (again.state, again.failure) == ("queued", "")
    assert Job.objects.filter(task__endswith="deliver_notice").count() == 3


@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_what_is_not_in_doubt_is_not_settled(notice, hana, now, state):
    times = {"sent_at": now, "due_at": now} if state == "sent" else {}
    Notice.objects.update(state=state, **times)
    for act in (actions.queue_again, actions.confirm_delivered):
        with pytest.raises(actions.NotInDoubt):
            act(notice=notice, by=hana, now=now)
    assert Notice.objects.get().state == state


def test_a_failed_notice_is_not_confirmed(notice, hana, now):
    Notice.objects.update(state="failed", failure="recipient refused with 550")
    with pytest.raises(actions.NotInDoubt):
        actions.confirm_delivered(notice=notice, by=hana, now=now)


def test_omar_settles_nothing(notice, omar, now):
    unconfirmed(notice, now)
    for act in (actions.queue_again, actions.confirm_delivered):
        with pytest.raises(actions.NotYourCase):
            act(notice=notice, by=omar, now=now)
    assert Notice.objects.get().state == "unconfirmed"
