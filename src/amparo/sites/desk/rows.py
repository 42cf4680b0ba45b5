"""Rows as the desk's tables show them: queue, addresses, notices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from amparo.apps.cases.models import Case, Item, Message, Notice
from amparo.core.law import Regime, UnknownRegime, regime
from amparo.sites.desk.wording import case_label, closed_words, item_label, notice_label
from amparo.ui.labels import Address, Label, address

DOUBTFUL = (Notice.State.UNCONFIRMED, Notice.State.FAILED)


def queue_of(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases in the order they need somebody: notices in doubt, unread messages, then by the next deadline.

    The deadline of an open address is that of its latest notice; the case's is the earliest of them.
    """
    waiting = (
        Item.objects.filter(case=OuterRef("pk"), closed_at=None)
        .annotate(due_at=Max("notices__due_at"))
        .filter(due_at__isnull=False)
        .order_by("due_at")
        .values("due_at")[:1]
    )
    open_items = Count("items", filter=Q(items__closed_at=None), distinct=True)
    told = Count("items", filter=Q(items__closed_at=None, items__notices__isnull=False), distinct=True)
    return cases.annotate(
        due_at=Subquery(waiting),
        all_items=Count("items", distinct=True),
        open_items=open_items,
        untold=open_items - told,
        doubtful=Count("notices", filter=Q(notices__state__in=DOUBTFUL), distinct=True),
        unread=Count("messages", filter=Q(messages__side=Message.Side.SURVIVOR, messages__read_at=None), distinct=True),
    ).order_by("-doubtful", "-unread", Coalesce("due_at", "opened_at"), "opened_at")


@dataclass(frozen=True, slots=True)
class QueueRow:
    case: Case
    label: Label
    due_at: datetime | None
    late: bool
    open_items: int
    all_items: int
    untold: int
    doubtful: int
    unread: int
    paused: bool


def queue_rows(cases: Iterable[Case], *, now: datetime) -> list[QueueRow]:
    return [
        QueueRow(
            case=case,
            label=case_label(case.state),
            due_at=case.due_at,  # type: ignore[attr-defined]  # annotated by queue_of
            late=bool(case.due_at and case.due_at < now),  # type: ignore[attr-defined]
            open_items=case.open_items,  # type: ignore[attr-defined]
            all_items=case.all_items,  # type: ignore[attr-defined]
            untold=case.untold,  # type: ignore[attr-defined]
            doubtful=case.doubtful,  # type: ignore[attr-defined]
            unread=case.unread,  # type: ignore[attr-defined]
            paused=case.paused_at is not None,
        )
        for case in cases
    ]


@dataclass(frozen=True, slots=True)
class ItemRow:
    number: int
    item: Item
    # None where what is stored of it was altered: then nothing of it is shown.
    address: Address | None
    label: Label
    closed: str
    elsewhere: list[Case]


def item_rows(items: Iterable[Item], *, elsewhere: Mapping[bytes, list[Case]]) -> list[ItemRow]:
    """elsewhere: by blind address, the other cases of this worker that have it too."""
    return [
        ItemRow(
            number=number,
            item=item,
            address=None if item.altered else address(item.url),
            label=item_label(item.state),
            closed=closed_words(item.closed_by) if item.closed_by else "",
            elsewhere=elsewhere.get(bytes(item.blind_url), []),
        )
        for number, item in enumerate(items, start=1)
    ]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    notice: Notice
    label: Label
    regime: str
    late: bool


def regime_of(notice: Notice) -> Regime | None:
    """The law data of the notice's regime; None where a later release no longer has it."""
    try:
        return regime(notice.regime)
    except UnknownRegime:
        return None


def notice_rows(notices: Iterable[Notice], *, now: datetime) -> list[NoticeRow]:
    return [
        NoticeRow(
            notice=notice,
            label=notice_label(notice.state),
            regime=found.name if (found := regime_of(notice)) else notice.regime,
            late=bool(
                notice.due_at and notice.due_at < now and any(item.closed_at is None for item in notice.items.all())
            ),
        )
        for notice in notices
    ]
