"""What import-linter cannot see: string foreign keys, and doors that write."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

SOURCE = Path(__file__).parents[2] / "src" / "amparo"

# Lower number, lower in the house. Django's own apps are the ground.
FLOORS = {"ledger": 1, "accounts": 2, "banks": 3, "cases": 4, "gate": 4}
OURS = [config for config in apps.get_app_configs() if config.name.startswith("amparo.")]
WRITERS = {
    "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "asave", "acreate", "aupdate", "adelete", "aget_or_create", "aupdate_or_create", "full_clean",
}  # fmt: skip
# Methods of these names on things that are not rows.
NOT_ROWS = {"hashlib", "session", "headers", "cookies", "context", "forms"}


def test_every_app_has_a_floor():
    assert {config.label for config in OURS if list(config.get_models())} == set(FLOORS)


def test_foreign_keys_point_down_or_stay_on_their_own_floor():
    wrong = []
    for config in OURS:
        for model in config.get_models():
            for field in model._meta.get_fields():
                if not field.concrete or not field.is_relation:
                    continue
                target = field.related_model._meta.app_label
                if target == config.label:
                    continue
                if FLOORS.get(target, 0) >= FLOORS[config.label]:
                    wrong.append(f"{config.label}.{model.__name__}.{field.name} -> {target}")
    assert wrong == []


def _calls_that_write(tree: ast.AST) -> list[ast.Attribute]:
    return [
        call.func
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in WRITERS
        and _root(call.func) not in NOT_ROWS
    ]


def _root(attribute: ast.Attribute) -> str:
    """`request.session.update` -> session; `digest.update` -> digest."""
    owner = attribute.value
    if isinstance(owner, ast.Attribute):
        return owner.attr
    return owner.id if isinstance(owner, ast.Name) else ""


@pytest.mark.parametrize("ring", ["sites", "ui"])
def test_doors_never_write_rows(ring):
    wrong = [
        f"{file.relative_to(SOURCE)}:{call.lineno} .{call.attr}()"
        for file in sorted((SOURCE / ring).rglob("*.py"))
        for call in _calls_that_write(ast.parse(file.read_text()))
    ]
    assert wrong == [], "call an action instead"


@pytest.mark.parametrize(
    "line",
    ["Case.objects.create(x=1)", "entry.save()", "Entry.objects.filter(pk=1).update(code=None)", "case.delete()"],
)
def test_the_search_for_writing_doors_finds_one(line):
    assert _calls_that_write(ast.parse(line))


def test_the_search_for_writing_doors_passes_what_is_no_row():
    assert not _calls_that_write(ast.parse("request.session.update({})\nhashlib.sha256(b'').hexdigest()"))


def test_doors_have_no_models():
    doors = [config for config in OURS if config.name.startswith(("amparo.sites", "amparo.ui"))]
    assert doors
    assert [model for config in doors for model in config.get_models()] == []


def _core_files():
    return sorted((SOURCE / "core").rglob("*.py"))


def test_engines_read_no_clock_and_no_environment():
    forbidden = {
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("date", "today"),
        ("os", "environ"),
        ("os", "getenv"),
        ("time", "time"),
    }
    wrong = [
        f"{file.relative_to(SOURCE)}:{node.lineno}"
        for file in _core_files()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in forbidden
    ]
    assert wrong == []


def test_public_names_of_the_engines_say_what_they_take_and_give():
    """Every function and class that a core package lists in __all__ has a docstring."""
    import importlib
    import inspect

    wrong = []
    for package in sorted((SOURCE / "core").iterdir()):
        if not (package / "__init__.py").exists():
            continue
        module = importlib.import_module(f"amparo.core.{package.name}")
        assert module.__doc__, package.name
        for name in module.__all__:
            found = getattr(module, name)
            if (inspect.isclass(found) or inspect.isfunction(found)) and not inspect.getdoc(found):
                wrong.append(f"{package.name}.{name}")
    assert wrong == []
