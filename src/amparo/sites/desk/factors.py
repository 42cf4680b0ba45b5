"""Adding and removing what a worker has beside the password, and the recovery codes on paper."""

import base64
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from amparo.apps.accounts import actions
from amparo.apps.accounts.models import User
from amparo.apps.accounts.queries import app_address, passkeys_work_at
from amparo.sites.desk import half
from amparo.sites.desk.access import signed_in, user_of
from amparo.sites.desk.account_forms import NewAppForm, NewPasskeyForm
from amparo.sites.desk.entry import LOOK_AGAIN

SECRET, ASKED = "new_app_secret", "new_passkey_asked"


def _enrolling(request: HttpRequest) -> User | None:
    """A worker who is signed in; or one who gave her password and has no factor yet.

    Whoever has one comes here through it alone, and after a reset through the code of that: else a stolen password
    would add its own.
    """
    if request.user.is_authenticated:
        user = user_of(request)
        return user if user.key else None
    waiting = half.waiting_user(request)
    return None if waiting is None or not half.may_enrol(request, waiting) else waiting


@require_http_methods(["GET", "HEAD", "POST"])
def new_factor(request: HttpRequest) -> HttpResponse:
    """Add an app or a passkey. At the first sign-in no other page opens before this is done."""
    user = _enrolling(request)
    if user is None:
        return redirect("desk:sign_in")
    posted = request.POST if request.method == "POST" else None
    by_passkey = posted is not None and posted.get("kind") == "passkey"
    app = NewAppForm(None if by_passkey else posted)
    # Both forms have a name, and stand on one page: their ids differ.
    passkey = NewPasskeyForm(posted if by_passkey else None, auto_id="passkey_%s")
    form = passkey if by_passkey else app
    if posted is not None and form.is_valid():
        try:
            added = _add_passkey(request, user, passkey) if by_passkey else _add_app(request, user, app)
        except actions.FactorRefused as refusal:
            form.add_error("name" if by_passkey else "code", str(refusal))
        else:
            return _added(request, user, added)
    status = 200 if posted is None else LOOK_AGAIN
    return render(request, "desk/new_factor.html", _page(request, user, app, passkey, form), status=status)


def _add_app(request: HttpRequest, user: User, form: NewAppForm) -> actions.Enrolled:
    typed, secret = form.cleaned_data, _app_secret(request, user)
    return actions.add_app(user=user, secret=secret, code=typed["code"], name=typed["name"], now=timezone.now())


def _add_passkey(request: HttpRequest, user: User, form: NewPasskeyForm) -> actions.Enrolled:
    typed, asked = form.cleaned_data, request.session.pop(ASKED, None)
    if asked is None:
        raise actions.FactorRefused(_("The page was open too long. Try once more."))
    return actions.add_passkey(user=user, state=asked, answer=typed["passkey"], name=typed["name"], now=timezone.now())


def _added(request: HttpRequest, user: User, added: actions.Enrolled) -> HttpResponse:
    for kept in (SECRET, ASKED):
        request.session.pop(kept, None)
    after = "desk:account" if request.user.is_authenticated else half.finish(request, user)
    if added.recovery_codes:
        return _codes_page(request, added.recovery_codes, after)
    messages.success(request, _("Added. You can sign in with it from now on."))
    return redirect(after)


def _page(request: HttpRequest, user: User, app: NewAppForm, passkey: NewPasskeyForm, form: Any) -> dict[str, Any]:
    secret = _app_secret(request, user)
    context = {
        "worker": user,
        "first": not request.user.is_authenticated,
        "app": app,
        "passkey": passkey,
        "form": form,
        "qr": _picture(app_address(user, secret)),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "options": "",
    }
    if passkeys_work_at(settings.PUBLIC_URL):
        context["options"], request.session[ASKED] = actions.passkey_creation(user)
    return context


def _app_secret(request: HttpRequest, user: User) -> str:
    """The secret that the page shows until a code proves that the app has it; in the session it is sealed."""
    kept = request.session.get(SECRET)
    if kept:
        return actions.open_new_secret(user, base64.b64decode(kept))
    secret = actions.new_app_secret()
    request.session[SECRET] = base64.b64encode(actions.seal_new_secret(user, secret)).decode()
    return secret


def _picture(address: str) -> SafeString:
    """The QR code as SVG within the page: nothing is fetched, and the secret goes to no other server."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="qr")
    return mark_safe(drawn)  # noqa: S308  drawn from numbers by segno; the address is not in it as text


@signed_in
@require_POST
def remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    factor = user_of(request).factors.filter(pk=factor_id).first()
    if factor is None:
        raise Http404
    try:
        actions.remove_factor(factor=factor, by=user_of(request), now=timezone.now())
    except actions.FactorRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Removed. It opens nothing any more."))
    return redirect("desk:account")


@signed_in
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    drawn = actions.draw_recovery_codes(user=user_of(request), now=timezone.now())
    return _codes_page(request, drawn, "desk:account")


def _codes_page(request: HttpRequest, codes: tuple[str, ...], after: str) -> HttpResponse:
    """Shown once, as the answer to the press that made them: no address leads back here."""
    return render(request, "desk/recovery_codes.html", {"codes": codes, "after": resolve_url(after)})
