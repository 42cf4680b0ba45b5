"""The six steps. Each says what was observed, and raises Broken where it did not hold."""

import json
import shutil
import sqlite3
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from amparo.apps.accounts.actions import add_organisation, add_user, issue_key
from amparo.apps.accounts.models import Organisation, User
from amparo.apps.banks.actions import open_bank, subscribe
from amparo.apps.cases import actions as cases
from amparo.apps.cases.models import Case, Item, Notice
from amparo.apps.cases.queries import banks_offered
from amparo.apps.ledger.models import SYSTEM
from amparo.apps.ledger.queries import verify
from amparo.core import law
from amparo.core.fingerprint import hash_image
from demo import photos
from tests.servers.host import Host
from tests.servers.instance import Instance
from tests.servers.mailbox import Mailbox

PASSPHRASE = "four harmless photographs"


class Broken(RuntimeError):
    """A step did not do what it promises."""


def play(*, instance: Instance, host: Host, mailbox: Mailbox) -> str:
    """Play all of them; returns the code of a second case, which stays open to be looked at."""
    hana, key = _the_cast()
    photo = photos.photo("chelsea.png")
    case, consented_at = _sam_opens_a_case(photo, host.page("/album/1"))
    _the_gate_stops_copies(instance, key, photo, consented_at)
    _hana_sends_a_notice(case, hana, mailbox)
    _the_checker_follows_the_address(case, hana, host)
    _sam_withdraws(instance, key, photo, case)
    _the_trail_shows_any_change(instance)
    return _another_case(host)


def _another_case(host: Host) -> str:
    opened = cases.open_case(
        helpline=Organisation.objects.get(handle="helpline"),
        language="en",
        country="DE",
        fingerprints=[hash_image(photos.photo("coffee.png"))],
        urls=[host.page("/album/2"), host.gone("/album/3")],
        now=timezone.now(),
    )
    return opened.code.text


def _title(number: int, text: str) -> None:
    print(f"{number}. {text}")


def _seen(condition: object, text: str) -> None:
    if not condition:
        raise Broken(text)
    print(f"   ok  {text}")


def _the_cast() -> tuple[User, str]:
    now = timezone.now()
    helpline = add_organisation(
        handle="helpline", name="Helpline", kind="helpline", mailbox="notices@helpline.example.org", by=SYSTEM, now=now
    )
    platform = add_organisation(handle="platform", name="Platform", kind="platform", by=SYSTEM, now=now)
    hana = add_user(handle="hana", organisation=helpline, role="caseworker", password=PASSPHRASE, by=SYSTEM, now=now)
    add_user(handle="pia", organisation=platform, role="moderator", password=PASSPHRASE, by=SYSTEM, now=now)
    bank = open_bank(handle="helpline-bank", title="The helpline's bank", owner=helpline, by=SYSTEM, now=now)
    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    _, key = issue_key(organisation=platform, name="uploads", scopes=["gate", "feed"], by=SYSTEM, now=now)
    return hana, key


def _sam_opens_a_case(photo: bytes, url: str) -> tuple[Case, float]:
    _title(1, "Sam's photo is fingerprinted, a case opens, Sam consents to share the fingerprint with a bank")
    made = hash_image(photo)
    _seen(made.quality >= 50, f"fingerprint of 256 bits, quality {made.quality} of 100, from {len(photo):,} bytes")
    helpline = Organisation.objects.get(handle="helpline")
    opened = cases.open_case(
        helpline=helpline, language="en", country="IT", fingerprints=[made], urls=[url], now=timezone.now()
    )
    case, code = opened.case, opened.code
    _seen(len(code.words) == 7, f"Sam's code: {code.locator} and {len(code.words)} secret words ({code.bits:.0f} bits)")
    again = cases.open_by_code(text=code.text, now=timezone.now())
    _seen(again.pk == case.pk, "the code opens the case")
    [bank] = banks_offered(helpline)
    cases.give_consent(picture=case.pictures.get(), bank=bank, by=case, now=timezone.now())
    _seen(True, f"consent given for the bank {bank.handle}")
    return case, time.monotonic()


def _ask(instance: Instance, key: str, picture: bytes) -> tuple[int, dict[str, object]]:
    answer = instance.http.request(
        "POST",
        f"{instance.url}/gate/check",
        fields={"photo": ("upload.jpg", picture, "image/jpeg")},
        headers={"Authorization": f"Bearer {key}"},
    )
    return answer.status, answer.json()


def _the_gate_stops_copies(instance: Instance, key: str, photo: bytes, consented_at: float) -> None:
    _title(2, "Pia's platform checks uploads at the gate, over HTTP with its key")
    uploads = {
        "the photo itself": photo,
        "a re-encoded copy": photos.re_encoded(photo),
        "a half-size copy": photos.resized(photo),
        "a mirrored copy": photos.mirrored(photo),
    }
    for number, (name, upload) in enumerate(uploads.items()):
        _, answer = _ask(instance, key, upload)
        if number == 0:
            first = (time.monotonic() - consented_at) * 1000
        reasons = answer.get("reasons")
        _seen(
            answer["decision"] == "block" and answer.get("reference") and reasons,
            f"{name} is blocked: {answer.get('reference')}, seen {answer.get('form')}, with its statement of reasons",
        )
    print(f"       the first block came {first:.0f} ms after the consent")
    for name in ("coffee.png", "coins.png", "rocket.jpg"):
        _, answer = _ask(instance, key, photos.photo(name))
        _seen(answer == {"decision": "allow"}, f"{name}, another photo, passes and leaves nothing")
    status, answer = _ask(instance, key[:-1] + ("A" if key[-1] != "A" else "B"), photo)
    _seen(status == 401, f"a wrong key is refused: {answer['message']}")


def _hana_sends_a_notice(case: Case, hana: User, mailbox: Mailbox) -> None:
    _title(3, "Hana sends a notice that holds what the law asks")
    facts = law.NoticeFacts(
        age_in_picture=law.Age.ADULT,
        signatory="Case worker 1",
        authority="Authorisation 1 of the helpline",
        service="Photo host",
        offered_in=frozenset({"US", "EU"}),
        covered_platform=True,
        kind=law.Kind.AUTHENTIC,
        intimate=True,
        non_consent=law.NonConsent(sharing=True),
        country="IT",
        good_faith=False,
        signed=True,
    )
    items = list(case.items.all())

    def send(facts: law.NoticeFacts) -> Notice:
        return cases.send_notice(
            case=case,
            items=items,
            regime="us_tida",
            facts=facts,
            recipient="abuse@host.example.org",
            by=hana,
            now=timezone.now(),
        )

    try:
        send(facts)
    except law.ElementMissing as refusal:
        [missing] = refusal.missing
        _seen(
            not case.notices.exists(),
            f"refused, element {missing.id} is missing ({missing.basis}); nothing was written",
        )
    else:
        raise Broken("a notice without its good-faith statement was accepted")
    notice = send(replace(facts, good_faith=True))
    [letter] = mailbox.wait_for(1, seconds=30)
    _seen(
        "/album/1" in letter.text and letter.recipients == ("abuse@host.example.org",),
        "delivered by SMTP, word for word",
    )
    kept = str(Notice.objects.filter(pk=notice.pk).values().get()) + str(case.items.values().get())
    _seen("album" not in kept and "abuse@" not in kept, "in the database it is sealed for those who hold the case")
    tied = {element for element, _ in notice.sentences}
    required = {element.id for element in law.regime("us_tida").elements if element.required is True}
    _seen(required <= tied, f"each sentence is tied to an element of the law: {', '.join(sorted(required))}")
    notice = _once(lambda: Notice.objects.filter(pk=notice.pk, state=Notice.State.SENT).first(), "the notice is sent")
    hours = (notice.due_at - notice.sent_at).total_seconds() / 3600 if notice.due_at and notice.sent_at else 0
    _seen(
        hours == 48 and notice.due_fixed_by_law,
        f"due {notice.due_at:%d %b %Y %H:%M} UTC: {hours:.0f} hours, fixed by law",
    )


def _once(look: object, what: str, seconds: float = 30) -> Notice:
    assert callable(look)
    until = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until:
            raise Broken(f"{what}: not within {seconds:.0f} seconds")
        time.sleep(0.05)
    assert isinstance(found, Notice)
    return found


def _the_checker_follows_the_address(case: Case, hana: User, host: Host) -> None:
    _title(4, "The checker sees the address alive, then gone twice; the item closes, then the case")
    item = case.items.get()

    def look(at: datetime) -> Item:
        cases.look_at_item(item=item, by=hana, now=at)
        item.refresh_from_db()
        return item

    now = timezone.now()
    _seen(look(now).state == Item.State.ALIVE, "alive")
    host.gone("/album/1", status=410)
    at = now + timedelta(hours=1)
    _seen(look(at).state == Item.State.GONE and item.closed_at is None, "gone (410), once: still open")
    try:
        cases.close_case(case=case, by=hana, now=at)
    except cases.ItemsStillOpen as refusal:
        print(f"   ok  closing the case is refused: {refusal}")
    else:
        raise Broken("a case with an open item was closed")
    at = now + timedelta(hours=26)
    _seen(look(at).closed_at == at, "gone again, 25 hours later by the clock it was given: the item closes")
    cases.close_case(case=case, by=hana, now=at)
    case.refresh_from_db()
    _seen(case.state == Case.State.CLOSED, "the case is closed")


def _sam_withdraws(instance: Instance, key: str, photo: bytes, case: Case) -> None:
    _title(5, "Sam withdraws")
    _seen(cases.withdraw_everything(case=case, by=case, now=timezone.now()) == 1, "one consent withdrawn")
    _, answer = _ask(instance, key, photo)
    _seen(answer == {"decision": "allow"}, "the next check of the same photo is allowed")
    page = instance.http.request(
        "GET", f"{instance.url}/feed?after=0", headers={"Authorization": f"Bearer {key}"}
    ).json()
    added, withdrawn = page["records"]
    _seen(
        withdrawn["kind"] == "withdrawn"
        and withdrawn["entry"] == added["entry"]
        and "fingerprint" not in json.dumps(page),
        f"the partner feed tells the withdrawal of entry {withdrawn['entry']}, and no longer its fingerprint",
    )


def _the_trail_shows_any_change(instance: Instance) -> None:
    _title(6, "The audit trail verifies, and one changed byte in it is detected")
    verdict = verify()
    _seen(verdict.holds and verdict.events > 20, f"{verdict.events} events, head {verdict.head[:16]}...")
    copy = instance.home / "changed-copy.sqlite3"
    with sqlite3.connect(instance.home / "amparo.sqlite3") as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    _change_one_byte(copy)
    changed = Instance(instance.home / "changed", database_url=f"sqlite:///{copy}")
    told = changed.run("verify", "--json", check=False)
    found = json.loads(told.stdout)
    shutil.rmtree(changed.home)
    copy.unlink()
    _seen(
        told.returncode == 1 and not found["holds"],
        f"in a copy of the database file with one byte changed: event {found.get('broken_at')}, {found.get('reason')}",
    )


def _change_one_byte(file: Path) -> None:
    """consent_given becomes consent_gjven, in the file itself, where no trigger watches."""
    raw = bytearray(file.read_bytes())
    at = raw.index(b"consent_given") + len("consent_g")
    raw[at] ^= 0b11
    file.write_bytes(raw)
