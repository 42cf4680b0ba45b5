"""axe-core on every page and state of both rooms, light and dark, phone and desktop: nothing is found.

Which pages these are: looking.py, where a new page has to be added.
"""

import pytest
from playwright.sync_api import expect

from tests.journeys.looking import SEEN, Look
from tests.journeys.steps import URL, answer_questions, choose, open_a_case, read_code, sign_in
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey


@pytest.fixture
def look(request):
    looking = Look()
    yield looking
    assert looking.seen
    assert looking.seen >= SEEN.get(request.node.originalname, set())
    assert looking.found == {}


def test_axe_finds_what_is_wrong(visit, look):
    """The instrument itself: a page that is spoilt is found."""
    page = visit("/")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    page.evaluate("document.querySelector('h1').style.color = 'var(--line)'")
    page.evaluate("document.querySelector('main p').style.minWidth = '1300px'")
    look(page, "spoilt")
    assert [sorted(wrong for wrong, *_ in found) for found in look.found.values()] == [
        ["color-contrast", "html-has-lang", "scrolls sideways"],
        ["color-contrast", "scrolls sideways"],
    ] * 2
    look.found.clear()


def test_the_pages_that_anybody_may_open(visit, look):
    page = visit("/")
    for path in (
        "/", "/start", "/next", "/help-now", "/help-now?country=IT", "/people", "/people?country=IT", "/done", "/ask",
        "/open", "/nowhere",
    ):  # fmt: skip
        page.goto(path)
        look(page, path)
    page.goto("/people?country=IT")
    for summary in page.locator("summary").all():
        summary.click()
    look(page, "/people with all of it open")
    page.goto("/ask")
    page.get_by_label("What would you like to know?").fill("How do I get it off Google?")
    page.get_by_role("button", name="Show answers").click()
    look(page, "an answer")
    page.get_by_label("What would you like to know?").fill("xyzzy")
    page.get_by_role("button", name="Show answers").click()
    look(page, "no answer")
    page.goto("/open")
    page.get_by_label("Your code").fill("maple-4821 one two three")
    page.get_by_role("button", name="Open my page").click()
    look(page, "a code that opens nothing")


def test_every_question_and_its_mistakes(visit, look):
    page = visit("/start")
    page.get_by_role("button", name="Continue").click()
    look(page, "danger not answered")
    for answer in ("No", "18 or older", "No", "No, but somebody threatens to share it", "A private chat or a mail"):
        page.get_by_label(answer, exact=True).check()
        look(page, f"{page.url} chosen")
        page.get_by_role("button", name="Continue").click()
    look(page, "country")
    page.get_by_label("Which country do you live in?").select_option(label="Italy")
    page.get_by_role("button", name="Continue").click()
    for summary in page.locator("summary").all():
        summary.click()
    look(page, "steps")
    page.get_by_role("link", name="One more list: StopNCII.org").click()
    look(page, "the way to StopNCII")


def test_the_form_her_code_and_her_page(visit, photo, look, tmp_path):
    (text := tmp_path / "letter.txt").write_text("no picture")
    page = visit("/")
    answer_questions(page)
    look(page, "form")
    choose(page, photo("chelsea.png"), text)
    page.get_by_label("Where is the picture?").fill("somewhere")
    page.get_by_label("Yes, also make the stronger fingerprint").check()
    page.get_by_text("What does that mean?").click()
    expect(page.locator("#lines")).to_contain_text("amparo-points-1")
    look(page, "form with pictures")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    look(page, "form to look at again")
    page.get_by_label("Where is the picture?").fill(URL)
    page.get_by_label("Harbour list").check()
    page.get_by_role("button", name="Send").click()
    assert read_code(page)
    look(page, "code")
    for path in ("/mine", "/mine/take-back", "/", "/other"):
        page.goto(path)
        look(page, path)
    page.get_by_role("button", name="I did it").click()
    look(page, "her page with a note")
    page.goto("/other")
    look(page, "the way to StopNCII, done")
    page.goto("/mine")
    for summary in page.locator("summary").all():
        summary.click()
    page.get_by_role("link", name="Take the stronger one back").click()
    look(page, "take the stronger one back")
    page.goto("/mine")
    for summary in page.locator("summary").all():
        summary.click()
    page.get_by_role("link", name="Take it back").click()
    look(page, "take one back")
    page.get_by_role("button", name="Take it back").click()
    look(page, "her page after it")
    for summary in page.locator("summary").all():
        summary.click()
    page.get_by_role("link", name="Share it with Harbour list").click()
    look(page, "permission again")
    page.go_back()
    page.get_by_role("button", name="Sign out").click()
    look(page, "signed out")


def test_the_form_without_scripts(visit, look):
    page = visit("/", java_script_enabled=False)
    answer_questions(page)
    plain = page.content()
    # axe is a script: what stands there without scripts is put into a page that may run one.
    beside = visit("/")
    beside.evaluate(
        """source => {
          const read = new DOMParser().parseFromString(source, 'text/html');
          for (const hidden of read.querySelectorAll('noscript')) hidden.outerHTML = hidden.innerHTML;
          document.title = read.title;
          document.body.replaceWith(read.body);
        }""",
        plain,
    )
    look(beside, "form without scripts")


def test_a_door_without_a_helpline(chromium, look, tmp_path):
    with Instance(tmp_path / "home") as bare:
        window = chromium.new_context(base_url=bare.url, locale="en-GB")
        page = window.new_page()
        answer_questions(page)
        expect(page.get_by_role("heading", name="This place is not open yet")).to_be_visible()
        look(page, "no helpline")
        window.close()


def test_hanas_desk(visit, photo, look):
    locator = open_a_case(visit("/"), photo("chelsea.png")).split()[0]
    hana = visit("/desk/")
    look(hana, "sign in")
    hana.get_by_label("Name").fill("hana")
    hana.get_by_role("button", name="Sign in").click()
    look(hana, "sign in to look at again")
    sign_in(hana, "hana")
    for path in (
        "/desk/cases",
        "/desk/cases?show=mine",
        "/desk/cases?show=closed",
        "/desk/keys",
        "/desk/search",
        "/desk/banks",
    ):
        hana.goto(path)
        look(hana, path)
    hana.goto("/desk/search")
    hana.get_by_role("button", name="Search").click()
    look(hana, "a search for nothing")
    hana.get_by_label("Words of an address").fill("gallery")
    hana.get_by_role("button", name="Search").click()
    expect(hana.get_by_role("link", name=locator)).to_be_visible()
    look(hana, "what was found")
    hana.goto("/desk/cases")
    hana.get_by_role("link", name=locator).click()
    look(hana, "case")
    hana.get_by_role("button", name="Take this case").click()
    for summary in hana.locator("summary").all():
        summary.click()
    look(hana, "case that she took")
    where = hana.url
    hana.goto(f"{where}/freeze")
    look(hana, "freeze")
    hana.goto(f"{where}/notices/new")
    look(hana, "notice")
    hana.get_by_role("button", name="Show the laws that fit").click()
    look(hana, "notice to look at again")
    hana.get_by_label("Name of the service").fill("Example Forum")
    hana.get_by_label("Mail address for reports").fill("abuse@forum.example.org")
    hana.get_by_label("United States").check()
    hana.get_by_label("yes", exact=True).check()
    for words in (
        "18 or older", "It is intimate", "no agreement to the sharing", "good faith", "The typed name is the signature",
    ):  # fmt: skip
        hana.get_by_label(words).check()
    hana.get_by_label("Who signs").fill("case worker 4")
    hana.get_by_label("reference of the written permission").fill("A-2026-12")
    hana.get_by_role("button", name="Show the laws that fit").click()
    look(hana, "the laws that fit")
    hana.get_by_role("button", name="Read it before it goes out").click()
    look(hana, "the notice to read")
    hana.get_by_role("button", name="Send it").click()
    look(hana, "the notice that went out")
    hana.goto(where)
    look(hana, "a case with a notice")


DECISION = """
from django.utils import timezone
from amparo.apps.accounts.actions import issue_key
from amparo.apps.accounts.models import Organisation, User
from amparo.apps.banks.actions import add_entry
from amparo.apps.banks.models import Bank
from amparo.apps.gate.actions import check_fingerprints
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import ImageFingerprint
now = timezone.now()
key, _ = issue_key(organisation=Organisation.objects.get(handle="platform"), name="look", scopes=["gate"], by=SYSTEM,
                   now=now)
known = ImageFingerprint(code=bytes([0x0F]) * 32, quality=90)
add_entry(bank=Bank.objects.get(), fingerprint=known, by=User.objects.get(handle="hana"), now=now)
[answer] = check_fingerprints(fingerprints=[known], by=key, now=now, language="de")
print(answer.reference)
"""


def test_pias_desk(visit, site, look):
    pia = visit("/desk/")
    sign_in(pia, "pia")
    pia.goto(f"/desk/decisions/{site.python(DECISION).stdout.strip()}")
    look(pia, "decision")
    for path in ("/desk/decisions", "/desk/banks", "/desk/cases"):
        pia.goto(path)
        look(pia, path)
