"""How a body is read: bounded, from senders who lie about its length, break off, or send it in chunks."""

import os
import sys
import tempfile
from io import BytesIO

import pytest

from tests.apps.gate.pictures import re_encoded
from tests.sites.api.asking import MULTIPART, ask, form

CHUNKED = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}


@pytest.fixture
def small(settings):
    """The gate takes 100 kB."""
    settings.GATE_MAX_UPLOAD_BYTES = 100_000


class Counting(BytesIO):
    taken = 0

    def read(self, size=-1):
        chunk = super().read(size)
        self.taken += len(chunk)
        return chunk


class Breaking(BytesIO):
    """A connection that breaks after the first bytes."""

    def read(self, size=-1):
        if self.tell():
            raise ConnectionResetError
        return super().read(min(size, 10))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", ["image/jpeg", "application/json"])
def test_a_body_that_says_it_is_too_long_is_not_read_at_all(kind, secret):
    stream = Counting(b"x" * 100)
    told = ask("/gate/check", kind=kind, secret=secret, changes={"wsgi.input": stream, "CONTENT_LENGTH": "100001"})
    assert (told.status, told.code, stream.taken) == (413, "too_large", 0)


@pytest.mark.usefixtures("small")
def test_a_file_that_is_too_long_stops_being_read_there(secret):
    for size in (100_001, 190_000, 300_000):
        told = ask("/gate/check", form(("photo", "a.jpg", b"x" * size)), MULTIPART, secret=secret)
        assert (told.status, told.code) == (413, "too_large")
        assert "100,000 bytes" in told.json["message"]


@pytest.mark.usefixtures("small")
def test_a_file_as_long_as_allowed_is_read_although_its_form_is_longer(secret):
    told = ask("/gate/check", form(("photo", "a.jpg", b"x" * 100_000)), MULTIPART, secret=secret)
    assert told.code == "unsupported_type"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", ["image/jpeg", MULTIPART])
def test_a_chunked_body_without_end_stops_being_read_at_the_limit(kind, secret):
    class Endless(Counting):
        def read(self, size=-1):
            self.taken += size
            return b"x" * size

    stream = Endless()
    told = ask("/gate/check", kind=kind, secret=secret, changes=CHUNKED | {"wsgi.input": stream})
    assert told.status in {413, 400}
    assert stream.taken < 400_000


def test_a_chunked_body_is_answered(entry, cat, secret):
    for kind, body in (("image/jpeg", re_encoded(cat)), (MULTIPART, form(("a", "a.jpg", re_encoded(cat))))):
        told = ask("/gate/check", body, kind, secret=secret, changes=CHUNKED)
        assert (told.status, told.json["decision"]) == (200, "block")


def test_a_body_over_http_2_needs_no_length(entry, cat, secret):
    changes = {"CONTENT_LENGTH": None, "SERVER_PROTOCOL": "HTTP/2", "wsgi.input_terminated": True}
    assert ask("/gate/check", re_encoded(cat), secret=secret, changes=changes).json["decision"] == "block"


@pytest.mark.parametrize("changes", [{}, {"HTTP_TRANSFER_ENCODING": "chunked"}, {"wsgi.input_terminated": True}])
def test_a_body_whose_end_nobody_tells_is_411(changes, cat, secret):
    told = ask("/gate/check", re_encoded(cat), secret=secret, changes={"CONTENT_LENGTH": None} | changes)
    assert (told.status, told.code) == (411, "length_required")


@pytest.mark.parametrize("length", ["-5", "1e3", "0x10", "ten", "²", "9" * 5000])
def test_a_length_that_is_no_number_is_400(length, secret):
    from amparo.sites.api.gate import application
    from tests.sites.api.asking import call, environ_of

    environ = environ_of("/gate/check", b"x", {"content_type": "image/jpeg", "authorization": f"Bearer {secret}"})
    told = call(application, environ | {"CONTENT_LENGTH": length})
    assert (told.status, told.code) == (400, "bad_length")


@pytest.mark.parametrize("kind", ["image/jpeg", MULTIPART, "application/json"])
def test_a_body_shorter_than_it_says_is_400(kind, cat, secret):
    body = form(("a", "a.jpg", re_encoded(cat))) if kind == MULTIPART else b"{}"
    told = ask("/gate/check", body, kind, secret=secret, changes={"CONTENT_LENGTH": str(len(body) + 5)})
    assert (told.status, told.code) == (400, "broken_off")


def test_of_a_body_longer_than_it_says_only_the_said_part_is_read(entry, cat, secret):
    picture = re_encoded(cat)
    stream = Counting(picture + b"more" * 1000)
    changes = {"wsgi.input": stream, "CONTENT_LENGTH": str(len(picture))}
    assert ask("/gate/check", secret=secret, changes=changes).json["decision"] == "block"
    assert stream.taken == len(picture)


@pytest.mark.parametrize("kind", ["image/jpeg", MULTIPART])
def test_a_connection_that_breaks_ends_cleanly(kind, secret):
    changes = {"wsgi.input": Breaking(b"x" * 100), "CONTENT_LENGTH": "100"}
    told = ask("/gate/check", kind=kind, secret=secret, changes=changes)
    assert (told.status, told.code) == (400, "broken_off")


def test_the_body_of_a_stranger_is_not_read(db):
    stream = Counting(b"x" * 100)
    told = ask("/gate/check", changes={"wsgi.input": stream, "CONTENT_LENGTH": "100"}, authorization="Bearer amparo_no")
    assert (told.status, stream.taken) == (401, 0)


class Watch:
    """Which files this process opens for writing while it is on, temporary ones without a name too."""

    on = False

    def __init__(self) -> None:
        self.written: list[str] = []
        sys.addaudithook(self._heard)  # it cannot be taken away again, only switched off

    def _heard(self, event: str, told: tuple) -> None:
        if self.on and event == "open" and told[2] & (os.O_WRONLY | os.O_RDWR):
            self.written.append(str(told[0]))


@pytest.fixture(scope="module")
def watch():
    return Watch()


@pytest.fixture
def no_folder(settings, tmp_path):
    """Django has nowhere to put uploads, and may keep one byte of them in memory."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "nowhere")
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1


@pytest.mark.usefixtures("no_folder")
def test_an_upload_never_touches_the_disk(entry, cat, secret, watch):
    for kind, body in ((MULTIPART, form(("photo", "a.jpg", re_encoded(cat)))), ("image/jpeg", re_encoded(cat))):
        ask("/gate/check", body, kind, secret=secret)  # so that everything is loaded
        watch.on = True
        try:
            told = ask("/gate/check", body, kind, secret=secret)
        finally:
            watch.on = False
        assert told.json["decision"] == "block"
        assert watch.written == []


def test_the_watch_sees_a_temporary_file(watch, tmp_path):
    watch.on = True
    try:
        tempfile.TemporaryFile(dir=tmp_path).close()
    finally:
        watch.on = False
    assert str(tmp_path) in watch.written.pop()
