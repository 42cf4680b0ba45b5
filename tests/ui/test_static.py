"""What stands beside the pages: styles and scripts, which a worker takes its policy from."""

from django.conf import settings


def test_the_fingerprint_worker_may_connect_nowhere(db, client):
    answer = client.get(f"{settings.STATIC_URL}amparo/js/fingerprint/worker.js")
    answer.close()
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; script-src 'self'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
