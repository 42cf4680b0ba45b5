"""The guided way to StopNCII: what it is, what they get, how it goes, and her own note that she did it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from amparo.apps.cases import actions
from amparo.apps.cases.models import Case
from amparo.apps.cases.queries import Service, handed_over_at
from amparo.core.law import Age, Route, Situation, is_stale, routes_for
from amparo.sites.survivor import visit

ADDRESS = "https://stopncii.org"
# How the law data begins the list of services that compare uploads; names are the same in every language.
PARTNERS = "partners seen: "


@require_http_methods(["GET", "HEAD", "POST"])
def other(request: HttpRequest) -> HttpResponse:
    """Only after the answer that the person in the picture was an adult, or with a case, which had that answer.

    The service is for adults; people under 18 are shown other services, and never this one.
    """
    case = visit.case_of(request)
    if case is not None and case.state == Case.State.FROZEN:
        return redirect("survivor:young")
    if case is None and not visit.is_adult(request):
        return redirect("survivor:age")
    if request.method == "POST" and case is not None:
        return _note(request, case)
    country = case.country if case else visit.country_of(request)
    found = routes_for(country, Situation.ADULT_ONLINE, Age.ADULT).routes
    service = next(route for route in found if route.url == ADDRESS)
    context = {
        "service": service,
        "partners": partners(service),
        "stale": is_stale(service, on=timezone.now().date()),
        "others": [route for route in found if route is not service],
        "case": case,
        "done_at": handed_over_at(case, Service.STOPNCII) if case else None,
    }
    return render(request, "survivor/other.html", context)


def partners(service: Route) -> str:
    """The services that were seen to compare uploads with its list, as the law data has them."""
    return next(told.removeprefix(PARTNERS) for told in service.conditions if told.startswith(PARTNERS))


def _note(request: HttpRequest, case: Case) -> HttpResponse:
    if request.POST.get("do") == "undo":
        actions.undo_hand_over(case=case, service=Service.STOPNCII, by=case, now=timezone.now())
        messages.success(request, gettext("The note is gone from your page."))
    else:
        actions.note_hand_over(case=case, service=Service.STOPNCII, by=case, now=timezone.now())
        messages.success(request, gettext("Noted. It stands on your page, and your helpline sees it too."))
    return redirect("survivor:mine")
