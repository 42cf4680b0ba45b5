"""What is still English at her door is seen by those who run the instance."""

import json

from click.testing import CliRunner
from django.conf import settings

from amparo.cli import main
from amparo.cli._languages import pending


def test_each_language_of_the_door_is_counted_and_each_missing_sentence_named():
    answer = CliRunner().invoke(main, ["languages", "--json"])
    assert answer.exit_code == 0, answer.output
    facts = json.loads(answer.stdout)
    sentences = facts.pop("sentences")
    assert facts.keys() == {code for code, _name in settings.LANGUAGES if code != "en"}
    assert sentences == {sentence: who for who, sentence in pending()}
    assert facts["it"] == sum("it" in who for who in sentences.values())


def test_people_read_the_sentences_beside_the_counts():
    answer = CliRunner().invoke(main, ["languages"])
    assert answer.exit_code == 0
    assert "sr-latn" in answer.stdout
    assert len(answer.stderr.splitlines()) == len(pending())
