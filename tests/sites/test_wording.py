"""Every state a row can have has its words: a page that met one without would fail."""

import pytest

from amparo.apps.cases.models import Case, Item, Notice
from amparo.apps.gate.models import Decision
from amparo.sites.desk import wording as desk
from amparo.sites.survivor import wording as hers

WORDS = [
    (desk.case_label, Case.State),
    (desk.item_label, Item.State),
    (desk.closed_words, Item.ClosedBy),
    (desk.notice_label, Notice.State),
    (desk.answer_label, Decision.Answer),
    (desk.ground_words, Decision.Ground),
    (hers.item_label, Item.State),
    (hers.item_meaning, Item.State),
    (hers.notice_label, Notice.State),
]


@pytest.mark.parametrize(("said", "states"), WORDS, ids=lambda one: getattr(one, "__qualname__", ""))
def test_each_state_has_words_of_its_own(said, states):
    words = [str(getattr(said(state), "word", said(state))) for state in states]
    assert all(words)
    assert len(set(words)) == len(words)
