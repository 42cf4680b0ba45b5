"""What this visit remembers, in the session on our side: the answers to the guide and which case her code opened.

No address, and nothing that she wrote in her own words.
"""

from django.http import HttpRequest

from amparo.apps.cases.models import Case
from amparo.core import guide
from amparo.core.law import countries
from amparo.ui import unlocked

ANSWERS = "answers"


def conversation(request: HttpRequest) -> guide.State:
    """Where she stands in the guide; at its beginning when nothing is kept, or what is kept fits no longer."""
    try:
        kept = [(str(node), str(answer)) for node, answer in request.session.get(ANSWERS, [])]
        return guide.resume(kept, graph=guide.graph())
    except (guide.BadAnswer, TypeError, ValueError):
        return guide.begin(guide.graph())


def remember(request: HttpRequest, state: guide.State) -> None:
    """Keep her answers for this visit. Where the guide forgot them, nothing stays here either."""
    if not state.answers:
        forget_answers(request)
        return
    request.session[ANSWERS] = [list(pair) for pair in state.answers]


def is_adult(request: HttpRequest) -> bool:
    """Whether she said, in this visit and for what she adds now, that the person in the picture was 18 or older."""
    return guide.is_adult(conversation(request), graph=guide.graph())


def forget_answers(request: HttpRequest) -> None:
    """The next picture is asked about anew. Without a case nothing of the visit is left, not even a session."""
    if "case" not in request.session:
        request.session.flush()
        return
    request.session.pop(ANSWERS, None)


def enter(request: HttpRequest, case: Case) -> None:
    """From now on this browser shows her page, under a session key that nobody could have planted."""
    request.session.cycle_key()
    request.session["case"] = str(case.pk)
    if case.key:
        unlocked.remember(request, case.holder, case.key)


def case_of(request: HttpRequest) -> Case | None:
    """The case that her code opened in this visit, with her unlocked pair; None when either is not there.

    None, too, where her second code opened it: every door but `page.mine` then does as if nobody had opened anything.
    """
    case = _opened(request)
    return case if case and not case.is_decoy else None


def is_decoy(request: HttpRequest) -> bool:
    """Whether this visit was opened with a second code. Its session and cookies look like any other's."""
    case = _opened(request)
    return case is not None and case.is_decoy


def _opened(request: HttpRequest) -> Case | None:
    case_id = request.session.get("case", "")
    case = Case.objects.select_related("helpline").filter(pk=case_id).first() if case_id else None
    if case is None:
        return None
    case.key = unlocked.key_of(request, case.holder)
    return case if case.key else None


def country_of(request: HttpRequest) -> str:
    """The country chosen on the page, else the one she told the guide, else the one her browser names ("it-IT")."""
    known = {country.code for country in countries()}
    chosen = request.GET.get("country", "")
    if "country" in request.GET:
        return chosen if chosen in known else ""
    told = guide.country_of(conversation(request), graph=guide.graph())
    if told:
        return told
    for language in request.headers.get("Accept-Language", "").split(","):
        region = language.partition(";")[0].strip().rpartition("-")[2].upper()
        if region in known and "-" in language:
            return region
    return ""
