"""Omar finds nothing of Hana's, Pia no cases, and whoever has not signed in is asked to."""

import re
import uuid

import pytest
from django.urls import get_resolver

from amparo.apps.cases import actions
from amparo.apps.cases.models import Case
from tests.apps.cases.conftest import facts
from tests.sites.desk.conftest import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(case, item, hana, now):
    return actions.send_notice(
        case=case, items=[item], regime="us_tida", facts=facts(), recipient="abuse@example.org", by=hana, now=now
    )


def of_the_case(case, item, notice) -> dict[str, list[str]]:
    base = f"/desk/cases/{case.pk}"
    return {
        "get": [base, f"{base}/notices/new", f"{base}/notices/{notice.pk}", f"{base}/freeze"],
        "post": [
            *(f"{base}/{step}" for step in ("take", "give-back", "close", "reopen", "freeze", "addresses")),
            *(f"{base}/addresses/{item.pk}/{step}" for step in ("look", "gone", "there")),
            *(f"{base}/notices/{notice.pk}/{step}" for step in ("arrived", "again")),
            f"{base}/notices/new",
        ],
    }


def test_omar_gets_404_for_every_page_and_step_of_hanas_case(omars, case, item, notice):
    paths = of_the_case(case, item, notice)
    assert [path for path in paths["get"] if omars.get(path).status_code != 404] == []
    posted = told(case) | {"url": "https://example.org/", "do": "send"}
    assert [path for path in paths["post"] if omars.post(path, posted).status_code != 404] == []
    assert Case.objects.get().assignee is None
    assert case.notices.count() == 1


def test_omars_404_is_the_same_as_for_a_case_that_is_not_there(omars, case):
    there, not_there = answer_about(omars, case.pk), answer_about(omars, uuid.uuid4())
    assert there == not_there


def answer_about(person, case_id):
    """Status, headers and page, without what must differ: the address asked for, and the form's token, masked anew."""
    answer = person.get(f"/desk/cases/{case_id}")
    page = answer.content.decode().replace(str(case_id), "")
    return answer.status_code, dict(answer.headers), re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", page)


def test_omars_queue_and_banks_show_nothing_of_hanas(omars, case, bank):
    assert case.locator not in omars.get("/desk/cases").content.decode()
    assert bank.title not in omars.get("/desk/banks").content.decode()


def test_pia_has_no_cases_and_hana_no_decisions(pias, hanas, case):
    assert pias.get("/desk/cases").status_code == 404
    assert pias.get(f"/desk/cases/{case.pk}").status_code == 404
    assert hanas.get("/desk/decisions").status_code == 404


def test_every_page_of_the_desk_but_the_door_asks_to_sign_in(client, case, item, notice):
    known = {"case_id": case.pk, "item_id": item.pk, "notice_id": notice.pk, "step": "look", "reference": "R"}
    known |= {"factor_id": 1, "user_id": 1}
    patterns = [pattern for pattern in get_resolver("amparo.sites.desk.urls").url_patterns if pattern.name != "sign_in"]
    assert len(patterns) > 10
    for pattern in patterns:
        path = "/desk/" + pattern.pattern._route
        for name, value in known.items():
            for kind in ("uuid", "slug", "str", "int"):
                path = path.replace(f"<{kind}:{name}>", str(value))
        answer = client.get(path) if pattern.name != "sign_out" else client.post(path)
        assert answer.status_code in {302, 405}, path
        assert answer.status_code == 405 or answer.headers["Location"].startswith("/desk/sign-in"), path


def test_a_step_that_is_not_one_is_a_page_that_is_not_there(hanas, case, item):
    assert hanas.post(f"/desk/cases/{case.pk}/shred").status_code == 404
    assert hanas.post(f"/desk/cases/{case.pk}/addresses/{item.pk}/shred").status_code == 404
    assert hanas.post(f"/desk/cases/{case.pk}/addresses/{uuid.uuid4()}/look").status_code == 404
    assert hanas.get(f"/desk/cases/{case.pk}/take").status_code == 405


def test_an_item_of_another_case_is_not_reached_through_ones_own(hanas, case, item, helpline, now):
    other = actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[], urls=["https://a.example.org"], now=now
    )
    assert hanas.post(f"/desk/cases/{other.case.pk}/addresses/{item.pk}/gone").status_code == 404
