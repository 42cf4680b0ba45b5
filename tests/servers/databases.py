"""Databases for instances of their own: made once with every migration, then copied, which takes no time."""

import atexit
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

SQLITE = "amparo.sqlite3"


@contextlib.contextmanager
def own_database(*, migrated: bool = True, copy_of: str = "") -> Iterator[str]:
    """The URL of a PostgreSQL database of its own where the tests run on PostgreSQL, else "" for SQLite.

    copy_of: the URL of one to which nobody is connected.
    """
    server = _server()
    if not server:
        yield ""
        return
    name = f"amparo_{secrets.token_hex(6)}"
    template = urlsplit(copy_of).path[1:] or (_migrated_postgresql() if migrated else "template1")
    _tell(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield _named(server, name)
    finally:
        _tell(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def put_migrated_sqlite(home: Path) -> None:
    """The file of an empty instance into a home that has none."""
    if not (home / SQLITE).exists():
        shutil.copy(_migrated_sqlite(), home / SQLITE)


def _server() -> str:
    server = os.environ.get("DATABASE_URL", "")
    return server if server.startswith("postgres") else ""


def _named(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _tell(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


@cache
def _migrated_sqlite() -> Path:
    home = Path(tempfile.mkdtemp(prefix="amparo-migrated-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    _migrate(home, "")
    return home / SQLITE


@cache
def _migrated_postgresql() -> str:
    """Goes with the server, which lives as long as the tests."""
    name = f"amparo_migrated_{secrets.token_hex(6)}"
    _tell(_server(), f'CREATE DATABASE "{name}"')
    with tempfile.TemporaryDirectory(prefix="amparo-migrated-") as home:
        _migrate(Path(home), _named(_server(), name))
    return name


def _migrate(home: Path, url: str) -> None:
    named = {"AMPARO_HOME": str(home), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "amparo.conf.settings"}
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v0"],
        env=os.environ | named, check=True, timeout=120,
    )  # fmt: skip
