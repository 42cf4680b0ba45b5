"""What two habits of caution cost: Argon2id at a sign-in, and SQLite's secure_delete.

    python benchmarks/sign_in.py --sign-ins 15 --rounds 40

A SQLite database of its own in a temporary folder, one process. The peer of secure_delete is the same work with it
off, turn by turn, so that a loaded machine slows both. Prints a Markdown table.
"""

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PASSWORD, WORDS = "a passphrase for measuring", "Thank you for looking at this. " * 10


def taken_by(run: Callable[[], object], clock: Callable[[], float]) -> float:
    begun = clock()
    run()
    return clock() - begun


def more_memory(run: Callable[[], object]) -> float:
    """MiB that `run` took at its peak beyond what there was."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def in_a_child(measure: Callable[[], float]) -> float:
    """In a process of its own, whose peak begins at what it holds."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, str(measure()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return float(os.read(reading, 64))


def sign_ins(count: int) -> list[str]:
    """The first step at today's cost: Django's hash of the password, then her key; and the memory that it took."""
    from django.utils import timezone

    from amparo.apps.accounts.actions import check_password

    def once() -> None:
        check_password(handle="hana", password=PASSWORD, now=timezone.now())

    memory = in_a_child(lambda: more_memory(once))
    walls = [taken_by(once, time.perf_counter) for _ in range(count)]
    cpu = taken_by(once, time.process_time)
    p50, most = statistics.median(walls) * 1000, max(walls) * 1000
    told = f"{p50:.0f} ms, slowest {most:.0f} ms; processor time {cpu * 1000:.0f} ms"
    return [
        f"| sign in: name and password, p50 of {count} | {told} | |",
        f"| memory of one sign-in, at its peak | {memory:.0f} MiB | |",
    ]


class Case:
    """A helpline's cases to write into and to erase."""

    def __init__(self) -> None:
        from django.utils import timezone

        from amparo.apps.accounts.actions import add_organisation, add_user, unlock
        from amparo.apps.ledger.models import SYSTEM

        told = {"by": SYSTEM, "now": timezone.now()}
        self.helpline = add_organisation(
            handle="helpline", name="Helpline", kind="helpline", mailbox="n@example.org", **told
        )
        hana = add_user(handle="hana", organisation=self.helpline, role="caseworker", password=PASSWORD, **told)
        self.hana = unlock(user=hana, password=PASSWORD, now=told["now"])

    def opened(self, addresses: int) -> object:
        from django.utils import timezone

        from amparo.apps.cases.actions import open_case

        urls = [f"https://files.example.org/{number}" for number in range(addresses)]
        return open_case(
            helpline=self.helpline, language="en", country="", fingerprints=[], urls=urls, now=timezone.now()
        ).case


def overwriting(house: Case, rounds: int) -> list[str]:
    """Processor time of a message and of a case's end, with what is deleted overwritten and not, turn by turn."""
    from django.db import connection
    from django.utils import timezone

    from amparo.apps.cases.actions import write_message
    from amparo.apps.cases.wiping import forget_rows

    taken: dict[tuple[str, str], list[float]] = {}
    kept = house.opened(1)
    for turn in range(rounds):
        state = ("ON", "OFF")[turn % 2]
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA secure_delete={state}")
        gone = house.opened(30)
        steps = {
            "write a message": lambda: write_message(case=kept, text=WORDS, by=house.hana, now=timezone.now()),
            "forget the rows of a case of 30 addresses": lambda gone=gone: forget_rows(gone.pk, now=timezone.now()),
        }
        for what, run in steps.items():
            taken.setdefault((what, state), []).append(taken_by(run, time.process_time))
    rows = []
    for what in dict.fromkeys(name for name, _state in taken):
        on, off = (statistics.median(taken[what, state]) * 1000 for state in ("ON", "OFF"))
        rows.append(f"| {what}, with secure_delete | {on:.1f} ms | without {off:.1f} ms: {on / off:.2f}x |")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sign-ins", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o700)
        os.environ |= {"AMPARO_HOME": home, "DJANGO_SETTINGS_MODULE": "amparo.conf.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.conf import settings
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        house = Case()
        rows = sign_ins(given.sign_ins)
        from amparo.core.vault import Cost

        # Her codes' Argon2id would hide the rest.
        settings.KEY_COST = Cost(passes=1, memory_kib=8)
        rows += overwriting(house, given.rounds)
    print(f"Load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    print("| what | measured | peer |\n|---|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
