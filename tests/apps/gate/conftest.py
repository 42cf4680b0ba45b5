from collections.abc import Callable

import numpy as np
import pytest

from amparo.apps.accounts.actions import add_organisation, issue_key
from amparo.apps.accounts.models import ApiKey, Organisation
from amparo.apps.banks.actions import add_entry, subscribe
from amparo.apps.banks.models import Bank, Entry
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import ImageFingerprint


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
def subscribed(bank, platform, now) -> Callable[[str], None]:
    """Subscribe Pia's platform to the helpline's bank with the given on_match."""

    def subscribe_with(on_match: str) -> None:
        subscribe(bank=bank, organisation=platform, on_match=on_match, by=SYSTEM, now=now)

    return subscribe_with


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
def given() -> Callable[..., ImageFingerprint]:
    """A fingerprint so many bits from a code."""

    def make(code: bytes, bits: int = 0, quality: int = 90) -> ImageFingerprint:
        return ImageFingerprint(code=at_distance(code, bits), quality=quality)

    return make
