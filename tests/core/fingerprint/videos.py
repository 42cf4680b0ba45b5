"""Small videos, encoded where they are needed: a window that moves over harmless photographs."""

import struct
from fractions import Fraction
from io import BytesIO

import av
import numpy as np
from PIL import Image

WIDTH, HEIGHT, RATE = 320, 180, 10
# ISO/IEC 14496-12: units of a display matrix.
ONE, W = 1 << 16, 1 << 30
MATRICES = {
    "turned 90": (0, ONE, 0, -ONE, 0, 0, 0, 0, W),
    "turned 270": (0, -ONE, 0, ONE, 0, 0, 0, 0, W),
    "turned 180": (-ONE, 0, 0, 0, -ONE, 0, 0, 0, W),
    "mirrored": (-ONE, 0, 0, 0, ONE, 0, 0, 0, W),
    "flipped": (ONE, 0, 0, 0, -ONE, 0, 0, 0, W),
}


def pan(photo, *, count=20, step=4, zoom=0.5):
    """Frames (HEIGHT, WIDTH, 3) of a window that moves to the right over a photograph, `step` pixels a frame."""
    image = Image.open(photo).convert("RGB")
    image = image.resize((round(WIDTH / zoom), round(HEIGHT / zoom)), Image.Resampling.BOX)
    return [np.asarray(image.crop((step * n, 40, step * n + WIDTH, 40 + HEIGHT))) for n in range(count)]


def encoded(frames, *, codec="libx264", kind="mp4", rate=RATE, times=None, sound=False, to=None, **options):
    """A file of RGB frames. times: of each frame in 1/1000 s, in place of an even rate. sound: a silent track too."""
    file = BytesIO() if to is None else to
    height, width = frames[0].shape[:2]
    fast = {"preset": "ultrafast", "crf": "20"} if codec in {"libx264", "libx265"} else {"qscale": "3"}
    pixels = options.pop("pixels", "yuv420p")
    container_options = options.pop("container", {})
    with av.open(file, "w", format=kind, options=container_options) as container:
        track = container.add_stream(codec, rate=rate, options={**fast, "threads": "1", **options})
        track.width, track.height, track.pix_fmt = width, height, pixels
        if times is not None:
            track.codec_context.time_base = Fraction(1, 1000)
        if sound:
            _add_silence(container, container.add_stream("aac", rate=8000))
        for number, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
            if times is not None:
                picture.pts, picture.time_base = times[number], Fraction(1, 1000)
            container.mux(track.encode(picture))
        container.mux(track.encode())
    return file.getvalue() if to is None else b""


def one_after_the_other(*files, kind="webm"):
    """The pictures of several files in one track, not encoded again."""
    content, start = BytesIO(), 0
    with av.open(content, "w", format=kind) as container:
        track = None
        for file in files:
            with av.open(BytesIO(file)) as part:
                track = track or container.add_stream_from_template(part.streams.video[0])
                packets = [packet for packet in part.demux(video=0) if packet.size]
                length = max(packet.pts + (packet.duration or 1) for packet in packets)
                for packet in packets:
                    packet.pts, packet.dts, packet.stream = packet.pts + start, packet.dts + start, track
                    container.mux(packet)
                start += length
    return content.getvalue()


def sound_only():
    file = BytesIO()
    with av.open(file, "w", format="mp4") as container:
        _add_silence(container, container.add_stream("aac", rate=8000))
    return file.getvalue()


def _add_silence(container, track):
    silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
    silence.sample_rate = 8000
    for number in range(8):
        silence.pts = 1024 * number
        container.mux(track.encode(silence))
    container.mux(track.encode())


def with_matrix(file, matrix):
    """An MP4 file with another display matrix in its track header (tkhd, version 0)."""
    at = file.index(b"tkhd") + 4 + 40
    return file[:at] + struct.pack(">9i", *matrix) + file[at + 36 :]


def with_header_size(file, width, height):
    """An MP4 file whose sample description (avc1) says another size than its pictures have."""
    at = file.index(b"avc1", file.index(b"stsd")) + 4 + 24
    return file[:at] + struct.pack(">HH", width, height) + file[at + 4 :]
