import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from amparo.apps.banks import index
from amparo.apps.banks.actions import add_entry, withdraw_entry
from amparo.apps.banks.queries import lookup
from amparo.core.matching import Index, IndexCorrupt


@pytest.fixture
def add(bank, fingerprint, hana, now):
    def one(seed: int):
        code = np.random.default_rng(seed).bytes(32)
        return add_entry(bank=bank, fingerprint=dataclasses.replace(fingerprint, code=code), by=hana, now=now)

    return one


def found(entry_code: bytes) -> list[int]:
    query = np.frombuffer(entry_code, dtype=np.uint8).reshape(1, 32)
    _, ids, _ = lookup(query, within=31)
    return ids.tolist()


def code_of(seed: int) -> bytes:
    return np.random.default_rng(seed).bytes(32)


def test_an_entry_is_found_as_soon_as_it_is_committed(add, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        entry = add(1)
    assert found(code_of(1)) == [entry.pk]


def test_a_withdrawn_entry_is_not_found(add, hana, now, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        entry = add(1)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    assert found(code_of(1)) == []


def test_a_change_whose_process_died_before_indexing_is_followed(add):
    index.follow()
    entry = add(1)  # its on_commit never runs here, as after a kill
    assert index.behind() == 1
    assert index.follow() == 1
    assert found(code_of(1)) == [entry.pk]
    assert index.follow() == index.behind() == 0


def test_an_entry_added_and_withdrawn_meanwhile_never_enters(add, hana, now):
    index.follow()
    withdraw_entry(entry=add(1), reason="survivor", by=hana, now=now)
    kept = add(2)
    assert index.follow() == 3
    assert found(code_of(1)) == []
    assert found(code_of(2)) == [kept.pk]


def test_a_missing_index_is_built_from_the_database(add, hana, now):
    gone, kept = add(1), add(2)
    withdraw_entry(entry=gone, reason="survivor", by=hana, now=now)
    assert found(code_of(2)) == [kept.pk]
    assert found(code_of(1)) == []


def test_a_damaged_index_is_set_aside_rebuilt_and_said_so(add, settings):
    kept = add(1)
    assert found(code_of(1)) == [kept.pk]
    index.close()
    for file in Path(settings.INDEX_PATH).iterdir():
        file.write_bytes(os.urandom(max(file.stat().st_size, 64)))
    with capture_logs() as told:
        assert found(code_of(1)) == [kept.pk]
    assert [line["event"] for line in told][:2] == ["index_unreadable", "index_built_from_database"]


def test_a_folder_that_is_no_index_is_replaced(add, settings):
    kept = add(1)
    Path(settings.INDEX_PATH).mkdir(parents=True)
    assert found(code_of(1)) == [kept.pk]


def test_an_index_damaged_while_open_costs_one_answer(add, settings):
    kept = add(1)
    assert found(code_of(1)) == [kept.pk]
    with pytest.raises(IndexCorrupt), index.current():
        raise IndexCorrupt("as the file's own checks raise it")
    assert found(code_of(1)) == [kept.pk]
    assert Path(settings.INDEX_PATH).with_name("pdq-c512.corrupt").exists()


def test_a_rebuild_by_another_process_is_taken_over(add, settings):
    kept = add(1)
    assert found(code_of(1)) == [kept.pk]
    other = Path(settings.INDEX_PATH).with_name("other")
    with Index.create(other) as made:
        made.add(np.frombuffer(code_of(9), dtype=np.uint8).reshape(1, 32), np.array([99], dtype=np.uint64))
    Path(settings.INDEX_PATH).rename(other.with_name("moved"))
    assert found(code_of(1)) == [kept.pk], "the open one answers while the folder is being replaced"
    other.rename(settings.INDEX_PATH)
    assert found(code_of(9)) == [99]


def test_an_index_that_was_taken_away_is_made_anew_by_the_next_change(add, settings):
    """Memory is emptied when the machine, or a user's last session, ends."""
    kept = add(1)
    assert found(code_of(1)) == [kept.pk]
    shutil.rmtree(Path(settings.INDEX_PATH).parent)
    later = add(2)
    index.follow()
    assert found(code_of(1)) == [kept.pk]
    assert found(code_of(2)) == [later.pk]
    assert Path(settings.INDEX_PATH).exists()


def test_an_index_of_another_database_is_made_anew(add, settings):
    """It says that it holds changes which this database never had."""
    kept = add(1)
    with index.current() as opened:
        opened.add(np.frombuffer(code_of(9), dtype=np.uint8).reshape(1, 32), np.array([99], dtype=np.uint64))
        opened.mark(10_000)
    index.follow()
    assert found(code_of(9)) == []
    assert found(code_of(1)) == [kept.pk]
    assert index.behind() == 0


def test_a_rebuild_leaves_the_same_entries(add, settings):
    entries = [add(seed) for seed in range(1, 8)]
    index.follow()
    assert index.rebuild() == 7
    assert [found(code_of(seed)) for seed in range(1, 8)] == [[entry.pk] for entry in entries]
    assert index.behind() == 0


def test_a_full_disk_leaves_the_change_for_later(add, settings, tmp_path):
    """The file may not grow (RLIMIT_FSIZE): the index refuses and stays as it was; later changes are followed."""
    script = textwrap.dedent(
        """
        import resource, signal, sys
        import numpy as np
        from amparo.core.matching import Index, NoSpace
        index = Index.open(sys.argv[1])
        before = len(index)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        size = max(f.stat().st_size for f in __import__("pathlib").Path(sys.argv[1]).iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        codes = np.random.default_rng(3).integers(0, 256, (5000, 32), dtype=np.uint8)
        try:
            index.add(codes, np.arange(10, 5010, dtype=np.uint64))
        except NoSpace as refusal:
            print(refusal)
        sys.exit(0 if len(index) == before else 1)
        """
    )
    kept = add(1)
    index.follow()
    ran = subprocess.run(
        [sys.executable, "-c", script, str(settings.INDEX_PATH)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.strip()
    assert found(code_of(1)) == [kept.pk]
    later = add(2)
    assert index.follow() == 1
    assert found(code_of(2)) == [later.pk]


def test_threads_may_search_while_another_adds(add, django_capture_on_commit_callbacks):
    kept = add(1)
    index.follow()
    query = np.frombuffer(code_of(1), dtype=np.uint8).reshape(1, 32)
    answers: list[list[int]] = []

    def search() -> None:
        for _ in range(50):
            with index.current() as opened:
                answers.append(opened.search_many(query, within=31)[1].tolist())

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    with index.current() as opened:
        for number in range(100, 150):
            opened.add(
                np.frombuffer(code_of(number), dtype=np.uint8).reshape(1, 32), np.array([number], dtype=np.uint64)
            )
    for thread in threads:
        thread.join()
    assert answers == [[kept.pk]] * 150
    assert signal.getsignal(signal.SIGTERM) is not None
