"""Read what was sent: bounded, in memory, whole or refused. Nothing of it ever touches the disk."""

from typing import IO, Any, cast
from wsgiref.types import WSGIEnvironment

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser

from amparo.sites.api.errors import Refused

CHUNK = 64 * 1024
LENGTH_DIGITS = 18  # of a Content-Length: an exabyte
# What multipart wraps around a file: boundaries, headers, small fields beside it.
MULTIPART_ROOM = 100_000
PICTURES = "JPEG, PNG, GIF, WebP, AVIF, HEIC, TIFF or BMP"
VIDEOS = "MP4, MOV, WebM, Matroska, AVI, WMV, MPEG or Ogg"


class Body:
    """The body of a request, read at most up to `most` bytes: more is refused, before it is read where it is declared.

    A body has a Content-Length, or it is chunked and the server tells its end (`wsgi.input_terminated`).
    """

    def __init__(self, environ: WSGIEnvironment, *, most: int, room: int = 0) -> None:
        """most: bytes of what is wanted; room: bytes more for what it is wrapped in."""
        self._input: IO[bytes] = cast("IO[bytes]", environ["wsgi.input"])  # what PEP 3333 says it is
        self._most, self._room = most, room
        self._read = 0
        self._declared = _declared_length(environ)
        if self._declared is not None and self._declared > most + room:
            raise _too_large(most)
        if self._declared == 0:
            raise _empty()

    def read(self, size: int = CHUNK) -> bytes:
        """At most `size` bytes; b"" at the end of a whole body. Raises Refused for one too long or broken off."""
        if self._declared is not None:
            size = min(size, self._declared - self._read)
        try:
            chunk = self._input.read(size) if size else b""
        except (OSError, ValueError):  # the connection broke
            raise _broken_off() from None
        self._read += len(chunk)
        if self._read > self._most + self._room:
            raise _too_large(self._most)
        if not chunk and self._declared is not None and self._read < self._declared:
            raise _broken_off()
        return chunk

    def whole(self) -> bytes:
        """All of it. Raises Refused as `read` does, and for nothing at all."""
        chunks = []
        while chunk := self.read():
            chunks.append(chunk)
        if not chunks:
            raise _empty()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def media_type(environ: WSGIEnvironment) -> str:
    """The request's content type without its parameters, in lower case."""
    return str(environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()


def upload_of(environ: WSGIEnvironment, *, most: int) -> bytes:
    """The one file of a multipart form, or the body where it is itself the picture or video. most: bytes of it."""
    kind = media_type(environ)
    if kind == "multipart/form-data":
        return _file_of(environ, most)
    if kind.startswith(("image/", "video/")):
        return Body(environ, most=most).whole()
    raise Refused(
        415,
        "unsupported_type",
        f"The gate takes pictures ({PICTURES}) and videos ({VIDEOS}): send one file as multipart/form-data, or the "
        "bytes with their image/* or video/* type, or a fingerprint as application/json.",
    )


def _declared_length(environ: WSGIEnvironment) -> int | None:
    chunked = "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower()
    # HTTP/2 ends a body by a frame, so it needs neither of the two.
    framed = str(environ.get("SERVER_PROTOCOL", "")).startswith("HTTP/2")
    length = str(environ.get("CONTENT_LENGTH") or "")
    if environ.get("wsgi.input_terminated") and (chunked or (framed and not length)):
        return None
    if not length:
        raise Refused(411, "length_required", "There is no Content-Length: send one, or send the body chunked.")
    if not (length.isascii() and length.isdigit() and len(length) <= LENGTH_DIGITS):
        raise Refused(400, "bad_length", "The Content-Length is no number: send the body's length in bytes.")
    return int(length)


def _too_large(most: int) -> Refused:
    return Refused(413, "too_large", f"This is more than {most:,} bytes: send a smaller one.")


def _empty() -> Refused:
    return Refused(400, "empty", "The body is empty: send a picture or a fingerprint.")


def _broken_off() -> Refused:
    return Refused(400, "broken_off", "The body ended before its end: send it again, whole.")


class _OneFile(FileUploadHandler):
    """Keeps the one file of a form in memory, and refuses a second one and a byte too many as they come."""

    chunk_size = CHUNK

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._chunks: list[bytes] = []
        self._size = 0
        self._files = 0
        self.is_whole = False

    def new_file(self, *_args: Any, **_kwargs: Any) -> None:  # Django's signature, none of which is wanted here
        self._files += 1
        if self._files > 1:
            raise Refused(400, "more_than_one_file", "There is more than one file in this form: send one at a time.")

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        self._size += len(raw_data)
        if self._size > self._most:
            raise _too_large(self._most)
        self._chunks.append(raw_data)

    def file_complete(self, _file_size: int) -> None:
        self.is_whole = True

    def content(self) -> bytes:
        if not self._files:
            raise Refused(
                400, "no_file", "There is no file in this form: send one, with a filename (curl -F photo=@picture.jpg)."
            )
        if not self.is_whole:
            raise _broken_off()
        if not self._size:
            raise Refused(400, "empty", "The file is empty: send a picture.")
        return b"".join(self._chunks)


def _file_of(environ: WSGIEnvironment, most: int) -> bytes:
    body = Body(environ, most=most, room=MULTIPART_ROOM)
    handler = _OneFile(most)
    _, _, parameters = str(environ["CONTENT_TYPE"]).partition(";")
    # The parser wants a length only to tell an empty body, which is refused already.
    meta = {"CONTENT_TYPE": f"multipart/form-data;{parameters}", "CONTENT_LENGTH": "1"}
    try:
        MultiPartParser(meta, cast("Any", body), [handler]).parse()  # of a stream it wants `read` alone
    except Refused:
        raise
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  it raises its own errors, SuspiciousOperation, and on odd headers others
        raise Refused(
            400,
            "malformed_form",
            "This multipart form cannot be read: send one file field with a filename, and the boundary in the header.",
        ) from None
    return handler.content()
