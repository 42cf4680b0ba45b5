"""`amparo serve`: the web server and a worker together. `amparo work`: a worker alone."""

import os
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import click
import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, close_old_connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from amparo.apps.banks import index
from amparo.apps.ledger.actions import find_lost, forget_old_wakeups

log = structlog.get_logger("amparo.cli")

# How often a worker looks for jobs that a dead worker left, and for changes that a dead process did not index.
LOOK_AFTER_SECONDS = 10
# A worker that dies at once is started again, ever more slowly.
LONGEST_PAUSE_SECONDS = 30


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port; that of AMPARO_URL if not given.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Web processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Threads of each.")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Start a worker too.")
def serve(host: str, port: int | None, processes: int, threads: int, worker: bool) -> None:
    """Serve the pages, the API and the gate, with a worker for the jobs. Ctrl-C ends both."""
    from granian import Granian
    from granian.constants import Interfaces

    port = port or urlsplit(settings.PUBLIC_URL).port or 8000
    prepare()
    stop = threading.Event()
    watcher = threading.Thread(target=_keep_a_worker, args=(stop,), daemon=True)
    if worker:
        watcher.start()
    click.echo(f"Amparo listens on http://{host}:{port} (people reach it at {settings.PUBLIC_URL})", err=True)
    try:
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
    finally:
        stop.set()
        if worker:
            watcher.join(timeout=15)


def prepare() -> None:
    """Bring the database to this version's shape, and the index to the database's last change."""
    call_command("migrate", interactive=False, verbosity=0)
    index.follow()


def _keep_a_worker(stop: threading.Event) -> None:
    pause = 1
    while not stop.is_set():
        started = time.monotonic()
        child = subprocess.Popen([sys.executable, "-m", "amparo", "work", "--parent", str(os.getpid())])
        while child.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            child.send_signal(signal.SIGTERM)
            child.wait(timeout=10)
            return
        pause = 1 if time.monotonic() - started > LONGEST_PAUSE_SECONDS else min(pause * 2, LONGEST_PAUSE_SECONDS)
        log.error("worker_ended", status=child.returncode)
        stop.wait(pause)


@click.command()
@click.option("--until-idle", is_flag=True, help="Do what is due, then end.")
@click.option("--parent", type=int, hidden=True)
def work(until_idle: bool, parent: int | None) -> None:
    """Do the jobs: send notices, check items. Start as many as you like."""
    prepare()
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
    find_lost(now=timezone.now())
    threading.Thread(target=_look_after, args=(parent,), daemon=True).start()
    worker.run()


def _look_after(parent: int | None) -> None:
    """Beside the worker's loop: find lost jobs, follow the changes, and end when the server that started us died."""
    turn = 0
    while True:
        time.sleep(1)
        turn += 1
        if parent and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if turn % LOOK_AFTER_SECONDS:
            continue
        close_old_connections()
        try:
            found = find_lost(now=timezone.now())
            index.follow()
            forget_old_wakeups(now=timezone.now())
        except OperationalError as error:  # the database is away: the next turn tries again
            log.error("database_away", error=type(error).__name__)
        else:
            if found:
                log.warning("lost_jobs_found", count=found)
