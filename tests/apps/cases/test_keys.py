"""Who opens a case, and what of it: by key alone, in its place alone, under its version alone."""

import copy
import pickle
import traceback

import pytest

from amparo.apps.accounts.models import User
from amparo.apps.cases import actions, contents, keys
from amparo.apps.cases.models import Case, Grant, Item, Letter, Notice, Picture
from amparo.apps.cases.sealed import NotOpened
from amparo.apps.ledger.models import SYSTEM, Event, Job
from amparo.core import vault

from .conftest import fingerprint, read

URL = "https://files.example.org/1"


def test_sam_and_hana_read_the_case_and_each_with_a_grant_of_her_own(omar, case, item, hana):
    assert [read(item, by).url for by in (case, hana)] == [URL, URL]
    assert set(Grant.objects.values_list("holder", "version")) == {(case.holder, 1), (hana.holder, 1)}


def test_the_key_of_the_organisations_recovery_is_granted_too(helpline, now):
    recovery = vault.new_holder_key()
    helpline.recovery_public, helpline.recovery_since = recovery.public, now
    helpline.save()
    case = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[URL], now=now).case
    granted = Grant.objects.get(holder=f"recovery:{helpline.pk}")
    place = {"case": case.pk, "holder": granted.holder, "version": 1, "public": case.public}
    assert vault.open_grant(granted.sealed, recovery, **place).public == bytes(case.public)


def test_a_row_that_was_not_opened_gives_no_text_and_takes_none(item, notice):
    fresh = Item.objects.get()
    with pytest.raises(NotOpened):
        str(fresh.url)
    with pytest.raises(NotOpened):
        fresh.url = URL
    with pytest.raises(NotOpened):
        str(Notice.objects.get().body)


def test_what_was_opened_does_not_travel_with_a_copy_or_a_pickle(item, hana):
    opened = read(item, hana)
    for travelled in (copy.copy(opened), pickle.loads(pickle.dumps(Item.objects.get()))):
        with pytest.raises(NotOpened):
            str(travelled.url)
    assert URL.encode() not in pickle.dumps(copy.copy(opened))


def test_no_column_of_any_row_holds_what_sam_or_hana_wrote(opened, notice, item):
    words = [b"files.example.org", b"abuse@forum", b"Example Forum", b"case worker 4", fingerprint().code]
    words += [word.encode() for word in notice.body.split() if len(word) > 12]
    for model in (Case, Grant, Item, Picture, Notice, Letter, Event, Job):
        kept = b"\0".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                          for row in model.objects.values_list() for value in row)  # fmt: skip
        assert [word for word in words if word in kept] == [], model


@pytest.mark.parametrize("by", [SYSTEM, "worker without a session", "sam without her words"])
def test_who_has_no_key_reads_nothing(case, hana, by):
    actors = {"worker without a session": User.objects.get(pk=hana.pk), "sam without her words": Case.objects.get()}
    assert [contents.contents(case, one).items[0].url for one in (hana, case)] == [URL, URL]  # with their keys, before
    with pytest.raises(actions.Locked, match="sign in again"):
        contents.contents(case, actors.get(by, by))


def test_a_colleague_without_a_grant_is_told_to_wait_for_one(case, helpline, now):
    from tests.conftest import _user

    late = _user("late", helpline, "caseworker", now)
    with pytest.raises(actions.Locked, match="a colleague who holds it"):
        contents.contents(case, late)


def test_the_key_of_another_case_opens_nothing_here(case, item, helpline, now):
    other = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[], now=now).case
    with pytest.raises(actions.Locked):
        keys.open_case_key(case, other)
    with pytest.raises(actions.Altered):
        keys.opened(keys.open_case_key(other, other), [Item.objects.get()])


def altered(case, by):
    """Whether nothing of the case opens, and the refusal quotes nothing."""
    with pytest.raises(actions.Altered) as refused:
        contents.contents(Case.objects.get(pk=case.pk), by)
    told = "".join(traceback.format_exception(refused.value))
    assert "example.org" not in told.replace("example.org/docs", "")
    return True


def rows_altered(case, by):
    """How many rows are marked as altered; none of them has a text, and the door that takes no mark refuses them."""
    found = contents.contents(Case.objects.get(pk=case.pk), by).altered
    for row in found:
        for name in row.texts():
            with pytest.raises(NotOpened):
                getattr(row, name)
        with pytest.raises(actions.Altered):
            read(row, by)
    return len(found)


def test_two_addresses_that_were_swapped_are_refused(case, hana, now):
    actions.add_item(case=case, url=f"{URL}/2", by=case, now=now)
    first, second = case.items.all()
    Item.objects.filter(pk=first.pk).update(sealed_url=second.sealed_url)
    assert rows_altered(case, hana) == 1


def test_a_text_moved_to_another_column_of_its_row_is_refused(case, notice, hana):
    Notice.objects.update(sealed_service=notice.sealed_subject)
    assert rows_altered(case, hana) == 1


def test_a_text_of_another_case_is_refused(case, item, helpline, hana, now):
    other = actions.open_case(helpline=helpline, language="en", country="", fingerprints=[], urls=[URL], now=now).case
    Item.objects.filter(case=case).update(sealed_url=other.items.get().sealed_url)
    assert rows_altered(case, hana) == 1


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s[:-1] + bytes([s[-1] ^ 1]), lambda s: s[:0], lambda s: s + b"\0"]
)
def test_a_text_that_was_cut_changed_or_lengthened_is_refused(case, item, hana, change):
    Item.objects.update(sealed_url=change(bytes(item.sealed_url)))
    assert rows_altered(case, hana) == 1


def renewed(case, hana, now):
    Case.objects.update(rekey_due_at=now)
    assert actions.do_key_work(by=hana, limit=9, now=now).rekeyed == 1
    case.refresh_from_db()
    return case


def test_a_text_from_before_the_new_key_is_not_put_back(case, item, hana, now):
    before = bytes(item.sealed_url)
    renewed(case, hana, now)
    assert read(item, hana).url == URL
    Item.objects.update(sealed_url=before)
    assert rows_altered(case, hana) == 1


def test_a_grant_from_before_the_new_key_is_not_put_back(case, hana, now):
    before = bytes(Grant.objects.get(holder=hana.holder).sealed)
    renewed(case, hana, now)
    Grant.objects.filter(holder=hana.holder).update(sealed=before)
    assert altered(case, hana)


def test_a_whole_case_rolled_back_in_part_is_refused(case, item, hana, now):
    old = Case.objects.values("version", "public").get()
    renewed(case, hana, now)
    Case.objects.update(**old)
    assert altered(case, hana)


def test_a_grant_that_somebody_made_up_with_a_key_of_their_own_is_refused(case, hana):
    forged = vault.new_case_key(case.pk)
    Grant.objects.filter(holder=hana.holder).update(sealed=vault.grant(forged, hana.public_key, holder=hana.holder))
    assert altered(case, hana)


# -- the door: adds and reads nothing


def test_an_import_adds_through_the_door_and_only_holders_read_it(case, hana, now):
    item = actions.add_item(case=case, url=f"{URL}/2", by=SYSTEM, now=now)
    assert Item.objects.get(pk=item.pk).by_door
    assert read(item, hana).url == f"{URL}/2"
    picture = actions.add_picture(case=case, fingerprint=fingerprint("boat"), by=SYSTEM, now=now)
    assert read(picture, case).code == fingerprint("boat").code


def test_the_door_adds_under_the_version_that_counts_now(case, hana, now):
    read_before = Case.objects.get()
    renewed(case, hana, now)
    item = actions.add_item(case=read_before, url=f"{URL}/2", by=SYSTEM, now=now)
    assert vault.key_number(item.sealed_url) == 2
    assert read(item, hana).url == f"{URL}/2"


def test_what_came_through_the_door_stays_marked_after_a_new_key(case, hana, now):
    item = actions.add_item(case=case, url=f"{URL}/2", by=SYSTEM, now=now)
    renewed(case, hana, now)
    assert Item.objects.get(pk=item.pk).by_door
    assert read(item, hana).url == f"{URL}/2"


def test_the_door_does_not_pass_for_a_worker(case, hana, now):
    item = actions.add_item(case=case, url=f"{URL}/2", by=SYSTEM, now=now)
    Item.objects.filter(pk=item.pk).update(by_door=False)
    assert rows_altered(case, hana) == 1


def test_the_door_takes_its_own_copy_of_the_public_half_and_hana_is_told_of_an_exchange(case, hana, now):
    theirs = vault.new_case_key(case.pk)
    assert contents.contents(case, hana).door_fits
    Case.objects.update(public_record=b"x" * 100)
    case.refresh_from_db()
    assert not contents.contents(case, hana).door_fits
    with pytest.raises(actions.Altered):
        actions.add_item(case=case, url=f"{URL}/2", by=SYSTEM, now=now)
    Case.objects.update(public=theirs.public)
    case.refresh_from_db()
    assert altered(case, hana)


def test_an_exchanged_public_half_is_not_sealed_to(case, item, now):
    theirs = vault.new_case_key(case.pk)
    Case.objects.update(public=theirs.public)
    added = actions.add_item(case=case, url=f"{URL}/2", by=SYSTEM, now=now)
    with pytest.raises(actions.Altered):
        keys.opened(theirs, [Item.objects.get(pk=added.pk)])


# -- what is compared without being read


def test_the_same_address_in_another_case_has_the_same_value_and_the_same_picture_has_not(helpline, hana, now):
    a, b = (
        actions.open_case(
            helpline=helpline, language="en", country="", fingerprints=[fingerprint()], urls=[url], now=now
        ).case
        for url in (URL, "HTTPS://Files.example.org:443/1#top")
    )
    assert bytes(a.items.get().blind_url) == bytes(b.items.get().blind_url)
    assert bytes(a.pictures.get().blind_code) != bytes(b.pictures.get().blind_code)


def test_no_secret_stands_in_a_refusal_or_what_it_is_chained_to(case, item, notice, hana, now):
    secrets = [URL, "files.example.org", notice.recipient, hana.key.private.hex(), case.key.private.hex()]
    attempts = [
        lambda: actions.add_item(case=case, url=f"{URL} broken", by=case, now=now),
        lambda: contents.contents(case, User.objects.get(pk=hana.pk)),
        lambda: actions.queue_again(notice=notice, by=hana, now=now),
        lambda: Item.objects.get().url,
        lambda: actions.look_at_item(item=item, by=case, now=now),
    ]
    for attempt in attempts:
        with pytest.raises(Exception) as refused:
            attempt()
        error = refused.value
        while error is not None:
            assert [secret for secret in secrets if secret in f"{error} {error!r}"] == []
            error = error.__context__
