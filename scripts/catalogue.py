"""What the survivor's door says, what is translated of it, and what is missing. `scripts/messages.sh` runs all of it.

python -m scripts.catalogue template    the strings of the door, as a .pot file on standard output
python -m scripts.catalogue marked      a .po file on standard input with what is untranslated put between marks
python -m scripts.catalogue pending     write locale/pending.txt: what stays English, language by language
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from django.utils.translation.template import templatize

from amparo.ui.fallback import CLOSE, OPEN

SOURCE = Path(__file__).parents[1] / "src" / "amparo"
LOCALE = SOURCE / "locale"
PENDING = LOCALE / "pending.txt"
LANGUAGES = ("de", "es", "fr", "hr", "it", "sq", "sr_Latn")
HEADER = 'msgid ""\nmsgstr ""\n"Project-Id-Version: Amparo\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'

# Where she reads; every string in these files stands in the catalogues.
DOOR = ("sites/survivor", "ui", "apps/cases", "core/guide/data")
# What the door says of the law data: names of countries, the steps of an adult's situations, the emergency number.
# Names and notes of services and laws stay in the language of their source, and are marked with it.
LAW = "core/law/data/routing.yaml"
SITUATIONS = ("sextortion", "adult_online", "adult_threat")
# What only case workers read of it: the desk is English for now (docs/languages.md).
DESK = (
    "ui/templates/ui/dense.html",
    "apps/cases/actions/_ending.py",
    "apps/cases/actions/_items.py",
    "apps/cases/actions/_notices.py",
    "apps/cases/checker",
    "apps/cases/recovery.py",
)
# The keys of core/guide/data whose values the door shows.
GUIDE_KEYS = {"text", "hint", "why", "seen_by", "wanted", "note", "title", "body", "label"}
# How many arguments of each call are words of the catalogue.
CALLS = {"gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}


class Text(NamedTuple):
    """A string as gettext knows it: two meanings of one word differ in their context."""

    context: str
    singular: str
    plural: str

    @property
    def key(self) -> str:
        return f"{self.context}\x04{self.singular}" if self.context else self.singular


class Entry(NamedTuple):
    text: Text
    translations: list[str]
    fuzzy: bool


def texts_of_the_door() -> dict[Text, set[str]]:
    """Every string she may read, with the files that hold it."""
    found: dict[Text, set[str]] = {}
    for file in sorted(SOURCE.rglob("*")):
        name = file.relative_to(SOURCE).as_posix()
        read = _in_law if name == LAW else READERS.get(file.suffix)
        if read and name.startswith((*DOOR, LAW)) and not name.startswith(DESK):
            for text in read(file.read_text(encoding="utf-8")):
                found.setdefault(text, set()).add(name)
    return found


def _in_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (text := _said_by(node)):
            yield text


def _in_template(source: str) -> Iterator[Text]:
    """Django's own `templatize` turns tags into calls of gettext between letters that mean nothing."""
    blank = templatize(source)
    for start in re.finditer(r"\b(?:[np]|np)?gettext\(|\b_\(", blank):
        for end in re.finditer(r"\)", blank[start.start() :]):
            try:
                call = ast.parse(blank[start.start() : start.start() + end.end()], mode="eval").body
            except SyntaxError:
                continue
            if isinstance(call, ast.Call) and (text := _said_by(call)):
                yield text
            break


def _in_guide(source: str) -> Iterator[Text]:
    def walk(node: object) -> Iterator[Text]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in GUIDE_KEYS and isinstance(value, str):
                    yield Text("", value, "")
                else:
                    yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    yield from walk(yaml.safe_load(source))


def _in_law(source: str) -> Iterator[Text]:
    told = yaml.safe_load(source)
    emergency = told["emergency"]
    steps = [step for situation in SITUATIONS for step in told["situations"][situation]["steps"]]
    for words in (
        *(country["name"] for country in told["countries"]),
        emergency["text"],
        emergency["elsewhere"],
        *steps,
    ):
        yield Text("", words, "")


READERS: dict[str, Callable[[str], Iterator[Text]]] = {
    ".py": _in_python,
    ".html": _in_template,
    ".yaml": _in_guide,
}


def _said_by(call: ast.Call) -> Text | None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    name = {"_": "gettext"}.get(name, name.removesuffix("_lazy"))
    words = [part.value for part in call.args[: CALLS.get(name, 0)] if isinstance(part, ast.Constant)]
    if not words or not all(isinstance(word, str) for word in words):
        return None
    told = [str(word) for word in words]
    context = told.pop(0) if name in {"pgettext", "npgettext"} else ""
    return Text(context, told[0], told[1] if len(told) > 1 else "")


def read_po(path: Path) -> list[Entry]:
    """The entries of a .po file, without its header."""
    entries = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        parts: dict[str, str] = {}
        part = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if match := re.match(r'(msg\w+(?:\[\d\])?) (?=")', line):
                part = match[1]
                line = line[match.end() :]  # noqa: PLW2901 - what is left of the line
            parts[part] = parts.get(part, "") + ast.literal_eval(line)
        if parts.get("msgid"):
            text = Text(parts.get("msgctxt", ""), parts["msgid"], parts.get("msgid_plural", ""))
            translations = [value for key, value in sorted(parts.items()) if key.startswith("msgstr")]
            entries.append(Entry(text, translations, bool(re.search("^#,.*fuzzy", block, re.MULTILINE))))
    return entries


def catalogue(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def missing(language: str) -> list[Text]:
    """What she would read in English on a page in this language."""
    told = {
        entry.text
        for entry in read_po(catalogue(language))
        if entry.translations and all(entry.translations) and not entry.fuzzy
    }
    return sorted(set(texts_of_the_door()) - told)


def pending_lines() -> list[str]:
    """Each missing string once, after the languages that miss it."""
    languages: dict[Text, list[str]] = {}
    for language in LANGUAGES:
        for text in missing(language):
            languages.setdefault(text, []).append(language)
    return [f"{' '.join(who)}: {' | '.join(filter(None, text))}" for text, who in sorted(languages.items())]


def template() -> str:
    """A .pot file. Files without line numbers: a moved line is no change of the catalogues."""
    blocks = [HEADER]
    for text, files in sorted(texts_of_the_door().items(), key=lambda item: (min(item[1]), item[0])):
        lines = [f"#: {name}" for name in sorted(files)]
        lines += ["#, python-format"] if re.search(r"%\(\w+\)[sd]", text.singular) else []
        lines += [f"msgctxt {_quoted(text.context)}"] if text.context else []
        lines += [f"msgid {_quoted(text.singular)}"]
        lines += [f"msgid_plural {_quoted(text.plural)}", 'msgstr[0] ""', 'msgstr[1] ""'] if text.plural else []
        lines += [] if text.plural else ['msgstr ""']
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _quoted(words: str) -> str:
    told = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{told}"'


def with_marks(source: str) -> str:
    """The text of a .po file; what has no translation says its English between the marks of `ui.fallback`."""
    return "\n\n".join(_marked(block) for block in re.split(r"\n\s*\n", source))


def _marked(block: str) -> str:
    told = dict(re.findall(r'^(msgid(?:_plural)?) "(.+)"$', block, re.MULTILINE))
    if "msgid" not in told:
        return block
    first, many = told["msgid"], told.get("msgid_plural", told["msgid"])

    def english(empty: re.Match[str]) -> str:
        return f'{empty[1]} "{OPEN}{first if empty[1] in {"msgstr", "msgstr[0]"} else many}{CLOSE}"'

    # A translation that goes on in the next line begins empty too.
    return re.sub(r'^(msgstr(?:\[\d\])?) ""$(?!\n")', english, block, flags=re.MULTILINE)


if __name__ == "__main__":
    if sys.argv[1:] == ["template"]:
        print(template(), end="")
    elif sys.argv[1:] == ["marked"]:
        print(with_marks(sys.stdin.read()), end="")
    else:
        PENDING.write_text("".join(f"{line}\n" for line in pending_lines()), encoding="utf-8")
        for language in LANGUAGES:
            print(f"{language}: {len(missing(language))} of {len(texts_of_the_door())} strings are still English")
