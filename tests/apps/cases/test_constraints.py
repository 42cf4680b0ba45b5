"""Each rule that the rows keep by themselves, broken once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from amparo.apps.banks.models import Entry
from amparo.apps.cases import keys
from amparo.apps.cases.models import Case, Consent, Grant, Item, Notice, Picture

from .conftest import fingerprint


def breaks(rule, change):
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        change()
    # SQLite names the columns of a unique rule instead of the rule.
    assert rule in str(broken.value) or "UNIQUE constraint failed" in str(broken.value)


def test_a_closed_case_has_a_time_and_an_open_one_has_none(case, now):
    rule = "cases_closed_case_has_a_time"
    breaks(rule, lambda: Case.objects.update(closed_at=now))
    breaks(rule, lambda: Case.objects.update(state="closed"))
    breaks(rule, lambda: Case.objects.update(state="frozen"))


def test_the_reading_before_is_before(case, now):
    rule = "cases_read_before_is_before"
    breaks(rule, lambda: Case.objects.update(read_at=now, read_before_at=now + timedelta(seconds=1)))


def test_a_locator_is_of_one_case(case, helpline, now):
    breaks(
        "locator",
        lambda: Case.objects.create(
            helpline=helpline, locator=case.locator, wrapped_key=b"x", public=b"x", language="en", opened_at=now
        ),
    )


def test_quality_is_0_to_100(picture):
    breaks("cases_quality_0_to_100", lambda: Picture.objects.update(quality=101))


def test_a_picture_is_once_in_a_case(case, picture, now):
    blind = keys.blind_picture(case, fingerprint().code)
    assert blind == bytes(picture.blind_code)
    breaks(
        "cases_picture_once_a_case",
        lambda: Picture.objects.create(
            case=case, number=9, sealed_code=b"x", blind_code=blind, quality=1, algorithm="pdq-c512", added_at=now
        ),
    )


def test_a_picture_has_a_number_of_its_own_in_its_case(picture, now):
    breaks(
        "cases_picture_number_once_a_case",
        lambda: Picture.objects.create(
            case=picture.case, number=picture.number, sealed_code=b"x", quality=1, algorithm="pdq-c512", added_at=now
        ),
    )


def test_an_address_has_a_number_of_its_own_in_its_case(item, now):
    breaks(
        "cases_item_number_once_a_case",
        lambda: Item.objects.create(
            case=item.case, number=item.number, sealed_url=b"x", blind_url=bytes(32), added_at=now
        ),
    )


def test_one_live_consent_for_a_picture_and_a_bank(consent, now):
    def another():
        entry = Entry.objects.create(bank=consent.bank, sealed=b"x", quality=1, added_at=now, added_by="x")
        Consent.objects.create(picture=consent.picture, bank=consent.bank, entry=entry, given_at=now)

    breaks("cases_one_live_consent_a_bank", another)


def test_a_consent_is_not_withdrawn_before_it_was_given(consent, now):
    rule = "cases_consent_not_withdrawn_before_given"
    breaks(rule, lambda: Consent.objects.update(withdrawn_at=now - timedelta(seconds=1)))


def test_a_closed_item_says_why_and_an_open_one_does_not(item, now):
    rule = "cases_closed_item_says_why"
    breaks(rule, lambda: Item.objects.update(closed_at=now))
    breaks(rule, lambda: Item.objects.update(closed_by="survivor"))


def test_an_item_that_is_alive_is_neither_gone_nor_closed(item, now):
    rule = "cases_alive_item_is_neither_gone_nor_closed"
    breaks(rule, lambda: Item.objects.update(state="alive", gone_since=now))
    breaks(rule, lambda: Item.objects.update(state="alive", closed_at=now, closed_by="survivor"))


def test_an_address_is_once_in_a_case(item, now):
    blind = keys.blind_address("HTTPS://files.example.org:443/1")
    breaks(
        "cases_url_once_a_case",
        lambda: Item.objects.create(case=item.case, number=9, sealed_url=b"x", blind_url=blind, added_at=now),
    )


def test_the_checker_reads_an_address_as_long_as_a_look_is_planned(item):
    rule = "cases_checker_reads_while_looks_are_planned"
    breaks(rule, lambda: Item.objects.update(checker_url=None))
    breaks(rule, lambda: Item.objects.update(check_due_at=None))


def test_a_case_is_granted_once_to_a_holder(case, hana, now):
    breaks(
        "cases_one_grant_a_holder",
        lambda: Grant.objects.create(
            case=case, holder=hana.holder, version=9, public=b"x", sealed=b"x", granted_at=now
        ),
    )


def test_a_failed_notice_says_why_and_others_do_not(notice):
    rule = "cases_failed_notice_says_why"
    breaks(rule, lambda: Notice.objects.update(state="failed"))
    breaks(rule, lambda: Notice.objects.update(failure="recipient refused"))


def test_a_sent_notice_has_its_times_and_others_have_none(notice, now):
    rule = "cases_sent_notice_has_its_times"
    breaks(rule, lambda: Notice.objects.update(state="sent"))
    breaks(rule, lambda: Notice.objects.update(state="sent", sent_at=now))
    breaks(rule, lambda: Notice.objects.update(due_at=now))
