"""Who may open which page of the desk. A page of others answers as if it were not there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from amparo.apps.accounts.models import Organisation, User
from amparo.apps.cases.actions import Altered, Locked
from amparo.apps.cases.models import Case
from amparo.apps.cases.queries import case_of
from amparo.ui import unlocked

P = ParamSpec("P")
Kind = Organisation.Kind
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(page: Page[P]) -> Page[P]:
    """For whoever passed both steps in this browser; others are asked to sign in.

    A session whose key does not open (its cookie is gone, or is another's) shows pages and no case: it ends here.
    """

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if user_of(request).key is None:
            logout(request)
            return redirect("desk:sign_in")
        return page(request, *args, **kwargs)

    return login_required(guarded)


def staff(*kinds: Organisation.Kind) -> Callable[[Page[P]], Page[P]]:
    """For signed-in people of organisations of these kinds; others are asked to sign in, or find no page."""

    def guard(page: Page[P]) -> Page[P]:
        @wraps(page)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if user_of(request).organisation.kind not in kinds:
                raise Http404
            try:
                return page(request, *args, **kwargs)
            except (Locked, Altered) as refusal:
                context = {"why": str(refusal), "altered": isinstance(refusal, Altered)}
                return render(request, "desk/sealed.html", context, status=403)

        return signed_in(guarded)

    return guard


def user_of(request: HttpRequest) -> User:
    """Whoever is signed in, with the unlocked key of the session."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    if user.key is None:
        user.key = unlocked.key_of(request, user.holder)
    return user


def case_for(request: HttpRequest, case_id: UUID) -> Case:
    """The case, for whoever may open it; for all others 404, as for a case that is not there."""
    try:
        return case_of(user_of(request), case_id)
    except Case.DoesNotExist:
        raise Http404 from None
