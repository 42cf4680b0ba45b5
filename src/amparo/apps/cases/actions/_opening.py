"""Open a case; add pictures and places to it."""

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks.models import Bank
from amparo.apps.cases import codes, jobs
from amparo.apps.cases.actions._access import NotYourCase, has_part, workable
from amparo.apps.cases.actions._consent import share
from amparo.apps.cases.keys import (
    Pen,
    blind_addresses,
    blind_pictures,
    checker_copy,
    grant_to,
    holders_of,
    opened,
    pen_of,
    set_public,
)
from amparo.apps.cases.models import Case, Item, Picture
from amparo.apps.cases.picture import Sent, parts_of
from amparo.apps.cases.refusal import Refused
from amparo.apps.cases.video import Fingerprint, content_of, quality_of
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.core.fingerprint import GOOD_QUALITY
from amparo.core.fingerprint.strong import StrongRecord
from amparo.core.vault import (
    BadUrl,
    Code,
    canonical_url,
    new_case_key,
    new_code,
    new_holder_key,
)

# One documented case has about 150 pictures after eight years; these are bounds against floods, not against her.
MOST_PICTURES = 1_000
MOST_ITEMS = 2_000
# Anybody may open a case, and each row holds the one writer of SQLite for some milliseconds.
MOST_AT_ONCE = 200
# Longer addresses than this are not accepted by common servers and proxies.
URL_MAX = 2_000


class BadAddress(Refused):
    """What was given as the place of a picture is not a web address. The message names its place in the list."""


class BadCountry(Refused):
    """A country was not given as its two letters."""


class TooMany(Refused):
    """More pictures or places than one case may hold."""


class LocatorsUsedUp(RuntimeError):
    """Ten drawn locators in a row were taken, of 20 million: the random source is broken."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new case, with her unlocked pair on it, and its code. The code is nowhere kept: show it once."""

    case: Case
    code: Code


def open_case(
    *,
    helpline: Organisation,
    language: str,
    country: str,
    fingerprints: Sequence[Sent],
    urls: Sequence[str],
    banks: Sequence[Bank] = (),
    by: Actor | None = None,
    now: datetime,
) -> Opened:
    """Open a case for `helpline` with what the survivor chose to send. Without `by` it is she who acts.

    country: two letters, or "" when she did not say. banks: those she shares her pictures with.
    Raises BadAddress, BadCountry, BankNotOffered, TooMany.
    """
    addresses = [web_address(url, place=place) for place, url in enumerate(urls, start=1) if url.strip()]
    if country and not re.fullmatch(r"[A-Z]{2}", country):
        raise BadCountry(_("Give the country as two capital letters, such as IT, or leave it open."))
    if max(len(addresses), len(fingerprints)) > MOST_AT_ONCE:
        raise TooMany(_("Open the case with at most %(count)d, and add the others after.") % {"count": MOST_AT_ONCE})
    code, hers = _unused_code(language), new_holder_key()
    case = Case(helpline=helpline, locator=code.locator, language=language[:12], country=country, opened_at=now)
    case.key, key = hers, new_case_key(case.pk)
    set_public(case, key)
    codes.set_locks(case, hers, code.words, None)  # slow on purpose, so outside the transaction
    actor = by or case
    if not has_part(case, by=actor):
        raise NotYourCase(_("A case is opened by the person herself or by her helpline."))
    with transaction.atomic():
        case.save(force_insert=True)
        grant_to(key, case, holders_of(case), now=now)
        record(Event.Kind.CASE_OPENED, case, by=actor, at=now, helpline=helpline.handle)
        _fill(Pen(case, key), fingerprints, addresses, banks, by=actor, now=now)
    return Opened(case, code)


def _unused_code(language: str) -> Code:
    for _attempt in range(10):
        code = new_code(language)
        if not Case.objects.filter(locator=code.locator).exists():
            return code
    raise LocatorsUsedUp("no free locator was drawn in ten tries: check the system's random source")


@transaction.atomic
def add_to_case(
    *,
    case: Case,
    fingerprints: Sequence[Sent],
    urls: Sequence[str],
    banks: Sequence[Bank] = (),
    by: Actor,
    now: datetime,
) -> None:
    """Add what she sends later, as `open_case` takes it: all of it or nothing. Raises BadAddress, TooMany."""
    addresses = [web_address(url, place=place) for place, url in enumerate(urls, start=1) if url.strip()]
    held = workable(case, by=by)
    _fill(pen_of(held, by), fingerprints, addresses, banks, by=by, now=now)


def _fill(
    pen: Pen,
    fingerprints: Sequence[Sent],
    addresses: Sequence[str],
    banks: Sequence[Bank],
    *,
    by: Actor,
    now: datetime,
) -> None:
    for sent in fingerprints:
        fingerprint, stronger = parts_of(sent)
        picture = _add_picture(pen, fingerprint, stronger, by=by, now=now)
        # A picture that is too plain stays in the case alone: the page said so before she sent it.
        for bank in banks if picture.quality >= GOOD_QUALITY else ():
            share(picture, fingerprint, bank, stronger=stronger, case=pen.case, by=by, now=now)
    for address in addresses:
        _add_item(pen, address, by=by, now=now)


@transaction.atomic
def add_picture(*, case: Case, fingerprint: Sent, by: Actor, now: datetime) -> Picture:
    """Keep one more fingerprint. The same one again gives the picture that is there."""
    return _add_picture(pen_of(workable(case, by=by), by), *parts_of(fingerprint), by=by, now=now)


def _add_picture(
    pen: Pen, fingerprint: Fingerprint, stronger: StrongRecord | None, *, by: Actor, now: datetime
) -> Picture:
    case, content = pen.case, content_of(fingerprint)
    blinds = blind_pictures(case, content)
    known = case.pictures.filter(blind_code__in=blinds).first()
    if known:
        known.keep_plain(code=content)
        _strengthen(pen, known, content, stronger, by=by, now=now)
        return known
    count = case.pictures.count()
    if count >= MOST_PICTURES:
        raise TooMany(_("One case holds at most %(count)d pictures.") % {"count": MOST_PICTURES})
    picture = Picture(
        case=case,
        number=count + 1,
        blind_code=blinds[0],
        quality=quality_of(fingerprint),
        algorithm=fingerprint.algorithm,
        added_at=now,
    )
    pen.write(picture, code=content, stronger=stronger and stronger.to_bytes()).save(force_insert=True)
    record(Event.Kind.PICTURE_ADDED, picture, by=by, at=now, quality=picture.quality)
    if stronger:
        record(Event.Kind.STRONGER_ADDED, picture, by=by, at=now)
    return picture


def _strengthen(
    pen: Pen, picture: Picture, content: bytes, stronger: StrongRecord | None, *, by: Actor, now: datetime
) -> None:
    """Give a picture that is there its stronger fingerprint. All of a row is sealed in one way, so both columns are."""
    if stronger is None or picture.has_stronger or pen.key is None:
        return
    pen.write(picture, code=content, stronger=stronger.to_bytes())
    picture.save(update_fields=["sealed_code", "sealed_stronger", "by_door"])
    record(Event.Kind.STRONGER_ADDED, picture, by=by, at=now)


@transaction.atomic
def add_item(*, case: Case, url: str, by: Actor, now: datetime) -> Item:
    """Follow one more address. The same one again gives the item that is there."""
    return _add_item(pen_of(workable(case, by=by), by), web_address(url), by=by, now=now)


def _add_item(pen: Pen, address: str, *, by: Actor, now: datetime) -> Item:
    case, blinds = pen.case, blind_addresses(address)
    known = case.items.filter(blind_url__in=blinds).first()
    if known:
        return opened(pen.key, [known])[0] if pen.key else known
    count = case.items.count()
    if count >= MOST_ITEMS:
        raise TooMany(_("One case holds at most %(count)d addresses.") % {"count": MOST_ITEMS})
    item = Item(case=case, number=count + 1, blind_url=blinds[0], added_at=now)
    if case.paused_at is None:
        item.check_due_at, item.checker_url = now, checker_copy(item, address)
    pen.write(item, url=address).save(force_insert=True)
    record(Event.Kind.ITEM_ADDED, item, by=by, at=now)
    if case.paused_at is None:
        jobs.follow(item, at=now, now=now)
    return item


def web_address(text: str, *, place: int = 1) -> str:
    """`text` as an http or https address; one without a scheme is taken as https. Raises BadAddress."""
    address = text.strip()
    if "://" not in address:
        address = f"https://{address}"
    # Control characters, white space and marks that reorder a line make an address read as another one.
    unseen = any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"} for sign in address)
    if unseen or len(address) > URL_MAX or not _has_a_host(address) or not _can_be_compared(address):
        raise BadAddress(
            _(
                "Address %(place)d is not a web address: copy all of it from the browser, from http to the end, "
                "without spaces."
            )
            % {"place": place}
        )
    return address


def _has_a_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    named = "." in host or ":" in host or host == "localhost"
    return parts.scheme in {"http", "https"} and named and "@" not in parts.netloc and port != 0


def _can_be_compared(address: str) -> bool:
    """Whether it has the one spelling by which the same address is known again."""
    with suppress(BadUrl):
        return bool(canonical_url(address))
    return False
