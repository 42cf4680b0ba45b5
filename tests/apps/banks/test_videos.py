"""Videos in a bank: rows, seals, index."""

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from amparo.apps.banks import index
from amparo.apps.banks.actions import WrongAlgorithm, add_video, withdraw_entry
from amparo.apps.banks.models import FRAME_IDS, Change, Entry, Frame
from amparo.apps.banks.queries import affordable, feed, lookup, subscriptions_of, videos_with
from amparo.apps.banks.sealing import blind_md5, blind_md5s
from amparo.core.fingerprint import VideoFingerprint
from amparo.core.vault import InstanceKey


def made(seed=1, frames=3, **changes):
    chance = np.random.default_rng(seed)
    facts = {
        "codes": chance.integers(0, 256, (frames, 32), dtype=np.uint8),
        "qualities": np.full(frames, 80, dtype=np.uint8),
        "times": np.arange(frames) / 2,
        "md5": chance.bytes(16),
        "sha256": chance.bytes(32),
        "seconds": 12.5,
    }
    return VideoFingerprint(**(facts | changes))


@pytest.fixture
def put(bank, hana, now, django_capture_on_commit_callbacks):
    def add(fingerprint):
        with django_capture_on_commit_callbacks(execute=True):
            return add_video(bank=bank, fingerprint=fingerprint, by=hana, now=now)

    return add


def found(codes):
    return lookup(codes, within=31)[1].tolist()


def test_every_frame_is_found_and_opens_to_its_code(put):
    video = made()
    entry = put(video)
    frames = list(entry.frames.all())
    assert found(video.codes) == [FRAME_IDS + frame.pk for frame in frames]
    assert [frame.code for frame in frames] == [code.tobytes() for code in video.codes]
    assert (entry.kind, entry.code, entry.md5, entry.seconds, entry.ended, entry.frame_count, entry.quality) == (
        "video", None, video.md5, 12.5, "whole", 3, 80,
    )  # fmt: skip
    assert (Change.objects.get().entry, Change.objects.get().kind) == (entry, "added")


def test_nothing_of_a_video_stands_in_the_database_as_it_is(put):
    video = made()
    put(video)
    kept = repr(list(Entry.objects.values())) + repr(list(Frame.objects.values()))
    kept += "".join(bytes(value).hex() for value in Frame.objects.values_list("sealed", flat=True))
    kept += "".join(bytes(value).hex() for row in Entry.objects.values_list("sealed", "blind_md5") for value in row)
    for secret in (video.md5, video.sha256, *(code.tobytes() for code in video.codes)):
        assert secret.hex() not in kept
        assert repr(secret)[2:-1] not in kept


def test_a_withdrawn_video_forgets_its_frames_and_its_file_and_leaves_the_index(put, hana, now, helpline):
    video = made()
    entry = put(video)
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    index.follow()
    entry.refresh_from_db()
    assert (entry.sealed, entry.blind_md5, entry.md5) == (None, None, None)
    assert set(entry.frames.values_list("sealed", flat=True)) == {None}
    assert found(video.codes) == []


def test_a_rebuilt_index_holds_the_frames_of_live_videos(put, hana, now):
    gone, kept = made(1), made(2)
    withdraw_entry(entry=put(gone), reason="survivor", by=hana, now=now)
    put(kept)
    assert index.rebuild() == 3
    assert found(gone.codes) == []
    assert len(found(kept.codes)) == 3


def test_a_video_without_a_frame_worth_keeping_is_known_by_its_file_alone(put, bank, platform, now):
    from amparo.apps.banks.actions import subscribe
    from amparo.apps.ledger.models import SYSTEM

    entry = put(made(frames=0))
    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    [known] = videos_with(made(frames=0).md5, subscriptions_of(platform))
    assert (known.entry, known.bank, known.on_match) == (entry.pk, "helpline-bank", "block")
    assert videos_with(b"x" * 16, subscriptions_of(platform)) == []
    assert videos_with(made(frames=0).md5, {}) == []


def test_a_file_is_found_under_an_older_instance_key_too(settings):
    old, new = InstanceKey(1, bytes(range(32))), InstanceKey(2, bytes(range(1, 33)))
    settings.INSTANCE_KEYS = (old,)
    before = blind_md5(b"m" * 16)
    settings.INSTANCE_KEYS = (new, old)
    assert blind_md5(b"m" * 16) != before
    assert before in blind_md5s(b"m" * 16)


def test_a_fingerprint_of_another_algorithm_is_refused(put):
    with pytest.raises(WrongAlgorithm, match="vpdq-c512"):
        put(made(algorithm="vpdq"))
    assert not Entry.objects.exists()


@pytest.mark.parametrize("broken", [{"seconds": None}, {"ended": ""}, {"kind": "picture"}])
def test_a_video_row_that_contradicts_itself_is_refused(put, broken):
    entry = put(made())
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(**broken)


@pytest.mark.parametrize("broken", [{"quality": 101}, {"number": 1}])
def test_a_frame_row_that_contradicts_itself_is_refused(put, broken):
    frame = put(made()).frames.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Frame.objects.filter(pk=frame.pk).update(**broken)


def test_a_page_of_the_feed_holds_no_more_frames_than_it_may_and_at_least_one_video(put, bank, platform, now):
    from amparo.apps.banks.actions import subscribe
    from amparo.apps.ledger.models import SYSTEM

    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    for seed in range(3):
        put(made(seed))
    changes = feed(platform, after=0, limit=10)
    assert [len(affordable(changes, frames=most)) for most in (1, 3, 6, 8, 9)] == [1, 1, 2, 2, 3]
