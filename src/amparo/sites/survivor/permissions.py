"""A permission given later, or again, for a fingerprint in her case; and the stronger one, taken back alone."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from amparo.apps.cases import actions
from amparo.apps.cases.queries import banks_offered
from amparo.sites.survivor import visit
from amparo.sites.survivor.wording import offers


@require_http_methods(["GET", "HEAD", "POST"])
def allow(request: HttpRequest, picture_id: UUID, bank_id: int) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    picture = case.pictures.filter(pk=picture_id).first()
    offered = banks_offered(case.helpline).select_related("owner").prefetch_related("subscriptions__organisation")
    bank = offered.filter(pk=bank_id).first()
    if picture is None or bank is None:
        raise Http404
    if request.method != "POST":
        context = {"bank": offers([bank], chosen=())[0], "stronger": picture.has_stronger}
        return render(request, "survivor/allow.html", context)
    try:
        actions.give_consent(picture=picture, bank=bank, by=case, now=timezone.now())
        messages.success(request, gettext("%(bank)s may use the fingerprint.") % {"bank": bank.title})
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("survivor:mine")


@require_http_methods(["GET", "HEAD", "POST"])
def forget_stronger(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    picture = case.pictures.filter(pk=picture_id, sealed_stronger__isnull=False).first()
    if picture is None:
        raise Http404
    if request.method != "POST":
        return render(request, "survivor/forget_stronger.html", {"picture": picture})
    try:
        actions.forget_stronger(picture=picture, by=case, now=timezone.now())
        messages.success(request, gettext("The stronger fingerprint is erased. The usual one stays."))
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("survivor:mine")
