"""Write a notice: facts, then the laws that fit, then every sentence with its reason, then send."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from amparo.apps.accounts.models import Organisation
from amparo.apps.cases import actions
from amparo.apps.cases.contents import contents, notice_of
from amparo.apps.cases.models import Case, Item, Notice
from amparo.core import law
from amparo.sites.desk.access import case_for, staff, user_of
from amparo.sites.desk.entry import LOOK_AGAIN
from amparo.sites.desk.forms import NoticeForm
from amparo.sites.desk.rows import notice_rows, regime_of
from amparo.sites.desk.wording import clock_words

# What core.law refuses beside a missing element; each message says what was wrong and what to do.
REFUSALS = (law.BadFact, law.MinorRefused, law.RegimeRefused, law.UnconfirmedLaw, law.NameInText, law.UnknownRegime)


@dataclass(frozen=True, slots=True)
class Choice:
    """A law that fits, what it still misses, and what to know before using it."""

    regime: law.Regime
    clock: str
    cautions: tuple[str, ...]
    missing: tuple[law.MissingElement, ...]


@staff(Organisation.Kind.HELPLINE)
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case, now = case_for(request, case_id), timezone.now()
    if case.state == Case.State.FROZEN:
        raise Http404
    offences = law.offences_for(case.country, on=now.date()) if case.country else ()
    items = contents(case, user_of(request)).items
    if request.method != "POST":
        return _facts_page(request, NoticeForm(case=case, items=items, offences=offences, initial=_initial(items)))
    form = NoticeForm(request.POST, case=case, items=items, offences=offences)
    if not form.is_valid():
        return _facts_page(request, form, status=LOOK_AGAIN)
    try:
        return _answer(request, form, now=now)
    except actions.NotYourCase:
        raise Http404 from None
    except (*REFUSALS, actions.Refused) as refusal:
        form.add_error("age" if isinstance(refusal, law.MinorRefused) else None, str(refusal))
        return _facts_page(request, form, status=LOOK_AGAIN)


def _answer(request: HttpRequest, form: NoticeForm, *, now: datetime) -> HttpResponse:
    facts = form.facts()
    wanted = request.POST.get("do", "")
    try:
        if wanted == "send":
            return _send(request, form, facts, now=now)
        if wanted == "preview":
            return _preview(request, form, facts, now=now)
    except law.ElementMissing as refusal:
        choices = _choices(facts, now=now)
        return _facts_page(request, form, choices=choices, missing=refusal.missing, status=LOOK_AGAIN)
    others = law.other_regimes(facts, on=now.date())
    return _facts_page(request, form, choices=_choices(facts, now=now), others=others)


def _initial(items: list[Item]) -> dict[str, object]:
    return {"items": [str(item.pk) for item in items if item.closed_at is None and not item.altered], "language": "en"}


def _choices(facts: law.NoticeFacts, *, now: datetime) -> list[Choice]:
    return [
        Choice(
            regime=fit.regime,
            clock=clock_words(fit.regime),
            cautions=fit.cautions,
            missing=law.missing(fit.regime.id, facts),
        )
        for fit in law.fitting_regimes(facts, on=now.date())
    ]


def _facts_page(
    request: HttpRequest,
    form: NoticeForm,
    *,
    choices: list[Choice] | None = None,
    others: tuple[law.NoFit, ...] = (),
    missing: tuple[law.MissingElement, ...] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "case": form.case,
        "choices": choices,
        "others": others,
        "missing": missing,
        "wanted": request.POST.get("regime", ""),
    }
    return render(request, "desk/compose.html", context, status=status)


def _preview(request: HttpRequest, form: NoticeForm, facts: law.NoticeFacts, *, now: datetime) -> HttpResponse:
    draft = law.compose(form.cleaned_data["regime"], facts, at=now)
    # Good for one sending: a second press of the button sends nothing more.
    request.session["draft"] = now.isoformat()
    context = {
        "form": form,
        "case": form.case,
        "draft": draft,
        "deadline": draft.due_at(now),
        "recipient": form.cleaned_data["recipient"],
        "mailbox": facts.mailbox,
    }
    return render(request, "desk/preview.html", context)


def _send(request: HttpRequest, form: NoticeForm, facts: law.NoticeFacts, *, now: datetime) -> HttpResponse:
    if not request.session.pop("draft", ""):
        messages.error(
            request, _("This was sent already, or its preview is too old. The notices of the case are below.")
        )
        return redirect("desk:case", form.case.pk)
    sent = actions.send_notice(
        case=form.case,
        items=form.chosen_items(),
        regime=form.cleaned_data["regime"],
        facts=facts,
        recipient=form.cleaned_data["recipient"],
        by=user_of(request),
        now=now,
    )
    messages.success(request, _("The notice is queued and goes out now."))
    return redirect("desk:notice", form.case.pk, sent.pk)


@staff(Organisation.Kind.HELPLINE)
@require_GET
def notice(request: HttpRequest, case_id: UUID, notice_id: UUID) -> HttpResponse:
    """The text as it went out, word for word, and where its delivery stands."""
    case = case_for(request, case_id)
    try:
        found = notice_of(case, notice_id, user_of(request))
    except Notice.DoesNotExist:
        raise Http404 from None
    regime = regime_of(found)
    elements = {element.id: element for element in regime.elements} if regime else {}
    context = {
        "case": case,
        "notice": found,
        "row": notice_rows([found], now=timezone.now())[0],
        "regime": regime,
        "addresses": found.items.count(),
        "sentences": [(elements.get(element_id), element_id, text) for element_id, text in found.sentences],
        "doubtful": found.state == Notice.State.UNCONFIRMED,
        "failed": found.state == Notice.State.FAILED,
        "now": timezone.now(),
    }
    return render(request, "desk/notice.html", context)
