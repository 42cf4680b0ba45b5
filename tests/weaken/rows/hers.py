"""What is promised to the person herself: P1 to P8, P22, P80 to P83, P90 to P99."""

# ruff: noqa: E501  what is replaced is told as it stands

from tests.weaken.weakening import weak

SURVIVOR, ACTIONS = "sites/survivor", "apps/cases/actions"
DOOR, PICTURES = "sites/survivor/test_door.py", "sites/survivor/test_pictures.py"
HAND_OVER, HER_CODE = "sites/survivor/test_hand_over.py", "sites/survivor/test_her_code.py"
CASES, BROWSER = "apps/cases", "core/fingerprint/test_browser.py"
SPARE = "core/fingerprint/test_browser_spare.py"
SCRIPTS = "ui/static/amparo/js/fingerprint"
PAGES, HER_PAGE = "journeys/test_survivor_pages.py", "journeys/test_her_page.py"

ALL = [
    # -- P1: her picture stays on her device
    weak(
        "P1", f"{SURVIVOR}/templates/survivor/pictures.html::files", "the file field has a name",
        f"{PICTURES}::test_no_browser_can_send_a_picture",
        ('id="files"\n', 'id="files" name="files"\n'),
    ),
    weak(
        "P1", "conf/settings.py::CONTENT_SECURITY_POLICY", "pages may connect to their own site",
        "sites/survivor/test_every_page.py::test_every_page_keeps_the_strict_policy",
        ('"form-action": [SELF],', '"form-action": [SELF],\n        "connect-src": [SELF],'),
    ),
    weak(
        "P1", "ui/middleware.py::static_headers", "the worker may connect to its own site",
        "ui/test_static.py::test_the_fingerprint_worker_may_connect_nowhere",
        ("\"default-src 'none'; script-src 'self'\"", "\"default-src 'self'; script-src 'self'\""),
    ),
    weak(
        "P1", f"{SCRIPTS}/worker.js::addEventListener", "the worker fetches something for each file",
        f"{BROWSER}::test_chromium_gives_the_fingerprints_of_python_offline_and_without_a_request",
        ("queue = queue.then(() => answer(event));",
         "import(`./ask.js?${event.data.id}`).catch(() => {});\n  queue = queue.then(() => answer(event));"),
    ),
    # -- P2, P3: age
    weak(
        "P2", f"{SURVIVOR}/visit.py::is_adult", "taken for granted",
        f"{PICTURES}::test_the_form_is_refused_without_the_answer_about_age",
        ("return guide.is_adult(conversation(request), graph=guide.graph())", "return True"),
    ),
    weak(
        "P2", "core/guide/_walk.py::is_adult", "any answer about age will do",
        f"{DOOR}::test_under_18_after_adult_closes_the_picker_again",
        ("    if target in graph.helps and graph.helps[target].kind is HelpKind.MINOR:\n        return State(target)\n", ""),
        ("one.age is Age.ADULT for one", "one.age is not None for one"),
    ),
    weak(
        "P2", f"{SURVIVOR}/templates/survivor/welcome.html::main", "a file can be chosen on the first page",
        f"{DOOR}::test_no_page_but_the_form_holds_a_file_input",
        ("{% block main %}", '{% block main %}\n    <input type="file">'),
    ),
    weak(
        "P3", "core/guide/_walk.py::step", "the answers stay in the session",
        f"{DOOR}::test_under_18_or_unsure_leads_to_the_hotlines_and_nothing_stays",
        ("    if target in graph.helps and graph.helps[target].kind is HelpKind.MINOR:\n        return State(target)\n", ""),
    ),
    weak(
        "P3", f"{SURVIVOR}/door.py::young", "her country's hotlines left out",
        f"{DOOR}::test_the_hotlines_of_every_country_stand_on_the_page_for_minors",
        ('"here": [*here, *(', '"here": [*('),
    ),
    weak(
        "P3", f"{SURVIVOR}/door.py::young", "the hotlines for everywhere left out",
        f"{DOOR}::test_the_hotlines_of_every_country_stand_on_the_page_for_minors",
        ('"everywhere": everywhere,', '"everywhere": (),'),
    ),
    # -- P4: a minor after all
    *(
        weak(
            "P4", f"{ACTIONS}/_ending.py::freeze_case", how,
            f"{CASES}/test_ending.py::test_freezing_ends_consents_and_forgets_pictures_and_addresses",
            change,
        )
        for how, change in (
            ("fingerprints kept", ("case.items, case.pictures, case.messages", "case.items, case.messages")),
            ("addresses kept", ("case.notices, case.items, case.pictures,", "case.notices, case.pictures,")),
            ("banks go on using them", ("ended = end_consents(case, by=by, now=now)", "ended = 1")),
        )
    ),
    weak(
        "P4", f"{ACTIONS}/_ending.py::freeze_case", "its keys kept",
        f"{CASES}/test_leaving.py::test_a_frozen_case_waits_for_no_key_and_keeps_none",
        ("for rows in (case.grants, case.notices,", "for rows in (case.notices,"),
    ),
    weak(
        "P4", f"{ACTIONS}/_access.py::workable", "notices may still be sent",
        f"{CASES}/test_ending.py::test_nothing_is_done_in_a_frozen_case",
        ("if fresh.state == Case.State.FROZEN:", "if False:"),
    ),
    # -- P5 to P7: the code
    weak(
        "P5", f"{ACTIONS}/_opening.py::open_case", "its words kept in a column",
        f"{CASES}/test_opening.py::test_the_code_is_not_kept",
        ("language=language[:12], country", 'language=" ".join(code.words), country'),
    ),
    weak(
        "P5", f"{ACTIONS}/_reading.py::open_by_code", "any words open",
        f"{CASES}/test_reading.py::test_wrong_words_and_a_case_that_is_not_there_get_the_same_answer_every_time",
        ("    key = _unlocked(case, words)\n", "    key = _unlocked(case, words) or new_holder_key()\n"),
    ),
    weak(
        "P5", f"{ACTIONS}/_reading.py::_read", "a raised cost not paid at the next right code",
        f"{CASES}/test_reading.py::test_a_pair_locked_at_an_older_cost_is_locked_anew_at_the_right_code_and_stays_the_same",
        ("    if hers and needs_rewrap(dear, cost=settings.KEY_COST):\n", "    if hers and not dear:\n"),
    ),
    weak(
        "P6", f"{ACTIONS}/_reading.py::open_by_code", "tries are counted where there is a case",
        f"{CASES}/test_reading.py::test_wrong_words_and_a_case_that_is_not_there_get_the_same_answer_every_time",
        ("        _count_wrong(typed.locator, case, now=now)", "        if case:\n            _count_wrong(typed.locator, case, now=now)"),
    ),
    weak(
        "P6", f"{ACTIONS}/_reading.py::_unlocked", "less work where there is no case",
        f"{CASES}/test_code.py::test_the_work_is_the_same_whichever_code_opens_and_where_there_is_no_case",
        ("    locks: list[tuple[Sealed, str]] = [(_nobodys(), NOBODY)] * 2\n",
         "    locks: list[tuple[Sealed, str]] = [(_nobodys(), NOBODY)] * 2\n    if not case:\n        return None\n"),
    ),
    weak(
        "P7", f"{ACTIONS}/_reading.py::_typed", "the pause not looked at",
        f"{CASES}/test_reading.py::test_after_five_wrong_codes_even_the_right_one_waits",
        ("    if resting and resting.refuse_until:\n", "    if resting and resting.refuse_until and not text:\n"),
    ),
    weak(
        "P7", f"{ACTIONS}/_reading.py::_count_wrong", "the pause does not grow",
        f"{CASES}/test_reading.py::test_the_pause_doubles_up_to_an_hour",
        ("timedelta(minutes=2**doublings)", "timedelta(minutes=1)"),
    ),
    # -- P8: her yes
    weak(
        "P8", f"{ACTIONS}/_consent.py::_hers", "others may say yes for her",
        f"{CASES}/test_consent.py::test_nobody_says_yes_for_her",
        ("    if by.handle != case.handle:\n", "    if not by.handle:\n"),
    ),
    # -- P22: quick exit
    weak(
        "P22", f"{SURVIVOR}/leaving.py::leave", "the visit goes on",
        "sites/survivor/test_leaving.py::test_leaving_ends_the_visit_and_goes_to_a_neutral_page",
        ("    request.session.flush()\n    language", "    language"),
    ),
    weak(
        "P22", f"{SURVIVOR}/leaving.py::leave", "cookies stay in the browser",
        "sites/survivor/test_leaving.py::test_leaving_empties_what_the_browser_keeps_of_us",
        ("'\"cookies\", \"storage\"'", "'\"storage\"'"),
    ),
    # -- P80 to P82: on her device
    weak(
        "P80", f"{SCRIPTS}/read-back.js::honestReadBack", "the first way taken without a look",
        f"{SPARE}::test_with_noise_on_the_canvas_pixels_come_bit_for_bit_another_way",
        ("if (await isHonest(way)) return way;", "return way;"),
    ),
    weak(
        "P80", f"{SCRIPTS}/read-back.js::honestReadBack", "the canvas where no way is honest",
        f"{SPARE}::test_without_any_honest_way_other_kinds_and_broken_files_are_told",
        ("  return null;\n}\n\n/** Pixels as they are seen.", "  return readCanvas;\n}\n\n/** Pixels as they are seen."),
    ),
    weak(
        "P81", f"{SCRIPTS}/heic.js::decodeHeic", "something else fetched beside the reader",
        f"{SPARE}::test_a_heic_is_read_by_a_decoder_that_is_fetched_when_one_was_picked",
        ("    lib = await start();", '    lib = await start();\n    await import("./heic.js?again");'),
    ),
    weak(
        "P82", f"{SCRIPTS}/video.js::fingerprintVideo", "something is fetched when a video was picked",
        f"{PAGES}::test_a_video_is_fingerprinted_on_the_device_and_only_what_was_shown_leaves",
        ("  const video = await open(file, signal);",
         "  import(`./ask.js?${file.size}`).catch(() => {});\n  const video = await open(file, signal);"),
    ),
    weak(
        "P82", f"{SCRIPTS}/video.js::toText", "what is sent is not what is shown",
        f"{PAGES}::test_a_video_is_fingerprinted_on_the_device_and_only_what_was_shown_leaves",
        ("  return `${algorithm} ${md5}", '  return `${algorithm} ${frames.length ? md5.replace(/^./, "0") : md5}'),
    ),
    weak(
        "P82", f"{CASES}/video.py::video_of", "frames in no order of time pass",
        f"{CASES}/test_video.py::test_what_is_no_video_is_refused_without_quoting_it",
        ("times != sorted(times) or not all(map(math.isfinite, times))", "not times"),
    ),
    # -- P66, P67: the stronger fingerprint
    weak(
        "P66", "ui/static/amparo/js/stronger.js::setText", "sent and not shown",
        f"{HER_PAGE}::test_the_stronger_fingerprint_is_made_only_while_she_ticks_it_and_is_exactly_what_was_shown",
        ('(item.querySelector("code")).textContent = text;', '(item.querySelector("code")).textContent = text.split("\\n")[0];'),
    ),
    weak(
        "P66", f"{SCRIPTS}/worker.js::strengthenFile", "something is fetched meanwhile",
        f"{HER_PAGE}::test_the_stronger_fingerprint_is_made_only_while_she_ticks_it_and_is_exactly_what_was_shown",
        ("  return { algorithm: STRONG_ALGORITHM,", "  import(`./ask.js?${file.size}`).catch(() => {});\n  return { algorithm: STRONG_ALGORITHM,"),
    ),
    weak(
        "P66", f"{CASES}/picture.py::picture_of", "more may stand behind the fingerprint",
        f"{CASES}/test_stronger.py::test_what_is_no_picture_is_refused_without_quoting_it",
        ("    line = _LINE.fullmatch(first)\n", "    line = _LINE.match(first)\n"),
    ),
    weak(
        "P66", f"{SURVIVOR}/templates/survivor/pictures.html::stronger", "ticked for her",
        "sites/survivor/test_stronger.py::test_she_is_asked_by_a_box_that_is_empty_and_cannot_be_sent",
        ('<input type="checkbox" id="stronger" ', '<input type="checkbox" id="stronger" checked '),
    ),
    weak(
        "P66", f"{SURVIVOR}/templates/survivor/pictures.html::stronger", "what it gives away told shorter",
        "sites/survivor/test_stronger.py::test_the_page_says_what_it_gives_away_in_the_sentence_of_the_document",
        (", so somebody who stole it from this service could see single small details, though hardly the picture.", "."),
    ),
    weak(
        "P67", f"{CASES}/keys.py::write", "kept in plain",
        f"{CASES}/test_stronger.py::test_it_is_sealed_with_its_picture_and_opens_for_her_and_her_helpline",
        ("            setattr(row, column.column, sealed)", "            setattr(row, column.column, inside)"),
        ("            inside = open_one(key, row.__dict__[text.column], case=key.case, version=key.version, **place(row, name))",
         "            inside = bytes(row.__dict__[text.column] if open_one else b'')"),
    ),
    weak(
        "P67", "core/vault/_padding.py::bucket", "as long as what is in it",
        f"{CASES}/test_stronger.py::test_how_many_points_it_has_does_not_show_in_its_length",
        ("return next((", "return whole or next(("),
    ),
    weak(
        "P67", f"{ACTIONS}/_consent.py::forget_stronger", "it stays in the banks",
        f"{CASES}/test_stronger.py::test_she_takes_it_back_alone_and_the_usual_one_stays_where_it_is",
        ('    for consent in list(live.select_related("bank")):\n', "    for consent in list(live.none()):\n"),
    ),
    weak(
        "P67", f"{ACTIONS}/_consent.py::forget_stronger", "it stays in the case",
        f"{CASES}/test_stronger.py::test_she_takes_it_back_alone_and_the_usual_one_stays_where_it_is",
        ('    picture.sealed_stronger = None\n    picture.save(update_fields=["sealed_stronger"])\n    record(Event.Kind.STRONGER_FORGOTTEN',
         "    record(Event.Kind.STRONGER_FORGOTTEN"),
    ),
    weak(
        "P67", f"{ACTIONS}/_ending.py::freeze_case", "it stays in the banks of a frozen case",
        f"{CASES}/test_stronger.py::test_nothing_of_it_stays_when_a_case_ends",
        ("ended = end_consents(case, by=by, now=now)", "ended = 1"),
    ),
    # -- P83: StopNCII
    weak(
        "P83", f"{SURVIVOR}/hand_over.py::other", "age not asked",
        f"{HAND_OVER}::test_before_the_answer_about_age_there_is_no_way_there",
        ("    if case is None and not visit.is_adult(request):\n", "    if case is None and not request.path:\n"),
    ),
    weak(
        "P83", f"{SURVIVOR}/hand_over.py::other", "a frozen case is sent there too",
        f"{HAND_OVER}::test_a_case_that_turned_out_to_be_about_a_minor_leads_to_the_other_helpers",
        ("    if case is not None and case.state == Case.State.FROZEN:\n", "    if case is not None and not case.state:\n"),
    ),
    weak(
        "P83", "core/law/_routing.py::routes_for", "who is unsure is shown what adults are",
        f"{HAND_OVER}::test_people_under_18_are_never_sent_there",
        ("    minor = years is not Age.ADULT or", "    minor = years is Age.UNDER_18 or"),
    ),
    weak(
        "P83", f"{SURVIVOR}/templates/survivor/other.html::rel", "their site is told where she came from",
        f"{HAND_OVER}::test_their_website_opens_beside_ours_and_learns_nothing",
        ('rel="noreferrer noopener"', 'rel="noopener"'),
    ),
    # -- P90 to P92: messages and rest
    weak(
        "P90", f"{ACTIONS}/_messages.py::write_message", "its beginning in the event",
        f"{CASES}/test_messages.py::test_the_words_stand_nowhere_in_plain",
        ("record(Event.Kind.MESSAGE_WRITTEN, message, by=by, at=now)",
         "record(Event.Kind.MESSAGE_WRITTEN, message, by=by, at=now, text=plain[:80])"),
    ),
    weak(
        "P90", f"{ACTIONS}/_messages.py::write_message", "kept in plain",
        f"{CASES}/test_messages.py::test_the_words_stand_nowhere_in_plain",
        ("    pen_of(held, by).write(message, text=plain).save(force_insert=True)",
         ("    pen_of(held, by).write(message, text=plain)\n    message.sealed_text = plain.encode()\n"
         "    message.save(force_insert=True)")),
    ),
    weak(
        "P91", f"{CASES}/delivery.py::_begun", "a queued notice leaves all the same",
        f"{CASES}/test_pausing.py::test_a_queued_notice_waits_and_leaves_once_it_goes_on",
        (" or case.paused_at is not None:", ":"),
    ),
    weak(
        "P91", f"{ACTIONS}/_pausing.py::pause_case", "looks go on",
        f"{CASES}/test_pausing.py::test_no_look_is_made_while_it_rests_and_the_checker_forgets_the_address",
        ("looks = jobs.end_looks(held)", "looks = held.items.count()"),
    ),
    weak(
        "P92", f"{ACTIONS}/_pausing.py::_hers", "others may do it for her",
        f"{CASES}/test_pausing.py::test_only_she_pauses_and_only_she_lets_it_go_on",
        ("    if by.handle != held.handle:\n", "    if not by.handle:\n"),
    ),
    # -- P93 to P99: her code, and a second one
    weak(
        "P93", f"{ACTIONS}/_code.py::set_codes", "the old pair under the new words",
        f"{CASES}/test_code.py::test_the_old_pair_opens_nothing_that_stands_there_afterwards_and_hana_reads_on",
        ("    hers = new_holder_key()\n", "    hers = case.key or new_holder_key()\n"),
    ),
    weak(
        "P93", f"{ACTIONS}/_code.py::_renewed", "the case keeps its key",
        f"{CASES}/test_code.py::test_the_old_pair_opens_nothing_that_stands_there_afterwards_and_hana_reads_on",
        ("    renew_key(held, key, now=now)\n", ""),
    ),
    weak(
        "P94", f"{ACTIONS}/_code.py::prove_code", "the words not tried",
        f"{HER_CODE}::test_a_page_left_open_is_not_enough_to_change_or_end_the_code",
        ("    return proved_words(Case.objects.get(pk=case.pk), text, now=now)", "    return tuple(text.split()[1:])"),
    ),
    weak(
        "P95", f"{SURVIVOR}/words_back.py::show_code", "the words in the session meanwhile",
        f"{HER_CODE}::test_neither_the_page_that_asks_nor_the_session_has_the_words",
        ("    return _code_page(request, case, slip)\n\n\n@require_POST",
         ('    request.session["words"] = " ".join(["", *code.words, ""])\n'
         "    return _code_page(request, case, slip)\n\n\n@require_POST")),
    ),
    weak(
        "P95", f"{CASES}/slips.py::fits", "any words will do",
        f"{HER_CODE}::test_other_words_are_asked_again_kindly_and_the_code_can_be_seen_once_more",
        ("return parts in (two, whole, [place, *whole])", "return bool(parts or two or place)"),
    ),
    weak(
        "P95", f"{CASES}/slips.py::read", "a slip of any case and any day",
        f"{HER_CODE}::test_a_slip_of_another_case_a_false_one_or_an_old_one_is_no_slip",
        ("    if not slip.made_at <= now < slip.made_at + GOOD_FOR:\n", "    if not slip.made_at:\n"),
    ),
    weak(
        "P96", f"{ACTIONS}/_access.py::has_part", "the pair not compared",
        f"{CASES}/test_code.py::test_the_second_code_opens_no_text_and_changes_nothing",
        (" and (by.key is None or case.is_pair(by.key))", ""),
    ),
    weak(
        "P97", f"{CASES}/codes.py::set_locks", "no second pair without a second code",
        f"{CASES}/test_code.py::test_no_row_tells_a_case_with_a_second_code_from_one_without",
        ("    case.second_key = locked(new_holder_key(), second, holder=case.second_holder)",
         '    case.second_key = locked(new_holder_key(), second, holder=case.second_holder) if second else b""'),
    ),
    weak(
        "P97", f"{CASES}/codes.py::note_opening", "only her own code is noted",
        f"{CASES}/test_code.py::test_both_codes_leave_the_same_rows_and_the_same_trail",
        ("    if case.state == Case.State.FROZEN:\n        return\n", "    if case.state == Case.State.FROZEN or case.is_decoy:\n        return\n"),
    ),
    weak(
        "P97", f"{CASES}/codes.py::note_opening", "nobody is told which one was used",
        f"{CASES}/test_code.py::test_she_sees_with_her_own_code_when_the_second_one_was_used_and_what_tells_it_is_sealed",
        ("code=SECOND if case.is_decoy else FIRST", "code=FIRST"),
    ),
    weak(
        "P98", f"{SURVIVOR}/visit.py::enter", "the session says that it was the second one",
        f"{HER_CODE}::test_the_door_answers_both_codes_alike_and_the_session_has_the_same_form",
        ('    request.session["case"] = str(case.pk)\n',
         '    request.session["case"] = str(case.pk)\n    if case.is_decoy:\n        request.session["decoy"] = True\n'),
    ),
    weak(
        "P98", f"{ACTIONS}/_reading.py::open_by_code", "the second lock tried only when the first does not open",
        f"{CASES}/test_code.py::test_the_work_is_the_same_whichever_code_opens_and_where_there_is_no_case",
        ("    found = [_tried(wrapped, words, holder) for wrapped, holder in locks]\n    return found[0] or found[1]",
         "    return next((key for one, holder in locks if (key := _tried(one, words, holder))), None)"),
    ),
    weak(
        "P99", f"{ACTIONS}/_code.py::end_code", "the words still open",
        f"{CASES}/test_code.py::test_after_its_end_nobody_opens_the_case_and_the_helpline_goes_on",
        ("    codes.set_locks(case, new_holder_key(), None, None)\n", ""),
    ),
]  # fmt: skip
