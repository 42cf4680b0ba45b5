from collections.abc import Callable

import numpy as np
import pytest

from amparo.apps.accounts.actions import add_organisation, issue_key
from amparo.apps.accounts.models import ApiKey, Organisation
from amparo.apps.banks import index
from amparo.apps.banks.actions import add_entry, open_bank, subscribe
from amparo.apps.banks.models import Bank, Entry
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import ImageFingerprint
from tests.apps.banks.entries import write_entries


@pytest.fixture
def key(platform, now) -> ApiKey:
    """Pia's platform's key."""
    return issue_key(organisation=platform, name="uploads", scopes=["gate"], by=SYSTEM, now=now)[0]


@pytest.fixture
def other_platform(db, now) -> Organisation:
    return add_organisation(handle="other-platform", name="Other platform", kind="platform", by=SYSTEM, now=now)


@pytest.fixture
def other_key(other_platform, now) -> ApiKey:
    return issue_key(organisation=other_platform, name="uploads", scopes=["gate"], by=SYSTEM, now=now)[0]


@pytest.fixture
def second_bank(helpline, now) -> Bank:
    return open_bank(handle="second-bank", title="Second bank", owner=helpline, by=SYSTEM, now=now)


@pytest.fixture
def subscribed(bank, platform, now) -> Callable[..., None]:
    """Subscribe to a bank with the given on_match: Pia's platform and the helpline's bank, if nothing else is said."""

    def subscribe_with(on_match: str, *, to: Bank = bank, who: Organisation = platform) -> None:
        subscribe(bank=to, organisation=who, on_match=on_match, by=SYSTEM, now=now)

    return subscribe_with


@pytest.fixture
def blocking_bank(second_bank, subscribed) -> Bank:
    """A second bank, by which Pia's platform blocks."""
    subscribed("block", to=second_bank)
    return second_bank


@pytest.fixture
def code() -> bytes:
    """A made-up code of 128 ones, as PDQ's are."""
    return bytes([0x0F]) * 32


@pytest.fixture
def added(hana, now, django_capture_on_commit_callbacks) -> Callable[..., Entry]:
    """Put a code into a bank, and let the index follow as it does after a commit."""

    def add(bank: Bank, code: bytes, quality: int = 90) -> Entry:
        with django_capture_on_commit_callbacks(execute=True):
            return add_entry(bank=bank, fingerprint=ImageFingerprint(code=code, quality=quality), by=hana, now=now)

    return add


def at_distance(code: bytes, bits: int) -> bytes:
    """The code with its first `bits` bits turned over."""
    unpacked = np.unpackbits(np.frombuffer(code, dtype=np.uint8))
    unpacked[:bits] ^= 1
    return np.packbits(unpacked).tobytes()


@pytest.fixture
def known(bank, code, subscribed, added) -> Callable[..., Entry]:
    """Put the code into the bank that Pia's platform subscribes to with the given on_match."""

    def know(on_match: str = "block", quality: int = 90) -> Entry:
        subscribed(on_match)
        return added(bank, code, quality)

    return know


@pytest.fixture
def given(code) -> Callable[..., ImageFingerprint]:
    """A fingerprint so many bits from the code."""

    def make(bits: int = 0, quality: int = 90, *, of: bytes = code) -> ImageFingerprint:
        return ImageFingerprint(code=at_distance(of, bits), quality=quality)

    return make


@pytest.fixture
def crowd(code, now) -> Callable[[Bank, int], None]:
    """Fill a bank with that many copies of the code, and build the index from it."""

    def gather(bank: Bank, entries: int) -> None:
        rows = [Entry(bank=bank, quality=90, added_at=now, added_by="hana") for _ in range(entries)]
        write_entries(rows, [code] * entries)
        index.rebuild()

    return gather
