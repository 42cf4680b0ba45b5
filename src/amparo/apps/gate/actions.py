"""Ask the gate. An upload that matches leaves a decision with its reasons; one that passes leaves nothing."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from amparo.apps.accounts.models import ApiKey
from amparo.apps.gate import points, reasons
from amparo.apps.gate.forms import POSSIBLE_BITS, given_forms, parts_of
from amparo.apps.gate.matches import Match, is_strongest, stronger, strongest_matches
from amparo.apps.gate.models import Decision
from amparo.apps.gate.references import new_reference
from amparo.apps.gate.videos import Seen, look
from amparo.apps.ledger.actions import record
from amparo.apps.ledger.models import Event
from amparo.core.fingerprint import (
    ALGORITHM,
    FingerprintError,
    ImageFingerprint,
    NotAPicture,
    NotAVideo,
    TooSmall,
    Truncated,
)
from amparo.core.matching import WITHIN_BITS

ALLOW = "allow"

# Drawing a taken reference has a chance of decisions / 1.5e11; five in a row is a broken source of randomness.
DRAWS = 5

# Decisions written in one transaction, so that a batch in which everything matches holds nobody else up for long.
WRITES = 200


class WrongAlgorithm(ValueError):
    """The gate was given a fingerprint of an algorithm that its index does not hold."""


class NotRecognised(FingerprintError):
    """An upload that is neither a picture nor a video of a kind that is read."""


class UnreadableVideo(FingerprintError):
    """An upload that is a video, and nothing of it can be shown."""


class NoReference(RuntimeError):
    """Every reference that was drawn is taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform is told: never a distance, an entry, or anything of a bank but its handle.

    decision: allow, block, hold or record; the fields after it are empty for allow. reasons: the statement as it is
    stored, None for allow and record. appeal: to and until, None likewise. note: what to do, where no decision stands.
    """

    decision: str
    reference: str = ""
    ground: str = ""
    bank: str = ""
    form: str = ""
    reasons: Mapping[str, object] | None = None
    appeal: Mapping[str, str] | None = None
    note: str = ""


ALLOWED = Answer(ALLOW)
# Fail closed: what was not seen is not "not known". Nothing matched, so there is no decision and no reference.
NOT_FULLY_CHECKED = Answer(
    Decision.Answer.HOLD,
    ground="not_fully_checked",
    note="Only a part of this video could be read, and nothing in that part is known. Hold it back until a person of "
    "yours has looked at it, or ask for a whole copy.",
)


def check(*, upload: bytes, by: ApiKey, now: datetime, language: str = "") -> Answer:
    """Answer for one picture or video, looked up in all its forms. Neither it nor its fingerprint is kept.

    language: of the uploader, for the statement of reasons; "" = the platform's own.
    Raises NotRecognised, UnreadableVideo, and core.fingerprint's Truncated, TooLarge and TooSmall of a picture.
    """
    try:
        seen = Seen(_match_of(upload, by, fast=True) or points.look(upload, of=by.organisation), whole=True)
    except NotAPicture as no_picture:
        try:
            seen = look(upload, of=by.organisation, max_bytes=settings.GATE_MAX_UPLOAD_BYTES)
        except NotAVideo as no_video:
            raise NotRecognised(f"{no_picture}; and {no_video}") from None
        except (Truncated, TooSmall) as error:
            raise UnreadableVideo(str(error)) from None
    if seen.match:
        return _decide(match=seen.match, by=by, now=now, language=language)
    return ALLOWED if seen.whole else NOT_FULLY_CHECKED


def _match_of(upload: bytes, by: ApiKey, *, fast: bool) -> Match | None:
    """Nearly every upload is told from everything known by the fast decoding; only what is near is decoded in full.

    The fast one is 7 bits off at the 99th percentile and 16 at worst (docs/fingerprint.md), of the 50 that count.
    The search ends at an answer that nothing else could make stronger.
    """
    best: Match | None = None
    with closing(parts_of(upload, max_bytes=settings.GATE_MAX_UPLOAD_BYTES, fast=fast)) as parts:
        for forms in parts:
            [match] = strongest_matches(forms, per_upload=len(forms.names), of=by.organisation)
            if match and not forms.exact:
                break
            best = stronger(best, match)
            if match and best and is_strongest(best, of=by.organisation):
                return best
        else:
            return best
    return _match_of(upload, by, fast=False)


def check_fingerprints(
    *, fingerprints: Sequence[ImageFingerprint], by: ApiKey, now: datetime, possible: bool = False, language: str = ""
) -> list[Answer]:
    """Answer for each fingerprint, in order, from one lookup. Equal fingerprints of one call share one decision.

    possible: look for possible matches too (32 to 50 bits), at ten times the matcher's work (ADR 7). Raises
    WrongAlgorithm.
    """
    if any(fingerprint.algorithm != ALGORITHM for fingerprint in fingerprints):
        raise WrongAlgorithm(f"the gate holds {ALGORITHM}: make the fingerprints with that algorithm, or send pictures")
    if not fingerprints:
        return []
    within = POSSIBLE_BITS if possible else WITHIN_BITS
    matches = strongest_matches(given_forms(fingerprints, within=within), per_upload=1, of=by.organisation)
    answers = [ALLOWED] * len(fingerprints)
    numbers_of: dict[tuple[bytes, int], list[int]] = {}
    for number, match in enumerate(matches):
        if match:
            fingerprint = fingerprints[number]
            numbers_of.setdefault((fingerprint.code, fingerprint.quality), []).append(number)
    groups = list(numbers_of.values())
    for start in range(0, len(groups), WRITES):
        with transaction.atomic():
            for numbers in groups[start : start + WRITES]:
                match = matches[numbers[0]]
                answer = _decide(match=match, by=by, now=now, language=language) if match else ALLOWED
                for number in numbers:
                    answers[number] = answer
    return answers


@transaction.atomic
def _decide(*, match: Match, by: ApiKey, now: datetime, language: str) -> Answer:
    """Write the decision, its reasons and its event down, and put it into words."""
    decision = write_decision(match=match, by=by, now=now, language=language)
    record(
        Event.Kind.GATE_DECIDED,
        decision,
        by=by,
        at=now,
        reference=decision.reference,
        answer=match.answer,
        ground=match.ground,
        bank=match.bank,
    )
    withheld = decision.statement is not None
    return Answer(
        decision=match.answer,
        reference=decision.reference,
        ground=match.ground,
        bank=match.bank,
        form=match.form,
        reasons=decision.statement,
        appeal=reasons.appeal(organisation=by.organisation, decided_at=now, language=language) if withheld else None,
    )


def write_decision(
    *, match: Match, by: ApiKey, now: datetime, language: str = "", draw: Callable[[], str] = new_reference
) -> Decision:
    """The row, under a reference that no other decision has. Raises NoReference."""
    for _ in range(DRAWS):
        reference = draw()
        withheld = match.answer is not Decision.Answer.RECORD
        decision = Decision(
            reference=reference,
            organisation=by.organisation,
            at=now,
            answer=match.answer,
            ground=match.ground,
            entry_id=match.entry_id,
            distance=match.distance if match.points is None else None,
            points=match.points,
            form=match.form,
            statement=reasons.statement(
                answer=match.answer,
                ground=match.ground,
                form=match.form,
                reference=reference,
                organisation=by.organisation,
                now=now,
                language=language,
            )
            if withheld
            else None,
        )
        try:
            with transaction.atomic():
                decision.save(force_insert=True)
        except IntegrityError:
            if not Decision.objects.filter(reference=reference).exists():
                raise
        else:
            return decision
    raise NoReference(f"{DRAWS} references in a row were taken: is this machine's source of randomness sound?")
