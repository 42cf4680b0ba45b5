"""Video files to frames: bounded before decoding and while decoding, and nothing but the one file is ever opened."""

import hashlib
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from amparo.core.fingerprint._code import FingerprintError
from amparo.core.fingerprint._decode import TooLarge, Truncated
from amparo.core.fingerprint._pdq import MIN_SIDE, TooSmall
from amparo.core.fingerprint._resize import MAX_SIDE

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

VideoSource = bytes | str | os.PathLike[str] | BinaryIO
Ended = Literal["whole", "damaged", "too long"]

MAX_VIDEO_BYTES = 4 * 1024**3
# 8K, the largest that phones record. A decoder holds up to 17 such frames: 0.9 GB at 8K, 220 MB at 4K.
MAX_FRAME_PIXELS = 7680 * 4320
MAX_SECONDS = 3600.0
# An hour at 60 frames a second. It bounds the work where a file lies about its times.
MAX_FRAMES = 216_000

# What browsers, phones and messengers write and play. Playlists (HLS, DASH, concat) are not among them: FFmpeg would
# open whatever file or address they name. Nor is FLV, whose size FFmpeg learns only by decoding without a bound.
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,mpegts,mpeg,ogg,gif"
_CODECS = (
    "h264,hevc,vp8,vp9,libdav1d,av1,mpeg4,mpeg1video,mpeg2video,mjpeg,h263,theora,gif,prores,dvvideo,cinepak,"
    "msmpeg4,msmpeg4v1,msmpeg4v2,wmv1,wmv2,wmv3,vc1"
)
_KINDS = "MP4, MOV, WebM, Matroska, AVI, WMV, MPEG, Ogg or GIF"
_STARTS = (b"\x1a\x45\xdf\xa3", b"OggS", b"\x30\x26\xb2\x75", b"\0\0\1\xba", b"\0\0\1\xb3", b"GIF8")
_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"})
# Brands of still pictures in the same container (ISO/IEC 23008-12, AVIF).
_STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif"})
# ISO/IEC 13818-1: packets of 188 bytes, each begun by this one.
_TS_PACKET, _TS_SYNC = 188, 0x47
_CHUNK = 1024 * 1024
# Of a header's duration so much may be missing at the end: sound often runs longer than the pictures.
_MISSING_SECONDS, _MISSING_SHARE = 1.0, 0.05


class NotAVideo(FingerprintError):
    """Bytes that are no video of a kind we read, or that hold no moving pictures."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a video may cost. seconds of playing time; bytes of the file; pixels of a frame; frames decoded."""

    seconds: float
    bytes: int
    pixels: int
    frames: int


class VideoFile:
    """An open video. Times are seconds since its first frame."""

    def __init__(self, container: "InputContainer", stream: "VideoStream", file: "_File", bounds: Bounds) -> None:
        """Not for callers: use `open_video`."""
        self.md5, self.sha256 = file.md5, file.sha256
        self.header_seconds = _header_seconds(container, stream)
        self.too_long = self.damaged = False
        self._container, self._stream, self._bounds = container, stream, bounds
        self._unit = float(stream.time_base or 1)
        self._zero: float | None = None
        self._last = -math.inf
        self._decoded = 0

    @property
    def last_time(self) -> float:
        """Of the last frame that was there, decoded or not."""
        return max(self._last - (self._zero or 0.0), 0.0)

    @property
    def ended(self) -> Ended:
        """How the passes so far ended. Ask after one that went through to the end."""
        if self.too_long:
            return "too long"
        missing = self.header_seconds - self.last_time
        if self.damaged or missing > _MISSING_SECONDS + _MISSING_SHARE * self.header_seconds:
            return "damaged"
        return "whole"

    def frames(
        self, *, keys_only: bool = False, start: float = 0.0, stop: float = math.inf
    ) -> Iterator[tuple[float, "VideoFrame"]]:
        """Decoded frames and their times, from `start` to `stop`; keys_only: key frames alone, at 1/20 of the work.

        What does not decode is left out, as players do, and `damaged` is set. Ends at the bounds, and sets `too_long`.
        """
        self._seek(start)
        self._stream.codec_context.skip_frame = "NONKEY" if keys_only else "DEFAULT"
        time, step = start, 1 / float(self._stream.average_rate or 25)
        for packet in self._packets():
            for frame in self._decode(packet):
                time = self._time_of(frame, time + step)
                if time > self._bounds.seconds or self._decoded >= self._bounds.frames:
                    self.too_long = True
                    return
                if time > stop:
                    return
                self._decoded += 1
                if time >= start:
                    yield time, frame

    def _seek(self, start: float) -> None:
        """To the key frame at or before `start`; without a seek the demuxer goes on where it is."""
        if self._zero is None:
            return
        try:
            self._container.seek(int((self._zero + start) / self._unit), stream=self._stream, backward=True)
        except Exception:  # noqa: BLE001 - no index, or a damaged one
            self.damaged = True

    def _time_of(self, frame: "VideoFrame", guess: float) -> float:
        # PyAV says float, but a frame without a timestamp has None.
        at: float | None = frame.time
        if at is None:
            return guess
        if self._zero is None:
            self._zero = at
        return max(at - self._zero, 0.0)

    def _packets(self) -> Iterator["Packet[VideoStream]"]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001 - demuxers raise anything on damaged bytes
                self.damaged = True
                return
            if packet.pts is not None:
                self._last = max(self._last, packet.pts * self._unit)
            yield packet

    def _decode(self, packet: "Packet[VideoStream]") -> list["VideoFrame"]:
        try:
            return packet.decode()
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - decoders raise anything on damaged bytes; players go on, and so do we
            self.damaged = True
            return []


@contextmanager
def open_video(source: VideoSource, bounds: Bounds) -> Iterator[VideoFile]:
    """Open a video: file content, a path, or a seekable binary file. Nothing is decoded yet.

    Raises NotAVideo, Truncated, TooLarge (from the header), TooSmall; OSError for a path that cannot be read.
    """
    file = _File(source, bounds.bytes)
    try:
        with _container(file, bounds) as container:
            yield VideoFile(container, _stream(container, bounds), file, bounds)
    finally:
        file.close()


class _File:
    """The bytes of a video, read once for the digests and then by FFmpeg."""

    def __init__(self, source: VideoSource, max_bytes: int) -> None:
        self._ours = isinstance(source, (bytes, str, os.PathLike))
        self.bytes: BinaryIO = _opened(source)
        try:
            self.start = self.bytes.read(_TS_PACKET + 1)
            self.md5, self.sha256 = self._digests(max_bytes)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._ours:
            self.bytes.close()

    def _digests(self, max_bytes: int) -> tuple[bytes, bytes]:
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        size = 0
        self.bytes.seek(0)
        while chunk := self.bytes.read(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise TooLarge(f"the file has more than {max_bytes:,} bytes: give a smaller copy, or raise max_bytes")
            md5.update(chunk)
            sha256.update(chunk)
        if not size:
            raise NotAVideo("the file is empty: give a video")
        self.bytes.seek(0)
        return md5.digest(), sha256.digest()


def _opened(source: VideoSource) -> BinaryIO:
    if isinstance(source, bytes):
        return BytesIO(source)
    if isinstance(source, (str, os.PathLike)):
        return Path(source).open("rb")
    source.seek(0)
    return source


def _container(file: _File, bounds: Bounds) -> "InputContainer":
    # Here and not above: FFmpeg costs 0.1 s and 20 MB, and most processes never see a video.
    import av  # noqa: PLC0415

    if file.start[4:8] == b"ftyp" and file.start[8:12] in _STILL_BRANDS:
        raise NotAVideo("this is a still picture: use hash_image")
    try:
        return av.open(
            file.bytes,
            mode="r",
            # These go to FFmpeg's probing too, which may decode a frame to learn its size.
            options={"max_pixels": _decoder_pixels(bounds), "threads": "1"},
            container_options={
                "format_whitelist": _CONTAINERS,
                "codec_whitelist": _CODECS,
                # The one file is read through Python, which needs no protocol.
                "protocol_whitelist": "none",
            },
            metadata_errors="replace",
            buffer_size=256 * 1024,
        )
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - demuxers raise anything on damaged bytes, with the bytes in the message
        if _looks_like_video(file.start):
            raise Truncated("the video's header is damaged or missing: give the whole file") from None
        raise NotAVideo(f"this is no video of a kind we read: give {_KINDS}") from None


def _looks_like_video(start: bytes) -> bool:
    riff = start[:4] == b"RIFF" and start[8:12] == b"AVI "
    ts = len(start) > _TS_PACKET and start[0] == start[_TS_PACKET] == _TS_SYNC
    return riff or ts or start.startswith(_STARTS) or start[4:8] in _MP4_BOXES


def _stream(container: "InputContainer", bounds: Bounds) -> "VideoStream":
    """The track that players show, ready to decode within the bounds."""
    from av.stream import Disposition  # noqa: PLC0415 - as above

    moving = [track for track in container.streams.video if not track.disposition & Disposition.attached_pic]
    if not moving:
        raise NotAVideo("there are no moving pictures in this file: give a video")
    best = container.streams.best("video")
    stream = next((track for track in moving if track is best), moving[0])
    # A codec that this FFmpeg does not know leaves None, whatever the type says.
    context = getattr(stream, "codec_context", None)
    if context is None or context.codec.name not in _CODECS.split(","):
        raise NotAVideo("this video is of a codec that is not read: give a copy as H.264, H.265, VP9 or AV1")
    _check_size(context.width, context.height, bounds)
    # Frames may be larger than the header says, or change on the way: the decoder itself refuses them.
    context.options = {"max_pixels": _decoder_pixels(bounds)}
    # One thread a video: more of them hold more frames, and a gate has other uploads for its other cores.
    context.thread_count = 1
    return stream


def _check_size(width: int, height: int, bounds: Bounds) -> None:
    if not width or not height:
        raise Truncated(
            f"the size of the frames is not told, or is over {bounds.pixels:,} pixels: give the whole file, or a"
            " smaller copy"
        )
    if width * height > bounds.pixels or max(width, height) > MAX_SIDE:
        raise TooLarge(
            f"the frames are {width} x {height}, but at most {bounds.pixels:,} pixels and {MAX_SIDE:,} on a side"
            " are taken: give a smaller copy"
        )
    if min(width, height) < MIN_SIDE:
        raise TooSmall(f"each side must be at least {MIN_SIDE} pixels, but these frames are {width} x {height}")


def _decoder_pixels(bounds: Bounds) -> str:
    """Decoders count the padding of their buffers, up to 127 pixels on a side."""
    return str(bounds.pixels * 9 // 8 + 65_536)


def _header_seconds(container: "InputContainer", stream: "VideoStream") -> float:
    """As the header tells it; 0 where it does not."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    # Of the container in microseconds (AV_TIME_BASE).
    return (container.duration or 0) / 1_000_000
