"""What every command shares: one way to answer, one way to say no."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import OperationalError, ProgrammingError
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from amparo.apps.ledger.models import NamedActor

OPERATOR = NamedActor("operator")

P = ParamSpec("P")
R = TypeVar("R")

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for scripts.")
at_option = click.option(
    "--at",
    "now",
    callback=lambda _context, _option, value: moment(value),
    help="The time to act at, such as 2026-11-21T12:00Z, instead of now.",
)


def moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("write the time as 2026-11-21T12:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def tell(facts: Mapping[str, Any] | Iterable[Mapping[str, Any]], *, as_json: bool, empty: str = "") -> None:
    """Print one record or several: JSON, or a `name  value` block each."""
    rows = [facts] if isinstance(facts, Mapping) else list(facts)
    if as_json:
        click.echo(json.dumps(facts if isinstance(facts, Mapping) else rows, default=str, indent=2))
        return
    if not rows and empty:
        click.echo(empty, err=True)
    for number, row in enumerate(rows):
        if number:
            click.echo()
        width = max((len(name) for name in row), default=0)
        for name, value in row.items():
            click.echo(f"{name.replace('_', ' '):<{width}}  {'-' if value in (None, '') else value}")


T = TypeVar("T")


def progress(things: Sequence[T], label: str) -> Iterable[T]:
    """`things`, with a bar on stderr while they take their time and somebody watches."""
    console = Console(stderr=True)
    return track(things, label, console=console, transient=True, disable=not (things[1:] and console.is_terminal))


def says_what_is_wrong(*expected: type[Exception]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Turn the refusals of an action into one line on stderr and exit code 1."""

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return command(*args, **kwargs)
            except ValidationError as error:
                raise click.ClickException(_reasons(error)) from None
            except ObjectDoesNotExist as error:
                kind = type(error).__qualname__.partition(".")[0].lower()
                raise click.ClickException(f"there is no such {kind}: check the handle or number") from None
            except (OperationalError, ProgrammingError) as error:
                message = str(error).splitlines()[0]
                raise click.ClickException(
                    f"the database does not answer ({message}). On a new instance run `amparo status --migrate`"
                ) from None
            except expected as error:
                raise click.ClickException(str(error)) from None

        return run

    return decorate


def _reasons(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return "; ".join(f"{field}: {' '.join(reasons)}" for field, reasons in error.message_dict.items())
