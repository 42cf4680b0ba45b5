"""Sign in, in two steps; sign out; and the first page of each kind of organisation."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.apps.accounts import actions
from amparo.apps.accounts.models import Factor, Organisation, User
from amparo.sites.desk import half
from amparo.sites.desk.access import signed_in, user_of
from amparo.sites.desk.account_forms import SecondStepForm
from amparo.sites.desk.forms import SignInForm

LOOK_AGAIN = 422
ASKED = "passkey_asked"

FIRST_PAGE = {
    Organisation.Kind.HELPLINE: "desk:cases",
    Organisation.Kind.PLATFORM: "desk:decisions",
    Organisation.Kind.OBSERVATORY: "desk:banks",
}


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return redirect(FIRST_PAGE[Organisation.Kind(user_of(request).organisation.kind)])


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step: name and password. Nobody is signed in by it."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    after = _after(request)
    context = {"form": form, "next": after}
    if request.method != "POST":
        return render(request, "desk/sign_in.html", context)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            user = actions.check_password(
                handle=typed["handle"], password=typed["password"], mark=half.mark_of(request), now=timezone.now()
            )
        except actions.SignInRefused as refusal:
            form.add_error(None, str(refusal))
        except actions.CannotUnlock:
            form.add_error(None, gettext("Your key does not open. Ask whoever runs this instance for a new password."))
        else:
            return half.begin(request, user, after=after)
    return render(request, "desk/sign_in.html", context, status=LOOK_AGAIN)


@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The second step: a code, or a passkey."""
    user = half.waiting_user(request)
    if user is None:
        return redirect("desk:sign_in")
    if half.may_enrol(request, user):
        return redirect("desk:new_factor")
    form = SecondStepForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _second_page(request, user, form)
    if form.is_valid():
        try:
            _check(request, user, form.cleaned_data)
        except actions.SignInRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            return _passed(request, user)
    return _second_page(request, user, form, status=LOOK_AGAIN)


def _passed(request: HttpRequest, user: User) -> HttpResponse:
    """The second step was right: in; or, for who gave the code of a reset, on to adding a factor."""
    if not user.factors.exists():
        half.let_enrol(request)
        return redirect("desk:new_factor")
    return half.know_browser(redirect(half.finish(request, user)), user)


def _check(request: HttpRequest, user: User, typed: dict[str, str]) -> None:
    """Raises SignInRefused. A challenge is taken out of the session before it is looked at: it serves once."""
    now, asked = timezone.now(), request.session.pop(ASKED, None)
    if typed["passkey"] and asked:
        actions.check_passkey(user=user, state=asked, answer=typed["passkey"], now=now)
    elif user.factors.exists():
        actions.check_code(user=user, code=typed["code"], now=now)
    else:
        actions.check_enrolment_code(user=user, code=typed["code"], now=now)


def _second_page(request: HttpRequest, user: User, form: SecondStepForm, *, status: int = 200) -> HttpResponse:
    kinds = set(user.factors.values_list("kind", flat=True))
    context = {"form": form, "worker": user, "has_app": Factor.Kind.APP in kinds, "options": "", "reset": not kinds}
    if Factor.Kind.PASSKEY in kinds:
        context["options"], request.session[ASKED] = actions.passkey_request(user)
    return render(request, "desk/second_step.html", context, status=status)


def _after(request: HttpRequest) -> str:
    """Where they wanted to go, if that is a page of this desk."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/desk/") else ""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)
