"""How soon her pages are there on a slow phone: bytes, first paint and usable, from Chromium's own trace.

    python benchmarks/door.py [--photo PICTURE] [--runs 3]

The processor is slowed four times and the network is slow 4G, as Lighthouse does it on a desk: 562.5 ms before each
answer, 1,474 kbit/s down, 675 kbit/s up (its documentation of throttling, "DevTools throttling"). Each page is opened
with an empty cache; the median of the runs is told. "Usable" is when the words are painted, the styles and scripts have
run, and no task of over 50 ms is left; on the form it is when the picker is there, which waits for the worker.
With a picture it also tells how long the device takes for its fingerprint; Chromium slows the page and not its worker,
so that figure is of this machine.
Prints a Markdown table. The server shares the machine.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.journeys.conftest import ARGUMENTS, CAST
from tests.journeys.steps import answer_questions
from tests.servers.instance import Instance

SLOWER = 4
LATENCY_MS, DOWN_BYTES_S, UP_BYTES_S = 562.5, 1_474.56 * 1024 / 8, 675 * 1024 / 8
LONG_TASK_US = 50_000
TRIES = 5
PHONE = {"width": 390, "height": 844}
PAGES = {"first page": "/", "first question": "/start", "answers": "/ask", "form": "/form"}


@dataclass(frozen=True, slots=True)
class Load:
    """One page load. Times in ms after the navigation began; blocked: the part of long tasks over 50 ms each."""

    requests: int
    kilobytes: float
    painted: float
    usable: float
    blocked: float


@contextmanager
def slow(page: Page) -> Iterator[None]:
    """A slow phone on slow 4G, with an empty cache."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN_BYTES_S, "uploadThroughput": UP_BYTES_S}
    devtools.send("Network.emulateNetworkConditions", wire)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    try:
        yield
    finally:
        devtools.detach()


def load(browser: Browser, page: Page, path: str) -> Load:
    """Open a path and read the trace of it; again where a busy machine began to trace after the page did."""
    for _ in range(TRIES):
        events, requests, size, shown = traced(browser, page, path)
        if any(one["args"]["data"]["documentLoaderURL"].startswith("http") for one in starts(events)):
            return read(events, requests, size, shown)
    raise SystemExit(f"Chromium's trace of {path} has no beginning: run this when the machine has less to do")


def traced(browser: Browser, page: Page, path: str) -> tuple[list[dict], int, float, float]:
    with slow(page):
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        sizes: list[float] = []
        devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto("about:blank")
        browser.start_tracing(page=page, categories=["loading", "blink.user_timing", "devtools.timeline", "toplevel"])
        page.goto(path, wait_until="load")
        picker = page.locator("#picker")
        if picker.count():
            picker.wait_for()
        page.wait_for_timeout(500)
        # Chromium keeps its clock in the trace: when the picker came is asked of the page by that clock.
        shown = page.evaluate("performance.getEntriesByName('picker').at(-1)?.startTime ?? 0")
        events = json.loads(browser.stop_tracing())["traceEvents"]
    return events, len(sizes), sum(sizes), shown


def starts(events: list[dict]) -> list[dict]:
    return [one for one in events if one["name"] == "navigationStart"]


def read(events: list[dict], requests: int, size: float, shown: float) -> Load:
    def told(name: str) -> list[dict]:
        return [one for one in events if one["name"] == name]

    # The trace has empty documents before and after the page, with events of their own.
    start = next(one for one in starts(events) if one["args"]["data"]["documentLoaderURL"].startswith("http"))
    visit = start["args"]["data"]["navigationId"]
    paint = next(one for one in told("firstContentfulPaint") if one["args"]["data"]["navigationId"] == visit)
    begun, painted, thread = start["ts"], paint["ts"], paint["tid"]
    loaded = next(one["ts"] for one in told("loadEventEnd") if one["ts"] > begun and one["tid"] == thread)
    tasks = [
        (one["ts"], one["dur"])
        for one in events
        if one["name"] == "RunTask" and one["tid"] == thread and one["ts"] > begun and one.get("dur", 0) > LONG_TASK_US
    ]
    ended = max([painted, loaded, *(at + long for at, long in tasks if at < loaded)])
    return Load(
        requests=requests,
        kilobytes=size / 1000,
        painted=(painted - begun) / 1000,
        usable=max((ended - begun) / 1000, shown),
        blocked=sum(long - LONG_TASK_US for at, long in tasks if at > painted) / 1000,
    )


def fingerprint_seconds(page: Page, file: Path) -> float:
    """From picking a file to its line, on the slow phone."""
    page.goto("/form")
    page.locator("#picker").wait_for()
    with slow(page):
        page.evaluate("performance.mark('picked')")
        page.locator("#files").set_input_files(file)
        page.locator("#lines code").first.wait_for(timeout=600_000, state="attached")
        return float(page.evaluate("performance.measure('made', 'picked').duration")) / 1000


MARK = """new MutationObserver((_changes, watching) => {
  const picker = document.querySelector('#picker');
  if (!picker || picker.hidden) return;
  performance.mark('picker');
  watching.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true })"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, help="a picture to fingerprint")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed")
    with tempfile.TemporaryDirectory() as folder, Instance(Path(folder) / "home") as site, sync_playwright() as play:
        site.python(CAST)
        browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        window = browser.new_context(base_url=site.url, locale="en-GB", viewport=PHONE)
        window.add_init_script(MARK)
        page = window.new_page()
        answer_questions(page)
        print("| page | requests | kB on the wire | first paint, s | usable, s | main thread blocked, ms |")
        print("|---|---|---|---|---|---|")
        for name, path in PAGES.items():
            runs = [load(browser, page, path) for _run in range(options.runs)]
            middle = {key: statistics.median(getattr(run, key) for run in runs) for key in Load.__slots__}
            print(
                f"| {name} | {middle['requests']:.0f} | {middle['kilobytes']:.1f} | {middle['painted'] / 1000:.2f} |"
                f" {middle['usable'] / 1000:.2f} | {middle['blocked']:.0f} |"
            )
        if options.photo:
            print(f"\nFingerprint of {options.photo.name}: {fingerprint_seconds(page, options.photo):.1f} s")
        browser.close()


if __name__ == "__main__":
    main()
