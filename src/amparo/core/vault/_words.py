"""The word lists, and the one form in which a word is compared."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from mnemonic import Mnemonic

# BIP-39 lists of the `mnemonic` package (MIT), 2,048 words each. BIP-39 says of the Spanish and French lists that a
# letter counts as the same with or without its accent, so no special keyboard is needed; a test holds that true.
_LISTS = {"en": "english", "es": "spanish", "fr": "french", "it": "italian"}


def plain(text: str) -> str:
    """`text` in the form words are compared in: NFKD, without accents and invisible characters, lower case."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(
        character
        for character in decomposed
        if not unicodedata.combining(character) and unicodedata.category(character) != "Cf"
    )


def _words_of(name: str) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", word) for word in Mnemonic(name).wordlist)


# By language, in the spelling that people read.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({code: _words_of(name) for code, name in _LISTS.items()})
# Every word of every list, in the form that is compared.
KNOWN = frozenset(plain(word) for words in WORDS.values() for word in words)
