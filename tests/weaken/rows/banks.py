"""What is promised of banks and the gate: P9, P10, P17 to P20, P60 to P65, P100."""

# ruff: noqa: E501  what is replaced is told as it stands

from tests.weaken.weakening import weak

BANKS, GATE, API = "apps/banks", "apps/gate", "sites/api"

ALL = [
    # -- P9, P10: withdrawal
    weak(
        "P9", f"{BANKS}/actions.py::withdraw_entry", "the index hears nothing of it",
        f"{BANKS}/test_index.py::test_a_withdrawn_entry_is_not_found",
        ("    Change.objects.create(seq=event.seq, entry=entry, kind=Change.Kind.WITHDRAWN, at=now)\n", ""),
    ),
    weak(
        "P9", f"{BANKS}/queries.py::known", "a withdrawn entry counts if the index still holds it",
        f"{GATE}/test_check.py::test_a_withdrawn_entry_is_allowed_at_the_next_check",
        ("if one < FRAME_IDS], withdrawn_at=None, bank_id__in=banks", "if one < FRAME_IDS], bank_id__in=banks"),
    ),
    weak(
        "P9", f"{BANKS}/actions.py::withdraw_entry", "the fingerprint kept",
        f"{BANKS}/test_banks.py::test_a_withdrawn_entry_forgets_its_fingerprint_and_stays_on_record",
        ("    entry.sealed = entry.sealed_stronger = entry.blind_md5 = None\n", "    entry.sealed_stronger = entry.blind_md5 = None\n"),
    ),
    weak(
        "P10", f"{API}/routes.py::_record", "told as it was",
        f"{API}/test_feed.py::test_a_withdrawn_entrys_fingerprint_is_shown_nowhere_not_even_where_it_was_added",
        ("    if entry.withdrawn_at is not None:\n        return told\n", ""),
    ),
    weak(
        "P10", f"{BANKS}/queries.py::feed", "withdrawals left out",
        f"{API}/test_feed.py::test_who_has_the_entry_hears_of_its_withdrawal_after_the_cursor",
        ("Change.objects.filter(seq__gt=after,", "Change.objects.filter(kind=Change.Kind.ADDED, seq__gt=after,"),
    ),
    # -- P17 to P20: the gate
    weak(
        "P17", f"{API}/bodies.py::_OneFile", "pieces lie in temporary files meanwhile",
        f"{API}/test_bodies.py::test_an_upload_never_touches_the_disk",
        ("        self._chunks.append(raw_data)\n",
         ('        with __import__("tempfile").TemporaryFile() as file:\n            file.write(raw_data)\n'
         "        self._chunks.append(raw_data)\n")),
    ),
    weak(
        "P17", f"{GATE}/actions.py::check", "one that passes is written down",
        f"{GATE}/test_check.py::test_a_picture_that_passes_leaves_nothing_behind",
        ("    return ALLOWED if seen.whole else NOT_FULLY_CHECKED",
         "    record(Event.Kind.GATE_DECIDED, by, by=by, at=now)\n    return ALLOWED if seen.whole else NOT_FULLY_CHECKED"),
    ),
    weak(
        "P18", f"{GATE}/actions.py::_decide", "the distance in its words",
        f"{API}/test_gate.py::test_no_answer_tells_the_distance_the_entry_or_its_fingerprint",
        ("        form=match.form,\n        reasons=decision.statement,",
         '        form=f"{match.form}, distance {match.distance}",\n        reasons=decision.statement,'),
    ),
    weak(
        "P18", f"{API}/answers.py::answer_json", "one more field",
        f"{API}/test_gate.py::test_the_block_tells_reference_ground_bank_form_reasons_and_appeal_and_no_more",
        ('        "form": answer.form,\n    }\n    if answer.reasons', '        "form": answer.form,\n        "bits": 7,\n    }\n    if answer.reasons'),
    ),
    weak(
        "P18", f"{API}/answers.py::decision_fields", "the entry beside the bank when a decision is read later",
        f"{API}/test_decisions.py::test_the_decision_is_told_word_for_word_as_it_was",
        ('        "bank": decision.entry.bank.handle,\n', '        "bank": f"{decision.entry.bank.handle}/{decision.entry_id}",\n'),
    ),
    weak(
        "P19", f"{API}/gate.py::_answered", "allowed when something fails",
        f"{API}/test_unavailable.py::test_without_a_database_the_answer_is_hold",
        ("return 503, json_of(UNAVAILABLE), RETRY_AFTER", 'return 503, json_of(UNAVAILABLE | {"decision": "allow"}), RETRY_AFTER'),
    ),
    weak(
        "P19", "conf/sqlite/_file.py::address_of", "a file that is gone is made anew",
        f"{API}/test_unavailable.py::test_a_database_whose_file_goes_is_hold_and_is_not_made_anew_and_one_that_comes_back_is_asked",
        ("    if not is_file(name) or _may_create:\n", "    if name:\n"),
    ),
    weak(
        "P19", "conf/sqlite/_begun.py::refuse_to_begin_again", "an empty one is begun where one was",
        "cli/test_missing_database.py::test_a_database_that_was_begun_once_is_not_begun_again_unasked",
        ("and not (path.exists() and path.stat().st_size)", "and not path.parent.exists()"),
    ),
    weak(
        "P20", f"{API}/keys.py::TRUSTED_SECONDS", "five seconds",
        f"{API}/test_keys.py::test_a_revoked_key_stops_within_a_second",
        ("TRUSTED_SECONDS = 1.0", "TRUSTED_SECONDS = 5.0"),
    ),
    weak(
        "P20", f"{API}/keys.py::_live", "revoking not looked at",
        f"{API}/test_keys.py::test_a_revoked_key_stops_within_a_second",
        ("filter(digest=digest, revoked_at=None)", "filter(digest=digest)"),
    ),
    weak(
        "P20", "apps/accounts/actions/_api_keys.py::issue_key", "kept as its hint",
        "apps/accounts/test_accounts.py::test_a_key_is_nowhere_kept",
        ("hint=secret[len(KEY_PREFIX) : len(KEY_PREFIX) + 6],", "hint=secret[len(KEY_PREFIX) :],"),
        ("    key.full_clean()\n", ""),
        ("at=now, hint=key.hint)\n    return key, secret", "at=now)\n    return key, secret"),
    ),
    # -- P60 to P63: sealed banks
    weak(
        "P60", f"{BANKS}/sealing.py::seal_entry", "kept in plain",
        f"{BANKS}/test_sealed.py::test_no_fingerprint_stands_in_any_table_as_it_is",
        ('    return seal_record(records(PURPOSE), content, model="banks.entry", field="sealed", row=row)', "    return content"),
        ('    return open_record(records(PURPOSE), sealed, model="banks.entry", field="sealed", row=row)', "    return bytes(sealed)"),
    ),
    weak(
        "P60", f"{BANKS}/sealing.py::seal_frame", "frames of videos kept in plain",
        f"{BANKS}/test_sealed.py::test_no_fingerprint_stands_in_any_table_as_it_is",
        ('    return seal_record(records(PURPOSE), code, model="banks.frame", field="sealed", row=f"{entry:d}.{number:d}")',
         "    return code"),
        ('    return open_record(records(PURPOSE), sealed, model="banks.frame", field="sealed", row=f"{entry:d}.{number:d}")',
         "    return bytes(sealed)"),
    ),
    weak(
        "P60", f"{BANKS}/sealing.py::seal_entry", "row left out",
        f"{BANKS}/test_banks.py::test_a_sealed_code_counts_in_its_own_row_alone",
        ('content, model="banks.entry", field="sealed", row=row)', 'content, model="banks.entry", field="sealed", row=0)'),
        ('sealed, model="banks.entry", field="sealed", row=row)', 'sealed, model="banks.entry", field="sealed", row=0)'),
    ),
    weak(
        "P61", f"{BANKS}/place.py::private_folder", "others may read what is made",
        f"{BANKS}/test_place.py::test_a_folder_is_made_private_and_one_that_others_may_write_to_is_refused",
        ("exist_ok=True, mode=0o700)", "exist_ok=True, mode=0o755)"),
    ),
    weak(
        "P61", f"{BANKS}/place.py::private_folder", "taken although others may write to it",
        f"{BANKS}/test_place.py::test_a_folder_is_made_private_and_one_that_others_may_write_to_is_refused",
        (" or found.st_mode & 0o022:", ":"),
    ),
    weak(
        "P61", f"{BANKS}/place.py::default_path", "on the disk, though there is memory",
        f"{BANKS}/test_place.py::test_the_default_place_differs_for_every_home_and_key_and_tells_neither",
        ("    if not is_in_memory(SHARED_MEMORY) or _bytes_of(SHARED_MEMORY) < LEAST_BYTES:\n", "    if key:\n"),
    ),
    weak(
        "P61", f"{BANKS}/health.py::health", "an index on a disk is not told",
        f"{BANKS}/test_health.py::test_the_engines_and_an_index_on_a_disk_are_told",
        ("    if not in_memory:\n", "    if in_memory:\n"),
    ),
    weak(
        "P62", f"{BANKS}/migrations/0005_overwrite_what_was_plain.py::write_anew", "the tables not written anew",
        f"{BANKS}/test_migrations.py::test_plain_codes_are_sealed_open_to_what_they_were_and_stay_nowhere_in_the_database",
        ('            cursor.execute("VACUUM")\n            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")', "            pass"),
    ),
    weak(
        "P63", f"{GATE}/actions.py::check", "allowed",
        f"{GATE}/test_videos.py::test_a_video_in_which_nothing_is_known_and_of_which_only_a_part_plays_is_held",
        ("    return ALLOWED if seen.whole else NOT_FULLY_CHECKED", "    return ALLOWED"),
    ),
    # -- P64, P65: the stronger tier
    weak(
        "P64", f"{BANKS}/sealing.py::seal_stronger", "kept in plain",
        f"{BANKS}/test_sealed.py::test_no_fingerprint_stands_in_any_table_as_it_is",
        ('    return seal_record(records(PURPOSE_STRONGER), content, model="banks.entry", field="sealed_stronger", row=row)', "    return content"),
    ),
    weak(
        "P64", f"{BANKS}/sealing.py::seal_stronger", "row left out",
        f"{BANKS}/test_stronger.py::test_a_record_opens_for_its_own_row_and_purpose_alone",
        ('content, model="banks.entry", field="sealed_stronger", row=row)', 'content, model="banks.entry", field="sealed_stronger", row=0)'),
        ('sealed, model="banks.entry", field="sealed_stronger", row=row)', 'sealed, model="banks.entry", field="sealed_stronger", row=0)'),
    ),
    weak(
        "P64", f"{BANKS}/actions.py::withdraw_entry", "the record kept",
        f"{BANKS}/test_stronger.py::test_a_withdrawn_entry_forgets_its_record",
        ("    entry.sealed = entry.sealed_stronger = entry.blind_md5 = None\n", "    entry.sealed = entry.blind_md5 = None\n"),
    ),
    weak(
        "P64", f"{BANKS}/migrations/0006_stronger_records.py::banks_stronger_record_of_a_live_picture_alone", "the database takes one of a withdrawn entry",
        f"{BANKS}/test_stronger.py::test_the_database_itself_keeps_no_record_of_a_withdrawn_entry_or_a_video",
        ('models.Q(("kind", "picture"), ("withdrawn_at__isnull", True))', 'models.Q(("kind", "picture"))'),
    ),
    weak(
        "P64", f"{API}/routes.py::_record", "told in the feed behind the fingerprint",
        f"{API}/test_stronger.py::test_no_answer_to_a_platform_holds_anything_of_the_record",
        ('told | {"fingerprint": code.hex(),', 'told | {"fingerprint": (code + bytes(entry.sealed_stronger or b"")).hex(),'),
    ),
    weak(
        "P65", f"{BANKS}/queries.py::strongly_known", "of every bank",
        f"{BANKS}/test_points.py::test_only_banks_whose_subscription_allows_it_are_asked",
        ("for bank, subscription in subscriptions.items() if subscription.stronger]", "for bank, subscription in subscriptions.items()]"),
    ),
    weak(
        "P65", f"{GATE}/points.py::look", "every subscription taken for one that allows it",
        f"{GATE}/test_stronger.py::test_who_was_not_allowed_to_is_not_told",
        (".items() if one.stronger}\n", ".items()}\n    for one in subscriptions.values():\n        one.stronger = True\n"),
    ),
    weak(
        "P65", f"{GATE}/matches.py::verdict", "blocked as subscribed",
        f"{GATE}/test_stronger.py::test_a_stronger_match_never_blocks_whatever_was_subscribed",
        ("    if ground in POSSIBLE and chosen is Decision.Answer.BLOCK:\n", "    if ground not in (*KNOWN, *POSSIBLE):\n"),
    ),
    weak(
        "P65", f"{GATE}/actions.py::check", "the stronger tier asked first",
        f"{GATE}/test_stronger.py::test_what_the_fast_lookups_know_is_answered_by_them",
        ("_match_of(upload, by, fast=True) or points.look(upload, of=by.organisation)", "points.look(upload, of=by.organisation) or _match_of(upload, by, fast=True)"),
    ),
    weak(
        "P65", f"{GATE}/migrations/0003_stronger_matches.py::gate_a_stronger_match_is_possible_and_tells_points", "the database takes any ground",
        f"{GATE}/test_stronger.py::test_the_database_lets_no_stronger_match_block",
        ('("form", "stronger"), ("ground", "possibly_known_picture"), ("points__isnull", False)', '("form", "stronger"), ("points__isnull", False)'),
    ),
    weak(
        "P65", f"{BANKS}/actions.py::subscribe", "the trail does not say it",
        f"{BANKS}/test_points.py::test_the_subscription_s_event_says_whether_it_may_ask",
        ("        on_match=on_match,\n        stronger=stronger,\n    )", "        on_match=on_match,\n    )"),
    ),
    # -- P100: statements of reasons
    weak(
        "P100", f"{GATE}/reasons.py::statement", "the uploader's language not asked",
        f"{GATE}/test_reasons.py::test_the_uploaders_language_goes_before_the_platforms_and_english_comes_last",
        ("    language = language_for(organisation, language)\n    general", '    language = language_for(organisation, "")\n    general'),
    ),
    weak(
        "P100", f"{GATE}/actions.py::_decide", "what is told is not what is kept",
        f"{GATE}/test_reasons.py::test_a_statement_once_given_stays_word_for_word",
        ("        reasons=decision.statement,", '        reasons=decision.statement and decision.statement | {"text": "other words"},'),
    ),
    weak(
        "P100", "core/law/_statement_words.py::read_statement_words", "English under every language",
        "core/law/test_statement.py::test_every_language_tells_the_same_facts",
        ("_as_english(book.child(code), english))", "english)"),
    ),
]  # fmt: skip
