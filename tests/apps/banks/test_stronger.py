"""Records of the stronger tier in a bank: sealed for themselves, forgotten with their entry, told to nobody."""

import pytest
from django.db import IntegrityError, transaction

from amparo.apps.banks.actions import add_entry, add_video, withdraw_entry
from amparo.apps.banks.models import Entry
from amparo.apps.banks.sealing import open_entry, open_stronger
from amparo.core.vault import CannotOpen
from tests.apps.banks.entries import made_record
from tests.apps.banks.test_videos import made


@pytest.fixture
def entry(bank, fingerprint, hana, now):
    made = add_entry(bank=bank, fingerprint=fingerprint, stronger=made_record(1), by=hana, now=now)
    made.refresh_from_db()
    return made


def test_a_record_opens_to_what_was_given(entry):
    assert entry.stronger == made_record(1)


def test_an_entry_has_none_unless_it_was_given(bank, fingerprint, hana, now):
    plain = add_entry(bank=bank, fingerprint=fingerprint, by=hana, now=now)
    assert (plain.sealed_stronger, plain.stronger) == (None, None)


def test_a_record_opens_for_its_own_row_and_purpose_alone(entry):
    for wrong in (
        lambda: open_stronger(entry.sealed_stronger, row=entry.pk + 1),
        lambda: open_entry(entry.sealed_stronger, row=entry.pk),
        lambda: open_stronger(entry.sealed, row=entry.pk),
    ):
        with pytest.raises(CannotOpen):
            wrong()


def test_a_withdrawn_entry_forgets_its_record(entry, hana, now):
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    entry.refresh_from_db()
    assert (entry.sealed, entry.sealed_stronger, entry.stronger) == (None, None, None)


def test_the_database_itself_keeps_no_record_of_a_withdrawn_entry_or_a_video(entry, bank, hana, now):
    kept = entry.sealed_stronger
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    video = add_video(bank=bank, fingerprint=made(), by=hana, now=now)
    for row in (entry, video):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.filter(pk=row.pk).update(sealed_stronger=kept)
