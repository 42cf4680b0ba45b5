"""One look a minute at each host, whatever the number of items there and of workers here."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction

from amparo.apps.accounts.instance import address_key
from amparo.apps.cases.models import HostTurn
from amparo.core.vault import blind_value

PAUSE = timedelta(minutes=1)
# Without it, our looks at a host would come in step with the clock.
MOST_JITTER_SECONDS = 15


def host_digest(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return blind_value(address_key(), host.encode(), purpose="turn").hex()


@transaction.atomic
def take_turn(url: str, *, now: datetime) -> datetime:
    """Keep the next free turn at the host of `url`: `now` when it may be asked at once, else the time to wait for."""
    HostTurn.objects.filter(free_at__lt=now - timedelta(days=1)).delete()
    digest = host_digest(url)
    HostTurn.objects.get_or_create(host_digest=digest, defaults={"free_at": now})
    turn = HostTurn.objects.select_for_update().get(pk=digest)
    mine = max(now, turn.free_at)
    turn.free_at = mine + PAUSE + timedelta(seconds=secrets.randbelow(MOST_JITTER_SECONDS + 1))
    turn.save(update_fields=["free_at"])
    return mine
