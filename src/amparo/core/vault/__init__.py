"""The survivor's code: made, read back from what she typed, and kept only as a slow digest."""

from amparo.core.vault._code import BITS, LANGUAGES, BadCode, Code, TypedCode, new_code, parse_code
from amparo.core.vault._digest import (
    MEMORY_KIB,
    PASSES,
    code_matches,
    digest_code,
    needs_new_digest,
    spend_the_same,
)

__all__ = [
    "BITS",
    "LANGUAGES",
    "MEMORY_KIB",
    "PASSES",
    "BadCode",
    "Code",
    "TypedCode",
    "code_matches",
    "digest_code",
    "needs_new_digest",
    "new_code",
    "parse_code",
    "spend_the_same",
]
