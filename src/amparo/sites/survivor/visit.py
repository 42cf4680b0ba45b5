"""What this visit remembers, in the session on our side: two answers and which case her code opened. No address."""

from django.http import HttpRequest

from amparo.apps.cases.models import Case
from amparo.core.law import countries

ADULT = "adult"


def say_safety_was_asked(request: HttpRequest) -> None:
    request.session["asked"] = True


def safety_was_asked(request: HttpRequest) -> bool:
    return bool(request.session.get("asked"))


def say_adult(request: HttpRequest) -> None:
    request.session["age"] = ADULT


def is_adult(request: HttpRequest) -> bool:
    """Whether she said, in this visit and for what she adds now, that the person in the picture was 18 or older."""
    return request.session.get("age") == ADULT


def forget_answers(request: HttpRequest) -> None:
    """The next picture is asked about anew. Without a case nothing of the visit is left, not even a session."""
    if "case" not in request.session:
        request.session.flush()
        return
    request.session.pop("age", None)
    request.session.pop("asked", None)


def enter(request: HttpRequest, case: Case) -> None:
    """From now on this browser shows her page, under a session key that nobody could have planted."""
    request.session.cycle_key()
    request.session["case"] = str(case.pk)


def case_of(request: HttpRequest) -> Case | None:
    key = request.session.get("case", "")
    return Case.objects.select_related("helpline").filter(pk=key).first() if key else None


def country_of(request: HttpRequest) -> str:
    """The country chosen on the page, or the one her browser's languages name ("it-IT"). Read, never kept."""
    known = {country.code for country in countries()}
    chosen = request.GET.get("country", "")
    if "country" in request.GET:
        return chosen if chosen in known else ""
    for language in request.headers.get("Accept-Language", "").split(","):
        region = language.partition(";")[0].strip().rpartition("-")[2].upper()
        if region in known and "-" in language:
            return region
    return ""
