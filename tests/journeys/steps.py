"""What people do on the pages, step by step."""

import re
from pathlib import Path
from urllib.parse import parse_qs

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD
from tests.servers.second_factor import next_code

URL = "https://files.example.org/gallery/1"


def answer_questions(page: Page, *, age: str = "18 or older") -> None:
    """From any page to the form: nobody is in danger, this old was the person in the picture, and no other question.

    The ages under 18 and unsure lead to other help instead.
    """
    page.goto("/start")
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(age).check()
    page.get_by_role("button", name="Continue").click()
    if age == "18 or older":
        page.get_by_role("link", name="Go straight to the form").click()


def choose(page: Page, *files: Path) -> None:
    """Choose pictures and wait until the device has read them."""
    page.locator("#picker").wait_for()
    before = page.locator("#cards > li").count()
    page.locator("#files").set_input_files(files)
    expect(page.locator("#cards > li")).to_have_count(before + len(files))
    expect(page.locator("#cards progress")).to_have_count(0, timeout=60_000)


def send(page: Page) -> dict[str, list[str]]:
    """Press Send; gives the fields of the one request that left."""
    with page.expect_request(lambda request: request.method == "POST") as left:
        page.get_by_role("button", name="Send").click()
    page.wait_for_load_state()
    fields = parse_qs(left.value.post_data or "", keep_blank_values=True, strict_parsing=True)
    assert fields.pop("csrfmiddlewaretoken")
    return fields


def read_code(page: Page) -> str:
    page.locator(".code-words li").first.wait_for()
    return " ".join(page.locator(".code-words li").all_inner_texts())


def asked_words(page: Page, code: str) -> str:
    """The two words of `code` that the page asks for, from Sam's note."""
    label = page.locator("label").filter(has_text="and word").inner_text()
    return " ".join(code.split()[int(number)] for number in re.findall(r"\d", label))


def type_back(page: Page, code: str) -> None:
    """From the page with the code: Sam looks at her note and types the two words."""
    page.get_by_role("button", name="I have it").click()
    page.get_by_label(re.compile(r"Word \d and word \d")).fill(asked_words(page, code))
    page.get_by_role("button", name="Continue").click()


def open_a_case(page: Page, *files: Path) -> str:
    """A case with one address and these pictures, shared with the helpline's bank; gives the code."""
    answer_questions(page)
    if files:
        choose(page, *files)
    page.get_by_label("Where is the picture?").fill(URL)
    page.get_by_label("Harbour list").check()
    send(page)
    return read_code(page)


def sign_in(page: Page, handle: str) -> None:
    page.goto("/desk/")
    page.get_by_label("Name").fill(handle)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(next_code(page.url.split("/desk")[0], handle))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
