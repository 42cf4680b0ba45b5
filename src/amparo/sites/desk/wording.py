"""What rows are called at the desk: a word and a shape."""

from django.utils.translation import gettext as _, pgettext

from amparo.apps.cases.models import Case, Item, Notice
from amparo.apps.cases.queries import Moment, Who
from amparo.apps.gate.models import Decision
from amparo.core.law import Clock, Regime, countries
from amparo.ui.labels import Label


def case_label(state: str) -> Label:
    return {
        Case.State.OPEN: Label(pgettext("case", "open"), "disc", "plain"),
        Case.State.CLOSED: Label(pgettext("case", "closed"), "check", "good"),
        Case.State.FROZEN: Label(pgettext("case", "frozen"), "lock", "late"),
    }[Case.State(state)]


def item_label(state: str) -> Label:
    return {
        Item.State.UNKNOWN: Label(pgettext("address", "unknown"), "ring", "quiet"),
        Item.State.ALIVE: Label(pgettext("address", "alive"), "disc", "late"),
        Item.State.GONE: Label(pgettext("address", "gone"), "check", "good"),
        Item.State.GONE_SUSPECTED: Label(pgettext("address", "seems gone"), "half", "wait"),
        Item.State.RESTRICTED: Label(pgettext("address", "restricted"), "lock", "wait"),
        Item.State.BLOCKED: Label(pgettext("address", "blocked to us"), "bar", "wait"),
        Item.State.ERROR: Label(pgettext("address", "no answer"), "triangle", "wait"),
    }[Item.State(state)]


def closed_words(closed_by: str) -> str:
    return {
        Item.ClosedBy.SEEN_GONE_TWICE: _("seen gone twice"),
        Item.ClosedBy.A_PERSON_LOOKED: _("somebody looked"),
        Item.ClosedBy.SURVIVOR: _("the person looked"),
    }[Item.ClosedBy(closed_by)]


def notice_label(state: str) -> Label:
    return {
        Notice.State.QUEUED: Label(pgettext("notice", "queued"), "clock", "quiet"),
        Notice.State.SENDING: Label(pgettext("notice", "sending"), "clock", "quiet"),
        Notice.State.SENT: Label(pgettext("notice", "sent"), "arrow", "good"),
        Notice.State.UNCONFIRMED: Label(pgettext("notice", "in doubt"), "half", "late"),
        Notice.State.FAILED: Label(pgettext("notice", "not delivered"), "cross", "late"),
    }[Notice.State(state)]


def answer_label(answer: str) -> Label:
    return {
        Decision.Answer.BLOCK: Label(pgettext("upload", "blocked"), "cross", "late"),
        Decision.Answer.HOLD: Label(pgettext("upload", "held for review"), "half", "wait"),
        Decision.Answer.RECORD: Label(pgettext("upload", "recorded only"), "ring", "quiet"),
    }[Decision.Answer(answer)]


def ground_words(ground: str) -> str:
    return {
        Decision.Ground.KNOWN_PICTURE: _("known picture"),
        Decision.Ground.POSSIBLY_KNOWN_PICTURE: _("possibly a known picture"),
        Decision.Ground.KNOWN_VIDEO: _("known video"),
        Decision.Ground.POSSIBLY_KNOWN_VIDEO: _("possibly a known video"),
    }[Decision.Ground(ground)]


def place_name(code: str) -> str:
    if code == "EU":
        return _("European Union")
    return next((country.name for country in countries() if country.code == code), code)


def clock_words(regime: Regime) -> str:
    hours = regime.law_hours
    if regime.clock is Clock.LAW and hours is not None:
        return _("%(hours)s hours by law, from %(start)s") % {"hours": hours, "start": regime.clock_start}
    if regime.clock is Clock.UNCONFIRMED and hours is not None:
        return _("%(hours)s hours reported, unconfirmed") % {"hours": hours}
    return _("no hours for the platform in this law; we ask again after 48 hours")


def who_words(moment: Moment) -> str:
    if moment.who is Who.SURVIVOR:
        return _("the person")
    return moment.handle if moment.who is Who.HELPLINE else str(moment.who.label)
