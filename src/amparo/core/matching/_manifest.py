"""The manifest: one small file that names all others, replaced as a whole by renaming.

It is JSON, so that an operator can read it: the format, the generation (which names the log), the position
that the segments hold, and the segments. `checksum` is the CRC-32 of the rest, in canonical form.
"""

import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from ._files import write_behind
from ._log import IndexCorrupt, IndexVersion

FORMAT_VERSION = 1
NAME = "MANIFEST"


class NotAnIndex(Exception):
    """There is no index at this path."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What belongs to the index now. `position` is what the segments hold; the log tells what came after.

    made: a random number that tells this index from any other that was or will be at the same path.
    """

    made: str
    generation: int
    position: int
    segments: tuple[str, ...]

    @property
    def log(self) -> str:
        """The file name of the log of this generation."""
        return f"log-{self.generation}"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the index in `folder`; raises NotAnIndex, IndexCorrupt or IndexVersion."""
    try:
        text = (folder / NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotAnIndex(f"there is no index at {folder}: make one with Index.create") from None
    try:
        fields = json.loads(text)
    except ValueError:
        raise _corrupt(folder) from None
    if not isinstance(fields, dict) or "format" not in fields:
        raise _corrupt(folder)
    told = fields.pop("checksum", None)
    if checksum(fields) != told:
        raise _corrupt(folder)
    if fields["format"] > FORMAT_VERSION:
        raise IndexVersion(
            f"the index at {folder} has format {fields['format']} and this program reads up to "
            f"{FORMAT_VERSION}: update Amparo"
        )
    return Manifest(fields["made"], fields["generation"], fields["position"], tuple(fields["segments"]))


def write_manifest(folder: Path, manifest: Manifest, *, sync: bool) -> None:
    """Put `manifest` in the place of the old one, in one step that is seen whole or not at all."""
    fields: dict[str, object] = {
        "format": FORMAT_VERSION,
        "made": manifest.made,
        "generation": manifest.generation,
        "position": manifest.position,
        "segments": list(manifest.segments),
    }
    text = json.dumps(fields | {"checksum": checksum(fields)}, indent=1) + "\n"
    fresh = folder / f"{NAME}.new"
    fresh.unlink(missing_ok=True)
    write_behind(fresh, os.O_CREAT, text.encode("ascii"), sync=sync)
    fresh.replace(folder / NAME)


def checksum(fields: dict[str, object]) -> int:
    """CRC-32 of the members, written in order and without spaces."""
    return zlib.crc32(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii"))


def _corrupt(folder: Path) -> IndexCorrupt:
    return IndexCorrupt(f"the manifest of the index at {folder} is damaged: build the index anew")
