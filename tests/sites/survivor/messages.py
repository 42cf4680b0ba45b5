"""The texts of the guide's data as marks for makemessages.

`python -m tests.sites.survivor.messages` writes them anew; test_messages.py sees that they are in step.
"""

from collections.abc import Iterator
from pathlib import Path

from amparo.core.guide import answers, graph
from amparo.core.law import Age, Situation, routes_for

FILE = Path(__file__).parents[3] / "src" / "amparo" / "sites" / "survivor" / "_messages.py"
HEAD = '''# ruff: noqa: E501
# fmt: off
"""The texts of core/guide/data and of the advice in core/law/data, marked for makemessages.

Written by tests/sites/survivor/messages.py.
"""

from django.utils.translation import gettext_noop

TEXTS = (
'''


def texts() -> Iterator[str]:
    """Every text of the data that the door shows through gettext, in the order of the files."""
    guide = graph()
    for question in guide.questions.values():
        yield from (question.text, question.hint, question.why, question.seen_by, question.wanted)
        for choice in question.choices:
            yield from (choice.text, choice.note)
    for one in guide.helps.values():
        yield from (one.title, one.text)
    for situation in (Situation.SEXTORTION, Situation.ADULT_ONLINE, Situation.ADULT_THREAT):
        for advice in routes_for("", situation, Age.ADULT).advice:
            yield from (advice.headline, *advice.steps)
    for answer in answers().answers:
        yield from (answer.title, answer.body, answer.keywords)


def module_text() -> str:
    marked = [f"    gettext_noop({_quoted(text)}),\n" for text in dict.fromkeys(texts()) if text]
    return HEAD + "".join(marked) + ")\n"


def _quoted(text: str) -> str:
    """In double quotes, which xgettext and ruff agree on."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    FILE.write_text(module_text())
