"""The JavaScript twin in Chromium, over files, in its worker: same fingerprints, and not one request."""

import functools
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import amparo
from amparo.core.fingerprint import hash_image, strong
from tests.core.fingerprint.test_vectors import FOLDER, VECTORS

pytestmark = pytest.mark.journey

MODULES = Path(amparo.__file__).parent / "ui/static/amparo/js"
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = b"""<!doctype html><html lang="en"><title>Fingerprint</title>
<input type="file" multiple><output></output><script type="module" src="/page.js"></script></html>"""
PAGE_JS = b"""
const output = document.querySelector("output");
const worker = new Worker(new URLSearchParams(location.search).get("worker"), { type: "module" });
const files = new Map();
window.worker = worker;
window.answers = {};
window.shares = {};
worker.addEventListener("message", ({ data }) => {
  if (data.kind === "ready") output.value = "ready";
  else if (data.kind === "progress") (window.shares[files.get(data.id)] ??= []).push(data.share);
  else window.answers[files.get(data.id)] = data;
});
document.querySelector("input").addEventListener("change", ({ target }) => {
  for (const file of target.files) {
    files.set(files.size, file.name);
    worker.postMessage({ id: files.size - 1, file });
  }
});
"""
# As strict as a page that hashes may be: own scripts, own worker, files of this device, no connection of any kind.
POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; media-src blob:; connect-src 'none'"


class Site(SimpleHTTPRequestHandler):
    """The page, its script, and the modules; every request is written down."""

    asked: list[str]

    def do_GET(self):
        self.server.asked.append(self.path)
        own = {"/page.js": ("text/javascript", PAGE_JS)}
        own |= {path: ("text/javascript", body) for path, body in self.server.scripts.items()}
        if self.path.startswith("/?"):
            own[self.path] = ("text/html", PAGE)
        if self.path.startswith("/js/"):
            self.path = self.path.removeprefix("/js")
            super().do_GET()
        elif self.path in own:
            kind, body = own[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            self.send_error(404)

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(MODULES)))
    server.asked = []
    server.scripts = {}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "the JavaScript twin is tested in Chromium: install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(site, chromium) -> Iterator[Callable[[str], Page]]:
    """Opens a page whose worker is this script, and waits until it is ready."""
    pages = []

    def open_page(worker: str = "/js/fingerprint/worker.js") -> Page:
        page = chromium.new_page()
        pages.append(page)
        page.goto(f"http://127.0.0.1:{site.server_port}/?worker={worker}")
        expect(page.locator("output")).to_have_text("ready")
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture
def page(opened) -> Page:
    """A page that has loaded, with a worker that is ready; from then on it is offline and nothing may be asked."""
    return opened()


def pick(page, *paths):
    """Choose files as a person would, and wait until each has its answer."""
    page.set_input_files("input", [str(path) for path in paths])
    page.wait_for_function("count => Object.keys(window.answers).length === count", arg=len(paths), timeout=120_000)
    return page.evaluate("window.answers")


def test_chromium_gives_the_fingerprints_of_python_offline_and_without_a_request(page, site):
    requests = []
    page.context.on("request", lambda request: requests.append(request.url))
    page.context.set_offline(True)
    asked_before = len(site.asked)

    # HEIC comes with a decoder of its own: test_browser_spare.py.
    rows = [row for row in VECTORS["pictures"] if not row["file"].endswith(".heic")]

    answers = pick(page, *(FOLDER / "pictures" / row["file"] for row in rows))

    for row in rows:
        answer = answers[row["file"]]
        if row["browser"] == "refuses":
            assert (answer["kind"], answer["reason"]) == ("refused", "kind-not-read"), row["file"]
        else:
            found = {key: answer.get(key) for key in ("kind", "algorithm", "hex", "quality", "sha256")}
            assert found == {
                "kind": "done",
                "algorithm": VECTORS["algorithm"],
                "hex": row["code"],
                "quality": row["quality"],
                "sha256": row["sha256"],
            }, row["file"]
    assert requests == []
    assert len(site.asked) == asked_before


def test_photographs_get_the_same_fingerprint_here_and_there(page, photos):
    names = ["chelsea.png", "coffee.png", "rocket.jpg", "coins.png", "hubble_deep_field.jpg", "moon.png"]
    answers = pick(page, *(photos / name for name in names))
    for name in names:
        expected = hash_image(photos / name)
        assert (answers[name]["hex"], answers[name]["quality"]) == (expected.hex, expected.quality)


def test_a_large_photograph_is_read_in_strips_with_progress(page, photos, tmp_path):
    from PIL import Image

    Image.open(photos / "rocket.jpg").resize((4000, 3000)).save(tmp_path / "large.jpg", quality=85)
    answers = pick(page, tmp_path / "large.jpg")
    assert answers["large.jpg"]["hex"] == hash_image(tmp_path / "large.jpg").hex
    shares = page.evaluate("window.shares['large.jpg']")
    assert len(shares) == 3
    assert shares == sorted(shares)
    assert shares[-1] == 1


STRENGTHEN = """() => new Promise((resolve) => {
  const [stronger] = document.querySelector("input").files;
  window.worker.addEventListener("message", ({ data }) => {
    if (data.id === -1 && data.kind !== "progress") resolve(data);
  });
  window.worker.postMessage({ id: -1, stronger });
})"""


def test_the_stronger_fingerprint_is_made_where_it_is_asked_for_offline_and_without_a_request(page, site, photos):
    page.context.set_offline(True)
    asked_before = len(site.asked)
    for name in ("coffee.png", "rocket.jpg"):
        page.set_input_files("input", photos / name)
        answer = page.evaluate(STRENGTHEN)
        assert (answer["kind"], answer["algorithm"]) == ("done", strong.STRONG_ALGORITHM)
        record = strong.StrongRecord.from_bytes(bytes.fromhex(answer["record"]))
        # docs/strong.md: the same points but for rounding; the record's own test counts them.
        assert len(set(record.codes.tolist()) & set(strong.record(photos / name).codes.tolist())) >= 24
    page.set_input_files("input", photos / "clock_motion.png")
    refused = page.evaluate(STRENGTHEN)
    assert (refused["kind"], refused["reason"]) == ("refused", "too-plain")
    assert len(site.asked) == asked_before


def test_what_cannot_be_fingerprinted_is_refused_with_a_reason(page, tmp_path):
    from PIL import Image

    (tmp_path / "words.jpg").write_bytes(b"just words")
    (tmp_path / "drawing.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg' width='90' height='90'/>")
    for name in ("shore.png", "shore-420.jpg", "shore-progressive.jpg", "shore.gif", "shore-lossy.webp", "shore.avif"):
        whole = (FOLDER / "pictures" / name).read_bytes()
        (tmp_path / f"broken-{name}").write_bytes(whole[: len(whole) * 9 // 10])
    Image.new("RGB", (4, 90)).save(tmp_path / "thin.png")
    paths = sorted(tmp_path.iterdir())
    answers = pick(page, *paths)
    assert all(answer["kind"] == "refused" and answer["message"] for answer in answers.values())
    reasons = {path.name: answers[path.name]["reason"] for path in paths}
    assert {reasons.pop(name) for name in list(reasons) if name.startswith("broken-")} == {"damaged"}
    assert reasons == {"drawing.svg": "not-a-picture", "thin.png": "too-small", "words.jpg": "not-a-picture"}
