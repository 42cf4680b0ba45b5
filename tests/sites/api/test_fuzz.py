"""Whatever comes in over the wire, the gate answers in JSON, and never with a failure of its own."""

import json
from io import BytesIO

import pytest
from hypothesis import HealthCheck, event, given as sampled, settings as pace, strategies as st
from PIL import Image

from tests.apps.gate.pictures import saved
from tests.sites.api.asking import BOUNDARY, MULTIPART, call, environ_of, form

# What the gate may say. 503 is not in it: it would be an error of ours that nobody foresaw.
ANSWERS = {200, 400, 401, 403, 404, 405, 411, 413, 415, 422}

PICTURE = saved(Image.effect_mandelbrot((64, 48), (-2, -1.2, 1, 1.2), 100), "PNG")
FORM = form(("photo", "a.png", PICTURE))
FINGERPRINT = json.dumps({"fingerprint": "0f" * 32, "algorithm": "pdq-c512", "quality": 90}).encode()
BATCH = b'{"fingerprints":[' + FINGERPRINT + b"," + FINGERPRINT + b"]}"

latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)


@st.composite
def damaged(draw, whole):
    """A sound body with a few bytes changed, and perhaps cut or lengthened."""
    body = bytearray(whole)
    for _ in range(draw(st.integers(0, 6))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body[: draw(st.integers(0, len(body)))]) + draw(st.binary(max_size=20))


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=8
)
fields = st.fixed_dictionaries(
    {"fingerprint": st.just("0f" * 32) | values, "algorithm": st.just("pdq-c512") | values, "quality": values}
)
documents = (fields | st.fixed_dictionaries({"fingerprints": st.lists(fields | values, max_size=4)}) | values).map(
    lambda document: json.dumps(document).encode("utf-8", "surrogatepass")
)


def mostly(*usual):
    """One of the usual values, and now and then anything."""
    return st.integers(0, 9).flatmap(lambda drawn: st.sampled_from(usual) if drawn else latin)


JSON = "application/json"
bodies = st.one_of(
    st.tuples(st.just("image/png"), damaged(PICTURE)),
    st.tuples(st.sampled_from([MULTIPART, "MULTIPART/Form-Data; boundary=a-boundary"]), damaged(FORM)),
    st.tuples(st.sampled_from([JSON, "Application/JSON; charset=utf-16"]), documents),
    st.tuples(st.just(JSON), damaged(FINGERPRINT) | damaged(BATCH)),
    st.tuples(mostly("image/png", MULTIPART, JSON), st.binary(max_size=300)),
)
calm = pace(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)


def answered(environ, secret):
    from amparo.sites.api.gate import application

    told = call(application, environ)
    assert told.status in ANSWERS
    assert told.headers["Content-Type"] == "application/json"
    event("HEAD" if not told.body else str(told.status) if told.status == 200 else told.code)
    if not told.body:
        assert environ["REQUEST_METHOD"] == "HEAD"
    elif told.status == 200:
        results = told.json.get("results", [told.json])
        assert all(one["decision"] in {"allow", "block", "hold", "record"} for one in results)
    else:
        assert set(told.json) == {"message", "code"}
        assert told.json["message"].endswith(".")
    assert secret.encode() not in told.body
    assert b"0f" * 32 not in told.body


@pytest.mark.usefixtures("entry")
@calm
@sampled(sent=bodies, path=st.sampled_from(["/gate/check", "/gate/check", "/gate/check/batch"]))
def test_any_body_of_any_kind_is_answered(sent, path, secret):
    kind, body = sent
    answered(environ_of(path, body, {"content_type": kind, "authorization": f"Bearer {secret}"}), secret)


requests = st.fixed_dictionaries(
    {
        "REQUEST_METHOD": mostly("POST", "POST", "POST", "HEAD", "post", ""),
        "PATH_INFO": mostly("/gate/check", "/gate/check/batch", "/gate/check/"),
        "CONTENT_LENGTH": st.none() | st.integers(0, 150).map(str) | st.integers(-5, 500).map(str) | latin,
        "HTTP_TRANSFER_ENCODING": st.none() | mostly("chunked", "gzip, chunked"),
        "HTTP_AUTHORIZATION": mostly("good", "good", "good", ""),
        "wsgi.input_terminated": st.booleans(),
    }
)


@pytest.mark.usefixtures("entry")
@calm
@sampled(changes=requests)
def test_any_request_line_and_headers_are_answered(changes, secret):
    environ = environ_of("/gate/check", FINGERPRINT, {"content_type": "application/json"}) | changes
    if changes["HTTP_AUTHORIZATION"] == "good":
        environ["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    answered({name: value for name, value in environ.items() if value is not None}, secret)


disposition = mostly(
    'form-data; name="photo"; filename="a.png"',
    'form-data; name="photo"; filename="a.png"',
    "form-data; name=photo; filename*=utf-8''a%FF.png",
    "form-data; name*=x''y; filename=a",
    "form-data; name=note",
    "form-data",
)
other_heads = st.tuples(
    mostly("Content-Type", "Content-Transfer-Encoding", "Content-Length", "X"),
    mostly("base64", "quoted-printable", "image/png; charset=nothing", "image/png", "-1"),
)
part_heads = st.tuples(
    st.tuples(st.just("Content-Disposition"), disposition).map(lambda head: [head]) | st.just([]),
    st.lists(other_heads, max_size=2),
).map(lambda heads: heads[0] + heads[1])


@pytest.mark.usefixtures("entry")
@calm
@sampled(
    parts=st.lists(st.tuples(part_heads, st.just(PICTURE) | st.binary(max_size=80)), min_size=1, max_size=3),
    end=st.booleans(),
)
def test_any_multipart_form_is_answered(parts, end, secret):
    body = BytesIO()
    for heads, content in parts:
        body.write(f"--{BOUNDARY}\r\n".encode())
        for name, value in heads:
            body.write(f"{name}: {value}\r\n".encode("latin-1"))
        body.write(b"\r\n" + content + b"\r\n")
    body.write(f"--{BOUNDARY}--\r\n".encode() if end else b"")
    heads = {"content_type": MULTIPART, "authorization": f"Bearer {secret}"}
    answered(environ_of("/gate/check", body.getvalue(), heads), secret)
