"""Sam's way through the door in a real browser: nothing leaves before Send, and then exactly what was shown."""

import re
import time

import pytest
from playwright.sync_api import Error, expect

from amparo.apps.cases.video import text_of
from amparo.core.fingerprint import hash_image, hash_video
from tests.core.fingerprint.videos import encoded, pan
from tests.journeys.steps import URL, answer_questions, asked_words, choose, open_a_case, read_code, send, type_back

pytestmark = pytest.mark.journey


def test_sam_opens_a_case_and_only_what_was_shown_leaves_the_device(visit, photo):
    page = visit("/")
    requests = []
    answer_questions(page)
    page.locator("#picker").wait_for()
    page.context.on("request", lambda request: requests.append((request.method, request.url)))
    page.context.set_offline(True)

    choose(page, photo("chelsea.png"), photo("coffee.png"))
    expect(page.get_by_text("Good: changed copies can be found too.")).to_have_count(2)
    page.get_by_label("Where is the picture?").fill(URL)
    page.get_by_label("Harbour list").check()
    shown = page.locator("#lines code").all_inner_texts()
    panel = page.locator("#review").inner_text()
    assert requests == []

    page.context.set_offline(False)
    fields = send(page)
    cat, coffee = (hash_image(photo(name)) for name in ("chelsea.png", "coffee.png"))
    assert shown == [f"pdq-c512 {cat.hex} {cat.quality}", f"pdq-c512 {coffee.hex} {coffee.quality}"]
    assert fields["picture"] == shown
    assert fields == {"picture": shown, "urls": [URL], "country": ["GB"], "banks": fields["banks"]}
    assert all(part in panel for part in (*shown, URL, "United Kingdom", "Harbour list"))
    posted = [request for request in requests if request[0] == "POST"]
    assert len(posted) == 1


def test_the_code_is_shown_once_opens_her_page_elsewhere_and_consent_is_taken_back(visit, photo, site):
    page = visit("/")
    code = open_a_case(page, photo("chelsea.png"))
    assert re.fullmatch(r"[a-z]+-\d{4}( [a-z]+){7}", code)
    type_back(page, code)
    expect(page.get_by_role("heading", name="Your page")).to_be_visible()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the browser kept nothing, and the server gives it only once
        page.go_back()
    again = page.context.new_page()
    again.goto("/mine")
    assert code.split()[-1] not in again.locator("main").inner_text().split()

    elsewhere = visit("/")
    elsewhere.get_by_role("link", name="I have a code").click()
    elsewhere.get_by_label("Your code").fill(code.upper().replace(" ", "\n"))
    elsewhere.get_by_role("button", name="Open my page").click()
    expect(elsewhere.get_by_text("Harbour list may use the fingerprint.")).to_be_visible()
    elsewhere.get_by_role("link", name="Take it back").click()
    expect(elsewhere.get_by_text("What stays")).to_be_visible()
    elsewhere.get_by_role("button", name="Take it back").click()
    expect(elsewhere.get_by_text("you took your permission back")).to_be_visible()
    told = site.python("from amparo.apps.banks.models import Entry; print(Entry.objects.latest('pk').code)")
    assert told.stdout.strip() == "None"


def test_wrong_words_give_no_hint(visit):
    page = visit("/open")
    page.get_by_label("Your code").fill("maple-4821 one two three")
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("alert")).to_contain_text("does not open a case")
    expect(page.get_by_label("Your code")).to_have_value("maple-4821 one two three")


@pytest.mark.parametrize("age", ["Under 18", "I am not sure"])
def test_under_18_or_unsure_shows_the_countrys_hotline_and_no_picker(visit, age):
    page = visit("/", locale="en-IT")
    sent = []
    page.context.on("request", lambda request: sent.append(request.url))
    answer_questions(page, age=age)
    expect(page.get_by_role("heading", name="Telefono Azzurro", exact=True)).to_be_visible()
    page.get_by_label("Which country are you in?").select_option(label="France")
    page.get_by_role("button", name="Show help for this country").click()
    expect(page.get_by_role("heading", name="3018")).to_be_visible()
    page.goto("/form")
    assert page.url.endswith(("/next", "/start"))
    assert page.locator("input[type=file]").count() == 0
    assert not [url for url in sent if "fingerprint" in url]
    assert [cookie["name"] for cookie in page.context.cookies()] in ([], ["csrftoken"])


def test_files_that_cannot_be_read_are_told_apart_and_never_sent(visit, photo, tmp_path):
    (broken := tmp_path / "broken.jpg").write_bytes(photo("rocket.jpg").read_bytes()[:200])
    (text := tmp_path / "letter.txt").write_text("no picture")
    page = visit("/")
    answer_questions(page)
    choose(page, broken, text, photo("coins.png"))
    expect(page.get_by_text("Your device does not know this file as a picture.")).to_be_visible()
    assert page.locator("#lines code").count() == 1
    page.get_by_role("button", name="Remove").first.click()
    expect(page.locator("#cards > li")).to_have_count(2)
    assert len(send(page)["picture"]) == 1


def test_a_picture_that_was_removed_is_not_sent_and_the_same_one_is_taken_once(visit, photo):
    page = visit("/")
    answer_questions(page)
    choose(page, photo("chelsea.png"))
    choose(page, photo("chelsea.png"))
    expect(page.get_by_text("You chose this picture already.")).to_be_visible()
    choose(page, photo("rocket.jpg"))
    page.get_by_role("button", name="Remove").first.click()
    (fingerprint,) = send(page)["picture"]
    assert fingerprint.split()[1] == hash_image(photo("rocket.jpg")).hex


def test_what_was_chosen_is_still_there_after_a_mistake(visit, photo):
    page = visit("/")
    answer_questions(page)
    choose(page, photo("chelsea.png"))
    page.get_by_label("Where is the picture?").fill("somewhere")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Line 1 is not a whole web address").click()
    expect(page.get_by_label("Where is the picture?")).to_be_focused()
    expect(page.get_by_text("Picture 1, chosen before")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type(URL)
    assert send(page)["picture"] == [f"pdq-c512 {hash_image(photo('chelsea.png')).hex} 100"]


def test_the_keyboard_alone_is_enough(visit, photo):
    page = visit("/")
    page.on("filechooser", lambda chooser: chooser.set_files(photo("moon.png")))

    def go_to(name: str) -> None:
        """Press Tab until the element of that name is in focus, and see that nothing covers it."""
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            told = focused.evaluate("e => (e.labels?.[0]?.textContent ?? e.textContent ?? '') + ' ' + e.id")
            if name in " ".join(told.split()):
                box, bar = focused.bounding_box(), page.locator(".top").bounding_box()
                assert box
                assert bar
                assert box["y"] >= bar["y"] + bar["height"] - 1, f"{name} is under the bar"
                return
        raise AssertionError(f"{name} was not reached")

    go_to("Start")
    page.keyboard.press("Enter")
    page.wait_for_url("**/start")
    go_to("No")
    page.keyboard.press("Space")
    go_to("Continue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/next")
    go_to("18 or older")
    page.keyboard.press("Space")
    go_to("Continue")
    page.keyboard.press("Enter")
    for number in (3, 4, 5, 6):
        page.wait_for_url(f"**/next/{number}")
        go_to("Skip this question")
        page.keyboard.press("Enter")
    page.wait_for_url("**/steps")
    go_to("Go to the form")
    page.keyboard.press("Enter")
    page.wait_for_url("**/form")
    go_to("Choose one or more pictures")
    page.keyboard.press("Space")
    page.locator("#lines code").wait_for()
    go_to("Where is the picture?")
    page.keyboard.type(URL)
    go_to("Harbour list")
    page.keyboard.press("Space")
    go_to("Send")
    page.keyboard.press("Enter")
    page.locator(".code-words").wait_for()
    code = read_code(page)
    assert len(code.split()) == 8
    go_to("I have it")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mine/words")
    two = asked_words(page, code)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.id") == "id_words":
            break
    page.keyboard.type(two)
    page.keyboard.press("Enter")
    page.wait_for_url("**/mine")
    expect(page.get_by_text("Harbour list may use the fingerprint.")).to_be_visible()


def test_without_scripts_addresses_can_be_sent_and_the_page_says_why_no_picture(visit):
    page = visit("/", java_script_enabled=False)
    answer_questions(page)
    assert "Scripts are switched off" in page.locator("main").inner_text()
    assert not page.locator("#files").is_visible()
    page.get_by_label("Where is the picture?").fill(URL)
    page.get_by_role("button", name="Send").click()
    code = read_code(page)
    type_back(page, code)
    page.get_by_role("button", name="Sign out").click()
    page.goto("/open")
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Open my page").click()
    assert "files.example.org" in page.locator("main").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_the_guide_leads_to_steps_people_and_the_form(visit, script):
    page = visit("/start", java_script_enabled=script, viewport={"width": 320, "height": 640})
    for answer in ("No", "18 or older", "No", "No, but somebody threatens to share it", "A private chat or a mail"):
        page.get_by_label(answer, exact=True).check()
        page.get_by_role("button", name="Continue").click()
    page.get_by_label("Which country do you live in?").select_option(label="Italy")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Somebody threatens to share it")).to_be_visible()
    expect(page.get_by_text("Nobody outside can look into a private chat.")).to_be_visible()
    expect(page.get_by_role("heading", name="StopNCII.org")).to_be_visible()
    page.get_by_text("Laws of this country about it").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Go to the form").click()
    expect(page.get_by_label("Which country do you live in?")).to_have_value("IT")


def test_a_question_in_her_own_words_finds_an_answer_and_leaves_no_trace_in_the_address(visit):
    page = visit("/ask", java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.get_by_label("What would you like to know?").fill("How do I get it off Google?")
    page.get_by_role("button", name="Show answers").click()
    expect(page.get_by_role("heading", name="How do I get it out of the search results?")).to_be_visible()
    assert page.url.endswith("/ask")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("What would you like to know?").fill("I want to die")
    page.get_by_role("button", name="Show answers").click()
    expect(page.get_by_role("heading", name="First, safety.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_the_exit_leaves_at_once_tells_nobody_and_ends_the_visit(visit, neutral, script):
    page = visit("/", java_script_enabled=script)
    answer_questions(page)
    page.get_by_label("Where is the picture?").fill(URL)
    page.get_by_role("button", name="Send").click()
    page.goto("/mine")
    before, began = len(neutral.asked), time.monotonic()
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url("https://en.wikipedia.org/")
    assert time.monotonic() - began < 3
    (asked,) = neutral.asked[before:]
    assert "referer" not in asked
    assert page.context.cookies() == []
    page.goto("/mine")
    assert page.url.endswith("/open")


def test_the_page_she_left_is_not_one_step_back(visit):
    page = visit("/")
    page.goto("/start")
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url("https://en.wikipedia.org/")
    page.go_back()
    assert not page.url.endswith("/start")


def test_shift_three_times_leaves_too(visit):
    page = visit("/start")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("https://en.wikipedia.org/")


def test_the_page_is_white_before_anything_answers(visit):
    page = visit("/start")
    looks = page.evaluate("""() => {
        document.querySelector("a[data-exit]").click();
        const [page, words] = [document.documentElement, document.body].map((e) => getComputedStyle(e));
        return [page.backgroundColor, words.visibility];
    }""")
    assert looks == ["rgb(255, 255, 255)", "hidden"]


def test_writing_capital_letters_does_not_leave(visit):
    page = visit("/open")
    page.get_by_label("Your code").press_sequentially("MAPLE")
    for letter in "ABCDE":
        page.keyboard.down("Shift")
        page.keyboard.press(letter)
        page.keyboard.up("Shift")
    page.wait_for_timeout(200)
    assert "leaving" not in (page.locator("html").get_attribute("class") or "")


def test_shift_pressed_slowly_does_not_leave(visit):
    page = visit("/open")
    page.clock.install()
    for _ in range(4):
        page.keyboard.press("Shift")
        page.clock.fast_forward(5_100)
    assert "leaving" not in (page.locator("html").get_attribute("class") or "")


def test_times_can_be_read_where_the_browser_has_no_names_of_months(visit, photo):
    """Chromium has none in Albanian."""
    code = open_a_case(visit("/"), photo("chelsea.png"))
    page = visit("/open", locale="sq-AL", timezone_id="Europe/Tirane")
    page.locator("textarea").fill(code)
    page.locator("main form button").first.click()
    page.wait_for_url("**/mine")
    assert page.locator("html").get_attribute("lang") == "sq"
    for told in page.locator("time").all_inner_texts():
        assert re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}, \d\d:\d\d", told), told


def test_the_way_to_stopncii_opens_beside_the_page_tells_nobody_and_is_noted(visit, photo):
    page = visit("/")
    open_a_case(page, photo("chelsea.png"))
    page.goto("/mine")
    page.get_by_role("link", name="One more list: StopNCII.org").click()
    link = page.get_by_role("link", name="Open StopNCII.org")
    assert link.get_attribute("rel") == "noreferrer noopener"
    with page.context.expect_page():
        link.click()
    assert page.url.endswith("/other")
    page.get_by_role("button", name="I did it").click()
    expect(page.get_by_text("You made a fingerprint at StopNCII.org.")).to_be_visible()


def test_a_video_is_fingerprinted_on_the_device_and_only_what_was_shown_leaves(visit, photo, tmp_path, site):
    frames = pan(photo("coffee.png"), count=25, step=6) + pan(photo("rocket.jpg"), count=25, step=3)
    (clip := tmp_path / "clip.mp4").write_bytes(encoded(frames))
    page = visit("/")
    said, requests = [], []
    page.on("console", lambda message: said.append(message.text))
    answer_questions(page)
    page.locator("#picker").wait_for()
    page.context.on("request", lambda request: requests.append(request.url))
    page.context.set_offline(True)
    choose(page, clip)
    expect(page.get_by_text("parts and changed copies of the video can be found too")).to_be_visible()
    assert [url for url in requests if not url.startswith("blob:")] == []
    page.context.set_offline(False)
    page.get_by_label("Harbour list").check()
    [shown] = page.locator("#lines code").all_inner_texts()
    [sent] = send(page)["video"]
    wanted = hash_video(clip)
    assert sent.replace("\r\n", "\n").strip() == shown.strip() == text_of(wanted).strip()
    assert said == []
    page.goto("/mine")
    expect(page.get_by_role("heading", name="Video 1")).to_be_visible()
    expect(page.get_by_text("Harbour list may use the fingerprint.")).to_be_visible()


def test_a_file_that_is_no_video_is_told_and_a_video_can_be_stopped(visit, photo, tmp_path):
    (wrong := tmp_path / "wrong.mp4").write_bytes(b"no matter what")
    (long := tmp_path / "long.mp4").write_bytes(encoded(pan(photo("coffee.png"), count=300, step=1)))
    page = visit("/")
    answer_questions(page)
    choose(page, wrong)
    expect(page.get_by_text("This browser cannot play this video.")).to_be_visible()
    page.locator("#files").set_input_files(long)
    expect(page.get_by_text("Your device looks through the video.")).to_be_visible()
    page.get_by_role("button", name="Remove").last.click()
    choose(page, photo("coins.png"))
    assert set(send(page)) & {"picture", "video"} == {"picture"}


def test_the_pages_keep_the_policy_without_one_violation(visit, photo):
    page = visit("/")
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    open_a_case(page, photo("chelsea.png"))
    for path in ("/", "/start", "/help-now", "/people", "/open", "/mine", "/mine/take-back", "/ask", "/done", "/other"):
        page.goto(path)
    assert said == []
