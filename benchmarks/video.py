"""Recall of edited videos, false pairs, and what a long upload costs: `python benchmarks/video.py`.

Videos are rendered from harmless photographs (fetched by package name into --cache, outside the repository, as
benchmarks/robustness.py does) and from two that packages ship. Each edit's parameters come from the seed. Beside each
recall stands vPDQ's: one frame a second, whole frames only, a match when 80 % of the upload's frames are found within
31 bits (the default of threatexchange 1.2.17), and when any frame is. Three videos of six seconds, a few minutes on one
core; --whole takes thirty of sixteen seconds.
"""

import argparse
import math
import os
import platform
import tempfile
import time
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

# One core, as the goals say; numpy reads it when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import av
import numpy as np
from PIL import Image
from robustness.corpus import load
from videos.edits import EDITS, HELD_BACK
from videos.files import encoded, filmed, repeated
from videos.scenes import RATE, Film, render

from amparo.core.fingerprint import (
    GOOD_QUALITY,
    ImageFingerprint,
    RegisteredFrame,
    UploadFrames,
    VideoFingerprint,
    VideoMatch,
    VideoTally,
    engine,
    frames_match,
    hash_image,
    hash_video,
    sample_upload,
)

JUDGING_SEED = 2026
PICTURES_A_VIDEO, STRANGERS = 3, 3
WITHIN_BITS, PEER_SHARE = 31, 0.8


def main() -> None:
    asked = _arguments()
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}, PyAV {av.__version__},")
    print(f"{engine()} for pixels, one thread; seed {asked.seed}\n", flush=True)
    if not asked.speed_only:
        recall(asked)
    if not asked.recall_only:
        speed(asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "amparo-robustness")
    parser.add_argument("--whole", action="store_true", help="30 videos of 16 seconds")
    parser.add_argument("--videos", type=int, default=None, help="rendered ones (3)")
    parser.add_argument("--seconds", type=float, default=None, help="of each rendered one (6)")
    parser.add_argument("--frames-per-second", type=float, default=2.0, help="of uploads")
    parser.add_argument("--seed", type=int, default=JUDGING_SEED)
    parser.add_argument("--edits", default="", help="only those whose name holds this")
    parser.add_argument("--recall-only", action="store_true")
    parser.add_argument("--speed-only", action="store_true")
    asked = parser.parse_args()
    asked.videos = asked.videos or (30 if asked.whole else 3)
    asked.seconds = asked.seconds or (16.0 if asked.whole else 6.0)
    return asked


@dataclass(slots=True)
class Bank:
    """All registered frames: of the videos, numbered from 0, and of the pictures after them."""

    videos: list[VideoFingerprint]
    pictures: list[ImageFingerprint]
    codes: np.ndarray = field(init=False, repr=False)
    known: dict[int, RegisteredFrame] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        codes, frames = [], []
        for number, video in enumerate(self.videos):
            codes += list(video.codes)
            alone = len(video.codes) == 1
            frames += [RegisteredFrame(number, quality, alone) for quality in video.qualities.tolist()]
        for number, picture in enumerate(self.pictures, start=len(self.videos)):
            codes.append(np.frombuffer(picture.code, np.uint8))
            frames.append(RegisteredFrame(number, picture.quality, alone=True))
        self.codes, self.known = np.array(codes), dict(enumerate(frames))


@dataclass(slots=True)
class Row:
    """One edit: how many uploads, how many of them each way found, and what was found that is not there."""

    uploads: int = 0
    found: int = 0
    by_key_frames: int = 0
    peer_any: int = 0
    peer_share: int = 0
    wrong: int = 0
    wrong_possible: int = 0
    wrong_forms: int = 0
    forms: int = 0


def recall(asked: argparse.Namespace) -> None:
    rng = np.random.default_rng(asked.seed)
    films, strangers, bank = _corpus(asked, rng)
    print("| edit | goal | recall | key frames alone | vPDQ, any frame | vPDQ, 80 % | wrong matches |")
    print("|---|---|---|---|---|---|---|", flush=True)
    rows = []
    for name, (edit, goal) in (EDITS | HELD_BACK).items():
        if asked.edits not in name:
            continue
        row = Row()
        for number, film in enumerate(films):
            content = edit(film, strangers[number % len(strangers)], rng)
            _measure(row, content, number, bank, asked.frames_per_second)
        rows.append(row)
        ways = (row.found, row.by_key_frames, row.peer_any, row.peer_share)
        shares = " | ".join(f"{found / row.uploads:.2f}" for found in ways)
        print(f"| {name} | {'' if goal is None else f'{goal:.2f}'} | {shares} | {row.wrong} |", flush=True)
    entries = len(films) + len(bank.pictures) - 1
    print(
        f"\nWrong: {sum(row.wrong for row in rows)} matches and {sum(row.wrong_possible for row in rows)} possible of"
        f" {sum(row.uploads for row in rows) * entries:,} pairs of an upload and another entry;"
        f" {sum(row.wrong_forms for row in rows)} pairs within {WITHIN_BITS} bits of"
        f" {sum(row.forms for row in rows) * len(bank.codes):,} pairs of a form and a frame\n",
        flush=True,
    )


def _corpus(asked: argparse.Namespace, rng: np.random.Generator) -> tuple[list[Film], list[Film], Bank]:
    """Videos, videos that are not in the bank, and the bank. No picture is in two of them."""
    samples = [sample for sample in load(asked.cache) if sample.fills_its_frame and min(sample.image.size) >= 400]
    order = [samples[place] for place in rng.permutation(len(samples))]
    order.sort(key=lambda sample: not sample.photograph)
    groups = [order[PICTURES_A_VIDEO * n : PICTURES_A_VIDEO * (n + 1)] for n in range(asked.videos + STRANGERS)]
    rendered = [
        Film(f"rendered {number}", render([sample.image for sample in group], rng, seconds=asked.seconds))
        for number, group in enumerate(groups)
        if len(group) == PICTURES_A_VIDEO
    ]
    strangers, films = rendered[:STRANGERS], rendered[STRANGERS:] + filmed(asked.cache)
    pictures = [hash_image(sample.image) for sample in order[PICTURES_A_VIDEO * len(groups) :]]
    bank = Bank([hash_video(encoded(film.frames, rate=round(film.rate), crf=20)) for film in films], pictures)
    stored = sum(len(video.codes) for video in bank.videos)
    plain = sum(int(video.plain.sum()) for video in bank.videos)
    print(
        f"{len(films)} videos of {sum(len(film.frames) / film.rate for film in films):.0f} s in all, of them"
        f" {len(films) - len(rendered) + STRANGERS} not rendered; {stored} frames stored, {plain} of them plain;"
        f" {len(pictures)} pictures in the same bank\n",
        flush=True,
    )
    return films, strangers, bank


def _measure(row: Row, content: bytes, number: int, bank: Bank, per_second: float) -> None:
    row.uploads += 1
    with sample_upload(content, frames_per_second=per_second, long_seconds=math.inf) as sampling:
        parts = list(sampling)
    for match in _matches(parts, bank):
        if match.video == number:
            row.found += match.verdict == "match"
        else:
            row.wrong += match.verdict == "match"
            row.wrong_possible += match.verdict == "possible"
    row.forms += sum(len(part) for part in parts)
    row.wrong_forms += sum(_near_others(part, number, bank) for part in parts)
    with sample_upload(content, frames_per_second=per_second, long_seconds=0, full_seconds=0) as sampling:
        keys = list(sampling)
    row.by_key_frames += any(match.video == number and match.verdict == "match" for match in _matches(keys, bank))
    share = _peer(parts, bank.videos[number])
    row.peer_any += share > 0
    row.peer_share += share >= PEER_SHARE


def _matches(parts: list[UploadFrames], bank: Bank) -> list[VideoMatch]:
    tally = VideoTally()
    for part in parts:
        rows, columns, bits = frames_match(part.codes, bank.codes)
        limits = np.searchsorted(rows, np.arange(len(part) + 1))
        tally.add(part, (limits, columns.astype(np.uint64), bits), bank.known)
    return tally.matches()


def _near_others(part: UploadFrames, number: int, bank: Bank) -> int:
    _, columns, _ = frames_match(part.codes, bank.codes)
    return sum(bank.known[column].video != number for column in columns.tolist())


def _peer(parts: list[UploadFrames], registered: VideoFingerprint) -> float:
    """The share of the upload's frames, one a second and of quality 50 or more, that vPDQ finds in a video."""
    codes, seconds = [], set()
    for part in parts:
        for place, form in enumerate(part.forms):
            second = int(part.times[place])
            if form == "as is" and second not in seconds and part.qualities[place] >= GOOD_QUALITY:
                seconds.add(second)
                codes.append(part.codes[place])
    if not codes:
        return 0.0
    rows, _, _ = frames_match(np.array(codes), registered.codes[~registered.plain])
    return len(np.unique(rows)) / len(codes)


def speed(asked: argparse.Namespace) -> None:
    """Ten minutes of 720p: twenty seconds encoded, thirty times over. Seconds of processor time, one thread."""
    print(
        "| ten minutes of 720p | decoding alone, s | in all, s | frames | forms | goal, s |\n|---|---|---|---|---|---|"
    )
    frames = _large(asked)
    for name, gop in (("key frames as libx264 sets them", None), ("a key frame each second, as phones do", RATE)):
        content = repeated(encoded(frames, rate=RATE, crf=23, gop=gop), 30)
        goal = "" if gop else "15"
        _time(f"first pass, {name}", content, goal, long_seconds=60.0, full_seconds=0.0)
        if not gop:
            _time("first pass and the 60 s decoded in full", content, "", long_seconds=60.0)
    once = repeated(encoded(frames, rate=RATE, crf=23), 3)
    started = time.process_time()
    stored = hash_video(once)
    took = time.process_time() - started
    print(f"\nhash_video: {took * 1000 / stored.seconds:.0f} ms a second of 720p")


def _large(asked: argparse.Namespace) -> list[np.ndarray]:
    """Twenty seconds of 720p, rendered small and enlarged, with noise of its own size."""
    rng = np.random.default_rng(asked.seed)
    samples = [sample for sample in load(asked.cache) if sample.photograph][:PICTURES_A_VIDEO]
    small = render([sample.image for sample in samples], rng, seconds=20)
    grain = rng.normal(0, 4, (8, 720, 1280, 1)).astype(np.int16)
    large = (np.asarray(Image.fromarray(frame).resize((1280, 720), Image.Resampling.BILINEAR)) for frame in small)
    return [np.clip(frame + grain[n % 8], 0, 255).astype(np.uint8) for n, frame in enumerate(large)]


def _time(name: str, content: bytes, goal: str, **options: float) -> None:
    started = time.process_time()
    with av.open(BytesIO(content)) as container:
        track = container.streams.video[0]
        track.codec_context.thread_count = 1
        track.codec_context.skip_frame = "NONKEY"
        for _ in container.decode(track):
            pass
    decoding = time.process_time() - started
    started, frames, forms = time.process_time(), set(), 0
    with sample_upload(content, **options) as sampling:
        for part in sampling:
            frames.update(part.frames.tolist())
            forms += len(part)
    took = time.process_time() - started
    print(f"| {name} | {decoding:.1f} | {took:.1f} | {len(frames)} | {forms:,} | {goal} |", flush=True)


if __name__ == "__main__":
    main()
