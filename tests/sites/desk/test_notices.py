"""A notice: the law chosen from those that fit, refused while an element is missing, sent once, kept word for word."""

import pytest

from amparo.apps.cases.models import Notice
from amparo.apps.ledger.models import Event, Job
from tests.apps.cases.conftest import plain_rows, read
from tests.sites.desk.conftest import URL, told
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(case):
    return f"/desk/cases/{case.pk}/notices/new"


def test_the_form_begins_with_the_open_addresses_marked(hanas, case, path):
    boxes = [one for one in elements(hanas.get(path), "input") if one.attributes.get("name") == "items"]
    assert len(boxes) == 2
    assert all("checked" in box.attributes for box in boxes)


def test_the_form_offers_the_confirmed_offences_of_the_persons_country(hanas, path):
    shown = text(hanas.get(path))
    assert "612-ter" in shown
    assert "600-ter" not in shown  # about minors: no notice for an adult cites it


def test_the_laws_that_fit_are_shown_with_their_clock_and_confidence_and_the_others_with_a_reason(hanas, case, path):
    shown = text(hanas.post(path, told(case, offered_in=["US", "EU", "GB"], do="laws")))
    assert "48 hours by law, from receipt of a VALID request" in shown
    assert "48 hours reported, unconfirmed" in shown
    assert "no hours for the platform in this law" in shown
    assert "checked on 2026-11-21" in shown
    assert "The service is not marked as offered in JP." in shown


def test_a_missing_element_is_named_with_its_legal_basis_and_what_to_do(hanas, case, path):
    answer = hanas.post(path, told(case, reasons=[], do="preview"))
    assert answer.status_code == 422
    shown = text(answer)
    assert "Not sent: the law asks for more" in shown
    assert "s.3(a)(1)(B)(iii)" in shown
    assert "Mark what the person did not agree to" in shown
    assert Notice.objects.count() == 0


def test_what_was_written_stays_when_an_element_is_missing(hanas, case, path):
    answer = hanas.post(path, told(case, signed="", note="Third picture of the row.", do="preview"))
    fields = {one.attributes.get("id"): one.attributes for one in elements(answer, "input")}
    assert fields["id_service"]["value"] == "Example Forum"
    assert fields["id_authority"]["value"] == "A-2026-12"
    assert "checked" in fields["law-us_tida"]
    assert next(one.text for one in elements(answer, "textarea")).strip() == "Third picture of the row."


def test_an_incomplete_notice_is_refused_at_the_last_step_too(hanas, case, path):
    hanas.post(path, told(case, do="preview"))
    answer = hanas.post(path, told(case, good_faith="", do="send"))
    assert answer.status_code == 422
    assert (Notice.objects.count(), Job.objects.filter(task__contains="deliver").count()) == (0, 0)


def test_the_preview_ties_each_sentence_to_its_element_and_sends_nothing(hanas, case, path):
    answer = hanas.post(path, told(case, do="preview"))
    assert answer.status_code == 200
    rows = [" ".join(one.text.split()) for one in elements(answer, "li") if "ol" in one.inside]
    assert any("did not consent to the sharing" in row and "s.3(a)(1)(B)(iii)" in row for row in rows)
    assert any(URL in row and "s.3(a)(1)(B)(ii)" in row for row in rows)
    assert any("our request, beside what the law orders" in row for row in rows)
    assert Notice.objects.count() == 0


def test_a_notice_is_sent_as_it_was_read(hanas, case, path):
    preview = hanas.post(path, told(case, do="preview"))
    answer = hanas.post(path, told(case, do="send"))
    notice = read(Notice.objects.get(), case)
    assert answer.headers["Location"] == f"/desk/cases/{case.pk}/notices/{notice.pk}"
    assert [" ".join(line.split()) for _element, line in notice.sentences] == [
        " ".join(one.text.split()).removeprefix("- ") for one in elements(preview, "pre")
    ]
    shown = hanas.get(answer.headers["Location"])
    assert next(one.text for one in elements(shown, "pre")) == notice.body
    assert [item.url for item in plain_rows(notice.items.all(), case)] == [URL]
    assert Event.objects.filter(kind="notice_queued").count() == 1


def test_a_second_press_sends_nothing_more(hanas, case, path):
    hanas.post(path, told(case, do="preview"))
    hanas.post(path, told(case, do="send"))
    again = hanas.post(path, told(case, do="send"))
    assert Notice.objects.count() == 1
    assert "This was sent already" in text(hanas.get(again.headers["Location"]))


def test_nothing_is_sent_that_was_not_read_before(hanas, case, path):
    hanas.post(path, told(case, do="send"))
    assert Notice.objects.count() == 0


def test_the_hidden_fields_of_the_preview_are_the_whole_form(hanas, case, path):
    """Pressing Send on the preview posts what the preview was made of."""
    preview = hanas.post(path, told(case, note="Two\nlines", since="2026-11-01", do="preview"))
    posted: dict[str, list[str]] = {}
    for field in elements(preview, "input"):
        if field.attributes["name"] != "csrfmiddlewaretoken" and "form" in field.inside:
            posted.setdefault(field.attributes["name"], []).append(field.attributes.get("value", ""))
    hanas.post(path, posted | {"do": "send"})
    assert Notice.objects.count() == 1
    assert "Two\nlines" in read(Notice.objects.get(), case).body


BAD = {
    "no address": ({"items": []}, "No address is chosen"),
    "an address of another case": ({"items": ["3f0e5a5e-0000-4000-8000-000000000000"]}, "not in this case"),
    "no recipient": ({"recipient": ""}, "The recipient is missing"),
    "a recipient that is none": ({"recipient": "the forum"}, "This is not a mail address"),
    "two recipients": ({"recipient": "a@example.org, b@example.org"}, "This is not a mail address"),
    "a line break in the recipient": ({"recipient": "a@example.org\nBcc: b@example.org"}, "This is not a mail address"),
    "no age": ({"age": ""}, "The age is missing"),
    "under 18": ({"age": "under_18"}, "no notice is written when the person in the picture was under 18"),
    "age not known": ({"age": "unsure"}, "no notice is written when the person in the picture was under 18"),
    "a day that is none": ({"since": "yesterday"}, "Write it as 2026-11-21"),
    "a note that is too long": ({"note": "a" * 601}, "note is at most 600 signs"),
    "a name that reads backwards": ({"service": "Example \u202emuroF"}, "service holds"),
    "a law that there is not": ({"regime": "us_nothing"}, "us_nothing"),
    "no law": ({"regime": ""}, "no notice regime"),
    "a law that does not fit": ({"regime": "eu_dsa_art16"}, "The service is not marked as offered in EU"),
    "a law that nobody here sends": ({"regime": "au_osa_removal"}, "au_osa_removal"),
    "a language that is not there": ({"language": "xx"}, "xx"),
}


@pytest.mark.parametrize(("given", "wanted"), BAD.values(), ids=BAD)
def test_bad_input_is_answered_in_words_and_nothing_is_written(hanas, case, path, given, wanted):
    hanas.post(path, told(case, do="preview"))
    for step in ("preview", "send"):
        answer = hanas.post(path, told(case, **given, do=step))
        assert answer.status_code == 422
        assert wanted in text(answer)
    assert Notice.objects.count() == 0


def test_what_a_notice_quotes_is_never_read_as_html(hanas, case, path):
    answer = hanas.post(path, told(case, service="<script>alert(1)</script>", do="preview"))
    assert b"<script>alert" not in answer.content


@pytest.fixture
def notice(hanas, case, path):
    hanas.post(path, told(case, do="preview"))
    hanas.post(path, told(case, do="send"))
    return Notice.objects.get()


def test_a_notice_in_doubt_is_settled_by_one_of_two_presses(hanas, case, notice, now):
    base = f"/desk/cases/{case.pk}/notices/{notice.pk}"
    Notice.objects.update(state="unconfirmed", sending_at=now)
    shown = text(hanas.get(base))
    assert "Did it arrive?" in shown
    assert "It arrived" in shown
    assert "It did not: send it again" in shown
    assert hanas.post(f"{base}/arrived").headers["Location"] == base
    notice.refresh_from_db()
    assert (notice.state, notice.sent_at) == ("sent", now)
    assert "2026-11-23 12:00 UTC" in text(hanas.get(base))


def test_a_notice_in_doubt_is_sent_again_by_the_other(hanas, case, notice, now):
    base = f"/desk/cases/{case.pk}/notices/{notice.pk}"
    Notice.objects.update(state="unconfirmed", sending_at=now)
    hanas.post(f"{base}/again")
    notice.refresh_from_db()
    assert notice.state == "queued"


def test_a_notice_that_is_not_in_doubt_offers_nothing_and_refuses_in_words(hanas, case, notice):
    base = f"/desk/cases/{case.pk}/notices/{notice.pk}"
    assert "Did it arrive?" not in text(hanas.get(base))
    hanas.post(f"{base}/arrived")
    assert "there is nothing to settle" in text(hanas.get(base))


def test_a_notice_of_a_law_that_a_later_release_dropped_is_still_shown(hanas, case, notice):
    Notice.objects.update(regime="xx_gone")
    assert "xx_gone" in text(hanas.get(f"/desk/cases/{case.pk}/notices/{notice.pk}"))
