"""What she and her helpline wrote to each other. Nothing is sent to her device: it is here when she comes."""

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from amparo.apps.cases import actions
from amparo.apps.cases.contents import contents
from amparo.apps.cases.models import Case
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.her_forms import MessageForm


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("text")
def messages(request: HttpRequest) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    if case.state == Case.State.FROZEN:
        return redirect("survivor:mine")
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_message(case=case, text=form.cleaned_data["text"], by=case, now=timezone.now())
        except actions.Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            notes.success(request, gettext("Your message is here. The helpline sees it when they open your case."))
            return redirect("survivor:messages")
    return _page(request, case, form)


def _page(request: HttpRequest, case: Case, form: MessageForm) -> HttpResponse:
    found = []
    try:
        inside = contents(case, case)
        found = inside.messages
        if inside.altered:
            actions.note_altered(case=case, rows=inside.altered, by=case, now=timezone.now())
        actions.read_messages(case=case, by=case, now=timezone.now())
    except (actions.Altered, actions.Locked) as refusal:
        notes.error(request, str(refusal))
    context = {"case": case, "form": form, "found": found}
    return render(request, "survivor/messages.html", context, status=LOOK_AGAIN if form.errors else 200)
