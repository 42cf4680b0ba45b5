"""A worker's own account; and, for admins, colleagues who lost their second factor or left."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.apps.accounts import actions
from amparo.apps.accounts.models import User
from amparo.apps.accounts.queries import colleagues_of
from amparo.apps.cases.actions import disable_worker
from amparo.sites.desk.access import signed_in, user_of
from amparo.sites.desk.account_forms import PasswordForm
from amparo.sites.desk.entry import LOOK_AGAIN


@signed_in
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    factors = list(user.factors.all())
    context = {
        "factors": factors,
        "removable": len(factors) > 1,
        "codes_left": user.recovery_codes.filter(used_at=None).count(),
        "is_admin": user.role == User.Role.ADMIN,
    }
    return render(request, "desk/account.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "desk/password.html", {"form": form})
    if form.is_valid():
        typed, user = form.cleaned_data, user_of(request)
        here = request.session.session_key
        try:
            actions.change_password(user=user, old=typed["old"], new=typed["new"], session=here, now=timezone.now())
        except actions.WrongPassword:
            form.add_error("old", _("This is not your password of today."))
        except actions.TryLater as refusal:
            form.add_error("old", str(refusal))
        except ValidationError as error:
            form.add_error("new", error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("The new password counts from now on. You are signed out everywhere else."))
            return redirect("desk:account")
    return render(request, "desk/password.html", {"form": form}, status=LOOK_AGAIN)


@signed_in
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    ended = actions.end_other_sessions(user=user_of(request), session=request.session.session_key, now=timezone.now())
    messages.success(
        request,
        ngettext("Signed out in %(ended)d other place.", "Signed out in %(ended)d other places.", ended)
        % {"ended": ended},
    )
    return redirect("desk:account")


@signed_in
@require_GET
def colleagues(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if user.role != User.Role.ADMIN:
        raise Http404
    return render(request, "desk/colleagues.html", {"colleagues": colleagues_of(user)})


def _colleague(request: HttpRequest, user_id: int) -> User:
    """Somebody else of an admin's organisation; for all others no such page."""
    user = user_of(request)
    colleague = colleagues_of(user).filter(pk=user_id).first()
    if user.role != User.Role.ADMIN or colleague is None or colleague.pk == user.pk:
        raise Http404
    return colleague


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def reset_factors(request: HttpRequest, user_id: int) -> HttpResponse:
    """Asked once, since the colleague is signed out and has to enrol anew."""
    colleague = _colleague(request, user_id)
    if request.method != "POST":
        return render(request, "desk/reset_factors.html", {"colleague": colleague})
    code = actions.reset_factors(user=colleague, by=user_of(request), now=timezone.now())
    # Shown once, as the answer to the press that made it: no address leads back here.
    return render(request, "desk/reset_code.html", {"colleague": colleague, "code": code})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def left(request: HttpRequest, user_id: int) -> HttpResponse:
    """Somebody left. Asked once, since nothing here takes it back."""
    colleague = _colleague(request, user_id)
    if request.method != "POST":
        return render(request, "desk/left.html", {"colleague": colleague})
    waiting = disable_worker(user=colleague, by=user_of(request), now=timezone.now())
    said = ngettext(
        "%(name)s is out. %(waiting)d case waits for a new key, and gets it as colleagues work.",
        "%(name)s is out. %(waiting)d cases wait for a new key, and get it as colleagues work.",
        waiting,
    )
    messages.success(request, said % {"name": colleague.handle, "waiting": waiting})
    return redirect("desk:colleagues")
