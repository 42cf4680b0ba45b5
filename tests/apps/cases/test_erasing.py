"""Erasing a case: keys first, then rows; it stays erased, whatever is killed or restored."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from amparo.apps.accounts.actions import add_user
from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions, erased, wiping
from amparo.apps.cases.actions._erasing import _drop_keys
from amparo.apps.cases.models import Case, Check, Consent, Grant, Item, Letter, Notice, Picture
from amparo.apps.ledger.models import SYSTEM, Event, Job
from amparo.core.fingerprint import ImageFingerprint
from tests.apps.cases.conftest import facts, fingerprint
from tests.conftest import PASSWORD

ROWS = (Case, Grant, Item, Picture, Consent, Notice, Letter, Check)


@pytest.fixture(autouse=True)
def _own_list(settings, tmp_path):
    settings.ERASED_LIST = tmp_path / "keys" / "erased"


@pytest.fixture
def full(helpline, hana, bank, now):
    """Sam's case with all that a case can hold, and its code."""
    made = actions.open_case(
        helpline=helpline,
        language="en",
        country="IT",
        fingerprints=[fingerprint()],
        urls=["https://files.example.org/1"],
        banks=[bank],
        now=now,
    )
    actions.send_notice(
        case=made.case,
        items=list(made.case.items.all()),
        regime="us_tida",
        facts=facts(),
        recipient="abuse@forum.example.org",
        by=hana,
        now=now,
    )
    return made


@pytest.fixture
def admin(helpline, now):
    return add_user(handle="hana-admin", organisation=helpline, role="admin", password=PASSWORD, by=SYSTEM, now=now)


def counts():
    return {model.__name__: model.objects.count() for model in ROWS}


def test_nothing_of_the_case_stays_but_counts_and_days(full, hana, now):
    case = full.case
    actions.erase_case(case=case, by=case, now=now)
    assert set(counts().values()) == {0}
    [told] = Event.objects.filter(kind="case_erased")
    assert (told.subject_id, told.by) == (str(case.pk), case.handle)
    assert told.detail == {"pictures": 1, "items": 1, "notices": 1, "consents": 1, "opened_on": "2026-11-21"}


def test_her_code_opens_nothing_any_more_and_says_no_more_than_for_any_other(full, now):
    actions.erase_case(case=full.case, by=full.case, now=now)
    with pytest.raises(actions.CodeRefused):
        actions.open_by_code(text=full.code.text, now=now)


def test_her_fingerprints_leave_the_banks(full, now):
    [entry] = Entry.objects.all()
    assert entry.withdrawn_at is None
    actions.erase_case(case=full.case, by=full.case, now=now)
    entry.refresh_from_db()
    assert entry.withdrawn_at == now
    assert Event.objects.filter(kind="consent_withdrawn").exists()


def test_waiting_jobs_of_the_case_end_and_those_of_others_go_on(full, helpline, hana, now):
    others = actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[], urls=["https://files.example.org/2"], now=now
    ).case
    theirs = str(others.items.get().pk)
    actions.erase_case(case=full.case, by=full.case, now=now)
    waiting = Job.objects.filter(state=Job.State.WAITING)
    assert set(waiting.values_list("subject_id", flat=True)) == {theirs, str(full.case.pk)}
    assert list(waiting.filter(subject_id=str(full.case.pk)).values_list("task", flat=True)) == [
        "amparo.apps.cases.wiping.finish_erasing"
    ]


def test_a_case_worker_cannot_erase_an_admin_can_and_nobody_of_another_helpline(full, hana, omar, admin, now):
    with pytest.raises(actions.ErasingIsHers):
        actions.erase_case(case=full.case, by=hana, now=now)
    with pytest.raises(actions.NotYourCase):
        actions.erase_case(case=full.case, by=omar, now=now)
    assert Case.objects.exists()
    assert erased.listed() == set()
    actions.erase_case(case=full.case, by=admin, now=now)
    assert not Case.objects.exists()


def test_another_case_is_untouched(full, helpline, hana, now):
    other = actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=[fingerprint()], urls=[], now=now
    ).case
    actions.erase_case(case=full.case, by=full.case, now=now)
    assert list(Case.objects.all()) == [other]
    assert other.pictures.count() == 1
    assert other.grants.count() == 2


def test_after_the_first_step_nobody_can_read_it_whatever_happens_then(full, hana, now):
    case = full.case
    _drop_keys(case.pk, by=case, now=now)
    assert not Grant.objects.filter(case=case).exists()
    with pytest.raises(actions.CodeRefused):
        actions.open_by_code(text=full.code.text, now=now)
    with pytest.raises(actions.CaseFrozen):
        actions.add_item(case=case, url="https://files.example.org/3", by=hana, now=now)
    # A worker does the rest, and what waits for keys is not counted with it.
    assert actions.do_key_work(by=hana, limit=50, now=now).left == 0
    wiping.forget_rows(case.pk, now=now)
    assert set(counts().values()) == {0}


def test_each_step_can_be_done_twice(full, now):
    case = full.case
    for _ in range(2):
        _drop_keys(case.pk, by=case, now=now)
    for _ in range(2):
        wiping.forget_rows(case.pk, now=now)
    _drop_keys(case.pk, by=case, now=now)
    assert Event.objects.filter(kind="case_erased").count() == 1


def test_a_case_that_comes_back_is_erased_again_before_anybody_is_served(full, helpline, hana, now):
    """What a restore does, with the list that no backup holds."""
    erased.note([full.case.pk, uuid4()])
    assert actions.keep_erased(now=now) == 1
    assert set(counts().values()) == {0}
    assert actions.keep_erased(now=now) == 0
    assert Event.objects.filter(kind="case_erased").count() == 1


def test_the_list_learns_from_the_trail_what_another_machine_erased(full, now, settings):
    actions.erase_case(case=full.case, by=full.case, now=now)
    Path(settings.ERASED_LIST).unlink()
    actions.keep_erased(now=now)
    assert erased.listed() == {full.case.pk}


def test_the_list_holds_ids_and_nothing_else(full, now, settings):
    actions.erase_case(case=full.case, by=full.case, now=now)
    erased.note([full.case.pk])
    assert Path(settings.ERASED_LIST).read_text() == f"{full.case.pk}\n"
    assert re.fullmatch(r"0o100600", oct(Path(settings.ERASED_LIST).stat().st_mode))


def test_a_line_cut_off_by_a_crash_is_written_whole_the_next_time(full, now, settings):
    erased.note([uuid4()])
    Path(settings.ERASED_LIST).write_text(Path(settings.ERASED_LIST).read_text() + str(full.case.pk)[:20])
    assert len(erased.listed()) == 1
    erased.note([full.case.pk])
    assert full.case.pk in erased.listed()
    assert len(erased.listed()) == 2


def test_a_list_that_cannot_be_read_stops_everything(settings):
    erased.note([uuid4()])
    Path(settings.ERASED_LIST).write_text("something else\n")
    with pytest.raises(erased.BadList, match="line 1"):
        actions.keep_erased(now=None)


def test_she_can_erase_although_the_list_cannot_be_written(full, now, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.ERASED_LIST = tmp_path / "file" / "erased"
    actions.erase_case(case=full.case, by=full.case, now=now)
    assert not Case.objects.exists()


def test_a_frozen_case_can_be_erased_too(full, hana, now):
    actions.freeze_case(case=full.case, by=hana, now=now)
    actions.erase_case(case=full.case, by=full.case, now=now)
    assert set(counts().values()) == {0}


def test_the_fingerprint_of_an_erased_case_can_be_given_anew(full, helpline, bank, hana, now):
    actions.erase_case(case=full.case, by=full.case, now=now)
    again = actions.open_case(
        helpline=helpline,
        language="en",
        country="",
        fingerprints=[ImageFingerprint(code=fingerprint().code, quality=90)],
        urls=[],
        banks=[bank],
        now=now,
    )
    assert again.case.pictures.count() == 1
