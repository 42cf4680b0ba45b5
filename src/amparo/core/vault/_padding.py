"""Lengths hidden in buckets: u32 length, the text, zeros."""

_LENGTH = 4
# Our choice: a phone number and a name look alike (60 bytes), so do most URLs (252), messages (1,020) and letters
# (4,092). Longer texts are rare and get whole 4 KiB steps. docs/vault.md tells what a bucket still says.
SMALL_BUCKETS = (64, 256, 1024, 4096)
STEP = 4096
# A field lives in a row and is opened whole. Anything longer is a file.
LONGEST = 1024 * 1024 - _LENGTH


class TooLong(ValueError):
    """More than a field holds."""


class BadFrame(ValueError):
    """What was opened does not have the form of a padded text."""


def bucket(length: int) -> int:
    """Bytes that a text of `length` bytes takes when padded; 0 <= length <= LONGEST, else TooLong."""
    if length > LONGEST:
        raise TooLong(f"a field holds {LONGEST} bytes, and this has {length}: seal it as a file")
    whole = length + _LENGTH
    return next((size for size in SMALL_BUCKETS if whole <= size), -(-whole // STEP) * STEP)


def pad(text: bytes) -> bytes:
    """`text` with its length before it and zeros after it, `bucket(len(text))` bytes."""
    return (len(text).to_bytes(_LENGTH, "big") + text).ljust(bucket(len(text)), b"\0")


def unpad(frame: bytes) -> bytes:
    """The text in `frame`. BadFrame unless `pad` gives exactly this frame: there is one form for every text."""
    length = int.from_bytes(frame[:_LENGTH], "big")
    text = frame[_LENGTH : _LENGTH + length]
    if length > LONGEST or len(text) != length or pad(text) != frame:
        raise BadFrame("the length inside does not fit the bytes around it")
    return text
