"""What the platform's gate decided, for the people of that platform."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amparo.apps.accounts.models import Organisation
from amparo.apps.gate.models import Decision
from amparo.apps.gate.queries import decision_of
from amparo.sites.desk.access import staff, user_of
from amparo.sites.desk.wording import answer_label, ground_words

PER_PAGE = 50


@staff(Organisation.Kind.PLATFORM)
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    found = Decision.objects.filter(organisation=user_of(request).organisation).select_related("entry__bank")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(decision, answer_label(decision.answer), ground_words(decision.ground)) for decision in page]
    return render(request, "desk/decisions.html", {"rows": rows, "page": page})


@staff(Organisation.Kind.PLATFORM)
@require_GET
def decision(request: HttpRequest, reference: str) -> HttpResponse:
    try:
        found = decision_of(user_of(request).organisation, reference)
    except Decision.DoesNotExist:
        raise Http404 from None
    context = {
        "decision": found,
        "label": answer_label(found.answer),
        "ground": ground_words(found.ground),
        "withdrawn": found.entry.withdrawn_at is not None,
    }
    return render(request, "desk/decision.html", context)
