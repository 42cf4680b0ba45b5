"""A small web host on loopback whose pages can be set, and which remembers what it was asked.

with Host() as host:
    url = host.page("/album/1")        # alive
    host.gone("/album/1", status=410)  # from now on
    host.seen[-1].method, host.seen[-1].headers
"""

import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

ALIVE = "<!doctype html><title>Holiday album</title><h1>Album</h1><p>Pictures of a harbour.</p>"
NOT_FOUND = "<!doctype html><title>Page not found</title><h1>Sorry</h1>"
CHALLENGE = "<!doctype html><title>Just a moment...</title>"


@dataclass(frozen=True, slots=True)
class Page:
    """What a path answers. `pause`: seconds before each byte of the body. `head`: another status for HEAD."""

    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    body: bytes = ALIVE.encode()
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0
    delay: float = 0
    head: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that came."""

    method: str
    path: str
    headers: Mapping[str, str]


class Host:
    """Starts on entering the context, on a free port of loopback; ends on leaving it."""

    def __init__(self, *, certificate: Path | None = None, name: str = "127.0.0.1") -> None:
        self._pages: dict[str, Page] = {}
        self._name = name
        self.seen: list[Seen] = []
        self.bytes_sent = 0
        self._ending = threading.Event()
        self._server = _Server(self)
        self._scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def allowed(self) -> str:
        """What stands in AMPARO_CHECKER_ALLOWED, so that the checker may look here."""
        return f"{self._name}:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"{self._scheme}://{self._name}:{self.port}{path}"

    # Pages. Each gives back the URL. ---------------------------------------------------------------------------------

    def answer(self, path: str, page: Page) -> str:
        self._pages[path] = page
        return self.url(path)

    def page(self, path: str) -> str:
        """A page that is there."""
        return self.answer(path, Page())

    def gone(self, path: str, *, status: int = 404) -> str:
        """A page that is gone by its status: 404, 410 or 451."""
        return self.answer(path, Page(status=status, body=NOT_FOUND.encode()))

    def soft_gone(self, path: str) -> str:
        """A page that says "not found" with a good status."""
        return self.answer(path, Page(body=NOT_FOUND.encode()))

    def challenge(self, path: str) -> str:
        """What Cloudflare answers to programs."""
        return self.answer(path, Page(status=403, body=CHALLENGE.encode(), headers={"cf-mitigated": "challenge"}))

    def turned_away(self, path: str, *, status: int = 403) -> str:
        return self.answer(path, Page(status=status))

    def image(self, path: str, *, content_type: str = "image/png") -> str:
        """A picture, of which nobody may read a byte."""
        return self.answer(path, Page(content_type=content_type, body=b"\x89PNG" + bytes(200_000)))

    def redirect(self, path: str, to: str, *, status: int = 302) -> str:
        return self.answer(path, Page(status=status, headers={"Location": to}, body=b""))

    def slow(self, path: str, *, pause: float = 0.2) -> str:
        """A page that comes byte by byte and never ends in time."""
        return self.answer(path, Page(pause=pause))

    def huge(self, path: str, *, megabytes: int = 20) -> str:
        return self.answer(path, Page(body=ALIVE.encode() + b"x" * (megabytes * 1_000_000)))

    # The server ------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def serve(self, request: "_Request") -> None:
        self.seen.append(Seen(request.command, request.path, {k.lower(): v for k, v in request.headers.items()}))
        page = self._pages.get(request.path, Page(status=404, body=NOT_FOUND.encode()))
        if self._ending.wait(page.delay):
            return
        request.send_response(page.head if page.head and request.command == "HEAD" else page.status)
        request.send_header("Content-Type", page.content_type)
        request.send_header("Content-Length", str(len(page.body)))
        for name, value in page.headers.items():
            request.send_header(name, value)
        request.end_headers()
        if request.command != "HEAD":
            self._send(request, page)

    def _send(self, request: "_Request", page: Page) -> None:
        step = 1 if page.pause else 65_536
        for start in range(0, len(page.body), step):
            if self._ending.is_set():
                return
            time.sleep(page.pause)
            self.bytes_sent += request.wfile.write(page.body[start : start + step])


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.server.host.serve(self)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: `Host.seen` is the record."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Handlers end by themselves once `Host` says so; waiting for a slow one would hold up the test.
    block_on_close = False

    def __init__(self, host: Host) -> None:
        self.host = host
        super().__init__(("127.0.0.1", 0), _Request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up in the middle is what the tests are about."""
