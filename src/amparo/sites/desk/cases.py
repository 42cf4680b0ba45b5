"""The queue, and one case on one page."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from amparo.apps.accounts.models import Organisation
from amparo.apps.cases.actions import do_key_work, note_altered, read_case, read_messages
from amparo.apps.cases.contents import contents
from amparo.apps.cases.holding import keys_due
from amparo.apps.cases.models import Case
from amparo.apps.cases.queries import cases_of, known_elsewhere
from amparo.sites.desk.access import case_for, staff, user_of
from amparo.sites.desk.forms import AddressForm, MessageForm
from amparo.sites.desk.rows import item_rows, notice_rows, queue_of, queue_rows
from amparo.sites.desk.wording import case_label, place_name, who_words
from amparo.ui.timeline import lines

PER_PAGE = 50
# Moments of the timeline shown at once; the rest is one step away.
FIRST_MOMENTS = 12
# Cases whose keys are seen to while the queue is shown: about half a second where all of them wait for a new key.
KEYS_AT_ONCE = 50


@staff(Organisation.Kind.HELPLINE)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    user, now = user_of(request), timezone.now()
    if user.key:
        # Whoever holds cases hands them on: to a new colleague, and under a new key after somebody left.
        do_key_work(by=user, limit=KEYS_AT_ONCE, now=now)
    shown = request.GET.get("show", "open")
    is_open = Q(state=Case.State.OPEN)
    found = cases_of(user).filter(~is_open if shown == "closed" else is_open)
    if shown == "mine":
        found = found.filter(assignee=user)
    page = Paginator(queue_of(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {"rows": queue_rows(page, now=now), "page": page, "shown": shown, "now": now}
    context["keys"] = keys_due(user.organisation)
    return render(request, "desk/queue.html", context)


@staff(Organisation.Kind.HELPLINE)
@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The whole case. That this worker read it goes into the trail."""
    found = case_for(request, case_id)
    read_case(case_id=found.pk, by=user_of(request), now=timezone.now())
    page = case_page(request, found, AddressForm())
    # Only now: what did not open stays unread, and the page still tells what is new.
    read_messages(case=found, by=user_of(request), now=timezone.now())
    return page


def case_page(
    request: HttpRequest, case: Case, form: AddressForm, *, letter: MessageForm | None = None, status: int = 200
) -> HttpResponse:
    """The case with its two forms; the one that came back with a mistake is given."""
    now = timezone.now()
    user = user_of(request)
    inside = contents(case, user)
    if inside.altered:
        note_altered(case=case, rows=inside.altered, by=user, now=now)
    items = item_rows(inside.items, elsewhere=known_elsewhere(inside.sound_items, user))
    moments = lines(case, who=who_words)
    context = {
        "case": case,
        "label": case_label(case.state),
        "country": place_name(case.country) if case.country else "",
        "open": case.state == Case.State.OPEN,
        "frozen": case.state == Case.State.FROZEN,
        "mine": case.assignee_id == user.pk,
        "items": items,
        "open_items": sum(row.item.closed_at is None for row in items),
        "looked_at": any(row.item.check_due_at for row in items),
        "notices": notice_rows(inside.notices, now=now),
        "door_fits": inside.door_fits,
        "altered": len(inside.altered),
        "pictures": case.pictures.prefetch_related("consents__bank"),
        "first_moments": moments[:FIRST_MOMENTS],
        "other_moments": moments[FIRST_MOMENTS:],
        "form": form,
        "paused": case.paused_at is not None and case.state != Case.State.FROZEN,
        "messages_between": inside.messages,
        "letter": letter or MessageForm(),
        "now": now,
    }
    return render(request, "desk/case.html", context, status=status)
