"""What the gate costs: requests and fingerprints a second, milliseconds an upload, against threatexchange's own way.

    python benchmarks/gate.py --entries 1000000 --seconds 5

One web process with one thread on one core, the questions asked from the other core over loopback. The index holds
made-up codes of 128 ones, as PDQ's have, in memory if there is /dev/shm. Uploads are 12-megapixel JPEGs made from
scikit-image's sample photographs. What is asked over HTTP is by the clock, and wants a quiet machine; what is done in
this process is processor time.
Prints a Markdown table. Without the package `threatexchange` the last rows say so, and how to install it.
"""

import argparse
import gc
import http.client
import importlib.util
import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

# As amparo.conf.wsgi sets it for the server: numpy reads it when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image

HOME = Path(tempfile.mkdtemp(prefix="amparo-bench-"))
SHARED_MEMORY = Path("/dev/shm")
MEMORY = Path(tempfile.mkdtemp(prefix="amparo-bench-", dir=SHARED_MEMORY if SHARED_MEMORY.exists() else None))
os.environ |= {"AMPARO_HOME": str(HOME), "DJANGO_SETTINGS_MODULE": "amparo.conf.settings", "DATABASE_URL": ""}
os.environ["AMPARO_INDEX_PATH"] = str(MEMORY / "pdq-c512")

PHOTOS = ("chelsea.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg", "motorcycle_left.png", "brick.png")
WIDTH, HEIGHT = 4000, 3000
BATCH = 10_000
FIRST_ID = 10_000_000  # of the made-up entries: far from the database's own
CONNECTIONS = 8
SEED = 20261121


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement over HTTP")
    parser.add_argument("--skip-peer", action="store_true")
    asked = parser.parse_args()
    try:
        measure(asked)
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
        shutil.rmtree(MEMORY, ignore_errors=True)


def measure(asked: argparse.Namespace) -> None:
    rng = np.random.default_rng(SEED)
    codes = balanced(rng, asked.entries)
    secret = set_up(codes)
    rows = [
        *in_process(secret, rng),
        *over_http(secret, rng, asked.seconds),
        *uploads(secret, codes, skip_peer=asked.skip_peer),
    ]
    report(asked.entries, rows)


def balanced(rng: np.random.Generator, count: int) -> np.ndarray:
    """Codes with 128 ones each, at random places."""
    ones = np.zeros((min(count, 50_000), 256), dtype=np.uint8)
    ones[:, :128] = 1
    made = []
    while count > 0:
        made.append(np.packbits(rng.permuted(ones[: min(count, len(ones))], axis=1), axis=1))
        count -= len(made[-1])
    return np.concatenate(made)


def set_up(codes: np.ndarray) -> str:
    """An instance with a bank of these codes in the index and one real entry; returns the platform's key."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from amparo.apps.accounts.actions import add_organisation, issue_key
    from amparo.apps.banks.actions import add_entry, open_bank, subscribe
    from amparo.apps.ledger.models import SYSTEM
    from amparo.core.fingerprint import hash_image
    from amparo.core.matching import Index

    call_command("migrate", verbosity=0)
    with Index.create(settings.INDEX_PATH) as index:
        ids = np.arange(FIRST_ID, FIRST_ID + len(codes), dtype=np.uint64)
        for start in range(0, len(codes), 100_000):
            index.add(codes[start : start + 100_000], ids[start : start + 100_000])
    now = timezone.now()
    owner = add_organisation(
        handle="helpline", name="Helpline", kind="helpline", mailbox="notices@helpline.example.org", by=SYSTEM, now=now
    )
    pia = add_organisation(handle="platform", name="Platform", kind="platform", by=SYSTEM, now=now)
    bank = open_bank(handle="helpline-bank", title="Helpline bank", owner=owner, by=SYSTEM, now=now)
    subscribe(bank=bank, organisation=pia, on_match="block", by=SYSTEM, now=now)
    add_entry(bank=bank, fingerprint=hash_image(large_jpeg(PHOTOS[0])), by=SYSTEM, now=now)
    _, secret = issue_key(organisation=pia, name="bench", scopes=["gate"], by=SYSTEM, now=now)
    return secret


def photo_path(name: str) -> Path:
    found = importlib.util.find_spec("skimage")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("the sample photographs are missing: pip install --no-deps -r requirements-photos.lock")
    return Path(found.submodule_search_locations[0]) / "data" / name


def large_jpeg(name: str) -> bytes:
    out = BytesIO()
    picture = Image.open(photo_path(name)).convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def fields(code: bytes) -> dict[str, object]:
    return {"fingerprint": code.hex(), "algorithm": "pdq-c512", "quality": 90}


def question(code: bytes, *, possible: bool = True) -> bytes:
    return json.dumps(fields(code) | {"possible": possible}).encode()


def batch_size() -> int:
    """What the batches hold: the most that the gate takes, or few where the slow matcher would need minutes."""
    from amparo.core.matching import engine

    return 100 if engine().startswith("slow") else BATCH


def batch(codes: np.ndarray, *, possible: bool = True) -> bytes:
    return json.dumps({"fingerprints": [fields(code.tobytes()) for code in codes], "possible": possible}).encode()


def asker(secret: str) -> Callable[[str, str, bytes], dict[str, Any]]:
    """Calls the WSGI callable in this process."""
    from amparo.conf.wsgi import application

    def ask(path: str, kind: str, body: bytes) -> dict[str, Any]:
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Bearer {secret}",
            "wsgi.input": BytesIO(body),
        }
        statuses: list[str] = []
        told = b"".join(application(environ, lambda status, _headers: statuses.append(status)))  # type: ignore[arg-type]
        if statuses != ["200 OK"]:
            raise SystemExit(f"the gate answered {statuses}: {told[:200]!r}")
        return json.loads(told)

    return ask


def seconds_each(work: Callable[[], object], *, at_least: int, for_seconds: float = 2.0) -> float:
    """Processor time, the median of repeated runs."""
    work()
    times: list[float] = []
    begun = time.process_time()
    while len(times) < at_least or time.process_time() - begun < for_seconds:
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def in_process(secret: str, rng: np.random.Generator) -> Iterator[tuple[str, str, str]]:
    """Without the network: where the time goes."""
    from amparo.apps.banks.queries import lookup
    from amparo.core.fingerprint import hash_image

    ask = asker(secret)
    size = batch_size() // 10
    codes = balanced(rng, size)
    for possible, within in ((False, 31), (True, 50)):
        turn, asked = itertools.cycle(range(size)), [question(code.tobytes(), possible=possible) for code in codes]

        def look(turn: Iterator[int] = turn, within: int = within) -> None:
            number = next(turn)
            lookup(codes[number : number + 1], within=within)

        def check(turn: Iterator[int] = turn, asked: list[bytes] = asked) -> None:
            ask("/gate/check", "application/json", asked[next(turn)])

        alone, each = seconds_each(look, at_least=50), seconds_each(check, at_least=50)
        note = f"of it the matcher {alone * 1e6:,.0f} us"
        yield f"JSON fingerprint within {within} bits that passes, in process", f"{each * 1e6:,.0f} us", note
        sent = batch(codes, possible=possible)
        alone = seconds_each(lambda within=within: lookup(codes, within=within), at_least=3)
        each = seconds_each(lambda sent=sent: ask("/gate/check/batch", "application/json", sent), at_least=3)
        note = f"of it the matcher {alone * 1e3:,.1f} ms"
        yield f"batch of {size:,} within {within} bits, in process", f"{each * 1e3:,.1f} ms", note
    match = question(hash_image(large_jpeg(PHOTOS[0])).code)
    hit = seconds_each(lambda: ask("/gate/check", "application/json", match), at_least=50)
    yield "JSON fingerprint that is blocked", f"{hit * 1e3:,.1f} ms", "decision, reasons and event written"


@contextmanager
def served() -> Iterator[int]:
    """One web process with one thread, on the first core; this process keeps to the others."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cores = sorted(os.sched_getaffinity(0))
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", "1", "--no-ws", "--no-log", "amparo.conf.wsgi:application"]
    os.sched_setaffinity(0, cores[:1])  # which the server inherits
    with subprocess.Popen(command) as server:
        os.sched_setaffinity(0, cores[1:] or cores)
        try:
            wait_for(port)
            yield port
        finally:
            os.sched_setaffinity(0, cores)
            server.terminate()
            server.wait(20)


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/gate/check")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not answer within 30 seconds")


def over_http(secret: str, rng: np.random.Generator, seconds: float) -> Iterator[tuple[str, str, str]]:
    head = f"HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
    ones, size = balanced(rng, 1000), batch_size()
    many = balanced(rng, size)
    with served() as port:
        for possible, within in ((False, 31), (True, 50)):
            bodies = [question(code.tobytes(), possible=possible) for code in ones]
            rate, wait = hammer(port, f"POST /gate/check {head}", bodies, seconds=seconds, connections=CONNECTIONS)
            name = f"JSON fingerprints within {within} bits over HTTP, {CONNECTIONS} connections"
            yield name, f"{rate:,.0f} requests/s", f"median wait {wait * 1e3:,.1f} ms"
            rate, _ = hammer(
                port,
                f"POST /gate/check/batch {head}",
                [batch(many, possible=possible)],
                seconds=seconds,
                connections=1,
            )
            name = f"batches of {size:,} within {within} bits over HTTP, one connection"
            yield name, f"{rate * size:,.0f} fingerprints/s", ""


def hammer(port: int, head: str, bodies: list[bytes], *, seconds: float, connections: int) -> tuple[float, float]:
    """Requests a second and the median wait, asking over kept-open connections as fast as answers come."""
    import socket

    requests = [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]
    waits: list[float] = []
    stop = threading.Event()

    def client(first: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = first
            while not stop.is_set():
                start = time.perf_counter()
                connection.sendall(requests[number % len(requests)])
                read_answer(connection)
                waits.append(time.perf_counter() - start)
                number += connections

    threads = [threading.Thread(target=client, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    before, begun = len(waits), time.perf_counter()
    time.sleep(seconds)
    done, took = len(waits) - before, time.perf_counter() - begun
    stop.set()
    for thread in threads:
        thread.join()
    return done / took, statistics.median(waits[before:] or waits)


def read_answer(connection: Any) -> None:
    answer = connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"the gate answered {answer[:300]!r}")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    left = length - len(body)
    while left > 0:
        left -= len(connection.recv(min(left, 1 << 20)))


def uploads(secret: str, codes: np.ndarray, *, skip_peer: bool) -> Iterator[tuple[str, str, str]]:
    """An upload of 12 megapixels from bytes to decision, and what the peer does with the same bytes."""
    ask = asker(secret)
    pictures = [large_jpeg(name) for name in PHOTOS[1:]]
    passing = statistics.mean(
        seconds_each(lambda picture=picture: ask("/gate/check", "image/jpeg", picture), at_least=5, for_seconds=0)
        for picture in pictures
    )
    alone, forms = whole_alone(pictures)
    size = statistics.mean(map(len, pictures)) / 1e6
    note = f"{len(pictures)} photographs of {WIDTH} x {HEIGHT}, {size:.1f} MB on average; hashed and looked up"
    yield "upload that passes, the whole in 16 forms alone", f"{alone * 1e3:,.0f} ms", note
    note = f"{forms:,.0f} forms on average, so the others add {(passing - alone) * 1e3:,.0f} ms"
    yield "upload that passes, bytes to decision, all forms", f"{passing * 1e3:,.0f} ms", note
    blocked = large_jpeg(PHOTOS[0])
    hit = seconds_each(lambda: ask("/gate/check", "image/jpeg", blocked), at_least=5, for_seconds=0)
    yield "upload that is blocked, bytes to decision", f"{hit * 1e3:,.0f} ms", "decoded twice: fast, then in full"
    if skip_peer or importlib.util.find_spec("threatexchange") is None:
        yield "threatexchange: hash and PDQIndex query", "not measured", "pip install -r requirements-bench.lock"
        return
    yield from peer(pictures, codes, {"the whole alone": alone, "all forms": passing})


def whole_alone(pictures: list[bytes]) -> tuple[float, float]:
    """Seconds an upload of its first part, looked up; and how many forms an upload has in all."""
    from amparo.apps.accounts.models import Organisation
    from amparo.apps.gate.forms import parts_of
    from amparo.apps.gate.matches import strongest_matches

    pia = Organisation.objects.get(handle="platform")

    def look(picture: bytes) -> None:
        whole = next(parts_of(picture, max_bytes=10**9, fast=True))
        strongest_matches(whole, per_upload=len(whole.names), of=pia)

    each = [seconds_each(lambda picture=picture: look(picture), at_least=5, for_seconds=0) for picture in pictures]
    forms = [sum(len(part.names) for part in parts_of(one, max_bytes=10**9, fast=True)) for one in pictures]
    return statistics.mean(each), statistics.mean(forms)


def peer(pictures: list[bytes], codes: np.ndarray, ours: dict[str, float]) -> Iterator[tuple[str, str, str]]:
    """What HMA does with an upload: threatexchange's hash of the bytes, then a query of its PDQIndex."""
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex
    from threatexchange.signal_type.pdq.signal import PdqSignal

    index: Any = PDQIndex((code.tobytes().hex(), number) for number, code in enumerate(codes))
    gc.collect()
    hashing = statistics.mean(
        seconds_each(lambda picture=picture: PdqSignal.hash_from_bytes(picture), at_least=3, for_seconds=0)
        for picture in pictures
    )
    asked = [PdqSignal.hash_from_bytes(picture) for picture in pictures]
    query = statistics.mean(
        seconds_each(lambda text=text: index.query(text), at_least=5, for_seconds=0) for text in asked
    )
    total = hashing + query
    note = f"hash {hashing * 1e3:,.0f} ms, query {query * 1e3:,.1f} ms within 31 bits; one orientation"
    yield "threatexchange: hash and PDQIndex query", f"{total * 1e3:,.0f} ms", note
    for name, seconds in ours.items():
        yield f"the gate against it, {name}, same uploads, same run", f"{total / seconds:,.1f} x", ""


def report(entries: int, rows: list[tuple[str, str, str]]) -> None:
    from amparo.core.matching import engine

    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    print(
        f"\n{entries:,} entries; {engine()}; {os.cpu_count()} cores, {model.partition(': ')[2] or platform.processor()}"
    )
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, load average {load}\n")
    print("| what | measured | |\n|---|---|---|")
    for name, value, note in rows:
        print(f"| {name} | {value} | {note} |")


if __name__ == "__main__":
    main()
