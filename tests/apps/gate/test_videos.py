"""Videos at the gate: found by their file and by their frames, and never taken for unknown where nobody looked."""

from contextlib import ExitStack
from functools import partial

import pytest
from PIL import Image

from amparo.apps.banks.actions import add_video, withdraw_entry
from amparo.apps.banks.models import Subscription
from amparo.apps.gate.actions import ALLOWED, NOT_FULLY_CHECKED, NotRecognised, UnreadableVideo, check
from amparo.apps.gate.matches import judge
from amparo.apps.gate.models import Decision
from amparo.apps.gate.videos import Busy, look, place
from amparo.apps.ledger.models import Event
from amparo.core.fingerprint import hash_image, hash_video
from tests.apps.gate.clips import clip, framed, frames_of, mirrored, still
from tests.apps.gate.pictures import saved
from tests.core.fingerprint.videos import encoded, sound_only


@pytest.fixture
def ask(key, now):
    return partial(check, by=key, now=now)


@pytest.fixture
def film(hana, now, django_capture_on_commit_callbacks):
    """Put a video into a bank."""

    def put(bank, content):
        with django_capture_on_commit_callbacks(execute=True):
            return add_video(bank=bank, fingerprint=hash_video(content), by=hana, now=now)

    return put


@pytest.fixture
def entry(bank, film, photos, subscribed):
    """The cat's video, in a bank that Pia's platform blocks by."""
    subscribed("block")
    return film(bank, clip(photos))


def test_the_same_file_is_blocked_by_its_digest(entry, photos, ask):
    answer = ask(upload=clip(photos))
    assert (answer.decision, answer.ground, answer.form) == ("block", "known_video", "same file")
    assert "What matched is the file itself, bit for bit." in answer.reasons["text"]


@pytest.mark.parametrize(
    ("edited", "form"),
    [
        (lambda frames: encoded(frames, crf="32"), "as is"),
        (lambda frames: encoded(frames[5:], kind="webm", codec="libvpx"), "as is"),
        (lambda frames: encoded(mirrored(frames)), "mirrored"),
        (lambda frames: encoded(framed(frames)), "framed, as is"),
    ],
    ids=["encoded again", "the second half as WebM", "mirrored", "framed"],
)
def test_an_edited_copy_is_blocked_and_the_answer_names_the_form(edited, form, entry, photos, ask):
    answer = ask(upload=edited(frames_of(photos)))
    assert (answer.decision, answer.ground, answer.form) == ("block", "known_video", form)
    assert "What matched is frames of the video: the " in answer.reasons["text"]
    assert "video" in answer.reasons["text"]


def test_another_video_passes_and_leaves_nothing(entry, photos, ask):
    events = Event.objects.count()
    assert ask(upload=clip(photos, "coffee.png")) == ALLOWED
    assert (Decision.objects.count(), Event.objects.count()) == (0, events)


def test_a_withdrawn_video_is_allowed_at_the_next_check(entry, photos, ask, hana, now):
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    assert ask(upload=clip(photos)) == ALLOWED
    assert ask(upload=encoded(frames_of(photos), crf="32")) == ALLOWED


def test_a_platform_is_answered_by_its_own_banks_alone(entry, photos, other_key, ask):
    assert ask(upload=clip(photos), by=other_key) == ALLOWED


def test_a_video_in_which_nothing_is_known_and_of_which_only_a_part_plays_is_held(entry, photos, ask):
    cut = encoded(frames_of(photos, "coffee.png") * 3, kind="matroska", g="5")
    assert ask(upload=cut[: len(cut) // 2]) == NOT_FULLY_CHECKED
    assert not Decision.objects.exists()


def test_what_is_known_in_the_part_that_plays_is_blocked(entry, photos, ask):
    cut = encoded(frames_of(photos) * 3, kind="matroska", g="5")
    assert ask(upload=cut[: len(cut) // 2]).decision == "block"


def test_what_does_not_play_is_refused(entry, photos, ask):
    with pytest.raises(NotRecognised):
        ask(upload=sound_only())
    whole = clip(photos)
    with pytest.raises(UnreadableVideo):
        ask(upload=whole[:200])


def test_a_known_picture_is_found_in_a_video(bank, added, subscribed, photos, ask):
    subscribed("block")
    known = hash_image(photos / "chelsea.png")
    added(bank, known.code, known.quality)
    answer = ask(upload=encoded(still(photos)))
    assert (answer.decision, answer.ground) == ("block", "known_video")


def test_a_frame_of_a_known_video_is_found_as_a_picture(entry, photos, ask):
    answer = ask(upload=saved(Image.fromarray(frames_of(photos)[0]), "PNG"))
    assert (answer.decision, answer.ground) == ("block", "known_picture")


def test_the_strongest_bank_counts_though_a_weaker_one_has_the_same_file(entry, blocking_bank, film, photos, ask):
    Subscription.objects.filter(bank=entry.bank).update(on_match="record")
    film(blocking_bank, encoded(frames_of(photos), crf="32"))
    answer = ask(upload=clip(photos))
    assert (answer.decision, answer.bank) == ("block", "second-bank")


def test_a_picture_that_is_near_one_of_several_frames_is_blocked_only_if_it_is_very_near():
    assert judge(20, upload_quality=90, entry_quality=90, on_match="block", of_many=True) == ("block", "known_picture")
    assert judge(31, upload_quality=90, entry_quality=90, on_match="block", of_many=True) == (
        "hold",
        "possibly_known_picture",
    )
    assert judge(20, upload_quality=49, entry_quality=90, on_match="block", of_many=True) == (
        "hold",
        "possibly_known_picture",
    )
    assert judge(32, upload_quality=90, entry_quality=90, on_match="block", of_many=True) is None


def test_when_all_places_are_taken_the_gate_says_that_it_is_busy_and_pictures_go_on(entry, photos, ask, key):
    with ExitStack() as taken:
        with pytest.raises(Busy):
            while True:
                taken.enter_context(place(0))
        with pytest.raises(Busy):
            look(clip(photos), of=key.organisation, max_bytes=10**8, wait_seconds=0.01)
        assert ask(upload=(photos / "coffee.png").read_bytes()) == ALLOWED
    assert look(clip(photos), of=key.organisation, max_bytes=10**8, wait_seconds=0.01).match


def test_neither_the_upload_nor_its_digests_are_stored(entry, photos, ask):
    upload = encoded(frames_of(photos), crf="32")
    seen = hash_video(upload)
    ask(upload=upload)
    decision = Decision.objects.get()
    kept = repr([(field.name, getattr(decision, field.attname)) for field in Decision._meta.fields])
    kept += repr(list(Event.objects.values()))
    for secret in (seen.md5, seen.sha256, *(code.tobytes() for code in seen.codes)):
        assert secret.hex() not in kept
        assert repr(secret) not in kept
