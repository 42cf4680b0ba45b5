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
from amparo.cli._talk import OPERATOR, json_option, says_what_is_wrong, tell
from amparo.core.fingerprint import (
    FingerprintError,
    ImageFingerprint,
    NotAPicture,
    NotAVideo,
    VideoFingerprint,
    from_hex,
    hash_image,
    hash_video,
)
from amparo.core.vault import CannotOpen


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
    """List the banks, with how many entries are live and how many withdrawn."""
    counted = Bank.objects.select_related("owner").annotate(
        live=Count("entries", filter=Q(entries__withdrawn_at=None)),
        withdrawn=Count("entries", filter=Q(entries__withdrawn_at__isnull=False)),
    )
    rows = [
        {"bank": found.handle, "owner": found.owner.handle, "live": found.live, "withdrawn": found.withdrawn}
        for found in counted.order_by("handle")
    ]
    tell(rows, as_json=as_json, empty="No bank yet. Open one with `amparo bank open`.")


@bank.command("subscribe")
@click.argument("handle")
@click.argument("platform")
@click.option("--on-match", type=click.Choice(Subscription.OnMatch.values), default="block", show_default=True)
@says_what_is_wrong()
def subscribe(handle: str, platform: str, on_match: str) -> None:
    """Let PLATFORM look the bank up and read its feed."""
    actions.subscribe(
        bank=Bank.objects.get(handle=handle),
        organisation=Organisation.objects.get(handle=platform),
        on_match=on_match,
        by=OPERATOR,
        now=timezone.now(),
    )
    click.echo(f"{platform} uses {handle}: a match means {on_match}.", err=True)


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
@json_option
@says_what_is_wrong(FingerprintError, actions.WrongAlgorithm)
def add(handle: str, files: tuple[str, ...], as_json: bool) -> None:
    """Add pictures and videos (FILES on this machine, hashed here) or fingerprints (64 hex digits)."""
    into = Bank.objects.get(handle=handle)
    fingerprints = [_fingerprint(text) for text in files]
    tell([_added(into, made) for made in fingerprints], as_json=as_json)


def _added(into: Bank, made: ImageFingerprint | VideoFingerprint) -> dict[str, object]:
    if isinstance(made, ImageFingerprint):
        entry = actions.add_entry(bank=into, fingerprint=made, by=OPERATOR, now=timezone.now())
        return {"entry": entry.pk, "kind": entry.kind}
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
