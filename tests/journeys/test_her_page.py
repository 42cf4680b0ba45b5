"""Her page as Sam uses it: with and without scripts, by keyboard, on a small phone, with a second code, and the
stronger fingerprint by her tick.
"""

import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from amparo.core.fingerprint import hash_image, strong
from tests.journeys.steps import URL, answer_questions, choose, open_a_case, read_code, send, sign_in, type_back
from tests.journeys.test_axe import look as look  # noqa: PLC0414  a fixture

pytestmark = pytest.mark.journey
HERS = ["/mine", "/mine/notes", "/mine/rest", "/mine/address", "/mine/code", "/mine/code/new", "/mine/code/second",
        "/mine/code/second/end", "/mine/code/end", "/mine/end"]  # fmt: skip
SMALL = """
() => [...document.querySelectorAll('.button, .mark, .choice, select, textarea, input[type=text], summary')]
  .filter(e => e.checkVisibility()).map(e => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([text]) => text)
"""


def overflow(page: Page) -> int:
    return page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")


def open_page(page: Page, code: str) -> None:
    page.goto("/open")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Open my page").click()


def begin(visit, **options) -> tuple[Page, str]:
    """A case with one address; gives her page and the code."""
    page = visit("/", **options)
    answer_questions(page)
    page.get_by_label("Where is the picture?").fill(URL)
    send(page)
    return page, read_code(page)


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_two_words_are_typed_back_and_a_slip_of_the_pen_does_no_harm(visit, script):
    page = visit("/", java_script_enabled=script, viewport={"width": 320, "height": 640})
    answer_questions(page)
    page.get_by_label("Where is the picture?").fill(URL)
    page.get_by_role("button", name="Send").click()
    code = read_code(page)
    page.get_by_role("button", name="I have it").click()
    page.get_by_label(re.compile(r"Word \d and word \d")).fill("about about")
    page.get_by_role("button", name="Continue").click()
    assert "These are other words" in page.locator("main").inner_text()
    assert overflow(page) <= 0
    page.get_by_role("button", name="See the code once more").click()
    assert read_code(page) == code
    assert overflow(page) <= 0
    type_back(page, code)
    assert "Your code opens this page whenever you come back" in page.locator("main").inner_text()


def test_the_whole_code_is_pasted_instead(visit):
    page, code = begin(visit)
    page.get_by_role("button", name="I have it").click()
    page.get_by_label(re.compile(r"Word \d and word \d")).fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Your page")).to_be_visible()


def test_messages_go_both_ways_and_a_link_in_them_is_text(visit):
    sam, code = begin(visit)
    sam.goto("/mine")
    sam.get_by_role("link", name="Write to the helpline").click()
    sam.get_by_label("Write to the helpline").fill("They moved it to https://files.example.org/new")
    sam.get_by_role("button", name="Send").click()
    expect(sam.get_by_text("has not seen it yet")).to_be_visible()
    hana = visit("/desk/")
    sign_in(hana, "hana")
    hana.goto("/desk/cases")
    row = hana.get_by_role("row").filter(has_text=code.split()[0])
    expect(row).to_contain_text("1 new message")
    row.get_by_role("link").click()
    expect(hana.locator("pre")).to_have_text("They moved it to https://files.example.org/new")
    assert hana.locator("pre a").count() == 0
    hana.get_by_label("Write to the person").fill("Thank you. We write to them today.")
    hana.get_by_role("button", name="Send").click()
    expect(hana.get_by_text("not seen by the person yet")).to_be_visible()
    sam.goto("/mine")
    expect(sam.get_by_text("1 new message for you")).to_be_visible()
    sam.get_by_role("link", name="Read and write").click()
    expect(sam.get_by_text("Thank you. We write to them today.")).to_be_visible()
    expect(sam.get_by_text("The helpline had it on a page")).to_be_visible()


def test_by_keyboard_she_lets_it_rest_and_go_on(visit):
    page, _code = begin(visit)
    page.goto("/mine")

    def go_to(name: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement.textContent").strip() == name:
                return
        raise AssertionError(f"the keyboard does not reach {name!r}")

    go_to("Let your case rest")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mine/rest")
    go_to("Let it rest")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mine")
    expect(page.get_by_text("Your case rests since")).to_be_visible()
    go_to("Let it go on")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your case goes on.")).to_be_visible()


def test_a_second_code_opens_an_empty_page_and_her_own_page_tells_of_it(visit):
    page, code = begin(visit)
    page.goto("/mine/code")
    page.get_by_role("link", name="Make a second code").click()
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Show me the second code").click()
    second = read_code(page)
    type_back(page, second)
    expect(page.get_by_text("The second code works from now on.")).to_be_visible()
    elsewhere = visit("/")
    open_page(elsewhere, second)
    expect(elsewhere.get_by_text("There is nothing on this page.")).to_be_visible()
    assert "example.org" not in elsewhere.content()
    open_page(page, code)
    expect(page.get_by_text("Your second code was last used")).to_be_visible()
    expect(page.get_by_role("heading", name="Where the picture is")).to_be_visible()
    assert "files.example.org" in page.locator("main").inner_text()


def test_new_words_open_her_page_and_the_end_of_the_code_closes_it(visit):
    page, code = begin(visit)
    page.goto("/mine/code/new")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Show me new words").click()
    new = read_code(page)
    type_back(page, new)
    expect(page.get_by_text("the old one opens nothing")).to_be_visible()
    open_page(page, code)
    expect(page.get_by_role("alert")).to_contain_text("does not open a case")
    open_page(page, new)
    page.goto("/mine/code/end")
    page.get_by_label("Your code").fill(new)
    page.get_by_role("button", name="End my code").click()
    expect(page.get_by_text("Your code is ended.")).to_be_visible()
    open_page(page, new)
    expect(page.get_by_role("alert")).to_contain_text("does not open a case")


def test_a_closed_address_is_back_in_one_tap_on_a_phone(visit, site):
    page, code = begin(visit, viewport={"width": 320, "height": 640}, has_touch=True)
    site.python(f"""
from django.utils import timezone
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case
from amparo.apps.ledger.models import SYSTEM
case = Case.objects.get(locator="{code.split()[0]}")
actions.found_gone_by_person(item=case.items.get(), by=SYSTEM, now=timezone.now())
""")
    page.goto("/mine")
    page.get_by_role("button", name="It is back").tap()
    expect(page.get_by_text("The address is open again")).to_be_visible()
    expect(page.get_by_text("still there")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_none_of_these_pages_scrolls_sideways_or_has_a_small_target(visit, scheme):
    page, _code = begin(visit, viewport={"width": 320, "height": 640}, color_scheme=scheme)
    wrong = {}
    for path in HERS:
        page.goto(path)
        wrong[path] = (overflow(page), page.evaluate(SMALL))
    assert {path: found for path, found in wrong.items() if found != (0, [])} == {}


def test_with_a_picture_she_chooses_what_becomes_of_the_list(visit, photo):
    page = visit("/")
    open_a_case(page, photo("chelsea.png"))
    page.goto("/mine/rest")
    page.get_by_role("button", name="Let it rest").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose whether the lists keep the fingerprints")
    page.get_by_label("Take them out of every list").check()
    page.get_by_role("button", name="Let it rest").click()
    expect(page.get_by_text("Harbour list: you took your permission back.")).to_be_visible()


def test_axe_finds_nothing_on_these_pages(visit, look):
    page = visit("/")
    answer_questions(page)
    page.get_by_label("Where is the picture?").fill(URL)
    send(page)
    code = read_code(page)
    page.get_by_role("button", name="I have it").click()
    look(page, "two words")
    page.get_by_label(re.compile("Word")).fill("about about")
    page.get_by_role("button", name="Continue").click()
    look(page, "two other words")
    page.goto("/mine/notes")
    page.get_by_label("Write to the helpline").fill("They moved it")
    page.get_by_role("button", name="Send").click()
    for path in HERS:
        page.goto(path)
        look(page, path)
    page.goto("/mine/rest")
    page.get_by_role("button", name="Let it rest").click()
    look(page, "a case that rests")
    page.goto("/mine/code/second")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Show me the second code").click()
    second = read_code(page)
    look(page, "a second code")
    type_back(page, second)
    open_page(page, second)
    look(page, "the empty page")
    open_page(page, code)
    look(page, "after the second code was used")


def test_the_stronger_fingerprint_is_made_only_while_she_ticks_it_and_is_exactly_what_was_shown(visit, photo):
    page = visit("/")
    requests = []
    answer_questions(page)
    page.locator("#picker").wait_for()
    page.context.on("request", lambda request: requests.append(request.url))
    page.context.set_offline(True)
    tick = page.get_by_label("Yes, also make the stronger fingerprint")
    lines = page.locator("#lines code")
    choose(page, photo("chelsea.png"))
    expect(tick).not_to_be_checked()
    usual = f"pdq-c512 {hash_image(photo('chelsea.png')).hex} 100"
    assert lines.all_inner_texts() == [usual]

    tick.check()
    expect(lines).to_contain_text("amparo-points-1")
    tick.uncheck()
    expect(lines).to_have_text([usual])
    tick.check()
    choose(page, photo("coffee.png"), photo("clock_motion.png"))
    expect(page.get_by_text("With the stronger fingerprint.")).to_have_count(2)
    page.get_by_label("Harbour list").check()
    shown = lines.all_inner_texts()
    assert [told.count("\n") for told in shown] == [1, 1, 0]
    assert requests == []

    # A page to look at again has no files: what was made is there, and what is taken out has to be made again.
    page.context.set_offline(False)
    page.get_by_label("Where is the picture?").fill("somewhere")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(tick).to_be_checked()
    assert lines.all_inner_texts() == shown
    tick.uncheck()
    assert [told.count("\n") for told in lines.all_inner_texts()] == [0, 0, 0]
    tick.check()
    expect(page.get_by_text("For the stronger fingerprint, choose this picture once more.")).to_have_count(2)
    choose(page, photo("chelsea.png"), photo("coffee.png"))
    expect(page.get_by_text("With the stronger fingerprint.")).to_have_count(2)
    assert lines.all_inner_texts() == shown
    page.get_by_label("Where is the picture?").fill("")
    fields = send(page)
    assert [told.replace("\r\n", "\n") for told in fields["picture"]] == shown
    assert set(fields) == {"picture", "urls", "country", "banks"}
    made = [strong.StrongRecord.from_bytes(bytes.fromhex(told.split()[-1])) for told in shown[:2]]
    copy = Image.open(photo("coffee.png")).rotate(10, expand=True)
    assert [match.record for match in strong.find(copy, made)] == [1]
    page.goto("/mine")
    page.get_by_role("link", name="Take the stronger one back").first.click()
    page.get_by_role("button", name="Take the stronger one back").click()
    expect(page.get_by_text("The stronger fingerprint is erased.")).to_be_visible()
    expect(page.get_by_role("link", name="Take the stronger one back")).to_have_count(1)
