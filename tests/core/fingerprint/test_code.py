"""Fingerprints as values and as text."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from amparo.core.fingerprint import (
    BadFingerprint,
    FingerprintError,
    ImageFingerprint,
    TooPlain,
    as_array,
    bits_apart,
    from_hex,
    require_quality,
    to_hex,
)

codes = st.binary(min_size=32, max_size=32)


@given(codes)
def test_text_and_code_are_two_forms_of_one_thing(code):
    assert from_hex(to_hex(code)) == code
    assert from_hex(f" {to_hex(code).upper()}\n") == code
    assert ImageFingerprint(code=code, quality=80).hex == to_hex(code)


@pytest.mark.parametrize("count", [0, 63, 65, 128])
def test_a_text_of_another_length_is_refused_and_the_count_told(count):
    with pytest.raises(BadFingerprint, match=f"64 hex digits, but this has {count} characters"):
        from_hex("a" * count)


@pytest.mark.parametrize("stranger", ["g", "_", " ", "٣", "-", "x"])
def test_a_text_with_other_characters_is_refused_without_repeating_it(stranger):
    text = "ab" * 31 + stranger + "0"
    with pytest.raises(BadFingerprint) as caught:
        from_hex(text)
    assert "1 of these are not" in str(caught.value)
    assert "abab" not in str(caught.value)


@pytest.mark.parametrize("code", [b"", b"a" * 31, b"a" * 33])
def test_a_code_of_another_length_is_refused_everywhere(code):
    with pytest.raises(BadFingerprint):
        to_hex(code)
    with pytest.raises(BadFingerprint):
        as_array([b"a" * 32, code])
    with pytest.raises(BadFingerprint):
        bits_apart(b"a" * 32, code)
    with pytest.raises(BadFingerprint):
        ImageFingerprint(code=code, quality=80)


@given(st.lists(codes, max_size=5))
def test_an_array_holds_the_codes_row_by_row(rows):
    array = as_array(rows)
    assert array.shape == (len(rows), 32)
    assert array.dtype == np.uint8
    assert [row.tobytes() for row in array] == rows


@given(codes, codes)
def test_bits_apart_agrees_with_counting_them_one_by_one(one, other):
    assert bits_apart(one, other) == sum(
        (a >> bit & 1) != (b >> bit & 1) for a, b in zip(one, other, strict=True) for bit in range(8)
    )


def test_a_plain_picture_is_refused_only_when_asked():
    plain = ImageFingerprint(code=bytes(32), quality=49)
    with pytest.raises(TooPlain, match="quality 49 is below 50"):
        require_quality(plain)
    assert require_quality(plain, at_least=49) is plain


def test_a_fingerprint_does_not_show_itself_in_logs_and_tracebacks():
    shown = repr(ImageFingerprint(code=b"\xab" * 32, quality=80, sha256=b"\xcd" * 32))
    assert shown == "ImageFingerprint(quality=80, algorithm='pdq-c512', path='full')"


def test_every_error_has_one_base():
    assert issubclass(BadFingerprint, FingerprintError)
    assert issubclass(TooPlain, FingerprintError)
