"""Whatever is asked wrongly is answered in JSON: what was wrong, and what to do."""

import json
from io import BytesIO

import pytest
from PIL import Image

from amparo.apps.accounts.actions import issue_key
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import SYSTEM
from tests.apps.gate.pictures import re_encoded, saved
from tests.sites.api.asking import MULTIPART, ask, form

HEX = "0f" * 32
GOOD = {"fingerprint": HEX, "algorithm": "pdq-c512", "quality": 90}
JSON = "application/json"


def ask_json(fields, secret, path="/gate/check"):
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return ask(path, body, JSON, secret=secret)


def test_without_a_key_the_answer_is_401_and_says_how_to_show_one(db):
    told = ask("/gate/check", b"x")
    assert (told.status, told.code) == (401, "key_missing")
    assert told.headers["WWW-Authenticate"] == 'Bearer realm="amparo"'
    assert "Authorization: Bearer amparo_" in told.json["message"]


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer ", "amparo_x", "Digest a=b"])
def test_another_kind_of_authorization_is_no_key(authorization, db):
    told = ask("/gate/check", b"x", authorization=authorization)
    assert (told.status, told.code) == (401, "key_missing")


@pytest.mark.parametrize("wrong", ["amparo_" + "x" * 43, "x", "amparo_", "é" * 40])
def test_a_wrong_key_is_401_and_not_repeated_in_the_answer(wrong, secret):
    told = ask("/gate/check", b"x", authorization=f"Bearer {wrong}")
    assert (told.status, told.code) == (401, "key_refused")
    assert "invalid_token" in told.headers["WWW-Authenticate"]
    assert "x" * 43 not in told.json["message"]


def test_a_key_without_the_scope_is_403_and_says_which_is_wanted(platform, now):
    _, feed_only = issue_key(organisation=platform, name="feed", scopes=["feed"], by=SYSTEM, now=now)
    told = ask("/gate/check", b"x", secret=feed_only)
    assert (told.status, told.code) == (403, "scope_missing")
    assert "`gate`" in told.json["message"]


@pytest.mark.parametrize("path", ["/gate/check/", "/gate/check/batch/", "/gate/check/x", "/gate/check/batch/1"])
def test_a_path_beside_the_gate_is_404(path, secret):
    assert (ask(path, b"x", secret=secret).status, ask(path, b"x", secret=secret).code) == (404, "not_found")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/gate/check", "/gate/check/batch"])
def test_anything_but_post_is_405_and_names_post(method, path, secret):
    told = ask(path, method=method, secret=secret)
    assert (told.status, told.code, told.headers["Allow"]) == (405, "method_not_allowed", "POST")


def test_head_is_405_without_a_body(secret):
    told = ask("/gate/check", method="HEAD", secret=secret)
    assert (told.status, told.body, told.headers["Allow"]) == (405, b"", "POST")


@pytest.mark.parametrize("kind", ["audio/mpeg", "text/plain", "application/pdf", "application/octet-stream", ""])
def test_other_kinds_are_415_and_the_supported_ones_are_named(kind, secret):
    told = ask("/gate/check", b"x" * 100, kind, secret=secret)
    assert (told.status, told.code) == (415, "unsupported_type")
    for named in ("JPEG", "HEIC", "AVIF", "MP4", "WebM"):
        assert named in told.json["message"]


@pytest.mark.parametrize("kind", ["image/jpeg", "video/mp4"])
def test_what_is_neither_a_picture_nor_a_video_is_415_and_says_both(kind, secret):
    for told in (
        ask("/gate/check", b"dry words " * 99, kind, secret=secret),
        ask("/gate/check", form(("photo", "clip.jpg", b"dry words " * 99)), MULTIPART, secret=secret),
    ):
        assert (told.status, told.code) == (415, "unsupported_type")
        assert "no picture of a kind we read" in told.json["message"]
        assert "no video" in told.json["message"]


def test_a_video_of_which_nothing_plays_is_422_and_called_a_video(secret):
    video = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(2000)
    told = ask("/gate/check", video, "video/mp4", secret=secret)
    assert (told.status, told.code) == (422, "unreadable_video")
    assert "video's header" in told.json["message"]


def test_a_batch_of_anything_but_json_is_415(secret):
    assert ask("/gate/check/batch", form(), MULTIPART, secret=secret).code == "unsupported_type"


def test_a_picture_that_breaks_off_and_that_no_viewer_shows_is_422(cat, secret):
    told = ask("/gate/check", saved(cat, "AVIF")[:-500], secret=secret)
    assert (told.status, told.code) == (422, "unreadable_picture")
    assert "breaks off" in told.json["message"]


def test_a_picture_of_too_few_pixels_is_422(secret):
    out = BytesIO()
    Image.new("RGB", (3, 3)).save(out, "PNG")
    assert ask("/gate/check", out.getvalue(), secret=secret).status == 422


def test_a_decompression_bomb_is_413_by_its_header(secret):
    out = BytesIO()
    Image.new("1", (64, 64)).save(out, "PNG")
    bomb = bytearray(out.getvalue())
    bomb[16:24] = (60_000).to_bytes(4) * 2  # width and height in IHDR; its checksum is then wrong too
    import zlib

    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4)
    told = ask("/gate/check", bytes(bomb), "image/png", secret=secret)
    assert (told.status, told.code) == (413, "too_large")
    assert "60000 x 60000" in told.json["message"]


def test_an_empty_body_an_empty_file_and_a_form_without_a_file_are_400(secret):
    assert ask("/gate/check", b"", secret=secret).code == "empty"
    assert ask("/gate/check", b"", JSON, secret=secret).code == "empty"
    assert ask("/gate/check", form(("photo", "a.jpg", b"")), MULTIPART, secret=secret).code == "empty"
    assert ask("/gate/check", form(), MULTIPART, secret=secret).code == "no_file"
    assert ask("/gate/check", form(fields={"photo": "x"}), MULTIPART, secret=secret).code == "no_file"


def test_two_files_in_one_form_are_400(cat, secret):
    picture = re_encoded(cat)
    told = ask("/gate/check", form(("a", "a.jpg", picture), ("b", "b.jpg", picture)), MULTIPART, secret=secret)
    assert (told.status, told.code) == (400, "more_than_one_file")


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=é",
        "multipart/form-data; x",
    ],
)
def test_a_form_without_a_sound_boundary_is_400(kind, secret):
    told = ask("/gate/check", form(("a", "a.jpg", b"x")), kind, secret=secret)
    assert (told.status, told.code) == (400, "malformed_form")


@pytest.mark.parametrize(
    "body",
    [
        b"no boundary at all",
        b"--a-boundary",
        b"--a-boundary\r\n\r\n\r\n--a-boundary--",
        b"--a-boundary\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a-boundary--\r\n",
    ],
)
def test_a_form_without_a_part_that_is_a_file_is_400(body, secret):
    told = ask("/gate/check", body, MULTIPART, secret=secret)
    assert (told.status, told.code) in {(400, "no_file"), (400, "malformed_form")}


def test_a_form_that_breaks_off_inside_its_file_is_400(cat, secret):
    whole = form(("photo", "a.jpg", re_encoded(cat)))
    told = ask("/gate/check", whole[: len(whole) // 2], MULTIPART, secret=secret)
    assert (told.status, told.code) == (400, "broken_off")


def test_a_form_with_a_thousand_fields_is_400(secret):
    body = form(("a", "a.jpg", b"x"), fields={f"f{number}": "x" for number in range(1200)})
    assert ask("/gate/check", body, MULTIPART, secret=secret).code == "malformed_form"


@pytest.mark.parametrize("path", ["/gate/check", "/gate/check/batch"])
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"nul",
        b'{"fingerprint": NaN}',
        b'{"a":' * 2500,
        b'{"a": ' + b"[" * 10_000,
        json.dumps(GOOD | {"fingerprints": []}).encode() + b" and more",
    ],
)
def test_broken_json_is_400(path, body, secret):
    told = ask_json(body, secret, path)
    assert (told.status, told.code) == (400, "bad_json")


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        None,
        "x",
        {},
        {"fingerprint": HEX},
        GOOD | {"quality": 101},
        GOOD | {"quality": -1},
        GOOD | {"quality": "90"},
        GOOD | {"quality": 0.5},
        GOOD | {"quality": None},
        GOOD | {"quality": True},
        b'{"quality": 1e999}',
        GOOD | {"fingerprint": 5},
        GOOD | {"fingerprint": [HEX]},
        GOOD | {"algorithm": None},
        GOOD | {"possible": "no"},
    ],
)
def test_wrong_fields_are_422_and_the_message_shows_what_is_wanted(wrong, secret):
    told = ask_json(wrong, secret)
    assert (told.status, told.code) == (422, "wrong_fields")
    assert "64 hex digits" in told.json["message"]


@pytest.mark.parametrize("text", ["", "0f", HEX + "0f", "x" + HEX[1:], "é" * 64, HEX[:-1] + " ", "0x" + HEX[2:]])
def test_a_text_that_is_no_fingerprint_is_422_and_not_repeated(text, secret):
    told = ask_json(GOOD | {"fingerprint": text}, secret)
    assert (told.status, told.code) == (422, "bad_fingerprint")
    assert not text or text not in told.json["message"]


def test_another_algorithm_is_422_and_the_right_one_named(secret):
    told = ask_json(GOOD | {"algorithm": HEX}, secret)
    assert (told.status, told.code) == (422, "wrong_algorithm")
    assert "pdq-c512" in told.json["message"]
    assert HEX not in told.json["message"]


def test_one_wrong_fingerprint_refuses_the_batch_and_is_named(known, secret):
    known("block")
    told = ask_json({"fingerprints": [GOOD, GOOD, GOOD | {"fingerprint": "0f"}]}, secret, "/gate/check/batch")
    assert (told.status, told.code) == (422, "bad_fingerprint")
    assert "fingerprints[2]" in told.json["message"]
    assert not Decision.objects.exists()


def test_more_than_ten_thousand_fingerprints_are_413(secret):
    many = b'{"fingerprints":[' + b",".join([json.dumps(GOOD).encode()] * 10_001) + b"]}"
    told = ask_json(many, secret, "/gate/check/batch")
    assert (told.status, told.code) == (413, "too_many")
    assert "10,000" in told.json["message"]
