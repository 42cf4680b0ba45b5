"""Her yes to a bank, and its end."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amparo.apps.banks.actions import add_entry, add_video, withdraw_entry
from amparo.apps.banks.models import Bank, Entry
from amparo.apps.cases.actions._access import locked, workable
from amparo.apps.cases.keys import open_case_key, opened
from amparo.apps.cases.models import Case, Consent, Picture
from amparo.apps.cases.queries import banks_offered
from amparo.apps.cases.refusal import Refused
from amparo.apps.cases.video import Fingerprint, fingerprint_of
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Actor, Event
from amparo.core.fingerprint import GOOD_QUALITY, VideoFingerprint
from amparo.core.fingerprint.strong import StrongRecord


class ConsentIsHers(Refused):
    """Somebody else said yes for her (safety rule 6)."""


class BankNotOffered(Refused):
    """The bank is not one that her helpline shares fingerprints with."""


class PictureTooPlain(Refused):
    """The picture has too little in it: in a bank it would match other people's pictures (safety rule 8)."""


@transaction.atomic
def give_consent(*, picture: Picture, bank: Bank, by: Actor, now: datetime) -> Consent:
    """Put the fingerprint of `picture` into `bank`, because she said yes; with it the stronger one, if there is one.

    A second yes changes nothing.
    """
    case = workable(picture.case, by=by)
    _hers(case, by)
    [picture] = opened(open_case_key(case, by), [case.pictures.get(pk=picture.pk)])
    return share(picture, _usual(picture), bank, stronger=_stronger(picture), case=case, by=by, now=now)


def _usual(picture: Picture) -> Fingerprint:
    return fingerprint_of(picture.code, algorithm=picture.algorithm, quality=picture.quality)


def _stronger(picture: Picture) -> StrongRecord | None:
    return StrongRecord.from_bytes(picture.stronger) if picture.stronger else None


def _hers(case: Case, by: Actor) -> None:
    if by.handle != case.handle:
        raise ConsentIsHers(_("Only the person herself can agree to share a fingerprint, with her code."))


def share(
    picture: Picture,
    fingerprint: Fingerprint,
    bank: Bank,
    *,
    stronger: StrongRecord | None,
    case: Case,
    by: Actor,
    now: datetime,
) -> Consent:
    """Her yes to one bank for a picture of the held `case`, whose fingerprints are at hand."""
    _hers(case, by)
    if not banks_offered(case.helpline).filter(pk=bank.pk).exists():
        raise BankNotOffered(_("Her helpline does not share fingerprints with this bank."))
    given = picture.consents.select_related("entry").filter(bank=bank, withdrawn_at=None).first()
    if given and not (stronger and _lacks_stronger(given.entry)):
        return given
    if picture.quality < GOOD_QUALITY:
        raise PictureTooPlain(
            _("This picture has too little in it: its fingerprint would stop pictures of other people. Choose another.")
        )
    if given:  # what is in an entry stays as it is: another takes its place, and partners hear of both
        end_consent(given, by=by, now=now)
    if isinstance(fingerprint, VideoFingerprint):
        entry = add_video(bank=bank, fingerprint=fingerprint, by=by, now=now)
    else:
        entry = add_entry(bank=bank, fingerprint=fingerprint, stronger=stronger, by=by, now=now)
    consent = Consent.objects.create(picture=picture, bank=bank, entry=entry, given_at=now)
    record(Event.Kind.CONSENT_GIVEN, consent, by=by, at=now, bank=bank.handle)
    return consent


def _lacks_stronger(entry: Entry) -> bool:
    """One that the bank took out itself lacks nothing: it stays out."""
    return entry.withdrawn_at is None and entry.sealed_stronger is None


@transaction.atomic
def forget_stronger(*, picture: Picture, by: Actor, now: datetime) -> None:
    """Take a picture's stronger fingerprint out of every bank and out of her case. The usual one stays where it is.

    She alone may: what is shared without it is shared anew, in her name.
    """
    case = workable(picture.case, by=by)
    _hers(case, by)
    [picture] = opened(open_case_key(case, by), [case.pictures.get(pk=picture.pk)])
    if not picture.has_stronger:
        return
    fingerprint, offered = _usual(picture), banks_offered(case.helpline)
    picture.sealed_stronger = None
    picture.save(update_fields=["sealed_stronger"])
    record(Event.Kind.STRONGER_FORGOTTEN, picture, by=by, at=now)
    live = picture.consents.filter(withdrawn_at=None, entry__sealed_stronger__isnull=False)
    for consent in list(live.select_related("bank")):
        end_consent(consent, by=by, now=now)
        if offered.filter(pk=consent.bank_id).exists():
            share(picture, fingerprint, consent.bank, stronger=None, case=case, by=by, now=now)


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: Actor, now: datetime) -> None:
    """Take the fingerprint out of that bank. A second no changes nothing."""
    locked(consent.picture.case, by=by)
    end_consent(consent, by=by, now=now)


@transaction.atomic
def withdraw_everything(*, case: Case, by: Actor, now: datetime) -> int:
    """Take every picture of the case out of every bank. Returns how many consents ended now."""
    locked(case, by=by)
    return end_consents(case, by=by, now=now)


def end_consents(case: Case, *, by: Actor, now: datetime) -> int:
    live = list(Consent.objects.filter(picture__case=case, withdrawn_at=None))
    for consent in live:
        end_consent(consent, by=by, now=now)
    return len(live)


def end_consent(consent: Consent, *, by: Actor, now: datetime) -> None:
    consent = Consent.objects.select_related("entry", "bank").get(pk=consent.pk)
    if consent.withdrawn_at is not None:
        return
    withdraw_entry(entry=consent.entry, reason="consent withdrawn", by=by, now=now)
    consent.withdrawn_at = max(now, consent.given_at)
    consent.save(update_fields=["withdrawn_at"])
    record(Event.Kind.CONSENT_WITHDRAWN, consent, by=by, at=now, bank=consent.bank.handle)
