"""Somebody takes the disk of a running instance. Of all that people typed, nothing can be read on it.

Every field in which a person can write gets a word of its own (a canary). Then a case lives its whole life, the power
goes, and every byte of the home, of the database server's files and of the backups is searched for every canary, as it
is and as programs write it.
"""

import base64
import json
import re
import secrets
import time

import pytest
from django import forms

from tests.servers.databases import own_database
from tests.servers.disk import bytes_of
from tests.servers.host import Host
from tests.servers.instance import Instance
from tests.servers.mailbox import Mailbox
from tests.servers.second_factor import GIVE_PHONES, next_code
from tests.servers.visitor import Visitor

pytestmark = pytest.mark.journey

# Where somebody writes what they like, by form and field; each is planted below under this name. Choices, dates and
# numbers are not here: they are among the columns that docs/vault.md calls plain, or are not kept.
WRITTEN = {
    "survivor.AskForm.words",
    "survivor.PicturesForm.picture",
    "survivor.PicturesForm.video",
    "survivor.PicturesForm.urls",
    "survivor.CodeForm.code",
    "survivor.MessageForm.text",
    "survivor.WordsForm.words",
    "survivor.AddressesForm.urls",
    "desk.PasswordForm.new",
    "desk.SignInForm.handle",
    "desk.SignInForm.password",
    "desk.SearchForm.words",
    "desk.MessageForm.text",
    "desk.AddressForm.url",
    "desk.NoticeForm.service",
    "desk.NoticeForm.recipient",
    "desk.NoticeForm.note",
    "desk.NoticeForm.law_text",
    "desk.NoticeForm.signatory",
    "desk.NoticeForm.authority",
}
# Answers of a device or of paper: `next_code` gives those that are right, and they are looked for by their secrets.
ANSWERS = {
    "desk.SecondStepForm.code",
    "desk.SecondStepForm.passkey",
    "desk.NewAppForm.code",
    "desk.NewPasskeyForm.passkey",
    "desk.PasswordForm.old",
    "desk.PasswordForm.again",
    "desk.NoticeForm.regime",
    "desk.PapersForm.first",  # tests/journeys/test_recovery.py looks for them
    "desk.PapersForm.second",
}
# Kept as they are, and said so in THREATS.md.
PLAIN = {"desk.NewAppForm.name", "desk.NewPasskeyForm.name"}


class Canaries:
    """Words that stand nowhere else, by where they were planted."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.codes: dict[str, bytes] = {}

    def word(self, where: str) -> str:
        return self.words.setdefault(where, f"k{secrets.token_hex(9)}")

    def code(self, where: str) -> bytes:
        return self.codes.setdefault(where, secrets.token_bytes(32))

    def forms(self) -> dict[str, list[bytes]]:
        """What to look for, by where it was planted."""
        found = {where: written_forms(word.encode()) for where, word in self.words.items()}
        return found | {where: code_forms(code) for where, code in self.codes.items()}


def written_forms(word: bytes) -> list[bytes]:
    text = word.decode()
    return [
        word,
        text.upper().encode(),
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        word[::-1],
        *code_forms(word)[1:],
        "".join(f"%{byte:02x}" for byte in word).encode(),
        "".join(f"%{byte:02X}" for byte in word).encode(),
    ]


def code_forms(code: bytes) -> list[bytes]:
    """The bytes, hex in both spellings, and what base64 makes of them at each of its three positions."""
    shifted = [base64.b64encode(b"\0" * shift + code).rstrip(b"=")[shift + 1 : -1] for shift in range(3)]
    urlsafe = [one.translate(bytes.maketrans(b"+/", b"-_")) for one in shifted]
    return [code, code.hex().encode(), code.hex().upper().encode(), *shifted, *urlsafe]


def found_in(content: dict[str, bytes], wanted: dict[str, list[bytes]]) -> list[str]:
    return [
        f"{where} in {name}"
        for name, text in content.items()
        for where, patterns in wanted.items()
        if any(pattern in text for pattern in patterns)
    ]


def written_fields() -> set[str]:
    """Every field of a form of ours in which a person can write."""
    import importlib
    import pkgutil

    from amparo.sites import desk, survivor

    found = set()
    for door in (desk, survivor):
        for module in pkgutil.walk_packages(door.__path__, f"{door.__name__}."):
            for form in vars(importlib.import_module(module.name)).values():
                if isinstance(form, type) and issubclass(form, forms.Form) and form.__module__.startswith("amparo."):
                    found |= {
                        f"{door.__name__.rpartition('.')[2]}.{form.__name__}.{name}"
                        for name, kept in form.base_fields.items()
                        if _writable(kept)
                    }
    return found


def _writable(field: forms.Field) -> bool:
    chosen = forms.ChoiceField | forms.MultipleChoiceField | forms.BooleanField | forms.DateField | forms.IntegerField
    return not isinstance(field, chosen)


def test_every_field_in_which_somebody_can_write_is_planted_or_said_to_be_plain():
    assert written_fields() == WRITTEN | ANSWERS | PLAIN


def test_the_search_finds_a_word_however_it_was_written(tmp_path):
    canaries = Canaries()
    word, code = canaries.word("here"), canaries.code("there")
    for written in (
        word.encode(), word.encode("utf-16-le"), word.encode().hex().encode(), base64.b64encode(f"x{word} y".encode()),
        base64.urlsafe_b64encode(f"xx{word}".encode()), json.dumps({"url": f"https://{word}.example.org"}).encode(),
    ):  # fmt: skip
        assert found_in({"file": b"before" + written + b"after"}, canaries.forms()) == ["here in file"]
    for written in (code, code.hex().encode(), base64.b64encode(b"ab" + code)):
        assert found_in({"file": b"before" + written + b"after"}, canaries.forms()) == ["there in file"]
    assert found_in({"file": word[:-1].encode() + code[:-1]}, canaries.forms()) == []


CAST = """
from django.utils import timezone
from amparo.apps.accounts.actions import add_organisation, add_user
from amparo.apps.banks.actions import open_bank, subscribe
from amparo.apps.ledger.models import SYSTEM
told = {{"by": SYSTEM, "now": timezone.now()}}
helpline = add_organisation(handle="helpline", name="{name}", kind="helpline", mailbox="notices@helpline.example.org",
                            **told)
platform = add_organisation(handle="platform", name="Quay Chat", kind="platform", **told)
add_user(handle="hana", organisation=helpline, role="caseworker", password="{password}", **told)
bank = open_bank(handle="harbour-list", title="Harbour list", owner=helpline, **told)
subscribe(bank=bank, organisation=platform, on_match="block", **told)
"""
# From here on whatever is done ends in an error of ours, with all that was typed in its variables.
BREAK = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("ALTER TABLE ledger_head RENAME TO ledger_head_gone")
"""


class Life:
    """A case from the first page to the power cut, with a canary wherever somebody writes."""

    def __init__(self, instance: Instance, mailbox: Mailbox, host: Host) -> None:
        self.instance, self.mailbox, self.host, self.planted = instance, mailbox, host, Canaries()
        self.password, self.plain = self.planted.word("password"), f"p{secrets.token_hex(9)}"
        self.code = ""

    def address(self, where: str) -> str:
        return self.host.page(f"/{self.planted.word(where)}")

    def lived(self) -> None:
        self.instance.python(CAST.format(password=self.password, name=self.plain) + GIVE_PHONES)
        key = json.loads(
            self.instance.run("key", "issue", "platform", "--name", "up", "--scope", "gate", "--json").stdout
        )
        self.planted.words["API key"] = key["key"]
        with Visitor(self.instance.url) as sam, Visitor(self.instance.url) as hana:
            self.she_opens_a_case(sam)
            self.hana_works(hana)
            self.the_platform_asks(key["key"])
            self.instance.run("bank", "add", "harbour-list", self.planted.code("amparo bank add").hex())
            self.instance.run("backup", str(self.instance.home / "backup"))
            self.everything_breaks(hana)
            for visitor in (sam, hana):
                [secret] = [cookie.value for cookie in visitor.cookies if cookie.name == "session_key"]
                self.planted.words[f"cookie of {(visitor is sam and 'Sam') or 'Hana'}"] = str(secret)
        self.planted.words["her words"] = " ".join(self.code.split()[1:])

    def she_opens_a_case(self, sam: Visitor) -> None:
        sam.open("/ask")
        sam.fill("words", words=f"what about {self.planted.word('survivor.AskForm.words')}")
        self.to_the_form(sam)
        md5, sha256 = (
            self.planted.code("survivor.PicturesForm.video: MD5")[:16],
            self.planted.code("survivor.PicturesForm.video: SHA-256"),
        )
        frame = self.planted.code("survivor.PicturesForm.video")
        video = f"vpdq-c512 {md5.hex()} {sha256.hex()} 2.000 whole\n0,90,{frame.hex()},0.000"
        self.planted.codes["survivor.PicturesForm.video: MD5"] = md5
        elsewhere = f"https://{self.planted.word('survivor.PicturesForm.urls: host')}.example.org/1"
        sam.fill(
            "urls",
            urls=f"{self.address('survivor.PicturesForm.urls')}\n{elsewhere}",
            picture=[f"pdq-c512 {self.planted.code('survivor.PicturesForm.picture').hex()} 90\n{self.stronger()}"],
            video=[video],
            banks=re.findall(r'name="banks"\s+id="[^"]*"\s+value="([^"]+)"', sam.page.text),
            country="IT",
        )
        self.code = sam.page.code
        assert self.code.count(" ") == 7, sam.page.text
        sam.fill("slip", action="/mine/words")
        sam.fill("words", "slip", words=self.planted.word("survivor.WordsForm.words"))
        with Visitor(self.instance.url) as stranger:
            stranger.open("/open")
            stranger.fill("code", code=f"volcano 1234 {self.planted.word('survivor.CodeForm.code')} a b c d e f")
            stranger.fill("code", code=self.code)
            assert "/mine" in stranger.page.url
        sam.open("/mine/notes")
        sam.fill("text", text=f"A note: {self.planted.word('survivor.MessageForm.text')}")
        sam.open("/mine/address")
        sam.fill("urls", urls=self.address("survivor.AddressesForm.urls"), age="adult")
        assert "/mine" in sam.page.url
        self.she_takes_a_second_code(sam)

    def stronger(self) -> str:
        """A stronger fingerprint of 32 points, any bits: six pieces of it are looked for."""
        codes = [self.planted.code(f"survivor.PicturesForm.picture: stronger {part}") for part in range(6)]
        return f"amparo-points-1 {(b'ASR' + bytes([1, 32]) + b''.join(codes) + codes[0][:16]).hex()}"

    def she_takes_a_second_code(self, sam: Visitor) -> None:
        sam.open("/mine/code/second")
        sam.fill("code", code=self.code)
        second = sam.page.code
        sam.fill("slip", action="/mine/words")
        sam.fill("words", "slip", words=second)
        assert sam.page.url.endswith("/mine")
        assert "said-wrong" not in sam.page.text
        self.planted.words["her second words"] = second.partition(" ")[2]

    def to_the_form(self, sam: Visitor) -> None:
        sam.open("/start")
        sam.fill("danger", danger="no")
        sam.fill("age", age="adult")
        sam.open("/form")

    def hana_works(self, hana: Visitor) -> None:
        hana.open("/desk/sign-in")
        wrong = {
            "handle": self.planted.word("desk.SignInForm.handle"),
            "password": self.planted.word("desk.SignInForm.password"),
        }
        hana.fill("handle", "password", **wrong)
        hana.fill("handle", "password", handle="hana", password=self.password)
        hana.fill("code", code=next_code(self.instance.url, "hana"))
        hana.open("/desk/cases")
        [case] = {link for link in hana.page.links if re.fullmatch(r"/desk/cases/[0-9a-f-]{36}", link)}
        self.case = case
        hana.open(case)
        hana.fill("url", url=self.address("desk.AddressForm.url"))
        assert self.planted.word("desk.AddressForm.url") in hana.page.text
        assert self.planted.word("survivor.MessageForm.text") in hana.page.text
        hana.fill("text", text=self.planted.word("desk.MessageForm.text"))
        hana.open(case)
        self.hana_writes_a_notice(hana)
        hana.open("/desk/search")
        hana.fill("words", words=self.planted.word("desk.SearchForm.words"))
        hana.fill("words", words=self.planted.word("desk.AddressForm.url"))
        hana.open("/desk/account/password")
        new = self.planted.word("desk.PasswordForm.new")
        hana.fill("old", "new", old=self.password, new=new, again=new)
        assert hana.page.url.endswith("/desk/account"), hana.page.text
        self.password = new
        hana.open(case)

    def hana_writes_a_notice(self, hana: Visitor) -> None:
        hana.open(f"{self.case}/notices/new")
        items = re.findall(r'name="items"[^>]*value="([0-9a-f-]{36})"', hana.page.text)
        facts: dict[str, str | list[str]] = {
            name: self.planted.word(f"desk.NoticeForm.{name}")
            for name in ("service", "note", "law_text", "signatory", "authority")
        }
        facts |= {
            "items": items,
            "recipient": f"{self.planted.word('desk.NoticeForm.recipient')}@forum.example.org",
            "offered_in": ["US"],
            "covered": "yes",
            "age": "adult",
            "kind": "authentic",
            "intimate": "on",
            "reasons": ["sharing"],
            "good_faith": "on",
            "signed": "on",
            "language": "en",
            "regime": "us_tida",
        }
        for step in ("laws", "preview", "send"):
            hana.fill("service", "recipient", press=step, **facts)
        [letter] = self.mailbox.wait_for(1)
        assert self.planted.word("desk.NoticeForm.recipient") in letter.recipients[0]
        assert self.planted.word("survivor.PicturesForm.urls") in letter.text
        assert self.planted.word("desk.NoticeForm.signatory") in letter.text

    def the_platform_asks(self, key: str) -> None:
        """The picture that she shared, one that nobody knows, and an upload that is no picture."""
        known = {
            "fingerprint": self.planted.code("survivor.PicturesForm.picture").hex(),
            "algorithm": "pdq-c512",
            "quality": 90,
        }
        unknown = known | {"fingerprint": self.planted.code("POST /gate/check").hex()}
        headers = {"Authorization": f"Bearer {key}"}

        def ask(body: object) -> dict[str, str]:
            told = self.instance.http.request("POST", f"{self.instance.url}/gate/check", json=body, headers=headers)
            return dict(told.json())

        assert ask(known)["decision"] == "block"
        assert ask(unknown)["decision"] == "allow"
        upload = (f"{self.planted.word('file name at the gate')}.jpg", self.planted.word("file at the gate").encode())
        form = {"photo": upload, self.planted.word("field at the gate"): "text"}
        self.instance.http.request("POST", f"{self.instance.url}/gate/check", fields=form, headers=headers)
        self.instance.http.request("GET", f"{self.instance.url}/feed?after=0", headers=headers)

    def everything_breaks(self, hana: Visitor) -> None:
        """Errors of ours, with tracebacks, in the web server and in the worker, while somebody writes."""
        with Visitor(self.instance.url) as somebody, Visitor(self.instance.url) as sam_again:
            self.to_the_form(somebody)
            sam_again.open("/open")
            hana.open(self.case)
            self.instance.python(BREAK)
            hana.fill("url", url=self.address("desk.AddressForm.url, in an error"))
            somebody.fill("urls", urls=self.address("survivor.PicturesForm.urls, in an error"))
            sam_again.fill("code", code=self.code)
            assert {one.page.status for one in (hana, somebody, sam_again)} == {500}
        time.sleep(3)  # the worker meets the error too: checks are due at once


@pytest.fixture
def life(tmp_path):
    with own_database() as url, Mailbox() as mailbox, Host() as host:
        (tmp_path / "home" / "tmp").mkdir(parents=True, mode=0o700)
        (tmp_path / "home").chmod(0o700)
        instance = Instance(
            tmp_path / "home",
            database_url=url,
            AMPARO_EMAIL_URL=mailbox.url,
            AMPARO_CHECKER_ALLOWED=host.allowed,
            TMPDIR=str(tmp_path / "home" / "tmp"),
        )
        try:
            instance.start()
            yield Life(instance, mailbox, host)
        finally:
            instance.kill()


def test_nothing_that_somebody_wrote_can_be_read_on_a_stolen_disk(life):
    life.lived()
    life.instance.kill()
    content = bytes_of(life.instance, write_ahead_log=True)
    assert {where.partition(":")[0] for where in [*life.planted.words, *life.planted.codes]} >= WRITTEN
    [log] = [text for name, text in content.items() if name.endswith("server.log")]
    assert b"OperationalError" in log or b"ProgrammingError" in log, "nothing broke"
    assert any(name.endswith("backup") for name in content)
    # The search sees the database: the helpline's name stands in a column that is plain, and is found.
    assert found_in(content, {"plain": [life.plain.encode()]})
    assert found_in(content, life.planted.forms()) == []
