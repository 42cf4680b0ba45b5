"""The first page, and the two pages that stand before everything else: danger, and pictures of people under 18."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from amparo.core import guide
from amparo.core.law import Age, Situation, emergency, routes_for
from amparo.sites.survivor import visit
from amparo.sites.survivor.forms import CountryForm

# The form comes back with what she wrote and what is wanted (RFC 9110, 15.5.21).
LOOK_AGAIN = 422


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    has_page = visit.case_of(request) is not None or visit.is_decoy(request)
    return render(request, "survivor/welcome.html", {"has_page": has_page})


@require_GET
def danger(request: HttpRequest) -> HttpResponse:
    country = visit.country_of(request)
    found = routes_for(country, Situation.IMMEDIATE_DANGER, Age.ADULT)
    context = {
        "form": CountryForm(initial={"country": country}),
        **_head(guide.HelpKind.DANGER),
        "emergency": emergency(country),
        "emergency_text": gettext(emergency(country).text),
        "helplines": found.helplines,
    }
    return render(request, "survivor/danger.html", context)


@require_GET
def young(request: HttpRequest) -> HttpResponse:
    """Under 18 or not sure: whom to turn to, in her country and everywhere. Nothing is asked and nothing is kept."""
    country = visit.country_of(request)
    found = routes_for(country, Situation.MINOR, Age.UNSURE)
    everywhere = routes_for("", Situation.MINOR, Age.UNSURE).routes
    here = [route for route in found.routes if route not in everywhere]
    shown = {route.url for route in here}
    context = {
        "form": CountryForm(initial={"country": country}),
        **_head(guide.HelpKind.MINOR),
        "here": [*here, *(helpline for helpline in found.helplines if helpline.url not in shown)],
        "everywhere": everywhere,
        "emergency": found.emergency,
    }
    return render(request, "survivor/young.html", context)


def _head(kind: guide.HelpKind) -> dict[str, str]:
    """Title and first words of the guide's page of that kind."""
    helping = next(one for one in guide.graph().helps.values() if one.kind is kind)
    return {"title": gettext(helping.title), "text": gettext(helping.text)}
