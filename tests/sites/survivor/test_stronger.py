"""The stronger fingerprint on her pages: never without her tick, told in one sentence, taken back in two presses."""

import re
from pathlib import Path

import pytest

from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case
from amparo.apps.cases.picture import text_of_picture
from tests.apps.cases.conftest import plain_rows
from tests.apps.cases.test_stronger import strengthened, stronger
from tests.sites.reading import elements, text
from tests.sites.survivor.conftest import line

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).parents[3] / "docs" / "strong.md"


def sent(**given) -> dict:
    return {"picture": text_of_picture(strengthened("cat")), "urls": "", "country": "IT"} | given


def ticks(page):
    return [one for one in elements(page, "input") if one.attributes.get("id") == "stronger"]


def test_she_is_asked_by_a_box_that_is_empty_and_cannot_be_sent(answered, used_bank):
    [tick] = ticks(answered.get("/form"))
    assert "checked" not in tick.attributes
    assert "name" not in tick.attributes
    page = answered.get("/form").content.decode()
    assert re.search(r'id="stronger-choice"\s+hidden', page), "shown by the script that makes it, and by nothing else"


def test_the_page_says_what_it_gives_away_in_the_sentence_of_the_document(answered, used_bank):
    [quoted] = re.findall(r"^> \*\*(The stronger fingerprint .*?)\*\*$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    told = " ".join(quoted.replace("\n> ", " ").split())
    assert "32 small spots" in told
    assert told in text(answered.get("/form"))


def test_where_there_is_no_list_it_is_of_no_use_and_not_offered(answered):
    assert ticks(answered.get("/form")) == []


@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
def test_what_her_device_made_is_kept_and_shared_with_the_list_she_chose(answered, hana, used_bank, breaks):
    answered.post("/form", sent(picture=sent()["picture"].replace("\n", breaks), banks=used_bank.pk))
    assert [one.stronger for one in plain_rows(Case.objects.get().pictures.all(), hana)] == [stronger("cat").to_bytes()]
    assert Entry.objects.get().stronger == stronger("cat")


def test_of_one_picture_sent_twice_the_stronger_one_counts(answered, used_bank):
    answered.post("/form", sent(picture=[sent()["picture"], line("cat"), line("coffee")], banks=used_bank.pk))
    assert [picture.has_stronger for picture in Case.objects.get().pictures.all()] == [True, False]


def test_it_is_shown_again_whole_when_something_is_to_be_mended(answered, used_bank):
    again = answered.post("/form", sent(urls="somewhere"))
    kept = [one.attributes["value"] for one in elements(again, "input") if one.attributes.get("name") == "picture"]
    assert kept == [sent()["picture"]]


@pytest.mark.parametrize(
    "broken", [lambda told: told[:-2], lambda told: f"{told}\nmore", lambda told: told.replace("points-1", "points-9")]
)
def test_what_did_not_arrive_whole_is_asked_for_again_and_nothing_is_written(answered, used_bank, broken):
    answer = answered.post("/form", sent(picture=broken(sent()["picture"])))
    assert answer.status_code == 422
    assert "did not arrive whole" in text(answer)
    assert Case.objects.count() == 0


@pytest.fixture
def mine(answered, used_bank):
    """Sam on her page, with a picture shared in both forms."""
    answered.post("/form", sent(banks=used_bank.pk))
    return answered


def test_she_sees_it_on_her_page_and_takes_it_back_alone(mine, used_bank):
    assert "With the stronger fingerprint" in text(mine.get("/mine"))
    picture = Case.objects.get().pictures.get()
    asked = mine.get(f"/mine/less/{picture.pk}")
    assert "The usual fingerprint, and your permissions for it." in text(asked)
    assert picture.has_stronger
    after = mine.post(f"/mine/less/{picture.pk}", follow=True)
    assert "The stronger fingerprint is erased. The usual one stays." in text(after)
    assert "With the stronger fingerprint" not in text(after)
    assert f"{used_bank.title} may use the fingerprint." in text(after)
    assert Entry.objects.get(withdrawn_at=None).stronger is None
    assert mine.get(f"/mine/less/{picture.pk}").status_code == 404


def test_another_case_has_no_such_page(client, mine, helpline, now):
    foreign = actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[strengthened("pier")], urls=[], now=now
    ).case
    for answer in (mine.get, mine.post):
        assert answer(f"/mine/less/{foreign.pictures.get().pk}").status_code == 404
    assert foreign.pictures.get().has_stronger


def test_without_a_code_there_is_only_the_door(client, opened):
    assert client.get(f"/mine/less/{opened.case.pictures.get().pk}").headers["Location"] == "/open"


def test_giving_the_permission_again_says_that_both_are_shared(mine, used_bank, now):
    case = Case.objects.get()
    mine.post("/mine/take-back")
    page = mine.get(f"/mine/allow/{case.pictures.get().pk}/{used_bank.pk}")
    assert "The stronger fingerprint of this picture" in text(page)
    mine.post(f"/mine/allow/{case.pictures.get().pk}/{used_bank.pk}")
    assert Entry.objects.get(withdrawn_at=None).stronger == stronger("cat")
