import traceback
from datetime import timedelta

import pytest

from amparo.apps.cases import actions, jobs
from amparo.apps.cases.models import Check, HostTurn, Item
from amparo.apps.ledger.models import Event, Job
from tests.servers.host import Host

DAY = timedelta(days=1)


@pytest.fixture
def host(settings):
    with Host() as running:
        settings.CHECKER_ALLOWED = frozenset({running.allowed})
        yield running


@pytest.fixture
def item(case, host, now):
    """An item on the host of the test, alive; the fixture's first one is set aside."""
    case.items.all().delete()
    Job.objects.all().delete()
    return actions.add_item(case=case, url=host.page("/album"), by=case, now=now)


def work(now):
    """Do every check that is due, as a worker does."""
    due = Job.objects.filter(state="waiting", run_after__lte=now, task="amparo.apps.cases.jobs.check_item")
    for job in due:
        jobs.run_check(job.pk, clock=lambda: now)
    return len(due)


def waiting():
    return [job.run_after for job in Job.objects.filter(state="waiting").order_by("run_after")]


def closed(item, hana, now):
    actions.found_gone_by_person(item=item, by=hana, now=now)
    return Item.objects.get(pk=item.pk)


def test_a_new_address_is_looked_at_at_once_and_then_every_day(item, now):
    assert waiting() == [now]
    work(now)
    item.refresh_from_db()
    assert (item.state, item.last_alive_at, item.checked_at) == ("alive", now, now)
    assert waiting() == [now + DAY] == [item.check_due_at]


def test_gone_twice_a_day_apart_closes_the_item_and_lets_the_case_close(item, case, host, hana, now):
    work(now)
    host.gone("/album")
    work(now + DAY)
    item.refresh_from_db()
    assert (item.state, item.closed_at) == ("gone", None)
    with pytest.raises(actions.ItemsStillOpen):
        actions.close_case(case=case, by=hana, now=now + DAY)
    work(now + 2 * DAY)
    item.refresh_from_db()
    assert (item.closed_at, item.closed_by) == (now + 2 * DAY, "seen_gone_twice")
    assert actions.close_case(case=case, by=hana, now=now + 2 * DAY).state == "closed"
    assert waiting() == [now + 9 * DAY]


def test_every_look_is_kept_and_in_the_ledger(item, host, now):
    work(now)
    host.challenge("/album")
    work(now + DAY)
    kept = Check.objects.values_list("at", "state", "status_code", "reason", "by")
    assert list(kept) == [(now, "alive", 200, "page", "checker"), (now + DAY, "blocked", 403, "challenge", "checker")]
    told = Event.objects.filter(kind="item_checked").values_list("detail", flat=True)
    assert list(told) == [{"state": "alive", "reason": "page"}, {"state": "blocked", "reason": "challenge"}]


def test_an_address_that_comes_back_opens_its_item_and_its_case(item, case, host, hana, now):
    work(now)
    closed(item, hana, now)
    actions.close_case(case=case, by=hana, now=now)
    assert work(now + timedelta(days=6)) == 1  # the daily look that was overtaken: it does nothing
    assert len(host.seen) == 2
    assert work(now + timedelta(days=7)) == 1
    item.refresh_from_db()
    case.refresh_from_db()
    assert (item.state, item.closed_at, item.closed_by) == ("alive", None, "")
    assert (case.state, case.closed_at) == ("open", None)
    kinds = list(Event.objects.order_by("-seq").values_list("kind", flat=True)[:3])
    assert kinds == ["case_reopened", "item_reopened", "item_checked"]
    assert now + timedelta(days=8) in waiting()


def test_hana_looks_now_and_the_clock_is_hers(item, host, hana, now):
    host.gone("/album", status=410)
    check = actions.look_at_item(item=item, by=hana, now=now)
    assert (check.state, check.status_code, check.by) == ("gone", 410, "hana")
    actions.look_at_item(item=item, by=hana, now=now + DAY)
    item.refresh_from_db()
    assert (item.closed_at, item.closed_by) == (now + DAY, "seen_gone_twice")


def test_hana_waits_for_no_turn_but_private_addresses_stay_refused(item, host, hana, settings, now):
    for _ in range(3):
        assert actions.look_at_item(item=item, by=hana, now=now).state == "alive"
    settings.CHECKER_ALLOWED = frozenset()
    assert actions.look_at_item(item=item, by=hana, now=now).state == "error"
    assert len(host.seen) == 6


def test_hana_who_looked_closes_at_once_and_so_does_sam(item, case, hana, host, now):
    assert closed(item, hana, now).closed_by == "a_person_looked"
    other = actions.add_item(case=case, url=host.page("/other"), by=case, now=now)
    assert closed(other, case, now).closed_by == "survivor"
    assert Event.objects.filter(kind="item_closed").count() == 2


def test_sam_says_it_is_back(item, case, hana, now):
    closed(item, hana, now)
    actions.close_case(case=case, by=hana, now=now)
    actions.found_back_by_person(item=item, by=case, now=now + DAY)
    item.refresh_from_db()
    case.refresh_from_db()
    assert (item.state, item.closed_at, case.state) == ("alive", None, "open")
    assert item.check_due_at == now + 2 * DAY


def test_omar_looks_at_nothing(item, omar, host, now):
    for act in (actions.look_at_item, actions.found_gone_by_person, actions.found_back_by_person):
        with pytest.raises(actions.NotYourCase):
            act(item=item, by=omar, now=now)
    assert host.seen == []
    assert not Check.objects.exists()


def test_sam_sends_no_requests_through_us(item, case, host, now):
    with pytest.raises(actions.LookIsForWorkers):
        actions.look_at_item(item=item, by=case, now=now)
    assert host.seen == []


def test_a_frozen_case_is_never_looked_at_again(item, case, host, hana, now):
    actions.freeze_case(case=case, by=hana, now=now)
    assert work(now) == 1
    with pytest.raises(actions.CaseFrozen):
        actions.look_at_item(item=item, by=hana, now=now)
    assert host.seen == []
    assert (Item.objects.count(), Check.objects.count(), waiting()) == (0, 0, [])


def test_a_host_is_asked_once_a_minute_and_nobody_is_forgotten(item, case, host, now):
    for number in range(4):
        actions.add_item(case=case, url=host.page(f"/{number}"), by=case, now=now)
    work(now)
    assert Check.objects.count() == 1
    turns = waiting()
    gaps = [later - earlier for earlier, later in zip([now, *turns], turns, strict=False)]
    assert len(turns) == 5  # four that wait for their turn, and tomorrow's look of the first
    assert all(timedelta(seconds=60) <= gap <= timedelta(seconds=75) for gap in gaps[:4])
    for number, turn in enumerate(turns[:4], start=2):
        work(turn)
        assert Check.objects.count() == number


def test_two_hosts_do_not_wait_for_each_other(item, case, now, settings, host):
    with Host() as second:
        settings.CHECKER_ALLOWED |= {second.allowed, f"localhost:{second.port}"}
        actions.add_item(case=case, url=second.page("/x").replace("127.0.0.1", "localhost"), by=case, now=now)
        work(now)
    assert Check.objects.count() == 2


def test_a_turn_that_was_slept_through_is_asked_for_anew(item, case, host, now):
    actions.add_item(case=case, url=host.page("/x"), by=case, now=now)
    actions.add_item(case=case, url=host.page("/y"), by=case, now=now)
    work(now)
    work(now + timedelta(hours=5))
    assert len({(check.item_id, check.at) for check in Check.objects.all()}) == 2


def test_the_list_of_hosts_names_no_host(item, host, now):
    work(now)
    assert host.allowed.split(":")[0] not in str(HostTurn.objects.values().get())


def test_old_turns_are_forgotten(item, host, now):
    HostTurn.objects.create(host_digest="f" * 64, free_at=now - timedelta(days=2))
    work(now)
    assert HostTurn.objects.count() == 1


def test_a_job_holds_an_id_and_nothing_of_the_case(item):
    from django_tasks_db.models import DBTaskResult

    job = Job.objects.get()
    assert job.subject_id == str(item.pk)
    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.filter(args_kwargs__args=[job.pk])] == [[job.pk]]
    assert not [row for row in DBTaskResult.objects.values() if "album" in str(row)]


def test_a_fault_of_ours_is_written_down_without_the_address_and_the_item_stays_in_the_round(item, settings, now):
    settings.CHECKER_ALLOWED = None
    with pytest.raises(jobs.CheckFault) as fault:
        work(now)
    told = "".join(traceback.format_exception(fault.value))
    assert "album" not in told
    assert "127.0.0.1" not in told
    item.refresh_from_db()
    assert (item.state, item.check_due_at) == ("error", now + DAY)
    assert Job.objects.order_by("pk").first().state == "failed"
    settings.CHECKER_ALLOWED = frozenset()
    assert work(now + DAY) == 1
    assert Check.objects.count() == 2


def test_an_item_deleted_before_its_look_ends_the_job_quietly(item, now):
    item.delete()
    work(now)
    assert Job.objects.get().state == "done"
