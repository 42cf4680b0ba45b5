"""GET /status: is this instance well."""

from datetime import timedelta

from amparo.apps.banks.models import Bank, Change, Entry
from amparo.apps.ledger.models import Job
from tests.apps.banks.entries import write_entries


def test_without_a_key_one_word_is_told(client, db):
    told = client.get("/status")
    assert (told.status_code, told.json()) == (200, {"status": "ok"})


def test_with_a_key_everything_is_told(client, known, secret):
    entry = known()
    told = client.get("/status", headers={"x-api-key": secret}).json()
    assert (told["status"], told["index_entries"], told["index_behind"]) == ("ok", 1, 0)
    assert told["index_position"] == entry.changes.get().seq
    assert {"version", "database", "matcher", "jobs_waiting", "jobs_failed", "jobs_late", "troubles"} <= set(told)


def test_a_wrong_key_is_refused_rather_than_taken_for_none(client, db):
    told = client.get("/status", headers={"x-api-key": "amparo_wrong"})
    assert (told.status_code, told.json()["code"]) == (401, "key_refused")


def test_a_probe_that_wants_plain_text_gets_one_word(client, db):
    told = client.get("/status", headers={"accept": "text/plain"})
    assert (told.status_code, told.content, told.headers["Content-Type"]) == (200, b"I-AM-ALIVE", "text/plain")


def test_a_browser_or_a_program_without_a_wish_gets_json(client, db):
    for accept in ("*/*", "application/json", "text/html,application/xhtml+xml,*/*;q=0.8"):
        assert client.get("/status", headers={"accept": accept}).json() == {"status": "ok"}


def test_a_late_job_makes_it_degraded_but_the_gate_still_answers(client, db, now):
    long_ago = now - timedelta(days=30)
    Job.objects.create(task="x", subject_id="1", created_at=long_ago, run_after=long_ago)
    told = client.get("/status")
    assert (told.status_code, told.json()) == (200, {"status": "degraded"})
    assert client.get("/status", headers={"accept": "text/plain"}).content == b"I-AM-ALIVE"


def test_an_index_behind_the_database_is_stale(client, bank: Bank, code, now):
    client.get("/status")
    [entry] = write_entries([Entry(bank=bank, quality=90, added_at=now, added_by="hana")], [code])
    Change.objects.create(seq=999, entry=entry, kind="added", at=now)
    told = client.get("/status", headers={"accept": "text/plain"})
    assert (told.status_code, told.content) == (503, b"INDEX-STALE")
    assert client.get("/status").json() == {"status": "degraded"}


def test_an_index_that_cannot_be_opened_is_said(client, db, settings, tmp_path):
    (tmp_path / "a-file").write_text("")
    settings.INDEX_PATH = tmp_path / "a-file" / "index"
    assert (client.get("/status").status_code, client.get("/status").json()) == (503, {"status": "degraded"})
    assert client.get("/status", headers={"accept": "text/plain"}).content == b"INDEX-NOT-LOADED"


def test_anything_but_get_is_405_in_json(client, db):
    told = client.delete("/status")
    assert (told.status_code, told.json()["code"]) == (405, "method_not_allowed")
