"""The form: refused without the age answer, all of it or nothing, never a picture."""

import pytest
from django.test import Client

from amparo.apps.banks.models import Entry
from amparo.apps.cases.models import Case, Consent
from amparo.apps.cases.video import text_of
from amparo.apps.ledger.models import Event
from tests.apps.cases.conftest import plain_rows
from tests.apps.cases.test_video import film
from tests.sites.reading import elements, text
from tests.sites.survivor.conftest import URL, line

pytestmark = pytest.mark.django_db


def sent(**given) -> dict:
    return {"picture": line(), "urls": URL, "country": "IT"} | given


def code_on(page) -> str:
    return " ".join(item.text for item in elements(page, "li") if "ol" in item.inside)


def test_the_form_is_refused_without_the_answer_about_age(client, helpline):
    assert client.get("/form").headers["Location"] == "/next"
    assert client.post("/form", sent()).headers["Location"] == "/next"
    assert Case.objects.count() == 0


def test_no_browser_can_send_a_picture(answered):
    shown = answered.get("/form")
    picker = next(one for one in elements(shown, "input") if one.attributes.get("type") == "file")
    assert "name" not in picker.attributes
    assert "form" not in picker.attributes
    assert "form" not in picker.inside
    assert {form.attributes.get("enctype", "") for form in elements(shown, "form")} == {""}


def test_the_form_says_who_reads_what(answered, used_bank):
    shown = text(answered.get("/form"))
    assert "Helpline always reads what you send here" in shown
    assert "These services stop uploads that match it: Platform." in shown
    assert "Take it back" in shown


def test_no_consent_is_given_for_her(answered, used_bank):
    boxes = [one for one in elements(answered.get("/form"), "input") if one.attributes.get("name") == "banks"]
    assert len(boxes) == 1
    assert "checked" not in boxes[0].attributes


def test_a_case_opens_with_what_was_sent(hana, answered):
    answer = answered.post(
        "/form", sent(picture=[line("cat", 90), line("coffee", 40)], urls=f"{URL}\n\n{URL}/2\n{URL}")
    )
    assert answer.status_code == 200
    case = Case.objects.get()
    assert [(one.code.hex(), one.quality) for one in plain_rows(case.pictures.all(), hana)] == [
        (line("cat").split()[1], 90),
        (line("coffee").split()[1], 40),
    ]
    assert [item.url for item in plain_rows(case.items.all(), hana)] == [URL, f"{URL}/2"]
    assert (case.country, case.language) == ("IT", "en")
    assert Consent.objects.count() == 0


def test_addresses_alone_are_enough(answered):
    assert answered.post("/form", {"urls": URL}).status_code == 200
    assert Case.objects.get().pictures.count() == 0


def test_consent_puts_the_fingerprint_into_the_bank_she_chose(answered, used_bank, now):
    answered.post("/form", sent(banks=used_bank.pk))
    entry = Entry.objects.get()
    assert (entry.bank, bytes(entry.code).hex()) == (used_bank, line().split()[1])


def test_a_plain_picture_stays_in_the_case_and_is_not_shared(answered, used_bank):
    answered.post("/form", sent(picture=[line("cat", 90), line("wall", 10)], banks=used_bank.pk))
    assert Case.objects.get().pictures.count() == 2
    assert [entry.quality for entry in Entry.objects.all()] == [90]


def test_the_code_is_shown_once_and_kept_nowhere(answered):
    first = answered.post("/form", sent())
    code = code_on(first)
    case = Case.objects.get()
    assert code.startswith(case.locator)
    assert len(code.split()) == 8
    words = code.split()[1:]
    kept = str(dict(answered.session)) + str(bytes(case.wrapped_key)) + str(list(Event.objects.values()))
    assert [word for word in words if f" {word} " in f" {kept} "] == []
    for path in ("/form", "/mine", "/"):
        assert code not in text(answered.get(path, follow=True))


def test_the_shown_code_opens_her_page_in_another_browser(answered):
    code = code_on(answered.post("/form", sent()))
    elsewhere = Client()
    assert elsewhere.post("/open", {"code": f"  {code.upper()}\n"}).headers["Location"] == "/mine"
    assert elsewhere.get("/mine").status_code == 200


def test_each_sending_asks_about_age_anew(answered):
    answered.post("/form", sent())
    assert answered.get("/form").headers["Location"] == "/next"
    assert answered.post("/form", sent(urls=f"{URL}/again")).headers["Location"] == "/next"
    assert Case.objects.count() == 1


def test_a_second_sending_adds_to_her_case_and_not_to_a_new_one(answered, used_bank):
    answered.post("/form", sent())
    answered.post("/start", {"danger": "no"})
    answered.post("/next", {"age": "adult"})
    answer = answered.post("/form", sent(picture=line("coffee"), urls=f"{URL}/2", banks=used_bank.pk))
    assert answer.headers["Location"] == "/mine"
    case = Case.objects.get()
    assert (case.pictures.count(), case.items.count()) == (2, 2)
    assert Consent.objects.get().picture == case.pictures.last()


BAD = {
    "nothing at all": ({"picture": [], "urls": "", "country": ""}, "One of them is enough"),
    "white space": ({"picture": [], "urls": " \n\t\n"}, "One of them is enough"),
    "an address without a host": ({"urls": f"{URL}\nhttps://"}, "Line 2 is not a whole web address"),
    "words": ({"urls": "where it is"}, "Line 1 is not"),
    "two bad lines": ({"urls": f"a b\n{URL}\nc d"}, "Line 1, 3 is not"),
    "a login in the address": ({"urls": "https://sam:secret@example.org/"}, "Line 1 is not"),
    "another scheme": ({"urls": "javascript:alert(1)//example.org"}, "Line 1 is not"),
    "a file": ({"urls": "file:///etc/passwd"}, "Line 1 is not"),
    "a broken IPv6 address": ({"urls": "https://[::1/"}, "Line 1 is not"),
    "a line that is too long": ({"urls": "https://example.org/" + "a" * 3000}, "Line 1 is not"),
    "too many addresses": ({"urls": "\n".join(f"{URL}/{n}" for n in range(101))}, "100 addresses at a time"),
    "too many pictures": ({"picture": [line(str(n)) for n in range(51)]}, "50 pictures at a time"),
    "half a fingerprint": ({"picture": line()[:40]}, "did not arrive whole"),
    "no hex digits": ({"picture": "pdq-c512 " + "z" * 64 + " 90"}, "did not arrive whole"),
    "another algorithm": ({"picture": line().replace("pdq-c512", "md5")}, "did not arrive whole"),
    "a quality over 100": ({"picture": line(quality=101)}, "did not arrive whole"),
    "a negative quality": ({"picture": line(quality=-1)}, "did not arrive whole"),
    "a country that is none": ({"country": "ZZ"}, "Choose a country from the list"),
    "a bank that is not offered": ({"banks": "999"}, "That list is no longer offered"),
}


@pytest.mark.parametrize(("given", "wanted"), BAD.values(), ids=BAD)
def test_bad_input_is_answered_in_words_and_nothing_is_written(answered, used_bank, given, wanted):
    events = Event.objects.count()
    answer = answered.post("/form", sent(**given))
    assert answer.status_code == 422
    assert wanted in text(answer)
    assert (Case.objects.count(), Entry.objects.count(), Event.objects.count()) == (0, 0, events)


def test_what_was_written_stays_when_something_is_to_be_mended(answered, used_bank):
    answer = answered.post("/form", sent(urls="a b", banks=used_bank.pk))
    assert next(one.text for one in elements(answer, "textarea")).strip() == "a b"
    kept = {one.attributes.get("name"): one.attributes for one in elements(answer, "input")}
    assert kept["picture"]["value"] == line()
    assert "checked" in kept["banks"]
    chosen = [one.attributes["value"] for one in elements(answer, "option") if "selected" in one.attributes]
    assert chosen == ["IT"]


def test_what_was_written_is_never_read_as_html(answered):
    answer = answered.post("/form", sent(urls="</textarea><script>alert(1)</script>"))
    assert b"<script>alert" not in answer.content


def test_without_a_helpline_nothing_is_asked_and_others_are_named(client, db):
    client.post("/start", {"danger": "no"})
    client.post("/next", {"age": "adult"})
    for answer in (client.get("/form"), client.post("/form", sent())):
        assert answer.status_code == 503
        assert "StopNCII" in text(answer)
    assert Case.objects.count() == 0


def test_a_video_is_taken_shown_again_after_a_mistake_and_stands_on_her_page(answered, used_bank):
    told = text_of(film())
    again = answered.post("/form", {"video": told, "urls": "somewhere"})
    kept = [one.attributes["value"] for one in elements(again, "input") if one.attributes.get("name") == "video"]
    assert kept == [told]
    answered.post("/form", {"video": kept[0].replace("\n", "\r\n"), "urls": "", "banks": str(used_bank.pk)})
    shown = text(answered.get("/mine"))
    assert "Video 1" in shown
    assert "not the video" in shown
    assert Entry.objects.get().kind == Entry.Kind.VIDEO


@pytest.mark.parametrize("sent_text", ["", "vpdq-c512", "pdq-c512 " + "0" * 64 + " 90"])
def test_a_video_that_did_not_arrive_whole_is_asked_for_again(answered, sent_text):
    answer = answered.post("/form", {"video": sent_text, "urls": "https://files.example.org/1"})
    assert answer.status_code == 422
    assert "did not arrive whole" in text(answer)


def test_only_the_form_may_play_a_video_and_only_from_the_device(answered):
    assert "media-src blob:" in answered.get("/form").headers["Content-Security-Policy"]
    assert "media-src" not in answered.get("/start").headers["Content-Security-Policy"]
