"""vPDQ's text forms, read and written: how other organisations exchange the frames of a video.

Facts from threatexchange 1.2.17 (extensions/vpdq) and from the vpdq command-line tools of the ThreatExchange
repository; docs/video.md has an example of each. Neither form says how the frames' pixels were brought to size, so a
bank of foreign ones says so itself.
"""

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from amparo.core.fingerprint._code import CODE_BYTES, BadFingerprint, FingerprintError, from_hex
from amparo.core.fingerprint._video import VideoFingerprint

# A day at 30 frames a second: no video a bank holds has more, and a text that says so is not read further.
MAX_TEXT_FRAMES = 2_592_000
_BEST_QUALITY = 100


class BadVideoText(FingerprintError):
    """A text that is none of vPDQ's forms."""


@dataclass(frozen=True, slots=True)
class VpdqFrame:
    """One frame in a text. number: 0 or more. quality: 0..100. code: 32 bytes. time: seconds, 0 or more."""

    number: int
    quality: int
    code: bytes = field(repr=False)
    time: float

    def __post_init__(self) -> None:
        if len(self.code) != CODE_BYTES:
            raise BadFingerprint(f"a PDQ fingerprint is {CODE_BYTES} bytes, but this has {len(self.code)}")


def frames_of(fingerprint: VideoFingerprint) -> list[VpdqFrame]:
    """The frames of a fingerprint, numbered from 0."""
    rows = zip(fingerprint.qualities.tolist(), fingerprint.codes, fingerprint.times.tolist(), strict=True)
    return [VpdqFrame(number, quality, code.tobytes(), time) for number, (quality, code, time) in enumerate(rows)]


def to_vpdq_lines(frames: Iterable[VpdqFrame]) -> str:
    """The text of the vpdq command-line tools: a line `number,quality,hex,seconds` for each frame."""
    return "".join(f"{frame.number},{frame.quality},{frame.code.hex()},{frame.time:.3f}\n" for frame in frames)


def to_vpdq_json(frames: Iterable[VpdqFrame]) -> str:
    """The signal text of python-threatexchange: a JSON list of texts `hex,quality,seconds`."""
    return json.dumps([f"{frame.code.hex()},{frame.quality},{frame.time:.3f}" for frame in frames])


def read_vpdq(text: str) -> list[VpdqFrame]:
    """The frames of a text: lines or JSON as above, or the older JSON object `{number: {quality, hash, timestamp}}`.

    Where a form has no numbers, frames are numbered from 0. Nothing is left out and nothing is put in order.
    Raises BadVideoText, which tells the place and never the text itself.
    """
    stripped = text.strip()
    if stripped.startswith(("[", "{")):
        return _read_json(stripped)
    frames = []
    for place, line in enumerate(stripped.splitlines(), start=1):
        if line.strip():
            frames.append(_frame(f"line {place}", line.split(","), "number,quality,hex,seconds", _of_line))
            _check_count(len(frames))
    return frames


def _read_json(text: str) -> list[VpdqFrame]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadVideoText("this begins like JSON and is none: give the whole text") from None
    _check_count(len(content))
    if isinstance(content, list):
        return [
            _frame(f"frame {number}", [str(number), *_parts(row)], "hex,quality,seconds", _of_text)
            for number, row in enumerate(content)
        ]
    return [
        _frame(f"frame {place}", [number, *_values(row)], "{number: {quality, hash, timestamp}}", _of_line)
        for place, (number, row) in enumerate(content.items())
    ]


def _parts(row: object) -> list[str]:
    return row.split(",") if isinstance(row, str) else []


def _values(row: object) -> list[str]:
    if not isinstance(row, dict):
        return []
    return [str(row.get(key, "")) for key in ("quality", "hash", "timestamp")]


def _of_line(parts: list[str]) -> VpdqFrame:
    number, quality, code, time = parts
    return VpdqFrame(_whole(number), _whole(quality), from_hex(code), _seconds(time))


def _of_text(parts: list[str]) -> VpdqFrame:
    number, code, quality, time = parts
    return VpdqFrame(_whole(number), _whole(quality), from_hex(code), _seconds(time))


def _frame(place: str, parts: list[str], wanted: str, read: Callable[[list[str]], VpdqFrame]) -> VpdqFrame:
    try:
        frame = read(parts)
    except ValueError as error:
        # Our own errors tell no content; Python's do.
        why = f": {error}" if isinstance(error, FingerprintError) else ""
        raise BadVideoText(f"{place} is not {wanted}{why}") from None
    if frame.quality > _BEST_QUALITY:
        raise BadVideoText(f"{place} has a quality over {_BEST_QUALITY}")
    return frame


def _whole(text: str) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,12}\s*", text):
        raise ValueError
    return int(text)


def _seconds(text: str) -> float:
    """Exponents are read too: threatexchange writes three digits in all, so that 1234.5 becomes 1.23e+03."""
    time = float(text)
    if not (time >= 0 and math.isfinite(time)):
        raise ValueError
    return time


def _check_count(count: int) -> None:
    if count > MAX_TEXT_FRAMES:
        raise BadVideoText(f"there are {count:,} frames, but at most {MAX_TEXT_FRAMES:,} are read")
