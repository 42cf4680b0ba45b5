"""The gate from the command line: what would it answer, and why did it."""

from pathlib import Path

import click
from django.utils import timezone

from amparo.apps.accounts.models import ApiKey, Organisation
from amparo.apps.gate import actions, queries
from amparo.apps.gate.models import Decision
from amparo.cli._talk import json_option, says_what_is_wrong, tell
from amparo.core.fingerprint import FingerprintError


@click.group()
def gate() -> None:
    """The gate: ask it about a file, read its decisions. Programs use POST /gate/check."""


@gate.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "hint", required=True, help="Hint of the platform's key to ask as (`amparo key list`).")
@json_option
@says_what_is_wrong(FingerprintError)
def check(file: Path, hint: str, as_json: bool) -> None:
    """Ask about FILE as the platform would. A match leaves a decision, as it does over HTTP. Exit code 3 on a match."""
    holder = ApiKey.objects.select_related("organisation").get(hint=hint, revoked_at=None)
    answer = actions.check(upload=file.read_bytes(), by=holder, now=timezone.now())
    facts: dict[str, object] = {"decision": answer.decision}
    if answer.reference:
        facts |= {"reference": answer.reference, "ground": answer.ground, "bank": answer.bank, "form": answer.form}
    if answer.note:
        facts |= {"ground": answer.ground, "note": answer.note}
    tell(facts, as_json=as_json)
    if answer.decision != actions.ALLOW:
        raise SystemExit(3)


@gate.command("decision")
@click.argument("organisation")
@click.argument("reference")
@json_option
@says_what_is_wrong()
def decision(organisation: str, reference: str, as_json: bool) -> None:
    """Show a decision with its statement of reasons, word for word as it was given."""
    found = queries.decision_of(Organisation.objects.get(handle=organisation), reference)
    tell(
        {
            "reference": found.reference,
            "at": found.at,
            "answer": found.answer,
            "ground": found.ground,
            "bank": found.entry.bank.handle,
            "form": found.form,
            "statement": found.statement,
        },
        as_json=as_json,
    )


@gate.command("decisions")
@click.argument("organisation")
@click.option("--most", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@says_what_is_wrong()
def decisions(organisation: str, most: int, as_json: bool) -> None:
    """List an organisation's newest decisions."""
    found = Decision.objects.filter(organisation=Organisation.objects.get(handle=organisation))[:most]
    rows = [{"reference": row.reference, "at": row.at, "answer": row.answer, "ground": row.ground} for row in found]
    tell(rows, as_json=as_json, empty="No upload has matched yet.")
