"""The gate served by granian, as platforms meet it: real sockets, a process of its own, a home of its own."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import urllib3

from tests.apps.gate.pictures import mirrored, opened, re_encoded, resized

pytestmark = pytest.mark.journey

SET_UP = """
import json, sys
import django
django.setup()
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
entry = add_entry(bank=bank, fingerprint=hash_image(sys.argv[1]), by=SYSTEM, now=now)
print(json.dumps({"secret": keys[0][1], "revoked": keys[1][1], "revoked_id": keys[1][0].pk, "entry": entry.pk}))
"""
ACT = """
import sys
import django
django.setup()
from django.utils import timezone
from amparo.apps.accounts.actions import revoke_key
from amparo.apps.accounts.models import ApiKey
from amparo.apps.banks.actions import withdraw_entry
from amparo.apps.banks.models import Entry
from amparo.apps.ledger.models import SYSTEM

if sys.argv[1] == "withdraw":
    withdraw_entry(entry=Entry.objects.get(pk=sys.argv[2]), reason="survivor", by=SYSTEM, now=timezone.now())
else:
    revoke_key(key=ApiKey.objects.get(pk=sys.argv[2]), by=SYSTEM, now=timezone.now())
"""


@dataclass
class Instance:
    home: Path
    port: int
    facts: dict = field(default_factory=dict)
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=30))

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "AMPARO_HOME": str(self.home),
            "AMPARO_URL": f"http://127.0.0.1:{self.port}",
            "DJANGO_SETTINGS_MODULE": "amparo.conf.settings",
            "AMPARO_GATE_MAX_UPLOAD_MB": "2",
            "DATABASE_URL": "",
        }

    def run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    def ask(self, method: str, path: str, *, secret: str | None = None, **options):
        headers = {"Authorization": f"Bearer {secret or self.facts['secret']}"} | options.pop("headers", {})
        return self.http.request(method, f"http://127.0.0.1:{self.port}{path}", headers=headers, **options)

    def check(self, picture: bytes, **options):
        return self.ask("POST", "/gate/check", fields={"photo": ("a.jpg", picture)}, **options)

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port"]
        command += [str(self.port), "--blocking-threads", "4", "--workers-kill-timeout", "5", "--no-log"]
        with subprocess.Popen([*command, "amparo.conf.wsgi:application"], env=self.environment) as server:
            try:
                self.wait_until_it_answers(server)
                yield
            finally:
                server.terminate()
                server.wait(20)

    def wait_until_it_answers(self, server: subprocess.Popen) -> None:
        for _ in range(200):
            assert server.poll() is None, "the server ended"
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                self.http.request("GET", f"http://127.0.0.1:{self.port}/gate/check")
                return
            time.sleep(0.1)
        pytest.fail("the server did not answer within 20 seconds")


@pytest.fixture(scope="module")
def photo() -> Path:
    import importlib.util

    return Path(importlib.util.find_spec("skimage").submodule_search_locations[0]) / "data" / "chelsea.png"


@pytest.fixture(scope="module")
def instance(tmp_path_factory, photo) -> Iterator[Instance]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    made = Instance(home, port)
    made.run("-m", "django", "migrate", "--verbosity", "0")
    made.facts = json.loads(made.run("-c", SET_UP, str(photo)))
    with made.serving():
        yield made


@pytest.fixture
def cat(photo):
    return opened(photo)


def raw(instance: Instance, sent: bytes, *, close: bool = False) -> bytes:
    """Send bytes as they are, and read until the server is done with us."""
    with socket.create_connection(("127.0.0.1", instance.port), timeout=20) as connection:
        connection.sendall(sent)
        if close:
            return b""
        answer = b""
        while b"\r\n\r\n" not in answer or not answer.rstrip().endswith(b"}"):
            chunk = connection.recv(65536)
            if not chunk:
                break
            answer += chunk
        return answer


def head(instance: Instance, *lines: str) -> bytes:
    shown = f"Authorization: Bearer {instance.facts['secret']}"
    return "\r\n".join(["POST /gate/check HTTP/1.1", "Host: a", shown, *lines, "", ""]).encode()


@pytest.mark.parametrize("edited", [re_encoded, resized, mirrored])
def test_an_edited_copy_is_blocked_over_http_with_reference_and_reasons(edited, instance, cat):
    told = instance.check(edited(cat))
    assert (told.status, told.json()["decision"]) == (200, "block")
    assert told.json()["reasons"]["text"].count(told.json()["reference"]) >= 1


def test_another_picture_passes(instance, photo):
    assert instance.check((photo.parent / "coffee.png").read_bytes()).json() == {"decision": "allow"}


def test_one_connection_serves_many_questions(instance, photo):
    picture = (photo.parent / "coins.png").read_bytes()
    pool = urllib3.HTTPConnectionPool("127.0.0.1", instance.port, maxsize=1, retries=False)
    for _ in range(5):
        heads = {"X-API-Key": instance.facts["secret"], "Content-Type": "image/png"}
        assert pool.request("POST", "/gate/check", body=picture, headers=heads).json() == {"decision": "allow"}
    assert pool.num_connections == 1


def test_django_answers_everything_else(instance):
    told = instance.ask("GET", "/status")
    assert (told.status, told.json()["index_entries"]) == (200, 1)
    assert instance.ask("GET", "/openapi.json").json()["openapi"].startswith("3.1")
    assert len(instance.ask("GET", "/feed").json()["records"]) == 1


def test_a_decision_can_be_read_again(instance, cat):
    told = instance.check(re_encoded(cat)).json()
    again = instance.ask("GET", f"/gate/decisions/{told['reference']}").json()
    assert again["reasons"] == told["reasons"]


def test_a_chunked_upload_is_answered(instance, cat):
    def in_pieces():
        picture = re_encoded(cat)
        for start in range(0, len(picture), 1000):
            yield picture[start : start + 1000]

    told = instance.ask("POST", "/gate/check", body=in_pieces(), headers={"Content-Type": "image/jpeg"})
    assert told.json()["decision"] == "block"


def test_an_oversized_upload_is_told_so_in_json(instance):
    told = instance.ask("POST", "/gate/check", body=b"x" * 3_000_000, headers={"Content-Type": "image/jpeg"})
    assert (told.status, told.json()["code"]) == (413, "too_large")


def test_a_body_longer_than_announced_or_half_sent_does_not_disturb_the_next_question(instance, photo):
    raw(instance, head(instance, "Content-Type: image/jpeg", "Content-Length: 100000") + b"x" * 10, close=True)
    raw(instance, head(instance, "Content-Type: image/jpeg", "Transfer-Encoding: chunked") + b"ff\r\nxx", close=True)
    answer = raw(instance, head(instance, "Content-Type: image/jpeg", "Content-Length: 3") + b"xxxxx")
    assert answer.startswith(b"HTTP/1.1 415")
    assert instance.check((photo.parent / "coffee.png").read_bytes()).status == 200


def test_a_request_without_length_or_chunks_is_411(instance):
    answer = raw(instance, head(instance, "Content-Type: image/jpeg"))
    assert answer.startswith(b"HTTP/1.1 411")
    assert b'"code":"length_required"' in answer


def test_a_slow_sender_is_waited_for_without_holding_up_others(instance, cat, photo):
    picture = re_encoded(cat)
    lines = ("Content-Type: image/jpeg", f"Content-Length: {len(picture)}")
    with socket.create_connection(("127.0.0.1", instance.port), timeout=20) as slow:
        slow.sendall(head(instance, *lines) + picture[:100])
        assert instance.check((photo.parent / "coffee.png").read_bytes()).json() == {"decision": "allow"}
        slow.sendall(picture[100:])
        assert b'"decision":"block"' in slow.recv(65536)


def test_a_revoked_key_stops_within_a_second(instance, photo):
    secret, picture = instance.facts["revoked"], (photo.parent / "coffee.png").read_bytes()
    assert instance.check(picture, secret=secret).status == 200
    instance.run("-c", ACT, "revoke", str(instance.facts["revoked_id"]))
    time.sleep(1)
    assert instance.check(picture, secret=secret).json()["code"] == "key_refused"


def test_after_withdrawal_in_another_process_the_next_check_allows(instance, cat):
    assert instance.check(re_encoded(cat)).json()["decision"] == "block"
    instance.run("-c", ACT, "withdraw", str(instance.facts["entry"]))
    assert instance.check(re_encoded(cat)).json() == {"decision": "allow"}
    kinds = [record["kind"] for record in instance.ask("GET", "/feed").json()["records"]]
    assert kinds == ["added", "withdrawn"]


def test_when_the_database_is_gone_the_gate_says_hold(instance, photo):
    picture = (photo.parent / "coffee.png").read_bytes()
    assert instance.check(picture).json() == {"decision": "allow"}
    hidden = {file: file.with_name(f"hidden-{file.name}") for file in instance.home.glob("amparo.sqlite3*")}
    for file, place in hidden.items():
        file.rename(place)
    time.sleep(1)
    told = instance.check(picture)
    assert (told.status, told.json()["decision"], told.json()["ground"]) == (503, "hold", "gate_unavailable")
    for file in instance.home.glob("amparo.sqlite3*"):
        file.unlink()
    for file, place in hidden.items():
        if place.exists():
            place.rename(file)
    assert instance.check(picture).json() == {"decision": "allow"}
