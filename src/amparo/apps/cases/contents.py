"""What a case says, opened for whoever holds it: one grant, then every row."""

from dataclasses import dataclass, field
from uuid import UUID

from amparo.apps.cases.keys import Altered, door_fits, open_case_key, opened
from amparo.apps.cases.models import Case, Item, Message, Notice
from amparo.apps.ledger.models import Actor


@dataclass(frozen=True, slots=True)
class Contents:
    """The opened rows. door_fits: whether what comes in without a key is sealed to this case's key."""

    items: list[Item] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    door_fits: bool = True


def contents(case: Case, by: Actor) -> Contents:
    """Addresses, notices and messages of the case. A frozen one has none, and no key. Raises Locked, Altered."""
    if case.state == Case.State.FROZEN:
        return Contents()
    try:
        return _read(case, by)
    except Altered:
        # A colleague's session may have renewed the key between two of our reads: then it is read once more.
        fresh = Case.objects.select_related("helpline").get(pk=case.pk)
        if fresh.version == case.version:
            raise
        return _read(fresh, by)


def _read(case: Case, by: Actor) -> Contents:
    key = open_case_key(case, by)
    items = opened(key, case.items.all())
    at_hand = {item.pk: item for item in items}
    notices = opened(key, case.notices.prefetch_related("items"))
    for notice in notices:
        for item in notice.items.all():
            item.keep_plain(url=at_hand[item.pk].url)
    messages = opened(key, case.messages.all())
    return Contents(items=items, notices=notices, messages=messages, door_fits=door_fits(case, key))


def notice_of(case: Case, notice_id: UUID, by: Actor) -> Notice:
    """One notice of the case, opened. Raises Notice.DoesNotExist, Locked, Altered."""
    found = next((notice for notice in contents(case, by).notices if notice.pk == notice_id), None)
    if found is None:
        raise Notice.DoesNotExist
    return found
