"""What a case says, opened for whoever holds it: one grant, then every row. What was altered is marked, not shown."""

from dataclasses import dataclass, field
from uuid import UUID

from amparo.apps.cases.keys import Altered, altered_refusal, door_fits, open_case_key, opened_or_marked
from amparo.apps.cases.models import Case, Item, Message, Notice
from amparo.apps.cases.sealed import SealedRow
from amparo.apps.ledger.models import Actor


@dataclass(frozen=True, slots=True)
class Contents:
    """The opened rows, and among them those that did not open, with `altered` set.

    door_fits: whether what comes in without a key is sealed to this case's key.
    """

    items: list[Item] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    door_fits: bool = True

    @property
    def altered(self) -> list[SealedRow]:
        rows: list[SealedRow] = [*self.items, *self.notices, *self.messages]
        return [row for row in rows if row.altered]

    @property
    def sound_items(self) -> list[Item]:
        return [item for item in self.items if not item.altered]


def contents(case: Case, by: Actor) -> Contents:
    """Addresses, notices and messages of the case. A frozen one has none, and no key.

    Raises Locked, and Altered where the grant does not open: then nothing of the case does.
    """
    if case.state == Case.State.FROZEN:
        return Contents()
    try:
        found = _read(case, by)
    except Altered:
        found = None
    if found and not found.altered:
        return found
    # A colleague's session may have renewed the key between two of our reads: then it is read once more.
    fresh = Case.objects.select_related("helpline").get(pk=case.pk)
    if fresh.version != case.version:
        return _read(fresh, by)
    if found is None:
        raise altered_refusal()
    return found


def _read(case: Case, by: Actor) -> Contents:
    key = open_case_key(case, by)
    items = opened_or_marked(key, case.items.all())
    at_hand = {item.pk: item for item in items}
    notices = opened_or_marked(key, case.notices.prefetch_related("items"))
    for notice in notices:
        for item in notice.items.all():
            read = at_hand.get(item.pk)
            item.altered = read is None or read.altered
            if read and not read.altered:
                item.keep_plain(url=read.url)
    messages = opened_or_marked(key, case.messages.all())
    return Contents(items=items, notices=notices, messages=messages, door_fits=door_fits(case, key))


def notice_of(case: Case, notice_id: UUID, by: Actor) -> Notice:
    """One notice of the case, opened. Raises Notice.DoesNotExist, Locked, Altered."""
    found = next((notice for notice in contents(case, by).notices if notice.pk == notice_id), None)
    if found is None:
        raise Notice.DoesNotExist
    if found.altered:
        raise altered_refusal()
    return found
