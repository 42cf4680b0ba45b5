"""What a platform is told, as JSON."""

from collections.abc import Sequence

import msgspec

from amparo.apps.gate.actions import ALLOWED, Answer
from amparo.apps.gate.models import Decision

_encoder = msgspec.json.Encoder()
_ALLOW = _encoder.encode({"decision": ALLOWED.decision})


def json_of(fields: object) -> bytes:
    return _encoder.encode(fields)


def answer_json(answer: Answer) -> bytes:
    if answer is ALLOWED:
        return _ALLOW
    if answer.note:
        return _encoder.encode({"decision": answer.decision, "ground": answer.ground, "message": answer.note})
    told: dict[str, object] = {
        "decision": str(answer.decision),
        "reference": answer.reference,
        "ground": str(answer.ground),
        "bank": answer.bank,
        "form": answer.form,
    }
    if answer.reasons is not None:
        told |= {"reasons": answer.reasons, "appeal": answer.appeal}
    return _encoder.encode(told)


def batch_json(answers: Sequence[Answer]) -> bytes:
    return b'{"results":[' + b",".join(answer_json(answer) for answer in answers) + b"]}"


def decision_fields(decision: Decision) -> dict[str, object]:
    """A decision as its platform may read it: what it was told then, and when."""
    return {
        "reference": decision.reference,
        "decision": decision.answer,
        "ground": decision.ground,
        "bank": decision.entry.bank.handle,
        "form": decision.form,
        "at": decision.at,
        "reasons": decision.statement,
    }
