"""The word lists, and the one form in which a word is compared."""

import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from mnemonic import Mnemonic

# BIP-39 lists of the `mnemonic` package (MIT), 2,048 words each. BIP-39 says of the Spanish and French lists that a
# letter counts as the same with or without its accent, so no special keyboard is needed; a test holds that true.
_BIP_39 = {"en": "english", "es": "spanish", "fr": "french", "it": "italian"}
# Lists of our own, written for Amparo, in words/: 2,048 everyday words each, of one spelling and unlike one another
# without their marks. No native speaker has read them yet.
_OUR_OWN = ("de", "hr", "sq", "sr")


def plain(text: str) -> str:
    """`text` in the form words are compared in: NFKD, without accents and invisible characters, lower case."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(
        character
        for character in decomposed
        if not unicodedata.combining(character) and unicodedata.category(character) != "Cf"
    )


def _words_of(language: str) -> tuple[str, ...]:
    if language in _OUR_OWN:
        lines = files("amparo.core.vault").joinpath("words", f"{language}.txt").read_text(encoding="utf-8").split()
    else:
        lines = Mnemonic(_BIP_39[language]).wordlist
    return tuple(unicodedata.normalize("NFC", word) for word in lines)


# By language, in the spelling that people read.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {language: _words_of(language) for language in (*_BIP_39, *_OUR_OWN)}
)
# Every word of every list, in the form that is compared.
KNOWN = frozenset(plain(word) for words in WORDS.values() for word in words)
