import pytest

from amparo.core.fingerprint import ImageFingerprint


@pytest.fixture
def fingerprint() -> ImageFingerprint:
    """A made-up code of 128 ones, as PDQ's are."""
    return ImageFingerprint(code=bytes([0x0F]) * 32, quality=90, sha256=None, algorithm="pdq-c512")
