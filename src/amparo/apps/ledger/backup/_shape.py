"""Which tables there are, as the migrations that were applied say, whatever this version's models are."""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


class NewerAmparo(ValueError):
    """The rows have the shape of a version that this one does not know."""


def our_labels() -> set[str]:
    """The apps whose rows are kept. Django's own hold sessions, wake-ups and names: made anew, or better gone."""
    return {config.label for config in apps.get_app_configs() if config.name.startswith("amparo.apps.")}


def applied() -> tuple[str, ...]:
    """The migrations of ours that stand in the database, as "app.name"."""
    loader = MigrationLoader(connection)
    return tuple(sorted(f"{app}.{name}" for app, name in loader.applied_migrations if app in our_labels()))


def expect_known(migrations: Iterable[str], *, version: str) -> None:
    """Raises NewerAmparo when this version lacks one of `migrations`. version: the one they come from, or ""."""
    there = MigrationLoader(None).disk_migrations
    foreign = [name for name in migrations if _pair(name) not in there]
    if foreign:
        raise NewerAmparo(
            f"these rows have a shape that this Amparo does not know ({foreign[0]}): install the Amparo "
            f"{version or 'that made them'} or a later one, and call this again. Nothing was written"
        )


def _pair(name: str) -> tuple[str, str]:
    app, _, migration = name.partition(".")
    return app, migration


def last_of(migrations: Iterable[str]) -> list[tuple[str, str]]:
    """Those on which no other of them rests: where to migrate to, to have exactly these."""
    wanted = {_pair(name) for name in migrations}
    graph = MigrationLoader(None).graph
    below = {parent.key for node in wanted for parent in graph.node_map[node].parents}
    return sorted(wanted - {(key[0], key[1]) for key in below})


def tables(migrations: Iterable[str]) -> Iterator[type[models.Model]]:
    """The models of that time, in an order that is the same every time."""
    targets = last_of(migrations)
    state = MigrationExecutor(connection).loader.project_state(targets).apps
    found = [model for model in state.get_models(include_auto_created=True) if model._meta.app_label in our_labels()]
    yield from sorted(found, key=lambda model: model._meta.label_lower)
