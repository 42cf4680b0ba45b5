"""When an answer is due. Wall hours, counted in UTC; an unconfirmed clock is never called law."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ._entries import Clock, Regime, is_stale
from ._regimes import regime

# Where the law names no hours we ask again after two days: the shortest clock of law that is confirmed
# (TAKE IT DOWN Act s.3) and the upper half of what large platforms need (24 to 72 h).
FOLLOW_UP_HOURS = 48


class NaiveTime(ValueError):
    """A datetime came without its time zone."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When to look again.

    due_at: UTC. hours: wall hours after sending. fixed_by_law: the hours bind the platform, the law is in
    force on the day of sending, and both are confirmed. confirmed: the hours themselves were read in a
    source and are not doubted; always True when fixed_by_law is. basis, clock_start and note are for people.
    """

    regime_id: str
    due_at: datetime
    hours: int
    basis: str
    fixed_by_law: bool
    clock_start: str
    confirmed: bool
    note: str


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises NaiveTime for a datetime without a time zone."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveTime(f"{moment.isoformat()} has no time zone: give an aware datetime, in UTC")
    return moment.astimezone(UTC)


def due_at(regime_id: str, sent_at: datetime) -> Deadline:
    """When an answer to a notice of that regime is due, or when to ask again.

    sent_at: aware datetime. Raises UnknownRegime, NaiveTime.
    """
    one, sent = regime(regime_id), as_utc(sent_at)
    doubt = _doubt(one, sent)
    if one.clock is Clock.LAW and not doubt:
        return _deadline(one, sent, hours=one.law_hours or FOLLOW_UP_HOURS, fixed=True, note="")
    if one.clock in {Clock.LAW, Clock.UNCONFIRMED} and one.law_hours is not None and one.sends:
        return _deadline(one, sent, hours=one.law_hours, fixed=False, note=doubt)
    return _deadline(one, sent, hours=FOLLOW_UP_HOURS, fixed=False, note=one.clock_note)


def _doubt(one: Regime, sent: datetime) -> str:
    """Why the hours of a regime may not be called law on the day of sending, or ""."""
    if one.applies_from is not None and sent.date() < one.applies_from:
        return f"The duty applies from {one.applies_from.isoformat()} on; the notice is earlier."
    if is_stale(one, on=sent.date()):
        return f"Last checked on {one.checked_on.isoformat()}: check again before relying on it."
    if one.clock is Clock.UNCONFIRMED:
        return one.clock_note
    return ""


def _deadline(one: Regime, sent: datetime, *, hours: int, fixed: bool, note: str) -> Deadline:
    if fixed:
        basis, start = one.legal_basis, one.clock_start
    elif hours == one.law_hours and one.clock in {Clock.LAW, Clock.UNCONFIRMED}:
        basis, start = f"Unconfirmed: {one.legal_basis}", one.clock_start
    else:
        basis, start = "Our own reminder: no hours that bind the platform are confirmed here", "sending"
    return Deadline(
        regime_id=one.id,
        due_at=sent + timedelta(hours=hours),
        hours=hours,
        basis=basis,
        fixed_by_law=fixed,
        clock_start=start,
        confirmed=fixed,
        note=note,
    )
