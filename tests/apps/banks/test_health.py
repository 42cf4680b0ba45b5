from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from amparo.apps.accounts import instance
from amparo.apps.banks import index
from amparo.apps.banks.actions import add_entry
from amparo.apps.banks.health import LATE, health
from amparo.apps.banks.index import EntriesLocked
from amparo.apps.banks.place import is_in_memory
from amparo.apps.banks.queries import lookup
from amparo.apps.ledger.models import Job
from amparo.core.fingerprint import as_array
from amparo.core.vault import InstanceKey


def test_a_new_instance_is_well(db, now):
    found = health(now=now)
    assert (found.status, found.index_entries, found.index_behind, found.jobs_late) == ("ok", 0, 0, 0)


def test_the_engines_and_an_index_on_a_disk_are_told(db, settings, now):
    found = health(now=now)
    assert found.hasher in {"fast (C)", "slow (numpy)"}
    assert found.matcher.startswith(("ring", "slow"))
    assert found.index_in_memory is is_in_memory(settings.INDEX_PATH)
    assert any("AMPARO_INDEX_PATH" in trouble for trouble in found.troubles) is not found.index_in_memory


def test_an_index_that_is_behind_is_told(bank, fingerprint, hana, now):
    index.follow()
    add_entry(bank=bank, fingerprint=fingerprint, by=hana, now=now)
    found = health(now=now)
    assert (found.status, found.index_behind) == ("degraded", 1)
    assert "1 changes behind" in found.troubles[0]


def test_late_jobs_are_told_with_what_to_do(db, now):
    Job.objects.create(task="x", subject_id="1", created_at=now - LATE * 2, run_after=now - LATE - timedelta(seconds=1))
    found = health(now=now)
    assert (found.status, found.jobs_late) == ("degraded", 1)
    assert any("amparo work" in trouble for trouble in found.troubles)


def test_an_index_that_cannot_be_made_is_told(db, settings, tmp_path, now):
    (tmp_path / "file").write_text("in the way")
    settings.INDEX_PATH = Path(tmp_path / "file" / "index")
    found = health(now=now)
    assert found.status == "degraded"
    assert "amparo bank rebuild" in found.troubles[0]


def test_a_lost_instance_key_is_told_and_nothing_is_taken_for_unknown(bank, fingerprint, hana, now, settings):
    add_entry(bank=bank, fingerprint=fingerprint, by=hana, now=now)
    settings.INSTANCE_KEYS = (InstanceKey(9, bytes(range(9, 41))),)
    instance.forget()
    try:
        with capture_logs() as logged:
            found = health(now=now)
        assert (found.status, found.index_entries) == ("degraded", None)
        assert "AMPARO_INSTANCE_KEY" in found.troubles[0]
        assert {"event": "entries_locked", "error": "CannotOpen", "log_level": "error"} in logged
        with pytest.raises(EntriesLocked):
            lookup(as_array([fingerprint.code]), within=31)
    finally:
        instance.forget()


def test_a_folder_that_is_not_this_users_alone_is_told(db, settings, tmp_path, now):
    settings.INDEX_PATH = tmp_path / "open" / "pdq-c512"
    settings.INDEX_PATH.parent.mkdir()
    settings.INDEX_PATH.parent.chmod(0o777)
    found = health(now=now)
    assert found.status == "degraded"
    assert "not this user's alone" in found.troubles[0]
