"""New words that are not in use yet: a slip in the page before her, sealed by the house and kept nowhere.

The page that shows a code carries the slip as a hidden field. She types two of the words back, the slip comes with
them, and only then do the words count. Until then they can be shown again.
"""

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from amparo.apps.accounts.instance import records
from amparo.apps.cases.models import Case
from amparo.apps.cases.refusal import Refused
from amparo.core.vault import CannotOpen, open_record, seal_record, words_as_password

# Time to find paper and a pen. Afterwards the slip is of no use to whoever finds the page.
GOOD_FOR = timedelta(hours=1)
ASKED = 2


class BadSlip(Refused):
    """What came back with the words is no slip of this case, or is an old one."""


class Use(StrEnum):
    """What the words are for: a case that was just opened, in place of the old ones, or as a second code."""

    NEW_CASE = "new_case"
    CHANGED = "changed"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Slip:
    """words: those to be typed back. first: those of her own code, where `words` are a second one.

    asked: the places of the two words, from 1.
    """

    use: Use
    locator: str
    words: tuple[str, ...] = field(repr=False)
    language: str
    asked: tuple[int, ...]
    made_at: datetime
    first: tuple[str, ...] = field(default=(), repr=False)

    def fits(self, typed: str) -> bool:
        """Whether these are the two words asked for, or the whole code. Case, accents and signs make no difference."""
        parts = re.findall(r"[^\W\d_]+", words_as_password([typed]))
        whole = [words_as_password([word]) for word in self.words]
        place = words_as_password([re.sub(r"[\W\d_]", "", self.locator)])
        two = [whole[number - 1] for number in self.asked]
        return parts in (two, whole, [place, *whole])


def new_slip(
    use: Use, *, locator: str, words: tuple[str, ...], language: str, now: datetime, first: tuple[str, ...] = ()
) -> Slip:
    places = sorted(secrets.SystemRandom().sample(range(1, len(words) + 1), ASKED))
    return Slip(use=use, locator=locator, words=words, language=language, asked=tuple(places), made_at=now, first=first)


_PLACE: dict[str, Any] = {"model": "cases.slip", "field": "words"}  # named arguments of the vault


def sealed(slip: Slip, case: Case) -> str:
    """As the page carries it."""
    told = {
        "use": slip.use,
        "locator": slip.locator,
        "words": slip.words,
        "first": slip.first,
        "language": slip.language,
        "asked": slip.asked,
        "made_at": slip.made_at.isoformat(),
    }
    inside = json.dumps(told, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(seal_record(records("doors"), inside, **_PLACE, row=case.pk)).decode()


def read(text: str, case: Case, *, now: datetime) -> Slip:
    """The slip of `case` that came back. Raises BadSlip."""
    try:
        told = json.loads(open_record(records("doors"), base64.urlsafe_b64decode(text), **_PLACE, row=case.pk))
    except (binascii.Error, ValueError, CannotOpen):
        raise _refused() from None
    slip = Slip(
        use=Use(told["use"]),
        locator=told["locator"],
        words=tuple(told["words"]),
        first=tuple(told["first"]),
        language=told["language"],
        asked=tuple(told["asked"]),
        made_at=datetime.fromisoformat(told["made_at"]),
    )
    if not slip.made_at <= now < slip.made_at + GOOD_FOR:
        raise _refused()
    return slip


def _refused() -> BadSlip:
    return BadSlip(_("More than an hour went by, so the words on that page are not used. You can ask for new ones."))
