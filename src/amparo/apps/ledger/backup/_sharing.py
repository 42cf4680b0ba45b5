"""After a restore, where nobody knows what was taken back since: feeds rest until a person lets them go on."""

from datetime import datetime

from django.db import transaction

from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event, Head

_ABOUT = (Event.Kind.BACKUP_RESTORED, Event.Kind.SHARING_RESUMED)


def sharing_held() -> bool:
    """Whether feeds rest since the last restore."""
    about = Event.objects.filter(subject_type=Head._meta.model_name, subject_id="1", kind__in=_ABOUT)
    last = about.order_by("-seq").first()
    return last is not None and last.kind == Event.Kind.BACKUP_RESTORED and bool(last.detail.get("held"))


@transaction.atomic
def resume_sharing(*, by: Actor, now: datetime) -> bool:
    """Somebody has looked after what was taken back since the backup: feeds go on. False where they did not rest."""
    Head.objects.select_for_update().filter(pk=1).first()
    held = sharing_held()
    if held:
        record(Event.Kind.SHARING_RESUMED, Head(pk=1), by=by, at=now)
    return held
