"""Her page, behind her code: what happened, what happens next, and every permission with its way back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from amparo.apps.cases import actions
from amparo.apps.cases.codes import Openings, openings
from amparo.apps.cases.contents import Contents, contents
from amparo.apps.cases.models import Case
from amparo.apps.cases.queries import Service, banks_offered, handed_over_at, live_consents, unread
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.forms import CodeForm
from amparo.sites.survivor.wording import item_rows, notice_rows, picture_rows
from amparo.ui.timeline import lines


@require_http_methods(["GET", "HEAD", "POST"])
def open_by_code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "survivor/open.html", {"form": form})
    if not form.is_valid():
        return render(request, "survivor/open.html", {"form": form}, status=LOOK_AGAIN)
    try:
        case = actions.open_by_code(text=form.cleaned_data["code"], now=timezone.now())
    except (actions.CodeRefused, actions.TryLater) as refusal:
        # Neither message tells whether a case exists; both answers have the same status.
        form.add_error("code", str(refusal))
        return render(request, "survivor/open.html", {"form": form}, status=LOOK_AGAIN)
    visit.enter(request, case)
    # She holds her case, so her visit can do what it waits for: a new key after somebody left, a grant to who came.
    actions.do_key_work(by=case, limit=1, now=timezone.now())
    return redirect("survivor:mine")


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return render(request, "survivor/empty.html") if visit.is_decoy(request) else redirect("survivor:open")
    try:
        inside, opened = contents(case, case), openings(case)
    except (actions.Altered, actions.Locked) as refusal:
        messages.error(request, str(refusal))
        inside, opened = Contents(), Openings()
    altered = [*inside.altered, *opened.altered]
    if altered:
        actions.note_altered(case=case, rows=altered, by=case, now=timezone.now())
    context = {
        "case": case,
        "closed": case.state == Case.State.CLOSED,
        "frozen": case.state == Case.State.FROZEN,
        "pictures": picture_rows(
            case.pictures.prefetch_related("consents__bank"), banks=list(banks_offered(case.helpline))
        ),
        "items": item_rows(inside.items),
        "notices": notice_rows(inside.notices),
        "lines": lines(case, who=lambda moment: str(moment.who.label)),
        "paused": case.paused_at is not None and case.state != Case.State.FROZEN,
        "new_messages": unread(case, case),
        "all_messages": len(inside.messages),
        "second_used_at": opened.seconds[0] if opened.seconds else None,
        "altered_openings": bool(opened.altered),
        "permissions": live_consents(case).count(),
        "handed_over_at": handed_over_at(case, Service.STOPNCII),
    }
    return render(request, "survivor/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, consent_id: int) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    consent = live_consents(case).filter(pk=consent_id).first()
    if consent is None:
        raise Http404
    if request.method != "POST":
        return render(request, "survivor/take_back.html", {"consent": consent})
    actions.withdraw_consent(consent=consent, by=case, now=timezone.now())
    messages.success(request, gettext("You took this permission back. It counts from now on."))
    return redirect("survivor:mine")


@require_http_methods(["GET", "HEAD", "POST"])
def take_everything_back(request: HttpRequest) -> HttpResponse:
    case = visit.case_of(request)
    if case is None:
        return redirect("survivor:open")
    count = live_consents(case).count()
    if request.method != "POST":
        return render(request, "survivor/take_everything_back.html", {"count": count})
    taken = actions.withdraw_everything(case=case, by=case, now=timezone.now())
    messages.success(
        request,
        ngettext(
            "You took %(taken)s permission back. It counts from now on.",
            "You took %(taken)s permissions back. It counts from now on.",
            taken,
        )
        % {"taken": taken},
    )
    return redirect("survivor:mine")
