"""A message from the case page to the person. Hers stand on the same page; her own page has both."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from amparo.apps.accounts.models import Organisation
from amparo.apps.cases import actions
from amparo.sites.desk.access import case_for, staff, user_of
from amparo.sites.desk.cases import case_page
from amparo.sites.desk.entry import LOOK_AGAIN
from amparo.sites.desk.forms import AddressForm, MessageForm


@staff(Organisation.Kind.HELPLINE)
@require_POST
@sensitive_post_parameters("text")
def write(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = case_for(request, case_id)
    letter = MessageForm(request.POST)
    if letter.is_valid():
        try:
            actions.write_message(case=case, text=letter.cleaned_data["text"], by=user_of(request), now=timezone.now())
        except actions.NotYourCase:
            raise Http404 from None
        except actions.Locked:
            raise
        except actions.Refused as refusal:
            letter.add_error("text", str(refusal))
        else:
            messages.success(request, _("Your message waits on the person's page."))
            return redirect("desk:case", case.pk)
    return case_page(request, case, AddressForm(), letter=letter, status=LOOK_AGAIN)
