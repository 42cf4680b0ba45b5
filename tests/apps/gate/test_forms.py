"""One stored fingerprint, and what people put around a picture before they upload it again."""

from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from amparo.apps.banks.actions import add_video
from amparo.apps.gate.actions import ALLOWED, check
from amparo.apps.gate.forms import BOX_BITS, POSSIBLE_BITS, parts_of
from amparo.apps.gate.models import Decision
from amparo.apps.gate.reasons import compared_as
from amparo.core import law
from amparo.core.fingerprint import ORIENTATIONS, bits_apart, hash_image
from tests.apps.banks.test_videos import made
from tests.apps.gate.pictures import opened, saved

MOST = 10**8


@pytest.fixture
def cat(photos):
    return opened(photos / "chelsea.png")


@pytest.fixture
def entry(bank, added, photos, subscribed):
    subscribed("block")
    known = hash_image(photos / "chelsea.png")
    return added(bank, known.code, known.quality)


@pytest.fixture
def ask(key, now, cat):
    """Ask as Pia's platform: about the cat between bars, if nothing else is said."""
    return partial(check, upload=saved(letterboxed(cat), "PNG"), by=key, now=now)


def letterboxed(picture):
    sheet = Image.new("RGB", (picture.width, picture.height + 220), "black")
    sheet.paste(picture, (0, 90))
    return sheet


def screenshot(picture):
    sheet = Image.new("RGB", (picture.width + 40, picture.height + 420), "white")
    pen = ImageDraw.Draw(sheet)
    pen.ellipse((16, 20, 56, 60), fill=(90, 120, 160))
    pen.text((70, 32), "a boat and two apples", fill=(30, 30, 30))
    sheet.paste(picture, (20, 90))
    for line in range(6):
        y = picture.height + 120 + 40 * line
        pen.rectangle((30, y, 30 + (70 * line) % 300 + 80, y + 10), fill=(40, 40, 40))
    return sheet


def collage(picture, other):
    sheet = Image.new("RGB", (2 * picture.width, picture.height))
    sheet.paste(picture, (0, 0))
    sheet.paste(other.resize(picture.size), (picture.width, 0))
    return sheet


def pasted(picture, other):
    sheet = other.resize((1000, 800))
    sheet.paste(picture.resize((600, 399)), (210, 190))
    return sheet


def cut(picture):
    """A fortieth off each side."""
    across, down = picture.width // 40, picture.height // 40
    return picture.crop((across, down, picture.width - across, picture.height - down))


EDITS = {
    "letterboxed": letterboxed,
    "screenshot": screenshot,
    "negative": ImageOps.invert,
    "cut": cut,
    "mirrored and framed": lambda picture: ImageOps.expand(ImageOps.mirror(picture), border=40, fill="white"),
}
KINDS = {
    "letterboxed": {"framed, as is"},
    "screenshot": {"framed, as is", "seamed, as is"},
    "negative": {"negative"},
    "cut": {"widened, as is"},
    "mirrored and framed": {"framed, mirrored"},
}
WORDS = {
    "framed": "What matched is the picture inside a border, a band or a screenshot",
    "seamed": "What matched is a rectangle within the picture",
    "negative": "What matched is the negative of the whole picture.",
    "widened": "What matched is the picture with a narrow rim added",
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_copy_is_blocked_and_the_decision_and_its_reasons_name_the_form(edit, kind, entry, cat, ask):
    answer = ask(upload=saved(EDITS[edit](cat), kind))
    assert (answer.decision, answer.ground) == ("block", "known_picture")
    assert answer.form in KINDS[edit]
    assert Decision.objects.get().form == answer.form
    assert WORDS[answer.form.partition(",")[0]] in answer.reasons["text"]


@pytest.mark.parametrize("edit", [collage, pasted])
def test_a_picture_within_another_is_blocked(edit, entry, cat, photos, ask):
    answer = ask(upload=saved(edit(cat, opened(photos / "gravel.png"))))
    assert answer.decision == "block"
    assert answer.form.partition(",")[0] in {"seamed", "cell", "framed"}


def test_a_large_framed_photo_is_decided_by_its_full_decoding(entry, cat, ask):
    large = saved(letterboxed(cat).resize((2400, 2800)), quality=85)
    assert not next(parts_of(large, max_bytes=MOST, fast=True)).exact
    assert ask(upload=large).decision == "block"
    exactly = [
        bits_apart(code.tobytes(), bytes(entry.code))
        for part in parts_of(large, max_bytes=MOST, fast=False)
        for code in part.codes
    ]
    assert Decision.objects.get().distance == min(exactly)


@pytest.mark.parametrize("edit", [letterboxed, screenshot])
def test_another_picture_passes_however_it_is_framed(edit, entry, photos, ask):
    assert ask(upload=saved(edit(opened(photos / "coffee.png")))) == ALLOWED


def test_boxes_count_within_24_bits_widened_ones_within_31_and_only_the_whole_is_possibly_known(cat):
    parts = list(parts_of(saved(letterboxed(cat), "PNG"), max_bytes=MOST, fast=True))
    told = {part.names[0].partition(",")[0]: part.within for part in parts}
    assert told.pop("as is") == POSSIBLE_BITS
    assert {"framed", "widened", "cell"} <= set(told)
    assert told == {kind: BOX_BITS[kind] for kind in told}
    assert len(parts[0].names) == 16
    assert all(part.exact for part in parts)


def turned_over(code, bits):
    """The code with `bits` of its ones and zeros exchanged, so that it still has 128 ones."""
    unpacked = np.unpackbits(np.frombuffer(code, dtype=np.uint8))
    ones, zeros = np.flatnonzero(unpacked), np.flatnonzero(unpacked == 0)
    unpacked[ones[: bits // 2]] = 0
    unpacked[zeros[: bits // 2]] = 1
    return np.packbits(unpacked).tobytes()


@pytest.fixture
def knows(bank, added, subscribed):
    """A bank that Pia's platform subscribes to with the given on_match, and the codes in it."""

    def know(on_match, *codes):
        subscribed(on_match)
        for code in codes:
            added(bank, code)

    return know


@pytest.fixture
def frames_in_a_bank(bank, subscribed, hana, now, django_capture_on_commit_callbacks):
    """A video with a frame of that code, and another, in a bank that Pia's platform blocks by."""

    def put(code):
        subscribed("block")
        codes = np.stack([np.frombuffer(code, dtype=np.uint8), np.arange(32, dtype=np.uint8)])
        with django_capture_on_commit_callbacks(execute=True):
            add_video(bank=bank, fingerprint=made(frames=2, codes=codes), by=hana, now=now)

    return put


@pytest.fixture
def parts(cat):
    return {
        part.names[0].partition(",")[0]: part
        for part in parts_of(saved(letterboxed(cat), "PNG"), max_bytes=MOST, fast=False)
    }


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (("framed", 24), "block"),
        (("framed", 26), "allow"),
        (("cell", 24), "block"),
        (("cell", 26), "allow"),
        (("widened", 30), "block"),
        (("as is", 30), "block"),
        (("as is", 32), "hold"),
        (("as is", 50), "hold"),
        (("as is", 52), "allow"),
    ],
    ids=str,
)
def test_each_kind_of_form_counts_as_far_as_it_may(place, told, knows, parts, ask):
    """The entry lies so many bits from one form; other forms of the same upload are farther from it, or of its kind."""
    kind, bits = place
    knows("block", turned_over(parts[kind].codes[0].tobytes(), bits))
    assert ask().decision == told


@pytest.mark.parametrize(("bits", "told"), [(20, "block"), (22, "allow")])
def test_a_part_that_is_only_possibly_a_frame_of_a_video_is_not_held(bits, told, frames_in_a_bank, parts, ask):
    """A picture near one frame of several is possibly known from 21 bits on: of the whole alone."""
    frames_in_a_bank(turned_over(parts["framed"].codes[0].tobytes(), bits))
    assert ask().decision == told


def test_a_nearer_box_of_equal_strength_replaces_a_whole_that_is_possibly_known(knows, parts, ask):
    whole, framed = (parts[kind].codes[0].tobytes() for kind in ("as is", "framed"))
    knows("hold", turned_over(whole, 40), turned_over(framed, 10))
    answer = ask()
    assert (answer.ground, answer.form.partition(",")[0]) == ("known_picture", "framed")


@pytest.mark.parametrize("on_match", ["block", "hold", "record"])
def test_the_search_ends_at_an_answer_that_nothing_could_make_stronger(on_match, knows, parts, ask):
    """A box is nearer, but it could only say the same: it is not looked up any more."""
    whole, framed = (parts[kind].codes[0].tobytes() for kind in ("as is", "framed"))
    knows(on_match, turned_over(whole, 20), framed)
    answer = ask()
    assert (answer.decision, answer.form) == (on_match, "as is")
    assert Decision.objects.get().distance == 20


def test_a_whole_that_a_weak_bank_knows_does_not_hide_a_box_that_a_strong_one_knows(
    knows, blocking_bank, added, parts, ask
):
    knows("hold", parts["as is"].codes[0].tobytes())
    added(blocking_bank, parts["framed"].codes[0].tobytes())
    answer = ask()
    assert (answer.decision, answer.bank) == ("block", "second-bank")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("as is", ("whole", "")),
        ("turned 90", ("whole", "turned_90")),
        ("negative", ("negative", "")),
        ("negative, mirrored", ("negative", "mirrored")),
        ("framed, as is", ("framed", "")),
        ("cell, flipped", ("cell", "flipped")),
        ("as given", ("as_given", "")),
        ("same file", ("same_file", "")),
        ("stronger", ("stronger", "")),
    ],
)
def test_every_form_has_words_for_the_uploader(form, words):
    assert compared_as(form) == words


def test_every_form_of_an_upload_is_one_that_has_words(cat):
    names = {
        name
        for edit in (letterboxed(cat), pasted(cat, Image.new("RGB", (9, 9), "red")))
        for part in parts_of(saved(edit), max_bytes=MOST, fast=True)
        for name in part.names
    }
    assert {name.partition(",")[0] for name in names} - set(law.COMPARED) - set(ORIENTATIONS) == set()
    assert {name.replace(" ", "_") for name in ORIENTATIONS} - {"as_is"} == set(law.TURNED)
