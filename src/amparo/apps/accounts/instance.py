"""The instance's own keys, from outside the database: what the running service seals and opens without a person."""

from functools import cache

from django.conf import settings

from amparo.core.vault import RecordKey, index_key, record_key


@cache
def records(purpose: str) -> RecordKey:
    """The key of one purpose: "banks", "banks-stronger", "outbox", "checker", "doors", "index", "factors".

    Made once a process.
    """
    return record_key(purpose, *settings.INSTANCE_KEYS)


@cache
def address_keys() -> tuple[bytes, ...]:
    """Of the blind index, by which the same address is found in two cases: today's key, then those of older days."""
    return tuple(index_key(key) for key in settings.INSTANCE_KEYS)


def address_key() -> bytes:
    """The key that blind values are written under."""
    return address_keys()[0]


def forget() -> None:
    """For tests that change the setting."""
    records.cache_clear()
    address_keys.cache_clear()
