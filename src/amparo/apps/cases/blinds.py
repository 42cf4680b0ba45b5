"""Blind values after a new instance key: made anew from the opened rows, by whoever holds the case and is there.

A case's own copy of its public half tells under which key its values are: it is sealed anew in the transaction in
which they are made anew, so nothing has to be remembered besides, and a kill leaves a case as it was or done.
"""

from contextlib import suppress

from amparo.apps.accounts.instance import records
from amparo.apps.cases.keys import (
    altered_refusal,
    blind_address,
    blind_picture,
    door_fits,
    opened_or_marked,
    set_public,
)
from amparo.apps.cases.models import Case, Item, Picture
from amparo.core.vault import BadUrl, CaseKey, key_number, record_head


def is_behind(case: Case) -> bool:
    """Whether values of the case may be under an older key of the instance."""
    head = record_head(records("doors"))
    return bytes(case.public_record)[: len(head)] != head


def reblind(case: Case, key: CaseKey) -> int:
    """Make the blind values of the held case anew under today's key, and mark it. Returns how many values changed.

    Raises Altered where the door's copy was changed: that is for people to hear, and not to be mended in passing.
    """
    # Where the older key was given up meanwhile, the values are made from the rows all the same.
    if key_number(case.public_record) in records("doors").subkeys and not door_fits(case, key):
        raise altered_refusal()
    changed = _items(case, key) + _pictures(case, key)
    set_public(case, key)
    case.save(update_fields=["public_record"])
    return changed


def _items(case: Case, key: CaseKey) -> int:
    rows = opened_or_marked(key, case.items.only("case", "by_door", "sealed_url", "blind_url", "number"))
    taken, changed = {bytes(row.blind_url) for row in rows}, list[Item]()
    for row in rows:
        value = None
        if not row.altered:
            with suppress(BadUrl):
                value = blind_address(row.url)
        # The same address may have been given again between two keys: then the later row has the value already.
        if value and value not in taken:
            taken.add(value)
            row.blind_url = value
            changed.append(row)
    Item.objects.bulk_update(changed, ["blind_url"], batch_size=100)
    return len(changed)


def _pictures(case: Case, key: CaseKey) -> int:
    rows = opened_or_marked(key, case.pictures.only("case", "by_door", "sealed_code", "blind_code", "number"))
    taken, changed = {bytes(row.blind_code) for row in rows}, list[Picture]()
    for row in rows:
        value = None if row.altered else blind_picture(case, row.code)
        if value and value not in taken:
            taken.add(value)
            row.blind_code = value
            changed.append(row)
    Picture.objects.bulk_update(changed, ["blind_code"], batch_size=100)
    return len(changed)
