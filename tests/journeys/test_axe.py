"""axe-core on every page and state of both rooms, light and dark, phone and desktop: nothing is found."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import URL, answer_questions, choose, open_a_case, read_code, sign_in
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey

AXE = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
WINDOWS = ({"width": 390, "height": 844}, {"width": 1280, "height": 900})
# Every rule of axe but those still called experimental: WCAG 2.0 to 2.2, A to AAA where it can tell, and best practice.
RUN = """
async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(one =>
  [one.id, one.nodes.map(node => node.target.join(' ') + ': ' + (node.any[0]?.message ?? node.all[0]?.message ?? ''))])
"""


class Look:
    """Gathers what axe finds on a page in both windows and schemes, under the name of the state."""

    def __init__(self) -> None:
        self.found: dict[str, object] = {}
        self.seen: set[str] = set()

    def __call__(self, page: Page, name: str) -> None:
        self.seen.add(name)
        before = page.viewport_size
        for window in WINDOWS:
            page.set_viewport_size(window)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.evaluate(f"() => {{ if (!window.axe) {{ {AXE} }} }}")
                wrong = page.evaluate(RUN)
                if wrong:
                    self.found[f"{name}, {window['width']} px, {scheme}"] = wrong
        page.set_viewport_size(before)


@pytest.fixture
def look():
    looking = Look()
    yield looking
    assert looking.seen
    assert looking.found == {}


def test_axe_finds_what_is_wrong(visit, look):
    """The instrument itself: a page that is spoilt is found."""
    page = visit("/")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    look(page, "spoilt")
    assert len(look.found) == 4
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
    page.go_back()
    page.get_by_role("link", name="Take it back").click()
    look(page, "take one back")
    page.get_by_role("button", name="Take it back").click()
    look(page, "her page after it")
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


def test_pias_desk(visit, look):
    pia = visit("/desk/")
    sign_in(pia, "pia")
    for path in ("/desk/decisions", "/desk/banks", "/desk/cases"):
        pia.goto(path)
        look(pia, path)
