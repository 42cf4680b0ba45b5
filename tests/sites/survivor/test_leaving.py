"""Quick exit: at once, from everywhere, leaving as little as a browser lets go of."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import translation

from amparo.apps.ledger.models import Event

pytestmark = pytest.mark.django_db


def test_leaving_ends_the_visit_and_goes_to_a_neutral_page(inside):
    before = Event.objects.count()
    answer = inside.get("/exit")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "https://en.wikipedia.org/"
    assert Session.objects.count() == 0
    assert inside.get("/mine").headers["Location"] == "/open"
    assert Event.objects.count() == before


def test_leaving_empties_what_the_browser_keeps_of_us(inside):
    answer = inside.get("/exit")
    assert {part.strip(' "') for part in answer.headers["Clear-Site-Data"].split(",")} == {"cookies", "storage"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["get", "post", "head", "put"])
def test_leaving_is_never_refused(client, method):
    assert getattr(client, method)("/exit").status_code == 303


@pytest.mark.parametrize(("language", "host"), [("it", "it"), ("sr-latn", "sr"), ("xx", "en")])
def test_the_neutral_page_is_in_the_language_of_the_visit(rf, language, host):
    from amparo.sites.survivor.leaving import leave

    request = rf.get("/exit")
    request.session = SessionStore()
    with translation.override(language):
        assert leave(request).headers["Location"] == f"https://{host}.wikipedia.org/"
