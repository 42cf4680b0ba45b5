"""What rows are called on her pages: a word, a shape, and what it means for her."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self
from urllib.parse import urlsplit

from django.utils.translation import gettext as _, pgettext

from amparo.apps.banks.models import Bank
from amparo.apps.cases.models import Consent, Item, Notice, Picture
from amparo.core.fingerprint import GOOD_QUALITY, VIDEO_ALGORITHM
from amparo.core.guide import Answer
from amparo.core.law import Advice, Offence, is_stale
from amparo.ui.labels import Address, Label, address


def item_label(state: str) -> Label:
    return {
        Item.State.UNKNOWN: Label(pgettext("address", "not looked at yet"), "ring", "quiet"),
        Item.State.ALIVE: Label(pgettext("address", "still there"), "disc", "wait"),
        Item.State.GONE: Label(pgettext("address", "gone"), "check", "good"),
        Item.State.GONE_SUSPECTED: Label(pgettext("address", "seems gone"), "half", "plain"),
        Item.State.RESTRICTED: Label(pgettext("address", "only some people can open it"), "lock", "wait"),
        Item.State.BLOCKED: Label(pgettext("address", "closed to our check"), "bar", "plain"),
        Item.State.ERROR: Label(pgettext("address", "did not answer"), "triangle", "plain"),
    }[Item.State(state)]


def item_meaning(state: str) -> str:
    return {
        Item.State.UNKNOWN: _("We look at it soon."),
        Item.State.ALIVE: _("The page answers. The helpline can ask for it to be removed."),
        Item.State.GONE: _("We look again, to be sure that it stays gone."),
        Item.State.GONE_SUSPECTED: _("The page looks empty. A person looks at it before we call it gone."),
        Item.State.RESTRICTED: _("The page asks for a sign-in. It may still be there."),
        Item.State.BLOCKED: _("The website does not let our check in. A person looks instead."),
        Item.State.ERROR: _("We try again."),
    }[Item.State(state)]


def notice_label(state: str) -> Label:
    return {
        Notice.State.QUEUED: Label(pgettext("request", "about to go out"), "clock", "quiet"),
        Notice.State.SENDING: Label(pgettext("request", "going out"), "clock", "quiet"),
        Notice.State.SENT: Label(pgettext("request", "sent"), "arrow", "good"),
        Notice.State.UNCONFIRMED: Label(pgettext("request", "sent, we check if it arrived"), "half", "wait"),
        Notice.State.FAILED: Label(pgettext("request", "did not go out yet, the helpline knows"), "triangle", "wait"),
    }[Notice.State(state)]


def quality_words(quality: int) -> str:
    if quality >= GOOD_QUALITY:
        return _("Changed copies can be found too.")
    return _("It has few details, so it is not shared with a list.")


@dataclass(frozen=True, slots=True)
class BankOffer:
    """A bank as she is asked about it. readers: the services that compare uploads with it."""

    id: int
    title: str
    owner: str
    readers: list[str]
    chosen: bool


def offers(banks: Iterable[Bank], *, chosen: Collection[str]) -> list[BankOffer]:
    return [
        BankOffer(
            id=bank.pk,
            title=bank.title,
            owner=bank.owner.name,
            readers=sorted(subscription.organisation.name for subscription in bank.subscriptions.all()),
            chosen=str(bank.pk) in chosen,
        )
        for bank in banks
    ]


@dataclass(frozen=True, slots=True)
class PictureRow:
    number: int
    picture: Picture
    quality: str
    consents: list[Consent]
    is_video: bool
    # The lists that she could share it with and does not.
    banks: list[Bank]


def picture_rows(pictures: Iterable[Picture], *, banks: Collection[Bank]) -> list[PictureRow]:
    return [
        PictureRow(
            number=number,
            picture=picture,
            quality=quality_words(picture.quality),
            consents=list(picture.consents.all()),
            is_video=picture.algorithm == VIDEO_ALGORITHM,
            banks=_unshared(picture, banks),
        )
        for number, picture in enumerate(pictures, start=1)
    ]


def _unshared(picture: Picture, banks: Collection[Bank]) -> list[Bank]:
    shared = {consent.bank_id for consent in picture.consents.all() if consent.withdrawn_at is None}
    return [bank for bank in banks if bank.pk not in shared] if picture.quality >= GOOD_QUALITY else []


@dataclass(frozen=True, slots=True)
class ItemRow:
    item: Item
    # None where what is stored of it was altered: then nothing of it is shown.
    address: Address | None
    label: Label
    meaning: str


def item_rows(items: Iterable[Item]) -> list[ItemRow]:
    return [
        ItemRow(
            item=item,
            address=None if item.altered else address(item.url),
            label=item_label(item.state),
            meaning=item_meaning(item.state),
        )
        for item in items
    ]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    notice: Notice
    label: Label
    hosts: list[str]


def notice_rows(notices: Iterable[Notice]) -> list[NoticeRow]:
    return [
        NoticeRow(
            notice=notice,
            label=notice_label(notice.state),
            hosts=sorted({urlsplit(item.url).hostname or "" for item in notice.items.all() if not item.altered}),
        )
        for notice in notices
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do first, from the law data: its steps in her language, and how sure and how old they are."""

    headline: str
    steps: list[str]
    advice: Advice
    stale: bool

    @classmethod
    def of(cls, advice: Advice, today: date) -> Self:
        return cls(_(advice.headline), [_(step) for step in advice.steps], advice, is_stale(advice, on=today))


@dataclass(frozen=True, slots=True)
class Law:
    """An offence of her country. unsure: not read in its source, or not known to be in force today."""

    offence: Offence
    unsure: bool
    stale: bool

    @classmethod
    def of(cls, offence: Offence, today: date) -> Self:
        return cls(offence, not offence.citable(today), is_stale(offence, on=today))


@dataclass(frozen=True, slots=True)
class Said:
    """A vetted answer in her language."""

    id: str
    title: str
    body: str

    @classmethod
    def of(cls, answer: Answer) -> Self:
        return cls(answer.id, _(answer.title), _(answer.body))
