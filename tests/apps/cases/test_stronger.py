"""The stronger fingerprint in a case: sealed with its picture, shared with it, taken back with it or alone."""

import hashlib

import pytest

from amparo.apps.banks.actions import withdraw_entry
from amparo.apps.banks.models import Entry
from amparo.apps.cases import actions
from amparo.apps.cases.models import Case, Picture
from amparo.apps.cases.picture import Strengthened, parts_of, picture_of, text_of_picture
from amparo.apps.cases.wiping import forget_rows
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.apps.ledger.queries import verify
from amparo.core.fingerprint import FingerprintError
from amparo.core.fingerprint.strong import StrongRecord
from tests.conftest import _user

from .conftest import fingerprint, plain_rows, read


def stronger(name: str = "cat", points: int = 32) -> StrongRecord:
    """A record of its own for each name: the cases never look inside. An even number of points fills whole bytes."""
    content = hashlib.shake_256(name.encode()).digest(points * 52 // 8)
    return StrongRecord.from_bytes(b"ASR\x01" + bytes([points]) + content)


def strengthened(name: str = "cat", quality: int = 90) -> Strengthened:
    return Strengthened(fingerprint(name, quality), stronger(name))


def opened_with(helpline, now, *sent, banks=()) -> Case:
    return actions.open_case(
        helpline=helpline, language="en", country="", fingerprints=sent, urls=[], banks=banks, now=now
    ).case


def live(bank):
    return Entry.objects.get(bank=bank, withdrawn_at=None)


# -- as it is sent


def test_a_text_gives_the_picture_back_and_the_picture_its_text():
    told = text_of_picture(strengthened())
    assert told.splitlines() == [
        f"pdq-c512 {fingerprint().hex} 90",
        f"amparo-points-1 {stronger().to_bytes().hex()}",
    ]
    for text in (told, told.replace("\n", "\r\n")):
        again = picture_of(text)
        assert parts_of(again) == (fingerprint(), stronger())
        assert text_of_picture(again) == told
    assert picture_of(text_of_picture(fingerprint())) == fingerprint()


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text[:0],
        lambda text: text.replace("pdq-c512", "pdq"),
        lambda text: text.replace(" 90\n", " 101\n"),
        lambda text: text.replace(" 90\n", " 90 \n"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text + "\n",
        lambda text: text + "\n" + text.partition("\n")[2],
        lambda text: text.partition("\n")[2],
        lambda text: text.partition("\n")[0] + "\n",
        lambda text: text.replace("amparo-points-1", "amparo-points-2"),
        lambda text: text[:-2],
        lambda text: text[:-1],
        lambda text: text + "00",
        lambda text: text.upper(),
        lambda text: text.replace("41535201", "41535202"),
    ],
)
def test_what_is_no_picture_is_refused_without_quoting_it(broken):
    with pytest.raises(FingerprintError) as refusal:
        picture_of(broken(text_of_picture(strengthened())))
    assert fingerprint().hex[:8] not in str(refusal.value)
    assert stronger().to_bytes().hex()[10:18] not in str(refusal.value)


# -- in the case


def test_it_is_sealed_with_its_picture_and_opens_for_her_and_her_helpline(helpline, hana, now):
    case = opened_with(helpline, now, strengthened("cat"), fingerprint("boat"))
    with_it, without = case.pictures.all()
    assert (with_it.has_stronger, without.has_stronger) == (True, False)
    for holder in (case, hana):
        told = plain_rows([with_it, without], holder)
        assert [one.stronger for one in told] == [stronger().to_bytes(), None]
        assert [one.code for one in told] == [fingerprint("cat").code, fingerprint("boat").code]
    assert stronger().to_bytes()[5:21] not in bytes(with_it.sealed_stronger)
    assert stronger().to_bytes()[5:21].hex() not in str(list(Event.objects.values_list("detail", flat=True)))


def test_how_many_points_it_has_does_not_show_in_its_length(helpline, hana, now):
    few = Strengthened(fingerprint("few"), stronger("few", points=10))
    case = opened_with(helpline, now, strengthened(), few)
    assert len({len(picture.sealed_stronger) for picture in case.pictures.all()}) == 1


def test_the_trail_tells_that_it_was_added_and_taken_back(helpline, hana, now):
    case = opened_with(helpline, now, strengthened())
    actions.forget_stronger(picture=case.pictures.get(), by=case, now=now)
    kinds = list(Event.objects.filter(subject_type="picture").order_by("seq").values_list("kind", flat=True))
    assert kinds == ["picture_added", "stronger_added", "stronger_forgotten"]
    assert verify().holds


def test_a_new_key_seals_it_anew_and_leaves_empty_what_is_empty(helpline, hana, now):
    leaver = _user("second", helpline, "caseworker", now)
    case = opened_with(helpline, now, strengthened("cat"), fingerprint("boat"))
    before = bytes(case.pictures.first().sealed_stronger)
    actions.disable_worker(user=leaver, by=SYSTEM, now=now)
    assert actions.do_key_work(by=hana, limit=9, now=now).rekeyed == 1
    with_it, without = Case.objects.get().pictures.all()
    assert bytes(with_it.sealed_stronger) != before
    assert read(with_it, hana).stronger == stronger().to_bytes()
    assert without.sealed_stronger is None


def test_the_same_picture_sent_again_may_bring_it_and_takes_nothing_away(helpline, hana, now):
    case = opened_with(helpline, now, fingerprint())
    for sent, wanted in ((strengthened(), stronger()), (fingerprint(), stronger())):
        actions.add_to_case(case=case, fingerprints=[sent], urls=[], by=case, now=now)
        assert read(case.pictures.get(), hana).stronger == wanted.to_bytes()
    other = Strengthened(fingerprint(), stronger("drawn by another machine"))
    actions.add_to_case(case=case, fingerprints=[other], urls=[], by=case, now=now)
    assert read(case.pictures.get(), hana).stronger == stronger().to_bytes()
    assert Event.objects.filter(kind="stronger_added").count() == 1


def test_a_row_that_came_through_the_door_is_sealed_in_one_way_again(helpline, hana, case, now):
    actions.add_picture(case=case, fingerprint=fingerprint("boat"), by=SYSTEM, now=now)
    actions.add_picture(case=case, fingerprint=strengthened("boat"), by=SYSTEM, now=now)
    picture = case.pictures.last()
    assert (picture.by_door, picture.has_stronger) == (True, False)
    actions.add_picture(case=case, fingerprint=strengthened("boat"), by=case, now=now)
    told = read(picture, hana)
    assert (told.by_door, told.code, told.stronger) == (False, fingerprint("boat").code, stronger("boat").to_bytes())
    actions.add_picture(case=case, fingerprint=strengthened("pier"), by=SYSTEM, now=now)
    assert read(case.pictures.last(), hana).stronger == stronger("pier").to_bytes()


# -- in a bank


def test_her_yes_shares_it_and_without_it_nothing_stronger_is_shared(helpline, hana, bank, now):
    opened_with(helpline, now, strengthened("cat"), fingerprint("boat"), banks=[bank])
    assert [entry.stronger for entry in Entry.objects.order_by("pk")] == [stronger("cat"), None]


def test_a_permission_given_later_or_again_carries_it(helpline, hana, bank, now):
    case = opened_with(helpline, now, strengthened())
    for _ in range(2):
        consent = actions.give_consent(picture=case.pictures.get(), bank=bank, by=case, now=now)
        assert live(bank).stronger == stronger()
        actions.withdraw_consent(consent=consent, by=case, now=now)
        assert not Entry.objects.exclude(sealed_stronger=None).exists()


def test_a_permission_for_the_usual_one_becomes_one_for_both_when_she_sends_both(helpline, hana, bank, now):
    case = opened_with(helpline, now, fingerprint(), banks=[bank])
    actions.add_to_case(case=case, fingerprints=[strengthened()], urls=[], by=case, now=now)
    assert live(bank).stronger is None, "she did not name the bank this time"
    actions.add_to_case(case=case, fingerprints=[strengthened()], urls=[], banks=[bank], by=case, now=now)
    assert live(bank).stronger == stronger()
    actions.add_to_case(case=case, fingerprints=[strengthened()], urls=[], banks=[bank], by=case, now=now)
    assert Entry.objects.count() == 2


def test_what_the_bank_took_out_itself_stays_out(helpline, hana, bank, now):
    case = opened_with(helpline, now, fingerprint(), banks=[bank])
    withdraw_entry(entry=live(bank), reason="review", by=SYSTEM, now=now)
    actions.add_to_case(case=case, fingerprints=[strengthened()], urls=[], banks=[bank], by=case, now=now)
    assert not Entry.objects.filter(withdrawn_at=None).exists()


# -- taken back alone


@pytest.fixture
def shared(helpline, hana, bank, now) -> Case:
    return opened_with(helpline, now, strengthened(), banks=[bank])


def test_she_takes_it_back_alone_and_the_usual_one_stays_where_it_is(shared, hana, bank, now):
    actions.forget_stronger(picture=shared.pictures.get(), by=shared, now=now)
    picture = read(shared.pictures.get(), hana)
    assert (picture.stronger, picture.sealed_stronger, picture.code) == (None, None, fingerprint().code)
    assert not Entry.objects.exclude(sealed_stronger=None).exists()
    assert bytes(live(bank).code) == fingerprint().code
    assert shared.pictures.get().consents.get(withdrawn_at=None).entry == live(bank)


def test_taking_it_back_twice_changes_nothing_and_it_can_be_given_again(shared, hana, bank, now):
    for _ in range(2):
        actions.forget_stronger(picture=shared.pictures.get(), by=shared, now=now)
    assert Event.objects.filter(kind="stronger_forgotten").count() == 1
    assert Entry.objects.count() == 2
    actions.add_to_case(case=shared, fingerprints=[strengthened()], urls=[], banks=[bank], by=shared, now=now)
    assert live(bank).stronger == stronger()


def test_a_permission_that_ended_does_not_come_back_with_it(shared, bank, now):
    actions.withdraw_everything(case=shared, by=shared, now=now)
    actions.forget_stronger(picture=shared.pictures.get(), by=shared, now=now)
    assert not Entry.objects.filter(withdrawn_at=None).exists()


def test_nobody_else_takes_it_back_in_her_name(shared, hana, omar, now):
    for who, refusal in ((hana, actions.ConsentIsHers), (omar, actions.NotYourCase)):
        with pytest.raises(refusal):
            actions.forget_stronger(picture=shared.pictures.get(), by=who, now=now)
    assert shared.pictures.get().has_stronger


@pytest.mark.parametrize("end", ["erase", "freeze"])
def test_nothing_of_it_stays_when_a_case_ends(shared, hana, now, end, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        if end == "freeze":
            actions.freeze_case(case=shared, by=hana, now=now)
        else:
            forget_rows(shared.pk, now=now)
    assert not Picture.objects.exists()
    assert not Entry.objects.exclude(sealed_stronger=None).exists()
