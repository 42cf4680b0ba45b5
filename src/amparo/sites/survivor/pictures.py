"""The page where fingerprints are made on her device, and where a case begins."""

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from amparo.apps.accounts.models import Organisation
from amparo.apps.accounts.queries import NoHelpline, receiving_helpline
from amparo.apps.banks.models import Bank
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case
from amparo.apps.cases.picture import text_of_picture
from amparo.apps.cases.queries import banks_offered
from amparo.apps.cases.slips import Use
from amparo.apps.cases.video import text_of
from amparo.core.law import Age, Situation, routes_for
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.forms import PicturesForm
from amparo.sites.survivor.wording import offers
from amparo.sites.survivor.words_back import show_code


# A video is played from the device's own memory, so that its frames can be seen; nothing may be fetched.
@csp_update({"media-src": ["blob:"]})
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Refused without the answer that the person in the picture was an adult: no picker exists before it."""
    if not visit.is_adult(request):
        return redirect("survivor:age")
    case = visit.case_of(request)
    try:
        helpline = case.helpline if case else receiving_helpline(settings.HELPLINE)
    except NoHelpline:
        return _no_helpline(request)
    banks = list(banks_offered(helpline).select_related("owner").prefetch_related("subscriptions__organisation"))
    form = PicturesForm(
        request.POST if request.method == "POST" else None, banks=banks, initial={"country": visit.country_of(request)}
    )
    if request.method != "POST":
        return _page(request, form, helpline, banks)
    if not form.is_valid():
        return _page(request, form, helpline, banks, status=LOOK_AGAIN)
    allowed = [bank for bank in banks if str(bank.pk) in form.cleaned_data["banks"]]
    try:
        return _continue(request, case, form, allowed) if case else _begin(request, helpline, form, allowed)
    except actions.Refused as refusal:
        form.add_error("urls" if isinstance(refusal, actions.BadAddress) else None, str(refusal))
        return _page(request, form, helpline, banks, status=LOOK_AGAIN)


def _begin(request: HttpRequest, helpline: Organisation, form: PicturesForm, allowed: list[Bank]) -> HttpResponse:
    opened = actions.open_case(
        helpline=helpline,
        language=get_language() or "en",
        country=form.cleaned_data["country"],
        fingerprints=[*form.cleaned_data["picture"], *form.cleaned_data["video"]],
        urls=form.cleaned_data["urls"],
        banks=allowed,
        now=timezone.now(),
    )
    visit.enter(request, opened.case)
    visit.forget_answers(request)
    return show_code(request, opened.case, opened.code, Use.NEW_CASE)


def _continue(request: HttpRequest, case: Case, form: PicturesForm, allowed: list[Bank]) -> HttpResponse:
    actions.add_to_case(
        case=case,
        fingerprints=[*form.cleaned_data["picture"], *form.cleaned_data["video"]],
        urls=form.cleaned_data["urls"],
        banks=allowed,
        by=case,
        now=timezone.now(),
    )
    visit.forget_answers(request)
    messages.success(request, gettext("It arrived. You see it on this page."))
    return redirect("survivor:mine")


def _page(
    request: HttpRequest, form: PicturesForm, helpline: Organisation, banks: list[Bank], *, status: int = 200
) -> HttpResponse:
    posted, videos = (form.cleaned_data.get(name, []) if form.is_bound else [] for name in ("picture", "video"))
    context = {
        "form": form,
        "helpline": helpline,
        "offered": offers(banks, chosen=request.POST.getlist("banks")),
        "kept": [text_of_picture(one) for one in posted],
        "kept_videos": [text_of(one) for one in videos],
        "again": visit.case_of(request) is not None,
    }
    return render(request, "survivor/pictures.html", context, status=status)


def _no_helpline(request: HttpRequest) -> HttpResponse:
    found = routes_for(visit.country_of(request), Situation.ADULT_ONLINE, Age.ADULT)
    return render(request, "survivor/no_helpline.html", {"found": found}, status=503)
