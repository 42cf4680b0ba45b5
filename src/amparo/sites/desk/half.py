"""Between password and second factor. Nobody is signed in yet: no page but the second step knows this worker.

Her key waits in the session's row, locked under the cookie's secret for another holder than hers, so it opens nothing.
"""

import time

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from amparo.apps.accounts.actions import KNOWN_FOR, asks_second_step, device_mark, record_sign_in
from amparo.apps.accounts.holding import half
from amparo.apps.accounts.models import User
from amparo.ui import unlocked

WAITING = "between_steps"
# The cookie of a browser in which somebody signed in before. It opens nothing.
DEVICE = "desk_device"
# Long enough to install an app on a phone.
SECONDS = 15 * 60


def begin(request: HttpRequest, user: User, *, after: str) -> HttpResponse:
    """The password was right: go on to the second step, or to adding one where there is none."""
    if SESSION_KEY in request.session:
        request.session.flush()
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": user.pk,
        # Changes with the password: a step begun before that is not finished after it.
        "proof": user.get_session_auth_hash(),
        "since": time.time(),
        "after": after,
    }
    if user.key:
        unlocked.remember(request, half(user.holder), user.key)
    return redirect("desk:second_step" if asks_second_step(user) else "desk:new_factor")


def waiting_user(request: HttpRequest) -> User | None:
    """Who gave her password in this browser and is now asked for the second step."""
    kept = request.session.get(WAITING)
    if not kept:
        return None
    user = User.objects.select_related("organisation").filter(pk=kept["user"]).first()
    fresh = time.time() - kept["since"] < SECONDS
    if user is None or not fresh or not user.is_active or user.get_session_auth_hash() != kept["proof"]:
        end(request)
        return None
    return user


def may_enrol(request: HttpRequest, user: User) -> bool:
    """Whether whoever gave the password may add the first factor: nothing more is asked, or it was given."""
    if user.factors.exists():
        return False
    return not asks_second_step(user) or bool(request.session.get(WAITING, {}).get("may_enrol"))


def let_enrol(request: HttpRequest) -> None:
    """The code that she was told after a reset was right."""
    request.session[WAITING] |= {"may_enrol": True}
    request.session.modified = True


def end(request: HttpRequest) -> str:
    """Forget the step that was begun; gives the page that was asked for."""
    kept = request.session.pop(WAITING, None) or {"user": 0, "after": ""}
    unlocked.forget(request, half(f"worker:{kept['user']}"))
    return str(kept["after"])


def finish(request: HttpRequest, user: User) -> str:
    """Both steps are done: sign in with the unlocked key. Gives the page to go on to."""
    key = unlocked.key_of(request, half(user.holder))
    after = end(request)
    if key is None:
        # The browser lost the cookie with the secret: a session without its key would open pages and no case.
        return "desk:sign_in"
    login(request, user)
    unlocked.remember(request, user.holder, key)
    record_sign_in(user=user, now=timezone.now())
    return after or "desk:home"


def mark_of(request: HttpRequest) -> str:
    """What this browser keeps from a sign-in before."""
    return request.COOKIES.get(DEVICE, "")


def know_browser(response: HttpResponse, user: User) -> HttpResponse:
    """Both steps were passed here: strangers' tries at this name do not make this browser wait from now on."""
    response.set_cookie(
        DEVICE,
        device_mark(user),
        max_age=KNOWN_FOR,
        path="/desk/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response
