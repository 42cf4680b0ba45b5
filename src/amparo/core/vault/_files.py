"""Files: a key for each, a stream in equal chunks, never more than one chunk in memory."""

from collections.abc import Iterator
from typing import BinaryIO

from nacl import bindings, exceptions

from amparo.core.vault._binding import Identifier
from amparo.core.vault._cases import CaseKey
from amparo.core.vault._envelope import STREAM, Sealed, head, read_form, refusal
from amparo.core.vault._places import Place, open_at, rekey_at, seal_at
from amparo.core.vault._secret import SECRET_BYTES, new_secret

_LABEL = "file key"
_LENGTH = 4
# Every chunk is filled up to this size, the last too: an exact size tells which of the files out there it is.
_FRAME = 64 * 1024
CHUNK = _FRAME - _LENGTH
_SEALED_CHUNK = _FRAME + bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_HEAD = head(STREAM)
_STREAM_HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MORE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def _fill(source: BinaryIO, size: int) -> bytes:
    """`size` bytes of `source`, or what is left: a raw file or a socket may give less than it was asked for."""
    parts, missing = [], size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _seal_stream(file_key: bytes, source: BinaryIO, target: BinaryIO) -> None:
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    target.write(_HEAD + bindings.crypto_secretstream_xchacha20poly1305_init_push(state, file_key))
    chunk = _fill(source, CHUNK)
    while True:
        following = _fill(source, CHUNK) if len(chunk) == CHUNK else b""
        frame = (len(chunk).to_bytes(_LENGTH, "big") + chunk).ljust(_FRAME, b"\0")
        tag = _MORE if following else _LAST
        target.write(bindings.crypto_secretstream_xchacha20poly1305_push(state, frame, _HEAD, tag))
        if not following:
            return
        chunk = following


def _opened_frame(state: bindings.crypto_secretstream_xchacha20poly1305_state, sealed: bytes) -> tuple[bytes, bool]:
    """The text of one chunk and whether it is the last. Every chunk before the last is full."""
    if len(sealed) != _SEALED_CHUNK:
        raise refusal()
    try:
        frame, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, sealed, _HEAD)
    except exceptions.CryptoError:
        raise refusal() from None
    length, last = int.from_bytes(frame[:_LENGTH], "big"), tag == _LAST
    if tag not in (_MORE, _LAST) or length > CHUNK or not (last or length == CHUNK):
        raise refusal()
    return frame[_LENGTH : _LENGTH + length], last


def _open_stream(file_key: bytes, source: BinaryIO) -> Iterator[bytes]:
    start = _fill(source, len(_HEAD) + _STREAM_HEADER)
    read_form(start, STREAM)
    if len(start) < len(_HEAD) + _STREAM_HEADER:
        raise refusal()
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, start[len(_HEAD) :], file_key)
    last = False
    while not last:
        chunk, last = _opened_frame(state, _fill(source, _SEALED_CHUNK))
        if last and source.read(1):
            raise refusal()
        yield chunk


def seal_file(
    key: CaseKey,
    source: BinaryIO,
    target: BinaryIO,
    *,
    case: Identifier,
    model: str,
    field: str,
    row: Identifier,
    version: int,
) -> bytes:
    """Read `source` to its end, write it sealed to `target`, and return the file's own key, sealed for this place.

    The returned 110 bytes belong in the row: without them the stored file is noise, so re-keying and erasing a case
    touch rows only. Memory: two chunks of 64 KiB. The stored size tells the length in steps of 65,532 bytes.
    Raises WrongKey and BadPlace before anything is written.
    """
    file_key = new_secret()
    sealed_key = seal_at(key, file_key, Place(case, model, field, row, version), label=_LABEL)
    _seal_stream(file_key, source, target)
    return sealed_key


def file_chunks(
    key: CaseKey,
    sealed_key: Sealed,
    source: BinaryIO,
    *,
    case: Identifier,
    model: str,
    field: str,
    row: Identifier,
    version: int,
) -> Iterator[bytes]:
    """The file that `seal_file` sealed, in pieces of at most 65,532 bytes, each authentic when it is handed out.

    The key is opened at the call, the pieces as they are asked for. CannotOpen comes at the piece that was changed,
    moved or cut off: who has handed pieces on before that must throw them away, because a file without its end is not
    that file.
    """
    file_key = open_at(key, sealed_key, Place(case, model, field, row, version), label=_LABEL)
    if len(file_key) != SECRET_BYTES:
        raise refusal()
    return _open_stream(file_key, source)


def open_file(
    key: CaseKey,
    sealed_key: Sealed,
    source: BinaryIO,
    target: BinaryIO,
    *,
    case: Identifier,
    model: str,
    field: str,
    row: Identifier,
    version: int,
) -> None:
    """Write the file that `seal_file` sealed to `target`. On CannotOpen throw away what `target` holds by then."""
    chunks = file_chunks(key, sealed_key, source, case=case, model=model, field=field, row=row, version=version)
    target.writelines(chunks)


def rekey_file(sealed_key: Sealed, *, old: CaseKey, new: CaseKey, model: str, field: str, row: Identifier) -> bytes:
    """The file's key under the next version of the case's key. The stored file stays as it is."""
    return rekey_at(sealed_key, old=old, new=new, place=Place(old.case, model, field, row, old.version), label=_LABEL)
