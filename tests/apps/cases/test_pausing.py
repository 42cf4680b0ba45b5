"""Her pause: nothing is looked at, nothing leaves, and nobody but she ends it."""

from datetime import timedelta

import pytest

from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions, jobs
from amparo.apps.cases.delivery import run
from amparo.apps.cases.models import Case, Check, Item, Notice
from amparo.apps.cases.queries import timeline
from amparo.apps.ledger.models import SYSTEM, Event, Job
from tests.apps.cases.conftest import facts


def pause(case, now, *, by=None, take_back=False):
    return actions.pause_case(case=case, take_back=take_back, by=by or case, now=now)


def last_job(task):
    return Job.objects.filter(task__endswith=task).latest("pk")


def test_only_she_pauses_and_only_she_lets_it_go_on(case, hana, now):
    for by in (hana, SYSTEM):
        with pytest.raises(actions.PauseIsHers):
            pause(case, now, by=by)
    pause(case, now)
    for by in (hana, SYSTEM):
        with pytest.raises(actions.PauseIsHers):
            actions.resume_case(case=case, by=by, now=now)
    assert Case.objects.get().paused_at == now
    assert actions.resume_case(case=case, by=case, now=now).paused_at is None


def test_no_look_is_made_while_it_rests_and_the_checker_forgets_the_address(case, item, now):
    pause(case, now)
    item.refresh_from_db()
    assert (item.check_due_at, item.checker_url) == (None, None)
    jobs.run_check(last_job("check_item").pk, clock=lambda: now)
    assert not Check.objects.exists()


def test_an_address_that_is_added_meanwhile_is_kept_and_looked_at_afterwards(case, now):
    pause(case, now)
    added = actions.add_item(case=case, url="https://files.example.org/2", by=case, now=now)
    assert Item.objects.get(pk=added.pk).check_due_at is None
    actions.resume_case(case=case, by=case, now=now + timedelta(days=3))
    assert {item.check_due_at for item in Item.objects.all()} == {now + timedelta(days=3)}


def test_what_a_person_saw_is_written_down_and_plans_no_look(case, item, hana, now):
    pause(case, now)
    actions.found_gone_by_person(item=item, by=hana, now=now)
    actions.found_back_by_person(item=item, by=case, now=now)
    item.refresh_from_db()
    assert (item.state, item.check_due_at, item.checker_url) == ("alive", None, None)


def test_looks_of_closed_addresses_go_on_at_their_own_time(case, item, hana, now):
    actions.found_gone_by_person(item=item, by=hana, now=now)
    pause(case, now)
    actions.resume_case(case=case, by=case, now=now + timedelta(days=1))
    assert Item.objects.get().check_due_at == now + timedelta(days=7)


def test_workers_are_told_in_words_why_nothing_leaves(case, item, hana, now):
    pause(case, now)
    with pytest.raises(actions.CasePaused) as refused:
        actions.look_at_item(item=item, by=hana, now=now)
    assert "until the person herself lets it go on" in str(refused.value)
    with pytest.raises(actions.CasePaused):
        actions.send_notice(
            case=case, items=[item], regime="us_tida", facts=facts(), recipient="abuse@example.org", by=hana, now=now
        )
    assert not Notice.objects.exists()


def test_a_failed_notice_is_not_sent_again_meanwhile(case, notice, hana, now):
    Notice.objects.update(state="failed", failure="refused")
    pause(case, now)
    with pytest.raises(actions.CasePaused):
        actions.queue_again(notice=notice, by=hana, now=now)


def test_a_queued_notice_waits_and_leaves_once_it_goes_on(case, notice, now, mailoutbox):
    pause(case, now)
    run(last_job("deliver_notice").pk, clock=lambda: now)
    assert (Notice.objects.get().state, mailoutbox) == ("queued", [])
    later = now + timedelta(days=9)
    actions.resume_case(case=case, by=case, now=later)
    run(last_job("deliver_notice").pk, clock=lambda: later)
    assert (Notice.objects.get().state, len(mailoutbox)) == ("sent", 1)


def test_her_entries_stay_in_the_banks_when_she_wants_that(case, consent, now):
    pause(case, now)
    assert Entry.objects.get().code is not None
    assert Event.objects.get(kind="case_paused").detail["consents_ended"] == 0


def test_her_entries_leave_the_banks_when_she_wants_that(case, consent, now):
    pause(case, now, take_back=True)
    assert Entry.objects.get().code is None
    assert Event.objects.get(kind="case_paused").detail["consents_ended"] == 1


def test_a_second_press_changes_nothing(case, now):
    pause(case, now)
    pause(case, now + timedelta(days=1))
    assert Case.objects.get().paused_at == now
    for _ in range(2):
        actions.resume_case(case=case, by=case, now=now)
    assert Event.objects.filter(kind__in=["case_paused", "case_resumed"]).count() == 2


def test_both_sides_see_it_in_the_trail(case, now):
    pause(case, now)
    actions.resume_case(case=case, by=case, now=now)
    assert [str(moment.says) for moment in timeline(case)][-2:] == [
        "The case was paused.",
        "The case went on after the pause.",
    ]


def test_messages_go_on_and_a_case_about_a_minor_can_still_be_frozen(case, hana, now):
    pause(case, now)
    actions.write_message(case=case, text="I rest a little", by=case, now=now)
    assert actions.freeze_case(case=case, by=hana, now=now).state == "frozen"
