"""The banks an organisation keeps or uses. To read: banks are opened and shared with `amparo bank`."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks.models import Bank
from amparo.sites.desk.access import staff, user_of


@staff(*Organisation.Kind)
@require_GET
def banks(request: HttpRequest) -> HttpResponse:
    organisation = user_of(request).organisation
    live = Count("entries", filter=Q(entries__withdrawn_at=None), distinct=True)
    withdrawn = Count("entries", filter=Q(entries__withdrawn_at__isnull=False), distinct=True)
    kept = Bank.objects.filter(owner=organisation).annotate(live=live, withdrawn=withdrawn).order_by("handle")
    used = organisation.subscriptions.select_related("bank__owner").order_by("bank__handle")
    entries = Count("bank__entries", filter=Q(bank__entries__withdrawn_at=None), distinct=True)
    context = {
        "kept": kept.prefetch_related("subscriptions__organisation"),
        "used": used.annotate(live=entries),
    }
    return render(request, "desk/banks.html", context)
