"""The second step in a real browser: a passkey of Chromium's virtual authenticator; an app, without scripts."""

import re
import shutil
import time

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.journeys.conftest import ARGUMENTS, CAST, PASSWORD
from tests.journeys.test_axe import look as look  # noqa: PLC0414  a fixture of that file
from tests.servers.databases import own_database
from tests.servers.instance import Instance
from tests.servers.second_factor import code_of

pytestmark = pytest.mark.journey
ADMIN = f"""
add_user(handle="admin", organisation=helpline, role="admin", password="{PASSWORD}", **told)
"""
VIRTUAL = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture(scope="module")
def named_site(tmp_path_factory):
    """An instance whose address has a name: browsers make no passkey for 127.0.0.1."""
    with own_database() as url:
        made = Instance(tmp_path_factory.mktemp("named") / "home", database_url=url)
        made.url = f"http://localhost:{made.port}"
        made.environment["AMPARO_URL"] = made.url
        with made:
            made.python(CAST + ADMIN)
            yield made


@pytest.fixture(scope="module")
def browser():
    """Without the other journeys' rule that only 127.0.0.1 has a name."""
    found = shutil.which("chromium")
    assert found, "run `make test`: it installs Chromium, or says how"
    with sync_playwright() as play:
        names = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
        made = play.chromium.launch(executable_path=found, args=[*ARGUMENTS, names])
        yield made
        made.close()


@pytest.fixture
def window(named_site, browser):
    opened = []

    def open_window(**options) -> Page:
        context = browser.new_context(base_url=named_site.url, locale="en-GB", **options)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        return page

    yield open_window
    for context in opened:
        context.close()


def authenticator(page: Page):
    """Chromium's own, by the DevTools protocol: it lives as long as the page's session."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    number = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})["authenticatorId"]
    return devtools, number


def give_password(page: Page, handle: str) -> None:
    page.goto("/desk/")
    page.get_by_label("Name").fill(handle)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_hana_adds_a_passkey_at_her_first_sign_in_and_signs_in_with_it(window):
    hana = window()
    devtools, number = authenticator(hana)
    give_password(hana, "hana")
    expect(hana.get_by_role("heading", name="Add a second step")).to_be_visible()

    hana.goto("/desk/cases")
    expect(hana.get_by_role("heading", name="Sign in to the desk")).to_be_visible()

    hana.goto("/desk/account/second-steps/new")
    passkeys = hana.locator("section", has=hana.get_by_role("heading", name="A passkey or security key"))
    passkeys.get_by_label("A name for it").fill("key on my ring")
    hana.get_by_role("button", name="Add a passkey").click()
    expect(hana.get_by_role("heading", name="Ten recovery codes")).to_be_visible()
    codes = hana.locator("[data-codes] li").all_inner_texts()
    assert len(codes) == 10
    hana.get_by_role("link", name="I have them on paper").click()
    expect(hana.get_by_role("heading", name="Cases")).to_be_visible()
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]) == 1

    hana.get_by_role("button", name="Sign out", exact=True).click()
    give_password(hana, "hana")
    hana.get_by_role("button", name="Use the passkey").click()
    expect(hana.get_by_role("heading", name="Cases")).to_be_visible()
    [kept] = devtools.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    assert kept["signCount"] >= 2

    hana.get_by_role("link", name="Account").click()
    expect(hana.get_by_text("key on my ring")).to_have_count(1)

    hana.get_by_role("button", name="Sign out", exact=True).click()
    give_password(hana, "hana")
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": number})
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
    hana.get_by_role("button", name="Use the passkey").click()
    expect(hana.get_by_role("alert")).to_contain_text("no answer from the passkey")
    hana.get_by_label("Code").fill(codes[3])
    hana.get_by_role("button", name="Sign in").click()
    expect(hana.get_by_role("heading", name="Cases")).to_be_visible()


def test_pia_adds_an_app_without_scripts_and_signs_in_with_its_codes(window):
    pia = window(java_script_enabled=False)
    give_password(pia, "pia")
    expect(pia.locator("svg.qr")).to_be_visible()
    expect(pia.get_by_text("needs a newer browser with scripts allowed")).to_be_visible()
    expect(pia.get_by_role("button", name="Add a passkey")).to_be_hidden()
    secret = re.sub(r"\s", "", pia.locator("[data-secret]").inner_text())
    app = pia.locator("section", has=pia.get_by_role("heading", name="An app on your phone"))
    app.get_by_label("The code that the app shows now").fill(code_of(secret, at=time.time()))
    app.get_by_label("A name for it").fill("work phone")
    pia.get_by_role("button", name="Add the app").click()
    pia.get_by_role("link", name="I have them on paper").click()
    expect(pia.get_by_role("heading", name="Decisions of the gate")).to_be_visible()

    pia.get_by_role("button", name="Sign out", exact=True).click()
    give_password(pia, "pia")
    # The code before was taken when the app was added: the next one is in reach already.
    pia.get_by_label("Code").fill(code_of(secret, at=time.time() + 30))
    pia.get_by_role("button", name="Sign in").click()
    expect(pia.get_by_role("heading", name="Decisions of the gate")).to_be_visible()


RECOVERY = """
from django.utils import timezone
from amparo.apps.accounts.models import Organisation
from amparo.apps.cases.recovery import begin
from amparo.apps.ledger.models import SYSTEM
from amparo.core.vault import new_holder_key
begin(helpline=Organisation.objects.get(handle="helpline"), public=new_holder_key().public, by=SYSTEM,
      now=timezone.now())
"""


def test_every_page_of_signing_in_is_sound_and_does_not_scroll_sideways(window, named_site, look):
    page = window(viewport={"width": 320, "height": 640})

    def check(name: str) -> None:
        page.wait_for_load_state()
        look(page, name)

    authenticator(page)
    give_password(page, "admin")
    expect(page.get_by_role("heading", name="Add a second step")).to_be_visible()
    check("the first sign-in")
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    check("an app without a code")
    page.locator("form[data-passkey]").get_by_label("A name for it").fill("key on my ring")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Ten recovery codes")).to_be_visible()
    check("recovery codes")
    for path in ("account", "account/password", "account/second-steps/new", "colleagues"):
        page.goto(f"/desk/{path}")
        check(path)
    page.get_by_role("link", name="Reset the second step").first.click()
    check("reset")
    page.get_by_role("button", name="Reset it").click()
    expect(page.get_by_role("heading", name="is reset")).to_be_visible()
    check("the code of a reset")
    page.goto("/desk/colleagues")
    page.get_by_role("link", name="They left").first.click()
    check("they left")
    page.goto("/desk/recovery")
    check("no recovery key")
    named_site.python(RECOVERY)
    page.reload()
    page.get_by_role("button", name="Open the cases").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    check("recovery, nothing written")
    page.get_by_role("button", name="Sign out", exact=True).click()
    give_password(page, "admin")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    check("second step")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    check("second step, nothing written")
