"""axe-core on the page that a browser shows, and which pages of both rooms it is run on."""

from pathlib import Path
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

AXE = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
WINDOWS = ({"width": 320, "height": 640}, {"width": 1280, "height": 900})
# Every rule of axe but those still called experimental: WCAG 2.0 to 2.2, A to AAA where it can tell, and best practice.
# The two schemes differ in the values of custom properties alone (amparo.css), so the second run is about colours.
RULES = {
    "light": "{resultTypes: ['violations']}",
    "dark": "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}",
}
RUN = """
async () => (await axe.run(document, %s)).violations.map(one =>
  [one.id, one.nodes.map(node => node.target.join(' ') + ': ' + (node.any[0]?.message ?? node.all[0]?.message ?? ''))])
"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

# By test, the views whose pages are looked at: `look` asserts that they are, and tests/house/test_pages.py that
# nothing is left out.
SEEN = {
    "test_the_pages_that_anybody_may_open": {
        "survivor:welcome", "survivor:safety", "survivor:danger", "survivor:young", "survivor:stopped", "survivor:ask",
        "survivor:open", "no page",
    },
    "test_every_question_and_its_mistakes": {
        "survivor:safety", "survivor:age", "survivor:more", "survivor:steps", "survivor:other",
    },
    "test_the_form_her_code_and_her_page": {
        "survivor:pictures", "survivor:mine", "survivor:take_everything_back", "survivor:welcome", "survivor:other",
        "survivor:take_back", "survivor:allow", "survivor:forget_stronger",
    },
    "test_axe_finds_nothing_on_these_pages": {
        "survivor:typed_back", "survivor:mine", "survivor:messages", "survivor:pause", "survivor:add_address",
        "survivor:her_code", "survivor:change_code", "survivor:second_code", "survivor:end_second_code",
        "survivor:end_code", "survivor:erase",
    },
    "test_hanas_desk": {
        "desk:sign_in", "desk:cases", "desk:keys", "desk:search", "desk:banks", "desk:case", "desk:freeze",
        "desk:compose", "desk:notice",
    },
    "test_pias_desk": {"desk:decisions", "desk:decision", "desk:banks", "desk:cases"},
    "test_every_page_of_signing_in_is_sound_and_does_not_scroll_sideways": {
        "desk:new_factor", "desk:account", "desk:password", "desk:colleagues", "desk:reset_factors", "desk:left",
        "desk:second_step", "desk:recovery",
    },
}  # fmt: skip
# Addresses that show nothing of their own: each leads on to a page above, and shows one of those when it refuses.
LEADS_ON = {
    "set_language": "the page it was pressed on",
    "survivor:back_again": "her page",
    "survivor:resume": "her page",
    "survivor:sign_out": "the first page",
    "survivor:exit": "a neutral site",
    "desk:home": "the first page of each kind of organisation",
    "desk:sign_out": "the sign-in",
    "desk:end_sessions": "the account",
    "desk:remove_factor": "the account",
    "desk:recovery_codes": "the codes, looked at where the first factor shows them",
    "desk:add_address": "the case",
    "desk:address_step": "the case",
    "desk:case_step": "the case",
    "desk:notice_step": "the notice",
    "desk:write_message": "the case",
}


class Look:
    """Gathers what is wrong with a page in both windows and schemes, under the name of its state."""

    def __init__(self) -> None:
        self.found: dict[str, object] = {}
        self.seen: set[str] = set()

    def __call__(self, page: Page, name: str) -> None:
        self.seen.add(_view_of(page))
        before = page.viewport_size
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(f"() => {{ {AXE} }}")
        for window in WINDOWS:
            page.set_viewport_size(window)
            for scheme, rules in RULES.items():
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                wrong = page.evaluate(RUN % rules)
                if page.evaluate(OVERFLOW) > 0:
                    wrong.append(["scrolls sideways"])
                if wrong:
                    self.found[f"{name}, {window['width']} px, {scheme}"] = wrong
        page.set_viewport_size(before)


def _view_of(page: Page) -> str:
    try:
        return resolve(urlsplit(page.url).path).view_name
    except Resolver404:
        return "no page"
