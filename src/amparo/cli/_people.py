"""Organisations, the people in them, and the keys of their programs."""

import click
from django.utils import timezone

from amparo.apps.accounts import actions
from amparo.apps.accounts.models import ApiKey, Organisation, User
from amparo.cli._talk import OPERATOR, json_option, says_what_is_wrong, tell


@click.group()
def org() -> None:
    """Organisations: helplines, platforms, observatories."""


@org.command("add")
@click.argument("handle")
@click.option("--name", required=True, help="As people know it.")
@click.option("--kind", required=True, type=click.Choice(Organisation.Kind.values))
@click.option("--mailbox", default="", help="Role address that notices are signed with (helplines need one).")
@json_option
@says_what_is_wrong()
def add_org(handle: str, name: str, kind: str, mailbox: str, as_json: bool) -> None:
    """Add an organisation."""
    made = actions.add_organisation(
        handle=handle, name=name, kind=kind, mailbox=mailbox, by=OPERATOR, now=timezone.now()
    )
    tell({"organisation": made.handle, "kind": made.kind}, as_json=as_json)


@org.command("list")
@json_option
@says_what_is_wrong()
def list_orgs(as_json: bool) -> None:
    """List the organisations."""
    rows = [
        {"organisation": found.handle, "name": found.name, "kind": found.kind, "mailbox": found.mailbox}
        for found in Organisation.objects.order_by("handle")
    ]
    tell(rows, as_json=as_json, empty="No organisation yet. Add one with `amparo org add`.")


@click.group()
def staff() -> None:
    """The people who work at the desk."""


@staff.command("add")
@click.argument("handle")
@click.option("--org", "organisation", required=True, help="Handle of their organisation.")
@click.option("--role", required=True, type=click.Choice(User.Role.values))
@click.password_option(help="Asked for when not given. At least 12 characters.")
@json_option
@says_what_is_wrong()
def add_staff(handle: str, organisation: str, role: str, password: str, as_json: bool) -> None:
    """Add a person. Choose a handle, not a name: it stands in the audit trail."""
    made = actions.add_user(
        handle=handle,
        organisation=Organisation.objects.get(handle=organisation),
        role=role,
        password=password,
        by=OPERATOR,
        now=timezone.now(),
    )
    tell({"staff": made.handle, "organisation": organisation, "role": made.role}, as_json=as_json)


@staff.command("disable")
@click.argument("handle")
@says_what_is_wrong()
def disable_staff(handle: str) -> None:
    """Somebody left: their password opens nothing any more, and their sessions end."""
    actions.disable_user(user=User.objects.get(handle=handle), by=OPERATOR, now=timezone.now())
    click.echo(f"{handle} is disabled.", err=True)


@click.group()
def key() -> None:
    """API keys of an organisation's programs."""


@key.command("issue")
@click.argument("organisation")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(ApiKey.Scope.values))
@json_option
@says_what_is_wrong(actions.UnknownScope)
def issue(organisation: str, name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Issue a key. It is shown once and kept nowhere."""
    row, secret = actions.issue_key(
        organisation=Organisation.objects.get(handle=organisation),
        name=name,
        scopes=scopes,
        by=OPERATOR,
        now=timezone.now(),
    )
    tell({"key": secret, "hint": row.hint, "scopes": ", ".join(row.scopes)}, as_json=as_json)


@key.command("list")
@json_option
@says_what_is_wrong()
def list_keys(as_json: bool) -> None:
    """List the keys by their hints."""
    rows = [
        {
            "hint": found.hint,
            "organisation": found.organisation.handle,
            "name": found.name,
            "scopes": ", ".join(found.scopes),
            "revoked_at": found.revoked_at,
        }
        for found in ApiKey.objects.select_related("organisation").order_by("issued_at")
    ]
    tell(rows, as_json=as_json, empty="No key yet. Issue one with `amparo key issue`.")


@key.command("revoke")
@click.argument("hint")
@says_what_is_wrong()
def revoke(hint: str) -> None:
    """Revoke the key with this hint. Programs that use it are refused within a second."""
    actions.revoke_key(key=ApiKey.objects.get(hint=hint), by=OPERATOR, now=timezone.now())
    click.echo(f"Key {hint} is revoked.", err=True)
