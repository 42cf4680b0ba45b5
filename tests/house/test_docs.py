"""The documents follow the code: every command, setting and promise."""

import re
from pathlib import Path

import click
import pytest

from amparo.cli import main

ROOT = Path(__file__).parents[2]


def commands(group: click.Group, path: str) -> list[str]:
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            found += commands(command, f"{path} {name}")
        elif command is not None and not command.hidden:
            found.append(f"{path} {name}")
    return found


@pytest.mark.parametrize("command", commands(main, "amparo"))
def test_every_command_stands_in_its_document(command):
    assert command in (ROOT / "docs" / "cli.md").read_text()


@pytest.mark.parametrize("command", commands(main, "amparo"))
def test_every_command_says_what_it_does(command):
    found: click.Command | None = main
    for name in command.split()[1:]:
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), name)
    assert found is not None
    assert found.help


def settings_read() -> set[str]:
    text = (ROOT / "src/amparo/conf/settings.py").read_text()
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text)) | {"AMPARO_HOME"}


def test_the_settings_in_the_code_and_in_the_document_are_the_same():
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert documented == settings_read()


def test_every_promise_in_threats_names_a_function_and_a_test_that_exist():
    rows = [line for line in (ROOT / "THREATS.md").read_text().splitlines() if line.startswith("| P")]
    assert len(rows) > 5
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        for path, name in re.findall(r"`([\w/.]+\.(?:py|js))::(\w+)`", f"{cells[2]} {cells[3]}"):
            text = (ROOT / path).read_text()
            assert re.search(rf"\b{name}\b", text), f"{cells[0]}: {path} has no {name}"
        assert re.search(r"`tests/[\w/.]+::\w+`", cells[3]), f"{cells[0]} names no test"


def test_links_between_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
