"""The list of weakenings stays whole and true without being run: `python -m tests.weaken` runs it."""

import re

from tests.weaken.record import recorded
from tests.weaken.rows import ALL
from tests.weaken.weakening import ROOT, SOURCE, Promise, Weakening, promises


def test_every_promise_is_weakened_in_each_function_that_carries_it_and_each_of_its_tests_has_to_notice():
    assert len(promises()) > 60
    assert [promise for promise in promises() if lacking(promise)] == []


def lacking(promise: Promise) -> set[str]:
    """The carriers and tests of a row that no weakening is about."""
    ours = [one for one in ALL if one.row == promise.row]
    tried = {f"{SOURCE}/{one.file}::{one.carrier}" for one in ours} | {one.test for one in ours}
    return {*promise.carriers, *promise.tests} - tried


def test_every_weakening_is_of_a_promise_that_there_is():
    assert {one.row for one in ALL} == {promise.row for promise in promises()} | {"vault"}


def test_what_is_weakened_stands_once_where_it_says_and_what_it_becomes_can_be_read():
    assert [wrong for one in ALL for wrong in wrong_with(one)] == []


def wrong_with(weakening: Weakening) -> list[str]:
    text = (ROOT / SOURCE / weakening.file).read_text()
    try:
        weaker = weakening.apply(text)
    except LookupError as error:
        return [str(error)]
    if weakening.file.endswith(".py"):
        compile(weaker, weakening.file, "exec")
    return [] if weaker != text else [f"{weakening.name}: nothing is weaker"]


def test_every_test_that_has_to_notice_is_there():
    for path, _, name in {one.test.partition("::") for one in ALL}:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE), f"{path} has no {name}"


def test_the_record_tells_of_nothing_that_is_no_longer_in_the_list():
    """`python -m tests.weaken --new --record` runs what has no line in it yet, and writes those that were noticed."""
    assert [line for line in recorded() if line not in {one.line for one in ALL}] == []
