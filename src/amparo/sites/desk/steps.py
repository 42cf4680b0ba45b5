"""One press, one action: what a worker does to a case, an address or a notice."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from amparo.apps.accounts.models import Organisation, User
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Item, Notice
from amparo.sites.desk.access import case_for, staff, user_of
from amparo.sites.desk.cases import case_page
from amparo.sites.desk.entry import LOOK_AGAIN
from amparo.sites.desk.forms import AddressForm

Subject = TypeVar("Subject")
# By the last part of the address: the action, and what is said when it was done.
Steps = Mapping[str, tuple[Callable[[Subject, User, datetime], object], Promise]]

CASE_STEPS: Steps[Case] = {
    "take": (
        lambda case, by, now: actions.assign(case=case, to=by, by=by, now=now),
        gettext_lazy("The case is yours now."),
    ),
    "give-back": (
        lambda case, by, now: actions.assign(case=case, to=None, by=by, now=now),
        gettext_lazy("The case is nobody's now."),
    ),
    "close": (
        lambda case, by, now: actions.close_case(case=case, by=by, now=now),
        gettext_lazy("The case is closed. Its addresses are still looked at now and then."),
    ),
    "stop-looking": (
        lambda case, by, now: actions.stop_looking(case=case, by=by, now=now),
        gettext_lazy("Nobody looks at the addresses any more, and the checker has forgotten them."),
    ),
    "reopen": (
        lambda case, by, now: actions.reopen_case(case=case, by=by, now=now),
        gettext_lazy("The case is open again."),
    ),
}
ADDRESS_STEPS: Steps[Item] = {
    "look": (
        lambda item, by, now: actions.look_at_item(item=item, by=by, now=now),
        gettext_lazy("Looked. The table shows what the host answered."),
    ),
    "gone": (
        lambda item, by, now: actions.found_gone_by_person(item=item, by=by, now=now),
        gettext_lazy("Written down: you looked, and it is gone. The address is closed."),
    ),
    "there": (
        lambda item, by, now: actions.found_back_by_person(item=item, by=by, now=now),
        gettext_lazy("Written down: you looked, and it is there. The address is open."),
    ),
}
NOTICE_STEPS: Steps[Notice] = {
    "arrived": (
        lambda notice, by, now: actions.confirm_delivered(notice=notice, by=by, now=now),
        gettext_lazy("Written down: it arrived. Its clock runs from when it was handed over."),
    ),
    "again": (
        lambda notice, by, now: actions.queue_again(notice=notice, by=by, now=now),
        gettext_lazy("It is queued and goes out again."),
    ),
}


@staff(Organisation.Kind.HELPLINE)
@require_POST
def case_step(request: HttpRequest, case_id: UUID, step: str) -> HttpResponse:
    case = case_for(request, case_id)
    _take(request, CASE_STEPS, step, case)
    return redirect("desk:case", case.pk)


@staff(Organisation.Kind.HELPLINE)
@require_POST
def address_step(request: HttpRequest, case_id: UUID, item_id: UUID, step: str) -> HttpResponse:
    case = case_for(request, case_id)
    item = case.items.filter(pk=item_id).first()
    if item is None:
        raise Http404
    _take(request, ADDRESS_STEPS, step, item)
    return redirect("desk:case", case.pk)


@staff(Organisation.Kind.HELPLINE)
@require_POST
def notice_step(request: HttpRequest, case_id: UUID, notice_id: UUID, step: str) -> HttpResponse:
    case = case_for(request, case_id)
    notice = case.notices.filter(pk=notice_id).first()
    if notice is None:
        raise Http404
    _take(request, NOTICE_STEPS, step, notice)
    return redirect("desk:notice", case.pk, notice.pk)


def _take(request: HttpRequest, steps: Steps[Subject], step: str, subject: Subject) -> None:
    """Do the step, or say why it was refused; a step that there is not is a page that there is not."""
    if step not in steps:
        raise Http404
    action, said = steps[step]
    try:
        action(subject, user_of(request), timezone.now())
    except actions.NotYourCase:
        raise Http404 from None
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(said))


@staff(Organisation.Kind.HELPLINE)
@require_POST
def add_address(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = case_for(request, case_id)
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            actions.add_item(case=case, url=form.cleaned_data["url"], by=user_of(request), now=timezone.now())
        except actions.Refused as refusal:
            form.add_error("url", str(refusal))
        else:
            messages.success(request, _("The address is added, and will be looked at."))
            return redirect("desk:case", case.pk)
    return case_page(request, case, form, status=LOOK_AGAIN)


@staff(Organisation.Kind.HELPLINE)
@require_http_methods(["GET", "HEAD", "POST"])
def freeze(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The person in the picture was under 18 after all. Asked once, since it erases."""
    case = case_for(request, case_id)
    if request.method != "POST":
        return render(request, "desk/freeze.html", {"case": case})
    actions.freeze_case(case=case, by=user_of(request), now=timezone.now())
    messages.success(request, _("The case is frozen. Fingerprints, addresses and notices are erased."))
    return redirect("desk:case", case.pk)
