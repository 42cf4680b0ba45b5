import copy
import dataclasses
import importlib
import inspect
import io
import json
import pickle
import pkgutil
import traceback

import pytest

from amparo.core import vault
from amparo.core.vault._secret import Unstorable, subkey
from tests.core.vault.cast import CASE, HANA, OMAR, PLACE, QUICK

# 32 bytes whose first and last are such that X25519 leaves them as they are.
CANARY = b"h-canary-of-Sam-0123456789-abcde"
assert len(CANARY) == 32
assert vault.HolderKey(private=CANARY).private == CANARY
FORMS = [CANARY.decode(), CANARY.hex(), CANARY.hex().upper(), repr(CANARY), str(list(CANARY)), CANARY.decode()[8:24]]
INSTANCE = vault.InstanceKey(number=1, secret=CANARY)
WITH_SECRETS = [
    vault.HolderKey(private=CANARY),
    vault.CaseKey(case="sam-1", version=1, secret=CANARY),
    INSTANCE,
    vault.RecordKey(purpose="banks", current=1, subkeys={1: CANARY}),
    vault.Share(number=1, split=b"1234", part=CANARY),
]


def names_of(value):
    return type(value).__name__


@pytest.mark.parametrize("value", WITH_SECRETS, ids=names_of)
def test_no_secret_stands_in_what_is_printed(value):
    printed = [repr(value), str(value), f"{value}", repr([value]), repr({"key": value})]
    assert [form for form in FORMS if form in " ".join(printed)] == []


@pytest.mark.parametrize("value", WITH_SECRETS, ids=names_of)
def test_an_unlocked_key_is_never_pickled_copied_or_written_as_json(value):
    for store in (pickle.dumps, copy.copy, copy.deepcopy, lambda key: pickle.dumps({"session": [key]}, protocol=0)):
        with pytest.raises(vault.NotStorable, match="never stored"):
            store(value)
    with pytest.raises(TypeError):
        json.dumps({"key": value})


def test_every_value_with_bytes_in_it_is_among_the_tested_or_says_that_they_are_public():
    """A dataclass added later with a secret in it is found by its type: what `repr` shows is listed here."""
    shown = set()
    for module in pkgutil.iter_modules(vault.__path__):
        for _, value in inspect.getmembers(
            importlib.import_module(f"amparo.core.vault.{module.name}"), inspect.isclass
        ):
            if dataclasses.is_dataclass(value) and value.__module__.startswith("amparo.core.vault"):
                secret = [field for field in dataclasses.fields(value) if not field.repr]
                if any("bytes" in str(field.type) for field in secret):
                    assert issubclass(value, Unstorable), value
                    assert value in {type(known) for known in WITH_SECRETS}, value
                shown |= {
                    (value.__name__, field.name)
                    for field in dataclasses.fields(value)
                    if field.repr and "bytes" in str(field.type)
                }
    assert shown == {("HolderKey", "public"), ("Share", "split")}


# Everything that can fail, called with the canary as the secret, the text, the password, or what was typed.
SEALED = vault.seal_field(CASE, CANARY, **PLACE)
KEY = vault.CaseKey(case="sam-1", version=1, secret=CANARY)
WRAPPED = vault.wrap(vault.HolderKey(private=CANARY), CANARY.decode(), holder="sam", cost=QUICK)
RECORDS = vault.record_key("banks", INSTANCE)
SHARE = vault.Share(number=1, split=b"1234", part=CANARY)
RECORD_AT = {"model": "banks.entry", "field": "code", "row": 1}
AT = {name: PLACE[name] for name in ("case", "model", "field", "row", "version")}
FAILURES = {
    "field, wrong key": lambda: vault.open_field(KEY, SEALED, **PLACE),
    "field, wrong place": lambda: vault.open_field(CASE, SEALED, **PLACE | {"row": 8}),
    "field, wrong version": lambda: vault.open_field(CASE, SEALED, **PLACE | {"version": 2}),
    "field, wrong case": lambda: vault.seal_field(KEY, CANARY, **PLACE | {"case": "sam-2"}),
    "field, plain text": lambda: vault.open_field(CASE, CANARY, **PLACE),
    "field, too long": lambda: vault.seal_field(CASE, CANARY * 40_000, **PLACE),
    "field, no row": lambda: vault.seal_field(CASE, CANARY, **PLACE | {"row": None}),
    "door, bad public key": lambda: vault.seal_in(CANARY[:31], CANARY, **PLACE),
    "door, wrong key": lambda: vault.open_in(KEY, vault.seal_in(CASE.public, CANARY, **PLACE), **PLACE),
    "re-key, two cases": lambda: vault.rekey_field(
        SEALED, old=KEY, new=vault.new_case_key("sam-2"), model="m", field="f", row=1
    ),
    "grant, wrong holder": lambda: vault.open_grant(
        vault.grant(KEY, HANA.public, holder="hana"), OMAR, case="sam-1", holder="hana", version=1, public=KEY.public
    ),
    "grant, wrong public half": lambda: vault.open_grant(
        vault.grant(KEY, HANA.public, holder="hana"), HANA, case="sam-1", holder="hana", version=1, public=CANARY
    ),
    "wrapped, wrong password": lambda: vault.unwrap(WRAPPED, CANARY.decode()[::-1], holder="sam"),
    "wrapped, wrong holder": lambda: vault.unwrap(WRAPPED, CANARY.decode(), holder="omar"),
    "wrapped, plain": lambda: vault.unwrap(CANARY, CANARY.decode(), holder="omar"),
    "session, short secret": lambda: vault.lock_for_session(HANA, CANARY[:31], holder="hana"),
    "session, wrong secret": lambda: vault.open_from_session(
        vault.lock_for_session(vault.HolderKey(private=CANARY), vault.new_session_secret(), holder=1), CANARY, holder=1
    ),
    "private key, short": lambda: vault.HolderKey(private=CANARY[:31]),
    "instance key, twice": lambda: vault.record_key("banks", INSTANCE, INSTANCE),
    "instance key, number": lambda: vault.InstanceKey(number=999, secret=CANARY),
    "instance key, weak": lambda: vault.InstanceKey(number=1, secret=CANARY[:1] * 32),
    "record, wrong purpose": lambda: vault.open_record(
        vault.record_key("outbox", INSTANCE), vault.seal_record(RECORDS, CANARY, **RECORD_AT), **RECORD_AT
    ),
    "file, wrong place": lambda: vault.open_file(
        CASE, vault.seal_file(CASE, io.BytesIO(CANARY), io.BytesIO(), **AT), io.BytesIO(), io.BytesIO(), **AT
    ),
    "share, mistyped": lambda: vault.read_share(SHARE.text[:-1] + "U"),
    "share, wrong line": lambda: vault.read_share(
        SHARE.text.replace(SHARE.text[3], "Z" if SHARE.text[3] != "Z" else "Y")
    ),
    "share, alone": lambda: vault.combine([SHARE], public=HANA.public),
    "shares, wrong": lambda: vault.combine(
        [SHARE, vault.Share(number=2, split=b"1234", part=bytes(32))], public=HANA.public
    ),
    "url, none": lambda: vault.blind(CANARY, CANARY.decode()),
    "url, bad host": lambda: vault.blind(CANARY, f"https://{CANARY.decode()} /"),
    "url, bad address": lambda: vault.blind(CANARY, f"https://[{CANARY.decode()}]/"),
    "index key, short": lambda: vault.blind(CANARY[:31], "https://example.org/"),
    "pickled": lambda: pickle.dumps(KEY),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_no_secret_stands_in_any_error_nor_in_what_it_is_chained_to(failure):
    with pytest.raises(Exception) as refused:
        failure()
    assert type(refused.value).__module__.startswith("amparo.core.vault")
    shown = "".join(traceback.format_exception_only(refused.value))
    error = refused.value
    while error is not None:
        shown += f"{error} {error!r} {error.args!r}"
        error = error.__cause__ or error.__context__
    typed = [*FORMS, SHARE.text, *SHARE.text.split(), CANARY.decode()[::-1]]
    assert [form for form in typed if form in shown] == []


def test_what_does_not_open_gives_one_answer_whatever_the_reason():
    said = set()
    for reason in ("field, wrong key", "field, wrong place", "door, wrong key", "grant, wrong holder",
                   "wrapped, wrong password", "wrapped, wrong holder", "session, wrong secret", "record, wrong purpose",
                   "file, wrong place"):  # fmt: skip
        with pytest.raises(vault.CannotOpen) as refused:
            FAILURES[reason]()
        said.add((type(refused.value), str(refused.value)))
    assert len(said) == 1


# -- derivation: RFC 5869 appendix A, computed with the same two steps


def hkdf(material, salt, info, length):
    import hashlib
    import hmac

    extracted = hmac.new(salt, material, hashlib.sha256).digest()
    block, output, count = b"", b"", 1
    while len(output) < length:
        block = hmac.new(extracted, block + info + bytes([count]), hashlib.sha256).digest()
        output, count = output + block, count + 1
    return output[:length]


def test_the_slow_twin_is_the_hkdf_of_rfc_5869():
    found = hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    assert found.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )  # fmt: skip


@pytest.mark.parametrize("purpose", [b"", b"field", b"door", b"x" * 200])
def test_a_subkey_is_hkdf_sha256_with_our_salt(purpose):
    assert subkey(CANARY, purpose) == hkdf(CANARY, b"amparo vault 1", purpose, 32)


def test_every_name_of_the_public_face_is_there():
    assert sorted(set(vault.__all__)) == sorted(vault.__all__)
    assert [name for name in vault.__all__ if not hasattr(vault, name)] == []
