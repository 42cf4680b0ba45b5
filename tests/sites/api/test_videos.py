"""Videos over HTTP: to the gate, and out of the feed."""

import pytest

from amparo.apps.banks.actions import add_video, withdraw_entry
from amparo.core.fingerprint import hash_video, read_vpdq
from tests.apps.gate.clips import clip, frames_of, mirrored
from tests.core.fingerprint.videos import encoded
from tests.sites.api.asking import MULTIPART, ask, form


@pytest.fixture
def blocking(bank, subscribed):
    """A bank that Pia's platform blocks by."""
    subscribed("block")
    return bank


@pytest.fixture
def film(blocking, photos, hana, now, django_capture_on_commit_callbacks):
    """The cat's video in that bank."""
    with django_capture_on_commit_callbacks(execute=True):
        return add_video(bank=blocking, fingerprint=hash_video(clip(photos)), by=hana, now=now)


@pytest.fixture
def feed(client, secret):
    def read(**query):
        return client.get("/feed", query, headers={"authorization": f"Bearer {secret}"}).json()

    return read


def test_a_video_is_taken_as_a_body_and_as_a_file_of_a_form(film, photos, secret):
    edited = encoded(mirrored(frames_of(photos)))
    for told in (
        ask("/gate/check", edited, "video/mp4", secret=secret),
        ask("/gate/check", form(("file", "clip.mov", edited)), MULTIPART, secret=secret),
    ):
        assert (told.status, told.json["decision"], told.json["ground"]) == (200, "block", "known_video")
        assert set(told.json) == {"decision", "reference", "ground", "bank", "form", "reasons", "appeal"}
        assert b"distance" not in told.body


def test_another_video_is_allowed_in_one_word(film, photos, secret):
    told = ask("/gate/check", clip(photos, "coffee.png"), "video/mp4", secret=secret)
    assert (told.status, told.json) == (200, {"decision": "allow"})


def test_what_was_not_seen_is_held_and_not_allowed(film, photos, secret):
    whole = encoded(frames_of(photos, "coffee.png") * 3, kind="matroska", g="5")
    told = ask("/gate/check", whole[: len(whole) // 2], "video/x-matroska", secret=secret)
    assert told.status == 200
    assert set(told.json) == {"decision", "ground", "message"}
    assert (told.json["decision"], told.json["ground"]) == ("hold", "not_fully_checked")


def test_a_video_is_told_in_the_feed_in_vpdqs_texts(film, photos, feed):
    known = hash_video(clip(photos))
    [record] = feed()["records"]
    frames = read_vpdq("\n".join(f"{n},{q},{h},{t}" for n, (h, q, t) in enumerate(_parts(record["frames"]))))
    assert [frame.code for frame in frames] == [code.tobytes() for code in known.codes]
    assert [frame.quality for frame in frames] == known.qualities.tolist()
    assert (record["algorithm"], record["md5"], record["seconds"], record["ended"]) == (
        "vpdq-c512",
        known.md5.hex(),
        known.seconds,
        "whole",
    )
    assert "fingerprint" not in record


def _parts(texts):
    return [text.split(",") for text in texts]


def test_a_withdrawn_video_is_shown_nowhere(film, photos, feed, hana, now):
    withdraw_entry(entry=film, reason="survivor", by=hana, now=now)
    told = feed()
    assert [record["kind"] for record in told["records"]] == ["added", "withdrawn"]
    known = hash_video(clip(photos))
    assert known.md5.hex() not in str(told)
    assert known.codes[0].tobytes().hex() not in str(told)
