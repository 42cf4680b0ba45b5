"""Keys of cases that wait: for a new one after somebody left, for a grant to somebody who came."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from amparo.apps.accounts.models import Organisation
from amparo.apps.cases.actions import do_key_work
from amparo.apps.cases.holding import keys_due, keys_refused
from amparo.sites.desk.access import staff, user_of

# One press. A case of 20 fields and 3 holders takes about 10 ms with its rows, so this takes about a second.
AT_ONCE = 100


@staff(Organisation.Kind.HELPLINE)
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    begun_with = _number(request.GET.get("of", ""))
    if request.method == "POST":
        done = do_key_work(by=user, limit=AT_ONCE, now=timezone.now())
        messages.success(
            request,
            _("New keys: %(rekeyed)d cases. New grants: %(granted)d cases.")
            % {"rekeyed": done.rekeyed, "granted": done.granted},
        )
        if done.reblinded:
            messages.success(request, _("New blind values: %(count)d cases.") % {"count": done.reblinded})
        if done.altered:
            messages.error(
                request,
                _("%(count)d cases were changed and do not open. Tell the people who run this Amparo at once.")
                % {"count": done.altered},
            )
        of = max(begun_with, done.rekeyed + done.granted + done.reblinded + done.left)
        return redirect(f"{reverse('desk:keys')}?of={of}")
    due = keys_due(user.organisation)
    refused = keys_refused(user, now=timezone.now())
    mine = max(0, due.all - due.alone - refused)
    context = {
        "keys": due,
        "mine": mine,
        "refused": refused,
        "of": max(begun_with, mine),
        "done": max(begun_with, mine) - mine,
    }
    return render(request, "desk/keys.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0  # noqa: PLR2004  a count, whatever was typed
