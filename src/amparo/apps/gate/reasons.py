"""What the uploader is told: the statement of reasons, and where a complaint goes."""

from dataclasses import replace
from datetime import datetime, timedelta

from amparo.apps.accounts.models import Organisation
from amparo.apps.gate.models import Decision
from amparo.apps.gate.videos import SAME_FILE
from amparo.core import law

# The rule of the platform's terms that a blocked picture breaks. Named in general words: terms differ, and the legal
# ground depends on where the uploader and the person depicted live, which the gate does not know and does not ask.
CLAUSE = "the rule against intimate pictures that are shared without consent"

# Art. 20(1) of Regulation (EU) 2022/2065: a complaint is possible for at least six months. 184 is the longest of them.
COMPLAINT = timedelta(days=184)

VIDEOS = {Decision.Ground.KNOWN_VIDEO, Decision.Ground.POSSIBLY_KNOWN_VIDEO}

# The element of Art. 17(3) that tells the use of automated means.
AUTOMATED_MEANS = "c"
# What was compared, by the kind of form (docs/robustness.md). Who was told can see for himself whether it is so.
COMPARED = {
    "negative": "the negative of the whole picture",
    "framed": "the picture inside a border, a band or a screenshot",
    "widened": "the picture with a narrow rim added, as if one had been cut off",
    "seamed": "a rectangle within the picture",
    "cell": "a half, a third or a quarter of the picture",
    "uncovered": "the picture without what stands still on it, such as a logo",
    "as given": "the fingerprint as it was sent",
    SAME_FILE: "the file itself, bit for bit",
    "stronger": "small points within the picture, which may be cropped, turned or covered in part",
}


def statement(
    *,
    answer: Decision.Answer,
    ground: Decision.Ground,
    form: str,
    reference: str,
    organisation: Organisation,
    now: datetime,
) -> dict[str, object]:
    """The statement of reasons (DSA Art. 17) for an upload that was blocked or is held, as JSON can hold it."""
    facts = law.DecisionFacts(
        reference=reference,
        service=organisation.name,
        decision=law.Decision(answer),
        media=law.Media.VIDEO if ground in VIDEOS else law.Media.IMAGE,
        content_on=now.date(),
        decided_at=now,
        ground=law.Ground.TERMS,
        clause=CLAUSE,
        complaint_at=complaint_at(organisation),
        possible=ground in {Decision.Ground.POSSIBLY_KNOWN_PICTURE, Decision.Ground.POSSIBLY_KNOWN_VIDEO},
    )
    written = law.statement_of_reasons(facts, at=now)
    what = f"frames of the video: {compared(form)}" if ground in VIDEOS and form != SAME_FILE else compared(form)
    told = tuple(
        replace(one, text=f"{one.text} What matched is {what}.") if one.element_id == AUTOMATED_MEANS else one
        for one in written.paragraphs
    )
    return replace(written, paragraphs=told).to_dict()


def compared(form: str) -> str:
    """A form such as "framed, mirrored" in words."""
    first, _, second = form.partition(", ")
    if first in COMPARED:
        return COMPARED[first] + (f" ({second})" if second not in {"", "as is"} else "")
    return "the whole picture" + (f" ({form})" if form != "as is" else "")


def complaint_at(organisation: Organisation) -> str:
    return organisation.mailbox or f"the complaint form or contact address of {organisation.name}"


def appeal(*, organisation: Organisation, decided_at: datetime) -> dict[str, str]:
    """Where a complaint against the decision goes and until when, for the platform's own page."""
    return {"to": complaint_at(organisation), "until": (decided_at + COMPLAINT).date().isoformat()}
