from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from amparo.apps.accounts.actions import (
    UnknownScope,
    add_organisation,
    add_user,
    disable_user,
    issue_key,
    revoke_key,
)
from amparo.apps.accounts.models import ApiKey, Organisation, User
from amparo.apps.accounts.queries import NoHelpline, key_holder, receiving_helpline
from amparo.apps.ledger.models import SYSTEM, Event
from tests.conftest import PASSWORD


def test_a_key_opens_its_scope_and_no_other(platform, now):
    row, secret = issue_key(organisation=platform, name="uploads", scopes=["gate"], by=SYSTEM, now=now)
    assert key_holder(secret, scope="gate") == row
    assert key_holder(secret, scope="feed") is None


def test_a_key_is_nowhere_kept(platform, now):
    row, secret = issue_key(organisation=platform, name="uploads", scopes=["gate"], by=SYSTEM, now=now)
    row.refresh_from_db()
    kept = repr({field.name: getattr(row, field.name) for field in ApiKey._meta.concrete_fields})
    assert secret not in kept
    assert secret[14:] not in kept


def test_a_wrong_key_opens_nothing(platform, now):
    _, secret = issue_key(organisation=platform, name="uploads", scopes=["gate"], by=SYSTEM, now=now)
    for wrong in ("", "amparo_", secret[:-1], secret + "x", secret.upper()):
        assert key_holder(wrong, scope="gate") is None


def test_a_revoked_key_opens_nothing_and_names_who_revoked_it(platform, pia, now):
    row, secret = issue_key(organisation=platform, name="uploads", scopes=["gate"], by=pia, now=now)
    revoke_key(key=row, by=pia, now=now)
    revoke_key(key=row, by=SYSTEM, now=now + timedelta(days=1))
    row.refresh_from_db()
    assert key_holder(secret, scope="gate") is None
    assert (row.revoked_by, row.revoked_at) == ("pia", now)
    assert Event.objects.filter(kind="key_revoked").count() == 1


def test_a_key_without_a_known_scope_is_not_issued(platform, now):
    for scopes in ([], ["everything"]):
        with pytest.raises(UnknownScope, match="gate"):
            issue_key(organisation=platform, name="x", scopes=scopes, by=SYSTEM, now=now)
    assert not ApiKey.objects.exists()


def test_a_revoked_key_must_name_who(platform, now):
    row, _ = issue_key(organisation=platform, name="x", scopes=["gate"], by=SYSTEM, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(pk=row.pk).update(revoked_at=now)


def test_a_helpline_needs_a_mailbox(db, now):
    with pytest.raises(ValidationError):
        add_organisation(handle="helpline", name="Helpline", kind="helpline", by=SYSTEM, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(handle="helpline", name="Helpline", kind="helpline", created_at=now)


@pytest.mark.parametrize("handle", ["", "A", "Hana Example", "1st", "a" * 40, "ha_na", "hana@example.org"])
def test_a_handle_is_short_and_plain(helpline, now, handle):
    with pytest.raises(ValidationError):
        add_user(handle=handle, organisation=helpline, role="caseworker", password=PASSWORD, by=SYSTEM, now=now)
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["short", "password1234"])
def test_a_weak_password_is_refused(helpline, now, password):
    with pytest.raises(ValidationError):
        add_user(handle="hana", organisation=helpline, role="caseworker", password=password, by=SYSTEM, now=now)


def test_a_password_is_kept_as_argon2id(hana):
    assert hana.password.startswith("argon2$argon2id$")
    assert hana.check_password(PASSWORD)


def test_a_disabled_worker_cannot_sign_in_and_has_no_session_left(client, hana, omar, now):
    assert client.login(username="hana", password=PASSWORD)
    other = SessionStore()
    other["_auth_user_id"] = str(omar.pk)
    other.create()
    disable_user(user=hana, by=SYSTEM, now=now)
    assert [session.pk for session in Session.objects.all()] == [other.session_key]
    assert not client.login(username="hana", password=PASSWORD)


def test_the_only_helpline_receives_the_cases(helpline):
    assert receiving_helpline("") == helpline


def test_with_two_helplines_the_operator_names_one(helpline, other_helpline):
    with pytest.raises(NoHelpline, match="AMPARO_HELPLINE"):
        receiving_helpline("")
    assert receiving_helpline("elsewhere") == other_helpline
    with pytest.raises(NoHelpline, match="amparo org add"):
        receiving_helpline("nowhere")
