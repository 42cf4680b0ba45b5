"""Every page on a narrow phone, with large text, in light and dark: nothing is cut off or too small to press."""

import pytest

from tests.journeys.steps import answer_questions, choose, open_a_case, sign_in

pytestmark = pytest.mark.journey

HERS = [
    "/", "/start", "/next", "/help-now?country=IT", "/people?country=IT", "/open", "/mine", "/mine/take-back", "/x",
    "/done", "/ask", "/other",
]  # fmt: skip
# Questions that are asked once the person in the picture is known to have been an adult, and where they lead.
LATER = ["/next/3", "/next/4", "/next/5", "/next/6"]
DESK = ["/desk/cases", "/desk/search", "/desk/keys", "/desk/banks"]
# Targets on her side are 44 px (design/look.md); links inside a sentence are as high as their line (WCAG 2.5.8).
SMALL = """
() => [...document.querySelectorAll('.button, .mark, .choice, .file, select, textarea, summary')]
  .filter(e => e.checkVisibility()).map(e => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([text]) => text)
"""


def overflow(page) -> int:
    return page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture
def everywhere(visit, photo):
    """Go through all pages in one window and ask something of each; gives what was wrong, by page."""

    def ask(question, **options) -> dict[str, object]:
        page = visit("/", **options)
        wrong = {}
        open_a_case(page, photo("chelsea.png"))
        wrong["code"] = question(page)
        for path in HERS:
            page.goto(path)
            wrong[path] = question(page)
        answer_questions(page)
        for path in LATER:
            page.goto(path)
            wrong[path] = question(page)
            page.get_by_role("button", name="Skip this question").click()
        page.goto(LATER[-1])
        page.get_by_label("Which country do you live in?").select_option(label="Italy")
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/steps")
        for summary in page.locator("summary").all():
            summary.click()
        wrong["/steps"] = question(page)
        page.goto("/form")
        choose(page, photo("chelsea.png"))
        wrong["/form"] = question(page)
        return {path: found for path, found in wrong.items() if found}

    return ask


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_at_320_px(everywhere, scheme):
    assert everywhere(overflow, viewport={"width": 320, "height": 640}, color_scheme=scheme) == {}


def test_nothing_scrolls_sideways_with_text_twice_as_large(everywhere):
    def twice(page):
        page.locator("html").evaluate("e => { e.style.fontSize = '36px' }")
        return overflow(page)

    assert everywhere(twice, viewport={"width": 640, "height": 900}, bypass_csp=True) == {}


def test_every_target_on_her_side_is_large_enough(everywhere):
    assert everywhere(lambda page: page.evaluate(SMALL), viewport={"width": 390, "height": 844}) == {}


def test_the_first_page_is_light(visit):
    """design: under 50 kB, usable on a slow phone."""
    page = visit("/")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("performance.getEntries().map(entry => entry.decodedBodySize ?? 0).filter(Boolean)")
    assert len(sizes) > 1
    assert sum(sizes) < 50_000


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_desk_does_not_scroll_sideways(visit, photo, width):
    open_a_case(visit("/"), photo("chelsea.png"))
    page = visit("/desk/", viewport={"width": width, "height": 800})
    assert overflow(page) <= 0
    sign_in(page, "hana")
    for path in DESK:
        page.goto(path)
        assert overflow(page) <= 0, path
    page.goto("/desk/cases")
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    assert overflow(page) <= 0
    page.get_by_role("link", name="Write a notice").click()
    page.wait_for_load_state()
    assert overflow(page) <= 0
