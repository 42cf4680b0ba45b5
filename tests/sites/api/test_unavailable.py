"""A gate that cannot look says hold: it never says allow by mistake."""

import os
import socket
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from amparo.apps.gate.models import Decision
from tests.apps.gate.pictures import re_encoded
from tests.servers.databases import put_migrated_sqlite
from tests.sites.api.asking import ask

HOLD = {
    "decision": "hold",
    "ground": "gate_unavailable",
    "message": "The gate cannot look this up now. Hold the upload back and ask again in a second.",
    "code": "gate_unavailable",
}


@pytest.fixture
def no_index(settings, tmp_path):
    """The index lies where no folder can be: what is opened there fails."""
    (tmp_path / "a-file").write_text("")
    settings.INDEX_PATH = tmp_path / "a-file" / "index"


@pytest.mark.usefixtures("entry", "no_index")
def test_without_an_index_the_answer_is_hold_and_the_log_names_the_kind_of_failure_alone(cat, secret):
    with capture_logs() as logged:
        told = ask("/gate/check", re_encoded(cat), secret=secret)
    assert (told.status, told.json, told.headers["Retry-After"]) == (503, HOLD, "1")
    assert not Decision.objects.exists()
    assert logged == [{"event": "gate_unavailable", "error": "FileExistsError", "log_level": "error"}]


@pytest.mark.usefixtures("entry", "no_index")
def test_of_a_batch_without_an_index_nothing_is_allowed(secret):
    body = b'{"fingerprints":[{"fingerprint":"%s","algorithm":"pdq-c512","quality":90}]}' % (b"aa" * 32)
    told = ask("/gate/check/batch", body, "application/json", secret=secret)
    assert (told.status, told.json) == (503, HOLD)


def test_an_index_that_was_damaged_is_made_anew_and_still_blocks(entry, cat, secret, settings):
    from amparo.apps.banks import index

    index.close()
    for file in settings.INDEX_PATH.iterdir():
        file.write_bytes(b"damaged" * 20)
    assert ask("/gate/check", re_encoded(cat), secret=secret).json["decision"] == "block"


ASK = """
import sys
from amparo.conf.wsgi import application
from tests.sites.api.asking import call, environ_of

for kind, body in (("image/png", b"x"), ("application/json", b"{}")):
    heads = {"content_type": kind, "authorization": "Bearer amparo_" + "x" * 43}
    told = call(application, environ_of("/gate/check", body, heads))
    print(told.status, told.json["decision"], told.json["ground"])
told = call(application, environ_of("/status", b"", {}) | {"REQUEST_METHOD": "GET", "HTTP_HOST": "127.0.0.1"})
print(told.status, told.json["status"])
"""


def test_without_a_database_the_answer_is_hold(tmp_path):
    with socket.socket() as closed:  # bound and not listening: nobody answers there
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        here = os.environ | {
            "AMPARO_HOME": str(tmp_path / "home"),
            "AMPARO_INDEX_PATH": str(tmp_path / "memory" / "pdq-c512"),
            "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{port}/none",
            "DJANGO_SETTINGS_MODULE": "amparo.conf.settings",
        }
        done = subprocess.run([sys.executable, "-c", ASK], env=here, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["503 hold gate_unavailable", "503 hold gate_unavailable", "503 down"]
    assert "amparo_" not in done.stderr


GOES = """
import os
from amparo.conf.wsgi import application
from tests.sites.api.asking import call, environ_of

home = os.environ["AMPARO_HOME"]
NAMES = [name for name in ("amparo.sqlite3", "amparo.sqlite3-wal", "amparo.sqlite3-shm")]


def told():
    heads = {"content_type": "application/json", "authorization": "Bearer amparo_" + "x" * 43}
    gate = call(application, environ_of("/gate/check", b"{}", heads))
    status = call(application, environ_of("/status", b"", {}) | {"REQUEST_METHOD": "GET", "HTTP_HOST": "127.0.0.1"})
    return gate.status, gate.code, status.status


def moved(there, here):
    for name in NAMES:
        if os.path.exists(f"{there}/{name}"):
            os.rename(f"{there}/{name}", f"{here}/{name}")


print(*told())
os.mkdir(f"{home}/elsewhere")
moved(home, f"{home}/elsewhere")
print(*told())
print([name for name in NAMES if os.path.exists(f"{home}/{name}")])
moved(f"{home}/elsewhere", home)
print(*told())
"""


def test_a_database_whose_file_goes_is_hold_and_is_not_made_anew_and_one_that_comes_back_is_asked(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    put_migrated_sqlite(home)
    here = os.environ | {
        "AMPARO_HOME": str(home),
        "AMPARO_INDEX_PATH": str(tmp_path / "memory" / "pdq-c512"),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "amparo.conf.settings",
    }
    done = subprocess.run([sys.executable, "-c", GOES], env=here, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "401 key_refused 200",
        "503 gate_unavailable 503",
        "[]",
        "401 key_refused 200",
    ]
    assert "MissingDatabase" in done.stderr
