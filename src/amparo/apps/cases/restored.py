"""What a restored backup cannot know: whether the notices that waited in it have left since."""

from datetime import datetime

from django.db import transaction

from amparo.apps.cases.models import Notice
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import SYSTEM, Event

_WAITED = (Notice.State.QUEUED, Notice.State.SENDING)


@transaction.atomic
def doubt_waiting_notices(*, now: datetime) -> int:
    """Let a person decide about each: sent again by itself, a host would be asked twice. Returns how many."""
    waited = list(Notice.objects.select_for_update().filter(state__in=_WAITED))
    for notice in waited:
        notice.state = Notice.State.UNCONFIRMED
        notice.save(update_fields=["state"])
        record(Event.Kind.NOTICE_UNCONFIRMED, notice, by=SYSTEM, at=now, attempt=notice.attempts)
    return len(waited)
