"""The page that shows a code, once, and the page after it, which asks for two of its words."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from amparo.apps.cases import actions, slips
from amparo.apps.cases.models import Case
from amparo.apps.cases.slips import Slip, Use
from amparo.core.vault import Code
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.her_forms import WordsForm


def show_code(request: HttpRequest, case: Case, code: Code, use: Use, *, first: tuple[str, ...] = ()) -> HttpResponse:
    """The one answer that has the code: it is not in the session and not behind an address."""
    slip = slips.new_slip(
        use, locator=code.locator, words=code.words, language=code.language, now=timezone.now(), first=first
    )
    return _code_page(request, case, slip)


@require_POST
@sensitive_post_parameters("slip", "words")
def typed_back(request: HttpRequest) -> HttpResponse:
    """Two of the words are asked; once they came back, the words count. Can be tried as often as she likes."""
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    try:
        slip = slips.read(request.POST.get("slip", ""), case, now=timezone.now())
    except slips.BadSlip as refusal:
        messages.error(request, str(refusal))
        return redirect("survivor:mine")
    if request.POST.get("do") == "show":
        return _code_page(request, case, slip)
    if "words" not in request.POST:
        return _ask(request, case, slip, WordsForm(asked=slip.asked))
    form = WordsForm(request.POST, asked=slip.asked)
    if form.is_valid() and not slip.fits(form.cleaned_data["words"]):
        form.add_error("words", gettext("These are other words. Look at your note, or see the code once more."))
    if not form.is_valid():
        return _ask(request, case, slip, form, status=LOOK_AGAIN)
    return _in_use(request, case, slip)


def _in_use(request: HttpRequest, case: Case, slip: Slip) -> HttpResponse:
    if slip.use is Use.NEW_CASE:
        messages.success(request, gettext("Right. Your code opens this page whenever you come back."))
        return redirect("survivor:mine")
    first, second = (slip.first, slip.words) if slip.use is Use.SECOND else (slip.words, None)
    try:
        case = actions.set_codes(case=case, words=first, second=second, by=case, now=timezone.now())
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("survivor:mine")
    visit.enter(request, case)
    if slip.use is Use.SECOND:
        messages.success(request, gettext("Right. The second code works from now on."))
    else:
        messages.success(request, gettext("Right. This code opens your page now, and the old one opens nothing."))
    return redirect("survivor:mine")


def _code_page(request: HttpRequest, case: Case, slip: Slip) -> HttpResponse:
    context = {
        "slip": slip,
        "sealed": slips.sealed(slip, case),
        "new_case": slip.use is Use.NEW_CASE,
        "second": slip.use is Use.SECOND,
        "helpline": case.helpline,
    }
    return render(request, "survivor/code.html", context)


def _ask(request: HttpRequest, case: Case, slip: Slip, form: WordsForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "sealed": slips.sealed(slip, case), "new_case": slip.use is Use.NEW_CASE}
    return render(request, "survivor/words_back.html", context, status=status)
