"""Sealing: who may read what, kept by keys. And the survivor's code.

    key = new_case_key(case.id)
    granted = grant(key, hana.public, holder=hana.id)
    sealed = seal_field(key, b"...", case=case.id, model="cases.item", field="url", row=item.id, version=key.version)

docs/vault.md gives the formats to the byte, what is promised, and which key lives where.
"""

from amparo.core.vault._binding import BadPlace, Identifier
from amparo.core.vault._cases import CaseKey, WrongKey, grant, new_case_key, next_version, open_grant
from amparo.core.vault._code import BITS, LANGUAGES, BadCode, Code, TypedCode, new_code, parse_code
from amparo.core.vault._digest import (
    MEMORY_KIB,
    PASSES,
    code_matches,
    digest_code,
    needs_new_digest,
    spend_the_same,
)
from amparo.core.vault._envelope import BadPublicKey, CannotOpen, Sealed, UnknownFormat, WrongVersion, key_number
from amparo.core.vault._fields import open_field, open_in, rekey_field, seal_field, seal_in
from amparo.core.vault._files import file_chunks, open_file, rekey_file, seal_file
from amparo.core.vault._holders import (
    COST,
    BadCost,
    Cost,
    HolderKey,
    NoPassword,
    lock_for_session,
    needs_rewrap,
    new_holder_key,
    new_session_secret,
    open_from_session,
    public_half,
    rewrap,
    unwrap,
    words_as_password,
    wrap,
)
from amparo.core.vault._padding import TooLong
from amparo.core.vault._records import (
    InstanceKey,
    RecordKey,
    blind_value,
    index_key,
    needs_reseal,
    open_record,
    record_head,
    record_key,
    seal_record,
)
from amparo.core.vault._recovery import BadShare, Share, WrongShares, combine, read_share, split_recovery
from amparo.core.vault._secret import BadSecret, NotStorable
from amparo.core.vault._urls import BadUrl, blind, canonical_url

__all__ = [
    "BITS",
    "COST",
    "LANGUAGES",
    "MEMORY_KIB",
    "PASSES",
    "BadCode",
    "BadCost",
    "BadPlace",
    "BadPublicKey",
    "BadSecret",
    "BadShare",
    "BadUrl",
    "CannotOpen",
    "CaseKey",
    "Code",
    "Cost",
    "HolderKey",
    "Identifier",
    "InstanceKey",
    "NoPassword",
    "NotStorable",
    "RecordKey",
    "Sealed",
    "Share",
    "TooLong",
    "TypedCode",
    "UnknownFormat",
    "WrongKey",
    "WrongShares",
    "WrongVersion",
    "blind",
    "blind_value",
    "canonical_url",
    "code_matches",
    "combine",
    "digest_code",
    "file_chunks",
    "grant",
    "index_key",
    "key_number",
    "lock_for_session",
    "needs_new_digest",
    "needs_reseal",
    "needs_rewrap",
    "new_case_key",
    "new_code",
    "new_holder_key",
    "new_session_secret",
    "next_version",
    "open_field",
    "open_file",
    "open_from_session",
    "open_grant",
    "open_in",
    "open_record",
    "parse_code",
    "public_half",
    "read_share",
    "record_head",
    "record_key",
    "rekey_field",
    "rekey_file",
    "rewrap",
    "seal_field",
    "seal_file",
    "seal_in",
    "seal_record",
    "spend_the_same",
    "split_recovery",
    "unwrap",
    "words_as_password",
    "wrap",
]
