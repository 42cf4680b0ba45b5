"""Where the checker may connect: public addresses only, whatever a name or a redirect says."""

import ipaddress
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

Resolve = Callable[[str, int], list[str]]
PORTS = frozenset({80, 443, 8080, 8443})
IP = ipaddress.IPv4Address | ipaddress.IPv6Address

# Address space that is not the public internet, from the IANA special-purpose registries (IPv4 and IPv6), written out
# because `is_global` of Python 3.11 knows only a part of it. The IPv6 ones are inside 2000::/3.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata service of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",
    )
)
# The only IPv6 space that is given out; all else (loopback, IPv4-mapped, NAT64, unique local, link-local, multicast)
# lies outside.
_IPV6_UNICAST = ipaddress.ip_network("2000::/3")


class NotReached(Exception):
    """The address was not asked, or gave no answer. `reason` is a word for the check's row."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Place:
    """One address that was vetted. `addresses` are the only ones that may be connected to."""

    scheme: str
    host: str
    port: int
    target: str
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """What belongs into the Host header."""
        usual = {"http": 80, "https": 443}[self.scheme]
        named = f"[{self.host}]" if ":" in self.host else self.host
        return named if self.port == usual else f"{named}:{self.port}"


def is_public(address: str) -> bool:
    """Whether `address` (IPv4 or IPv6 text) is one of the public internet."""
    try:
        found: IP = ipaddress.ip_address(address)
    except ValueError:
        return False  # with a zone, as in fe80::1%eth0
    if isinstance(found, ipaddress.IPv6Address) and found not in _IPV6_UNICAST:
        return False
    return not any(found in block for block in _NOT_PUBLIC if block.version == found.version)


def addresses_of(host: str, port: int) -> list[str]:
    """Every address of a name, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def vetted(url: str, *, allowed: frozenset[str], resolve: Resolve, seconds: float) -> Place:
    """The place of `url`, resolved once and found public, or named in `allowed` as host:port.

    One private address among several refuses them all: a name that mixes them wants to be misunderstood.
    Raises NotReached.
    """
    scheme, host, port, target = _parts(url)
    named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if named not in allowed and port not in PORTS:
        raise NotReached("port_refused")
    addresses = _resolved(host, port, resolve=resolve, seconds=seconds)
    if named not in allowed and not all(is_public(address) for address in addresses):
        raise NotReached("address_refused")
    return Place(scheme, host, port, target, tuple(addresses))


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        named = parts.hostname or ""
        host = named if ":" in named else named.encode("idna").decode()
        port = parts.port
    except ValueError:  # UnicodeError is one
        raise NotReached("address_unreadable") from None
    if parts.scheme not in {"http", "https"}:
        raise NotReached("scheme_refused")
    if not host or "@" in parts.netloc:
        raise NotReached("address_unreadable")
    target = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*") + (
        "?" + quote(parts.query, safe="/%:=&~+!$,;'@()*?[]") if parts.query else ""
    )
    return parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], target


def _resolved(host: str, port: int, *, resolve: Resolve, seconds: float) -> list[str]:
    # A resolver cannot be interrupted: it is left behind in its thread when it takes too long.
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        addresses = pool.submit(resolve, host, port).result(timeout=max(0.1, seconds))
    except FutureTimeoutError:
        raise NotReached("timeout") from None
    except (OSError, UnicodeError):
        raise NotReached("no_such_host") from None
    finally:
        pool.shutdown(wait=False)
    if not addresses:
        raise NotReached("no_such_host")
    return addresses
