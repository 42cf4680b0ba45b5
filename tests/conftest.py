"""The fixed cast, the fixed clock, and harmless photographs."""

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from amparo.apps.accounts.models import Organisation, User
from amparo.apps.banks.models import Bank
from amparo.apps.ledger.models import SYSTEM
from amparo.core.vault import Cost

# pytest-django knows by the engine's name alone that a database is to be in memory, and ours has another.
if settings.DATABASES["default"]["ENGINE"] == "amparo.conf.sqlite":
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = ":memory:"

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PASSWORD = "a long enough passphrase"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys first: a long file that began last would leave the other process with nothing to do."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of scikit-image's sample pictures; use those of things and animals."""
    found = importlib.util.find_spec("skimage")
    assert found is not None, "run `make test`: it installs requirements-photos.lock"
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "data"


@pytest.fixture(autouse=True)
def _own_index(settings, tmp_path: Path) -> Iterator[None]:
    """Every test has an index of its own."""
    from amparo.apps.banks import index, points

    settings.INDEX_PATH = tmp_path / "index" / "pdq-c512"
    index.close()
    points.close()
    yield
    index.close()
    points.close()


@pytest.fixture(autouse=True)
def _own_endings(settings, tmp_path: Path) -> None:
    """What one test ends is not ended in another, whose trail may have the same hashes."""
    settings.ENDED_LIST = tmp_path / "keys" / "ended"


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request leaves its language active in the thread; the next test begins without one."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]
    settings.KEY_COST = Cost(passes=1, memory_kib=8)


@pytest.fixture
def helpline(db, now) -> Organisation:
    from amparo.apps.accounts.actions import add_organisation

    return add_organisation(
        handle="helpline",
        name="Helpline",
        kind="helpline",
        mailbox="notices@helpline.example.org",
        by=SYSTEM,
        now=now,
    )


@pytest.fixture
def other_helpline(db, now) -> Organisation:
    from amparo.apps.accounts.actions import add_organisation

    return add_organisation(
        handle="elsewhere",
        name="Elsewhere",
        kind="helpline",
        mailbox="notices@elsewhere.example.org",
        by=SYSTEM,
        now=now,
    )


@pytest.fixture
def platform(db, now) -> Organisation:
    from amparo.apps.accounts.actions import add_organisation

    return add_organisation(handle="platform", name="Platform", kind="platform", by=SYSTEM, now=now)


def _user(handle: str, organisation: Organisation, role: str, now: datetime) -> User:
    from amparo.apps.accounts.actions import add_user

    return add_user(handle=handle, organisation=organisation, role=role, password=PASSWORD, by=SYSTEM, now=now)


@pytest.fixture
def hana(helpline, now) -> User:
    return _user("hana", helpline, "caseworker", now)


@pytest.fixture
def omar(other_helpline, now) -> User:
    return _user("omar", other_helpline, "caseworker", now)


@pytest.fixture
def pia(platform, now) -> User:
    return _user("pia", platform, "moderator", now)


@pytest.fixture
def bank(helpline, now) -> Bank:
    from amparo.apps.banks.actions import open_bank

    return open_bank(handle="helpline-bank", title="Helpline bank", owner=helpline, by=SYSTEM, now=now)
