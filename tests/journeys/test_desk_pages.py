"""Hana's and Pia's work in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import URL, open_a_case, sign_in
from tests.servers.second_factor import next_code

pytestmark = pytest.mark.journey


def test_hana_finds_the_case_is_refused_an_incomplete_notice_and_sends_the_whole_one(visit, photo):
    sam = visit("/")
    locator = open_a_case(sam, photo("chelsea.png")).split()[0]

    hana = visit("/desk/")
    sign_in(hana, "hana")
    hana.get_by_role("link", name=locator).click()
    expect(hana.get_by_role("heading", name=locator)).to_be_visible()
    expect(hana.get_by_text(URL)).to_be_hidden()
    hana.get_by_text("whole address").click()
    expect(hana.get_by_text(URL)).to_be_visible()
    hana.get_by_role("button", name="Take this case").click()

    hana.get_by_role("link", name="Write a notice").click()
    hana.get_by_label("Name of the service").fill("Example Forum")
    hana.get_by_label("Mail address for reports").fill("abuse@forum.example.org")
    hana.get_by_label("United States").check()
    hana.get_by_label("yes", exact=True).check()
    hana.get_by_label("18 or older").check()
    hana.get_by_label("It is intimate").check()
    hana.get_by_label("no agreement to the sharing").check()
    hana.get_by_label("Who signs").fill("case worker 4")
    hana.get_by_label("reference of the written permission").fill("A-2026-12")
    hana.get_by_label("good faith").check()
    hana.get_by_role("button", name="Show the laws that fit").click()
    expect(hana.get_by_text("1 element is missing")).to_be_visible()
    hana.get_by_role("button", name="Read it before it goes out").click()
    alert = hana.get_by_role("alert")
    expect(alert).to_contain_text("s.3(a)(1)(B)(i)")
    expect(alert).to_contain_text("typed name is the signature")
    expect(hana.get_by_label("Name of the service")).to_have_value("Example Forum")

    hana.get_by_label("The typed name is the signature").check()
    hana.get_by_role("button", name="Read it before it goes out").click()
    expect(hana.get_by_text("The person depicted did not consent to the sharing of this material.")).to_be_visible()
    hana.get_by_role("button", name="Send it").click()
    expect(hana.get_by_text("The notice is queued and goes out now.")).to_be_visible()

    sam.goto("/mine")
    expect(sam.get_by_role("heading", name="To Example Forum")).to_be_visible()


def test_pia_sees_her_own_pages_and_no_case(visit):
    pia = visit("/desk/")
    sign_in(pia, "pia")
    expect(pia.get_by_role("heading", name="Decisions of the gate")).to_be_visible()
    pia.get_by_role("link", name="Banks").click()
    expect(pia.get_by_text("Harbour list")).to_be_visible()
    answer = pia.goto("/desk/cases")
    assert answer
    assert answer.status == 404


def test_the_desk_needs_no_script_and_no_mouse(visit):
    hana = visit("/desk/", java_script_enabled=False)
    hana.keyboard.press("Tab")
    expect(hana.locator(":focus")).to_have_text("Go to the content")
    hana.keyboard.press("Enter")
    hana.keyboard.press("Tab")
    hana.keyboard.type("hana")
    hana.keyboard.press("Tab")
    hana.keyboard.type("a long enough passphrase")
    hana.keyboard.press("Enter")
    expect(hana.get_by_role("heading", name="Second step")).to_be_visible()
    hana.get_by_label("Code").focus()
    hana.keyboard.type(next_code(hana.url.split("/desk")[0], "hana"))
    hana.keyboard.press("Enter")
    expect(hana.get_by_role("heading", name="Cases")).to_be_visible()
