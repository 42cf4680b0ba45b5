"""Addresses from her own page: a new one, and one that is back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from amparo.apps.cases import actions
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.her_forms import AddressesForm


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("urls")
def add(request: HttpRequest) -> HttpResponse:
    """The age in the picture is asked here too: what stands at a new address may be another picture."""
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    form = AddressesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.says_young():
        return redirect("survivor:young")
    if form.is_valid():
        try:
            actions.add_to_case(case=case, fingerprints=[], urls=form.cleaned_data["urls"], by=case, now=timezone.now())
        except actions.Refused as refusal:
            form.add_error("urls", str(refusal))
        else:
            messages.success(request, gettext("It arrived. You see it on this page."))
            return redirect("survivor:mine")
    return render(request, "survivor/add_address.html", {"form": form}, status=LOOK_AGAIN if form.is_bound else 200)


@require_POST
def back(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One tap: she saw it there again."""
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    item = case.items.filter(pk=item_id).first()
    if item is None:
        raise Http404
    try:
        actions.found_back_by_person(item=item, by=case, now=timezone.now())
        messages.success(request, gettext("Thank you. The address is open again, and the helpline sees it."))
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("survivor:mine")
