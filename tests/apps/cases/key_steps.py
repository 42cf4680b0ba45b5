"""Steps of somebody leaving, each in a process of its own that may be killed; prints what came of it, as JSON."""

import json
import sys
import time
from typing import Any

PASSPHRASE = "a long enough passphrase"


def _hana() -> Any:
    from django.utils import timezone

    from amparo.apps.accounts.actions import unlock
    from amparo.apps.accounts.models import User

    return unlock(user=User.objects.get(handle="hana"), password=PASSPHRASE, now=timezone.now())


def _leave(count: str) -> object:
    """`count` cases that Hana and a colleague hold, each with two addresses and a notice; the colleague leaves."""
    from django.utils import timezone

    from amparo.apps.accounts.actions import add_user
    from amparo.apps.accounts.models import Organisation, User
    from amparo.apps.cases import actions
    from amparo.apps.ledger.models import SYSTEM
    from tests.apps.cases.conftest import facts, fingerprint

    now, hana, helpline = timezone.now(), _hana(), Organisation.objects.get()
    handle = f"colleague-{User.objects.count()}"
    leaver = add_user(
        handle=handle, organisation=helpline, role="caseworker", password=PASSPHRASE, by=SYSTEM, now=now
    )  # fmt: skip
    for _ in range(int(count)):
        case = actions.open_case(
            helpline=helpline, language="en", country="", fingerprints=[fingerprint()],
            urls=["http://127.0.0.1:9/x", "http://127.0.0.1:9/y"], now=now,
        ).case  # fmt: skip
        actions.send_notice(
            case=case, items=[case.items.first()], regime="us_tida", facts=facts(),
            recipient="abuse@forum.example.org", by=hana, now=now,
        )  # fmt: skip
    return actions.disable_worker(user=leaver, by=SYSTEM, now=now)


def _work(limit: str, stop_at: str = "0") -> object:
    """Key work in Hana's session; with `stop_at` it stops for good before that statement to the database."""
    from django.db import connection
    from django.utils import timezone

    from amparo.apps.cases.actions import do_key_work

    asked = 0

    def count(execute, sql, params, many, context):
        nonlocal asked
        asked += 1
        if asked == int(stop_at):
            print("stopped", flush=True)
            time.sleep(600)
        return execute(sql, params, many, context)

    hana = _hana()
    with connection.execute_wrapper(count):
        done = do_key_work(by=hana, limit=int(limit), now=timezone.now())
    return {"rekeyed": done.rekeyed, "left": done.left, "statements": asked}


def _report() -> object:
    """What stands: versions, what waits, and whether all of every case opens for Hana and nothing is left behind."""
    from amparo.apps.cases.contents import contents
    from amparo.apps.cases.models import Case, Grant
    from amparo.apps.ledger.models import Event
    from amparo.apps.ledger.queries import verify

    hana, cases = _hana(), list(Case.objects.select_related("helpline"))
    inside = [contents(case, hana) for case in cases]
    return {
        "versions": [case.version for case in cases],
        "due": sum(case.rekey_due_at is not None for case in cases),
        "read": all(len(one.items) == 2 and "service" in vars(one.notices[0])["_plain"] for one in inside),
        "old_grants": sum(granted.version != granted.case.version for granted in Grant.objects.select_related("case")),
        "events": Event.objects.filter(kind="case_rekeyed").count(),
        "trail_holds": verify().holds,
    }


STEPS = {"leave": _leave, "work": _work, "report": _report}

if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])), flush=True)
