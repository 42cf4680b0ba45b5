"""The same address found again without being readable: one spelling for each, and a keyed digest of it."""

import hmac
import ipaddress
import re
from contextlib import suppress
from urllib.parse import unquote

from amparo.core.vault._secret import checked

# RFC 3986 appendix B, as Python's own parser changes its mind between releases and an index must not.
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_PORTS = {"http": 80, "https": 443, "ftp": 21}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# RFC 3986: sub-delims and what may stand in a path; query and fragment take "/" and "?" too.
_PATH = _UNRESERVED | frozenset("!$&'()*+,;=:@/")
_QUERY = _PATH | {"?"}
# These fragments choose what a page of one address shows: "#!", "#/", Telegram's web client "#@name" and "#-100...".
_ROUTES = ("!", "/", "@", "-")
_HOST = re.compile(r"[a-z0-9._-]+")
_LAST_PORT = 65535


class BadUrl(ValueError):
    """Not an address with a scheme and a host. The message never quotes it."""


def _spelled(text: str, allowed: frozenset[str]) -> str:
    """RFC 3986 section 6.2.2: needless escapes undone, the others in capitals, all that is not `allowed` escaped."""
    spelled = []
    for token in re.findall(r"%[0-9A-Fa-f]{2}|.", text, re.DOTALL):
        if len(token) > 1:
            character = chr(int(token[1:], 16))
            spelled.append(character if character in _UNRESERVED else token.upper())
        elif token in allowed:
            spelled.append(token)
        else:
            spelled.append("".join(f"%{byte:02X}" for byte in token.encode()))
    return "".join(spelled)


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4: "." and ".." carried out. Begins with "/"."""
    kept: list[str] = []
    parts = path.split("/")[1:] or [""]
    for part in parts:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    if parts[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _host(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        if "%" in text:
            raise BadUrl("an address with a network zone means something on one machine only: copy it again")
        return f"[{ipaddress.IPv6Address(text[1:-1]).compressed}]"
    host = unquote(text, errors="strict")
    # IDNA 2003, the one the standard library has: the browser's rules differ for four letters (ß and three others).
    host = (host if host.isascii() else host.encode("idna").decode()).lower().rstrip(".")
    if not _HOST.fullmatch(host):
        raise BadUrl("the host has characters that no host name has: copy the address again")
    return host


def _authority(text: str, scheme: str) -> str:
    user, at, rest = text.rpartition("@")
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{0,5}))?", rest)
    if found is None:
        raise BadUrl("the address has no host and port where they belong: copy it again")
    host, port = _host(found[1]), int(found[2] or _PORTS.get(scheme, 0))
    if port > _LAST_PORT:
        raise BadUrl(f"the port is above {_LAST_PORT}: copy the address again")
    shown = "" if port == _PORTS.get(scheme, 0) else f":{port}"
    return f"{_spelled(user, _PATH - {'/', '@'})}{at}{host}{shown}"


def _fragment(text: str, *, alone: bool) -> str:
    keep = text and (alone or text.startswith(_ROUTES))
    return f"#{_spelled(text, _QUERY)}" if keep else ""


def canonical_url(url: str) -> str:
    """One spelling for every address, whatever way it was copied. Twice is as once.

    Changed: white space around it and line breaks in it go; scheme and host in lower case, host in ASCII and without a
    last dot, default port gone, "." and ".." carried out, an empty path is "/", escapes of RFC 3986, an empty "?" goes.
    A fragment goes, unless it begins with "!", "/", "@" or "-", or nothing but the fragment follows the host.
    Kept: http and https apart, "www.", a last "/", the order of the query, and every parameter, those that track
    people too: on some hosts they say which picture is meant, and nobody can know on which.
    Raises BadUrl when there is no scheme and host.
    """
    found = _PARTS.fullmatch(re.sub(r"[\t\r\n]", "", url.strip()))
    if found is None:
        raise BadUrl("an address has a scheme and a host, as https://example.org/ has: write it whole")
    scheme = found[1].lower()
    rest = found[3].replace("\\", "/") if scheme in {"http", "https"} else found[3]
    # Raised below, outside of any handler: the errors of the codecs and of ipaddress quote, and would stay attached.
    with suppress(UnicodeError, ipaddress.AddressValueError):
        authority = _authority(found[2], scheme)
        path = _without_dots(_spelled(rest, _PATH))
        query = f"?{_spelled(found[4], _QUERY)}" if found[4] else ""
        fragment = _fragment(found[5] or "", alone=path == "/" and not query)
        return f"{scheme}://{authority}{path}{query}{fragment}"
    raise BadUrl("the address has a part that cannot be read: copy it again")


def blind(index_key: bytes, url: str) -> bytes:
    """HMAC-SHA256 of `canonical_url(url)`, 32 bytes: equal for the same address, and says nothing without the key.

    index_key: 32 bytes, `index_key(instance)`, kept outside the database. Who has it can try addresses.
    """
    return hmac.digest(checked(index_key, "an index key"), canonical_url(url).encode(), "sha256")
