"""What sightings make of an item: pure, so that it can be compared with a slow and obvious twin."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from amparo.apps.cases.models import Item

State = Item.State

# Once is not gone: sites go down for a night, and hosts answer 404 while they move.
GONE_APART = timedelta(hours=24)
NEXT_LOOK = timedelta(hours=24)
# After it is gone: when re-uploads are looked for; then every year.
AFTER_CLOSING = tuple(timedelta(days=days) for days in (7, 30, 91, 182, 365))


@dataclass(frozen=True, slots=True)
class Standing:
    """An item as its sightings left it. `gone_since` is the first "gone" after the last sight of it alive."""

    state: Item.State = State.UNKNOWN
    last_alive_at: datetime | None = None
    gone_since: datetime | None = None
    checked_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""


def after_sight(standing: Standing, state: Item.State, *, at: datetime) -> Standing:
    """The standing after one more sight. A sight older than the last one changes nothing.

    Alive: the run of "gone" ends and a closed item opens. Gone: the run begins, or, a day after it began, the item
    closes. All other states say nothing about the picture, so they neither end the run nor close.
    """
    if standing.checked_at and at < standing.checked_at:
        return standing
    seen = replace(standing, state=state, checked_at=at)
    if state == State.ALIVE:
        return replace(seen, last_alive_at=at, gone_since=None, closed_at=None, closed_by="")
    if state != State.GONE:
        return seen
    if standing.gone_since is None:
        return replace(seen, gone_since=at)
    if standing.closed_at is None and at - standing.gone_since >= GONE_APART:
        return replace(seen, closed_at=at, closed_by=Item.ClosedBy.SEEN_GONE_TWICE)
    return seen


def after_person(standing: Standing, closed_by: Item.ClosedBy, *, at: datetime) -> Standing:
    """The standing after a person looked and found it gone: that closes at once."""
    seen = after_sight(standing, State.GONE, at=max(at, standing.checked_at or at))
    if standing.closed_at is not None:
        return seen
    return replace(seen, closed_at=seen.checked_at, closed_by=closed_by)


def next_look_at(standing: Standing, *, now: datetime) -> datetime:
    """When the checker looks next, always after `now`."""
    if standing.closed_at is None:
        return now + NEXT_LOOK
    for mark in AFTER_CLOSING:
        if standing.closed_at + mark > now:
            return standing.closed_at + mark
    years = (now - standing.closed_at) // timedelta(days=365) + 1
    return standing.closed_at + years * timedelta(days=365)
