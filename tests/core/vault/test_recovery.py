import itertools
import re

import pytest
from hypothesis import given, strategies as st

from amparo.core import vault
from amparo.core.vault._shamir import divide, join_bytes, multiply, split_bytes

KEY = vault.new_holder_key()
SHARES = vault.split_recovery(KEY)
PAIRS = list(itertools.permutations(range(3), 2))


# -- the field, against a twin that multiplies polynomials bit by bit


def slow_multiply(a, b):
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x11B << (bit - 8)
    return product


def test_multiplying_agrees_with_long_multiplication_for_every_two_bytes():
    assert all(multiply(a, b) == slow_multiply(a, b) for a in range(256) for b in range(256))


def test_multiplying_agrees_with_the_example_of_fips_197():
    assert multiply(0x57, 0x83) == 0xC1
    assert multiply(0x57, 0x13) == 0xFE


def test_dividing_undoes_multiplying():
    assert all(divide(multiply(a, b), b) == a for a in range(256) for b in range(1, 256))


# -- sharing


@given(secret=st.binary(min_size=1, max_size=40), threshold=st.integers(1, 4), more=st.integers(0, 3))
def test_any_shares_of_the_wanted_number_give_the_secret(secret, threshold, more):
    shares = split_bytes(secret, threshold=threshold, count=threshold + more)
    for chosen in itertools.combinations(shares, threshold):
        assert join_bytes({number: shares[number] for number in chosen}) == secret


def test_one_share_fits_every_secret_equally_well():
    """For each secret byte and each value of one share there is exactly one second share: nothing is ruled out."""
    seen = 0x5A
    for number, other in ((1, 2), (2, 3), (3, 1)):
        partners = [
            [y for y in range(256) if join_bytes({number: bytes([seen]), other: bytes([y])})[0] == secret]
            for secret in range(256)
        ]
        assert {len(found) for found in partners} == {1}
        assert len({found[0] for found in partners}) == 256


@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_share_of_a_fixed_secret_is_spread_over_all_bytes(number):
    # 25,600 draws into 256 values: chi-square has 255 degrees of freedom, mean 255, deviation 22.6. The bounds are
    # seven deviations away; a share that leaned on the secret would be thousands away.
    counts = [0] * 256
    for _ in range(800):
        for byte in split_bytes(b"\x42" * 32, threshold=2, count=3)[number]:
            counts[byte] += 1
    chi_square = sum((count - 100) ** 2 / 100 for count in counts)
    assert 97 < chi_square < 413


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_any_two_of_three_people_give_the_key_back(first, second):
    assert vault.combine([SHARES[first], SHARES[second]], public=KEY.public) == KEY


def test_all_three_together_give_it_too():
    assert vault.combine(SHARES, public=KEY.public) == KEY
    assert vault.combine(reversed(SHARES), public=KEY.public) == KEY


def test_one_share_is_too_few():
    with pytest.raises(vault.WrongShares, match="2 of the 3 shares are wanted, and here is 1"):
        vault.combine(SHARES[:1], public=KEY.public)
    with pytest.raises(vault.WrongShares, match="here is 0"):
        vault.combine([], public=KEY.public)


def test_the_same_share_twice_is_refused():
    with pytest.raises(vault.WrongShares, match="twice"):
        vault.combine([SHARES[0], SHARES[0]], public=KEY.public)


def test_shares_of_two_cuttings_are_refused():
    again = vault.split_recovery(KEY)
    with pytest.raises(vault.WrongShares, match="different days"):
        vault.combine([SHARES[0], again[1]], public=KEY.public)


def test_a_share_altered_by_who_can_compute_its_check_is_refused():
    for place in range(32):
        part = bytearray(SHARES[1].part)
        part[place] ^= 1 + place
        altered = vault.Share(number=2, split=SHARES[1].split, part=bytes(part))
        retyped = vault.read_share(altered.text)
        for shares in ([SHARES[0], retyped], [retyped, SHARES[2]], [SHARES[0], retyped, SHARES[2]]):
            with pytest.raises(vault.WrongShares, match="altered"):
                vault.combine(shares, public=KEY.public)


def test_an_alteration_that_x25519_would_not_notice_is_refused():
    # RFC 7748 section 5: five bits of a private key are set to fixed values before use, so they do not show in the
    # public half. A share altered in such a bit would give a key that works: it is refused all the same.
    for place, bit in ((0, 1), (0, 2), (0, 4), (31, 64), (31, 128)):
        private = bytearray(KEY.private)
        private[place] ^= bit
        parts = split_bytes(bytes(private), threshold=2, count=3)
        shares = [vault.Share(number=number, split=bytes(4), part=parts[number]) for number in (1, 2)]
        assert vault.HolderKey(private=bytes(private)) == KEY
        with pytest.raises(vault.WrongShares, match="altered"):
            vault.combine(shares, public=KEY.public)


def test_an_altered_third_share_is_noticed_even_though_two_would_do():
    part = bytes([SHARES[2].part[0] ^ 1]) + SHARES[2].part[1:]
    altered = vault.Share(number=3, split=SHARES[2].split, part=part)
    with pytest.raises(vault.WrongShares, match="altered"):
        vault.combine([SHARES[0], SHARES[1], altered], public=KEY.public)


def test_the_shares_of_another_organisation_are_refused():
    with pytest.raises(vault.WrongShares):
        vault.combine(SHARES[:2], public=vault.new_holder_key().public)


def test_the_recovery_key_opens_what_was_granted_to_it():
    case = vault.new_case_key("sam-1")
    granted = vault.grant(case, KEY.public, holder="recovery")
    recovered = vault.combine(SHARES[1:], public=KEY.public)
    opened = vault.open_grant(
        granted, recovered, case="sam-1", holder="recovery", version=1, public=case.public
    )  # fmt: skip
    assert opened == case


# -- typing


def test_a_share_is_three_lines_of_four_groups_of_six():
    for share in SHARES:
        assert re.fullmatch(r"(?:(?:[0-9A-HJKMNP-TV-Z]{6} ?){4}\n?){3}", share.text)
        assert len(share.text.split()) == 12


@given(
    which=st.integers(0, 2),
    joint=st.sampled_from(["", " ", "-", "\n", " - ", "\t"]),
    lower=st.booleans(),
    confused=st.booleans(),
)
def test_a_share_is_read_however_it_is_typed(which, joint, lower, confused):
    text = joint.join(SHARES[which].text.split())
    if confused:
        text = text.replace("1", "I").replace("0", "O")
    assert vault.read_share(text.lower() if lower else text) == SHARES[which]


@given(which=st.integers(0, 2), key=st.binary(min_size=32, max_size=32))
def test_every_share_survives_paper(which, key):
    share = vault.split_recovery(vault.HolderKey(private=key))[which]
    assert vault.read_share(share.text) == share


def test_a_slip_of_the_pen_is_found_in_its_line():
    """Every letter replaced by every other: the check of a line is one byte, so at most one slip in 256 passes it, and
    the check of the whole share stops that one.
    """
    text = "".join(SHARES[0].text.split())
    found_in_line = slips = 0
    for place, letter in enumerate(text):
        for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
            if other != letter:
                slips += 1
                with pytest.raises(vault.BadShare) as refused:
                    vault.read_share(text[:place] + other + text[place + 1 :])
                found_in_line += f"line {place // 24 + 1} of this share" in str(refused.value)
    assert slips == 72 * 31
    assert found_in_line > slips * 0.98


def test_two_letters_that_changed_places_are_found():
    text = "".join(SHARES[0].text.split())
    for place in range(71):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if swapped != text:
            with pytest.raises(vault.BadShare):
                vault.read_share(swapped)


def test_lines_of_two_papers_are_refused():
    mine, yours = (share.text.split("\n") for share in SHARES[:2])
    with pytest.raises(vault.BadShare, match="three lines do not belong together"):
        vault.read_share("\n".join([mine[0], yours[1], mine[2]]))


@pytest.mark.parametrize("text", ["", "ABC", "U" * 72, "0" * 71, "0" * 73, "ž" * 72])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(vault.BadShare, match=f"this has {len(text)} characters"):
        vault.read_share(text)


@pytest.mark.parametrize("number", [0, 4, 255])
def test_a_share_with_a_number_that_none_has_is_refused(number):
    odd = vault.Share(number=number, split=bytes(4), part=bytes(32))
    with pytest.raises(vault.BadShare, match="a form that this Amparo does not know"):
        vault.read_share(odd.text)
