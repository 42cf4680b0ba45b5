"""What a backup holds: of which version, how many rows of each table and their hash, and the head of the trail."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table. `sha256` is of their lines, each with its line break, in hex."""

    table: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`migrations`: ("ledger.0001_begin", ...), the shape of the rows. `trail_holds`: as verified when it was made."""

    made_at: datetime
    version: str
    database: str
    migrations: tuple[str, ...]
    parts: tuple[Part, ...]
    events: int
    head: str
    trail_holds: bool

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"made_at": self.made_at.isoformat()}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Manifest":
        return cls(
            made_at=datetime.fromisoformat(told["made_at"]),
            version=told["version"],
            database=told["database"],
            migrations=tuple(told["migrations"]),
            parts=tuple(Part(**part) for part in told["parts"]),
            events=told["events"],
            head=told["head"],
            trail_holds=told["trail_holds"],
        )
