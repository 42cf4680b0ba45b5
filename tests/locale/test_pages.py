"""Every page of the door in a made-up language, from right to left: what is English there cannot be translated."""

import itertools
import re
import struct
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from django.urls import NoReverseMatch, get_resolver, reverse

from amparo.core.law import Age, Situation, countries, routes_for
from amparo.sites.survivor.hand_over import ADDRESS, partners
from scripts.catalogue import SOURCE, Text, texts_of_the_door
from tests.sites.reading import VOID, elements
from tests.sites.survivor.conftest import line

pytestmark = pytest.mark.django_db

# Arabic lends its direction and Django's own words (months, "required"); the texts of the door are made up.
MADE_UP = "ar"
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "αβгδεфγηιјκλмνοπқρστυвωχψζ")
# Marks, units and what fixtures are called.
NAMES = ["Amparo", "UTC", "Helpline bank", "Helpline", "Platform", "StopNCII", "files.example.org", "https://"]
# They answer with another page, or with none.
NO_PAGE = {"exit", "sign_out", "back_again", "resume"}


def made_up(words: str) -> str:
    parts = re.split(r"(%\(\w+\)[sd]|%%|%n|<[^>]*>)", words)
    return "".join(part if n % 2 else part.lower().translate(LETTERS) for n, part in enumerate(parts))


def compiled(messages: dict[str, str]) -> bytes:
    """A .mo file (GNU gettext manual, "The Format of GNU MO Files"): two tables of lengths and offsets, then words."""
    keys = sorted(messages)
    ids, words = b"", b""
    spans = []
    for key in keys:
        told, said = key.encode(), messages[key].encode()
        spans.append((len(told), len(ids), len(said), len(words)))
        ids += told + b"\0"
        words += said + b"\0"
    start = 28 + 16 * len(keys)
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    first = b"".join(struct.pack("<2I", length, start + at) for length, at, _, _ in spans)
    second = b"".join(struct.pack("<2I", length, start + len(ids) + at) for _, _, length, at in spans)
    return head + first + second + ids + words


def message(text: Text) -> tuple[str, str]:
    if not text.plural:
        return text.key, made_up(text.singular)
    return f"{text.key}\0{text.plural}", f"{made_up(text.singular)}\0{made_up(text.plural)}"


@pytest.fixture
def _made_up_language(settings, tmp_path: Path):
    folder = tmp_path / "locale" / MADE_UP / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    messages = {"": header} | dict(message(text) for text in texts_of_the_door())
    (folder / "django.mo").write_bytes(compiled(messages))
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LANGUAGES = [("en", "English"), (MADE_UP, "Made up")]


class _Words(HTMLParser):
    """What is read or heard on a page, piece by piece, without what is marked as another language."""

    HEARD = ("aria-label", "title", "alt", "placeholder")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        foreign = given.get("lang", MADE_UP) != MADE_UP or "data-choices" in given or tag in {"code", "script"}
        if not any(self.open):
            spoken = [name for name in given if name in self.HEARD or (tag == "template" and name.startswith("data-"))]
            self.pieces += [given[name] or "" for name in spoken]
        if tag not in VOID and tag not in {"path", "circle"}:
            self.open.append(foreign)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag not in VOID and tag not in {"path", "circle"}:
            self.open.pop()

    def handle_data(self, data):
        if not any(self.open):
            self.pieces.append(data)


@cache
def names_of_services() -> set[str]:
    """Services and laws keep their names. All else that the door says of the law data is translated, or marked."""
    found: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            found.update(" ".join(str(node[key]).split()) for key in ("name", "partners") if key in node)
        for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            walk(value)

    for file in ("routing.yaml", "jurisdictions.yaml"):
        walk(yaml.safe_load((SOURCE / "core/law/data" / file).read_text(encoding="utf-8")))
    everywhere = routes_for("", Situation.ADULT_ONLINE, Age.ADULT).routes
    stopncii = next(route for route in everywhere if route.url == ADDRESS)
    return found - {country.name for country in countries()} | {partners(stopncii)}


def english_in(answer) -> list[str]:
    reader = _Words()
    reader.feed(answer.content.decode())
    known = names_of_services()
    left = []
    for piece in reader.pieces:
        words = " ".join(piece.split())
        if words in known:
            continue
        words = re.sub(r"https?:\S+|\b[\w.-]+\.(org|com|net)\S*", " ", words)
        for name in sorted({*NAMES, *known}, key=len, reverse=True):
            words = words.replace(name, " ") if len(name) > 3 or name in NAMES else words
        if re.search(r"[A-Za-z]{2,}", words):
            left.append(" ".join(piece.split()))
    return left


def paths(shared) -> dict[str, str]:
    """Every page of the door. A new page with an argument wants an example here."""
    item = shared.picture.case.items.first()
    examples = {
        "consent_id": [shared.pk],
        "number": [3, 4, 5, 6],
        "item_id": [item.pk],
        "picture_id": [shared.picture_id],
        "bank_id": [shared.bank_id],
    }
    found = {}
    for pattern in get_resolver("amparo.sites.survivor.urls").url_patterns:
        name = f"survivor:{pattern.name}"
        try:
            found[name] = reverse(name)
        except NoReverseMatch:
            arguments = list(pattern.pattern.converters)
            for values in itertools.product(*(examples[argument] for argument in arguments)):
                found[f"{name} {values}"] = reverse(name, kwargs=dict(zip(arguments, values, strict=True)))
    return {name: path for name, path in found.items() if name.removeprefix("survivor:").split()[0] not in NO_PAGE}


@pytest.fixture
def pages(answered, opened, shared, _made_up_language):
    answered.defaults["HTTP_ACCEPT_LANGUAGE"] = MADE_UP
    wrong = {"nothing answered": answered.post("/start", {})}
    wrong["code refused"] = answered.post("/open", {"code": "4821 1 2 3"})
    wrong["form refused"] = answered.post("/form", {"urls": "a b"})
    wrong["nowhere"] = answered.get("/nowhere")
    before = {name: answered.get(path, follow=True) for name, path in paths(shared).items()}
    answered.post("/open", {"code": opened.code.text})
    inside = {f"inside {name}": answered.get(path, follow=True) for name, path in paths(shared).items()}
    # What takes a press alone has no page.
    return {name: page for name, page in (wrong | before | inside).items() if page.status_code != 405}


def test_no_page_says_anything_that_was_not_translated(pages):
    assert {name: left for name, page in pages.items() if (left := english_in(page))} == {}


def test_every_page_runs_from_right_to_left_when_its_language_does(pages):
    for name, page in pages.items():
        html = elements(page, "html")[0].attributes
        assert (html["lang"], html["dir"]) == (MADE_UP, "rtl"), name


@pytest.mark.usefixtures("_made_up_language")
def test_the_page_with_the_code_is_translated_too(answered):
    answered.defaults["HTTP_ACCEPT_LANGUAGE"] = MADE_UP
    answer = answered.post("/form", {"picture": line(), "urls": "https://files.example.org/1"})
    assert answer.status_code == 200
    assert english_in(answer) == []


@pytest.mark.parametrize(
    ("asked", "lang", "said"),
    [
        ("it-IT,it;q=0.9", "it", "Non è colpa tua."),
        ("fr", "fr", "pas votre faute."),
        ("de-AT,de;q=0.9", "de", "Du bist nicht schuld."),
        ("sr-Latn-RS,sr;q=0.8", "sr-latn", "Niste krivi."),
        ("hr", "hr", "Niste krivi."),
        ("sq-AL", "sq", "Nuk është faji juaj."),
        ("es-MX,es;q=0.5", "es", "No es culpa tuya."),
        ("xx,en;q=0.1", "en", "It is not your fault."),
    ],
)
def test_the_first_page_speaks_the_language_of_the_browser(client, asked, lang, said):
    answer = client.get("/", headers={"Accept-Language": asked})
    assert elements(answer, "html")[0].attributes["lang"] == lang
    assert said in answer.content.decode()


def test_a_language_is_chosen_without_scripts_and_stays(client, settings):
    settings.ROOT_URLCONF = "tests.locale.urls"
    answer = client.post("/language", {"language": "sq", "next": "/start"})
    assert answer.headers["Location"] == "/start"
    assert client.cookies["language"].value == "sq"
    assert not client.cookies["language"]["max-age"]
    assert elements(client.get("/start"), "html")[0].attributes["lang"] == "sq"


def test_the_choice_of_languages_names_each_in_its_own_words(rf, settings):
    from django.template.loader import render_to_string

    settings.ROOT_URLCONF = "tests.locale.urls"
    shown = render_to_string("ui/parts/languages.html", request=rf.get("/start"))
    for code, name in settings.LANGUAGES:
        assert re.search(rf'value="{code}"\s+lang="{code}"[^>]*>{name}', shown, re.IGNORECASE)
    assert 'value="/start"' in shown
    assert "<form" not in render_to_string("ui/parts/languages.html", request=rf.post("/form"))
