"""The promises of signing in, each with a change to the source that breaks it and the test that has to notice."""

from tests.core.vault.weakenings import Weakening

SECOND, FACTORS = "tests/sites/desk/test_second_step.py", "tests/apps/accounts/test_factors.py"
UNLOCKED, KEYS = "tests/ui/test_unlocked.py", "tests/apps/accounts/test_keys.py"
CODES, SIGN_IN = "apps/accounts/actions/_codes.py", "apps/accounts/actions/_sign_in.py"
PASSKEYS, TRIES = "apps/accounts/actions/_passkeys.py", "apps/accounts/actions/_tries.py"
PEOPLE, HALF = "apps/accounts/actions/_people.py", "sites/desk/half.py"

ALL = [
    Weakening(
        "between the steps nobody is signed in", HALF, "begin", "signed in by the password",
        f"{SECOND}::test_the_password_alone_opens_no_page",
        (("    if user.key:\n        unlocked", "    login(request, user)\n    if user.key:\n        unlocked"),
         ("half(user.holder), user.key)", "user.holder, user.key)")),
    ),
    Weakening(
        "between the steps her key opens nothing", HALF, "begin", "kept for the worker at once",
        f"{SECOND}::test_between_the_steps_her_key_opens_nothing",
        (("remember(request, half(user.holder), user.key)", "remember(request, user.holder, user.key)"),),
    ),
    Weakening(
        "a stolen password adds no factor where there is one", "sites/desk/factors.py", "_enrolling", "not looked at",
        f"{SECOND}::test_a_stolen_password_adds_no_factor_where_there_is_one",
        (("waiting is None or not half.may_enrol(request, waiting)", "waiting is None"),),
    ),
    Weakening(
        "the second step does not wait for ever", HALF, "waiting_user", "its age not looked at",
        f"{SECOND}::test_the_second_step_waits_a_quarter_of_an_hour_and_no_longer",
        (("user is None or not fresh or", "user is None or"),),
    ),
    Weakening(
        "a step begun before a new password is not finished after it", HALF, "waiting_user", "not compared",
        f"{SECOND}::test_a_step_begun_before_a_change_is_not_finished_after_it",
        ((' or user.get_session_auth_hash() != kept["proof"]', ""),),
    ),
    Weakening(
        "a code passes once", CODES, "take_app_code", "the last step not compared",
        f"{FACTORS}::test_todays_code_passes_once",
        (("after=factor.last_step or 0", "after=0"), (", last_step__lt=step)", ")")),
    ),
    Weakening(
        "codes of yesterday pass nothing", CODES, "GRACE_STEPS", "two steps of grace",
        f"{FACTORS}::test_a_clock_may_be_off_by_one_step",
        (("GRACE_STEPS = 1", "GRACE_STEPS = 2"),),
    ),
    Weakening(
        "the secret of an app is sealed for its row", CODES, "sealed", "no row",
        f"{FACTORS}::test_the_secret_of_an_app_is_sealed_for_its_row",
        (("row=factor.pk", "row=0"),),
    ),
    Weakening(
        "a recovery code passes once", CODES, "take_recovery_code", "not marked as used",
        f"{FACTORS}::test_a_recovery_code_passes_once_however_it_is_typed",
        (("unused.update(used_at=now)", "unused.update(drawn_at=now)"),),
    ),
    Weakening(
        "a signature for another site passes nothing", PASSKEYS, "_server", "origin not compared",
        f"{FACTORS}::test_a_signature_for_another_site_passes_nothing",
        (("lambda asked: asked == origin", "lambda asked: bool(asked and origin)"),),
    ),
    Weakening(
        "a copied passkey is noticed", PASSKEYS, "take_signature", "count not compared",
        f"{FACTORS}::test_a_copied_passkey_is_noticed_by_its_count",
        (("if (count or factor.signatures) and count <= (factor.signatures or 0):", "if count < 0:"),),
    ),
    Weakening(
        "a challenge serves once", "sites/desk/entry.py", "_check", "left in the session",
        f"{SECOND}::test_a_challenge_serves_once",
        (("request.session.pop(ASKED, None)", 'request.session.setdefault("kept", request.session.get(ASKED))'),),
    ),
    Weakening(
        "guessing gets slow", TRIES, "count_try", "no pause",
        f"{FACTORS}::test_after_five_wrong_codes_even_the_right_one_waits",
        (("tries.refuse_until and tries.refuse_until > now", "False"),),
    ),
    Weakening(
        "a name that there is not is answered like one that there is", SIGN_IN, "check_password", "counted if known",
        f"{SECOND}::test_after_five_wrong_passwords_even_the_right_one_waits_whether_or_not_the_name_is_known",
        (("    count_try(name, now=now)\n    with",
          "    if User.objects.filter(handle=handle).exists():\n        count_try(name, now=now)\n    with"),),
    ),
    Weakening(
        "names that were tried are not kept", TRIES, "subject_of", "in plain",
        f"{SECOND}::test_the_names_that_were_tried_are_not_kept",
        (('return salted_hmac("amparo.accounts.tries", what, algorithm="sha256").hexdigest()', "return what[:64]"),),
    ),
    Weakening(
        "after a reset the password alone adds no factor", HALF, "may_enrol", "the code not asked for",
        f"{SECOND}::test_after_a_reset_the_password_alone_adds_no_factor",
        ((' or bool(request.session.get(WAITING, {}).get("may_enrol"))', " or True"),),
    ),
    Weakening(
        "strangers keep nobody waiting where she signed in before", "apps/accounts/actions/_devices.py", "counted_as",
        "the mark not looked at", f"{SECOND}::test_strangers_tries_do_not_make_a_browser_wait_in_which_she_signed_in",
        (('return f"device:{told[\'device\']}" if told["name"] == subject_of(name) else name', "return name"),),
    ),
    Weakening(
        "a mark counts for its own name", "apps/accounts/actions/_devices.py", "counted_as",
        "any name", f"{SECOND}::test_a_mark_of_another_name_or_a_made_up_one_counts_for_nothing",
        ((' if told["name"] == subject_of(name) else name', ""),),
    ),
    Weakening(
        "only an admin of the same house resets factors", "apps/accounts/actions/_people.py", "check_is_admin_of",
        "house not compared", f"{FACTORS}::test_nobody_else_resets_factors_or_closes_accounts_and_no_admin_their_own",
        ((" or by.organisation_id != user.organisation_id", ""),),
    ),
    Weakening(
        "neither the key nor its secret rests on the server", "ui/unlocked.py", "remember", "secret in the session too",
        f"{UNLOCKED}::test_neither_the_key_nor_its_secret_rests_on_the_server",
        (("    vars(request)[_FRESH] = secret",
          "    vars(request)[_FRESH] = secret\n    request.session['kept'] = secret.hex()"),),
    ),
    Weakening(
        "a session ends after eight hours", "ui/unlocked.py", "end_when_old", "not ended",
        f"{UNLOCKED}::test_a_session_ends_eight_hours_after_signing_in_however_busy",
        (("        request.session.flush()", "        pass"),),
    ),
    Weakening(
        "a session without its key ends", "sites/desk/access.py", "signed_in", "goes on",
        f"{SECOND}::test_a_session_whose_key_does_not_open_ends",
        (("if user_of(request).key is None:", "if user_of(request).pk is None:"),),
    ),
    Weakening(
        "ending sessions finds those between the steps", "apps/accounts/actions/_sessions.py", "end_sessions",
        "only whole ones", f"{UNLOCKED}::test_ending_a_holders_sessions_spares_those_of_others",
        ((" or half(holder) in locked", ""),),
    ),
    Weakening(
        "a password set by somebody else makes a new key", PEOPLE, "reset_password", "the old one kept",
        f"{KEYS}::test_a_password_set_by_somebody_else_makes_a_new_key",
        (("    _make_pair(user, password)\n    user.key = None\n", ""),),
    ),
    Weakening(
        "a raised cost is paid at the next sign-in", PEOPLE, "unlock", "not looked at",
        f"{KEYS}::test_a_raised_cost_is_paid_at_the_next_sign_in",
        (("if needs_rewrap(user.wrapped_key, cost=settings.KEY_COST):", "if user.pk is None:"),),
    ),
    Weakening(
        "each purpose of the instance's key has its own", "apps/accounts/instance.py", "records", "one for all",
        "tests/apps/accounts/test_instance.py::test_what_one_purpose_sealed_another_does_not_open",
        (("return record_key(purpose, ", 'return record_key("any" or purpose, '),),
    ),
]  # fmt: skip
