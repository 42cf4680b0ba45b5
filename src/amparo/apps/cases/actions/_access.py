"""Who may act on a case, and on which cases nobody may act any more."""

from django.utils.translation import gettext as _

from amparo.apps.accounts.models import User
from amparo.apps.cases.keys import CASE_ROLES
from amparo.apps.cases.models import Case
from amparo.apps.cases.refusal import Refused
from amparo.apps.ledger.models import Actor, NamedActor


class NotYourCase(Refused):
    """The actor has no part in this case. Doors answer it as if there were no such case."""


class CaseFrozen(Refused):
    """The case is about a minor: nothing is done in it any more."""


class CasePaused(Refused):
    """She lets the case rest: nothing leaves the house for it."""


def locked(case: Case, *, by: Actor) -> Case:
    """The case as it stands now, held until the transaction ends. Raises NotYourCase."""
    fresh = Case.objects.select_for_update(of=("self",)).select_related("helpline").get(pk=case.pk)
    if not has_part(fresh, by=by):
        raise NotYourCase(_("There is no such case."))
    return fresh


def workable(case: Case, *, by: Actor) -> Case:
    """As `locked`, and raises CaseFrozen where nothing may be done any more."""
    fresh = locked(case, by=by)
    if fresh.state == Case.State.FROZEN:
        raise CaseFrozen(_("This case is frozen: nothing is kept, sent or looked at in it any more."))
    return fresh


def awake(case: Case, *, by: Actor) -> Case:
    """As `workable`, and raises CasePaused where nothing may be sent or looked at until she lets it go on."""
    fresh = workable(case, by=by)
    if fresh.paused_at is not None:
        raise CasePaused(
            _("This case rests: nothing is sent and no page is looked at until the person herself lets it go on.")
        )
    return fresh


def has_part(case: Case, *, by: Actor) -> bool:
    """Whether `by` is the survivor of this case, a case worker of its helpline, or the instance itself."""
    match by:
        case Case():
            # Not with the pair of her second code, nor with one that she has changed since.
            return by.pk == case.pk and (by.key is None or case.is_pair(by.key))
        case User():
            return by.is_active and by.organisation_id == case.helpline_id and by.role in CASE_ROLES
        case NamedActor():
            return True
        case _:
            return False
