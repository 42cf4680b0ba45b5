"""Run a command with DATABASE_URL naming a fresh PostgreSQL server, which lives as long as the command.

    python scripts/with_postgres.py pytest tests

The server listens on a loopback port of its own, keeps its files in a temporary folder, and trusts this machine.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


def binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    if initdb is None:
        sys.exit("PostgreSQL's server is not installed. Run: scripts/system.sh postgresql")
    return Path(initdb).resolve().parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(command: list[str]) -> int:
    if not command:
        sys.exit(__doc__)
    tools, port = binaries(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="amparo-pg-"))
    account: dict[str, object] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root; its package made this account.
        postgres = pwd.getpwnam("postgres")
        os.chown(folder, postgres.pw_uid, postgres.pw_gid)
        account = {"user": postgres.pw_uid, "group": postgres.pw_gid, "extra_groups": [], "cwd": folder}
    data = folder / "data"
    settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    quiet = {"stdout": subprocess.DEVNULL}
    try:
        initdb = [tools / "initdb", "-D", data, "-U", "amparo", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(initdb, check=True, **quiet, **account)  # type: ignore[call-overload]
        start = [tools / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start"]
        subprocess.run(start, check=True, **quiet, **account)  # type: ignore[call-overload]
        url = f"postgresql://amparo@127.0.0.1:{port}/postgres"
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode
    finally:
        stop = [tools / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, **quiet, **account)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
