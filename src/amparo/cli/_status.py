"""`amparo status`: is everything well. `amparo verify`: is the audit trail whole."""

import click
from django.conf import settings
from django.utils import timezone

from amparo import __version__
from amparo.apps.banks.health import health
from amparo.apps.ledger.queries import verify as verify_trail
from amparo.cli._serve import prepare
from amparo.cli._talk import json_option, says_what_is_wrong, tell


@click.command()
@click.option("--migrate", is_flag=True, help="First bring the database to this version's shape.")
@json_option
def status(migrate: bool, as_json: bool) -> None:
    """Tell how this instance is. Exit code 1 when something needs you."""
    if migrate:
        prepare()
    found = health(now=timezone.now())
    facts = {"version": __version__, "home": str(settings.HOME), "index": str(settings.INDEX_PATH)} | found.to_dict()
    troubles = facts.pop("troubles")
    tell(facts | ({"troubles": troubles} if as_json else {}), as_json=as_json)
    if not as_json:
        for trouble in found.troubles:
            click.echo(f"! {trouble}", err=True)
    if found.status != "ok":
        raise SystemExit(1)


@click.command()
@click.option("--anchor", default="", help="A head that you noted earlier: it must still be in the trail.")
@json_option
@says_what_is_wrong()
def verify(anchor: str, as_json: bool) -> None:
    """Verify the audit trail, event by event. Note the head it prints somewhere else: it is the anchor of next time."""
    verdict = verify_trail(anchor=anchor)
    facts = {"holds": verdict.holds, "events": verdict.events, "head": verdict.head}
    if not verdict.holds:
        facts |= {"broken_at": verdict.broken_at, "reason": verdict.reason}
    tell(facts, as_json=as_json)
    if not verdict.holds:
        raise SystemExit(1)
