"""One question to one vetted address, within its time, and never more of the answer than wanted."""

import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from socket import SHUT_RDWR

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError as UrllibSSLError
from urllib3.util.ssl_match_hostname import CertificateError

from amparo.apps.cases.checker._address import NotReached, Place

PAGE_BYTES = 64 * 1024
# A host that does not take the connection in this time is tried at its next address.
CONNECT_SECONDS = 8.0
# A name may have many addresses; two are enough for one that answers IPv6 badly.
MOST_ADDRESSES = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """status: HTTP; headers: names in lower case; page: at most PAGE_BYTES, and b"" unless it is text/html."""

    status: int
    headers: Mapping[str, str]
    page: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        parameters = self.headers.get("content-type", "").partition(";")[2]
        return parameters.partition("charset=")[2].partition(";")[0].strip(" \"'")


def ask(method: str, place: Place, *, agent: str, deadline: float) -> Answer:
    """Ask `place` and read its headers; of a text/html answer to GET also the first 64 KiB.

    The connection goes to the vetted addresses and nowhere else; the name is used for the Host header and to verify
    the certificate. No cookies, no compression, no proxy. deadline: time.monotonic(). Raises NotReached.
    """
    refused = NotReached("connection")
    for address in place.addresses[:MOST_ADDRESSES]:
        if time.monotonic() >= deadline:
            raise NotReached("timeout")
        try:
            return _ask(method, place, address, agent=agent, deadline=deadline)
        except NotReached as failure:
            if failure.reason != "connection":
                raise
            refused = failure
    raise refused


def _ask(method: str, place: Place, address: str, *, agent: str, deadline: float) -> Answer:
    connection = _connection(place, address, seconds=min(CONNECT_SECONDS, deadline - time.monotonic()))
    ended = threading.Event()

    def end() -> None:
        # Each read has its own time-out, so a host that sends a byte now and then would never run into one.
        ended.set()
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(SHUT_RDWR)

    watch = threading.Timer(max(0.0, deadline - time.monotonic()), end)
    watch.daemon = True
    watch.start()
    try:
        connection.request(
            method,
            place.target,
            headers={
                "Host": place.authority,
                "User-Agent": agent,
                "Accept": "text/html",
                "Accept-Encoding": "identity",
                "Connection": "close",
            },
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status, headers, b"")
        if method == "GET" and answer.content_type == "text/html":
            answer = Answer(response.status, headers, response.read(PAGE_BYTES) or b"")
    except (ssl.SSLError, UrllibSSLError, CertificateError):
        raise NotReached("timeout" if ended.is_set() else "tls") from None
    except TimeoutError:
        raise NotReached("timeout") from None
    except (OSError, HTTPException, HTTPError, ValueError) as error:
        slow = ended.is_set() or "timed out" in str(error)
        raise NotReached("timeout" if slow else "connection") from None
    else:
        if ended.is_set():
            raise NotReached("timeout")
        return answer
    finally:
        watch.cancel()
        connection.close()


def _connection(place: Place, address: str, *, seconds: float) -> HTTPConnection:
    if place.scheme == "http":
        return HTTPConnection(address, place.port, timeout=seconds)
    return HTTPSConnection(
        address,
        place.port,
        timeout=seconds,
        ssl_context=ssl.create_default_context(),
        server_hostname=place.host,
        assert_hostname=place.host,
    )
