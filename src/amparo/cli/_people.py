"""Organisations, the people in them, and the keys of their programs."""

from typing import cast

import click
from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from amparo.apps.accounts import actions
from amparo.apps.accounts.models import ApiKey, Organisation, User
from amparo.apps.cases.actions import disable_worker
from amparo.cli._talk import OPERATOR, json_option, says_what_is_wrong, tell
from amparo.core.law import BadFact


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


@org.command("set")
@click.argument("handle")
@click.option("--terms-clause", help="The clause of its terms that a refusal rests on, as its readers find it.")
@click.option("--terms-url", help="Where its terms are.")
@click.option("--complaint-url", help="Where a complaint goes; the mailbox if there is none.")
@click.option("--language", help="Of its statements, where the uploader's is not told: en, it, fr, de, sr-Latn, ...")
@click.option("--out-of-court/--no-out-of-court", default=None, help="Art. 19 DSA exempts small enterprises.")
@json_option
@says_what_is_wrong(actions.NotAPlatform, actions.UnknownStatementLanguage, BadFact)
def set_org(handle: str, as_json: bool, **told: str | bool | None) -> None:
    """Tell what a platform's statements of reasons name. What is not given stays; "" takes it back."""
    given = cast("actions.PlatformTerms", {name: value for name, value in told.items() if value is not None})
    if not given:
        raise click.UsageError("give at least one of the options: `amparo org set --help` lists them")
    found = actions.set_terms(
        organisation=Organisation.objects.get(handle=handle), by=OPERATOR, now=timezone.now(), **given
    )
    tell({"organisation": found.handle} | _terms_of(found), as_json=as_json)


def _terms_of(platform: Organisation) -> dict[str, object]:
    return {
        "terms_clause": platform.terms_clause,
        "terms_url": platform.terms_url,
        "complaint_url": platform.complaint_url,
        "language": platform.language,
        "out_of_court": platform.out_of_court,
    }


@org.command("list")
@json_option
@says_what_is_wrong()
def list_orgs(as_json: bool) -> None:
    """List the organisations."""
    rows = [
        {"organisation": found.handle, "name": found.name, "kind": found.kind, "mailbox": found.mailbox}
        | (_terms_of(found) if found.kind == Organisation.Kind.PLATFORM else {})
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
    click.echo(
        f"At the first sign-in at {settings.PUBLIC_URL}/desk/ a second step is added: a code app or a passkey.",
        err=True,
    )


@staff.command("list")
@json_option
@says_what_is_wrong()
def list_staff(as_json: bool) -> None:
    """List the people, and whether they have a second factor yet."""
    found = User.objects.select_related("organisation").annotate(factor_count=Count("factors")).order_by("handle")
    rows = [
        {
            "staff": one.handle,
            "organisation": one.organisation.handle,
            "role": one.role,
            "second_factors": one.factor_count,
            "disabled_at": one.disabled_at,
        }
        for one in found
    ]
    tell(rows, as_json=as_json, empty="Nobody yet. Add somebody with `amparo staff add`.")


@staff.command("password")
@click.argument("handle")
@click.password_option(help="Asked for when not given. At least 12 characters.")
@says_what_is_wrong()
def set_password(handle: str, password: str) -> None:
    """Set a new password for somebody who forgot theirs. Their sessions end.

    Their key was locked with the forgotten one: they get a new key, and colleagues' next sign-ins share the cases with
    it again. Who still knows the password changes it at the desk and keeps the key.
    """
    actions.reset_password(user=User.objects.get(handle=handle), password=password, by=OPERATOR, now=timezone.now())
    click.echo(f"{handle} has a new password and a new key.", err=True)


@staff.command("reset-factors")
@click.argument("handle")
@json_option
@says_what_is_wrong()
def reset_factors(handle: str, as_json: bool) -> None:
    """Somebody lost phone, key and paper: the next sign-in adds a new second step. Speak to them yourself first."""
    code = actions.reset_factors(user=User.objects.get(handle=handle), by=OPERATOR, now=timezone.now())
    tell({"staff": handle, "code": code}, as_json=as_json)
    click.echo(
        f"{handle} adds a new second step at the next sign-in, with the password and this code. Tell it in person or "
        "on the telephone: it is shown once.",
        err=True,
    )


@staff.command("disable")
@click.argument("handle")
@says_what_is_wrong()
def disable_staff(handle: str) -> None:
    """Somebody left: password and sessions end, and the cases they held get new keys as colleagues work."""
    waiting = disable_worker(user=User.objects.get(handle=handle), by=OPERATOR, now=timezone.now())
    click.echo(f"{handle} is disabled. Cases that wait for a new key: {waiting}.", err=True)


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
