"""Bad law data is refused when it is read, and the message names file, entry and field."""

from copy import deepcopy
from importlib.resources import files

import pytest
import yaml

from amparo.core.law import BadLawData, regimes
from amparo.core.law._jurisdictions import read_jurisdictions
from amparo.core.law._node import Node
from amparo.core.law._regimes import read_regimes
from amparo.core.law._routing import read_routing
from amparo.core.law._statement_words import read_statement_words
from amparo.core.law._wording import read_wording

RAW = {
    name: yaml.safe_load(files("amparo.core.law").joinpath("data", f"{name}.yaml").read_bytes())
    for name in ("notices", "jurisdictions", "routing", "wording", "statements")
}
READERS = {
    "notices": read_regimes,
    "jurisdictions": lambda root: read_jurisdictions(root, {one.id for one in regimes()}),
    "routing": read_routing,
    "wording": read_wording,
    "statements": read_statement_words,
}
GONE = object()


def read(name, raw):
    return READERS[name](Node(raw, file=f"{name}.yaml", where="file"))


def changed(name, path, value):
    """The file with one value changed, or taken away."""
    raw = deepcopy(RAW[name])
    place = raw
    for step in path[:-1]:
        place = place[step]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return raw


@pytest.mark.parametrize("name", READERS)
def test_the_files_as_they_are_can_be_read(name):
    assert read(name, deepcopy(RAW[name]))


@pytest.mark.parametrize(
    ("name", "path", "value", "said"),
    [
        ("notices", ["regimes", 4, "legal_basis"], GONE, "regimes[us_tida]: legal_basis"),
        ("notices", ["regimes", 4, "source"], " ", "regimes[us_tida]: source"),
        ("notices", ["regimes", 4, "source"], 7, "regimes[us_tida]: source"),
        ("notices", ["regimes", 4, "cautions"], [7], "regimes[us_tida]: cautions"),
        ("notices", ["regimes", 4, "confidence"], "knowledge", "regimes[us_tida]: use.clock"),
        ("notices", ["regimes", 4, "use", "rank"], GONE, "regimes[us_tida].use: rank"),
        ("notices", ["regimes", 4, "use"], GONE, "regimes[us_tida]: use"),
        ("jurisdictions", ["jurisdictions", 1, "offences", 0, "field_confidence"], "x", "field_confidence"),
        ("notices", ["regimes", 4, "confidence"], "sure", "regimes[us_tida]: confidence"),
        ("notices", ["regimes", 4, "deadline_hours"], "48 h", "regimes[us_tida]: deadline_hours"),
        ("notices", ["regimes", 4, "deadline_hours"], True, "regimes[us_tida]: deadline_hours"),
        ("notices", ["regimes", 4, "deadline_hours"], None, "regimes[us_tida]: use.clock"),
        ("notices", ["regimes", 4, "clock_start"], "", "regimes[us_tida]: use.clock"),
        ("notices", ["regimes", 4, "elements"], [], "regimes[us_tida]: elements"),
        ("notices", ["regimes", 4, "elements", 0, "id"], "ii", "regimes[us_tida]: elements"),
        ("notices", ["regimes", 4, "elements", 0, "required"], GONE, "elements[i]: required"),
        ("notices", ["regimes", 4, "elements", 0, "txt"], "x", "elements[i]: has fields that nothing reads: txt"),
        ("notices", ["regimes", 4, "dead_line"], 48, "regimes[us_tida]: has fields that nothing reads: dead_line"),
        ("notices", ["regimes", 4, "id"], "eu_dsa_art16", "regimes[eu_dsa_art16]: id"),
        ("notices", ["regimes", 4, "use", "send"], "yes", "regimes[us_tida].use: send"),
        ("notices", ["regimes", 4, "use", "clock"], "soon", "regimes[us_tida].use: clock"),
        ("notices", ["regimes", 4, "use", "applies_from"], "May 2026", "regimes[us_tida].use: applies_from"),
        ("notices", ["regimes", 1, "use", "why_not"], GONE, "regimes[eu_dsa_art17].use: why_not"),
        ("notices", ["meta", "checked_on"], GONE, "file.meta: checked_on"),
        ("jurisdictions", ["jurisdictions", 1, "name"], GONE, "jurisdictions[IT]: name"),
        ("jurisdictions", ["jurisdictions", 1, "code"], "EU", "jurisdictions[EU]: code"),
        ("jurisdictions", ["jurisdictions", 1, "offences", 0, "in_force"], "soon", "offences[it-612-ter]: in_force"),
        ("jurisdictions", ["jurisdictions", 1, "offences", 0, "conduct"], ["gossip"], "offences[it-612-ter]: conduct"),
        ("jurisdictions", ["jurisdictions", 1, "offences", 0, "source"], GONE, "offences[it-612-ter]: source"),
        ("jurisdictions", ["jurisdictions", 1, "offences", 1, "id"], "it-612-ter", "jurisdictions[IT]: offences"),
        (
            "jurisdictions",
            ["jurisdictions", 1, "notice_regime", 0, "see_notices_id"],
            "eu_dsa",
            "notice_regime[DSA notice and action]: see_notices_id",
        ),
        ("jurisdictions", ["jurisdictions", 1, "helplines", 0, "audience"], "x", "[PermessoNegato APS]: audience"),
        ("jurisdictions", ["jurisdictions", 1, "helplines", 0, "languages"], "it", "[PermessoNegato APS]: languages"),
        ("routing", ["questions", 0, "answers"], {True: "minor"}, "questions[danger]: answers"),
        ("routing", ["questions", 0, "answers"], {"yes": "home"}, "file: questions"),
        ("routing", ["situations", "minor", "headline"], GONE, "situations.minor: headline"),
        ("routing", ["countries", 0, "eu"], "no", "countries[AL]: eu"),
        ("routing", ["countries", 0, "code"], "AT", "file: countries"),
        ("routing", ["minor_routes", "by_country", "RS", 0, "confidence"], "x", "RS[NetPatrola]: confidence"),
        ("wording", ["languages", "en", "reasons", "sharing"], GONE, "en.reasons: sharing"),
        ("wording", ["languages", "en", "what_to_do", "signed"], "", "en.what_to_do: signed"),
        ("wording", ["languages", "en"], GONE, "file.languages: en"),
        ("wording", ["languages", "en", "notices", "us_tida"], GONE, "us_tida"),
        (
            "wording",
            ["languages", "en", "notices", "us_tida", "sentences", 0, "text"],
            "To {nobody}.",
            "sentences[ii]: needs",
        ),
        (
            "wording",
            ["languages", "en", "notices", "us_tida", "sentences", 0, "text"],
            "{service.__class__}",
            "sentences[ii]: text",
        ),
        ("wording", ["languages", "en", "notices", "us_tida", "sentences", 0, "element"], "v", "element"),
        ("wording", ["languages", "en", "notices", "us_tida", "sentences", 0, "each"], "days", "each"),
        ("wording", ["languages", "en", "notices", "us_tida", "sentences"], [], "us_tida: sentences"),
        ("statements", ["languages", "de", "paragraphs", "a", "block"], GONE, "paragraphs.a.block"),
        ("statements", ["languages", "de", "paragraphs", "a", "block"], "{who}", "paragraphs.a.block"),
        ("statements", ["languages", "de", "paragraphs", "a", "block"], "Am {content_day}.", "paragraphs.a.block"),
        ("statements", ["languages", "de", "turned", "twisted"], "gewrungen", "turned.twisted"),
        ("statements", ["languages", "en"], GONE, "file.languages: en"),
    ],
)
def test_bad_data_is_refused_and_the_place_is_named(name, path, value, said):
    with pytest.raises(BadLawData) as refused:
        read(name, changed(name, path, value))
    assert str(refused.value).startswith(f"{name}.yaml: ")
    assert said in str(refused.value)


@pytest.mark.parametrize("raw", [None, [], "text", 3])
def test_a_file_that_is_no_mapping_is_refused(raw):
    with pytest.raises(BadLawData, match="a mapping is wanted"):
        Node(raw, file="notices.yaml", where="file")


@pytest.mark.parametrize("path", [["regimes", 4, "elements"], ["regimes", 4, "cautions"]])
def test_a_text_where_a_list_belongs_is_refused(path):
    with pytest.raises(BadLawData, match="a list is wanted"):
        read("notices", changed("notices", path, "one"))


def italian():
    """A language that has one notice."""
    raw = deepcopy(RAW["wording"])
    one = deepcopy(raw["languages"]["en"])
    one["notices"] = {"eu_dsa_art16": one["notices"]["eu_dsa_art16"]}
    raw["languages"]["it"] = one
    return raw


def test_a_language_may_have_only_some_notices():
    found = read("wording", italian())["it"]
    assert set(found.notices) == {"eu_dsa_art16"}


def test_a_language_with_a_notice_that_is_not_sent_is_refused():
    raw = italian()
    raw["languages"]["it"]["notices"]["al_akep"] = {}
    with pytest.raises(BadLawData, match="al_akep"):
        read("wording", raw)
