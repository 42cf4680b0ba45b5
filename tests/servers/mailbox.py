# ruff: noqa: ARG002, N802 -- the handlers have the names and arguments that aiosmtpd calls them with
"""An SMTP server that records what it is given, and that can refuse or hold a client at a chosen step.

with Mailbox() as mailbox:
    ...                              # AMPARO_EMAIL_URL=mailbox.url
    [letter] = mailbox.wait_for(1)
    letter.message["Subject"]
"""

import asyncio
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

# The steps of a delivery. `text`: the whole text has come and is not yet taken; `taken`: it is recorded, the client
# has not yet been told.
STEPS = ("ehlo", "mail", "rcpt", "text", "taken")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter that the server took: the envelope and the message as parsed from its bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


class Mailbox:
    """Starts on entering the context, on a free port of loopback; ends on leaving it."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._letters: list[Letter] = []
        self._refusals: dict[str, str] = {}
        self._held: set[str] = set()
        self._reached: set[str] = set()
        self._lock = threading.Lock()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self._loop = asyncio.new_event_loop()

    # For the test ----------------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._port}"

    @property
    def letters(self) -> list[Letter]:
        with self._lock:
            return list(self._letters)

    def refuse(self, step: str, answer: str) -> None:
        """Answer `step` with e.g. "451 later" from now on."""
        self._refusals[_known(step)] = answer

    def accept(self) -> None:
        """Refuse nothing and hold nobody from now on."""
        self._refusals.clear()
        self._held.clear()

    def hold(self, step: str) -> None:
        """Let clients wait at `step` until `accept`."""
        self._held.add(_known(step))

    def reached(self, step: str, *, seconds: float = 30) -> None:
        """Wait until a client is held at `step`."""
        _wait(lambda: _known(step) in self._reached, seconds, f"nobody came to {step}")
        self._reached.discard(step)

    def wait_for(self, count: int, *, seconds: float = 30) -> list[Letter]:
        """The letters, once there are `count` of them."""
        _wait(lambda: len(self.letters) >= count, seconds, f"{len(self.letters)} letters came, not {count}")
        return self.letters

    # The server ------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10), "the mail server did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.accept()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(
            loop.create_server(lambda: SMTP(self, hostname="mailbox.example.org", loop=loop), "127.0.0.1", self._port)
        )
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        try:
            loop.run_forever()
        finally:
            server.close()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0.01))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    async def _step(self, step: str) -> str:
        """The refusal for this step, or ""; returns when the client may go on."""
        while step in self._held:
            self._reached.add(step)
            await asyncio.sleep(0.005)
        return self._refusals.get(step, "")

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        refusal = await self._step("ehlo")
        return [refusal] if refusal else responses

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
        session.host_name = hostname
        return await self._step("ehlo") or "250 mailbox.example.org"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._step("mail")
        if not refusal:
            envelope.mail_from = address
        return refusal or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._step("rcpt")
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        refusal = await self._step("text")
        if refusal:
            return refusal
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        with self._lock:
            self._letters.append(Letter(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        return await self._step("taken") or "250 OK"


def _known(step: str) -> str:
    if step not in STEPS:
        raise ValueError(f"{step} is no step of a delivery: use one of {', '.join(STEPS)}")
    return step


def _wait(happened: object, seconds: float, otherwise: str) -> None:
    assert callable(happened)
    until = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > until:
            raise TimeoutError(otherwise)
        time.sleep(0.01)
