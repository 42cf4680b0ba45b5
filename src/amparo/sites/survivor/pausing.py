"""She lets her case rest, and lets it go on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from amparo.apps.cases import actions
from amparo.apps.cases.queries import live_consents
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.her_forms import PauseForm


@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    permissions = live_consents(case).count()
    form = PauseForm(request.POST if request.method == "POST" else None, permissions=permissions)
    if not form.is_valid():
        status = LOOK_AGAIN if form.is_bound else 200
        return render(request, "survivor/pause.html", {"form": form, "permissions": permissions}, status=status)
    try:
        actions.pause_case(case=case, take_back=form.cleaned_data["lists"] == PauseForm.GO, by=case, now=timezone.now())
        messages.success(request, gettext("Your case rests now. One press lets it go on."))
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("survivor:mine")


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    try:
        actions.resume_case(case=case, by=case, now=timezone.now())
        messages.success(request, gettext("Your case goes on. We look at each address again."))
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("survivor:mine")
