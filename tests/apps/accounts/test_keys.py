"""Workers' key pairs: made with the account, opened with the password, kept or given up with a changed one."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from amparo.apps.accounts.actions import (
    CannotUnlock,
    WrongPassword,
    change_password,
    disable_user,
    reset_password,
    unlock,
)
from amparo.apps.accounts.models import Organisation, User
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.core.vault import CannotOpen, Cost, needs_rewrap, unwrap
from tests.conftest import PASSWORD

NEW = "another long passphrase"


def stored(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_new_worker_has_a_pair_that_her_password_opens(hana, now):
    found = stored(hana)
    assert found.key is None
    opened = unlock(user=found, password=PASSWORD, now=now)
    assert opened.key is not None
    assert opened.key.public == bytes(opened.public_key)


def test_another_password_or_another_row_opens_nothing(hana, omar):
    with pytest.raises(CannotOpen):
        unwrap(hana.wrapped_key, NEW, holder=hana.holder)
    with pytest.raises(CannotOpen):
        unwrap(hana.wrapped_key, PASSWORD, holder=omar.holder)


def test_the_unlocked_key_is_no_column():
    assert "key" not in {field.name for field in User._meta.get_fields()}


def test_a_row_from_before_there_were_keys_gets_one_at_sign_in(hana, now):
    User.objects.filter(pk=hana.pk).update(public_key=None, wrapped_key=None)
    made = unlock(user=stored(hana), password=PASSWORD, now=now).key
    assert unlock(user=stored(hana), password=PASSWORD, now=now).key == made
    assert Event.objects.filter(kind="worker_key_made").count() == 1


def test_a_raised_cost_is_paid_at_the_next_sign_in(hana, now, settings):
    before = unlock(user=stored(hana), password=PASSWORD, now=now).key
    settings.KEY_COST = Cost(passes=2, memory_kib=16)
    assert unlock(user=stored(hana), password=PASSWORD, now=now).key == before
    assert not needs_rewrap(stored(hana).wrapped_key, cost=settings.KEY_COST)


def test_the_cost_of_a_guess_outside_of_tests_is_the_vaults(settings):
    from amparo.conf import settings as real
    from amparo.core.vault import COST

    assert real.KEY_COST == COST


def test_her_own_change_of_password_keeps_her_key(hana, now):
    before = unlock(user=stored(hana), password=PASSWORD, now=now).key
    change_password(user=stored(hana), old=PASSWORD, new=NEW, now=now)
    found = stored(hana)
    assert found.check_password(NEW)
    assert unlock(user=found, password=NEW, now=now).key == before
    with pytest.raises(CannotOpen):
        unwrap(found.wrapped_key, PASSWORD, holder=found.holder)


def test_a_password_is_not_changed_without_todays_nor_to_a_weak_one(hana, now):
    before = stored(hana)
    with pytest.raises(WrongPassword):
        change_password(user=stored(hana), old=NEW, new=NEW, now=now)
    with pytest.raises(ValidationError):
        change_password(user=stored(hana), old=PASSWORD, new="short", now=now)
    assert (stored(hana).password, stored(hana).wrapped_key) == (before.password, before.wrapped_key)


def test_a_password_set_by_somebody_else_makes_a_new_key(hana, now):
    before = hana.key
    reset_password(user=stored(hana), password=NEW, by=SYSTEM, now=now)
    found = unlock(user=stored(hana), password=NEW, now=now)
    assert found.key != before
    assert bytes(found.public_key) != before.public
    assert Event.objects.filter(kind="password_reset").get().by == "system"


def test_a_key_that_was_written_without_its_password_is_named_with_what_to_do(hana, now):
    user = stored(hana)
    user.set_password(NEW)
    user.save()
    with pytest.raises(CannotUnlock, match="amparo staff password"):
        unlock(user=user, password=NEW, now=now)


def test_disabling_leaves_no_way_to_sign_in(hana, now):
    disable_user(user=hana, by=SYSTEM, now=now)
    assert not stored(hana).is_active


@pytest.mark.parametrize("missing", ["public_key", "wrapped_key"])
def test_a_key_has_two_halves(hana, missing):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=hana.pk).update(**{missing: None})


def test_a_recovery_key_has_its_day(helpline):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=helpline.pk).update(recovery_public=bytes(32))
