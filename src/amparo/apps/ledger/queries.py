"""Read the trail: verify it, follow one subject, count the jobs."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models

from amparo.apps.ledger.models import GENESIS, Event, Head, Job


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken_at`: the first sequence number that does not hold, or None. `head` may be kept elsewhere as an anchor."""

    events: int
    head: str
    broken_at: int | None
    reason: str

    @property
    def holds(self) -> bool:
        return self.broken_at is None


def verify(*, anchor: str = "") -> Verdict:
    """Walk the whole chain. `anchor`: a head hash that was noted earlier and must still be in the chain."""
    events = Event.objects.order_by("seq").iterator(chunk_size=2000)
    return verify_chain(events, Head.objects.filter(pk=1).first(), anchor=anchor)


def verify_chain(events: Iterable[Event], end: Head | None, *, anchor: str = "") -> Verdict:
    count, head, anchored = 0, GENESIS, not anchor or anchor == GENESIS
    for event in events:
        count += 1
        if event.seq != count:
            return Verdict(count - 1, head, count, "an event is missing")
        if event.previous_hash != head:
            return Verdict(count - 1, head, event.seq, "it does not continue the event before it")
        if event.hash != event.computed_hash():
            return Verdict(count - 1, head, event.seq, "what it says was changed")
        head = event.hash
        anchored = anchored or head == anchor
    expected = (end.seq, end.hash) if end else (0, GENESIS)
    if (count, head) != expected:
        return Verdict(count, head, count + 1, "the last events are missing")
    if not anchored:
        return Verdict(count, head, count + 1, "the noted head is not in this chain: it was rewritten")
    return Verdict(count, head, None, "")


def events_of(*subjects: models.Model) -> models.QuerySet[Event]:
    wanted = models.Q(pk__in=[])
    for subject in subjects:
        wanted |= models.Q(subject_type=subject._meta.model_name, subject_id=str(subject.pk))
    return Event.objects.filter(wanted)


def job_counts() -> dict[str, int]:
    counted = Job.objects.values_list("state").annotate(models.Count("pk"))
    return dict.fromkeys(Job.State.values, 0) | dict(counted)
