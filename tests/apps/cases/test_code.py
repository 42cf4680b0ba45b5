"""Her code: new words, a second code that opens an empty page, and the end of it."""

import time
from contextlib import suppress
from datetime import timedelta

import pytest

from amparo.apps.cases import actions, codes
from amparo.apps.cases.actions import _reading
from amparo.apps.cases.contents import contents
from amparo.apps.cases.keys import open_case_key, opened as opened_rows
from amparo.apps.cases.models import Case, Grant, Item, Opening, WrongCode
from amparo.apps.ledger.models import Event
from amparo.core.vault import Cost, new_code, public_half

from .conftest import fingerprint

WRONG = "about " * 7


def open_with(locator, words, now):
    return actions.open_by_code(text=f"{locator} {' '.join(words)}", now=now)


def refused(locator, words, now):
    with pytest.raises(actions.CodeRefused):
        open_with(locator, words, now)
    return True


@pytest.fixture
def second():
    """The words of a second code for Sam."""
    return new_code("en").words


@pytest.fixture
def hers(opened, second, now):
    """Her case after she made the second code."""
    return actions.set_codes(case=opened.case, words=opened.code.words, second=second, by=opened.case, now=now)


def row(case):
    """Everything that the tables tell of a case, but for what is random or a time."""
    kept = Case.objects.filter(pk=case.pk).values().get()
    sizes = {name: len(bytes(kept[name])) for name in ("wrapped_key", "second_key", "public", "public_record")}
    plain = {name: kept[name] for name in ("state", "version", "read_at", "read_before_at", "code_ended_at")}
    notes = [(one.by_door, len(bytes(one.sealed_code))) for one in case.openings.all()]
    grants = sorted((one.holder, one.version, len(bytes(one.sealed))) for one in case.grants.all())
    return sizes | plain | {"openings": notes, "grants": grants}


def trail(case, since):
    """What the ledger got after `since`."""
    events = Event.objects.filter(seq__gt=since, subject_id=str(case.pk))
    return [(event.kind, event.by, event.organisation, event.detail) for event in events]


def last_seq():
    return Event.objects.order_by("-seq").values_list("seq", flat=True).first()


# -- new words


def test_new_words_open_the_case_and_the_old_ones_do_not(opened, now):
    words = codes.draw_code(opened.case, "it").words
    hers = actions.set_codes(case=opened.case, words=words, second=None, by=opened.case, now=now)
    assert contents(hers, hers).items[0].url == "https://files.example.org/1"
    assert contents(again := open_with(hers.locator, words, now), again).items
    assert refused(hers.locator, opened.code.words, now)


def test_the_locator_stays_and_the_words_are_seven_of_her_language(case):
    code = codes.draw_code(case, "it")
    assert (code.locator, len(code.words), code.language) == (case.locator, 7, "it")


def test_the_old_pair_opens_nothing_that_stands_there_afterwards_and_hana_reads_on(opened, hana, now):
    old = open_case_key(opened.case, opened.case)
    hers = actions.set_codes(case=opened.case, words=new_code("en").words, second=None, by=opened.case, now=now)
    with pytest.raises(actions.Altered):
        opened_rows(old, Item.objects.all())
    with pytest.raises(actions.NotYourCase):
        actions.add_item(case=opened.case, url="https://files.example.org/9", by=opened.case, now=now)
    assert hers.version == old.version + 1
    assert contents(hers, hana).items[0].url == "https://files.example.org/1"


def test_nobody_changes_or_ends_her_code_for_her(opened, hana, now):
    with pytest.raises(actions.CodeIsHers):
        actions.set_codes(case=opened.case, words=new_code("en").words, second=None, by=hana, now=now)
    for act in (actions.end_code, actions.prove_code):
        with pytest.raises(actions.CodeIsHers):
            act(case=opened.case, text=opened.code.text, by=hana, now=now)
    assert open_with(opened.case.locator, opened.code.words, now) == opened.case


def test_her_code_is_asked_again_and_wrong_words_count_as_at_the_door(opened, now):
    case = opened.case
    assert actions.prove_code(case=case, text=opened.code.text.upper(), by=case, now=now) == opened.code.words
    for _ in range(5):
        with pytest.raises(actions.CodeRefused):
            actions.prove_code(case=case, text=f"{case.locator} {WRONG}", by=case, now=now)
    with pytest.raises(actions.TryLater):
        actions.prove_code(case=case, text=opened.code.text, by=case, now=now)


def test_the_code_of_another_case_proves_nothing(opened, helpline, now):
    other = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[], now=now)
    with pytest.raises(actions.CodeRefused):
        actions.prove_code(case=opened.case, text=other.code.text, by=opened.case, now=now)


# -- the second code


def test_the_second_code_opens_no_text_and_changes_nothing(opened, hers, second, bank, now):
    decoy = open_with(hers.locator, second, now)
    assert decoy.is_decoy
    assert not hers.is_decoy
    with pytest.raises(actions.Locked):
        contents(decoy, decoy)
    before = Event.objects.count()
    for act in (
        lambda: actions.add_item(case=decoy, url="https://example.org/", by=decoy, now=now),
        lambda: actions.add_picture(case=decoy, fingerprint=fingerprint("dog"), by=decoy, now=now),
        lambda: actions.give_consent(picture=decoy.pictures.get(), bank=bank, by=decoy, now=now),
        lambda: actions.withdraw_everything(case=decoy, by=decoy, now=now),
        lambda: actions.write_message(case=decoy, text="x", by=decoy, now=now),
        lambda: actions.read_messages(case=decoy, by=decoy, now=now),
        lambda: actions.pause_case(case=decoy, take_back=True, by=decoy, now=now),
        lambda: actions.resume_case(case=decoy, by=decoy, now=now),
        lambda: actions.set_codes(case=decoy, words=second, second=None, by=decoy, now=now),
        lambda: actions.found_back_by_person(item=decoy.items.get(), by=decoy, now=now),
        lambda: actions.close_case(case=decoy, by=decoy, now=now),
        lambda: actions.freeze_case(case=decoy, by=decoy, now=now),
    ):
        with pytest.raises(actions.NotYourCase):
            act()
    with pytest.raises(actions.CodeRefused):
        actions.end_code(case=decoy, text=f"{hers.locator} {' '.join(second)}", by=decoy, now=now)
    assert actions.do_key_work(by=decoy, limit=1, now=now) == actions.KeyWork(0, 0, 0)
    assert Event.objects.exclude(kind="case_code_refused").count() == before
    assert contents(hers, hers).items


def test_both_codes_leave_the_same_rows_and_the_same_trail(opened, hers, second, now):
    seen = []
    for words in (opened.code.words, second):
        since, before = last_seq(), len(row(hers)["openings"])
        open_with(hers.locator, words, now)
        notes = row(hers)["openings"]
        seen.append((row(hers) | {"openings": None}, notes[-1], len(notes) - before, trail(hers, since)))
    assert seen[0][1:] == seen[1][1:]
    first, other = seen[0][0], seen[1][0]
    assert first | {"read_before_at": None} == other | {"read_before_at": None}


def test_no_row_tells_a_case_with_a_second_code_from_one_without(opened, helpline, hana, now):
    """Whatever she changes, all of both locks is new, the same is written, and the second pair has the same form."""
    told, case = [], opened.case
    for second in (None, new_code("en").words, None, new_code("en").words):
        since, before = last_seq(), Case.objects.get()
        case = actions.set_codes(case=case, words=opened.code.words, second=second, by=case, now=now)
        after = Case.objects.get()
        assert bytes(after.wrapped_key) != bytes(before.wrapped_key)
        assert bytes(after.second_key) != bytes(before.second_key)
        assert public_half(after.wrapped_key) != public_half(before.wrapped_key)
        # Format, algorithm and cost: all that stands in a wrapped key beside random bytes.
        assert bytes(after.second_key)[:11] == bytes(after.wrapped_key)[:11] == bytes(before.second_key)[:11]
        version_gone = [(kind, by, organisation) for kind, by, organisation, _detail in trail(case, since)]
        told.append(
            (version_gone, {name: value for name, value in row(case).items() if name not in {"version", "grants"}})
        )
    assert all(one == told[0] for one in told)
    assert told[0][0] == [("code_changed", case.handle, "")]


def test_a_new_case_has_a_second_pair_that_nobody_opens(opened, now):
    kept = Case.objects.get()
    assert len(bytes(kept.second_key)) == len(bytes(kept.wrapped_key))
    assert public_half(kept.second_key) != public_half(kept.wrapped_key)
    assert not Grant.objects.filter(holder=kept.second_holder).exists()


def test_she_sees_with_her_own_code_when_the_second_one_was_used_and_what_tells_it_is_sealed(opened, hers, second, now):
    later = now + timedelta(hours=3)
    open_with(hers.locator, second, later)
    case = open_with(hers.locator, opened.code.words, later + timedelta(hours=1))
    assert codes.openings(case).seconds == [later]
    assert case.read_before_at == later
    assert all(name not in bytes(one.sealed_code) for one in Opening.objects.all() for name in (b"first", b"second"))


def test_it_is_still_seen_after_the_case_got_a_new_key(opened, hers, second, hana, now):
    open_with(hers.locator, second, now)
    Case.objects.update(rekey_due_at=now)
    actions.do_key_work(by=hana, limit=9, now=now)
    case = open_with(hers.locator, opened.code.words, now)
    assert codes.openings(case).seconds == [now]


def test_openings_are_kept_a_hundred_at_most(opened, now):
    for minute in range(103):
        open_with(opened.case.locator, opened.code.words, now + timedelta(minutes=minute))
    times = list(Opening.objects.values_list("at", flat=True))
    assert (len(times), times[0]) == (100, now + timedelta(minutes=3))


def test_an_exchanged_public_half_does_not_keep_her_out(opened, now):
    Case.objects.update(public_record=b"x" * 120)
    assert open_with(opened.case.locator, opened.code.words, now) == opened.case


def test_the_second_code_ends_with_a_changed_one_and_by_itself(opened, hers, second, now):
    hers = actions.set_codes(case=hers, words=opened.code.words, second=None, by=hers, now=now)
    assert refused(hers.locator, second, now)
    assert not open_with(hers.locator, opened.code.words, now).is_decoy


def test_wrong_words_cost_the_same_tries_beside_a_second_code(hers, now):
    for _ in range(5):
        refused(hers.locator, WRONG.split(), now)
    assert WrongCode.objects.get().count == 5


# -- the end of it


def test_after_its_end_nobody_opens_the_case_and_the_helpline_goes_on(opened, hers, second, hana, now):
    ended = actions.end_code(case=hers, text=opened.code.text, by=hers, now=now)
    assert Case.objects.get().code_ended_at == now
    assert all(refused(ended.locator, words, now) for words in (opened.code.words, second))
    assert contents(ended, hana).items[0].url == "https://files.example.org/1"
    with pytest.raises(actions.NotYourCase):
        actions.add_item(case=hers, url="https://example.org/", by=hers, now=now)
    assert Event.objects.get(kind="code_ended").by == hers.handle


def test_wrong_words_end_nothing(opened, now):
    with pytest.raises(actions.CodeRefused):
        actions.end_code(case=opened.case, text=f"{opened.case.locator} {WRONG}", by=opened.case, now=now)
    assert open_with(opened.case.locator, opened.code.words, now) == opened.case


def test_a_case_that_rests_goes_on_first(opened, now):
    actions.pause_case(case=opened.case, take_back=False, by=opened.case, now=now)
    with pytest.raises(actions.RestingStill):
        actions.end_code(case=opened.case, text=opened.code.text, by=opened.case, now=now)
    assert open_with(opened.case.locator, opened.code.words, now) == opened.case


def test_the_work_is_the_same_whichever_code_opens_and_where_there_is_no_case(helpline, settings, now):
    settings.KEY_COST = Cost(passes=2, memory_kib=32 * 1024)
    _reading._nobodys.cache_clear()  # it is made once a process, at another cost
    made = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[], now=now)
    second, none = new_code("en").words, new_code("en").text
    actions.set_codes(case=made.case, words=made.code.words, second=second, by=made.case, now=now)
    texts = (made.code.text, f"{made.case.locator} {' '.join(second)}", f"{made.case.locator} {WRONG}", none)
    spent = [min(_seconds(text, now) for _ in range(3)) for text in texts]
    _reading._nobodys.cache_clear()
    assert max(spent) < 1.6 * min(spent)


def _seconds(text, now):
    since = time.process_time()
    with suppress(actions.CodeRefused):
        actions.open_by_code(text=text, now=now)
    return time.process_time() - since
