"""The strongest match of several forms, entries and banks, against a twin that tries every pair."""

import pytest
from hypothesis import HealthCheck, given as sampled, settings as pace, strategies as st

from amparo.apps.banks import index
from amparo.apps.banks.actions import open_bank
from amparo.apps.banks.models import Entry
from amparo.apps.gate.forms import Forms
from amparo.apps.gate.matches import STRENGTH, judge, strongest_matches
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import as_array, bits_apart
from tests.apps.banks.entries import write_entries
from tests.apps.gate.conftest import at_distance
from tests.conftest import NOW

ON_MATCH = ("block", "hold", "record", None)  # None: a bank that the platform does not subscribe to

entries_told = st.lists(
    st.tuples(st.sampled_from(range(4)), st.integers(0, 60), st.sampled_from([30, 50, 90])), max_size=8
)
forms_told = st.lists(st.tuples(st.integers(0, 60), st.sampled_from([49, 80])), min_size=4, max_size=4)


@pytest.fixture
def banks(helpline, subscribed, now):
    opened = [open_bank(handle=f"bank-{n}", title="B", owner=helpline, by=SYSTEM, now=now) for n in range(4)]
    for bank, on_match in zip(opened, ON_MATCH, strict=True):
        if on_match:
            subscribed(on_match, to=bank)
    return opened


def tried_one_by_one(forms, rows, entries):
    """(strength, distance) of the best of all pairs, or None."""
    found = []
    for row in rows:
        for bank_number, entry in entries:
            distance = bits_apart(forms.codes[row].tobytes(), entry.code)
            if ON_MATCH[bank_number] and distance <= 50:
                judged = judge(
                    distance,
                    upload_quality=forms.qualities[row],
                    entry_quality=entry.quality,
                    on_match=ON_MATCH[bank_number],
                )
                if judged:
                    found.append((-STRENGTH[judged[0]], distance))
    return min(found, default=None)


@pace(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@sampled(entries_told=entries_told, forms_told=forms_told)
def test_the_strongest_match_agrees_with_trying_every_pair(entries_told, forms_told, banks, platform, code):
    Entry.objects.all().delete()
    rows = [Entry(bank=banks[n], quality=quality, added_at=NOW, added_by="hana") for n, _, quality in entries_told]
    write_entries(rows, [at_distance(code, bits) for _, bits, _ in entries_told])
    entries = [(told[0], row) for told, row in zip(entries_told, rows, strict=True)]
    index.rebuild()
    forms = Forms(
        codes=as_array(at_distance(code, bits) for bits, _ in forms_told),
        qualities=tuple(quality for _, quality in forms_told),
        names=("one", "two", "one", "two"),
    )
    matches = strongest_matches(forms, per_upload=2, of=platform)
    told = [match and (-STRENGTH[match.answer], match.distance) for match in matches]
    assert told == [tried_one_by_one(forms, rows, entries) for rows in ((0, 1), (2, 3))]
