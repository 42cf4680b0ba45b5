"""What is promised of sealed cases: P11, P24 to P33, P73 to P79, P84."""

# ruff: noqa: E501  what is replaced is told as it stands

from tests.weaken.weakening import weak

CASES, ACTIONS = "apps/cases", "apps/cases/actions"
KEYS, LEAVING, ENDING = f"{CASES}/test_keys.py", f"{CASES}/test_leaving.py", f"{CASES}/test_ending.py"
RECOVERY, ERASING = f"{CASES}/test_recovery.py", f"{CASES}/test_erasing.py"
JOURNEY, DISK = "journeys/test_erasing.py", "journeys/test_stolen_disk.py"
STOLEN = f"{DISK}::test_nothing_that_somebody_wrote_can_be_read_on_a_stolen_disk"

ALL = [
    # -- P11: other organisations
    weak(
        "P11", f"{ACTIONS}/_access.py::has_part", "any worker of any helpline",
        f"{ENDING}::test_omar_sees_and_does_nothing_in_sams_case",
        ("by.is_active and by.organisation_id == case.helpline_id and by.role", "by.is_active and by.role"),
    ),
    weak(
        "P11", f"{CASES}/queries.py::cases_of", "the helpline not compared",
        f"{ENDING}::test_omar_sees_and_does_nothing_in_sams_case",
        ('select_related("helpline", "assignee").filter(helpline=user.organisation_id)', 'select_related("helpline", "assignee")'),
    ),
    weak(
        "P11", "sites/desk/access.py::case_for", "any case by its id",
        "sites/desk/test_access.py::test_omar_gets_404_for_every_page_and_step_of_hanas_case",
        ("        return case_of(user_of(request), case_id)", "        return Case.objects.get(pk=case_id)"),
    ),
    weak(
        "P11", "sites/desk/access.py::staff", "any kind of house",
        "sites/desk/test_access.py::test_pia_has_no_cases_and_hana_no_decisions",
        ("            if user_of(request).organisation.kind not in kinds:\n", "            if not kinds:\n"),
    ),
    # -- P24 to P26: sealed
    weak(
        "P24", f"{CASES}/keys.py::Pen", "kept in plain",
        f"{KEYS}::test_no_column_of_any_row_holds_what_sam_or_hana_wrote",
        ("            setattr(row, column.column, sealed)", "            setattr(row, column.column, inside)"),
        ("            inside = open_one(key, row.__dict__[text.column], case=key.case, version=key.version, **place(row, name))",
         "            inside = bytes(row.__dict__[text.column] if open_one else b'')"),
    ),
    weak(
        "P24", f"{CASES}/letters.py::write", "the courier's copy in plain",
        f"{KEYS}::test_no_column_of_any_row_holds_what_sam_or_hana_wrote",
        ('defaults={"sealed": sealed}', 'defaults={"sealed": text if sealed else b""}'),
    ),
    weak(
        "P24", f"{CASES}/sealed.py::__get__", "a row that was not opened gives an empty text",
        f"{KEYS}::test_a_row_that_was_not_opened_gives_no_text_and_takes_none",
        ('            raise NotOpened(f"{self.name} of this {owner.__name__.lower()} is sealed: open the row first") from None',
         "            return self.decode(b'')"),
    ),
    weak(
        "P24", f"{CASES}/sealed.py::__getstate__", "what was opened travels with a copy",
        f"{KEYS}::test_what_was_opened_does_not_travel_with_a_copy_or_a_pickle",
        ('        state.pop("_plain", None)\n', ""),
    ),
    weak(
        "P24", f"{CASES}/keys.py::blind_picture", "the same picture in two cases compares",
        f"{KEYS}::test_the_same_address_in_another_case_has_the_same_value_and_the_same_picture_has_not",
        ('purpose=f"picture of {case.pk}")', 'purpose="picture of any" if case.pk else "")'),
    ),
    weak(
        "P25", f"{CASES}/keys.py::holder_key", "keys remembered by the process after a visit",
        f"{KEYS}::test_who_has_no_key_reads_nothing",
        ("    key: HolderKey | None = by.key if isinstance(by, User | Case) else None\n",
         ("    key: HolderKey | None = by.key if isinstance(by, User | Case) else None\n"
         "    seen = vars(holder_key).setdefault('seen', {})\n"
         "    key = seen[by.handle] = key or seen.get(by.handle)\n")),
    ),
    weak(
        "P25", f"{CASES}/keys.py::helpline_holders", "granted to every worker of every house",
        f"{KEYS}::test_sam_and_hana_read_the_case_and_each_with_a_grant_of_her_own",
        ("organisation=helpline, disabled_at=None, role__in", "disabled_at=None, role__in"),
    ),
    weak(
        "P26", f"{CASES}/keys.py::_open", "what does not open is passed over",
        f"{KEYS}::test_a_text_from_before_the_new_key_is_not_put_back",
        ("        except CannotOpen:\n            raise altered_refusal() from None\n        texts[name]",
         "        except CannotOpen:\n            continue\n        texts[name]"),
    ),
    weak(
        "P26", f"{CASES}/keys.py::place", "row left out",
        f"{KEYS}::test_two_addresses_that_were_swapped_are_refused",
        ('"field": name, "row": row.pk}', '"field": name, "row": 0}'),
    ),
    weak(
        "P26", f"{CASES}/keys.py::place", "column left out",
        f"{KEYS}::test_a_text_moved_to_another_column_of_its_row_is_refused",
        ('"field": name, "row": row.pk}', '"field": "any", "row": row.pk}'),
    ),
    weak(
        "P26", f"{CASES}/keys.py::opened_or_marked", "an altered row left out",
        f"{CASES}/test_altered.py::test_one_altered_row_is_marked_and_has_no_text_and_all_else_opens",
        ("            row.altered = True\n            found.append(row)", "            continue"),
    ),
    weak(
        "P26", f"{CASES}/keys.py::opened_or_marked", "an altered row as it is, without a mark",
        f"{KEYS}::test_a_text_from_before_the_new_key_is_not_put_back",
        ("            row.altered = True\n", ""),
    ),
    # -- P27, P28: new keys
    weak(
        "P27", f"{ACTIONS}/_keys.py::renew_key", "the old secret under a new number",
        f"{LEAVING}::test_the_old_key_opens_nothing_that_is_written_or_kept_after",
        ("    new, holders = next_version(old), holders_of(case)\n",
         "    new, holders = CaseKey(case=old.case, version=old.version + 1, secret=old.secret), holders_of(case)\n"),
    ),
    weak(
        "P27", f"{ACTIONS}/_keys.py::worker_left", "grants kept",
        f"{LEAVING}::test_who_leaves_loses_every_grant_and_the_cases_wait_for_new_keys",
        ("    held.delete()\n", ""),
    ),
    weak(
        "P27", f"{ACTIONS}/_keys.py::worker_left", "cases wait for no new key",
        f"{LEAVING}::test_who_leaves_loses_every_grant_and_the_cases_wait_for_new_keys",
        ("    Case.objects.filter(pk__in=cases, rekey_due_at=None).exclude(state=Case.State.FROZEN).update(rekey_due_at=now)\n", ""),
    ),
    weak(
        "P27", f"{ACTIONS}/_keys.py::_reseal", "rows left as they are",
        f"{LEAVING}::test_sam_and_hana_go_on_reading_after_the_new_key",
        ("    rows_of(model).bulk_update(sound, list(columns.values()), batch_size=100)", "    rows_of(model).count()"),
    ),
    weak(
        "P27", f"{CASES}/keys.py::holders_of", "the person herself is forgotten",
        f"{LEAVING}::test_sam_and_hana_go_on_reading_after_the_new_key",
        ("    return {case.holder: vault.public_half(case.wrapped_key)} | helpline_holders(case.helpline)",
         "    return helpline_holders(case.helpline)"),
    ),
    weak(
        "P27", f"{CASES}/keys.py::helpline_holders", "roles that see no case are granted it",
        f"{LEAVING}::test_roles_that_see_no_case_are_granted_none",
        ("disabled_at=None, role__in=CASE_ROLES, public_key", "disabled_at=None, public_key"),
    ),
    weak(
        "P27", f"{CASES}/holding.py::_granted", "the pair not compared",
        f"{LEAVING}::test_a_password_set_by_somebody_else_needs_new_grants",
        ("matching |= Q(holder=holder, public=public)", "matching |= Q(holder=holder) if public else Q()"),
    ),
    weak(
        "P28", f"{ACTIONS}/_keys.py::_work_on", "no transaction",
        f"{CASES}/test_killed_keys.py::test_killed_before_any_statement_the_case_stays_whole_and_the_next_session_ends_it",
        ("@transaction.atomic\ndef _work_on", "def _work_on"),
    ),
    weak(
        "P28", f"{ACTIONS}/_keys.py::renew_key", "the version not compared",
        f"{LEAVING}::test_a_case_that_another_session_renewed_first_is_left_alone",
        ("filter(pk=case.pk, version=old.version)", "filter(pk=case.pk)"),
    ),
    weak(
        "P28", f"{ACTIONS}/_keys.py::do_key_work", "what is left is not counted",
        f"{LEAVING}::test_new_keys_come_in_batches_and_the_rest_is_counted",
        ("        left=max(0, len(wanted) - limit),\n", "        left=0,\n"),
    ),
    weak(
        "P28", f"{ACTIONS}/_keys.py::do_key_work", "a batch without an end",
        f"{LEAVING}::test_new_keys_come_in_batches_and_the_rest_is_counted",
        ("    for case_id in wanted[:limit]:\n", "    for case_id in wanted:\n"),
    ),
    weak(
        "P28", f"{CASES}/holding.py::keys_due", "cases that nobody at the desk opens are not counted",
        f"{LEAVING}::test_cases_that_nobody_at_the_desk_can_open_are_counted_and_sam_hands_hers_back",
        ("    alone = everything - held_by(due, workers).count() if everything else 0\n", "    alone = 0 * len(workers)\n"),
    ),
    # -- P29, P30: the door
    weak(
        "P29", f"{CASES}/keys.py::_open", "either form taken",
        f"{KEYS}::test_the_door_does_not_pass_for_a_worker",
        ("        except CannotOpen:\n            raise altered_refusal() from None\n        texts[name]",
         ("        except CannotOpen:\n"
         "            inside = vault.open_in(\n"
         "                key, row.__dict__[text.column], case=key.case, version=key.version, **place(row, name)\n"
         "            )\n        texts[name]")),
    ),
    weak(
        "P29", f"{ACTIONS}/_access.py::locked", "the caller's stale row",
        f"{KEYS}::test_the_door_adds_under_the_version_that_counts_now",
        ('    if not has_part(fresh, by=by):\n        raise NotYourCase(_("There is no such case."))\n    return fresh',
         '    if not has_part(fresh, by=by):\n        raise NotYourCase(_("There is no such case."))\n    return case'),
    ),
    weak(
        "P30", f"{CASES}/keys.py::door_public", "the column",
        f"{KEYS}::test_the_door_takes_its_own_copy_of_the_public_half_and_hana_is_told_of_an_exchange",
        ('        return vault.open_record(records("doors"), case.public_record, **_DOOR, row=case.pk, revision=case.version)',
         "        return bytes(case.public)"),
    ),
    weak(
        "P30", f"{CASES}/keys.py::door_fits", "always fits",
        f"{KEYS}::test_the_door_takes_its_own_copy_of_the_public_half_and_hana_is_told_of_an_exchange",
        ("    except Altered:\n        return False", "    except Altered:\n        return True"),
    ),
    # -- P31 to P33: the checker, the courier, the search
    weak(
        "P31", f"{CASES}/jobs.py::end_looks", "the looks stay planned",
        f"{ENDING}::test_a_closed_case_is_looked_at_until_that_is_ended_and_then_the_checker_has_no_address",
        ("    return case.items.exclude(check_due_at=None).update(check_due_at=None, turn_at=None, checker_url=None)",
         "    return case.items.exclude(check_due_at=None).count()"),
    ),
    weak(
        "P31", f"{CASES}/migrations/0002_sealed.py::cases_checker_reads_while_looks_are_planned", "the database takes both",
        f"{CASES}/test_constraints.py::test_the_checker_reads_an_address_as_long_as_a_look_is_planned",
        ('models.Q(("check_due_at__isnull", False), ("checker_url__isnull", False)),',
         'models.Q(("check_due_at__isnull", False)), models.Q(("checker_url__isnull", False)),'),
    ),
    weak(
        "P32", f"{CASES}/letters.py::drop", "kept",
        f"{CASES}/test_delivery.py::test_a_notice_leaves_once_and_its_clock_runs",
        ("    Letter.objects.filter(notice=notice).delete()", "    Letter.objects.filter(notice=notice).count()"),
    ),
    weak(
        "P33", f"{CASES}/search.py::search", "every case there is",
        f"{CASES}/test_search.py::test_omar_finds_nothing_of_hanas_and_who_has_no_key_is_refused",
        ("list(cases_of(by)[after :", "list(Case.objects.all()[after :"),
    ),
    weak(
        "P33", "sites/desk/search.py::search", "the words kept in the session",
        "sites/desk/test_keys.py::test_the_session_and_its_row_hold_nothing_of_what_was_read_or_searched",
        ('    words = form.cleaned_data["words"]\n', '    words = request.session["words"] = form.cleaned_data["words"]\n'),
    ),
    # -- P34 to P38: altered parts, new instance keys, restored backups
    weak(
        "P34", f"{ACTIONS}/_altered.py::note_altered", "told each time",
        f"{CASES}/test_altered.py::test_the_ledger_is_told_once_of_each_row_and_the_trail_holds",
        ("    unseen = _untold([row for row in rows if row.case_id == held.pk])\n", "    unseen = [row for row in rows if row.case_id == held.pk]\n"),
    ),
    weak(
        "P34", f"{ACTIONS}/_keys.py::renew_key", "one altered row keeps the old key",
        f"{LEAVING}::test_one_altered_row_does_not_keep_a_case_under_the_key_of_who_left",
        ("    if altered > sum(one.sound for one in resealed):\n", "    if altered:\n"),
    ),
    weak(
        "P35", f"{CASES}/aside.py::set_aside_of", "none is set aside",
        f"{CASES}/test_aside.py::test_sixty_tampered_cases_do_not_keep_one_sound_case_from_its_key",
        ('and now < event.at + _pause(event.detail["times"])}', "and now < event.at}"),
    ),
    weak(
        "P36", f"{CASES}/keys.py::blind_addresses", "looked for under today's key alone",
        f"{CASES}/test_blinds.py::test_an_old_address_and_an_old_picture_given_again_are_kept_once",
        ("    return [vault.blind(key, url) for key in address_keys()]", "    return [vault.blind(key, url) for key in address_keys()[:1]]"),
    ),
    weak(
        "P36", f"{CASES}/blinds.py::reblind", "marked and not made anew",
        f"{CASES}/test_blinds.py::test_a_session_makes_the_values_anew_and_then_the_old_key_is_not_needed",
        ("    changed = _items(case, key) + _pictures(case, key)\n", "    changed = 2\n"),
    ),
    weak(
        "P37", f"{CASES}/restored.py::keep_ended", "nothing is ended again",
        f"{CASES}/test_restored.py::test_what_ended_after_the_backup_ends_again",
        ("    done = _end_all(dict.fromkeys([*last, *ends]), now=now)\n", "    done = Counter[str](unread=0 * len(ends))\n"),
    ),
    weak(
        "P37", "apps/ledger/ended.py::ending_of", "the list is told nothing",
        f"{CASES}/test_restored.py::test_every_ending_tells_the_list_when_it_is_committed",
        ("    return Ending(end.kind, began.hash) if began else None", "    return None if began else None"),
    ),
    weak(
        "P38", "apps/ledger/backup/_sharing.py::sharing_held", "feeds go on by themselves",
        "sites/api/test_feed.py::test_a_feed_rests_after_a_restore_until_its_people_let_it_go_on",
        ("    return last is not None and last.kind", "    return last is None and last.kind"),
    ),
    weak(
        "P38", "apps/ledger/backup/_since.py::here_since", "any trail that holds",
        "apps/ledger/test_since.py::test_a_trail_that_does_not_go_on_from_the_backups_tells_nothing",
        ("        if (last.hash if last else GENESIS) != backup.head or not verify().holds:\n", "        if not verify().holds:\n"),
    ),
    # -- P73 to P75: the recovery key
    weak(
        "P73", "core/vault/_recovery.py::THRESHOLD", "one paper is enough",
        f"{RECOVERY}::test_one_paper_opens_nothing",
        ("THRESHOLD = 2\n", "THRESHOLD = 1\n"),
    ),
    weak(
        "P73", "cli/_recovery.py::_hand_over", "the paper is also written into the home",
        "journeys/test_recovery.py::test_the_ceremonies_on_a_terminal",
        ("    lines = share.text.splitlines()\n",
         ("    lines = share.text.splitlines()\n"
         '    (__import__("pathlib").Path(__import__("os").environ["AMPARO_HOME"]) / "paper").write_text(share.text)\n')),
    ),
    weak(
        "P74", f"{CASES}/recovery.py::use", "not told to the ledger",
        f"{RECOVERY}::test_every_use_is_told_to_the_ledger_and_to_the_person_of_each_case",
        ("        record(Event.Kind.RECOVERY_USED, helpline, by=by, at=now, worker=to.handle)", "        pass"),
    ),
    weak(
        "P74", f"{CASES}/recovery.py::_give", "not told to the person of the case",
        f"{RECOVERY}::test_every_use_is_told_to_the_ledger_and_to_the_person_of_each_case",
        ("    record(Event.Kind.CASE_RECOVERED, case, by=by, at=now, worker=to.handle)\n", ""),
    ),
    weak(
        "P75", f"{CASES}/recovery.py::end", "its public half stays, so new keys are granted to it",
        f"{RECOVERY}::test_an_ended_key_opens_nothing_new",
        ("    held.recovery_public = held.recovery_since = None\n", ""),
    ),
    weak(
        "P75", f"{CASES}/recovery.py::end", "cases wait for no new key",
        f"{RECOVERY}::test_an_ended_key_opens_nothing_new",
        ("    Case.objects.filter(pk__in=cases, rekey_due_at=None).exclude(state=Case.State.FROZEN).update(rekey_due_at=now)\n", ""),
    ),
    weak(
        "P75", f"{CASES}/keys.py::helpline_holders", "granted although recovery is switched off",
        f"{RECOVERY}::test_an_instance_without_recovery_makes_uses_and_grants_none",
        ("    if helpline.recovery_public and settings.RECOVERY:\n", "    if helpline.recovery_public:\n"),
    ),
    # -- P76 to P79: erasing
    weak(
        "P76", f"{ACTIONS}/_erasing.py::_drop_keys", "grants kept until the second step",
        f"{ERASING}::test_after_the_first_step_nobody_can_read_it_whatever_happens_then",
        ("    case.grants.all().delete()\n", ""),
    ),
    weak(
        "P76", f"{ACTIONS}/_erasing.py::_drop_keys", "her pair kept until the second step",
        f"{ERASING}::test_after_the_first_step_nobody_can_read_it_whatever_happens_then",
        ('    case.wrapped_key = case.second_key = case.public_record = b""\n', '    case.public_record = b""\n'),
    ),
    weak(
        "P76", f"{ACTIONS}/_erasing.py::erase_case", "not noted before it begins, nor the rest promised",
        f"{JOURNEY}::test_killed_between_two_steps_the_rest_is_done_at_the_next_start",
        ("    erased.note([case.pk])\n", ""),
        ("    promise(finish_erasing, case, now=now)\n", ""),
    ),
    weak(
        "P77", f"{CASES}/wiping.py::wipe", "the write-ahead log left as it is",
        f"{JOURNEY}::test_after_erasing_no_byte_of_its_keys_and_fields_is_on_the_disk",
        ('"PRAGMA wal_checkpoint(TRUNCATE)"', '"PRAGMA wal_checkpoint(PASSIVE)"'),
    ),
    weak(
        "P77", "conf/settings.py::DATABASES", "what is deleted is not overwritten",
        f"{JOURNEY}::test_after_erasing_no_byte_of_its_keys_and_fields_is_on_the_disk",
        ("PRAGMA secure_delete=ON;", "PRAGMA secure_delete=OFF;"),
    ),
    weak(
        "P78", f"{ACTIONS}/_erasing.py::keep_erased", "what came back is left alone",
        f"{JOURNEY}::test_a_backup_from_before_does_not_bring_it_back",
        ("    cases = erased.standing(ids)\n", "    cases = erased.standing(ids)[:0]\n"),
    ),
    weak(
        "P79", f"{ACTIONS}/_erasing.py::_may_erase", "any worker of the case",
        f"{ERASING}::test_a_case_worker_cannot_erase_an_admin_can_and_nobody_of_another_helpline",
        ("    if locked_out:\n", "    if locked_out and not by.handle:\n"),
    ),
    weak(
        "P79", f"{ACTIONS}/_erasing.py::_may_erase", "any admin of any house",
        f"{ERASING}::test_a_case_worker_cannot_erase_an_admin_can_and_nobody_of_another_helpline",
        ("    with transaction.atomic():\n        locked(case, by=by)\n    if", "    if"),
    ),
    # -- P84: the stolen disk
    weak(
        "P84", f"{CASES}/keys.py::Pen", "what is written is logged",
        STOLEN,
        ("            inside = column.encode(text)\n",
         "            inside = column.encode(text)\n            __import__('structlog').get_logger().error(str(text))\n"),
    ),
    weak(
        "P84", "apps/banks/sealing.py::seal_entry", "kept in plain",
        STOLEN,
        ('    return seal_record(records(PURPOSE), content, model="banks.entry", field="sealed", row=row)', "    return content"),
        ('    return open_record(records(PURPOSE), sealed, model="banks.entry", field="sealed", row=row)', "    return bytes(sealed)"),
    ),
    weak(
        "P84", "conf/logs.py::OnlyOurs", "messages of libraries as they are",
        "house/test_logs.py::test_a_librarys_message_is_reduced_to_its_name_and_level",
        ('        if not record.name.startswith("amparo"):\n', "        if not record.name:\n"),
    ),
    weak(
        "P84", "sites/survivor/her_forms.py::MessageForm", "one more field, and nobody looks for it",
        f"{DISK}::test_every_field_in_which_somebody_can_write_is_planted_or_said_to_be_plain",
        ("class MessageForm(forms.Form):\n", "class MessageForm(forms.Form):\n    name = forms.CharField(required=False)\n"),
    ),
]  # fmt: skip
