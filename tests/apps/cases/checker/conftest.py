import pytest

from amparo.apps.cases.checker import look
from tests.servers.host import Host

AGENT = "Amparo-checker/test (+https://help.example.org)"


@pytest.fixture
def host():
    with Host() as running:
        yield running


@pytest.fixture
def seen_by(host):
    """Look at a URL with this host allowed."""

    def see(url, **options):
        return look(url, agent=AGENT, **({"allowed": frozenset({host.allowed})} | options))

    return see
