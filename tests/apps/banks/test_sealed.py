"""A fingerprint goes through the whole house, and stands nowhere as it is."""

import numpy as np
from django.apps import apps
from structlog.testing import capture_logs

from amparo.apps.accounts.actions import issue_key
from amparo.apps.banks import index
from amparo.apps.banks.actions import add_entry, add_video, subscribe, withdraw_entry
from amparo.apps.gate.actions import check_fingerprints
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import SYSTEM
from amparo.core.fingerprint import ImageFingerprint
from tests.apps.banks.entries import made_record
from tests.apps.banks.test_videos import made


def every_value():
    """Of every column of every row of every table, as hex where it is bytes."""
    for model in apps.get_models():
        for row in model._base_manager.values():
            for value in row.values():
                yield bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def test_no_fingerprint_stands_in_any_table_as_it_is(bank, platform, hana, now, django_capture_on_commit_callbacks):
    code = np.random.default_rng(5).bytes(32)
    known, video, strong = ImageFingerprint(code=code, quality=90), made(6), made_record(7)
    subscribe(bank=bank, organisation=platform, on_match="block", by=SYSTEM, now=now)
    key, _ = issue_key(organisation=platform, name="uploads", scopes=["gate"], by=SYSTEM, now=now)
    with capture_logs() as logged, django_capture_on_commit_callbacks(execute=True):
        add_entry(bank=bank, fingerprint=known, stronger=strong, by=hana, now=now)
        add_video(bank=bank, fingerprint=video, by=hana, now=now)
        index.rebuild()
        [answer] = check_fingerprints(fingerprints=[known], by=key, now=now)
        gone = add_entry(bank=bank, fingerprint=ImageFingerprint(code=code[::-1], quality=90), by=hana, now=now)
        withdraw_entry(entry=gone, reason="survivor", by=hana, now=now)
    assert (answer.decision, Decision.objects.count()) == ("block", 1)
    kept = "\n".join([*every_value(), str(logged)])
    secrets = [code, code[::-1], video.md5, video.sha256, *(frame.tobytes() for frame in video.codes)]
    # After its head (magic and length), which every record has.
    secrets.append(strong.to_bytes()[5:])
    for secret in secrets:
        # Half of one would be enough to find the picture by.
        assert secret[: len(secret) // 2].hex() not in kept
        assert str(secret)[2:-1] not in kept
