"""Videos in Chromium: the frames, the digest and the text of Python, on the device, without a request."""

import hashlib
import json

import pytest

from amparo.core.fingerprint import bits_apart, frames_of, hash_video, read_vpdq, to_vpdq_lines
from tests.core.fingerprint.test_browser import chromium, opened, page, site
from tests.core.fingerprint.test_browser_spare import NOISE
from tests.core.fingerprint.test_javascript import run_module
from tests.core.fingerprint.videos import MATRICES, encoded, pan, sound_only, with_matrix

pytestmark = pytest.mark.journey

__all__ = ["chromium", "opened", "page", "site"]
WATCH = """async cancelAfter => {
  const [{ fingerprintVideo, toVpdqLines }, { asking }] =
    await Promise.all([import("/js/fingerprint/video.js"), import("/js/fingerprint/ask.js")]);
  const worker = new Worker("/js/fingerprint/worker.js", { type: "module" });
  const [file] = document.querySelector("input").files;
  const stop = new AbortController();
  const shares = [];
  const onProgress = (share) => {
    shares.push(share);
    if (share >= cancelAfter) stop.abort(Object.assign(new Error("stopped"), { reason: "stopped" }));
  };
  try {
    const video = await fingerprintVideo(file, { ask: asking(worker), signal: stop.signal, onProgress });
    return { ...video, lines: toVpdqLines(video.frames), shares };
  } catch (error) {
    return { reason: error.reason ?? String(error), shares };
  } finally {
    worker.terminate();
  }
}"""


def watch(page, path, *, cancel_after=2):
    # The input of the page gives files to its own worker too; pictures are what that knows, so it refuses and is quiet.
    page.set_input_files("input", [str(path)])
    return page.evaluate(WATCH, cancel_after)


@pytest.fixture
def film(photos, tmp_path):
    """Writes a video of pans over photographs and gives its path."""

    def write(name="film.mp4", *, photo="coffee.png", count=25, **options):
        frames = pan(photos / photo, count=count, step=6) + pan(photos / "rocket.jpg", count=count, step=3)
        path = tmp_path / name
        path.write_bytes(encoded(frames, **options))
        return path

    return write


def agree(found, path):
    """A browser's answer is Python's, frame for frame and bit for bit."""
    wanted = hash_video(path.read_bytes())
    frames = frames_of(wanted)
    assert [round(frame["seconds"], 3) for frame in found["frames"]] == [round(frame.time, 3) for frame in frames]
    assert [frame["hex"] for frame in found["frames"]] == [frame.code.hex() for frame in frames]
    assert (found["md5"], found["sha256"]) == (wanted.md5.hex(), wanted.sha256.hex())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("h264.mp4", {}),
        ("25-frames-a-second.mp4", {"rate": 25, "count": 50}),
        ("vp8.webm", {"codec": "libvpx", "kind": "webm"}),
        ("vp9.webm", {"codec": "libvpx-vp9", "kind": "webm"}),
        ("sound.mp4", {"sound": True}),
    ],
)
def test_the_frames_of_a_video_are_those_of_python_bit_for_bit(page, film, name, options):
    path = film(name, **options)
    requests = []
    page.context.on("request", lambda request: requests.append(request.url))
    found = watch(page, path)
    assert "reason" not in found, found
    agree(found, path)
    assert found["algorithm"] == "vpdq-c512"
    assert found["ended"] == "whole"
    assert found["shares"] == sorted(found["shares"])
    assert found["shares"][-1] == 1
    assert not [url for url in requests if not url.startswith("blob:") and "/js/" not in url]


@pytest.mark.parametrize("turn", sorted(MATRICES))
def test_a_video_that_lies_on_its_side_is_put_upright(page, film, tmp_path, turn):
    path = tmp_path / "turned.mp4"
    path.write_bytes(with_matrix(film().read_bytes(), MATRICES[turn]))
    found = watch(page, path)
    assert "reason" not in found, found
    agree(found, path)


def test_the_text_is_the_one_that_the_server_reads_and_writes(page, film):
    path = film()
    lines = watch(page, path)["lines"]
    assert lines == to_vpdq_lines(frames_of(hash_video(path.read_bytes())))
    assert to_vpdq_lines(read_vpdq(lines)) == lines


# Firefox before 130 has no VideoFrame; and a browser may say that a seek is done while it has no bitmap yet.
NO_FRAMES_AND_LATE_BITMAPS = """() => {
  delete globalThis.VideoFrame;
  const [make, late] = [globalThis.createImageBitmap, { left: 3 }];
  globalThis.createImageBitmap = async (of, ...how) => {
    if (of instanceof HTMLVideoElement && late.left-- > 0) throw new DOMException("no data yet", "InvalidStateError");
    return make(of, ...how);
  };
}"""


def test_without_frames_of_webcodecs_the_canvas_gives_codes_some_bits_off(page, film):
    path = film()
    page.evaluate(NO_FRAMES_AND_LATE_BITMAPS)
    found = {round(frame["seconds"], 2): frame["hex"] for frame in watch(page, path)["frames"]}
    wanted = {round(frame.time, 2): frame.code for frame in frames_of(hash_video(path.read_bytes()))}
    # Frames about 16 bits apart are kept by the one and left out by the other.
    assert len(found.keys() ^ wanted.keys()) <= 2
    moved = [bits_apart(bytes.fromhex(found[at]), wanted[at]) for at in found.keys() & wanted.keys()]
    print(json.dumps(moved))
    assert max(moved) <= 16


def test_noise_on_the_canvas_does_not_reach_a_video(page, site, film):
    path = film()
    page.evaluate(f"() => {{ {NOISE} }}")
    agree(watch(page, path), path)


def test_it_can_be_stopped_in_the_middle(page, film):
    found = watch(page, film(count=60), cancel_after=0.3)
    assert found["reason"] == "stopped"
    assert found["shares"][-1] < 0.5


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("words.mp4", b"no video at all", "not-a-video"), ("sound.mp4", None, "not-a-video")],
)
def test_what_is_no_video_is_told(page, tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(sound_only() if content is None else content)
    assert watch(page, path)["reason"] == reason


def test_sha_256_is_that_of_fips_180_however_the_bytes_come(tmp_path):
    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]
    script = f"""
      for (const length of {lengths}) {{
        for (const step of [1, 64, 100, 2000]) {{
          const bytes = Uint8Array.from({{ length }}, (_, at) => 7 * at);
          const sha256 = new Sha256();
          for (let at = 0; at < length; at += step) sha256.add(bytes.subarray(at, at + step));
          console.log(sha256.finish());
        }}
      }}
    """
    told = run_module("fingerprint/sha256.js", "Sha256", script, pixels=tmp_path).splitlines()
    contents = [bytes(7 * at % 256 for at in range(length)) for length in lengths for _step in range(4)]
    assert told == [hashlib.sha256(content).hexdigest() for content in contents]


def test_md5_is_that_of_rfc_1321_however_the_bytes_come(tmp_path):
    lengths = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 121, 1000]
    script = f"""
      for (const length of {lengths}) {{
        for (const step of [1, 13, 64, 100, 2000]) {{
          const bytes = Uint8Array.from({{ length }}, (_, at) => 7 * at);
          const md5 = new Md5();
          for (let at = 0; at < length; at += step) md5.add(bytes.subarray(at, at + step));
          console.log(md5.finish());
        }}
      }}
      // RFC 1321, A.5
      for (const text of ["", "a", "abc", "message digest"]) {{
        const md5 = new Md5();
        md5.add(new TextEncoder().encode(text));
        console.log(md5.finish());
      }}
    """
    told = run_module("fingerprint/md5.js", "Md5", script, pixels=tmp_path).splitlines()
    wanted = [
        hashlib.md5(bytes(7 * at % 256 for at in range(length))).hexdigest() for length in lengths for _ in range(5)
    ]
    assert told[:-4] == wanted
    assert told[-4:] == [
        "d41d8cd98f00b204e9800998ecf8427e",
        "0cc175b9c0f1b6a831c399e269772661",
        "900150983cd24fb0d6963f7d28e17f72",
        "f96b697d7cb7938d525a2f31aaf161d0",
    ]
