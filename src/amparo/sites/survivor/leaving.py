"""Two ways out: signing out, and leaving at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

# A page of general knowledge in her language, where a visit means nothing. Its address without a path leads there.
NEUTRAL_LANGUAGES = frozenset({"en", "it", "fr", "de", "sr", "hr", "sq", "es"})


class SeeOther(HttpResponseRedirect):
    status_code = 303


@csrf_exempt
def leave(request: HttpRequest) -> HttpResponse:
    """End the session, empty what this browser kept of us, and go to a neutral page. Nothing is noted down.

    A plain link leads here, so it works without scripts and never asks again; somebody who sends her here
    by a trick ends her visit and no more.
    """
    request.session.flush()
    language = (get_language() or "en").partition("-")[0]
    response = SeeOther(f"https://{language if language in NEUTRAL_LANGUAGES else 'en'}.wikipedia.org/")
    # Not "cache": Chromium holds the answer back for 3 to 20 seconds while it looks through its whole cache
    # (crbug.com/40233601, crbug.com/41343050). No page of ours is in it: all are sent with `no-store`.
    response.headers["Clear-Site-Data"] = '"cookies", "storage"'
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    messages.success(request, gettext("You are signed out. Your code opens your page again."))
    return redirect("survivor:welcome")
