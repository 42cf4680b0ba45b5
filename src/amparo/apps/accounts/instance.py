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
def address_key() -> bytes:
    """The key of the blind index, by which the same address is found in two cases."""
    return index_key(settings.INSTANCE_KEYS[0])


def forget() -> None:
    """For tests that change the setting."""
    records.cache_clear()
    address_key.cache_clear()
