"""How long her device takes for a long video: seconds, how it moves on, when it stops, and memory, in Chromium.

    python benchmarks/browser_video.py [--minutes 1] [--slower 1 4] [--gop 50]
    python benchmarks/browser_video.py --minutes 1 5 10    the whole, which takes many minutes

The video is 1280 x 720, 25 frames a second, H.264, a window that moves over photographs of scikit-image: a minute is
encoded by PyAV, longer ones are that minute again and again. Chromium slows the page and not its decoder or its worker.
"largest wait" is the longest time in which the progress bar did not move; "stops after" is from pressing Remove in the
middle of the film to the end of all work; "memory" is the most that all of Chromium's processes hold together (PSS)
while it works, less what they held before.
Prints a Markdown table. Times are of this machine, while nothing else runs on it.
"""

import argparse
import functools
import importlib.util
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from http.server import ThreadingHTTPServer
from pathlib import Path

import av
import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.core.fingerprint.test_browser import FLAGS, MODULES, Site

WIDTH, HEIGHT, RATE = 1280, 720, 25
PHOTOS = ("coffee.png", "rocket.jpg", "hubble_deep_field.jpg", "chelsea.png")
WATCH = """async cancelAfter => {
  const [{ fingerprintVideo }, { asking }] =
    await Promise.all([import("/js/fingerprint/video.js"), import("/js/fingerprint/ask.js")]);
  const worker = new Worker("/js/fingerprint/worker.js", { type: "module" });
  const [file] = document.querySelector("input").files;
  const stop = new AbortController();
  const begun = performance.now();
  let [moved, wait, steps, stopped, share] = [begun, 0, 0, 0, 0];
  const onProgress = (now) => {
    if (now <= share) return;
    wait = Math.max(wait, performance.now() - moved);
    [moved, share, steps] = [performance.now(), now, steps + 1];
    if (now >= cancelAfter && !stopped) {
      stopped = performance.now();
      stop.abort(new Error("stopped"));
    }
  };
  let frames = 0;
  try {
    frames = (await fingerprintVideo(file, { ask: asking(worker), signal: stop.signal, onProgress })).frames.length;
  } catch (error) {
    if (!stopped) throw error;
  } finally {
    worker.terminate();
  }
  const end = performance.now();
  return { seconds: (end - begun) / 1000, wait: wait / 1000, steps, stops: stopped && end - stopped, frames };
}"""


def write_minute(path: Path, gop: int) -> None:
    """A minute of pans over photographs, each for fifteen seconds."""
    found = importlib.util.find_spec("skimage")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0]) / "data"
    with av.open(str(path), "w", format="mp4") as container:
        track = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "23", "g": str(gop)})
        track.width, track.height, track.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for name in PHOTOS:
            wide = Image.open(folder / name).convert("RGB").resize((WIDTH + 15 * RATE * 2, HEIGHT + 80))
            whole = np.asarray(wide)
            for number in range(15 * RATE):
                window = whole[40 : 40 + HEIGHT, 2 * number : 2 * number + WIDTH]
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(window), format="rgb24")
                container.mux(track.encode(picture))
        container.mux(track.encode())


def write_film(path: Path, minute: Path, minutes: int) -> None:
    """That minute so many times in one track, not encoded again."""
    with av.open(str(path), "w", format="mp4") as container:
        track = None
        for turn in range(minutes):
            with av.open(str(minute)) as part:
                track = track or container.add_stream_from_template(part.streams.video[0])
                on = turn * int(60 / Fraction(part.streams.video[0].time_base))
                for packet in part.demux(video=0):
                    if packet.size:
                        packet.pts, packet.dts, packet.stream = packet.pts + on, packet.dts + on, track
                        container.mux(packet)


def memory_mb(root: int) -> float:
    """What a process and all that it started hold, shared pages counted once (PSS)."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    family, total = [root], 0
    for one in family:
        family += children.get(one, [])
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1000


@contextmanager
def most_memory(root: int) -> Iterator[list[float]]:
    """Looks twice a second; the list holds what there was before and, afterwards, the most that there was."""
    seen, over = [memory_mb(root)], threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            seen.append(memory_mb(root))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
        seen[:] = [seen[0], max(seen)]


@contextmanager
def page_at(site: ThreadingHTTPServer, chromium: str) -> Iterator[Page]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(0)
        page.goto(f"http://127.0.0.1:{site.server_port}/?worker=/js/fingerprint/worker.js")
        expect(page.locator("output")).to_have_text("ready")
        yield page
        browser.close()


def row(page: Page, film: Path, slower: int) -> str:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.set_input_files("input", [str(film)])
    with most_memory(os.getpid()) as held:
        whole = page.evaluate(WATCH, 2)
    stopped = page.evaluate(WATCH, 0.45)
    return (
        f"{whole['seconds']:.0f} | {whole['frames']} | {whole['steps']} | {whole['wait']:.2f} | {stopped['stops']:.0f} "
        f"| {held[1] - held[0]:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, nargs="+", default=[1])
    parser.add_argument("--slower", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--gop", type=int, default=50, help="frames from one key frame to the next")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed")
    site = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(MODULES)))
    site.asked, site.scripts = [], {}  # type: ignore[attr-defined]  the tests' server keeps these on itself
    threading.Thread(target=site.serve_forever, daemon=True).start()
    print("| minutes | MB | slowed | seconds | frames kept | steps | largest wait, s | stops after, ms | memory, MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        write_minute(minute := Path(folder) / "minute.mp4", options.gop)
        for minutes in options.minutes:
            write_film(film := Path(folder) / f"{minutes}.mp4", minute, minutes)
            for slower in options.slower:
                with page_at(site, chromium) as page:
                    begun = time.monotonic()
                    told = row(page, film, slower)
                print(f"| {minutes} | {film.stat().st_size / 1e6:.0f} | {slower}x | {told}", flush=True)
                print(f"{minutes} min, {slower}x: {time.monotonic() - begun:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()
