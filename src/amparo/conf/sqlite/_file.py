"""Whether a connection may make the file. SQLite makes it whenever it is not there, which opens a gate."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError

# Of the whole process, threads and all. True for what is neither `amparo` nor its server: tests, `django migrate`.
_may_create = True

# Device and number of a file: another one of the same name is another file.
Identity = tuple[int, int]


class MissingDatabase(OperationalError):
    """The database's file is gone, or is not the one that was opened."""

    def __init__(self) -> None:
        super().__init__(
            "its file is gone or is not the one that was opened: put it back, or a backup with `amparo restore`"
        )


@contextmanager
def existing_only() -> Iterator[None]:
    """Connections that are opened inside need the file to be there."""
    with _allowed(create=False):
        yield


@contextmanager
def creating() -> Iterator[None]:
    """Inside, a file that is not there is made: for migrations and a restore, which say that they begin one."""
    with _allowed(create=True):
        yield


@contextmanager
def _allowed(*, create: bool) -> Iterator[None]:
    global _may_create  # noqa: PLW0603  one rule for all threads, as the file is one for all of them
    before, _may_create = _may_create, create
    try:
        yield
    finally:
        _may_create = before


def only_existing() -> None:
    """From now on, for as long as the process lives: a server never makes a database."""
    global _may_create  # noqa: PLW0603
    _may_create = False


def address_of(name: str) -> str:
    """What SQLite is told to open. Raises MissingDatabase."""
    if not is_file(name) or _may_create:
        return name
    identity_of(name)
    return f"{Path(name).absolute().as_uri()}?mode=rw"


def is_file(name: str) -> bool:
    """Whether a database of this name lies in a file; tests have theirs in memory."""
    return name != ":memory:" and not name.startswith("file:")


def identity_of(name: str) -> Identity:
    """Raises MissingDatabase."""
    try:
        found = Path(name).stat()
    except FileNotFoundError:
        raise MissingDatabase from None
    return found.st_dev, found.st_ino
