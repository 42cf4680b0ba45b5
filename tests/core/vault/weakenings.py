"""The promises of the vault, each with a change to the source that breaks it and the test that has to notice."""

from tests.weaken.weakening import Weakening as Row

AEAD = ("text, start + place, nonce, key", "sealed, whole[:start] + place, nonce, key")


def Weakening(  # noqa: N802, PLR0917  it makes one; read as a table
    promise: str, file: str, carrier: str, how: str, test: str, changes: tuple[tuple[str, str], ...]
) -> Row:
    """file: below core/vault. test: below tests/core/vault."""
    return Row("vault", f"core/vault/{file}", carrier, how, f"tests/core/vault/{test}", changes, promise)


def _place(part: str, test: str = "test_fields.py::test_a_text_moved_to_another_place_is_refused") -> Row:
    return Weakening(
        f"a text is bound to its {part}", "_places.py", "Place.under", f"{part} left out", test,
        ((f"{part}=self.{part}", f'{part}="any"'),),
    )  # fmt: skip


def _repr(file: str, name: str, line: str) -> Row:
    return Weakening(
        f"a printed {name} shows no secret", file, name, "`repr=False` left out",
        "test_secrets.py::test_no_secret_stands_in_what_is_printed",
        ((f"{line} = field(repr=False)", f"{line} = field()"),),
    )  # fmt: skip


ALL = [
    # -- envelopes and places
    Weakening(
        "a ciphertext opens in its place only", "_envelope.py", "seal, unseal", "no associated data",
        "test_fields.py::test_a_text_moved_to_another_place_is_refused",
        ((AEAD[0], 'text, b"", nonce, key'), (AEAD[1], 'sealed, b"", nonce, key')),
    ),
    *(_place(part) for part in ("case", "model", "field", "row", "version", "revision")),
    Weakening(
        "the head is bound to the rest", "_envelope.py", "seal, unseal", "head not in the associated data",
        "test_records.py::test_the_number_of_a_key_cannot_be_forged",
        ((AEAD[0], "text, place, nonce, key"), (AEAD[1], "sealed, place, nonce, key")),
    ),
    Weakening(
        "two places never have the same bytes", "_binding.py", "bound", "parts without their lengths",
        "test_fields.py::test_parts_that_run_together_to_the_same_text_are_different_places",
        (('len(text).to_bytes(4, "big") + text', "text"),),
    ),
    Weakening(
        "nothing is sealed for a row without an id", "_binding.py", "name", "None accepted",
        "test_fields.py::test_a_place_without_an_identifier_is_refused",
        (("if isinstance(part, bool)", "if False and isinstance(part, bool)"),),
    ),
    Weakening(
        "no nonce comes twice", "_envelope.py", "seal", "a fixed nonce",
        "test_fields.py::test_the_same_text_never_looks_the_same",
        (("secrets.token_bytes(NONCE)", "bytes(NONCE)"),),
    ),
    Weakening(
        "only known forms are opened, each where it belongs", "_envelope.py", "read_form", "any algorithm accepted",
        "test_fields.py::test_what_the_door_sealed_does_not_pass_for_what_a_worker_wrote_nor_the_other_way",
        (("if whole[1] not in algorithms", "if whole[1] not in (1, 2)"),),
    ),
    Weakening(
        "another version is named and refused", "_envelope.py", "expect_version", "not compared",
        "test_fields.py::test_a_text_under_another_version_says_which_and_is_refused",
        (("        if found != version", "        if False"),),
    ),
    Weakening(
        "a text is sealed under the key of its case", "_places.py", "seal_at", "key not compared with the place",
        "test_fields.py::test_sealing_with_the_key_of_another_case_or_version_is_refused",
        (("if (key.case, key.version) !=", "if False and (key.case, key.version) !="),),
    ),
    Weakening(
        "fields have a subkey of their own", "_places.py", "seal_at, open_at", "the case key itself",
        "test_fields.py::test_a_field_has_the_bytes_that_the_document_says",
        (("return seal(subkey(key.secret, label.encode())", "return seal(key.secret"),
         ("unseal(subkey(key.secret, label.encode())", "unseal(key.secret")),
    ),
    # -- padding
    Weakening(
        "lengths are hidden in buckets", "_padding.py", "bucket", "the length as it is",
        "test_fields.py::test_texts_of_one_bucket_have_one_length",
        (("return next((", "return whole or next(("),),
    ),
    Weakening(
        "a text has one padded form", "_padding.py", "unpad", "length not compared",
        "test_fields.py::test_a_padded_text_with_a_false_length_is_refused_even_by_who_has_the_key",
        (("if length > LONGEST or len(text) != length or pad(text) != frame", "if length > LONGEST"),),
    ),
    # -- the door
    Weakening(
        "what the door sealed is bound to its place", "_places.py", "open_in_at", "place not compared",
        "test_fields.py::test_a_text_moved_to_another_place_is_refused",
        (("if not hmac.compare_digest(inside[: len(expected)], expected)", "if False"),),
    ),
    Weakening(
        "re-keying keeps the door's texts apart", "_places.py", "rekey_at", "sealed anew as a worker's",
        "test_fields.py::test_rekeying_keeps_the_text_and_the_old_key_opens_nothing_of_it",
        (("return seal_in_at(new.public, open_in_at", "return seal_at(new, open_in_at"),),
    ),
    # -- grants and versions
    Weakening(
        "a grant is bound to case, holder and version", "_cases.py", "open_grant", "place not compared",
        "test_grants.py::test_a_grant_moved_to_another_case_holder_or_version_is_refused",
        (("if not hmac.compare_digest(place,", "if False and not hmac.compare_digest(place,"),),
    ),
    Weakening(
        "a made-up grant is refused", "_cases.py", "open_grant", "public half not compared",
        "test_grants.py::test_a_grant_of_another_key_that_somebody_slipped_in_is_refused",
        (("if not hmac.compare_digest(key.public,", "if False and not hmac.compare_digest(key.public,"),),
    ),
    Weakening(
        "a leaver's key opens nothing new", "_cases.py", "next_version", "the old secret kept",
        "test_grants.py::test_a_leaver_opens_nothing_that_is_sealed_after_the_case_was_rekeyed",
        (("version=key.version + 1, secret=new_secret()", "version=key.version + 1, secret=key.secret"),),
    ),
    Weakening(
        "the public half tells nothing of the key", "_cases.py", "CaseKey.private", "the case key as private half",
        "test_grants.py::test_a_new_case_has_a_key_that_no_other_case_has",
        (('return subkey(self.secret, b"door")', "return self.secret"),),
    ),
    # -- holders
    Weakening(
        "a guess at a password costs Argon2id", "_holders.py", "wrap", "one SHA-256 instead",
        "test_holders.py::test_a_wrapped_key_has_the_bytes_that_the_document_says",
        (
            (
                "hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)",
                '__import__("hashlib").sha256(salt + secret).digest()',
            ),
        ),
    ),
    Weakening(
        "the cost is that of RFC 9106", "_holders.py", "COST", "one pass over 8 KiB",
        "test_holders.py::test_the_cost_is_the_second_option_of_rfc_9106_in_one_lane",
        (("COST = Cost(passes=3, memory_kib=64 * 1024)", "COST = Cost(passes=1, memory_kib=8)"),),
    ),
    Weakening(
        "every wrapping has its own salt", "_holders.py", "wrap", "a fixed salt",
        "test_holders.py::test_every_wrapping_has_a_salt_and_a_nonce_of_its_own",
        (("token_bytes(16)", "bytes(16)"),),
    ),
    Weakening(
        "a wrapped key belongs to its holder", "_holders.py", "wrap, unwrap", "holder left out",
        "test_holders.py::test_a_wrapped_key_in_the_row_of_another_holder_is_refused",
        (('bound("amparo wrapped key", holder=holder)', 'bound("amparo wrapped key")'),),
    ),
    Weakening(
        "a planted cost does not stop the house", "_holders.py", "Cost", "no ceiling for memory",
        "test_holders.py::test_a_cost_that_would_stop_the_house_is_refused_at_once",
        (("= 10, 4, 256 * 1024", "= 10, 4, 2**20"),),
    ),
    Weakening(
        "a raised cost is taken up", "_holders.py", "needs_rewrap", "never asked for",
        "test_holders.py::test_a_key_wrapped_at_less_than_todays_cost_asks_to_be_wrapped_anew",
        (("return found.passes < cost.passes or", "return False and"),),
    ),
    Weakening(
        "a session's key opens with the cookie only", "_holders.py", "lock_for_session", "the secret not used",
        "test_holders.py::test_an_unlocked_key_in_a_session_opens_with_the_cookies_secret_only",
        (('subkey(checked(session_secret, "a session secret"), b"session")', 'subkey(bytes(32), b"session")'),),
    ),
    Weakening(
        "a session's key belongs to its holder", "_holders.py", "open_from_session", "holder left out",
        "test_holders.py::test_an_unlocked_key_in_a_session_opens_with_the_cookies_secret_only",
        (('bound("amparo session key", holder=holder)\n    return seal',
          'bound("amparo session key")\n    return seal'),
         ('bound("amparo session key", holder=holder)\n    return HolderKey',
          'bound("amparo session key")\n    return HolderKey')),
    ),
    # -- files
    Weakening(
        "a file without its end is refused", "_files.py", "file_chunks", "the end of the input taken for the end",
        "test_files.py::test_a_file_cut_off_between_two_chunks_is_refused",
        (("    if len(sealed) != _", '    if not sealed:\n        return b"", True\n    if len(sealed) != _'),),
    ),
    Weakening(
        "nothing may follow a file", "_files.py", "file_chunks", "what follows ignored",
        "test_files.py::test_anything_after_the_end_of_a_file_is_refused",
        (("if last and source.read(1)", "if False"),),
    ),
    Weakening(
        "every chunk but the last is full", "_files.py", "file_chunks", "not compared",
        "test_files.py::test_a_stream_of_another_form_is_refused",
        ((" or not (last or length == CHUNK)", ""),),
    ),
    Weakening(
        "a file has a key of its own", "_files.py", "seal_file", "one key for all",
        "test_files.py::test_a_chunk_of_another_file_is_refused",
        (("file_key = new_secret()", "file_key = bytes(32)"),),
    ),
    Weakening(
        "stored sizes tell steps only", "_files.py", "seal_file", "the last chunk as it is",
        "test_files.py::test_files_of_one_number_of_chunks_have_one_size",
        (('.ljust(_FRAME, b"\\0")', ""),),
    ),
    Weakening(
        "memory stays small", "_files.py", "seal_file", "the whole file read at once",
        "test_files.py::test_memory_stays_small_however_long_the_file_is",
        (("    chunk = _fill(source, CHUNK)", "    source = BytesIO(source.read())\n    chunk = _fill(source, CHUNK)"),
         ("from typing import BinaryIO", "from io import BytesIO\nfrom typing import BinaryIO")),
    ),
    # -- records and the index
    Weakening(
        "every purpose has a subkey", "_records.py", "record_key", "one for all",
        "test_records.py::test_purposes_have_subkeys_of_their_own_and_none_is_the_instance_key",
        (('label = bound("amparo record", purpose=purpose)', 'label = bound("amparo record")'),),
    ),
    Weakening(
        "a record is bound to its purpose", "_records.py", "seal_record", "purpose left out",
        "test_records.py::test_the_key_of_one_purpose_opens_nothing_of_another",
        (('bound("amparo record", purpose=key.purpose, model', 'bound("amparo record", model'),),
    ),
    *(
        Weakening(
            f"a record is bound to its {part}", "_records.py", "seal_record", f"{part} left out",
            "test_records.py::test_a_record_moved_to_another_place_is_refused",
            ((f"{part}={part}", f'{part}="any"'),),
        )
        for part in ("model", "field", "row", "revision")
    ),
    Weakening(
        "a placeholder is no instance key", "_records.py", "InstanceKey", "not looked at",
        "test_records.py::test_a_placeholder_is_no_instance_key",
        (("_LEAST_DIFFERENT = 17", "_LEAST_DIFFERENT = 0"),),
    ),
    Weakening(
        "blind values of two purposes never compare", "_records.py", "blind_value", "purpose left out",
        "test_records.py::test_blind_values_of_two_purposes_or_two_instances_never_compare",
        (('bound("amparo blind value", purpose=purpose)', 'bound("amparo blind value")'),),
    ),
    Weakening(
        "a blind value needs its key", "_records.py", "blind_value", "key not used",
        "test_records.py::test_blind_values_of_two_purposes_or_two_instances_never_compare",
        (('key = subkey(checked(index_key, "an index key"),', "key = subkey(bytes(32),"),),
    ),
    Weakening(
        "the blind index needs its key", "_urls.py", "blind", "key not used",
        "test_urls.py::test_without_the_key_the_value_cannot_be_recomputed",
        (('hmac.digest(checked(index_key, "an index key"),', "hmac.digest(bytes(32),"),),
    ),
    Weakening(
        "the same address is found however it was copied", "_urls.py", "blind", "the address as typed",
        "test_urls.py::test_the_same_address_in_two_cases_is_found_and_nothing_else",
        (("canonical_url(url).encode()", "url.encode()"),),
    ),
    # -- recovery
    Weakening(
        "one share says nothing", "_shamir.py", "split_bytes", "coefficients not random",
        "test_recovery.py::test_one_share_of_a_fixed_secret_is_spread_over_all_bytes",
        (("secrets.token_bytes(threshold - 1)", "bytes(threshold - 1)"),),
    ),
    Weakening(
        "an altered share is refused", "_recovery.py", "combine", "public half not compared",
        "test_recovery.py::test_a_share_altered_by_who_can_compute_its_check_is_refused",
        ((" or key.public != bytes(public)", ""),),
    ),
    Weakening(
        "a share altered where X25519 does not look is refused", "_recovery.py", "combine", "private half not compared",
        "test_recovery.py::test_an_alteration_that_x25519_would_not_notice_is_refused",
        ((" or key.private != private", ""),),
    ),
    Weakening(
        "an altered third share is noticed", "_recovery.py", "combine", "third share not compared",
        "test_recovery.py::test_an_altered_third_share_is_noticed_even_though_two_would_do",
        (("if not fit or", "if"),),
    ),
    Weakening(
        "shares of two cuttings are refused by name", "_recovery.py", "combine", "not compared",
        "test_recovery.py::test_shares_of_two_cuttings_are_refused",
        (("if len({share.split for share in given}) > 1", "if False"),),
    ),
    Weakening(
        "one share is too few", "_recovery.py", "combine", "threshold of one",
        "test_recovery.py::test_one_share_is_too_few",
        (("THRESHOLD = 2", "THRESHOLD = 1"),),
    ),
    Weakening(
        "a slip of the pen is found in its line", "_recovery.py", "read_share", "lines not checked",
        "test_recovery.py::test_a_slip_of_the_pen_is_found_in_its_line",
        (("if content[-1:] != _line_check(line, content[:-1])", "if False"),),
    ),
    Weakening(
        "lines of two papers are refused", "_recovery.py", "read_share", "whole not checked",
        "test_recovery.py::test_lines_of_two_papers_are_refused",
        (('if check != _digest(b"share", start)[:_CHECK]', "if False"),),
    ),
    # -- secrets stay in memory
    _repr("_holders.py", "HolderKey", "private: bytes"),
    _repr("_cases.py", "CaseKey", "secret: bytes"),
    _repr("_records.py", "InstanceKey", "secret: bytes"),
    _repr("_records.py", "RecordKey", "subkeys: Mapping[int, bytes]"),
    _repr("_recovery.py", "Share", "part: bytes"),
    Weakening(
        "an unlocked key is never pickled", "_secret.py", "Unstorable", "pickling allowed",
        "test_secrets.py::test_an_unlocked_key_is_never_pickled_copied_or_written_as_json",
        (("def __reduce_ex__", "def reduced"),),
    ),
    Weakening(
        "no error quotes what was typed", "_urls.py", "canonical_url", "the address in the message",
        "test_secrets.py::test_no_secret_stands_in_any_error_nor_in_what_it_is_chained_to",
        (('BadUrl("an address has a scheme', 'BadUrl(url + "an address has a scheme'),),
    ),
    Weakening(
        "no error carries a quoting one along", "_urls.py", "canonical_url", "raised inside the handler",
        "test_urls.py::test_what_is_no_address_is_refused_without_being_quoted",
        (
            ("    with suppress(UnicodeError, ipaddress.AddressValueError):", "    try:"),
            ('    raise BadUrl("the address has a', '    except ValueError:\n        raise BadUrl("the address has a'),
        ),
    ),
]  # fmt: skip
