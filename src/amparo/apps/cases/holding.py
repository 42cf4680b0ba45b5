"""Which cases wait for a new key, a grant or new blind values, and which of them somebody who is there could help."""

from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import models
from django.db.models import BinaryField, Count, Exists, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Substr

from amparo.apps.accounts.instance import records
from amparo.apps.accounts.models import Organisation, User
from amparo.apps.cases.aside import set_aside_of
from amparo.apps.cases.keys import helpline_holders
from amparo.apps.cases.models import Case, Grant
from amparo.apps.cases.sealed import SealedRow
from amparo.core.vault import record_head


def sealed_models() -> list[type[SealedRow]]:
    """Every kind of row that is sealed under the key of its case."""
    return [model for model in apps.get_app_config("cases").get_models() if issubclass(model, SealedRow)]


def rows_of(model: type[SealedRow]) -> models.Manager[SealedRow]:
    manager: models.Manager[SealedRow] | None = model._meta.default_manager
    assert manager is not None
    return manager


def _granted(holders: dict[str, bytes], version: F) -> Q:
    """Grants that these holders can open today."""
    matching = Q(pk__in=[])
    for holder, public in holders.items():
        matching |= Q(holder=holder, public=public)
    return matching & Q(version=version)


def cases_due(helpline: Organisation) -> models.QuerySet[Case]:
    """Cases of the helpline that wait for a new key, or in which somebody who should hold them has no grant; and those
    from before the instance's key of today, whose blind values wait to be made anew.
    """
    holders = helpline_holders(helpline)
    good = Grant.objects.filter(_granted(holders, F("case__version")), case=OuterRef("pk"))
    counted = good.order_by().values("case").annotate(count=Count("pk")).values("count")
    lacking = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return (
        Case.objects.filter(helpline=helpline)
        .exclude(state=Case.State.FROZEN)
        .annotate(grants_that_open=lacking, door_head=DOOR_HEAD)
        .filter(Q(rekey_due_at__isnull=False) | Q(grants_that_open__lt=len(holders)) | _behind())
        .order_by("opened_at", "pk")
    )


# The head of a record names the key that it was sealed under (docs/vault.md, "Envelopes").
DOOR_HEAD = Substr("public_record", 1, 6, output_field=BinaryField())


def _behind() -> Q:
    return ~Q(door_head=record_head(records("doors")))


def held_by(cases: models.QuerySet[Case], holders: dict[str, bytes]) -> models.QuerySet[Case]:
    """Those of the cases that one or more of these holders can open today."""
    return cases.filter(Exists(Grant.objects.filter(_granted(holders, F("case__version")), case=OuterRef("pk"))))


@dataclass(frozen=True, slots=True)
class KeysDue:
    """What waits at a helpline. rekey: for a new key; grant: for a grant only; blind: only for blind values under the
    instance's key of today. alone: of all, those that no worker can open: the survivor's code or the recovery key is
    needed.
    """

    rekey: int
    grant: int
    alone: int
    blind: int = 0

    @property
    def all(self) -> int:
        return self.rekey + self.grant + self.blind


def keys_due(helpline: Organisation) -> KeysDue:
    due = cases_due(helpline)
    workers = {holder: public for holder, public in helpline_holders(helpline).items() if holder.startswith("worker:")}
    everything = due.count()
    rekey = due.filter(rekey_due_at__isnull=False).count() if everything else 0
    alone = everything - held_by(due, workers).count() if everything else 0
    lacking = Q(grants_that_open__lt=len(helpline_holders(helpline)))
    blind = due.filter(rekey_due_at=None).exclude(lacking).count() if everything else 0
    return KeysDue(rekey=rekey, grant=everything - rekey - blind, alone=alone, blind=blind)


def keys_refused(by: User, *, now: datetime) -> int:
    """How many of the cases that wait rest now for this worker: what is stored of their keys did not open for them."""
    if by.key is None:
        return 0
    mine = held_by(cases_due(by.organisation), {by.holder: by.key.public})
    return len(set_aside_of(list(mine.values_list("pk", flat=True)), by, now=now))
