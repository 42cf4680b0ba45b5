import pytest
from hypothesis import given, strategies as st
from nacl import bindings

from amparo.core import vault
from amparo.core.vault._secret import subkey
from tests.core.vault.cast import damaged

FIRST = vault.InstanceKey(number=1, secret=bytes(range(32)))
SECOND = vault.InstanceKey(number=2, secret=bytes(range(32, 64)))
BANKS = vault.record_key("banks", FIRST)
PLACE = {"model": "banks.entry", "field": "code", "row": 7, "revision": 0}


@given(st.binary(max_size=2000))
def test_a_record_opens_to_what_was_sealed(text):
    assert vault.open_record(BANKS, vault.seal_record(BANKS, text, **PLACE), **PLACE) == text


def test_every_flipped_bit_every_cut_and_every_addition_to_a_record_is_refused():
    both = vault.record_key("banks", FIRST, SECOND, vault.InstanceKey(number=0, secret=SECOND.secret))
    for broken in damaged(vault.seal_record(BANKS, b"fingerprint", **PLACE)):
        with pytest.raises(vault.CannotOpen):
            vault.open_record(both, broken, **PLACE)


@pytest.mark.parametrize(
    "moved", [{"model": "banks.x"}, {"field": "x"}, {"row": 8}, {"revision": 1}], ids=lambda part: next(iter(part))
)
def test_a_record_moved_to_another_place_is_refused(moved):
    with pytest.raises(vault.CannotOpen):
        vault.open_record(BANKS, vault.seal_record(BANKS, b"x", **PLACE), **PLACE | moved)


def test_the_key_of_one_purpose_opens_nothing_of_another():
    sealed = vault.seal_record(BANKS, b"x", **PLACE)
    with pytest.raises(vault.CannotOpen):
        vault.open_record(vault.record_key("checker", FIRST), sealed, **PLACE)
    renamed = vault.RecordKey(purpose="checker", current=1, subkeys=BANKS.subkeys)
    with pytest.raises(vault.CannotOpen):
        vault.open_record(renamed, sealed, **PLACE)


def test_purposes_have_subkeys_of_their_own_and_none_is_the_instance_key():
    found = {vault.record_key(purpose, FIRST).subkeys[1] for purpose in ("banks", "outbox", "checker")}
    found |= {vault.index_key(FIRST), FIRST.secret}
    assert len(found) == 5


def test_after_a_rotation_old_records_open_and_new_ones_are_under_the_new_key():
    old = vault.seal_record(BANKS, b"old", **PLACE)
    rotated = vault.record_key("banks", SECOND, FIRST)
    assert vault.open_record(rotated, old, **PLACE) == b"old"
    assert vault.needs_reseal(rotated, old)
    new = vault.seal_record(rotated, b"new", **PLACE)
    assert (vault.key_number(old), vault.key_number(new)) == (1, 2)
    assert not vault.needs_reseal(rotated, new)
    assert vault.open_record(vault.record_key("banks", SECOND), new, **PLACE) == b"new"


def test_a_record_under_a_key_that_is_not_at_hand_says_which():
    sealed = vault.seal_record(vault.record_key("banks", SECOND), b"x", **PLACE)
    with pytest.raises(vault.WrongVersion, match="instance key 2, which is not at hand"):
        vault.open_record(BANKS, sealed, **PLACE)


def test_the_number_of_a_key_cannot_be_forged():
    same_key_other_number = vault.InstanceKey(number=3, secret=FIRST.secret)
    sealed = vault.seal_record(BANKS, b"x", **PLACE)
    with pytest.raises(vault.CannotOpen):
        vault.open_record(vault.record_key("banks", same_key_other_number), sealed[:5] + b"\x03" + sealed[6:], **PLACE)


def test_two_keys_with_one_number_are_refused():
    with pytest.raises(vault.BadSecret, match="two instance keys have one number"):
        vault.record_key("banks", FIRST, vault.InstanceKey(number=1, secret=SECOND.secret))


@pytest.mark.parametrize("number", [-1, 256])
def test_an_instance_key_has_a_number_of_one_byte(number):
    with pytest.raises(vault.BadSecret, match="0 to 255"):
        vault.InstanceKey(number=number, secret=FIRST.secret)


@pytest.mark.parametrize("secret", [bytes(32), b"changeme" * 4, b"0123456789abcdef" * 2, b"deadbeef" * 4])
def test_a_placeholder_is_no_instance_key(secret):
    with pytest.raises(vault.BadSecret, match="not random"):
        vault.InstanceKey(number=0, secret=secret)


def test_an_instance_key_of_another_size_is_refused():
    with pytest.raises(vault.BadSecret, match="an instance key is 32 bytes"):
        vault.InstanceKey(number=0, secret=bytes(range(31)))


INDEX = vault.index_key(FIRST)


def test_equal_bytes_have_one_blind_value_and_others_another():
    assert vault.blind_value(INDEX, b"code", purpose="picture") == vault.blind_value(INDEX, b"code", purpose="picture")
    assert vault.blind_value(INDEX, b"code", purpose="picture") != vault.blind_value(INDEX, b"kode", purpose="picture")
    assert len(vault.blind_value(INDEX, b"", purpose="picture")) == 32


def test_blind_values_of_two_purposes_or_two_instances_never_compare():
    values = {
        vault.blind_value(key, b"https://example.org/", purpose=purpose)
        for key in (INDEX, vault.index_key(SECOND))
        for purpose in ("picture", "turn")
    }
    assert len(values | {vault.blind(INDEX, "https://example.org/")}) == 5


def test_a_blind_value_needs_a_key_of_32_bytes_and_a_purpose():
    with pytest.raises(vault.BadSecret, match="an index key is 32 bytes"):
        vault.blind_value(b"", b"code", purpose="picture")
    with pytest.raises(vault.BadPlace):
        vault.blind_value(INDEX, b"code", purpose="")


def test_an_index_key_belongs_to_its_instance():
    assert vault.index_key(FIRST) == vault.index_key(FIRST) != vault.index_key(SECOND)


@given(st.binary(max_size=300))
def test_a_record_has_the_bytes_that_the_document_says(text):
    sealed = vault.seal_record(BANKS, text, **PLACE)
    assert sealed[:6] == b"\x01\x01\0\0\0\x01"
    parts = ["amparo record", "banks", "banks.entry", "code", "7", "0"]
    encoded = [len(part).to_bytes(4, "big") + part.encode() for part in parts]
    frame = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed[30:], sealed[:6] + b"".join(encoded), sealed[6:30], subkey(FIRST.secret, b"".join(encoded[:2]))
    )
    assert frame[4 : 4 + int.from_bytes(frame[:4], "big")] == text


def test_a_padded_record_with_a_false_length_is_refused_even_by_who_has_the_key():
    parts = ["amparo record", "banks", "banks.entry", "code", "7", "0"]
    place = b"".join(len(part).to_bytes(4, "big") + part.encode() for part in parts)
    start = b"\x01\x01\0\0\0\x01"
    inside = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        (61).to_bytes(4, "big") + bytes(60), start + place, bytes(24), BANKS.subkeys[1]
    )
    with pytest.raises(vault.CannotOpen):
        vault.open_record(BANKS, start + bytes(24) + inside, **PLACE)
