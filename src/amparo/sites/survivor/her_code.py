"""Her code, on her page: when it was used, new words, a second code, its end, and the end of everything.

Each step asks for the code once more.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from amparo.apps.cases import actions
from amparo.apps.cases.codes import Openings, draw_code, openings
from amparo.apps.cases.models import Case
from amparo.apps.cases.queries import live_consents
from amparo.apps.cases.slips import Use
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.forms import CodeForm
from amparo.sites.survivor.words_back import show_code

Done = Callable[[HttpRequest, Case, str], HttpResponse]


@require_GET
def her_code(request: HttpRequest) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    try:
        opened = openings(case)
    except (actions.Altered, actions.Locked) as refusal:
        messages.error(request, str(refusal))
        opened = Openings()
    context = {"case": case, "seconds": opened.seconds, "altered_openings": bool(opened.altered)}
    return render(request, "survivor/her_code.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def change(request: HttpRequest) -> HttpResponse:
    def done(request: HttpRequest, case: Case, text: str) -> HttpResponse:
        actions.prove_code(case=case, text=text, by=case, now=timezone.now())
        return show_code(request, case, draw_code(case, get_language() or "en"), Use.CHANGED)

    return _with_code(request, "survivor/change_code.html", done)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def second(request: HttpRequest) -> HttpResponse:
    def done(request: HttpRequest, case: Case, text: str) -> HttpResponse:
        words = actions.prove_code(case=case, text=text, by=case, now=timezone.now())
        return show_code(request, case, draw_code(case, get_language() or "en"), Use.SECOND, first=words)

    return _with_code(request, "survivor/second_code.html", done)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def end_second(request: HttpRequest) -> HttpResponse:
    def done(request: HttpRequest, case: Case, text: str) -> HttpResponse:
        now = timezone.now()
        words = actions.prove_code(case=case, text=text, by=case, now=now)
        visit.enter(request, actions.set_codes(case=case, words=words, second=None, by=case, now=now))
        messages.success(request, gettext("A second code opens nothing any more."))
        return redirect("survivor:her_code")

    return _with_code(request, "survivor/end_second_code.html", done)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def end(request: HttpRequest) -> HttpResponse:
    def done(request: HttpRequest, case: Case, text: str) -> HttpResponse:
        actions.end_code(case=case, text=text, by=case, now=timezone.now())
        request.session.flush()
        messages.success(request, gettext("Your code is ended. Nobody can open your page any more."))
        return redirect("survivor:welcome")

    return _with_code(request, "survivor/end_code.html", done)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def erase(request: HttpRequest) -> HttpResponse:
    def done(request: HttpRequest, case: Case, text: str) -> HttpResponse:
        now = timezone.now()
        actions.prove_code(case=case, text=text, by=case, now=now)
        actions.erase_case(case=case, by=case, now=now)
        request.session.flush()
        messages.success(request, gettext("Everything is erased. Your code opens nothing any more."))
        return redirect("survivor:welcome")

    return _with_code(request, "survivor/erase.html", done)


def _with_code(request: HttpRequest, template: str, done: Done) -> HttpResponse:
    """Ask for her code, and go on once it was right; what is refused is said at the field."""
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    form = CodeForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "case": case, "permissions": live_consents(case).count()}
    if request.method != "POST":
        return render(request, template, context)
    if form.is_valid():
        try:
            return done(request, case, form.cleaned_data["code"])
        except actions.Refused as refusal:
            form.add_error("code", str(refusal))
    return render(request, template, context, status=LOOK_AGAIN)
