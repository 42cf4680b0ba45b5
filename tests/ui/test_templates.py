"""Templates: translatable from day one, no logic, no inline script or style; a shape for every state."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client

from amparo.sites.desk import wording as desk
from amparo.sites.survivor import wording as survivor
from amparo.ui.labels import Label, address
from tests.sites.reading import elements, text, title

SOURCE = Path(__file__).parents[2] / "src" / "amparo"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
NAMES = [str(path.relative_to(SOURCE)) for path in TEMPLATES]
SHAPES = set(re.findall(r'shape == "(\w+)"', (SOURCE / "ui/templates/ui/components/shape.html").read_text())) | {
    "cross"
}
CSS = (SOURCE / "ui/static/amparo/css/amparo.css").read_text()
# Words that are the same in every language: the mark, a unit.
SAME_EVERYWHERE = {"Amparo", "UTC", "UTC,", "UTC:"}


def words_outside_translation(source: str) -> list[str]:
    bare = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", " ", source, flags=re.DOTALL)
    bare = re.sub(r"{% block room %}.*?{% endblock room %}", " ", bare)
    bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "\n", bare, flags=re.DOTALL)
    bare = re.sub(r"<!DOCTYPE[^>]*>|<[^<>]*>", "\n", bare)
    lines = {line.strip() for line in bare.splitlines()} - {""}
    return sorted(line for line in lines - SAME_EVERYWHERE if re.search(r"[A-Za-z]", line))


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_word_can_be_translated(path):
    assert words_outside_translation(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_template_holds_inline_script_or_style_or_marks_text_safe(path):
    source = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\|safe|autoescape off", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


def labels() -> list[Label]:
    from amparo.apps.cases.models import Case, Item, Notice
    from amparo.apps.gate.models import Decision

    return [
        *(site.item_label(state) for site in (desk, survivor) for state in Item.State.values),
        *(site.notice_label(state) for site in (desk, survivor) for state in Notice.State.values),
        *(desk.case_label(state) for state in Case.State.values),
        *(desk.answer_label(answer) for answer in Decision.Answer.values),
    ]


@pytest.mark.parametrize("label", labels(), ids=lambda label: label.word)
def test_every_state_has_a_word_a_known_shape_and_a_known_tone(label):
    assert label.word
    assert label.shape in SHAPES
    assert f".tone-{label.tone} " in CSS


def test_states_of_one_kind_differ_in_shape_and_not_only_in_colour():
    from amparo.apps.cases.models import Item

    for site in (desk, survivor):
        shown = [site.item_label(state) for state in Item.State.values]
        assert len({label.shape for label in shown}) == len(shown)


def test_red_is_for_the_exit_alone_on_her_side():
    from amparo.apps.cases.models import Item, Notice

    tones = {survivor.item_label(state).tone for state in Item.State.values}
    tones |= {survivor.notice_label(state).tone for state in Notice.State.values}
    assert "late" not in tones
    assert ".quiet { --late-or-quiet: var(--accent-deep); }" in CSS


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_a_shape_is_hidden_from_readers_who_hear_the_word(shape):
    drawn = render_to_string("ui/components/shape.html", {"shape": shape})
    assert 'aria-hidden="true"' in drawn
    assert re.search(r"<(path|circle)", drawn)


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_pages_of_errors_are_plain_and_have_the_exit(code):
    shown = render_to_string(f"{code}.html")
    assert 'href="/exit"' in shown
    assert "Traceback" not in shown
    assert "<h1>" in shown


@pytest.mark.django_db
def test_a_page_that_is_not_there_tells_no_details(client):
    answer = client.get("/nowhere/at/all?secret=word")
    assert answer.status_code == 404
    assert "secret" not in text(answer)
    assert title(answer) == "Page"


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_in_plain_words(helpline):
    answer = Client(enforce_csrf_checks=True).post("/start", {"danger": "no"})
    assert answer.status_code == 403
    assert "Please send it once more" in text(answer)
    assert [link for link in elements(answer, "a") if link.attributes.get("href") == "/exit"]


@pytest.mark.django_db
def test_our_own_forms_are_not_taken_for_forms_from_elsewhere(helpline):
    """With `Referrer-Policy: no-referrer` a browser would send `Origin: null` with them, and be refused."""
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/start")
    token = next(one.attributes["value"] for one in elements(page, "input") if one.attributes["type"] == "hidden")
    posted = {"danger": "no", "csrfmiddlewaretoken": token}
    assert browser.post("/start", posted, headers={"Origin": "http://testserver"}).status_code == 302
    assert browser.post("/start", posted, headers={"Origin": "https://elsewhere.example"}).status_code == 403


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://files.example.org/a?b#c", "files.example.org"), ("http://[2001:db8::1]:8080/", "2001:db8::1")],
)
def test_an_address_shows_its_host_first(url, host):
    assert address(url).host == host
    assert address(url).whole == url
