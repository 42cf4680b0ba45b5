"""The stronger tier from the command line: a record is kept where it was asked for, and asked where it was allowed."""

import json

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from amparo.apps.banks.models import Entry
from amparo.cli import main
from tests.apps.gate.pictures import cropped, opened, saved


def amparo(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def hint(bank, platform):
    """Of the key of Pia's platform, which may ask the stronger tier."""
    told = amparo("bank", "subscribe", "helpline-bank", "platform", "--stronger")
    assert "has to look" in told.stderr
    return json.loads(amparo("key", "issue", "platform", "--name", "up", "--scope", "gate", "--json").stdout)["hint"]


def test_a_copy_cut_out_of_a_picture_is_held_and_the_counts_tell_of_the_record(
    hint, photos, tmp_path, django_capture_on_commit_callbacks
):
    upload = tmp_path / "upload.jpg"
    upload.write_bytes(saved(cropped(opened(photos / "chelsea.png")), quality=85))
    with django_capture_on_commit_callbacks(execute=True):
        words = ("bank", "add", "helpline-bank", str(photos / "chelsea.png"), "--stronger", "--json")
        [added] = json.loads(amparo(*words).stdout)
    assert added == {"entry": Entry.objects.get().pk, "kind": "picture", "stronger": "32 points"}
    told = amparo("gate", "check", str(upload), "--key", hint, "--json")
    answer = json.loads(told.stdout)
    assert (told.exit_code, answer["decision"], answer["form"]) == (3, "hold", "stronger")
    [row] = json.loads(amparo("bank", "list", "--json").stdout)
    assert (row["stronger"], row["used_by"]) == (1, "platform (block and stronger)")
    assert json.loads(amparo("status", "--json").stdout)["stronger_entries"] == 1


def test_without_being_asked_for_no_record_is_made(bank, photos):
    [added] = json.loads(amparo("bank", "add", "helpline-bank", str(photos / "chelsea.png"), "--json").stdout)
    assert "stronger" not in added
    assert Entry.objects.get().sealed_stronger is None


def test_a_plain_picture_is_added_without_one_and_that_is_said(bank, tmp_path):
    plain = tmp_path / "plain.png"
    Image.linear_gradient("L").save(plain)
    told = amparo("bank", "add", "helpline-bank", str(plain), "--stronger")
    assert (told.exit_code, Entry.objects.get().sealed_stronger) == (0, None)
    assert "too plain" in told.stderr


def test_digits_alone_have_no_picture_to_make_one_of(bank):
    told = amparo("bank", "add", "helpline-bank", "0f" * 32, "--stronger")
    assert (told.exit_code, Entry.objects.count()) == (1, 0)
    assert "give its file" in told.stderr
