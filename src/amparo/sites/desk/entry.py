"""Sign in, sign out, and the first page of each kind of organisation."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.apps.accounts.actions import record_refused_sign_in, record_sign_in, unlock
from amparo.apps.accounts.models import Organisation, User
from amparo.sites.desk.access import user_of
from amparo.sites.desk.forms import SignInForm
from amparo.ui import unlocked

LOOK_AGAIN = 422

FIRST_PAGE = {
    Organisation.Kind.HELPLINE: "desk:cases",
    Organisation.Kind.PLATFORM: "desk:decisions",
    Organisation.Kind.OBSERVATORY: "desk:banks",
}


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return redirect(FIRST_PAGE[Organisation.Kind(user_of(request).organisation.kind)])


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST if request.method == "POST" else None)
    after = _after(request)
    context = {"form": form, "next": after}
    if request.method != "POST":
        return render(request, "desk/sign_in.html", context)
    if not form.is_valid():
        return render(request, "desk/sign_in.html", context, status=LOOK_AGAIN)
    user = authenticate(request, username=form.cleaned_data["handle"], password=form.cleaned_data["password"])
    if not isinstance(user, User):
        record_refused_sign_in(now=timezone.now())
        form.add_error(None, gettext("The name and the password do not belong together. Write both once more."))
        return render(request, "desk/sign_in.html", context, status=LOOK_AGAIN)
    now = timezone.now()
    unlock(user=user, password=form.cleaned_data["password"], now=now)
    login(request, user)
    if user.key:
        unlocked.remember(request, user.holder, user.key)
    record_sign_in(user=user, now=now)
    return redirect(after or "desk:home")


def _after(request: HttpRequest) -> str:
    """Where they wanted to go, if that is a page of this desk."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/desk/") else ""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)
