"""The guide's questions, one a page, and the pages of steps and people that they lead to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from amparo.core import guide
from amparo.core.law import Age, Conduct, Offence, Situation, Status, countries, is_stale, jurisdictions_of, routes_for
from amparo.sites.survivor import visit
from amparo.sites.survivor.door import LOOK_AGAIN
from amparo.sites.survivor.forms import QuestionForm
from amparo.sites.survivor.wording import Law, Step

# Danger and age have paths of their own; the others are numbered, because a path stands in the history.
SAFETY, AGE = 1, 2
# What a person who was harmed may ask about: other offences of the law data punish what is not done to her.
CONDUCT = {Conduct.SHARING, Conduct.THREATS, Conduct.DEEPFAKES, Conduct.CREATION, Conduct.VOYEURISM}
WAYS_ON = {"skip": guide.SKIP, "stop": guide.STOP}


def path_of(node: str) -> str:
    """The address of a question or a page of help."""
    graph = guide.graph()
    if node in graph.questions:
        number = graph.number(node)
        named = {SAFETY: "survivor:safety", AGE: "survivor:age"}.get(number)
        return reverse(named) if named else reverse("survivor:more", args=[number])
    kinds = {
        guide.HelpKind.DANGER: "survivor:danger",
        guide.HelpKind.MINOR: "survivor:young",
        guide.HelpKind.STOP: "survivor:stopped",
    }
    return reverse(kinds.get(graph.helps[node].kind, "survivor:steps"))


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """One question. Those before it decide whether it is asked; going back forgets what was answered since."""
    graph, state = guide.graph(), visit.conversation(request)
    if not 1 <= number <= len(graph.questions):
        return redirect(path_of(state.at))
    question = list(graph.questions.values())[number - 1]
    try:
        before = guide.back_to(state, question.id, graph=graph)
    except guide.NotReached:
        return redirect(path_of(state.at))
    if request.method != "POST":
        told = state.answer_to(question.id) or (visit.country_of(request) if question.asks_country else "")
        return _page(request, QuestionForm(question=question, initial={question.id: told}), question, before)
    form = QuestionForm(request.POST, question=question)
    answer = _answer(request, form, question)
    if answer is None:
        return _page(request, form, question, before, status=LOOK_AGAIN)
    after = guide.step(before, answer, graph=graph)
    visit.remember(request, after)
    return redirect(path_of(after.at))


def _answer(request: HttpRequest, form: QuestionForm, question: guide.Question) -> str | None:
    way_on = WAYS_ON.get(request.POST.get("do", ""))
    if way_on == guide.STOP or (way_on == guide.SKIP and question.skip):
        return way_on
    return str(form.cleaned_data[question.id]) if form.is_valid() else None


def _page(
    request: HttpRequest, form: QuestionForm, question: guide.Question, before: guide.State, *, status: int = 200
) -> HttpResponse:
    graph = guide.graph()
    earlier = [node for node, _answer in before.answers if node in graph.questions]
    context = {
        "form": form,
        "field": form[question.id],
        "question": question,
        "number": graph.number(question.id),
        "why": gettext(question.why),
        "seen_by": gettext(question.seen_by),
        "back": path_of(earlier[-1]) if earlier else reverse("survivor:welcome"),
        "adult": guide.is_adult(before, graph=graph),
    }
    return render(request, "survivor/question.html", context, status=status)


@require_GET
def steps(request: HttpRequest) -> HttpResponse:
    """What helps in the situation that her answers tell, and who; the way to the form is offered here."""
    graph, state = guide.graph(), visit.conversation(request)
    helping = guide.help_of(state, graph=graph)
    if helping is None or not helping.opens_case:
        return redirect(path_of(state.at))
    country, today = visit.country_of(request), timezone.now().date()
    found = routes_for(country, helping.situation, Age.ADULT)
    advice = found.advice if helping.kind is guide.HelpKind.STEPS else ()
    context = {
        "title": gettext(helping.title),
        "text": gettext(helping.text),
        "advice": [Step.of(one, today) for one in advice],
        "notes": [gettext(one.note) for one in guide.choices_made(state, graph=graph) if one.note],
        "country": next((gettext(one.name) for one in countries() if one.code == country), ""),
        "country_path": path_of(next(one.id for one in graph.questions.values() if one.asks_country)),
        "found": found,
        "checked": min((one.checked_on for one in (*found.helplines, *found.routes)), default=None),
        "stale": any(is_stale(one, on=today) for one in (*found.helplines, *found.routes)),
        "laws": [Law.of(one, today) for one in _laws(country)],
    }
    return render(request, "survivor/steps.html", context)


def _laws(country: str) -> list[Offence]:
    return [
        one
        for place in jurisdictions_of(country)
        for one in place.offences
        if not one.about_minors and CONDUCT & set(one.conduct) and one.status is not Status.NONE
    ]


@require_GET
def stopped(request: HttpRequest) -> HttpResponse:
    graph = guide.graph()
    helping = graph.helps[graph.stop]
    found = routes_for(visit.country_of(request), Situation(helping.situation), Age.ADULT)
    context = {"title": gettext(helping.title), "text": gettext(helping.text), "found": found}
    return render(request, "survivor/stopped.html", context)
