"""`amparo recovery`: the ceremonies of a helpline's recovery key, on a terminal that nobody else watches."""

import secrets

import click
from django.utils import timezone

from amparo.apps.accounts.models import Organisation, User
from amparo.apps.cases import recovery as recoveries
from amparo.apps.cases.recovery import recovery_of
from amparo.apps.cases.refusal import Refused
from amparo.cli._talk import OPERATOR, json_option, says_what_is_wrong, tell
from amparo.core.vault import BadShare, Share, WrongShares, combine, new_holder_key, read_share, split_recovery

_LINES = 3


@click.group()
def recovery() -> None:
    """A helpline's recovery key, on three papers of which two open every case. docs/recovery.md tells the ceremony."""


def _helpline(handle: str) -> Organisation:
    return Organisation.objects.get(handle=handle, kind=Organisation.Kind.HELPLINE)


@recovery.command("begin")
@click.argument("organisation")
@says_what_is_wrong(Refused)
def begin(organisation: str) -> None:
    """Make the key of ORGANISATION and show its three papers, one at a time, each to the person who keeps it."""
    helpline = _helpline(organisation)
    recoveries.expect_none(helpline)
    key = new_holder_key()
    for share in split_recovery(key):
        _hand_over(share)
    recoveries.begin(helpline=helpline, public=key.public, by=OPERATOR, now=timezone.now())
    held = recovery_of(helpline)
    click.echo(
        f"{organisation} has a recovery key. Any two of the three papers open its cases, one alone nothing. "
        f"New cases are granted to it as they come; the {held.cases} that are there, as their workers sign in.",
        err=True,
    )


def _hand_over(share: Share) -> None:
    """Show one paper, let two of its lines be typed back, and take it off the screen."""
    lines = share.text.splitlines()
    click.echo(f"Paper {share.number} of 3. Only the person who keeps it looks now. Write it down by hand.\n", err=True)
    click.echo("\n".join(lines))
    click.prompt("\nPress Enter when it stands on paper", default="", show_default=False, prompt_suffix=" ", err=True)
    click.clear()
    for number in sorted(secrets.SystemRandom().sample(range(_LINES), 2)):
        while _plain(click.prompt(f"From paper {share.number}, type line {number + 1}", err=True)) != _plain(
            lines[number]
        ):
            click.echo("That is not what was shown. Compare it with the paper letter by letter.", err=True)
            if click.confirm("Show the paper again?", default=True, err=True):
                click.echo("\n".join(lines))
                click.prompt("Press Enter", default="", show_default=False, prompt_suffix=" ", err=True)
                click.clear()
    click.clear()


def _plain(line: str) -> str:
    """As `read_share` takes it: case, spaces and hyphens make no difference, I and L are 1, O is 0."""
    return "".join(line.split()).replace("-", "").upper().translate(str.maketrans("ILO", "110"))


@recovery.command("open")
@click.argument("organisation")
@click.option("--for", "handle", required=True, help="Handle of the colleague who gets the cases.")
@json_option
@says_what_is_wrong(Refused, WrongShares)
def open_cases(organisation: str, handle: str, as_json: bool) -> None:
    """Give every case that the key holds to a colleague. Two people type their papers. Call it again to go on."""
    helpline = _helpline(organisation)
    to = User.objects.get(handle=handle, organisation=helpline)
    public = recoveries.public_of(helpline)
    key = combine([_typed("first"), _typed("second")], public=public)
    done = recoveries.use(helpline=helpline, key=key, to=to, by=OPERATOR, now=timezone.now())
    tell({"opened": done.opened, "had": done.had, "missing": done.missing, "altered": done.altered}, as_json=as_json)
    if done.altered:
        click.echo(f"! What is stored of the keys of {done.altered} cases was changed and does not open.", err=True)
    if done.missing:
        click.echo(
            f"{done.missing} cases were never granted to the recovery key: they open with the person's own code, or "
            "when a colleague who holds them signs in.",
            err=True,
        )


def _typed(which: str) -> Share:
    while True:
        click.echo(f"The {which} paper:", err=True)
        lines = [click.prompt(f"line {number}", err=True) for number in range(1, _LINES + 1)]
        try:
            return read_share("\n".join(lines))
        except BadShare as error:
            click.echo(str(error), err=True)


@recovery.command("end")
@click.argument("organisation")
@says_what_is_wrong(Refused)
def end(organisation: str) -> None:
    """End the key of ORGANISATION: papers were lost, or somebody who had one left."""
    cases = recoveries.end(helpline=_helpline(organisation), by=OPERATOR, now=timezone.now())
    click.echo(
        f"The papers open nothing that is written from now on. {cases} cases get a new key as their workers sign in. "
        "Burn the papers: with an old copy of the database they still open what was written before.",
        err=True,
    )


@recovery.command("show")
@click.argument("organisation")
@json_option
@says_what_is_wrong()
def show(organisation: str, as_json: bool) -> None:
    """Whether there is a recovery key, how many cases it opens, and when it was used."""
    found = recovery_of(_helpline(organisation))
    used = [event for event in found.moments if event.kind == event.Kind.RECOVERY_USED]
    tell(
        {
            "organisation": organisation,
            "allowed": found.allowed,
            "since": found.since,
            "cases": found.cases,
            "held": found.held,
            "used": len(used),
            "last_used_at": used[-1].at if used else None,
        },
        as_json=as_json,
    )
