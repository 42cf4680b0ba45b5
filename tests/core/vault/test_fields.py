import pytest
from hypothesis import given, strategies as st
from nacl import bindings
from nacl.public import PrivateKey, SealedBox

from amparo.core import vault
from amparo.core.vault._binding import bound
from amparo.core.vault._padding import LONGEST, BadFrame, bucket, pad, unpad
from amparo.core.vault._secret import subkey
from tests.core.vault.cast import CASE, ELSEWHERE, PLACE, cut_or_longer, damaged

URL = b"https://example.org/sam/1"
PARTS = st.text(max_size=12).filter(bool)


@given(st.binary(max_size=5000))
def test_a_field_opens_to_what_was_sealed(text):
    assert vault.open_field(CASE, vault.seal_field(CASE, text, **PLACE), **PLACE) == text


@given(st.binary(max_size=5000))
def test_the_door_adds_and_the_case_key_reads(text):
    assert vault.open_in(CASE, vault.seal_in(CASE.public, text, **PLACE), **PLACE) == text


def test_every_flipped_bit_every_cut_and_every_addition_to_a_field_is_refused():
    for broken in damaged(vault.seal_field(CASE, URL, **PLACE)):
        with pytest.raises(vault.CannotOpen):
            vault.open_field(CASE, broken, **PLACE)


def test_every_flipped_bit_every_cut_and_every_addition_to_what_the_door_sealed_is_refused():
    for broken in damaged(vault.seal_in(CASE.public, URL, **PLACE)):
        with pytest.raises(vault.CannotOpen):
            vault.open_in(CASE, broken, **PLACE)


@pytest.mark.parametrize("moved", ELSEWHERE, ids=lambda part: next(iter(part)))
def test_a_text_moved_to_another_place_is_refused(moved):
    elsewhere = PLACE | moved
    other = vault.CaseKey(case=elsewhere["case"], version=elsewhere["version"], secret=CASE.secret)
    for sealed, open_it in [
        (vault.seal_field(CASE, URL, **PLACE), vault.open_field),
        (vault.seal_in(CASE.public, URL, **PLACE), vault.open_in),
    ]:
        with pytest.raises(vault.CannotOpen):
            open_it(other, sealed, **elsewhere)
        forged = sealed[:2] + elsewhere["version"].to_bytes(4, "big") + sealed[6:]
        with pytest.raises(vault.CannotOpen):
            open_it(other, forged, **elsewhere)


def test_two_texts_exchanged_between_rows_are_both_refused():
    first = vault.seal_field(CASE, b"first", **PLACE)
    second = vault.seal_field(CASE, b"second", **PLACE | {"row": 8})
    with pytest.raises(vault.CannotOpen):
        vault.open_field(CASE, second, **PLACE)
    with pytest.raises(vault.CannotOpen):
        vault.open_field(CASE, first, **PLACE | {"row": 8})


def test_an_older_text_of_the_same_row_is_refused_where_the_row_counts_its_changes():
    older = vault.seal_field(CASE, b"old", **PLACE | {"revision": 4})
    with pytest.raises(vault.CannotOpen):
        vault.open_field(CASE, older, **PLACE | {"revision": 5})


@given(one=st.lists(PARTS, min_size=4, max_size=4), other=st.lists(PARTS, min_size=4, max_size=4))
def test_no_two_places_have_the_same_bytes(one, other):
    names = ("case", "model", "field", "row")
    first, second = (bound("label", **dict(zip(names, parts, strict=True))) for parts in (one, other))
    assert (first == second) == (one == other)


def test_parts_that_run_together_to_the_same_text_are_different_places():
    sealed = vault.seal_field(CASE, URL, **PLACE | {"model": "ab", "field": "c"})
    with pytest.raises(vault.CannotOpen):
        vault.open_field(CASE, sealed, **PLACE | {"model": "a", "field": "bc"})


@pytest.mark.parametrize("missing", [None, "", True, b"7", 7.0], ids=repr)
@pytest.mark.parametrize("part", ["case", "model", "field", "row"])
def test_a_place_without_an_identifier_is_refused(part, missing):
    with pytest.raises(vault.BadPlace):
        vault.seal_in(CASE.public, URL, **PLACE | {part: missing})


def test_a_number_and_its_text_are_the_same_row():
    assert vault.open_field(CASE, vault.seal_field(CASE, URL, **PLACE), **PLACE | {"row": "7"}) == URL


def test_half_a_surrogate_pair_is_no_identifier():
    with pytest.raises(vault.BadPlace):
        vault.seal_in(CASE.public, URL, **PLACE | {"row": "\ud800"})


def test_omars_key_does_not_open_sams_field():
    omars = vault.new_case_key("sam-1")
    with pytest.raises(vault.CannotOpen):
        vault.open_field(omars, vault.seal_field(CASE, URL, **PLACE), **PLACE)
    with pytest.raises(vault.CannotOpen):
        vault.open_in(omars, vault.seal_in(CASE.public, URL, **PLACE), **PLACE)


def test_sealing_with_the_key_of_another_case_or_version_is_refused():
    for elsewhere in ({"case": "sam-2"}, {"version": 2}):
        with pytest.raises(vault.WrongKey):
            vault.seal_field(CASE, URL, **PLACE | elsewhere)


def test_a_text_under_another_version_says_which_and_is_refused():
    sealed = vault.seal_field(CASE, URL, **PLACE)
    newer = vault.next_version(CASE)
    with pytest.raises(vault.WrongVersion, match="version 1 of the key, and version 2"):
        vault.open_field(newer, sealed, **PLACE | {"version": 2})
    with pytest.raises(vault.WrongVersion):
        vault.open_field(newer, sealed, **PLACE)
    assert vault.key_number(sealed) == 1


def test_the_format_and_the_algorithm_are_named_when_they_are_not_known():
    sealed = vault.seal_field(CASE, URL, **PLACE)
    with pytest.raises(vault.UnknownFormat, match="format 2, and this Amparo reads 1"):
        vault.open_field(CASE, b"\x02" + sealed[1:], **PLACE)
    with pytest.raises(vault.UnknownFormat, match="algorithm 9"):
        vault.open_field(CASE, b"\x01\x09" + sealed[2:], **PLACE)


def test_what_the_door_sealed_does_not_pass_for_what_a_worker_wrote_nor_the_other_way():
    with pytest.raises(vault.UnknownFormat):
        vault.open_field(CASE, vault.seal_in(CASE.public, URL, **PLACE), **PLACE)
    with pytest.raises(vault.UnknownFormat):
        vault.open_in(CASE, vault.seal_field(CASE, URL, **PLACE), **PLACE)


def test_the_public_half_alone_opens_nothing():
    sealed = vault.seal_in(CASE.public, URL, **PLACE)
    as_if_secret = vault.CaseKey(case="sam-1", version=1, secret=CASE.public)
    with pytest.raises(vault.CannotOpen):
        vault.open_in(as_if_secret, sealed, **PLACE)
    assert URL not in sealed


@pytest.mark.parametrize("public", [b"", b"short", bytes(32), (1).to_bytes(32, "little")], ids=len)
def test_a_key_that_everybody_could_open_is_not_sealed_to(public):
    with pytest.raises(vault.BadPublicKey):
        vault.seal_in(public, URL, **PLACE)


def test_the_same_text_never_looks_the_same():
    assert len({vault.seal_field(CASE, URL, **PLACE)[6:30] for _ in range(500)}) == 500
    assert len({vault.seal_in(CASE.public, URL, **PLACE)[6:38] for _ in range(100)}) == 100


def test_a_column_of_bytes_may_come_back_as_a_view():
    sealed = vault.seal_field(CASE, URL, **PLACE)
    assert vault.open_field(CASE, memoryview(sealed), **PLACE) == URL
    assert vault.open_field(CASE, bytearray(sealed), **PLACE) == URL


# -- padding


def slow_bucket(length):
    size = next((size for size in (64, 256, 1024, 4096) if size >= length + 4), 8192)
    while size < length + 4:
        size += 4096
    return size


@given(st.integers(0, LONGEST))
def test_the_bucket_agrees_with_counting_up(length):
    assert bucket(length) == slow_bucket(length)


@pytest.mark.parametrize(("shortest", "longest"), [(0, 60), (61, 252), (253, 1020), (1021, 4092), (4093, 8188)])
def test_texts_of_one_bucket_have_one_length(shortest, longest):
    def sizes(seal, key):
        return {len(seal(key, b"x" * length, **PLACE)) for length in (shortest, (shortest + longest) // 2, longest)}

    assert len(sizes(vault.seal_field, CASE)) == 1
    assert len(sizes(vault.seal_in, CASE.public)) == 1


def test_the_longest_field_is_sealed_and_a_longer_one_is_refused():
    assert len(vault.open_field(CASE, vault.seal_field(CASE, bytes(LONGEST), **PLACE), **PLACE)) == LONGEST
    with pytest.raises(vault.TooLong, match="1048573: seal it as a file"):
        vault.seal_field(CASE, bytes(LONGEST + 1), **PLACE)


@given(st.binary(max_size=300))
def test_a_text_has_one_padded_form_and_every_other_is_refused(text):
    frame = pad(text)
    assert unpad(frame) == text
    for other in (frame + b"\0", frame[:-1], frame.ljust(4096 + len(frame), b"\0"), frame[:-1] + b"\x01"):
        if other != frame:
            with pytest.raises(BadFrame):
                unpad(other)


def test_a_padded_text_with_a_false_length_is_refused_even_by_who_has_the_key():
    place = bound("amparo field", **PLACE)
    frame = (61).to_bytes(4, "big") + bytes(60)
    inside = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        frame, b"\x01\x01\0\0\0\x01" + place, bytes(24), subkey(CASE.secret, b"field")
    )
    with pytest.raises(vault.CannotOpen):
        vault.open_field(CASE, b"\x01\x01\0\0\0\x01" + bytes(24) + inside, **PLACE)


# -- re-keying


def test_rekeying_keeps_the_text_and_the_old_key_opens_nothing_of_it():
    newer = vault.next_version(CASE)
    again = PLACE | {"version": 2}
    at = {"model": "cases.item", "field": "url", "row": 7}
    for seal, key, open_it in [
        (vault.seal_field, CASE, vault.open_field),
        (vault.seal_in, CASE.public, vault.open_in),
    ]:
        sealed = vault.rekey_field(seal(key, URL, **PLACE), old=CASE, new=newer, **at)
        assert open_it(newer, sealed, **again) == URL
        old_key_renamed = vault.CaseKey(case="sam-1", version=2, secret=CASE.secret)
        for broken in (sealed, sealed[:5] + b"\x01" + sealed[6:]):
            for key_of_leaver, place in ((CASE, PLACE), (old_key_renamed, again)):
                with pytest.raises(vault.CannotOpen):
                    open_it(key_of_leaver, broken, **place)


def test_a_text_is_rekeyed_within_its_case_only():
    with pytest.raises(vault.WrongKey):
        vault.rekey_field(
            vault.seal_field(CASE, URL, **PLACE),
            old=CASE, new=vault.new_case_key("sam-2"), model="cases.item", field="url", row=7,
        )  # fmt: skip


def test_rekeying_refuses_a_text_that_was_moved():
    with pytest.raises(vault.CannotOpen):
        vault.rekey_field(
            vault.seal_field(CASE, URL, **PLACE),
            old=CASE, new=vault.next_version(CASE), model="cases.item", field="url", row=8,
        )  # fmt: skip


# -- the twins: written from docs/vault.md alone, with PyNaCl's other interface where it has one


def place_by_hand(label):
    parts = [label, "sam-1", "cases.item", "url", "7", "1", "0"]
    return b"".join(len(part).to_bytes(4, "big") + part.encode() for part in parts)


def unpadded_by_hand(frame):
    length = int.from_bytes(frame[:4], "big")
    assert set(frame[4 + length :]) <= {0}
    return frame[4 : 4 + length]


@given(st.binary(max_size=300))
def test_a_field_has_the_bytes_that_the_document_says(text):
    sealed = vault.seal_field(CASE, text, **PLACE)
    assert sealed[:6] == b"\x01\x01\0\0\0\x01"
    frame = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed[30:], sealed[:6] + place_by_hand("amparo field"), sealed[6:30], subkey(CASE.secret, b"field")
    )
    assert len(frame) == slow_bucket(len(text))
    assert unpadded_by_hand(frame) == text


@given(st.binary(max_size=300))
def test_what_the_door_sealed_has_the_bytes_that_the_document_says(text):
    sealed = vault.seal_in(CASE.public, text, **PLACE)
    assert sealed[:6] == b"\x01\x02\0\0\0\x01"
    inside = SealedBox(PrivateKey(subkey(CASE.secret, b"door"))).decrypt(sealed[6:])
    place = place_by_hand("amparo field")
    assert inside.startswith(place)
    assert unpadded_by_hand(inside[len(place) :]) == text


def test_cutting_a_text_to_nothing_says_that_it_does_not_open():
    for broken in cut_or_longer(b"\x01\x01\0\0\0\x01"):
        with pytest.raises(vault.CannotOpen):
            vault.open_field(CASE, broken, **PLACE)
