"""`amparo serve`: the web server and a worker together. `amparo work`: a worker alone."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import click
import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from amparo.apps.accounts.actions import forget_ended_sessions
from amparo.apps.banks import index
from amparo.apps.cases.actions import keep_erased
from amparo.apps.cases.delivery import find_abandoned
from amparo.apps.cases.erased import BadList
from amparo.apps.cases.restored import keep_ended
from amparo.apps.ledger import ended
from amparo.apps.ledger.actions import find_lost, forget_old_wakeups
from amparo.cli._talk import says_what_is_wrong
from amparo.conf.sqlite import Lost, creating, note_begun, refuse_to_begin_again

log = structlog.get_logger("amparo.cli")

# How often a worker looks for jobs that a dead worker left, and for changes that a dead process did not index.
LOOK_AFTER_SECONDS = 10
# A part that dies is started again; one that dies at once, ever more slowly.
LONGEST_PAUSE_SECONDS = 30


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port; that of AMPARO_URL if not given.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Web processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=16, show_default=True, help="Threads of each.")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Start a worker too.")
@click.option("--parent", type=int, hidden=True)
def serve(host: str, port: int | None, processes: int, threads: int, worker: bool, parent: int | None) -> None:
    """Serve the pages, the API and the gate, with a worker for the jobs. Ctrl-C ends both."""
    port = port or urlsplit(settings.PUBLIC_URL).port or 8000
    if parent:
        _end_with(parent)
    else:
        prepare()
        click.echo(f"Amparo listens on http://{host}:{port} (people reach it at {settings.PUBLIC_URL})", err=True)
    if not worker:
        _serve_web(host, port, processes, threads)
        return
    web = ["serve", "--no-worker", "--host", host, "--port", port, "--processes", processes, "--threads", threads]
    sys.exit(_keep_running({"web": web, "worker": ["work"]}))


def _serve_web(host: str, port: int, processes: int, threads: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "amparo.conf.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        # Once in 91 starts a server did not stop when asked; after this many seconds it is made to.
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        log_enabled=False,
    ).serve()


def prepare(*, started_by_serve: bool = False) -> None:
    """Bring the database to this version's shape, keep what was erased or ended so, and follow the last changes.

    started_by_serve: which brought the database into shape. A worker that is started again later than that must not
    make an empty one where the file has gone: everything would pass the gate.
    """
    if not started_by_serve:
        _migrate()
    try:
        keep_erased(now=timezone.now())
        ended.complete()
        keep_ended(now=timezone.now())
    except (BadList, ended.BadEndings) as error:
        raise click.ClickException(str(error)) from None
    try:
        index.follow()
    except (index.EntriesLocked, OSError) as error:
        # The pages are served all the same; the gate says hold until the index can be made.
        click.echo(f"! {error}", err=True)


def _migrate() -> None:
    name = str(connection.settings_dict["NAME"])
    try:
        if connection.vendor == "sqlite":
            refuse_to_begin_again(name)
    except Lost as lost:
        raise click.ClickException(str(lost)) from None
    with creating():
        call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":
        note_begun(name)


def _keep_running(parts: Mapping[str, Sequence[object]]) -> int:
    """Run each part as a process of its own, start one again that dies, and end all when asked to.

    The web server is one of them and not this process, because it forks: a fork beside a thread that is starting
    another program inherits that program's pipes.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = {name: _start(words) for name, words in parts.items()}
    started = dict.fromkeys(parts, time.monotonic())
    pause = dict.fromkeys(parts, 1)
    while not stop.wait(0.2):
        for name, child in children.items():
            if child.poll() is None or time.monotonic() - started[name] < pause[name]:
                continue
            log.error("part_ended", kind=name, status=child.returncode)
            lasted = time.monotonic() - started[name]
            pause[name] = 1 if lasted > LONGEST_PAUSE_SECONDS else min(pause[name] * 2, LONGEST_PAUSE_SECONDS)
            children[name], started[name] = _start(parts[name]), time.monotonic()
    for child in children.values():
        child.terminate()
    return max(_ended(child) for child in children.values())


def _start(words: Sequence[object]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "amparo", *map(str, words), "--parent", str(os.getpid())])


def _ended(child: subprocess.Popen[bytes]) -> int:
    """0 when the child ended as it was asked to."""
    try:
        return 0 if child.wait(timeout=15) in {0, -signal.SIGTERM} else 1
    except subprocess.TimeoutExpired:
        child.kill()
        return 1


def _end_with(parent: int) -> None:
    """End this process soon after the one that started it is gone, however that died."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


@click.command()
@click.option("--until-idle", is_flag=True, help="Do what is due, then end.")
@click.option("--parent", type=int, hidden=True)
@says_what_is_wrong()
def work(until_idle: bool, parent: int | None) -> None:
    """Do the jobs: send notices, check items. Start as many as you like."""
    prepare(started_by_serve=parent is not None)
    worker = Worker(
        queue_names=["*"],
        interval=0.5,
        batch=until_idle,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    worker.configure_signals()
    _find_left()
    if parent:
        _end_with(parent)
    threading.Thread(target=_look_after, daemon=True).start()
    worker.run()


def _look_after() -> None:
    """Beside the worker's loop: find lost jobs, follow the changes, forget old wake-ups and ended sessions."""
    while True:
        time.sleep(LOOK_AFTER_SECONDS)
        close_old_connections()
        try:
            _find_left()
            forget_old_wakeups(now=timezone.now())
            forget_ended_sessions(now=timezone.now())
            index.follow()
        except (index.EntriesLocked, OSError) as error:
            log.error("index_not_followed", error=type(error).__name__)
        except OperationalError as error:  # the database is away: the next turn tries again
            log.error("database_away", error=type(error).__name__)


def _find_left() -> None:
    """Put back the jobs that dead workers held; notices they were handing over wait for a person instead."""
    jobs, notices = find_lost(now=timezone.now()), find_abandoned(now=timezone.now())
    if jobs or notices:
        log.warning("left_by_dead_workers", count=jobs, notice=notices)
