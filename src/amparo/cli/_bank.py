"""Banks of fingerprints from the command line."""

from pathlib import Path

import click
from django.db.models import Count, Q
from django.utils import timezone

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks import actions, index
from amparo.apps.banks.models import Bank, Entry, Subscription
from amparo.apps.banks.place import NotPrivate
from amparo.apps.banks.resealing import reseal
from amparo.apps.ledger.backup import resume_sharing
from amparo.cli._talk import OPERATOR, json_option, says_what_is_wrong, tell
from amparo.core.fingerprint import (
    FingerprintError,
    ImageFingerprint,
    NotAPicture,
    NotAVideo,
    TooPlain,
    VideoFingerprint,
    from_hex,
    hash_image,
    hash_video,
    strong,
)
from amparo.core.vault import CannotOpen


class NoPicture(ValueError):
    """A stronger record was asked for where there is no picture to make it of."""


@click.group()
def bank() -> None:
    """Banks: sets of fingerprints with one owner, which platforms may subscribe to."""


@bank.command("open")
@click.argument("handle")
@click.option("--title", required=True)
@click.option("--owner", required=True, help="Handle of the organisation that answers for it.")
@says_what_is_wrong()
def open_bank(handle: str, title: str, owner: str) -> None:
    """Open a bank."""
    organisation = Organisation.objects.get(handle=owner)
    actions.open_bank(handle=handle, title=title, owner=organisation, by=OPERATOR, now=timezone.now())
    click.echo(f"Bank {handle} is open. Let a platform use it with `amparo bank subscribe`.", err=True)


@bank.command("list")
@json_option
@says_what_is_wrong()
def list_banks(as_json: bool) -> None:
    """List the banks, with how many entries are live, have a stronger record, are withdrawn, and who uses them."""
    counted = Bank.objects.select_related("owner").annotate(
        live=Count("entries", filter=Q(entries__withdrawn_at=None)),
        stronger=Count("entries", filter=Q(entries__sealed_stronger__isnull=False)),
        withdrawn=Count("entries", filter=Q(entries__withdrawn_at__isnull=False)),
    )
    rows = [
        {
            "bank": found.handle,
            "owner": found.owner.handle,
            "live": found.live,
            "stronger": found.stronger,
            "withdrawn": found.withdrawn,
            "used_by": ", ".join(map(_terms, found.subscriptions.all())),
        }
        for found in counted.prefetch_related("subscriptions__organisation").order_by("handle")
    ]
    tell(rows, as_json=as_json, empty="No bank yet. Open one with `amparo bank open`.")


def _terms(subscription: Subscription) -> str:
    stronger = " and stronger" if subscription.stronger else ""
    return f"{subscription.organisation.handle} ({subscription.on_match}{stronger})"


@bank.command("subscribe")
@click.argument("handle")
@click.argument("platform")
@click.option("--on-match", type=click.Choice(Subscription.OnMatch.values), default="block", show_default=True)
@click.option("--stronger", is_flag=True, help="Its gate asks the stronger tier too: such a match is never blocked.")
@says_what_is_wrong()
def subscribe(handle: str, platform: str, on_match: str, stronger: bool) -> None:
    """Let PLATFORM look the bank up and read its feed. Said again, the new terms count, --stronger among them."""
    actions.subscribe(
        bank=Bank.objects.get(handle=handle),
        organisation=Organisation.objects.get(handle=platform),
        on_match=on_match,
        stronger=stronger,
        by=OPERATOR,
        now=timezone.now(),
    )
    told = " Its gate asks the stronger tier too: a person of theirs has to look at such a match." if stronger else ""
    click.echo(f"{platform} uses {handle}: a match means {on_match}.{told}", err=True)


@bank.command("unsubscribe")
@click.argument("handle")
@click.argument("platform")
@says_what_is_wrong()
def unsubscribe(handle: str, platform: str) -> None:
    """End PLATFORM's use of the bank."""
    actions.unsubscribe(
        bank=Bank.objects.get(handle=handle),
        organisation=Organisation.objects.get(handle=platform),
        by=OPERATOR,
        now=timezone.now(),
    )
    click.echo(f"{platform} no longer uses {handle}.", err=True)


@bank.command("add")
@click.argument("handle")
@click.argument("files", nargs=-1, required=True)
@click.option("--stronger", is_flag=True, help="Of pictures keep the stronger record too: it tells more of them.")
@json_option
@says_what_is_wrong(FingerprintError, actions.WrongAlgorithm, NoPicture)
def add(handle: str, files: tuple[str, ...], stronger: bool, as_json: bool) -> None:
    """Add pictures and videos (FILES on this machine, hashed here) or fingerprints (64 hex digits)."""
    into = Bank.objects.get(handle=handle)
    made = [(_fingerprint(text), _stronger(text) if stronger else None) for text in files]
    tell([_added(into, fingerprint, record) for fingerprint, record in made], as_json=as_json)


def _added(
    into: Bank, made: ImageFingerprint | VideoFingerprint, record: strong.StrongRecord | None
) -> dict[str, object]:
    if isinstance(made, ImageFingerprint):
        entry = actions.add_entry(bank=into, fingerprint=made, stronger=record, by=OPERATOR, now=timezone.now())
        return {"entry": entry.pk, "kind": entry.kind} | ({"stronger": f"{len(record)} points"} if record else {})
    if not made.complete:
        click.echo(f"! This video was read only in part ({made.ended}): what is missing is not found.", err=True)
    entry = actions.add_video(bank=into, fingerprint=made, by=OPERATOR, now=timezone.now())
    return {"entry": entry.pk, "kind": entry.kind, "frames": entry.frame_count}


def _fingerprint(text: str) -> ImageFingerprint | VideoFingerprint:
    if Path(text).is_file():
        try:
            return hash_image(Path(text))
        except NotAPicture as no_picture:
            try:
                return hash_video(Path(text))
            except NotAVideo as no_video:
                raise NotAPicture(f"{no_picture}; and {no_video}") from None
    # Whoever has only the digits cannot know the picture's quality; 100 lets it match in the full radius.
    return ImageFingerprint(code=from_hex(text), quality=100, sha256=None)


def _stronger(text: str) -> strong.StrongRecord | None:
    """The stronger record of a picture's file. A plain picture has none, and a video neither."""
    if not Path(text).is_file():
        raise NoPicture("a stronger record is made of the picture itself: give its file, or leave --stronger out")
    try:
        return strong.record(Path(text))
    except TooPlain as refusal:
        click.echo(f"! {refusal}.", err=True)
    except NotAPicture:
        click.echo("! A video has no stronger record: it is added without one.", err=True)
    return None


@bank.command("withdraw")
@click.argument("entry", type=int)
@click.option("--reason", default="operator", show_default=True, help="A short word for the record.")
@says_what_is_wrong()
def withdraw(entry: int, reason: str) -> None:
    """Take ENTRY out of every search and feed, and forget its fingerprint."""
    actions.withdraw_entry(entry=Entry.objects.get(pk=entry), reason=reason, by=OPERATOR, now=timezone.now())
    click.echo(f"Entry {entry} is withdrawn.", err=True)


@bank.command("rebuild")
@says_what_is_wrong(index.EntriesLocked, NotPrivate)
def rebuild() -> None:
    """Build the index anew from the database. Running gates go on with the old one until the new one is whole."""
    entries = index.rebuild()
    click.echo(f"The index holds {entries} entries.", err=True)


@bank.command("reseal")
@says_what_is_wrong(CannotOpen)
def reseal_entries() -> None:
    """Seal under the newest instance key what an older one sealed. Then the older one may be given up for banks."""
    click.echo(f"{reseal()} entries and frames were under an older key; none is now.", err=True)


@bank.command("share-again")
@says_what_is_wrong()
def share_again() -> None:
    """After a restore: let feeds go out again, once everything is taken back that was taken back since the backup."""
    if resume_sharing(by=OPERATOR, now=timezone.now()):
        click.echo("Feeds go out again.", err=True)
    else:
        click.echo("Feeds did not rest: there is nothing to do.", err=True)
