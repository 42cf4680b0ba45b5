"""The queue in the order of deadlines, and one case with its steps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from amparo.apps.cases import actions
from amparo.apps.cases.keys import blind_address
from amparo.apps.cases.models import Case, Item, Notice
from amparo.apps.ledger.models import Event
from tests.apps.cases.conftest import kept_notice, read
from tests.apps.cases.test_stronger import strengthened, stronger
from tests.sites.desk.conftest import URL
from tests.sites.reading import elements, text

pytestmark = pytest.mark.django_db


def opened(helpline, now, urls=(URL,)) -> Case:
    return actions.open_case(
        helpline=helpline, language="en", country="IT", fingerprints=[], urls=list(urls), now=now
    ).case


def noticed(case, *, due_at, state="sent", items=None) -> Notice:
    is_sent = state == "sent"
    notice = kept_notice(
        case, case, state=state, written_at=due_at - timedelta(hours=49),
        sent_at=due_at - timedelta(hours=48) if is_sent else None, due_at=due_at if is_sent else None,
        due_fixed_by_law=is_sent, failure="refused" if state == "failed" else "",
    )  # fmt: skip
    notice.items.set(items or case.items.all())
    return notice


def queue(browser, show="open") -> list[str]:
    return [
        one.text.strip() for one in elements(browser.get(f"/desk/cases?show={show}"), "th") if "tbody" in one.inside
    ]


def test_an_empty_queue_says_what_would_be_there(hanas):
    assert "A case appears here as soon as" in text(hanas.get("/desk/cases"))


def test_the_queue_shows_what_needs_somebody_first(hanas, helpline):
    now = timezone.now()
    later, sooner, untold, doubtful = (opened(helpline, now - timedelta(days=1)) for _ in range(4))
    noticed(later, due_at=now + timedelta(hours=40))
    noticed(sooner, due_at=now + timedelta(hours=2))
    noticed(doubtful, due_at=now + timedelta(hours=1), state="failed")
    assert queue(hanas) == [case.locator for case in (doubtful, untold, sooner, later)]


def test_the_deadline_of_an_address_is_that_of_its_latest_notice(hanas, helpline):
    now = timezone.now()
    asked_again, late = opened(helpline, now), opened(helpline, now)
    noticed(asked_again, due_at=now - timedelta(hours=5))
    noticed(asked_again, due_at=now + timedelta(hours=5))
    noticed(late, due_at=now - timedelta(hours=1))
    assert queue(hanas) == [late.locator, asked_again.locator]
    assert text(hanas.get("/desk/cases")).count("late by") == 1


def test_the_deadlines_of_addresses_that_are_gone_are_over(hanas, helpline, hana):
    now = timezone.now()
    case = opened(helpline, now - timedelta(days=3), urls=[URL, f"{URL}/2"])
    first, second = case.items.all()
    noticed(case, due_at=now - timedelta(hours=9), items=[first])
    noticed(case, due_at=now + timedelta(hours=9), items=[second])
    actions.found_gone_by_person(item=first, by=hana, now=now)
    shown = text(hanas.get("/desk/cases"))
    assert "late by" not in shown
    assert "1 of 2" in shown


def test_mine_and_closed_are_shown_apart(hanas, helpline, hana, now):
    mine, closed, other = opened(helpline, now), opened(helpline, now, urls=[]), opened(helpline, now)
    actions.assign(case=mine, to=hana, by=hana, now=now)
    actions.close_case(case=closed, by=hana, now=now)
    assert queue(hanas, "mine") == [mine.locator]
    assert queue(hanas, "closed") == [closed.locator]
    assert set(queue(hanas)) == {mine.locator, other.locator}


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "1' OR 1=1"])
def test_a_page_of_the_queue_that_is_not_there_is_the_nearest_one(hanas, case, page):
    assert hanas.get("/desk/cases", {"page": page}).status_code == 200


def test_reading_a_case_stands_in_the_trail(hanas, case):
    hanas.get(f"/desk/cases/{case.pk}")
    assert Event.objects.filter(kind="case_read_by_worker", by="hana", subject_id=str(case.pk)).count() == 1


def test_a_case_shows_hosts_and_keeps_paths_behind_one_step(hanas, case):
    shown = hanas.get(f"/desk/cases/{case.pk}")
    whole = [one for one in elements(shown, "code") if one.text.startswith("https://")]
    assert [one.text for one in whole] == [URL, f"{URL}/2"]
    assert all("details" in one.inside for one in whole)


def test_a_case_shows_no_fingerprint_and_no_words_of_the_code(hanas, case):
    shown = hanas.get(f"/desk/cases/{case.pk}").content.decode()
    [picture] = case.pictures.all()
    for secret in (read(picture, case).code, case.wrapped_key, picture.sealed_code, picture.blind_code):
        assert bytes(secret).hex() not in shown


@pytest.mark.parametrize("state", Item.State.values)
def test_every_state_of_an_address_is_shown(hanas, case, state):
    case.items.update(state=state)
    assert hanas.get(f"/desk/cases/{case.pk}").status_code == 200


def test_a_case_says_whether_there_is_a_stronger_fingerprint_and_shows_nothing_of_it(hanas, case, now):
    assert "Stronger fingerprint: no" in text(hanas.get(f"/desk/cases/{case.pk}"))
    actions.add_picture(case=case, fingerprint=strengthened("boat"), by=case, now=now)
    page = hanas.get(f"/desk/cases/{case.pk}")
    assert "Stronger fingerprint: yes" in text(page)
    assert stronger("boat").to_bytes().hex()[10:26] not in page.content.decode()


def test_a_case_is_taken_and_given_back(hanas, hana, case):
    base = f"/desk/cases/{case.pk}"
    assert hanas.post(f"{base}/take").headers["Location"] == base
    assert Case.objects.get().assignee == hana
    assert "The case is yours now" in text(hanas.get(base))
    hanas.post(f"{base}/give-back")
    assert Case.objects.get().assignee is None


def test_a_case_with_open_addresses_is_not_closed_and_says_why(hanas, case):
    base = f"/desk/cases/{case.pk}"
    hanas.post(f"{base}/close")
    assert Case.objects.get().state == "open"
    assert "2 addresses are still open" in text(hanas.get(base))


def test_looking_by_hand_closes_an_address_and_then_the_case(hanas, case):
    base = f"/desk/cases/{case.pk}"
    for item in case.items.all():
        hanas.post(f"{base}/addresses/{item.pk}/gone")
    hanas.post(f"{base}/close")
    assert Case.objects.get().state == "closed"
    hanas.post(f"{base}/addresses/{case.items.first().pk}/there")
    assert Case.objects.get().state == "open"
    assert case.items.first().state == "alive"


def test_looks_at_a_closed_case_are_ended_by_one_press(hanas, hana, case, now):
    base = f"/desk/cases/{case.pk}"
    for item in case.items.all():
        actions.found_gone_by_person(item=item, by=hana, now=now)
    assert "Stop looking" not in text(hanas.get(base))
    hanas.post(f"{base}/close")
    assert "Stop looking at its addresses" in text(hanas.get(base))
    hanas.post(f"{base}/stop-looking")
    assert not Item.objects.exclude(checker_url=None).exists()
    assert "Stop looking" not in text(hanas.get(base))


def test_looking_now_at_an_address_of_this_machine_asks_nobody_and_says_so(hanas, case):
    base = f"/desk/cases/{case.pk}"
    hanas.post(f"{base}/addresses", {"url": "http://127.0.0.1:9/"})
    item = case.items.get(blind_url=blind_address("http://127.0.0.1:9/"))
    assert hanas.post(f"{base}/addresses/{item.pk}/look").headers["Location"] == base
    item.refresh_from_db()
    assert item.state != "gone"
    assert item.checked_at is not None


@pytest.mark.parametrize(
    "url", ["", " ", "where it is", "ftp://example.org/", "https://sam:secret@example.org/", "a" * 3000]
)
def test_an_address_that_is_none_is_refused_in_words_and_kept_for_mending(hanas, case, url):
    answer = hanas.post(f"/desk/cases/{case.pk}/addresses", {"url": url})
    assert answer.status_code == 422
    field = next(one for one in elements(answer, "input") if one.attributes.get("name") == "url")
    assert field.attributes.get("aria-invalid") == "true"
    assert field.attributes.get("value", "").strip() == url.strip()
    assert case.items.count() == 2


def test_freezing_is_asked_once_and_says_what_happens_and_what_stays(hanas, case):
    base = f"/desk/cases/{case.pk}"
    asked = text(hanas.get(f"{base}/freeze"))
    assert "What happens" in asked
    assert "What stays" in asked
    assert "It cannot be undone" in asked
    hanas.post(f"{base}/freeze")
    assert Case.objects.get().state == "frozen"
    assert case.items.count() == 0
    shown = text(hanas.get(base))
    assert "under 18" in shown
    assert "Add an address" not in shown


def test_nothing_is_done_in_a_frozen_case(hanas, hana, case, now):
    actions.freeze_case(case=case, by=hana, now=now)
    base = f"/desk/cases/{case.pk}"
    assert hanas.get(f"{base}/notices/new").status_code == 404
    assert hanas.post(f"{base}/addresses", {"url": URL}).status_code == 422
    hanas.post(f"{base}/reopen")
    assert Case.objects.get().state == "frozen"


def test_the_timeline_tells_what_happened_and_folds_what_repeats(hanas, case):
    for _ in range(4):
        hanas.get(f"/desk/cases/{case.pk}")
    shown = [one.text for one in elements(hanas.get(f"/desk/cases/{case.pk}"), "li") if "ol" in one.inside]
    assert sum("The helpline read the case" in line for line in shown) == 1
    assert "An address was added. \u00d7 2" in " ".join(" ".join(shown).split())
    assert "The case was opened" in shown[-1]
