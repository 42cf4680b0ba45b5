"""A growing pause after wrong tries, counted by what is tried at: for names that there are not just as for others."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _, ngettext

from amparo.apps.accounts.models import Tries

# As for her code (apps.cases): five tries, then 1, 2, 4 ... minutes. A quarter of an hour at most, since whoever knows
# a handle can keep its owner waiting; a hundred guesses a day are few for 12 characters and for codes of six digits.
FREE_TRIES = 5
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


class SignInRefused(PermissionError):
    """Name, password or second factor are not right. The message is for the page."""


class TryLater(SignInRefused):
    """Too many wrong tries. `until` says when the next is heard."""

    def __init__(self, until: datetime, *, now: datetime) -> None:
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        super().__init__(
            ngettext(
                "This was wrong several times and rests now. Try again in %(minutes)d minute.",
                "This was wrong several times and rests now. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )
        self.until = until


def wrong_pair() -> SignInRefused:
    return SignInRefused(_("The name and the password do not belong together. Write both once more."))


def subject_of(what: str) -> str:
    return salted_hmac("amparo.accounts.tries", what, algorithm="sha256").hexdigest()


@transaction.atomic
def count_try(what: str, *, now: datetime) -> None:
    """Count one try at `what` before it is looked at, so that many at once are no way around. Raises TryLater."""
    Tries.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()
    tries, _made = Tries.objects.select_for_update().get_or_create(subject=subject_of(what), defaults={"last_at": now})
    if tries.refuse_until and tries.refuse_until > now:
        raise TryLater(tries.refuse_until, now=now)
    tries.count, tries.last_at = tries.count + 1, now
    if tries.count >= FREE_TRIES:
        doublings = min(tries.count - FREE_TRIES, 10)
        tries.refuse_until = now + min(timedelta(minutes=2**doublings), LONGEST_PAUSE)
    tries.save(update_fields=["count", "last_at", "refuse_until"])


def forget_tries(what: str) -> None:
    """The right one came: the next mistake is the first again."""
    Tries.objects.filter(subject=subject_of(what)).delete()
