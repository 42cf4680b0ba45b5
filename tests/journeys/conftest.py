"""A whole Amparo and a real browser: one of each for a file of journeys, so that no loop is left running for others."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.servers.databases import own_database
from tests.servers.instance import Instance
from tests.servers.second_factor import GIVE_PHONES

PASSWORD = "a long enough passphrase"
# No sandbox: tests run as root in containers. Nothing but loopback has a name, and nothing is fetched behind our back.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_OTHER_NAMES = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
CAST = f"""
from django.utils import timezone
from amparo.apps.accounts.actions import add_organisation, add_user
from amparo.apps.banks.actions import open_bank, subscribe
from amparo.apps.ledger.models import SYSTEM
now = timezone.now()
told = {{"by": SYSTEM, "now": now}}
helpline = add_organisation(handle="helpline", name="Harbour Helpline", kind="helpline",
                            mailbox="notices@helpline.example.org", **told)
platform = add_organisation(handle="platform", name="Quay Chat", kind="platform", **told)
add_user(handle="hana", organisation=helpline, role="caseworker", password="{PASSWORD}", **told)
add_user(handle="pia", organisation=platform, role="moderator", password="{PASSWORD}", **told)
bank = open_bank(handle="harbour-list", title="Harbour list", owner=helpline, **told)
subscribe(bank=bank, organisation=platform, on_match="block", **told)
"""

expect.set_options(timeout=30_000)
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Instance]:
    """An instance with Hana's helpline, Pia's platform and a bank between them."""
    with own_database() as url:
        made = Instance(tmp_path_factory.mktemp("pages") / "home", database_url=url)
        with made:
            made.python(CAST + GIVE_PHONES)
            yield made


class Neutral(ThreadingHTTPServer):
    """The neutral page that the exit leads to, under its own name and with TLS, as far as the browser can tell."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _NeutralPage)
        self.asked: list[dict[str, str]] = []
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=en.wikipedia.org", "-keyout", str(key), "-out", str(certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hung up before the answer is none of our business."""


class _NeutralPage(BaseHTTPRequestHandler):
    server: Neutral

    def do_GET(self) -> None:
        if self.path == "/":
            self.server.asked.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>Encyclopedia</title>")

    def log_message(self, *_words: object) -> None:
        """Silent: the journeys look at `asked`."""


@pytest.fixture(scope="module")
def neutral(tmp_path_factory) -> Iterator[Neutral]:
    with Neutral(tmp_path_factory.mktemp("neutral")) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium(neutral) -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "run `make test`: it installs Chromium, or says how"
    names = f"--host-resolver-rules=MAP en.wikipedia.org:443 127.0.0.1:{neutral.server_port}, {NO_OTHER_NAMES}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=[*ARGUMENTS, names])
        yield browser
        browser.close()


@pytest.fixture
def visit(site, chromium) -> Iterator[Visit]:
    """Open a fresh browser window on a path of the site; options are those of Playwright's `new_context`."""
    windows = []

    def open_window(path: str = "/", **options) -> Page:
        window = chromium.new_context(base_url=site.url, ignore_https_errors=True, **({"locale": "en-GB"} | options))
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(30_000)
        page.goto(path)
        return page

    yield open_window
    for window in windows:
        window.close()


@pytest.fixture(scope="session")
def photo() -> Callable[[str], Path]:
    """Harmless photographs of scikit-image, by name."""
    import importlib.util

    found = importlib.util.find_spec("skimage")
    assert found, "run `make test`: it installs requirements-photos.lock"
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0]) / "data"
    return lambda name: folder / name
