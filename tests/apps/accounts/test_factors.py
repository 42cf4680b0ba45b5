"""The second factor: codes of an app, passkeys, recovery codes; each taken once, each counted."""

import json
from datetime import timedelta
from hashlib import sha256

import pyotp
import pytest
from django.db import IntegrityError, transaction

from amparo.apps.accounts import instance
from amparo.apps.accounts.actions import (
    FactorRefused,
    NotYourColleague,
    TryLater,
    WrongFactor,
    add_app,
    add_passkey,
    add_user,
    check_code,
    check_passkey,
    disable_user,
    draw_recovery_codes,
    new_app_secret,
    passkey_creation,
    passkey_request,
    remove_factor,
    reset_factors,
)
from amparo.apps.accounts.models import Factor, RecoveryCode, User
from amparo.apps.accounts.queries import app_address, passkeys_work_at
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.core.vault import InstanceKey
from tests.conftest import PASSWORD
from tests.servers.soft_passkey import SoftPasskey

HERE = "https://help.example.org"
STEP = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = HERE


def code(secret: str, at) -> str:
    return pyotp.TOTP(secret).at(int(at.timestamp()))


@pytest.fixture
def secret(hana, now) -> str:
    """The secret of Hana's app, added a day ago."""
    made, then = new_app_secret(), now - timedelta(days=1)
    add_app(user=hana, secret=made, code=code(made, then), name="phone", now=then)
    return made


def passkey_of(user, now, **changes) -> SoftPasskey:
    made = SoftPasskey(**({"origin": HERE, "rp_id": "help.example.org"} | changes))
    options, state = passkey_creation(user)
    add_passkey(user=user, state=state, answer=made.create(options), name="ring", now=now)
    return made


def test_todays_code_passes_once(hana, secret, now):
    check_code(user=hana, code=code(secret, now), now=now)
    with pytest.raises(WrongFactor):
        check_code(user=hana, code=code(secret, now), now=now)


def test_a_code_may_be_typed_with_a_space(hana, secret, now):
    typed = code(secret, now)
    check_code(user=hana, code=f" {typed[:3]} {typed[3:]} ", now=now)


@pytest.mark.parametrize(("steps", "passes"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step(hana, secret, now, steps, passes):
    typed = code(secret, now + steps * STEP)
    if passes:
        check_code(user=hana, code=typed, now=now)
    else:
        with pytest.raises(WrongFactor):
            check_code(user=hana, code=typed, now=now)


def test_a_later_code_ends_the_earlier_ones(hana, secret, now):
    check_code(user=hana, code=code(secret, now + STEP), now=now)
    with pytest.raises(WrongFactor):
        check_code(user=hana, code=code(secret, now), now=now)


def test_the_code_that_proved_a_new_app_does_not_sign_in(hana, now):
    made = new_app_secret()
    add_app(user=hana, secret=made, code=code(made, now), name="phone", now=now)
    with pytest.raises(WrongFactor):
        check_code(user=hana, code=code(made, now), now=now)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "      "])
def test_what_is_no_code_passes_nothing(hana, secret, now, typed):
    with pytest.raises(WrongFactor):
        check_code(user=hana, code=typed, now=now)


def test_an_app_is_added_only_when_it_shows_the_code(hana, now):
    with pytest.raises(FactorRefused):
        add_app(user=hana, secret=new_app_secret(), code="000000", name="phone", now=now)
    assert not Factor.objects.exists()


def test_the_secret_of_an_app_is_sealed_for_its_row(hana, omar, secret, now):
    factor = Factor.objects.get()
    assert secret.encode() not in bytes(factor.sealed_secret)
    other = Factor.objects.create(
        user=omar, kind="app", name="x", added_at=now, last_step=0, sealed_secret=factor.sealed_secret
    )
    with pytest.raises(WrongFactor):
        check_code(user=omar, code=code(secret, now), now=now)
    other.refresh_from_db()
    assert other.last_step == 0


@pytest.fixture
def lose_instance_key(settings):
    def lose() -> None:
        settings.INSTANCE_KEYS = (InstanceKey(7, bytes(range(32))),)
        instance.forget()

    yield lose
    instance.forget()


def test_where_the_instance_key_is_lost_recovery_codes_still_open(hana, secret, now, lose_instance_key):
    first, *_ = draw_recovery_codes(user=hana, now=now)
    lose_instance_key()
    with pytest.raises(WrongFactor):
        check_code(user=hana, code=code(secret, now), now=now)
    check_code(user=hana, code=first, now=now)


def test_another_workers_code_passes_nothing(hana, omar, secret, now):
    with pytest.raises(WrongFactor):
        check_code(user=omar, code=code(secret, now), now=now)


def test_the_first_factor_brings_ten_recovery_codes_and_a_second_none(hana, now):
    first, second = new_app_secret(), new_app_secret()
    drawn = add_app(user=hana, secret=first, code=code(first, now), name="a", now=now).recovery_codes
    assert len(set(drawn)) == 10
    assert add_app(user=hana, secret=second, code=code(second, now), name="b", now=now).recovery_codes == ()
    kept = b"".join(bytes(one.digest) for one in RecoveryCode.objects.all())
    assert not [one for one in drawn if one.encode() in kept]


def test_a_recovery_code_passes_once_however_it_is_typed(hana, secret, now):
    first, second, *_ = draw_recovery_codes(user=hana, now=now)
    check_code(user=hana, code=first, now=now)
    check_code(user=hana, code=second.upper().replace("-", " "), now=now)
    with pytest.raises(WrongFactor):
        check_code(user=hana, code=first, now=now)
    assert [event.detail for event in Event.objects.filter(kind="recovery_code_used")] == [{"left": 9}, {"left": 8}]


def test_new_recovery_codes_end_the_old_and_a_colleagues_open_nothing(hana, omar, secret, now):
    old, *_ = draw_recovery_codes(user=hana, now=now)
    new, *_ = draw_recovery_codes(user=hana, now=now)
    for user, typed in ((hana, old), (omar, new)):
        with pytest.raises(WrongFactor):
            check_code(user=user, code=typed, now=now)


def test_a_passkey_passes(hana, now):
    made = passkey_of(hana, now)
    for _ in range(2):
        options, state = passkey_request(hana)
        check_passkey(user=hana, state=state, answer=made.sign(options), now=now)
    assert Factor.objects.get().signatures == made.signatures


def test_a_passkey_without_a_count_passes(hana, now):
    made = passkey_of(hana, now, counts=False)
    for _ in range(2):
        options, state = passkey_request(hana)
        check_passkey(user=hana, state=state, answer=made.sign(options), now=now)


def refused(user, state, answer, now) -> bool:
    with pytest.raises(WrongFactor):
        check_passkey(user=user, state=state, answer=answer, now=now)
    return True


def test_a_signature_for_another_site_passes_nothing(hana, now):
    made = passkey_of(hana, now)
    options, state = passkey_request(hana)
    made.origin = "https://help.example.net"
    assert refused(hana, state, made.sign(options), now)
    made.origin, made.rp_id = HERE, "help.example.net"
    assert refused(hana, state, made.sign(options), now)


def test_a_passkey_made_on_another_site_is_not_added(hana, now):
    with pytest.raises(FactorRefused):
        passkey_of(hana, now, origin="https://help.example.net")


def test_a_signature_under_another_challenge_passes_nothing(hana, now):
    made = passkey_of(hana, now)
    options, _state = passkey_request(hana)
    _options, later = passkey_request(hana)
    assert refused(hana, later, made.sign(options), now)


def test_a_copied_passkey_is_noticed_by_its_count(hana, now):
    made = passkey_of(hana, now)
    options, state = passkey_request(hana)
    check_passkey(user=hana, state=state, answer=made.sign(options), now=now)
    made.signatures -= 1
    options, state = passkey_request(hana)
    assert refused(hana, state, made.sign(options), now)
    made.signatures, made.counts = 0, False
    options, state = passkey_request(hana)
    assert refused(hana, state, made.sign(options), now)


def test_a_passkey_of_somebody_else_passes_nothing(hana, omar, now):
    passkey_of(hana, now)
    omars = passkey_of(omar, now)
    options, state = passkey_request(hana)
    assert refused(hana, state, omars.sign(options), now)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "no json", '{"id":"x"}', json.dumps({"response": {}})])
def test_what_is_no_answer_of_a_passkey_passes_nothing(hana, now, answer):
    passkey_of(hana, now)
    _options, state = passkey_request(hana)
    assert refused(hana, state, answer, now)
    _options, state = passkey_creation(hana)
    with pytest.raises(FactorRefused):
        add_passkey(user=hana, state=state, answer=answer, name="x", now=now)


def test_one_passkey_is_not_added_twice(hana, now):
    made = passkey_of(hana, now)
    options, state = passkey_creation(hana)
    assert json.loads(options)["excludeCredentials"]
    with pytest.raises(FactorRefused):
        add_passkey(user=hana, state=state, answer=made.create(options), name="again", now=now)


def test_after_five_wrong_codes_even_the_right_one_waits(hana, secret, now):
    for _ in range(5):
        with pytest.raises(WrongFactor):
            check_code(user=hana, code="000000", now=now)
    with pytest.raises(TryLater) as later:
        check_code(user=hana, code=code(secret, now), now=now)
    then = later.value.until
    check_code(user=hana, code=code(secret, then), now=then)


def test_a_wrong_second_step_names_the_worker_in_the_trail(hana, secret, now):
    with pytest.raises(WrongFactor):
        check_code(user=hana, code="000000", now=now)
    event = Event.objects.get(kind="sign_in_refused")
    assert (event.subject_id, event.by, event.detail) == (str(hana.pk), "somebody", {"step": "second"})


def test_the_last_factor_stays(hana, secret, now):
    with pytest.raises(FactorRefused):
        remove_factor(factor=Factor.objects.get(), by=hana, now=now)
    other = passkey_of(hana, now)
    remove_factor(factor=Factor.objects.get(kind="app"), by=hana, now=now)
    with pytest.raises(WrongFactor):
        check_code(user=hana, code=code(secret, now), now=now)
    options, state = passkey_request(hana)
    check_passkey(user=hana, state=state, answer=other.sign(options), now=now)


def test_a_worker_removes_no_factor_of_a_colleague(hana, omar, secret, now):
    with pytest.raises(NotYourColleague):
        remove_factor(factor=Factor.objects.get(), by=omar, now=now)


def admin_of(organisation, now) -> User:
    return add_user(handle="admin", organisation=organisation, role="admin", password=PASSWORD, by=SYSTEM, now=now)


def test_an_admin_resets_a_colleagues_factors_and_it_stands_in_the_trail(hana, secret, helpline, now):
    admin = admin_of(helpline, now)
    code = reset_factors(user=hana, by=admin, now=now)
    assert not hana.factors.exists()
    assert [bytes(one.digest) for one in hana.recovery_codes.all()] == [sha256(code.replace("-", "").encode()).digest()]
    event = Event.objects.get(kind="factors_reset")
    assert (event.by, event.subject_id, event.detail["factors"]) == ("admin", str(hana.pk), 1)


def test_nobody_else_resets_factors_or_closes_accounts_and_no_admin_their_own(hana, omar, secret, other_helpline, now):
    elsewhere = admin_of(other_helpline, now)
    for by, user in ((omar, hana), (hana, hana), (elsewhere, hana), (elsewhere, elsewhere)):
        with pytest.raises(NotYourColleague):
            reset_factors(user=user, by=by, now=now)
        with pytest.raises(NotYourColleague):
            disable_user(user=user, by=by, now=now)
    assert hana.factors.exists()


def test_the_operator_resets_factors(hana, secret, now):
    reset_factors(user=hana, by=SYSTEM, now=now)
    assert not hana.factors.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "passkey"},
        {"kind": "other"},
        {"credential": b"x"},
        {"last_step": None},
        {"signatures": 1},
    ],
)
def test_a_factor_is_an_app_or_a_passkey(hana, secret, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Factor.objects.update(**changes)


def test_the_address_for_the_app_names_amparo_and_the_handle(hana):
    secret = new_app_secret()
    assert app_address(hana, secret) == f"otpauth://totp/Amparo:hana?secret={secret}&issuer=Amparo"


@pytest.mark.parametrize(
    ("url", "work"),
    [(HERE, True), ("http://localhost:8000", True), ("http://127.0.0.1:8000", False), ("http://[::1]:8000", False)],
)
def test_passkeys_need_an_address_with_a_name(url, work):
    assert passkeys_work_at(url) is work
