"""The first pages: what this is, danger, age in the picture, and help for people under 18."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from amparo.core.law import Age, Situation, emergency, routes_for
from amparo.sites.survivor import visit
from amparo.sites.survivor.forms import AgeForm, CountryForm, SafetyForm

# The form comes back with what she wrote and what is wanted (RFC 9110, 15.5.21).
LOOK_AGAIN = 422


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    return render(request, "survivor/welcome.html", {"has_page": visit.case_of(request) is not None})


@require_http_methods(["GET", "HEAD", "POST"])
def safety(request: HttpRequest) -> HttpResponse:
    form = SafetyForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "survivor/safety.html", {"form": form})
    if not form.is_valid():
        return render(request, "survivor/safety.html", {"form": form}, status=LOOK_AGAIN)
    visit.say_safety_was_asked(request)
    return redirect("survivor:danger" if form.cleaned_data["danger"] == "yes" else "survivor:age")


@require_GET
def danger(request: HttpRequest) -> HttpResponse:
    country = visit.country_of(request)
    found = routes_for(country, Situation.IMMEDIATE_DANGER, Age.ADULT)
    context = {
        "form": CountryForm(initial={"country": country}),
        "emergency": emergency(country),
        "helplines": found.helplines,
    }
    return render(request, "survivor/danger.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def age(request: HttpRequest) -> HttpResponse:
    if not visit.safety_was_asked(request):
        return redirect("survivor:safety")
    form = AgeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "survivor/age.html", {"form": form})
    if not form.is_valid():
        return render(request, "survivor/age.html", {"form": form}, status=LOOK_AGAIN)
    if form.cleaned_data["age"] != Age.ADULT:
        visit.forget_answers(request)
        return redirect("survivor:young")
    visit.say_adult(request)
    return redirect("survivor:pictures")


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
        "here": [*here, *(helpline for helpline in found.helplines if helpline.url not in shown)],
        "everywhere": everywhere,
        "emergency": found.emergency,
    }
    return render(request, "survivor/young.html", context)
