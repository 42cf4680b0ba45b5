"""The facts that a notice is built from. Checked for form here; what is missing is the regime's matter."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

LINE_MAX = 200  # a name, a reference, a hint; longer ones are a slip of copy and paste
NOTE_MAX = 600  # a few sentences: the notice needs no description of the picture
URL_MAX = 4096
# Links of the web and of the messengers that the groups use. Everything else is a slip or an attack.
SCHEMES = frozenset({"http", "https", "tg", "matrix", "mxc"})
# Right-to-left and isolate controls can make an address or a name read as another one.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MAILBOX = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")


class BadFact(ValueError):
    """A fact cannot stand in a notice. The message names the field, never its content."""


class Age(StrEnum):
    """The age of the person in the picture, when it was made. Unsure counts as under 18."""

    ADULT = "adult"
    UNDER_18 = "under_18"
    UNSURE = "unsure"


class Capacity(StrEnum):
    """Who sends: somebody authorised by the person in the picture, or that person."""

    AGENT = "agent"
    PERSON = "person"


class Kind(StrEnum):
    """Whether the picture is a recording, made or altered by a computer, or not known."""

    AUTHENTIC = "authentic"
    SYNTHETIC = "synthetic"
    UNKNOWN = "unknown"


class Ask(StrEnum):
    """What the notice asks for beside what the law orders."""

    REMOVE = "remove"
    IDENTICAL_COPIES = "identical_copies"
    BLOCK_REUPLOAD = "block_reupload"
    PRESERVE_EVIDENCE = "preserve_evidence"
    KEEP_IDENTITY = "keep_identity"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a copy is. url: http(s) or a messenger link; hint: e.g. "third picture", at most 200 signs."""

    url: str
    hint: str = ""

    def __post_init__(self) -> None:
        one_line("locations.hint", self.hint)
        parts = _split(self.url)
        if parts is None or parts.scheme.lower() not in SCHEMES or not (parts.netloc or parts.path):
            raise BadFact(
                f"locations.url is not an address without spaces that begins with one of "
                f"{', '.join(sorted(SCHEMES))}: copy the full address from the browser"
            )
        if "@" in parts.netloc and parts.scheme.lower() in {"http", "https"}:
            raise BadFact("locations.url holds a login name: copy the address without what stands before the @")


@dataclass(frozen=True, slots=True)
class NonConsent:
    """What the person did not agree to, as she or he said it. At least one of the first four is needed."""

    sharing: bool = False
    making: bool = False
    altering: bool = False
    withdrawn: bool = False
    meant_private: bool = False
    taken_away: bool = False
    identity_posted: bool = False
    threatened: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether the missing consent itself is stated, not only what surrounds it."""
        return self.sharing or self.making or self.altering or self.withdrawn


@dataclass(frozen=True, slots=True)
class Copyright:
    """What a DMCA notice needs beside the rest. Only for pictures that the person took.

    exposure_consent: she knows that the notice may be passed on and published, and agrees.
    """

    person_took_it: bool = False
    exposure_consent: bool = False
    work: str = ""
    postal_address: str = ""
    telephone: str = ""
    perjury: bool = False

    def __post_init__(self) -> None:
        for name in ("work", "postal_address", "telephone"):
            one_line(f"copyright.{name}", getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """The facts of one notice to one service. Empty means not known; `missing` tells what a regime needs.

    age_in_picture decides first: anything but ADULT is refused everywhere.
    organisation, mailbox, signatory: who signs; a role name is enough ("case worker 4").
    authority: the sender's own reference of the written authorisation; never a person's name.
    offered_in: where the service is offered, codes such as "US", "EU", "GB". covered_platform: it is a
    forum for what users post, or hosts such pictures (TAKE IT DOWN Act s.3); None = not known.
    country: where the person lives (ISO 3166). offences: ids of law entries; law_text: the sender's own
    words on the law instead. good_faith, signed: the signatory really states and signs it.
    protected: names and handles of the person that must stand nowhere in the text.
    """

    age_in_picture: Age
    organisation: str = ""
    mailbox: str = ""
    signatory: str = ""
    capacity: Capacity = Capacity.AGENT
    authority: str = ""
    postal_address: str = ""
    service: str = ""
    offered_in: frozenset[str] = frozenset()
    covered_platform: bool | None = None
    locations: tuple[Location, ...] = ()
    kind: Kind = Kind.UNKNOWN
    intimate: bool = False
    non_consent: NonConsent = field(default_factory=NonConsent)
    note: str = ""
    since: date | None = None
    country: str = ""
    offences: tuple[str, ...] = ()
    law_text: str = ""
    asks: frozenset[Ask] = frozenset(Ask)
    earlier: tuple[str, ...] = ()
    reference: str = ""
    good_faith: bool = False
    signed: bool = False
    copyright: Copyright | None = None
    language: str = "en"
    protected: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in LINES:
            one_line(name, getattr(self, name))
        for reference in self.earlier:
            one_line("earlier", reference)
        if len(self.note) > NOTE_MAX or not _plain(self.note.replace("\n", " "), spaces=True):
            raise BadFact(f"note is at most {NOTE_MAX} signs of plain text without control characters")
        if self.mailbox and not _MAILBOX.fullmatch(self.mailbox):
            raise BadFact("mailbox is not one mail address: give the role mailbox, such as cases@example.org")


# The facts that are one line of text.
LINES = (
    "organisation",
    "mailbox",
    "signatory",
    "authority",
    "postal_address",
    "service",
    "country",
    "law_text",
    "reference",
    "language",
)


def _split(url: str) -> SplitResult | None:
    """The parts of an address, or None when it is none."""
    if not _plain(url) or len(url) > URL_MAX:
        return None
    try:
        return urlsplit(url)
    except ValueError:  # such as a bracket without its pair
        return None


def one_line(name: str, text: str) -> None:
    """Raises BadFact for a text that cannot stand in a sentence: too long, or with breaks, controls or reordering."""
    if len(text) > LINE_MAX:
        raise BadFact(f"{name} has {len(text)} signs; at most {LINE_MAX} are wanted")
    if not _plain(text, spaces=True):
        raise BadFact(f"{name} holds line breaks or control characters; one line of plain text is wanted")


def _plain(text: str, *, spaces: bool = False) -> bool:
    if _REORDERING.search(text):
        return False
    return all(
        unicodedata.category(sign) not in {"Cc", "Cs", "Zl", "Zp"} and (spaces or not sign.isspace()) for sign in text
    )


def names(text: str, protected: frozenset[str]) -> bool:
    """Whether the text holds one of the protected names, in whatever case, with accents or without.

    Names are looked for as whole words; those in scripts without capitals (Arabic, Japanese...) anywhere,
    because words may stand there without spaces. A name in two scripts is two names.
    """
    words = f" {_folded(text)} "
    for name in protected:
        for folded in {_folded(name), _folded(name.casefold().replace("đ", "dj"))} - {""}:
            if (folded if _without_capitals(folded) else f" {folded} ") in words:
                return True
    return False


# Letters that Unicode does not take apart into a plain one and an accent: Turkish, Balkan, Polish, Nordic.
_PLAIN_LETTERS = str.maketrans(
    {"\N{LATIN SMALL LETTER DOTLESS I}": "i", "đ": "d", "ł": "l", "ø": "o", "ħ": "h", "ŧ": "t"}
)


def _folded(text: str) -> str:
    """The text for comparing names: no case, no accents, one space for all signs between words."""
    apart = unicodedata.normalize("NFKD", text.upper().casefold().translate(_PLAIN_LETTERS))
    return " ".join(re.findall(r"\w+", "".join(sign for sign in apart if not unicodedata.combining(sign))))


def _without_capitals(text: str) -> bool:
    return any(unicodedata.category(sign) == "Lo" for sign in text)
