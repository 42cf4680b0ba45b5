"""Videos from the command line."""

import json

import pytest
from click.testing import CliRunner, Result

from amparo.apps.banks.models import Entry
from amparo.cli import main
from tests.apps.gate.clips import clip, frames_of, mirrored
from tests.core.fingerprint.videos import encoded


def amparo(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def hint(bank, platform):
    """Of the key of Pia's platform, which uses the bank."""
    assert amparo("bank", "subscribe", "helpline-bank", "platform").exit_code == 0
    return json.loads(amparo("key", "issue", "platform", "--name", "up", "--scope", "gate", "--json").stdout)["hint"]


def test_a_video_added_to_a_bank_is_stopped_by_the_gate(hint, photos, tmp_path, django_capture_on_commit_callbacks):
    known, edited, broken = tmp_path / "known.mp4", tmp_path / "edited.mp4", tmp_path / "broken.mkv"
    known.write_bytes(clip(photos))
    edited.write_bytes(encoded(mirrored(frames_of(photos))))
    whole = encoded(frames_of(photos, "coffee.png") * 3, kind="matroska", g="5")
    broken.write_bytes(whole[: len(whole) // 2])
    with django_capture_on_commit_callbacks(execute=True):
        [added] = json.loads(amparo("bank", "add", "helpline-bank", str(known), "--json").stdout)
    assert added == {"entry": Entry.objects.get().pk, "kind": "video", "frames": Entry.objects.get().frame_count}
    told = amparo("gate", "check", str(edited), "--key", hint, "--json")
    assert (told.exit_code, json.loads(told.stdout)["ground"]) == (3, "known_video")
    told = amparo("gate", "check", str(broken), "--key", hint, "--json")
    assert (told.exit_code, json.loads(told.stdout)["ground"]) == (3, "not_fully_checked")


def test_a_video_that_could_be_read_only_in_part_is_added_and_said_so(bank, photos, tmp_path):
    broken = tmp_path / "broken.mkv"
    whole = encoded(frames_of(photos) * 3, kind="matroska", g="5")
    broken.write_bytes(whole[: len(whole) // 2])
    told = amparo("bank", "add", "helpline-bank", str(broken))
    assert told.exit_code == 0
    assert "only in part (damaged)" in told.stderr
    assert Entry.objects.get().ended == "damaged"


def test_what_is_neither_a_picture_nor_a_video_is_said_to_be_neither(bank, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("dry words")
    told = amparo("bank", "add", "helpline-bank", str(words))
    assert told.exit_code == 1
    assert "no picture" in told.stderr
    assert "no video" in told.stderr
    assert not Entry.objects.exists()
