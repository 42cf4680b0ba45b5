"""Keys at the doors for programs."""

import pytest

from amparo.apps.accounts.actions import issue_key, revoke_key
from amparo.apps.accounts.models import ApiKey
from amparo.apps.ledger.models import SYSTEM
from amparo.sites.api.errors import Refused
from amparo.sites.api.keys import MOST_KEYS, key_of


def shown(secret, at):
    return key_of(authorization=f"Bearer {secret}", x_api_key="", at=at)


def test_a_revoked_key_stops_within_a_second(secret, now):
    key = shown(secret, at=100.0)
    revoke_key(key=ApiKey.objects.get(pk=key.pk), by=SYSTEM, now=now)
    shown(secret, at=100.9)
    with pytest.raises(Refused) as refused:
        shown(secret, at=101.0)
    assert refused.value.status == 401


def test_within_that_second_the_database_is_not_asked(secret, django_assert_num_queries):
    with django_assert_num_queries(1):
        shown(secret, at=100.0)
        shown(secret, at=100.5)


def test_a_new_key_works_at_once_although_it_was_refused_before(platform, now):
    key, secret = issue_key(organisation=platform, name="k", scopes=["gate"], by=SYSTEM, now=now)
    ApiKey.objects.filter(pk=key.pk).update(digest=b"other")
    with pytest.raises(Refused):
        shown(secret, at=100.0)
    ApiKey.objects.filter(pk=key.pk).update(digest=key.digest)
    assert shown(secret, at=100.0).pk == key.pk


def test_what_does_not_look_like_a_key_does_not_reach_the_database(db, django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(Refused):
        shown("something-else", at=100.0)


def test_more_keys_than_are_remembered_all_work(secret):
    assert MOST_KEYS == 1000
    for number in range(5):
        assert shown(secret, at=200.0 + number).scopes == ["feed", "gate"]


def test_the_bearer_key_counts_where_both_headers_are_there(secret, other_secret):
    assert key_of(authorization=f"Bearer {secret}", x_api_key=other_secret).organisation.handle == "platform"
    assert key_of(authorization="Basic YTpi", x_api_key=other_secret).organisation.handle == "other-platform"


def test_the_scheme_may_be_written_in_any_case(secret):
    assert key_of(authorization=f"bearer   {secret} ", x_api_key="").organisation.handle == "platform"
