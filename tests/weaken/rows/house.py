"""What is promised of the trail, workers, logs, backups and signing in: P12 to P16, P21, P23, P40 to P49, P70 to P72."""

# ruff: noqa: E501  what is replaced is told as it stands

from tests.weaken.weakening import weak

LEDGER, CASES, ACCOUNTS = "apps/ledger", "apps/cases", "apps/accounts"
EVENTS, BACKUP_FILE = f"{LEDGER}/test_events.py", f"{LEDGER}/test_backup_file.py"
DELIVERY, KILLED = f"{CASES}/test_delivery.py", f"{CASES}/test_killed_workers.py"
LOOK, ADDRESS = f"{CASES}/checker/test_look.py", f"{CASES}/checker/test_address.py"
SECOND, FACTORS, UNLOCKED = "sites/desk/test_second_step.py", f"{ACCOUNTS}/test_factors.py", "ui/test_unlocked.py"
BACKUP = "journeys/test_backup.py"

ALL = [
    # -- P12, P13: the trail
    weak(
        "P12", f"{LEDGER}/queries.py::verify_chain", "what an event says is not compared",
        f"{EVENTS}::test_a_changed_field_is_found_at_its_event",
        ("        if event.hash != event.computed_hash():\n", "        if not event.hash:\n"),
    ),
    weak(
        "P12", f"{LEDGER}/queries.py::verify_chain", "a gap is passed over",
        f"{EVENTS}::test_a_missing_event_in_the_middle_is_found",
        ("        if event.seq != count:\n", "        if event.seq < count:\n"),
        ("        if event.previous_hash != head:\n", "        if not event.previous_hash:\n"),
    ),
    weak(
        "P12", f"{LEDGER}/queries.py::verify_chain", "an end cut off is passed over",
        f"{EVENTS}::test_missing_last_events_are_found",
        ("    if (count, head) != expected:\n", "    if count > expected[0]:\n"),
    ),
    weak(
        "P12", f"{LEDGER}/queries.py::verify_chain", "the noted head is not looked for",
        f"{EVENTS}::test_a_whole_chain_written_anew_is_found_with_a_head_noted_earlier",
        ("    if not anchored:\n", "    if not count:\n"),
    ),
    weak(
        "P12", f"{LEDGER}/models.py::computed_hash", "without the time",
        f"{EVENTS}::test_a_changed_field_is_found_at_its_event",
        ('            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),\n', ""),
    ),
    weak(
        "P13", f"{LEDGER}/migrations/0002_append_only.py::SQLITE", "no trigger against changes",
        f"{EVENTS}::test_the_database_refuses_to_change_an_event",
        ('    for verb in ("UPDATE", "DELETE")\n]\nPOSTGRESQL', '    for verb in ("DELETE",)\n]\nPOSTGRESQL'),
    ),
    weak(
        "P13", f"{LEDGER}/migrations/0002_append_only.py::SQLITE", "no trigger against deleting",
        f"{EVENTS}::test_the_database_refuses_to_delete_an_event",
        ('    for verb in ("UPDATE", "DELETE")\n]\nPOSTGRESQL', '    for verb in ("UPDATE",)\n]\nPOSTGRESQL'),
    ),
    # -- P14: killed workers
    weak(
        "P14", f"{CASES}/delivery.py::_begun", "what a dead worker left is sent again",
        f"{DELIVERY}::test_a_notice_that_a_dead_worker_left_is_never_sent_again_by_itself",
        (("    if notice.state == Notice.State.SENDING:\n        _doubt(notice, now=now)\n        return None\n"
         "    if notice.state != Notice.State.QUEUED or"),
         "    if notice.state not in {Notice.State.QUEUED, Notice.State.SENDING} or"),
    ),
    weak(
        "P14", f"{CASES}/delivery.py::run", "not written down before the mail server is told",
        f"{KILLED}::test_killed_after_the_servers_yes_the_notice_is_in_doubt_and_not_sent_again",
        ("            _deliver(job, clock=clock)", "            with transaction.atomic():\n                _deliver(job, clock=clock)"),
    ),
    weak(
        "P14", f"{LEDGER}/actions.py::find_lost", "what a dead worker held stays with it",
        f"{KILLED}::test_killed_at_any_moment_no_notice_leaves_twice_and_none_is_lost",
        ("        if (job.lease_until and job.lease_until < now) or _died_here(job.claimed_by)", "        if job.pk is None"),
    ),
    weak(
        "P14", f"{CASES}/delivery.py::find_abandoned", "what stayed under way is not shown",
        f"{DELIVERY}::test_what_stayed_sending_without_a_worker_is_shown",
        ("    for notice in left:\n        _doubt(notice, now=now)\n    return len(left)", "    return len(left)"),
    ),
    # -- P15, P16: the checker
    weak(
        "P15", f"{CASES}/checker/_address.py::vetted", "addresses not looked at",
        f"{ADDRESS}::test_a_private_address_in_any_spelling_is_refused_after_resolving",
        ("not all(is_public(address) for address in addresses)", "not addresses"),
    ),
    weak(
        "P15", f"{CASES}/checker/_address.py::vetted", "one public address among several will do",
        f"{ADDRESS}::test_one_private_address_among_several_refuses_them_all",
        ("not all(is_public(address) for address in addresses)", "not any(is_public(address) for address in addresses)"),
    ),
    weak(
        "P15", f"{CASES}/checker/_look.py::look", "only the first address is vetted",
        f"{LOOK}::test_a_redirect_to_a_private_address_is_refused_before_it_is_asked",
        ("vetted(address, allowed=allowed,", "vetted(address, allowed=allowed if address == url else allowed | {urlsplit(address).netloc},"),
    ),
    weak(
        "P15", f"{CASES}/checker/_connection.py::ask", "the name is looked up a second time",
        f"{ADDRESS}::test_a_name_is_resolved_once_and_only_that_address_is_connected_to",
        ("for address in place.addresses[:MOST_ADDRESSES]", "for address in [place.host]"),
    ),
    weak(
        "P16", f"{CASES}/checker/_look.py::_of_head", "the page is asked for where the headers were enough",
        f"{LOOK}::test_a_picture_is_alive_and_not_one_byte_of_it_is_asked_for",
        (('    if _is_good(answer) and answer.content_type not in {"", "text/html"}:\n'
         '        return Finding(State.ALIVE, "media" if _is_media(answer) else "file", answer.status)\n'), ""),
    ),
    # -- P21, P23: logs and jobs
    weak(
        "P21", "conf/logs.py::keep_allowed", "every key",
        "house/test_logs.py::test_a_key_that_is_not_on_the_list_is_dropped",
        (" if key in ALLOWED_KEYS}", "}"),
    ),
    weak(
        "P21", "conf/logs.py::ALLOWED_KEYS", "addresses allowed",
        "house/test_logs.py::test_no_key_that_could_hold_what_is_secret_is_on_the_list",
        ('        "worker",\n', '        "worker",\n        "url",\n'),
    ),
    weak(
        "P21", "conf/logs.py::OnlyOurs", "messages of libraries as they are",
        "house/test_logs.py::test_a_librarys_message_is_reduced_to_its_name_and_level",
        ('        if not record.name.startswith("amparo"):\n', "        if not record.name:\n"),
    ),
    weak(
        "P21", "conf/logs.py::configure", "the list not asked",
        "house/test_logs.py::test_a_running_program_writes_neither_other_keys_nor_what_libraries_say",
        ("            keep_allowed,\n            renderer,", "            renderer,"),
    ),
    weak(
        "P21", "conf/logs.py::configure", "what libraries say is not reduced",
        "house/test_logs.py::test_a_running_program_writes_neither_other_keys_nor_what_libraries_say",
        ("    handler.addFilter(OnlyOurs())\n", ""),
    ),
    weak(
        "P23", f"{LEDGER}/actions.py::promise", "what it is about, in place of its id",
        f"{CASES}/test_items.py::test_a_job_holds_an_id_and_nothing_of_the_case",
        ("        subject_id=str(subject.pk),\n        created_at=now,",
         '        subject_id=str(vars(subject).get("_plain", subject.pk)),\n        created_at=now,'),
    ),
    # -- P40 to P47: signing in
    weak(
        "P40", "sites/desk/half.py::begin", "signed in by the password",
        f"{SECOND}::test_the_password_alone_opens_no_page",
        ("    if user.key:\n        unlocked.remember(request, half(user.holder), user.key)",
         "    login(request, user)\n    if user.key:\n        unlocked.remember(request, user.holder, user.key)"),
    ),
    weak(
        "P40", "sites/desk/half.py::begin", "her key kept for the worker at once",
        f"{SECOND}::test_between_the_steps_her_key_opens_nothing",
        ("remember(request, half(user.holder), user.key)", "remember(request, user.holder, user.key)"),
    ),
    weak(
        "P40", "sites/desk/half.py::waiting_user", "the second step waits for ever",
        f"{SECOND}::test_the_second_step_waits_a_quarter_of_an_hour_and_no_longer",
        ("user is None or not fresh or", "user is None or"),
    ),
    weak(
        "P40", "sites/desk/half.py::waiting_user", "a step begun before a new password is finished after it",
        f"{SECOND}::test_a_step_begun_before_a_change_is_not_finished_after_it",
        (' or user.get_session_auth_hash() != kept["proof"]', ""),
    ),
    weak(
        "P40", "sites/desk/access.py::signed_in", "a session without its key goes on",
        f"{SECOND}::test_a_session_whose_key_does_not_open_ends",
        ("if user_of(request).key is None:", "if user_of(request).pk is None:"),
    ),
    weak(
        "P41", "sites/desk/factors.py::_enrolling", "not looked at",
        f"{SECOND}::test_a_stolen_password_adds_no_factor_where_there_is_one",
        ("waiting is None or not half.may_enrol(request, waiting)", "waiting is None"),
    ),
    weak(
        "P42", f"{ACCOUNTS}/actions/_codes.py::take_app_code", "the last step not compared",
        f"{FACTORS}::test_todays_code_passes_once",
        ("after=factor.last_step or 0", "after=0"), (", last_step__lt=step)", ")"),
    ),
    weak(
        "P42", f"{ACCOUNTS}/actions/_codes.py::GRACE_STEPS", "two steps of grace",
        f"{FACTORS}::test_a_clock_may_be_off_by_one_step",
        ("GRACE_STEPS = 1", "GRACE_STEPS = 2"),
    ),
    weak(
        "P42", f"{ACCOUNTS}/actions/_codes.py::take_recovery_code", "not marked as used",
        f"{FACTORS}::test_a_recovery_code_passes_once_however_it_is_typed",
        ("unused.update(used_at=now)", "unused.update(drawn_at=now)"),
    ),
    weak(
        "P42", f"{ACCOUNTS}/actions/_passkeys.py::_server", "origin not compared",
        f"{FACTORS}::test_a_signature_for_another_site_passes_nothing",
        ("lambda asked: asked == origin", "lambda asked: bool(asked and origin)"),
    ),
    weak(
        "P42", f"{ACCOUNTS}/actions/_passkeys.py::take_signature", "count not compared",
        f"{FACTORS}::test_a_copied_passkey_is_noticed_by_its_count",
        ("if (count or factor.signatures) and count <= (factor.signatures or 0):", "if count < 0:"),
    ),
    weak(
        "P42", "sites/desk/entry.py::_check", "the challenge left in the session",
        f"{SECOND}::test_a_challenge_serves_once",
        ("request.session.pop(ASKED, None)", 'request.session.setdefault("kept", request.session.get(ASKED))'),
    ),
    weak(
        "P43", f"{ACCOUNTS}/actions/_tries.py::count_try", "no pause",
        f"{SECOND}::test_after_five_wrong_passwords_even_the_right_one_waits_whether_or_not_the_name_is_known",
        ("    if tries.refuse_until and tries.refuse_until > now:\n", "    if tries.refuse_until and not what:\n"),
    ),
    weak(
        "P43", f"{ACCOUNTS}/actions/_sign_in.py::check_password", "tries counted for names that there are",
        f"{SECOND}::test_after_five_wrong_passwords_even_the_right_one_waits_whether_or_not_the_name_is_known",
        ("    count_try(name, now=now)\n    with",
         "    if User.objects.filter(handle=handle).exists():\n        count_try(name, now=now)\n    with"),
    ),
    weak(
        "P43", f"{ACCOUNTS}/actions/_tries.py::subject_of", "names kept",
        f"{SECOND}::test_the_names_that_were_tried_are_not_kept",
        ('return salted_hmac("amparo.accounts.tries", what, algorithm="sha256").hexdigest()', "return what[:64]"),
    ),
    weak(
        "P44", "ui/unlocked.py::remember", "the secret in the session too",
        f"{UNLOCKED}::test_neither_the_key_nor_its_secret_rests_on_the_server",
        ("    vars(request)[_FRESH] = secret", "    vars(request)[_FRESH] = secret\n    request.session['kept'] = secret.hex()"),
    ),
    weak(
        "P45", "ui/unlocked.py::end_when_old", "not ended",
        f"{UNLOCKED}::test_a_session_ends_eight_hours_after_signing_in_however_busy",
        ("        request.session.flush()", "        pass"),
    ),
    weak(
        "P45", "conf/settings.py::SESSION_COOKIE_AGE", "an hour",
        f"{UNLOCKED}::test_idle_sessions_end_after_twenty_minutes",
        ("SESSION_COOKIE_AGE = 20 * 60", "SESSION_COOKIE_AGE = 60 * 60"),
    ),
    weak(
        "P46", f"{ACCOUNTS}/actions/_sessions.py::end_sessions", "only whole ones",
        f"{UNLOCKED}::test_ending_a_holders_sessions_spares_those_of_others",
        (" or half(holder) in locked", ""),
    ),
    weak(
        "P46", f"{ACCOUNTS}/actions/_people.py::disable_user", "sessions go on",
        f"{ACCOUNTS}/test_accounts.py::test_a_disabled_worker_cannot_sign_in_and_has_no_session_left",
        ("    ended = end_sessions(holder=user.holder)\n    record(Event.Kind.USER_DISABLED",
         "    ended = 0\n    record(Event.Kind.USER_DISABLED"),
    ),
    weak(
        "P46", f"{ACCOUNTS}/actions/_people.py::check_is_admin_of", "an admin of another house resets factors",
        f"{FACTORS}::test_nobody_else_resets_factors_or_closes_accounts_and_no_admin_their_own",
        (" or by.organisation_id != user.organisation_id", ""),
    ),
    weak(
        "P46", f"{ACCOUNTS}/actions/_people.py::reset_password", "the old pair kept",
        f"{ACCOUNTS}/test_keys.py::test_a_password_set_by_somebody_else_makes_a_new_key",
        ("    _make_pair(user, password)\n    user.key = None\n", ""),
    ),
    weak(
        "P46", f"{ACCOUNTS}/actions/_people.py::unlock", "a raised cost not paid at the next sign-in",
        f"{ACCOUNTS}/test_keys.py::test_a_raised_cost_is_paid_at_the_next_sign_in",
        ("if needs_rewrap(user.wrapped_key, cost=settings.KEY_COST):", "if user.pk is None:"),
    ),
    weak(
        "P47", f"{ACCOUNTS}/actions/_codes.py::sealed", "no row",
        f"{FACTORS}::test_the_secret_of_an_app_is_sealed_for_its_row",
        ('field="secret", row=factor.pk\n    )\n\n\ndef take_app_code', 'field="secret", row=0\n    )\n\n\ndef take_app_code'),
        ('field="secret", row=factor.pk\n        ).decode()', 'field="secret", row=0\n        ).decode()'),
    ),
    weak(
        "P47", f"{ACCOUNTS}/actions/_codes.py::sealed", "in plain",
        f"{FACTORS}::test_the_secret_of_an_app_is_sealed_for_its_row",
        (('    return seal_record(\n        instance.records("factors"), secret.encode(), model="accounts.factor", '
         'field="secret", row=factor.pk\n    )'), "    return secret.encode()"),
    ),
    weak(
        "P47", f"{ACCOUNTS}/instance.py::records", "one key of the instance for all purposes",
        f"{ACCOUNTS}/test_instance.py::test_what_one_purpose_sealed_another_does_not_open",
        ("return record_key(purpose, ", 'return record_key("any" or purpose, '),
    ),
    weak(
        "P48", "sites/desk/half.py::may_enrol", "the code not asked for",
        f"{SECOND}::test_after_a_reset_the_password_alone_adds_no_factor",
        (' or bool(request.session.get(WAITING, {}).get("may_enrol"))', " or bool(WAITING)"),
    ),
    weak(
        "P48", f"{ACCOUNTS}/actions/_factors.py::reset_factors", "no code drawn",
        f"{SECOND}::test_after_a_reset_the_password_alone_adds_no_factor",
        ("    [code] = _codes.draw_codes(user, now=now, count=1)\n", '    code = ""\n'),
    ),
    weak(
        "P49", f"{ACCOUNTS}/actions/_devices.py::counted_as", "the mark not looked at",
        f"{SECOND}::test_strangers_tries_do_not_make_a_browser_wait_in_which_she_signed_in",
        ("return f\"device:{told['device']}\" if told[\"name\"] == subject_of(name) else name", "return name"),
    ),
    weak(
        "P49", f"{ACCOUNTS}/actions/_devices.py::counted_as", "each try with a mark is the first",
        f"{SECOND}::test_a_marked_browser_that_guesses_waits_like_any_other",
        ("return f\"device:{told['device']}\"", 'return f"device:{secrets.token_hex(16)}"'),
    ),
    weak(
        "P49", f"{ACCOUNTS}/actions/_devices.py::counted_as", "a mark counts for any name",
        f"{SECOND}::test_a_mark_of_another_name_or_a_made_up_one_counts_for_nothing",
        (' if told["name"] == subject_of(name) else name', ""),
    ),
    # -- P70 to P72: backups
    weak(
        "P70", f"{LEDGER}/backup/_file.py::write_lines", "squeezed and not sealed",
        f"{BACKUP_FILE}::test_the_file_shows_nothing_of_what_is_in_it",
        (("        sealed = seal_file(\n"
         "            stream_key, source, target, case=row, model=_MODEL, field=_FIELD, row=row, version=stream_key.version\n"
         "        )\n"), "        sealed = bytes(_SEALED_KEY)\n        target.write(source.read(10**9))\n"),
    ),
    weak(
        "P70", f"{LEDGER}/backup/_file.py::write_lines", "the same key for every file, whatever the instance's",
        f"{BACKUP_FILE}::test_each_file_has_a_key_of_its_own_that_only_the_instance_key_opens",
        ("secret=secrets.token_bytes(32))", "secret=bytes(32))"),
    ),
    weak(
        "P70", f"{LEDGER}/backup/_file.py::lines_of", "what is damaged ends early, without a word",
        f"{BACKUP_FILE}::test_a_changed_byte_anywhere_after_the_head_is_noticed",
        ('            raise Damaged("this backup was changed or cut off after it was made: take another copy of it") from None', "            return"),
    ),
    weak(
        "P71", f"{LEDGER}/backup/_shape.py::our_labels", "sessions too",
        f"{BACKUP}::test_no_key_and_no_session_is_in_a_backup",
        ('if config.name.startswith("amparo.apps.")}', 'if config.name.startswith(("amparo.apps.", "django.contrib.sessions"))}'),
    ),
    weak(
        "P72", f"{LEDGER}/backup/_write.py::_snapshot", "row by row, as they are at that moment",
        f"{BACKUP}::test_what_is_written_while_a_backup_runs_is_not_in_it_and_does_not_wait_for_it",
        ("        with transaction.atomic():\n            yield\n        return\n", "        yield\n        return\n"),
    ),
    weak(
        "P72", f"{LEDGER}/backup/_place.py::new_place", "built where the present one stands",
        f"{BACKUP}::test_a_restore_killed_at_any_moment_leaves_the_old_state_or_the_new",
        ('    fresh = present.with_name(f"{present.name}.restoring")\n', "    fresh = present\n"),
    ),
]  # fmt: skip
