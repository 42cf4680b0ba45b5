import pytest

from amparo.apps.accounts.actions import issue_key
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import hash_image
from tests.apps.gate.conftest import added, code, given, known, other_platform, subscribed  # noqa: F401  fixtures
from tests.apps.gate.pictures import opened


@pytest.fixture(autouse=True)
def _routes(settings):
    """The API's routes alone: what stands beside them is the other doors' matter."""
    settings.ROOT_URLCONF = "tests.sites.api.urls"


@pytest.fixture
def secret(platform, now) -> str:
    """The key itself, as Pia's platform's program shows it."""
    return issue_key(organisation=platform, name="uploads", scopes=["gate", "feed"], by=SYSTEM, now=now)[1]


@pytest.fixture
def other_secret(other_platform, now) -> str:  # noqa: F811
    return issue_key(organisation=other_platform, name="uploads", scopes=["gate", "feed"], by=SYSTEM, now=now)[1]


@pytest.fixture
def cat(photos):
    return opened(photos / "chelsea.png")


@pytest.fixture
def entry(bank, added, photos, subscribed):  # noqa: F811
    """The cat, in a bank that Pia's platform blocks by."""
    subscribed("block")
    cat = hash_image(photos / "chelsea.png")
    return added(bank, cat.code, cat.quality)
