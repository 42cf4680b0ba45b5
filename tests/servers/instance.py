"""A whole Amparo of its own: `amparo serve` as a process, with its own home and, on PostgreSQL, its own database."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import urllib3

from tests.servers.databases import put_migrated_sqlite

STARTED_WITHIN_SECONDS = 60


class NotStarted(RuntimeError):
    """The server ended or stayed silent; the message holds what it printed."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Instance:
    """Start it with `with instance:`; `run` calls a command of the same instance."""

    def __init__(self, home: Path, *, database_url: str = "", new: bool = False, **settings: str) -> None:
        """new: nothing is there before the first command; else the database has its tables already."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (new or database_url):
            put_migrated_sqlite(home)
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMPARO_", "DATABASE_"))}
        # The index lies in memory: beside the home, so that it goes with the test and no copy of the home has it.
        memory = home.with_name(f"{home.name}-memory") / "pdq-c512"
        named = {"AMPARO_HOME": str(home), "AMPARO_URL": self.url, "AMPARO_INDEX_PATH": str(memory)}
        self.environment = kept | named | settings
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self.log = home / "server.log"
        self.http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=30))
        self.command = [sys.executable, "-m", "amparo"]
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`amparo WORDS` in this instance."""
        return subprocess.run(
            [*self.command, *words],
            env=self.environment, capture_output=True, text=True, check=check, timeout=120,
        )  # fmt: skip

    def python(self, script: str) -> subprocess.CompletedProcess[str]:
        """A Python program in this instance, with Django set up, in which keys of passwords cost little."""
        begin = "import django; django.setup()\n"
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "tests.quick"}
        return subprocess.run(
            [sys.executable, "-c", begin + script],
            env=environment, capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip

    def start(self, *options: str) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.command, "serve", "--port", str(self.port), *options],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + STARTED_WITHIN_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                if self.http.request("GET", f"{self.url}/status").status in {200, 503}:
                    return
            time.sleep(0.05)
        self.kill()
        raise NotStarted(self.log.read_text())

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C and a service manager do; returns its exit code."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30)

    def kill(self) -> None:
        """SIGKILL to the server, its web processes and its worker at once: the power goes."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def kill_server(self) -> None:
        """SIGKILL to the server's own process alone."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def processes(self) -> list[int]:
        """The server's process and its children that live: all of its session."""
        assert self._process
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                # After the name in brackets: state, parent, group, session.
                state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(session) == self._process.pid and state != "Z":
                    found.append(int(folder.name))
        return found

    def worker_process(self) -> int:
        """The process number of its worker, 0 while there is none."""
        for pid in self.processes():
            with contextlib.suppress(FileNotFoundError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if b"work" in words:
                    return pid
        return 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process and self._process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
