from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from amparo.apps.cases import actions, delivery, letters
from amparo.apps.cases.models import Letter, Notice
from amparo.apps.ledger.actions import MOST_ATTEMPTS
from amparo.apps.ledger.models import Event, Job
from amparo.apps.ledger.queries import verify
from tests.servers.mailbox import Mailbox


@pytest.fixture
def mailbox(settings):
    with Mailbox() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 5
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield running


def work(now):
    """Do the deliveries that are due, as a worker does."""
    for job in Job.objects.filter(state="waiting", run_after__lte=now, task__endswith="deliver_notice"):
        delivery.run(job.pk, clock=lambda: now)


def standing():
    notice = Notice.objects.get()
    return notice.state, notice.failure


def kinds():
    return list(Event.objects.filter(subject_type="notice").values_list("kind", flat=True))


def test_a_notice_leaves_once_and_its_clock_runs(notice, mailbox, now):
    work(now)
    work(now + timedelta(minutes=1))
    [letter] = mailbox.letters
    sent = Notice.objects.get()
    assert (sent.state, sent.sent_at, sent.attempts) == ("sent", now, 1)
    assert (sent.due_at, sent.due_fixed_by_law) == (now + timedelta(hours=48), True)
    assert letter.text.replace("\r\n", "\n") == notice.body
    assert not Letter.objects.exists()
    assert kinds() == ["notice_queued", "notice_sending", "notice_sent"]
    assert verify().holds


def test_the_headers_are_the_helplines_and_tell_nothing_of_sam(notice, case, mailbox, now):
    work(now)
    [letter] = mailbox.letters
    message = letter.message
    assert (letter.sender, letter.recipients) == ("notices@helpline.example.org", ("abuse@forum.example.org",))
    assert message["From"] == "notices@helpline.example.org"
    assert message["To"] == "abuse@forum.example.org"
    assert message["Subject"] == notice.subject
    assert message["Message-ID"] == notice.message_id == f"<notice.{notice.pk}@helpline.example.org>"
    assert parsedate_to_datetime(message["Date"]) == now
    assert message.get_content_type() == "text/plain"
    headers = str(message.items())
    for secret in (case.locator, str(case.pk), "files.example.org"):
        assert secret not in headers
    assert set(message.keys()) <= {
        "Content-Type",
        "MIME-Version",
        "Content-Transfer-Encoding",
        "Subject",
        "From",
        "To",
        "Message-ID",
        "Date",
        "X-Peer",
        "X-MailFrom",
        "X-RcptTo",
    }


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("ehlo", "421 too busy"),
        ("mail", "451 later"),
        ("rcpt", "450 mailbox busy"),
        ("text", "452 no room"),
    ],
)
def test_a_refusal_for_now_puts_it_back_and_it_leaves_later_once(notice, mailbox, now, step, answer):
    mailbox.refuse(step, answer)
    work(now)
    assert standing() == ("queued", "")
    assert mailbox.letters == []
    mailbox.accept()
    work(now + timedelta(seconds=59))
    assert mailbox.letters == []
    work(now + timedelta(minutes=1))
    assert standing() == ("sent", "")
    assert len(mailbox.letters) == 1
    assert kinds() == ["notice_queued", "notice_sending", "notice_queued", "notice_sending", "notice_sent"]


def test_a_mail_server_that_is_away_is_asked_again(notice, mailbox, settings, now):
    with Mailbox() as gone:
        settings.EMAIL_PORT = gone.port
    work(now)
    assert standing() == ("queued", "")
    settings.EMAIL_PORT = mailbox.port
    work(now + timedelta(minutes=1))
    assert len(mailbox.wait_for(1)) == 1


@pytest.mark.parametrize(
    ("refusal", "failure"),
    [
        (("ehlo", "550 not from you"), "mail server said 550"),
        (("mail", "553 bad sender"), "mail server said 553"),
        (("rcpt", "550 no such mailbox"), "recipient refused with 550"),
        (("text", "554 refused"), "mail server said 554"),
    ],
)
def test_a_lasting_refusal_fails_with_a_word_and_is_not_tried_again(notice, mailbox, now, refusal, failure):
    mailbox.refuse(*refusal)
    work(now)
    mailbox.accept()
    work(now + timedelta(days=1))
    assert standing() == ("failed", failure)
    assert mailbox.letters == []
    assert Job.objects.get(task__endswith="deliver_notice").state == "done"


def test_a_failed_notice_that_a_person_queues_again_leaves(notice, mailbox, hana, now):
    mailbox.refuse("rcpt", "550 no such mailbox")
    work(now)
    mailbox.accept()
    actions.queue_again(notice=notice, by=hana, now=now)
    work(now)
    assert standing() == ("sent", "")
    assert len(mailbox.letters) == 1


def test_after_the_last_attempt_it_fails_and_is_not_lost_in_the_queue(notice, mailbox, now):
    mailbox.refuse("mail", "451 later")
    at = now
    for _ in range(MOST_ATTEMPTS + 2):
        work(at)
        at += timedelta(days=1)
    assert standing() == ("failed", "mail server said 451")
    assert Notice.objects.get().attempts == MOST_ATTEMPTS


def test_a_mail_server_that_falls_silent_after_the_text_leaves_a_doubt(notice, mailbox, settings, now):
    settings.EMAIL_TIMEOUT = 0.5
    mailbox.hold("taken")
    work(now)
    assert standing() == ("unconfirmed", "")
    mailbox.accept()
    work(now + timedelta(days=1))
    assert len(mailbox.letters) == 1
    assert kinds()[-1] == "notice_unconfirmed"


def test_a_notice_that_a_dead_worker_left_is_never_sent_again_by_itself(notice, mailbox, now):
    Notice.objects.update(state="sending", sending_at=now, attempts=1)
    work(now)
    assert standing() == ("unconfirmed", "")
    assert mailbox.letters == []
    assert Job.objects.get(task__endswith="deliver_notice").state == "done"


def test_what_stayed_sending_without_a_worker_is_shown(notice, now):
    Notice.objects.update(state="sending", sending_at=now, attempts=1)
    assert delivery.find_abandoned(now=now + timedelta(minutes=9)) == 0
    assert delivery.find_abandoned(now=now + timedelta(minutes=11)) == 1
    assert standing() == ("unconfirmed", "")


def test_a_notice_that_cannot_be_mail_fails_and_nothing_leaves(notice, mailbox, now):
    notice.keep_plain(subject="two\nlines")
    letters.write(notice)
    work(now)
    assert standing() == ("failed", "it cannot be written as mail")
    assert mailbox.letters == []


def test_a_text_in_any_script_arrives_as_it_was_written(notice, mailbox, now):
    body = "Čitaj, προσοχή, 注意 \u2013 .\n.\nFrom here\n" + "long " * 400 + "\n"
    notice.keep_plain(body=body, subject=" ".join(["Обавештење"] * 20))
    letters.write(notice)
    work(now)
    [letter] = mailbox.letters
    assert letter.text.replace("\r\n", "\n") == body
    assert letter.message["Subject"].split() == ["Обавештење"] * 20
