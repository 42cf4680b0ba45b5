"""Giving up an older instance key."""

import pytest

from amparo.apps.accounts import instance
from amparo.apps.banks.actions import add_entry, add_video, withdraw_entry
from amparo.apps.banks.models import Entry, Frame
from amparo.apps.banks.resealing import reseal
from amparo.apps.banks.sealing import blind_md5
from amparo.core.vault import CannotOpen, InstanceKey, key_number
from tests.apps.banks.entries import made_record
from tests.apps.banks.test_videos import made

NEW = InstanceKey(7, bytes(range(7, 39)))


@pytest.fixture
def new_key(settings):
    """Hang a newer key before those that there are, or in their place."""
    before = settings.INSTANCE_KEYS

    def change(*, alone=False):
        settings.INSTANCE_KEYS = (NEW,) if alone else (NEW, *before)
        instance.forget()

    yield change
    instance.forget()


@pytest.fixture
def filled(bank, fingerprint, hana, now):
    entry = add_entry(bank=bank, fingerprint=fingerprint, stronger=made_record(1), by=hana, now=now)
    video = add_video(bank=bank, fingerprint=made(), by=hana, now=now)
    withdraw_entry(entry=add_video(bank=bank, fingerprint=made(2), by=hana, now=now), reason="x", by=hana, now=now)
    return entry, video


def numbers():
    rows = Entry.objects.values_list("sealed", "sealed_stronger"), Frame.objects.values_list("sealed")
    sealed = [one for table in rows for row in table for one in row]
    return {key_number(one) for one in sealed if one}


def test_everything_opens_with_the_new_key_alone_once_it_is_sealed_anew(filled, fingerprint, new_key):
    entry, video = filled
    new_key()
    assert reseal() == 6
    assert reseal() == 0
    new_key(alone=True)
    assert numbers() == {7}
    entry.refresh_from_db()
    video.refresh_from_db()
    assert (entry.code, video.md5) == (fingerprint.code, made().md5)
    assert entry.stronger == made_record(1)
    assert [frame.code for frame in video.frames.all()] == [code.tobytes() for code in made().codes]
    assert bytes(video.blind_md5) == blind_md5(made().md5)


def test_a_withdrawn_video_stays_forgotten(filled, new_key):
    new_key()
    reseal()
    gone = Entry.objects.exclude(withdrawn_at=None).get()
    assert (gone.sealed, gone.blind_md5, set(gone.frames.values_list("sealed", flat=True))) == (None, None, {None})


def test_without_the_older_key_nothing_is_changed_and_it_is_said(filled, new_key):
    before = numbers()
    new_key(alone=True)
    with pytest.raises(CannotOpen):
        reseal()
    assert numbers() == before
