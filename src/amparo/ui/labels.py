"""What a page shows of a value: a state as word and shape, an address with its path behind a step."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Label:
    """A state in a word and a shape, so that it never rests on colour alone.

    shape: a name in ui/components/shape.html. tone: the end of a `tone-` class in amparo.css.
    """

    word: str
    shape: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL as it is shown: the host at once, the whole of it only when asked for."""

    host: str
    whole: str


def address(url: str) -> Address:
    return Address(host=urlsplit(url).hostname or url.partition(":")[0], whole=url)
