import io
import tracemalloc

import pytest
from hypothesis import given, settings, strategies as st
from nacl import bindings

from amparo.core import vault
from amparo.core.vault._files import CHUNK, _open_stream
from tests.core.vault.cast import CASE, ELSEWHERE, PLACE, damaged

AT = {name: PLACE[name] for name in ("case", "model", "field", "row", "version")}
SEALED_CHUNK = 65536 + 17
HEAD = 26
LENGTHS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]


def sealed_file(content, **at):
    target = io.BytesIO()
    return vault.seal_file(CASE, io.BytesIO(content), target, **at or AT), target.getvalue()


def opened_file(sealed_key, stored, key=CASE, **at):
    target = io.BytesIO()
    vault.open_file(key, sealed_key, io.BytesIO(stored), target, **at or AT)
    return target.getvalue()


def patterned(length):
    return bytes(place * 31 % 251 for place in range(256)) * (length // 256) + bytes(length % 256)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_file_opens_to_what_was_sealed(length):
    assert opened_file(*sealed_file(patterned(length))) == patterned(length)


class Trickle(io.BytesIO):
    """A source that gives less than it is asked for, as sockets do."""

    def read(self, size=-1):
        return super().read(min(size, 1000))


@pytest.mark.parametrize("length", [0, 999, CHUNK + 1])
def test_a_source_that_gives_little_at_a_time_gives_the_same_file(length):
    target, opened = io.BytesIO(), io.BytesIO()
    sealed_key = vault.seal_file(CASE, Trickle(patterned(length)), target, **AT)
    vault.open_file(CASE, sealed_key, Trickle(target.getvalue()), opened, **AT)
    assert opened.getvalue() == patterned(length)


def test_every_flipped_bit_every_cut_and_every_addition_to_a_files_key_is_refused():
    sealed_key, stored = sealed_file(b"x")
    assert len(sealed_key) == 110
    for broken in damaged(sealed_key):
        with pytest.raises(vault.CannotOpen):
            vault.file_chunks(CASE, broken, io.BytesIO(stored), **AT)


@settings(max_examples=150, deadline=None)
@given(bit=st.integers(0, (HEAD + 2 * SEALED_CHUNK) * 8 - 1))
def test_every_flipped_bit_of_a_stored_file_is_refused(bit):
    sealed_key, stored = TWO_CHUNKS
    broken = bytearray(stored)
    broken[bit // 8] ^= 1 << bit % 8
    with pytest.raises(vault.CannotOpen):
        opened_file(sealed_key, bytes(broken))


@settings(max_examples=150, deadline=None)
@given(length=st.integers(0, HEAD + 2 * SEALED_CHUNK - 1))
def test_a_file_cut_off_anywhere_is_refused(length):
    sealed_key, stored = TWO_CHUNKS
    with pytest.raises(vault.CannotOpen):
        opened_file(sealed_key, stored[:length])


def test_every_bit_of_the_head_of_a_stored_file_counts():
    sealed_key, stored = TWO_CHUNKS
    for bit in range(HEAD * 8):
        broken = bytearray(stored)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(vault.CannotOpen):
            opened_file(sealed_key, bytes(broken))


TWO_CHUNKS = sealed_file(patterned(CHUNK + 100))


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_a_file_cut_off_between_two_chunks_is_refused(chunks):
    sealed_key, stored = sealed_file(patterned(3 * CHUNK + 5))
    with pytest.raises(vault.CannotOpen):
        opened_file(sealed_key, stored[: HEAD + chunks * SEALED_CHUNK])


@pytest.mark.parametrize("length", [0, 5, CHUNK, CHUNK + 5])
def test_anything_after_the_end_of_a_file_is_refused(length):
    sealed_key, stored = sealed_file(patterned(length))
    for more in (b"\0", stored[HEAD:], stored):
        with pytest.raises(vault.CannotOpen):
            opened_file(sealed_key, stored + more)


def test_chunks_in_another_order_left_out_or_twice_are_refused():
    sealed_key, stored = sealed_file(patterned(3 * CHUNK + 5))
    head = stored[:HEAD]
    one, two, three, last = (stored[HEAD + at * SEALED_CHUNK :][:SEALED_CHUNK] for at in range(4))
    assert stored == head + one + two + three + last
    for broken in [
        (two, one, three, last),
        (one, three, two, last),
        (two, three, last),
        (one, three, last),
        (one, last),
        (last,),
        (one, one, two, three, last),
        (one, two, three, three, last),
        (one, two, three, last, last),
        (),
    ]:
        with pytest.raises(vault.CannotOpen):
            opened_file(sealed_key, head + b"".join(broken))


def test_a_chunk_of_another_file_is_refused():
    sealed_key, stored = sealed_file(patterned(CHUNK + 5))
    _, other = sealed_file(patterned(CHUNK + 5))
    assert stored[HEAD:] != other[HEAD:]
    with pytest.raises(vault.CannotOpen):
        opened_file(sealed_key, stored[: HEAD + SEALED_CHUNK] + other[HEAD + SEALED_CHUNK :])
    with pytest.raises(vault.CannotOpen):
        opened_file(sealed_key, other)


@pytest.mark.parametrize("moved", ELSEWHERE[:5], ids=lambda part: next(iter(part)))
def test_a_file_moved_to_another_place_is_refused(moved):
    sealed_key, stored = sealed_file(b"x")
    elsewhere = AT | moved
    other = vault.CaseKey(case=elsewhere["case"], version=elsewhere["version"], secret=CASE.secret)
    with pytest.raises(vault.CannotOpen):
        opened_file(sealed_key, stored, key=other, **elsewhere)


def test_a_sealed_text_does_not_pass_for_a_files_key_nor_the_other_way():
    sealed_key, stored = sealed_file(b"x")
    with pytest.raises(vault.CannotOpen):
        opened_file(vault.seal_field(CASE, bytes(32), **AT), stored)
    with pytest.raises(vault.CannotOpen):
        vault.open_field(CASE, sealed_key, **AT)


def test_files_of_one_number_of_chunks_have_one_size():
    sizes = {length: len(sealed_file(bytes(length))[1]) for length in LENGTHS}
    assert sizes[0] == sizes[1] == sizes[CHUNK - 1] == sizes[CHUNK] == HEAD + SEALED_CHUNK
    assert sizes[CHUNK + 1] == sizes[2 * CHUNK] == HEAD + 2 * SEALED_CHUNK


def test_nothing_of_the_content_stands_in_the_stored_file():
    _, stored = sealed_file(b"a sentence of Sam's " * 10_000)
    assert b"Sam" not in stored


def test_a_rekeyed_file_opens_with_the_new_key_only_and_its_stored_bytes_stay():
    sealed_key, stored = sealed_file(b"x")
    newer = vault.next_version(CASE)
    again = vault.rekey_file(sealed_key, old=CASE, new=newer, model="cases.item", field="url", row=7)
    assert opened_file(again, stored, key=newer, **AT | {"version": 2}) == b"x"
    with pytest.raises(vault.CannotOpen):
        opened_file(again, stored)


def test_sealing_with_the_key_of_another_case_writes_nothing():
    target = io.BytesIO()
    with pytest.raises(vault.WrongKey):
        vault.seal_file(CASE, io.BytesIO(b"x"), target, **AT | {"case": "sam-2"})
    assert target.getvalue() == b""


class Zeros(io.RawIOBase):
    """Many bytes that are nowhere in memory; counts what is written to it."""

    def __init__(self, size=0):
        self.left, self.written = size, 0

    def read(self, size=-1):
        size = min(size, self.left) if size >= 0 else self.left
        self.left -= size
        return bytes(size)

    def write(self, content):
        self.written += len(content)
        return len(content)


def test_memory_stays_small_however_long_the_file_is():
    size = 16 * 1024 * 1024
    tracemalloc.start()
    target = Zeros()
    vault.seal_file(CASE, Zeros(size), target, **AT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert target.written > size
    assert peak < 1024 * 1024


def test_opening_hands_pieces_on_as_they_come_and_keeps_none(tmp_path):
    stored = tmp_path / "stored"
    with stored.open("wb") as target:
        sealed_key = vault.seal_file(CASE, Zeros(16 * 1024 * 1024), target, **AT)
    with stored.open("rb") as source:
        tracemalloc.start()
        total = sum(len(chunk) for chunk in vault.file_chunks(CASE, sealed_key, source, **AT))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert total == 16 * 1024 * 1024
    assert peak < 1024 * 1024


# -- what only who has the file's key could have made


def stream_by_hand(*frames_and_tags):
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    stored = b"\x01\x03" + bindings.crypto_secretstream_xchacha20poly1305_init_push(state, bytes(32))
    for frame, tag in frames_and_tags:
        stored += bindings.crypto_secretstream_xchacha20poly1305_push(state, frame, b"\x01\x03", tag)
    return io.BytesIO(stored)


MORE, LAST = 0, 3


def framed(text):
    return (len(text).to_bytes(4, "big") + text).ljust(65536, b"\0")


def test_a_stream_has_the_bytes_that_the_document_says():
    full = bytes(CHUNK)
    assert (
        b"".join(_open_stream(bytes(32), stream_by_hand((framed(full), MORE), (framed(b"end"), LAST)))) == full + b"end"
    )


@pytest.mark.parametrize(
    "frames",
    [
        [(framed(b"not full"), MORE), (framed(b"end"), LAST)],
        [((CHUNK + 1).to_bytes(4, "big") + bytes(CHUNK), LAST)],
        [(framed(bytes(CHUNK)), 1), (framed(b"end"), LAST)],
        [(framed(bytes(CHUNK)), 2), (framed(b"end"), LAST)],
        [(framed(bytes(CHUNK))[:-1], MORE), (framed(b"end"), LAST)],
        [(framed(bytes(CHUNK)), MORE)],
    ],
    ids=["short in the middle", "false length", "tag push", "tag rekey", "short frame", "no end"],
)
def test_a_stream_of_another_form_is_refused(frames):
    with pytest.raises(vault.CannotOpen):
        list(_open_stream(bytes(32), stream_by_hand(*frames)))


def test_a_files_key_of_another_size_is_refused():
    from amparo.core.vault._places import Place, seal_at

    short = seal_at(CASE, b"short", Place(**AT), label="file key")
    with pytest.raises(vault.CannotOpen):
        vault.file_chunks(CASE, short, io.BytesIO(b""), **AT)
