"""`amparo languages`: what the survivor's door still says in English, and to whom."""

from collections import Counter
from importlib.resources import files

import click
from django.conf import settings
from django.utils.translation import to_locale

from amparo.cli._talk import json_option, tell


@click.command()
@json_option
def languages(as_json: bool) -> None:
    """Tell how many sentences of the survivor's door have no translation, and which. Her page marks them as English."""
    missing: Counter[str] = Counter()
    sentences = pending()
    for who, _sentence in sentences:
        missing.update(who)
    facts: dict[str, object] = {code: missing[to_locale(code)] for code, _name in settings.LANGUAGES if code != "en"}
    tell(
        {**facts, **({"sentences": {sentence: who for who, sentence in sentences}} if as_json else {})}, as_json=as_json
    )
    if not as_json:
        for who, sentence in sentences:
            click.echo(f"! {' '.join(who)}: {sentence}", err=True)


def pending() -> list[tuple[list[str], str]]:
    """Each sentence without a translation, after the languages that miss it; `scripts/messages.sh` writes the list."""
    lines = files("amparo").joinpath("locale", "pending.txt").read_text(encoding="utf-8").splitlines()
    parts = [line.partition(": ") for line in lines if line]
    return [(who.split(), sentence) for who, _colon, sentence in parts]
