"""Cases from the command line: states, dates and counts. What a case says is read at the desk, by its helpline."""

from datetime import datetime
from uuid import UUID

import click
from django.db.models import Count, Min, Q
from django.utils import timezone

from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Item
from amparo.apps.cases.queries import live_consents
from amparo.cli._talk import OPERATOR, at_option, json_option, progress, says_what_is_wrong, tell


@click.group()
def case() -> None:
    """Cases: list, look at the items that are due, close. Addresses and texts are sealed: the desk opens them."""


@case.command("list")
@click.option("--org", "organisation", default="", help="Only those of this helpline.")
@click.option("--all", "every", is_flag=True, help="Closed and frozen ones too.")
@json_option
@says_what_is_wrong()
def list_cases(organisation: str, every: bool, as_json: bool) -> None:
    """List cases, the next due first."""
    found = Case.objects.select_related("helpline", "assignee").annotate(
        open_items=Count("items", filter=Q(items__closed_at=None), distinct=True),
        next_due_at=Min("notices__due_at", filter=Q(notices__items__closed_at=None)),
    )
    if organisation:
        found = found.filter(helpline__handle=organisation)
    if not every:
        found = found.filter(state=Case.State.OPEN)
    rows = [
        {
            "case": row.locator,
            "helpline": row.helpline.handle,
            "state": row.state,
            "opened_at": row.opened_at,
            "assignee": row.assignee.handle if row.assignee else None,
            "open_items": row.open_items,
            "next_due_at": row.next_due_at,
        }
        for row in found.order_by("next_due_at", "opened_at")
    ]
    tell(rows, as_json=as_json, empty="No open case. Cases come from the survivor's door.")


@case.command("show")
@click.argument("locator")
@json_option
@says_what_is_wrong()
def show(locator: str, as_json: bool) -> None:
    """One case: what is plain of it. Addresses, fingerprints and notices are sealed for those who hold the case."""
    found = Case.objects.select_related("helpline").get(locator=locator)
    facts: dict[str, object] = {
        "case": found.locator,
        "helpline": found.helpline.handle,
        "state": found.state,
        "opened_at": found.opened_at,
        "closed_at": found.closed_at,
        "keys_version": found.version,
        "held_by": found.grants.filter(version=found.version).count(),
        "rekey_due_at": found.rekey_due_at,
        "pictures": found.pictures.count(),
        "shared_with_banks": live_consents(found).count(),
    }
    items = [_item(item) for item in found.items.all()]
    notices = [
        {"notice": str(row.pk), "regime": row.regime, "state": row.state, "sent_at": row.sent_at, "due_at": row.due_at}
        for row in found.notices.all()
    ]
    if as_json:
        tell(facts | {"items": items, "notices": notices}, as_json=True)
        return
    tell([facts, *items, *notices], as_json=False)
    click.echo("The rest is sealed: those who hold the case read it at the desk.", err=True)


def _item(item: Item) -> dict[str, object]:
    return {
        "item": str(item.pk),
        "state": item.state,
        "checked_at": item.checked_at,
        "gone_since": item.gone_since,
        "closed_at": item.closed_at,
    }


@case.command("check")
@click.argument("locator")
@click.option("--item", "item_id", type=click.UUID, default=None, help="Only this item.")
@at_option
@json_option
@says_what_is_wrong(actions.Refused)
def check(locator: str, item_id: UUID | None, now: datetime, as_json: bool) -> None:
    """Look at the case's items now, from the checker's copies of the addresses, and say what was seen."""
    items = Case.objects.get(locator=locator).items.order_by("added_at")
    chosen = [items.get(pk=item_id)] if item_id else list(items)
    rows = []
    for item in progress(chosen, "Looking"):
        seen = actions.look_at_item(item=item, by=OPERATOR, now=now)
        item.refresh_from_db()
        rows.append({"item": str(item.pk), "seen": seen.state, "reason": seen.reason, "closed_at": item.closed_at})
    tell(rows, as_json=as_json, empty="This case has no items.")


@case.command("close")
@click.argument("locator")
@says_what_is_wrong(actions.Refused)
def close(locator: str) -> None:
    """Close a case in which nothing is open."""
    actions.close_case(case=Case.objects.get(locator=locator), by=OPERATOR, now=timezone.now())
    click.echo(f"Case {locator} is closed.", err=True)
