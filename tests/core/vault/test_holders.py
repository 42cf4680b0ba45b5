import struct
import time

import pytest
from argon2.low_level import Type, hash_secret_raw
from hypothesis import given, settings, strategies as st
from nacl import bindings
from nacl.public import PrivateKey

from amparo.core import vault
from tests.core.vault.cast import HANA, QUICK, damaged, with_one_bit_flipped

WRAPPED = vault.wrap(HANA, "a long pass phrase", holder="hana", cost=QUICK)


def test_the_public_half_is_read_without_the_password_and_nothing_else_is():
    assert vault.public_half(WRAPPED) == vault.unwrap(WRAPPED, "a long pass phrase", holder="hana").public
    for broken in (b"", WRAPPED[:40], b"\x02" + WRAPPED[1:]):
        with pytest.raises(vault.CannotOpen):
            vault.public_half(broken)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_a_key_opens_with_its_password(password):
    wrapped = vault.wrap(HANA, password, holder="hana", cost=QUICK)
    assert vault.unwrap(wrapped, password, holder="hana") == HANA


def test_another_password_opens_nothing():
    for password in ("a long pass phras", "a long pass phrase ", "A long pass phrase", "x"):
        with pytest.raises(vault.CannotOpen):
            vault.unwrap(WRAPPED, password, holder="hana")


def test_a_wrapped_key_in_the_row_of_another_holder_is_refused():
    with pytest.raises(vault.CannotOpen):
        vault.unwrap(WRAPPED, "a long pass phrase", holder="omar")


def test_every_flipped_bit_every_cut_and_every_addition_to_a_wrapped_key_is_refused():
    # A flipped bit of the cost would ask for up to 2^32 passes or 4 TiB: above the ceiling it is refused unread.
    for broken in damaged(WRAPPED):
        with pytest.raises(vault.CannotOpen):
            vault.unwrap(broken, "a long pass phrase", holder="hana")


def test_a_cost_that_would_stop_the_house_is_refused_at_once():
    for place, value in ((2, 2**32 - 1), (6, 2**32 - 1), (6, 2**20)):
        greedy = WRAPPED[:place] + struct.pack(">I", value) + WRAPPED[place + 4 :]
        begun = time.process_time()
        with pytest.raises(vault.CannotOpen):
            vault.unwrap(greedy, "a long pass phrase", holder="hana")
        assert time.process_time() - begun < 0.1


@pytest.mark.parametrize(
    ("passes", "memory_kib", "lanes"), [(0, 8, 1), (11, 8, 1), (1, 7, 1), (1, 2**19, 1), (1, 8, 5)]
)
def test_a_cost_outside_of_the_limits_is_refused(passes, memory_kib, lanes):
    with pytest.raises(vault.BadCost):
        vault.Cost(passes=passes, memory_kib=memory_kib, lanes=lanes)


def test_the_cost_is_the_second_option_of_rfc_9106_in_one_lane():
    assert (vault.COST.passes, vault.COST.memory_kib, vault.COST.lanes) == (3, 65536, 1)


def test_every_wrapping_has_a_salt_and_a_nonce_of_its_own():
    wrapped = [vault.wrap(HANA, "same", holder="hana", cost=QUICK) for _ in range(50)]
    assert len({blob[11:27] for blob in wrapped}) == len({blob[59:83] for blob in wrapped}) == 50


def test_an_empty_password_is_refused():
    with pytest.raises(vault.NoPassword):
        vault.wrap(HANA, "", holder="hana", cost=QUICK)
    with pytest.raises(vault.NoPassword):
        vault.unwrap(WRAPPED, "", holder="hana")


def test_a_password_is_the_same_in_every_way_a_system_spells_its_letters():
    wrapped = vault.wrap(HANA, "Olá-Žena", holder="hana", cost=QUICK)
    assert vault.unwrap(wrapped, "Ola\u0301-Z\u030cena", holder="hana") == HANA


def test_a_wrapped_key_has_the_bytes_that_the_document_says():
    assert len(WRAPPED) == 131
    assert WRAPPED[:11] == b"\x01\x04" + struct.pack(">IIB", 1, 8, 1)
    assert WRAPPED[27:59] == HANA.public
    secret = hash_secret_raw(b"a long pass phrase", WRAPPED[11:27], 1, 8, 1, 32, Type.ID)
    place = b"\0\0\0\x12amparo wrapped key" + b"\0\0\0\x04hana"
    found = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
        WRAPPED[83:], WRAPPED[:59] + place, WRAPPED[59:83], secret
    )
    assert found == HANA.private


# -- a raised cost, a changed password


def test_a_key_wrapped_at_less_than_todays_cost_asks_to_be_wrapped_anew():
    today = vault.Cost(passes=2, memory_kib=16)
    assert vault.needs_rewrap(WRAPPED, cost=today)
    assert vault.needs_rewrap(vault.wrap(HANA, "x", holder="hana", cost=vault.Cost(2, 8)), cost=today)
    assert vault.needs_rewrap(vault.wrap(HANA, "x", holder="hana", cost=vault.Cost(1, 16)), cost=today)
    assert not vault.needs_rewrap(vault.wrap(HANA, "x", holder="hana", cost=today), cost=today)
    assert not vault.needs_rewrap(vault.wrap(HANA, "x", holder="hana", cost=vault.Cost(3, 32)), cost=today)
    assert vault.needs_rewrap(WRAPPED)


def test_at_the_next_login_the_same_key_lies_under_the_raised_cost():
    today = vault.Cost(passes=2, memory_kib=16)
    again = vault.rewrap(WRAPPED, "a long pass phrase", "a long pass phrase", holder="hana", cost=today)
    assert not vault.needs_rewrap(again, cost=today)
    assert vault.unwrap(again, "a long pass phrase", holder="hana") == HANA


def test_after_a_changed_password_the_key_is_the_same_and_the_old_password_opens_nothing():
    again = vault.rewrap(WRAPPED, "a long pass phrase", "another", holder="hana", cost=QUICK)
    assert vault.unwrap(again, "another", holder="hana") == HANA
    with pytest.raises(vault.CannotOpen):
        vault.unwrap(again, "a long pass phrase", holder="hana")
    with pytest.raises(vault.CannotOpen):
        vault.rewrap(WRAPPED, "wrong", "another", holder="hana", cost=QUICK)


def test_at_the_real_cost_a_key_opens_too():
    wrapped = vault.wrap(HANA, "x", holder="hana")
    assert vault.unwrap(wrapped, "x", holder="hana") == HANA
    assert not vault.needs_rewrap(wrapped)


# -- the survivor as a holder


@pytest.mark.parametrize("language", vault.LANGUAGES)
def test_the_words_she_was_shown_and_the_words_she_types_open_the_same_key(language):
    code = vault.new_code(language)
    wrapped = vault.wrap(HANA, vault.words_as_password(code.words), holder="sam-1", cost=QUICK)
    typed = vault.parse_code(code.text.upper())
    assert vault.unwrap(wrapped, vault.words_as_password(typed.words), holder="sam-1") == HANA


# -- sessions


def test_an_unlocked_key_in_a_session_opens_with_the_cookies_secret_only():
    secret = vault.new_session_secret()
    locked = vault.lock_for_session(HANA, secret, holder="hana")
    assert vault.open_from_session(locked, secret, holder="hana") == HANA
    with pytest.raises(vault.CannotOpen):
        vault.open_from_session(locked, vault.new_session_secret(), holder="hana")
    with pytest.raises(vault.CannotOpen):
        vault.open_from_session(locked, secret, holder="omar")


def test_neither_half_of_a_session_shows_the_key():
    secret = vault.new_session_secret()
    locked = vault.lock_for_session(HANA, secret, holder="hana")
    assert len(locked) == 74
    assert HANA.private not in locked + secret
    assert HANA.public not in locked


def test_every_flipped_bit_every_cut_and_every_addition_to_a_sessions_key_is_refused():
    secret = vault.new_session_secret()
    locked = vault.lock_for_session(HANA, secret, holder="hana")
    for broken in damaged(locked):
        with pytest.raises(vault.CannotOpen):
            vault.open_from_session(broken, secret, holder="hana")
    for wrong in with_one_bit_flipped(secret):
        with pytest.raises(vault.CannotOpen):
            vault.open_from_session(locked, wrong, holder="hana")


@pytest.mark.parametrize("secret", [b"", b"short", bytes(31), bytes(33), "x" * 32])
def test_a_session_secret_of_another_size_is_refused(secret):
    with pytest.raises(vault.BadSecret, match="a session secret is 32 bytes"):
        vault.lock_for_session(HANA, secret, holder="hana")


def test_locking_for_a_session_takes_no_slow_derivation():
    secret = vault.new_session_secret()
    begun = time.process_time()
    for _ in range(100):
        vault.open_from_session(vault.lock_for_session(HANA, secret, holder="hana"), secret, holder="hana")
    assert time.process_time() - begun < 0.5


# -- pairs


def test_the_public_half_is_the_one_that_belongs_to_the_private_half():
    assert bytes(PrivateKey(HANA.private).public_key) == HANA.public


def test_a_private_key_of_another_size_is_refused():
    with pytest.raises(vault.BadSecret, match="a private key is 32 bytes"):
        vault.HolderKey(private=b"short")
