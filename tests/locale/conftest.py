from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.sites.survivor.conftest import answered, opened, shared, used_bank

__all__ = ["answered", "opened", "shared", "used_bank"]


@pytest.fixture(autouse=True)
def _language_of_the_next_test() -> Iterator[None]:
    """A request leaves its language behind in the thread."""
    yield
    translation.deactivate()
