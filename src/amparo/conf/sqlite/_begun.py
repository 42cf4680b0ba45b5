"""That a database was here once, told by a file beside it: one that is gone then is not begun again unasked."""

from pathlib import Path

from django.db import OperationalError

from amparo.conf.sqlite._file import is_file

SUFFIX = ".begun"


class Lost(OperationalError):
    """A database was here, and its file is gone or empty."""

    def __init__(self, mark: Path) -> None:
        super().__init__(
            f"{str(mark).removesuffix(SUFFIX)} was the database of this instance, and it is gone. Put the file back, "
            "or restore a backup with `amparo restore`. To begin a new instance, in which no picture is known, delete "
            f"{mark}"
        )


def refuse_to_begin_again(name: str) -> None:
    """Raises Lost where the database `name` was begun once and has nothing in it now."""
    path, mark = Path(name), mark_of(name)
    if is_file(name) and mark.exists() and not (path.exists() and path.stat().st_size):
        raise Lost(mark)


def note_begun(name: str) -> None:
    if is_file(name):
        mark_of(name).touch(mode=0o600)


def mark_of(name: str) -> Path:
    path = Path(name)
    return path.with_name(path.name + SUFFIX)
