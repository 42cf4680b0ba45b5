"""Seven words to a digest that is slow to compute, and back to yes or no."""

import threading
from collections.abc import Sequence

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from amparo.core.vault._words import plain

# libsodium's crypto_pwhash_argon2id "interactive" limits (OPSLIMIT 2, MEMLIMIT 64 MiB, one lane), which its manual
# gives for interactive use. The words have 77 bits by themselves: this is a second wall, not the first.
PASSES = 2
MEMORY_KIB = 64 * 1024
_argon2id = PasswordHasher(
    time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
# 64 MiB each: a process never holds more than this many at once, however many people knock.
_pool = threading.BoundedSemaphore(2)


def _secret(words: Sequence[str]) -> str:
    return " ".join(plain(word) for word in words)


def digest_code(words: Sequence[str]) -> str:
    """Argon2id of the secret words with a fresh 16-byte salt, as PHC text that names its parameters (97 characters).

    The same words in other case or without accents give a digest that `code_matches` takes for the same.
    """
    with _pool:
        return _argon2id.hash(_secret(words))


def code_matches(digest: str, words: Sequence[str]) -> bool:
    """Whether `words` are those that `digest` was made of. A digest that cannot be read matches nothing."""
    with _pool:
        try:
            return _argon2id.verify(digest, _secret(words))
        except (VerificationError, InvalidHashError):
            return False


def needs_new_digest(digest: str) -> bool:
    """Whether `digest` was made with other parameters than today's, and is to be made anew at the next right code."""
    return _argon2id.check_needs_rehash(digest)


def spend_the_same(words: Sequence[str]) -> None:
    """Do the work of one `code_matches` and answer nothing: for a locator that no case has."""
    digest_code(words)
