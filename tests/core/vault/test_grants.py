import pytest
from nacl.public import PrivateKey, SealedBox

from amparo.core import vault
from tests.core.vault.cast import CASE, HANA, OMAR, PLACE, SAM, damaged

FACTS = {"case": "sam-1", "holder": "hana", "version": 1, "public": CASE.public}


def test_hana_opens_the_case_that_was_granted_to_her():
    assert vault.open_grant(vault.grant(CASE, HANA.public, holder="hana"), HANA, **FACTS) == CASE


def test_nobody_else_opens_hanas_grant():
    granted = vault.grant(CASE, HANA.public, holder="hana")
    for somebody in (OMAR, SAM, vault.new_holder_key()):
        with pytest.raises(vault.CannotOpen):
            vault.open_grant(granted, somebody, **FACTS)


def test_a_new_case_has_a_key_that_no_other_case_has():
    keys = [vault.new_case_key("sam-1") for _ in range(100)]
    assert len({key.secret for key in keys} | {key.public for key in keys} | {key.private for key in keys}) == 300
    assert {key.version for key in keys} == {1}


@pytest.mark.parametrize("elsewhere", [{"case": "sam-2"}, {"holder": "omar"}, {"version": 2}], ids=str)
def test_a_grant_moved_to_another_case_holder_or_version_is_refused(elsewhere):
    granted = vault.grant(CASE, HANA.public, holder="hana")
    wanted = FACTS | elsewhere
    forged = granted[:2] + wanted["version"].to_bytes(4, "big") + granted[6:]
    for broken in (granted, forged):
        with pytest.raises(vault.CannotOpen):
            vault.open_grant(broken, HANA, **wanted)


def test_every_flipped_bit_every_cut_and_every_addition_to_a_grant_is_refused():
    for broken in damaged(vault.grant(CASE, HANA.public, holder="hana")):
        with pytest.raises(vault.CannotOpen):
            vault.open_grant(broken, HANA, **FACTS)


def test_a_grant_of_another_key_that_somebody_slipped_in_is_refused():
    made_up = vault.CaseKey(case="sam-1", version=1, secret=vault.new_case_key("x").secret)
    with pytest.raises(vault.CannotOpen):
        vault.open_grant(vault.grant(made_up, HANA.public, holder="hana"), HANA, **FACTS)


def test_a_grant_of_another_version_says_which():
    newer = vault.next_version(CASE)
    with pytest.raises(vault.WrongVersion, match="version 2 of the key, and version 1"):
        vault.open_grant(vault.grant(newer, HANA.public, holder="hana"), HANA, **FACTS)


def test_a_grant_does_not_pass_for_a_text_nor_a_text_for_a_grant():
    door = vault.new_case_key("sam-1")
    as_holder = vault.HolderKey(private=door.private)
    with pytest.raises(vault.CannotOpen):
        vault.open_in(door, vault.grant(CASE, door.public, holder="hana"), **PLACE)
    with pytest.raises(vault.CannotOpen):
        vault.open_grant(vault.seal_in(door.public, CASE.secret, **PLACE), as_holder, **FACTS)


def test_a_grant_has_the_bytes_that_the_document_says():
    granted = vault.grant(CASE, HANA.public, holder="hana")
    assert granted[:6] == b"\x01\x02\0\0\0\x01"
    parts = ["amparo grant", "sam-1", "hana", "1"]
    place = b"".join(len(part).to_bytes(4, "big") + part.encode() for part in parts)
    assert SealedBox(PrivateKey(HANA.private)).decrypt(granted[6:]) == place + CASE.secret


def test_a_case_is_not_granted_to_a_key_that_everybody_could_open():
    with pytest.raises(vault.BadPublicKey):
        vault.grant(CASE, bytes(32), holder="hana")


def test_a_version_of_a_case_key_is_a_count_from_one():
    for version in (0, -1, 2**32):
        with pytest.raises(vault.WrongKey):
            vault.CaseKey(case="sam-1", version=version, secret=CASE.secret)


def test_versions_share_nothing():
    newer = vault.next_version(CASE)
    assert (newer.case, newer.version) == ("sam-1", 2)
    assert len({CASE.secret, CASE.private, CASE.public, newer.secret, newer.private, newer.public}) == 6


def test_a_leaver_opens_nothing_that_is_sealed_after_the_case_was_rekeyed():
    """Omar worked with Hana on Sam's case, kept everything he ever had, and copies the database later."""
    rows = {7: vault.seal_field(CASE, b"first", **PLACE)}
    kept_by_omar = [CASE, OMAR]
    newer = vault.next_version(CASE)
    rows[7] = vault.rekey_field(rows[7], old=CASE, new=newer, model="cases.item", field="url", row=7)
    later = PLACE | {"version": 2, "row": 8}
    rows[8] = vault.seal_field(newer, b"second", **later)
    rows[9] = vault.seal_in(newer.public, b"third", **later | {"row": 9})
    grants = {"hana": vault.grant(newer, HANA.public, holder="hana"), "sam": vault.grant(newer, SAM.public, holder="s")}

    old, omar = kept_by_omar
    for granted in grants.values():
        with pytest.raises(vault.CannotOpen):
            vault.open_grant(granted, omar, **FACTS | {"version": 2, "public": newer.public})
    for secret in (old.secret, old.private, omar.private):
        tried = vault.CaseKey(case="sam-1", version=2, secret=secret)
        for row, sealed in rows.items():
            for open_it in (vault.open_field, vault.open_in):
                with pytest.raises(vault.CannotOpen):
                    open_it(tried, sealed, **later | {"row": row})

    hanas = vault.open_grant(grants["hana"], HANA, **FACTS | {"version": 2, "public": newer.public})
    assert vault.open_field(hanas, rows[7], **PLACE | {"version": 2}) == b"first"
    assert vault.open_in(hanas, rows[9], **later | {"row": 9}) == b"third"


def test_an_older_backup_of_an_erased_case_stays_closed_when_its_slip_was_kept_apart_and_dropped():
    """The way of docs/vault.md: every grant is sealed once more under a slip that no backup holds."""
    slip = vault.record_key("slip", vault.InstanceKey(number=0, secret=vault.new_session_secret()))
    at = {"model": "cases.grant", "field": "sealed", "row": 1}
    backup = vault.seal_record(slip, vault.grant(CASE, HANA.public, holder="hana"), **at)
    assert vault.open_grant(vault.open_record(slip, backup, **at), HANA, **FACTS) == CASE
    another = vault.record_key("slip", vault.InstanceKey(number=0, secret=vault.new_session_secret()))
    with pytest.raises(vault.CannotOpen):
        vault.open_record(another, backup, **at)
    with pytest.raises(vault.CannotOpen):
        vault.open_grant(backup, HANA, **FACTS)
