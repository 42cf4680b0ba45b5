"""Values from the environment, each with a clear refusal. Secrets also come from a file named by `X_FILE`."""

import base64
import binascii
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from amparo.core.vault import BadSecret, InstanceKey


class BadSetting(SystemExit):
    """A setting that is missing, malformed or unsafe. Whatever program reads it ends with the message."""

    def __init__(self, name: str, wrong: str, mend: str) -> None:
        super().__init__(f"{name}: {wrong}. {mend}.")


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise BadSetting(name, f"{value!r} is not known", f"Set it to one of: {', '.join(allowed)}")
    return value


def integer(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    if not value.isdigit() or not least <= int(value) <= most:
        raise BadSetting(name, f"{value!r} is not a whole number", f"Set it to {least}..{most}")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def secret(name: str, default_file: Path) -> str:
    """The secret from `name`, from the file that `name_FILE` names, or from `default_file`, made on first use."""
    value = _given(name) or _kept(default_file, secrets.token_urlsafe(48))
    if len(value) < 32:  # noqa: PLR2004  Django warns under 50 characters; 32 of token_urlsafe are 192 bits
        raise BadSetting(name, "the secret is shorter than 32 characters", "Use a random one of 50 or more")
    return value


def _given(name: str) -> str:
    """What `name` says, or the file that `name_FILE` names; "" when neither is set."""
    named = os.environ.get(f"{name}_FILE", "").strip()
    value = os.environ.get(name, "").strip()
    if value or not named:
        return value
    if not Path(named).is_file():
        raise BadSetting(f"{name}_FILE", f"there is no file {named}", "Create it or unset the variable")
    return Path(named).read_text().strip()


def instance_key(name: str, default_file: Path) -> InstanceKey:
    """The key that the service seals with, as `secret` finds it: 32 random bytes in hex or base64.

    A number and a colon may stand before it; without them it is key 1. A new key needs a new number.
    """
    value = _given(name) or _kept(default_file, f"1:{secrets.token_hex(32)}")
    return _instance_key(name, value)


def older_instance_keys(name: str, current: InstanceKey) -> tuple[InstanceKey, ...]:
    """The keys that are no longer sealed with and still open: files, comma-separated."""
    found: list[InstanceKey] = []
    for path in words(name):
        if not Path(path).is_file():
            raise BadSetting(name, f"there is no file {path}", "Name the files of older instance keys")
        key = _instance_key(name, Path(path).read_text().strip())
        if key.number in {current.number, *(one.number for one in found)}:
            raise BadSetting(name, f"two instance keys have the number {key.number}", "Write another before the colon")
        found.append(key)
    return tuple(found)


def _instance_key(name: str, value: str) -> InstanceKey:
    mend = "Write 32 random bytes in hex, such as `openssl rand -hex 32` prints, with 2: before a second key"
    number, colon, written = value.rpartition(":")
    if colon and not number.isdigit():
        raise BadSetting(name, "what stands before the colon is no number", mend)
    try:
        key = bytes.fromhex(written) if len(written) == 64 else base64.b64decode(written, validate=True)  # noqa: PLR2004
        return InstanceKey(int(number or 1), key)
    except (ValueError, binascii.Error, BadSecret):
        raise BadSetting(name, "this is no instance key", mend) from None


def _kept(path: Path, fresh_secret: str) -> str:
    """The secret in `path`; the first process to come makes it, whole or not at all."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(fresh_secret)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            fresh.unlink()
    return path.read_text().strip()


def home(name: str = "AMPARO_HOME") -> Path:
    """The directory of everything this instance keeps: database, index, secret. Private to its user."""
    base = os.environ.get("XDG_DATA_HOME", "").strip() or str(Path.home() / ".local" / "share")
    path = Path(text(name, str(Path(base) / "amparo"))).expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadSetting(name, f"{path} cannot be made ({error.strerror})", "Name a directory you own") from None
    if not os.access(path, os.W_OK):
        raise BadSetting(name, f"{path} cannot be written", "Name a directory you own")
    if path.stat().st_mode & 0o007:
        raise BadSetting(name, f"{path} is open to every user", f"Run: chmod o-rwx {path}")
    return path


def public_url(name: str, default: str) -> str:
    """Where people reach this instance. Plain http is for this machine alone."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting(name, f"{value!r} is not a web address", "Write it as https://help.example.org")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise BadSetting(
            name,
            "plain http would show case codes and passwords to the network",
            "Put a TLS proxy in front and write the https:// address",
        )
    return value


def email(name: str, default: str) -> dict[str, object]:
    """Django's mail settings from `smtp://user:password@host:port` or `smtps://` (TLS from the first byte)."""
    parts = urlsplit(text(name, default))
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        raise BadSetting(name, "this is not a mail server", "Write it as smtp+tls://user:password@host:587")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "EMAIL_HOST_USER": parts.username or "",
        "EMAIL_HOST_PASSWORD": parts.password or "",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 30,
    }
