"""What the database holds of fingerprints: sealed under the instance's key, each in the place of its row."""

import hashlib
import hmac

from django.conf import settings

from amparo.apps.accounts.instance import records
from amparo.core.fingerprint.strong import StrongRecord
from amparo.core.vault import Sealed, index_key, open_record, seal_record

PURPOSE = "banks"
# Its own: whoever got the subkey that opens codes opens no record of the stronger tier, which tells more of a picture.
PURPOSE_STRONGER = "banks-stronger"


def seal_entry(content: bytes, *, row: int) -> bytes:
    """A picture's code, or the digests of a video's file. row: the entry's number, which it has to have already."""
    return seal_record(records(PURPOSE), content, model="banks.entry", field="sealed", row=row)


def open_entry(sealed: Sealed, *, row: int) -> bytes:
    """Raises core.vault's CannotOpen, WrongVersion: the instance's key is not the one that it was sealed under."""
    return open_record(records(PURPOSE), sealed, model="banks.entry", field="sealed", row=row)


def seal_stronger(record: StrongRecord, *, row: int) -> bytes:
    """A picture's record of the stronger tier. All records are of one length then, whatever their number of points."""
    content = record.to_bytes()
    return seal_record(records(PURPOSE_STRONGER), content, model="banks.entry", field="sealed_stronger", row=row)


def open_stronger(sealed: Sealed, *, row: int) -> StrongRecord:
    """Errors as `open_entry`."""
    content = open_record(records(PURPOSE_STRONGER), sealed, model="banks.entry", field="sealed_stronger", row=row)
    return StrongRecord.from_bytes(content)


def seal_frame(code: bytes, *, entry: int, number: int) -> bytes:
    """The code of a video's frame."""
    return seal_record(records(PURPOSE), code, model="banks.frame", field="sealed", row=f"{entry:d}.{number:d}")


def open_frame(sealed: Sealed, *, entry: int, number: int) -> bytes:
    """Errors as `open_entry`."""
    return open_record(records(PURPOSE), sealed, model="banks.frame", field="sealed", row=f"{entry:d}.{number:d}")


def blind_md5(md5: bytes) -> bytes:
    """By which a video's file is found again: the same for the same file, and nothing to who lacks the key."""
    return blind_md5s(md5)[0]


def blind_md5s(md5: bytes) -> list[bytes]:
    """The same under each of the instance's keys, the newest first: entries may be older than the newest key."""
    return [
        hmac.digest(index_key(key), b"amparo banks.entry md5" + md5, hashlib.sha256) for key in settings.INSTANCE_KEYS
    ]
