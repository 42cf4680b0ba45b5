"""docs/weakened.md: what was weakened, and which test was seen to fail. Written by the tool, one line a weakening."""

from collections.abc import Iterable

from tests.weaken.rows import ALL
from tests.weaken.weakening import ROOT, Weakening

RECORD = ROOT / "docs/weakened.md"
HEAD = "| row | carried by | weakened to | the test that failed |\n|---|---|---|---|\n"


def recorded() -> list[str]:
    return RECORD.read_text().partition(HEAD)[2].splitlines()


def write_record(noticed: Iterable[Weakening], survived: Iterable[Weakening]) -> None:
    """Keep the lines of weakenings that were not tried now; one that is no longer in the list, or survived, goes."""
    before = RECORD.read_text().partition(HEAD)[0]
    now = {one.line for one in noticed}
    kept = (set(recorded()) | now) - {one.line for one in survived}
    RECORD.write_text(before + HEAD + "".join(f"{one.line}\n" for one in ALL if one.line in kept))
