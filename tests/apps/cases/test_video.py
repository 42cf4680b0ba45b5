"""Videos in a case: sealed as one text, shared as a video, taken back like a picture."""

import hashlib

import numpy as np
import pytest

from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions
from amparo.apps.cases.models import Picture
from amparo.apps.cases.video import MOST_FRAMES, BadVideo, text_of, video_of
from amparo.core.fingerprint import FingerprintError, VideoFingerprint
from tests.apps.cases.conftest import read


def film(name: str = "harbour", frames: int = 3, quality: int = 90) -> VideoFingerprint:
    codes = [list(hashlib.sha256(f"{name} {number}".encode()).digest()) for number in range(frames)]
    return VideoFingerprint(
        codes=np.array(codes, dtype=np.uint8).reshape(-1, 32),
        qualities=np.full(frames, quality, dtype=np.uint8),
        times=np.arange(frames) / 2,
        md5=hashlib.md5(name.encode()).digest(),
        sha256=hashlib.sha256(name.encode()).digest(),
        seconds=frames / 2,
    )


def test_a_text_gives_the_video_back_and_the_video_its_text():
    video = film()
    again = video_of(text_of(video))
    assert np.array_equal(again.codes, video.codes)
    assert (again.md5, again.sha256, again.seconds, again.ended) == (video.md5, video.sha256, 1.5, "whole")
    assert text_of(again) == text_of(video)
    assert text_of(video_of(text_of(video).replace("\n", "\r\n"))) == text_of(video)


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text[:0],
        lambda text: text.replace("vpdq-c512", "vpdq"),
        lambda text: text.partition("\n")[0],
        lambda text: text.replace("whole", "half"),
        lambda text: text.replace(",90,", ",900,"),
        lambda text: text[:-20],
        lambda text: text.replace(",0.000", ",9.000"),
        lambda text: text.replace(",0.500", ",nan"),
        lambda text: text + text.partition("\n")[2] * MOST_FRAMES,
    ],
)
def test_what_is_no_video_is_refused_without_quoting_it(broken):
    with pytest.raises(FingerprintError) as refusal:
        video_of(broken(text_of(film())))
    assert film().md5.hex()[:8] not in str(refusal.value)


def test_a_video_needs_frames():
    with pytest.raises(BadVideo):
        video_of(text_of(film(frames=0)))


@pytest.fixture
def filmed(helpline, hana, bank, now):
    return actions.open_case(
        helpline=helpline, language="en", country="IT", fingerprints=[film()], urls=[], banks=[bank], now=now
    ).case


def test_a_video_is_kept_sealed_and_shared_as_a_video(filmed, hana):
    picture = Picture.objects.get()
    assert (picture.algorithm, picture.quality) == ("vpdq-c512", 90)
    assert film().md5.hex().encode() not in bytes(picture.sealed_code)
    assert read(picture, hana).code.decode() == text_of(film())
    entry = Entry.objects.get()
    assert (entry.kind, entry.frame_count) == (Entry.Kind.VIDEO, 3)


def test_the_same_video_is_once_in_a_case(filmed, now):
    actions.add_to_case(case=filmed, fingerprints=[film(), film("pier")], urls=[], by=filmed, now=now)
    assert [picture.number for picture in filmed.pictures.all()] == [1, 2]


def test_she_shares_a_video_later_and_takes_it_back(filmed, bank, now):
    picture = filmed.pictures.get()
    consent = picture.consents.get()
    actions.withdraw_consent(consent=consent, by=filmed, now=now)
    assert [entry.sealed for entry in Entry.objects.all()] == [None]
    assert not Entry.objects.get().frames.exclude(sealed=None).exists()
    again = actions.give_consent(picture=picture, bank=bank, by=filmed, now=now)
    assert again.entry.frame_count == 3


def test_a_video_of_nothing_but_plain_frames_stays_with_the_case(helpline, hana, bank, now):
    actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[film(quality=20)], urls=[], banks=[bank], now=now
    )
    assert Picture.objects.get().quality == 20
    assert not Entry.objects.exists()
