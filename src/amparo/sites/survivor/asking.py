"""Questions in her own words: answered from the vetted texts of the guide, or not at all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from amparo.core import guide
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.forms import AskForm
from amparo.sites.survivor.questions import path_of
from amparo.sites.survivor.wording import Said


@sensitive_post_parameters("words")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """What she typed is compared with the vetted answers and dropped: no row, log, session or address holds it."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=LOOK_AGAIN)
    typed = form.cleaned_data["words"]
    urgent = guide.urgency(typed)
    if urgent is guide.Urgency.DANGER:
        return redirect("survivor:danger")
    if urgent is guide.Urgency.YOUNG:
        visit.forget_answers(request)
        return redirect("survivor:young")
    # The page that answers shows an empty field again: what she typed is not read over a shoulder.
    return _page(request, AskForm(), found=[Said.of(one) for one in guide.search(typed, translate=gettext)], asked=True)


def _page(
    request: HttpRequest, form: AskForm, *, found: list[Said] | None = None, asked: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "found": found or [],
        "asked": asked,
        "back": path_of(visit.conversation(request).at),
        "all": [] if found else [Said.of(one) for one in guide.answers().answers],
    }
    return render(request, "survivor/ask.html", context, status=status)
