"""What may be seen of cases, and by whom."""

from uuid import UUID

from django.db import models

from amparo.apps.accounts.models import Organisation, User
from amparo.apps.banks.models import Bank
from amparo.apps.cases.models import Case


def cases_of(user: User) -> models.QuerySet[Case]:
    """The cases that this worker may open: those of the own helpline, and none for other roles."""
    if not user.is_active or user.role not in {User.Role.CASEWORKER, User.Role.ADMIN}:
        return Case.objects.none()
    return Case.objects.select_related("helpline", "assignee").filter(helpline=user.organisation_id)


def case_of(user: User, case_id: UUID | str) -> Case:
    """One of `cases_of`. Raises Case.DoesNotExist for a case of others as for one that is not there."""
    return cases_of(user).get(pk=case_id)


def banks_offered(helpline: Organisation) -> models.QuerySet[Bank]:
    """The banks that a survivor of this helpline may say yes to: the helpline's own."""
    return Bank.objects.filter(owner=helpline, algorithm=Bank.Algorithm.PDQ_C512).order_by("handle")
