"""The command line as a person and a script use it: answers, refusals, exit codes."""

import json
import re

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from amparo.apps.accounts.actions import add_app
from amparo.apps.accounts.models import ApiKey, Organisation, User
from amparo.apps.banks.models import Entry, Subscription
from amparo.apps.cases.models import Case
from amparo.apps.gate.models import Decision
from amparo.cli import main
from tests.conftest import PASSWORD
from tests.servers.second_factor import code_of, secret_of


def amparo(*words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, words, input=stdin)


@pytest.fixture
def stage(db):
    """A helpline with an open bank, a platform that uses it, and the platform's key."""
    assert (
        amparo("org", "add", "helpline", "--name", "H", "--kind", "helpline", "--mailbox", "n@example.org").exit_code
        == 0
    )
    assert amparo("org", "add", "platform", "--name", "P", "--kind", "platform").exit_code == 0
    assert amparo("bank", "open", "the-bank", "--title", "Bank", "--owner", "helpline").exit_code == 0
    assert amparo("bank", "subscribe", "the-bank", "platform").exit_code == 0
    return json.loads(amparo("key", "issue", "platform", "--name", "up", "--scope", "gate", "--json").stdout)


def test_a_forgotten_password_is_set_anew_and_lost_factors_are_reset(hana, now):
    add_app(user=hana, secret=(secret := secret_of("hana", 0)), code=code_of(secret, at=now.timestamp()), name="phone",
            now=now)  # fmt: skip
    told = amparo("staff", "password", "hana", "--password", "another long passphrase")
    assert (told.exit_code, told.stdout) == (0, "")
    assert User.objects.get(handle="hana").check_password("another long passphrase")
    assert "another" not in told.stderr
    assert hana.factors.exists()
    told = amparo("staff", "reset-factors", "hana", "--json")
    assert re.fullmatch(r"[\w-]{19}", json.loads(told.stdout)["code"])
    assert not hana.factors.exists()
    assert amparo("staff", "reset-factors", "nobody").exit_code == 1
    assert amparo("staff", "password", "hana", "--password", "short").exit_code == 1


def test_help_needs_no_database_and_names_every_command():
    told = amparo("--help")
    assert told.exit_code == 0
    for name in ("serve", "work", "hash", "bank", "gate", "case", "status", "verify"):
        assert name in told.stdout


def test_an_unknown_command_or_option_is_a_wrong_call():
    assert amparo("unknown").exit_code == 2
    assert amparo("hash", "--colour").exit_code == 2
    assert amparo("org", "add", "x").exit_code == 2


def test_hash_prints_one_line_a_picture(photos):
    told = amparo("hash", str(photos / "chelsea.png"), str(photos / "coffee.png"))
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert [len(line.split()[0]) for line in lines] == [64, 64]
    as_json = json.loads(amparo("hash", "--json", str(photos / "chelsea.png")).stdout)
    assert as_json[0]["fingerprint"] == lines[0].split()[0]
    assert as_json[0]["algorithm"] == "pdq-c512"


def test_hash_goes_on_after_a_file_that_is_no_picture(photos, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    told = amparo("hash", str(text), str(photos / "coffee.png"))
    assert told.exit_code == 1
    assert "notes.txt" in told.stderr
    assert len(told.stdout.splitlines()) == 1


def test_hash_of_a_file_that_is_not_there_is_a_wrong_call():
    assert amparo("hash", "nowhere.jpg").exit_code == 2


def test_organisations_and_people_are_added_and_listed(stage):
    told = amparo("staff", "add", "hana", "--org", "helpline", "--role", "caseworker", "--password", PASSWORD)
    assert told.exit_code == 0
    assert User.objects.get(handle="hana").check_password(PASSWORD)
    assert [row["organisation"] for row in json.loads(amparo("org", "list", "--json").stdout)] == [
        "helpline",
        "platform",
    ]
    assert "/desk/" in told.stderr
    assert [row["staff"] for row in json.loads(amparo("staff", "list", "--json").stdout)] == ["hana"]
    assert amparo("staff", "disable", "hana").exit_code == 0
    assert User.objects.get(handle="hana").disabled_at


def test_what_an_action_refuses_is_one_line_and_changes_nothing(stage):
    told = amparo("org", "add", "helpline", "--name", "Again", "--kind", "platform")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "already exists" in told.stderr
    assert Organisation.objects.count() == 2
    told = amparo("staff", "add", "hana", "--org", "nowhere", "--role", "caseworker", "--password", PASSWORD)
    assert told.exit_code == 1
    assert "no such organisation" in told.stderr
    told = amparo("staff", "add", "hana", "--org", "helpline", "--role", "caseworker", "--password", "short")
    assert told.exit_code == 1
    assert "too short" in told.stderr
    assert not User.objects.exists()


def test_a_key_is_shown_once_and_revoked_by_its_hint(stage):
    assert stage["key"].startswith("amparo_")
    listed = amparo("key", "list")
    assert stage["hint"] in listed.stdout
    assert stage["key"] not in listed.stdout
    assert amparo("key", "revoke", stage["hint"]).exit_code == 0
    assert ApiKey.objects.get().revoked_at
    assert amparo("key", "revoke", "nothing").exit_code == 1


def test_a_picture_added_to_a_bank_is_stopped_by_the_gate_until_it_is_withdrawn(
    stage, photos, django_capture_on_commit_callbacks
):
    photo = str(photos / "chelsea.png")
    with django_capture_on_commit_callbacks(execute=True):
        [added] = json.loads(amparo("bank", "add", "the-bank", photo, "--json").stdout)
    told = amparo("gate", "check", photo, "--key", stage["hint"], "--json")
    assert told.exit_code == 3
    answer = json.loads(told.stdout)
    assert (answer["decision"], answer["bank"]) == ("block", "the-bank")
    shown = json.loads(amparo("gate", "decision", "platform", answer["reference"], "--json").stdout)
    assert shown["statement"] == Decision.objects.get().statement
    assert answer["reference"] in amparo("gate", "decisions", "platform").stdout
    assert amparo("gate", "check", str(photos / "coffee.png"), "--key", stage["hint"]).exit_code == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert amparo("bank", "withdraw", str(added["entry"])).exit_code == 0
    assert amparo("gate", "check", photo, "--key", stage["hint"]).exit_code == 0


def test_a_bank_takes_fingerprints_as_64_hex_digits(stage):
    assert amparo("bank", "add", "the-bank", "0f" * 32).exit_code == 0
    assert bytes(Entry.objects.get().code or b"") == b"\x0f" * 32
    told = amparo("bank", "add", "the-bank", "0f" * 31)
    assert told.exit_code == 1
    assert "62" in told.stderr
    assert Entry.objects.count() == 1


def test_one_picture_that_cannot_be_read_adds_none_of_them(stage, photos, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n")
    assert amparo("bank", "add", "the-bank", str(photos / "coffee.png"), str(broken)).exit_code == 1
    assert not Entry.objects.exists()


def test_banks_are_listed_rebuilt_and_unsubscribed(stage):
    amparo("bank", "add", "the-bank", "0f" * 32)
    [row] = json.loads(amparo("bank", "list", "--json").stdout)
    assert (row["live"], row["withdrawn"]) == (1, 0)
    assert "1 entries" in amparo("bank", "rebuild").stderr
    assert amparo("bank", "unsubscribe", "the-bank", "platform").exit_code == 0
    assert not Subscription.objects.exists()


def test_empty_lists_say_what_would_be_there(db):
    for words in (["org", "list"], ["key", "list"], ["bank", "list"], ["case", "list"]):
        told = amparo(*words)
        assert (told.exit_code, told.stdout) == (0, "")
        assert told.stderr
        assert json.loads(amparo(*words, "--json").stdout) == []


def test_a_case_is_listed_and_closed_without_showing_its_addresses(stage, now):
    from amparo.apps.cases.actions import found_gone_by_person, open_case
    from amparo.apps.ledger.models import SYSTEM

    helpline = Organisation.objects.get(handle="helpline")
    url = "https://files.example.org/gallery/1"
    case = open_case(helpline=helpline, language="en", country="IT", fingerprints=[], urls=[url], now=now).case
    [row] = json.loads(amparo("case", "list", "--org", "helpline", "--json").stdout)
    assert (row["case"], row["open_items"]) == (case.locator, 1)
    shown = amparo("case", "show", case.locator)
    assert shown.exit_code == 0
    assert "files.example.org" not in shown.stdout
    assert "sealed" in shown.stderr
    assert json.loads(amparo("case", "show", case.locator, "--json").stdout)["held_by"] == 1
    told = amparo("case", "close", case.locator)
    assert told.exit_code == 1
    assert "still open" in told.stderr
    found_gone_by_person(item=case.items.get(), by=SYSTEM, now=now)
    assert amparo("case", "close", case.locator).exit_code == 0
    assert Case.objects.get().state == "closed"
    assert amparo("case", "list").stdout == ""
    assert case.locator in amparo("case", "list", "--all").stdout


def test_a_look_takes_its_clock_as_an_argument(stage, now):
    from amparo.apps.cases.actions import open_case

    helpline = Organisation.objects.get(handle="helpline")
    # Port 9 of this machine: the checker refuses private addresses, which is a sight too.
    urls = ["http://127.0.0.1:9/"]
    case = open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=urls, now=now).case
    [row] = json.loads(amparo("case", "check", case.locator, "--at", "2026-12-01T10:00Z", "--json").stdout)
    assert row["seen"] == "error"
    assert case.items.get().checked_at.isoformat() == "2026-12-01T10:00:00+00:00"
    assert amparo("case", "check", case.locator, "--at", "tomorrow").exit_code == 2


def test_status_and_verify_answer_scripts(stage):
    told = amparo("status", "--json")
    assert json.loads(told.stdout)["status"] == "ok"
    verdict = json.loads(amparo("verify", "--json").stdout)
    assert verdict["holds"]
    assert amparo("verify", "--anchor", verdict["head"]).exit_code == 0
    told = amparo("verify", "--anchor", "f" * 64)
    assert told.exit_code == 1
    assert "rewritten" in told.stdout


def test_a_picture_of_one_colour_can_be_hashed_and_says_its_quality(tmp_path):
    Image.new("RGB", (64, 64), "white").save(tmp_path / "white.png")
    [row] = json.loads(amparo("hash", "--json", str(tmp_path / "white.png")).stdout)
    assert row["quality"] == 0


def test_a_platform_tells_what_its_statements_name_and_takes_it_back(stage):
    told = amparo("org", "set", "platform", "--terms-clause", "section 4", "--language", "sr", "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout) == {
        "organisation": "platform",
        "terms_clause": "section 4",
        "terms_url": "",
        "complaint_url": "",
        "language": "sr-Latn",
        "out_of_court": True,
    }
    assert amparo("org", "set", "platform", "--terms-clause", "").exit_code == 0
    assert Organisation.objects.get(handle="platform").terms_clause == ""
    assert amparo("org", "set", "platform").exit_code == 2
    for wrong in (["platform", "--language", "xx"], ["platform", "--terms-url", "x"], ["helpline", "--language", "it"]):
        assert amparo("org", "set", *wrong).exit_code == 1
