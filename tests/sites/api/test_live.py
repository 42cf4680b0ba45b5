"""The gate served by granian, as platforms meet it: real sockets, a process of its own, a home of its own."""

import importlib.util
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.apps.gate.pictures import mirrored, opened, re_encoded, resized
from tests.servers.databases import own_database
from tests.servers.instance import Instance

pytestmark = pytest.mark.journey

SET_UP = """
import json
from django.utils import timezone
from amparo.apps.accounts.actions import add_organisation, issue_key
from amparo.apps.banks.actions import add_entry, open_bank, subscribe
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import hash_image

now = timezone.now()
helpline = add_organisation(
    handle="helpline", name="Helpline", kind="helpline", mailbox="notices@helpline.example.org", by=SYSTEM, now=now
)
platform = add_organisation(handle="platform", name="Platform", kind="platform", by=SYSTEM, now=now)
bank = open_bank(handle="helpline-bank", title="Helpline bank", owner=helpline, by=SYSTEM, now=now)
subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
keys = [issue_key(organisation=platform, name=n, scopes=["gate", "feed"], by=SYSTEM, now=now) for n in "ab"]
entry = add_entry(bank=bank, fingerprint=hash_image(PHOTO), by=SYSTEM, now=now)
print(json.dumps({"secret": keys[0][1], "revoked": keys[1][1], "revoked_id": keys[1][0].pk, "entry": entry.pk}))
"""
WITHDRAW = """
from django.utils import timezone
from amparo.apps.banks.actions import withdraw_entry
from amparo.apps.banks.models import Entry
from amparo.apps.ledger.models import SYSTEM
withdraw_entry(entry=Entry.objects.get(pk=PK), reason="survivor", by=SYSTEM, now=timezone.now())
"""
REVOKE = """
from django.utils import timezone
from amparo.apps.accounts.actions import revoke_key
from amparo.apps.accounts.models import ApiKey
from amparo.apps.ledger.models import SYSTEM
revoke_key(key=ApiKey.objects.get(pk=PK), by=SYSTEM, now=timezone.now())
"""

RENAME = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("ALTER TABLE {} RENAME TO {}")
"""


class Platform:
    """Pia's platform's program, which asks an instance that it was given a key of."""

    def __init__(self, instance: Instance, photo: Path) -> None:
        self.instance = instance
        self.facts = json.loads(instance.python(f"PHOTO = {str(photo)!r}\n{SET_UP}").stdout)

    def ask(self, method: str, path: str, *, secret: str = "", **options: Any) -> urllib3.BaseHTTPResponse:
        headers = {"Authorization": f"Bearer {secret or self.facts['secret']}"} | options.pop("headers", {})
        return self.instance.http.request(method, f"{self.instance.url}{path}", headers=headers, **options)

    def check(self, picture: bytes, **options: Any) -> urllib3.BaseHTTPResponse:
        return self.ask("POST", "/gate/check", fields={"photo": ("a.jpg", picture)}, **options)

    def act(self, script: str, pk: int) -> None:
        self.instance.python(f"PK = {pk}\n{script}")

    def head(self, *lines: str) -> bytes:
        shown = f"Authorization: Bearer {self.facts['secret']}"
        return "\r\n".join(["POST /gate/check HTTP/1.1", "Host: a", shown, *lines, "", ""]).encode()

    def raw(self, sent: bytes, *, leave: bool = False) -> bytes:
        """Send bytes as they are, and read a whole JSON answer, or leave at once."""
        with socket.create_connection(("127.0.0.1", self.instance.port), timeout=20) as connection:
            connection.sendall(sent)
            answer = b""
            while not leave and not answer.endswith(b"}"):
                chunk = connection.recv(65536)
                if not chunk:
                    break
                answer += chunk
            return answer


@pytest.fixture(scope="module")
def photo() -> Path:
    found = importlib.util.find_spec("skimage")
    assert found
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "data" / "chelsea.png"


@pytest.fixture(scope="module")
def platform_program(tmp_path_factory, photo) -> Iterator[Platform]:
    home = tmp_path_factory.mktemp("live") / "home"
    with own_database() as url, Instance(home, database_url=url, AMPARO_GATE_MAX_UPLOAD_MB="2") as instance:
        yield Platform(instance, photo)


@pytest.fixture
def pia(platform_program) -> Platform:
    return platform_program


@pytest.fixture
def cat(photo):
    return opened(photo)


@pytest.mark.parametrize("edited", [re_encoded, resized, mirrored])
def test_an_edited_copy_is_blocked_over_http_with_reference_and_reasons(edited, pia, cat):
    told = pia.check(edited(cat))
    assert (told.status, told.json()["decision"]) == (200, "block")
    assert told.json()["reasons"]["text"].count(told.json()["reference"]) >= 1


def test_another_picture_passes(pia, photo):
    assert pia.check((photo.parent / "coffee.png").read_bytes()).json() == {"decision": "allow"}


def test_one_connection_serves_many_questions(pia, photo):
    picture = (photo.parent / "coins.png").read_bytes()
    pool = urllib3.HTTPConnectionPool("127.0.0.1", pia.instance.port, maxsize=1, retries=False)
    for _ in range(5):
        heads = {"X-API-Key": pia.facts["secret"], "Content-Type": "image/png"}
        assert pool.request("POST", "/gate/check", body=picture, headers=heads).json() == {"decision": "allow"}
    assert pool.num_connections == 1


def test_django_answers_everything_else(pia):
    told = pia.ask("GET", "/status")
    assert (told.status, told.json()["index_entries"]) == (200, 1)
    assert pia.ask("GET", "/openapi.json").json()["openapi"].startswith("3.1")
    assert len(pia.ask("GET", "/feed").json()["records"]) == 1


def test_a_decision_can_be_read_again(pia, cat):
    told = pia.check(re_encoded(cat)).json()
    again = pia.ask("GET", f"/gate/decisions/{told['reference']}").json()
    assert again["reasons"] == told["reasons"]


def test_a_chunked_upload_is_answered(pia, cat):
    def in_pieces():
        picture = re_encoded(cat)
        for start in range(0, len(picture), 1000):
            yield picture[start : start + 1000]

    told = pia.ask("POST", "/gate/check", body=in_pieces(), headers={"Content-Type": "image/jpeg"})
    assert told.json()["decision"] == "block"


def test_an_oversized_upload_is_told_so_in_json(pia):
    told = pia.ask("POST", "/gate/check", body=b"x" * 3_000_000, headers={"Content-Type": "image/jpeg"})
    assert (told.status, told.json()["code"]) == (413, "too_large")


def test_a_body_longer_than_announced_or_half_sent_does_not_disturb_the_next_question(pia, photo):
    pia.raw(pia.head("Content-Type: image/jpeg", "Content-Length: 100000") + b"x" * 10, leave=True)
    pia.raw(pia.head("Content-Type: image/jpeg", "Transfer-Encoding: chunked") + b"ff\r\nxx", leave=True)
    answer = pia.raw(pia.head("Content-Type: image/jpeg", "Content-Length: 3") + b"xxxxx")
    assert answer.startswith(b"HTTP/1.1 415")
    assert pia.check((photo.parent / "coffee.png").read_bytes()).status == 200


def test_a_request_without_length_or_chunks_is_411(pia):
    answer = pia.raw(pia.head("Content-Type: image/jpeg"))
    assert answer.startswith(b"HTTP/1.1 411")
    assert b'"code":"length_required"' in answer


def test_a_slow_sender_is_waited_for_without_holding_up_others(pia, cat, photo):
    picture = re_encoded(cat)
    lines = ("Content-Type: image/jpeg", f"Content-Length: {len(picture)}")
    with socket.create_connection(("127.0.0.1", pia.instance.port), timeout=20) as slow:
        slow.sendall(pia.head(*lines) + picture[:100])
        assert pia.check((photo.parent / "coffee.png").read_bytes()).json() == {"decision": "allow"}
        slow.sendall(picture[100:])
        assert b'"decision":"block"' in slow.recv(65536)


def test_a_revoked_key_stops_within_a_second(pia, photo):
    secret, picture = pia.facts["revoked"], (photo.parent / "coffee.png").read_bytes()
    assert pia.check(picture, secret=secret).status == 200
    pia.act(REVOKE, pia.facts["revoked_id"])
    time.sleep(1)
    assert pia.check(picture, secret=secret).json()["code"] == "key_refused"


def test_after_withdrawal_in_another_process_the_next_check_allows(pia, cat):
    assert pia.check(re_encoded(cat)).json()["decision"] == "block"
    pia.act(WITHDRAW, pia.facts["entry"])
    assert pia.check(re_encoded(cat)).json() == {"decision": "allow"}
    kinds = [record["kind"] for record in pia.ask("GET", "/feed").json()["records"]]
    assert kinds == ["added", "withdrawn"]


def test_while_the_database_cannot_answer_the_gate_says_hold(pia, photo):
    picture = (photo.parent / "coffee.png").read_bytes()
    assert pia.check(picture).json() == {"decision": "allow"}
    pia.instance.python(RENAME.format("accounts_apikey", "accounts_apikey_away"))
    try:
        time.sleep(1)
        told = pia.check(picture)
        assert (told.status, told.json()["decision"], told.json()["ground"]) == (503, "hold", "gate_unavailable")
    finally:
        pia.instance.python(RENAME.format("accounts_apikey_away", "accounts_apikey"))
    assert pia.check(picture).json() == {"decision": "allow"}
