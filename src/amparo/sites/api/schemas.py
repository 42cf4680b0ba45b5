"""The shapes of the answers that OpenAPI describes."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field


class Problem(Schema):
    """What was wrong, in words and as a code for programs."""

    message: str
    code: str


class Status(Schema):
    """Without a key only `status`."""

    status: Literal["ok", "degraded", "down"]
    version: str | None = None
    database: str | None = None
    matcher: Annotated[str | None, Field(description="Which matcher serves: the fast one or the slow one.")] = None
    hasher: Annotated[str | None, Field(description="What hashes uploads: the fast way or the slow one.")] = None
    index_in_memory: Annotated[bool | None, Field(description="Whether the index lies in memory alone.")] = None
    index_entries: int | None = None
    index_position: Annotated[int | None, Field(description="The last change that the index holds.")] = None
    index_behind: Annotated[int | None, Field(description="Changes that the index does not hold yet.")] = None
    stronger_entries: Annotated[int | None, Field(description="Entries with a record of the stronger tier.")] = None
    jobs_waiting: int | None = None
    jobs_running: int | None = None
    jobs_failed: int | None = None
    jobs_late: int | None = None
    troubles: list[str] | None = None


class FeedRecord(Schema):
    """One change. What follows `entry` is there while the entry is live, and never again once it is withdrawn.

    A picture has `fingerprint`; a video has `frames`, `md5`, `seconds` and `ended`.
    """

    seq: int
    kind: Literal["added", "withdrawn"]
    at: datetime
    bank: str
    entry: int
    fingerprint: Annotated[str | None, Field(description="64 hex digits. A secret: keep it as you keep passwords.")] = (
        None
    )
    algorithm: str | None = None
    quality: Annotated[int | None, Field(ge=0, le=100)] = None
    frames: Annotated[
        list[str] | None, Field(description="Of a video: vPDQ's texts, `64 hex digits,quality,seconds`. Secrets.")
    ] = None
    md5: Annotated[str | None, Field(description="Of the video's file, 32 hex digits.")] = None
    seconds: float | None = None
    ended: Literal["whole", "damaged", "too long"] | None = None


class FeedPage(Schema):
    """Changes after a cursor, oldest first. Ask again with `after` = `next`, at once while `more` is true."""

    records: list[FeedRecord]
    next: int
    more: bool


class DecisionTold(Schema):
    """A decision as it was answered. `reasons` is null where the upload was only recorded."""

    reference: str
    decision: Literal["block", "hold", "record"]
    ground: Literal["known_picture", "possibly_known_picture", "known_video", "possibly_known_video"]
    bank: str
    form: str
    at: datetime
    reasons: Annotated[
        dict[str, Any] | None, Field(description="The statement of reasons, word for word as given.")
    ] = None
