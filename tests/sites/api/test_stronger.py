"""The stronger tier over HTTP: its record is told to nobody, in no answer, feed, status or document."""

import base64

import pytest

from amparo.apps.banks.actions import add_entry, subscribe
from amparo.apps.banks.models import Entry
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import hash_image, strong
from tests.apps.gate.pictures import cropped, saved
from tests.sites.api.asking import ask

REASONED = {"decision", "reference", "ground", "bank", "form", "reasons", "appeal"}


@pytest.fixture(autouse=True)
def _allowed(bank, platform, now):
    """Pia's platform may ask the stronger tier of the helpline's bank."""
    subscribe(bank=bank, organisation=platform, on_match="block", stronger=True, by=SYSTEM, now=now)


@pytest.fixture
def entry(bank, hana, photos, now, django_capture_on_commit_callbacks):
    """The cat with its record."""
    cat = photos / "chelsea.png"
    with django_capture_on_commit_callbacks(execute=True):
        return add_entry(bank=bank, fingerprint=hash_image(cat), stronger=strong.record(cat), by=hana, now=now)


def spellings(entry):
    """Half of the record's points, and of what stands in the database, as programs write bytes."""
    for whole in (Entry.objects.get().stronger.to_bytes()[5:], bytes(entry.sealed_stronger)):
        half = whole[: len(whole) // 6 * 3]
        yield from (half, half.hex().encode(), half.hex().upper().encode(), base64.b64encode(half))
        yield from (base64.urlsafe_b64encode(half), repr(half).encode(), str(list(half)).encode())


def test_no_answer_to_a_platform_holds_anything_of_the_record(entry, cat, client, secret):
    told = ask("/gate/check", saved(cropped(cat), quality=85), "image/jpeg", secret=secret)
    assert (told.json["decision"], told.json["form"], set(told.json)) == ("hold", "stronger", REASONED)
    paths = ("/feed", f"/gate/decisions/{told.json['reference']}", "/status", "/openapi.json")
    answers = [client.get(path, headers={"x-api-key": secret}) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * 4
    for body in (told.body, *(answer.content for answer in answers)):
        assert not [spelling for spelling in spellings(entry) if spelling in body]


def test_the_feed_tells_the_entry_as_one_without_a_record(entry, client, secret):
    [record] = client.get("/feed", headers={"x-api-key": secret}).json()["records"]
    assert set(record) == {"seq", "kind", "at", "bank", "entry", "fingerprint", "algorithm", "quality"}


def test_no_answer_tells_how_many_points_agree(entry, cat, client, secret):
    told = ask("/gate/check", saved(cropped(cat), quality=85), "image/jpeg", secret=secret).json
    again = client.get(f"/gate/decisions/{told['reference']}", headers={"x-api-key": secret}).json()
    assert set(again) == {"reference", "decision", "ground", "bank", "form", "at", "reasons"}
    assert again["reasons"] == told["reasons"]
