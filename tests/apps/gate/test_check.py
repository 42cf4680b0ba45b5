"""What the gate answers for a picture."""

from io import BytesIO

import pytest
from PIL import Image

from amparo.apps.accounts.actions import issue_key
from amparo.apps.banks.actions import unsubscribe, withdraw_entry
from amparo.apps.gate.actions import ALLOWED, NotRecognised, check
from amparo.apps.gate.forms import parts_of
from amparo.apps.gate.models import Decision
from amparo.apps.ledger.models import SYSTEM, Event
from amparo.apps.ledger.queries import verify
from amparo.core.fingerprint import Truncated, bits_apart, hash_image
from tests.apps.gate.pictures import mirrored, opened, plain, re_encoded, resized, saved, turned

CAT, COFFEE, COINS, ROCKET = "chelsea.png", "coffee.png", "coins.png", "rocket.jpg"


@pytest.fixture
def cat(photos):
    return opened(photos / CAT)


@pytest.fixture
def ask(key, now):
    """Ask as Pia's platform, or with another key."""

    def ask_with(upload, by=key):
        return check(upload=upload, by=by, now=now)

    return ask_with


@pytest.fixture
def entry(bank, added, photos, subscribed):
    subscribed("block")
    known = hash_image(photos / CAT)
    return added(bank, known.code, known.quality)


def test_a_picture_of_a_bank_is_blocked(entry, photos, ask):
    answer = ask((photos / CAT).read_bytes())
    assert (answer.decision, answer.ground, answer.bank, answer.form) == (
        "block",
        "known_picture",
        "helpline-bank",
        "as is",
    )


@pytest.mark.parametrize(
    ("edited", "form"),
    [(re_encoded, "as is"), (resized, "as is"), (mirrored, "mirrored"), (turned, "turned 90")],
)
def test_an_edited_copy_is_blocked_and_the_answer_names_the_form(edited, form, entry, cat, ask):
    answer = ask(edited(cat))
    assert (answer.decision, answer.form) == ("block", form)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"])
def test_a_copy_in_another_format_is_blocked(kind, entry, cat, ask):
    assert ask(saved(cat, kind)).decision == "block"


@pytest.mark.parametrize("name", [COFFEE, COINS, ROCKET, "moon.png", "brick.png", "hubble_deep_field.jpg"])
def test_another_picture_passes(name, entry, photos, ask):
    assert ask((photos / name).read_bytes()) == ALLOWED


def test_a_picture_that_passes_leaves_nothing_behind(entry, photos, ask):
    events = Event.objects.count()
    ask((photos / COFFEE).read_bytes())
    assert (Decision.objects.count(), Event.objects.count()) == (0, events)


def test_a_block_leaves_the_decision_its_reasons_and_an_event_that_verifies(entry, cat, ask, key, now):
    answer = ask(mirrored(cat))
    decision = Decision.objects.get()
    assert (decision.reference, decision.organisation, decision.entry, decision.at) == (
        answer.reference,
        key.organisation,
        entry,
        now,
    )
    assert decision.form == "mirrored"
    assert decision.distance <= 31
    event = Event.objects.get(kind="gate_decided")
    assert (event.by, event.organisation, event.subject_id) == (key.handle, "platform", str(decision.pk))
    assert event.detail["reference"] == answer.reference
    assert verify().holds


def test_the_statement_is_stored_as_it_was_answered_and_holds_what_article_17_asks(entry, cat, ask):
    answer = ask(re_encoded(cat))
    assert Decision.objects.get().statement == answer.reasons
    assert [paragraph["element"] for paragraph in answer.reasons["paragraphs"]] == ["a", "b", "c", "d", "e", "f"]
    assert answer.reference in answer.reasons["text"]
    assert "automated means" in answer.reasons["text"]
    assert answer.appeal == {"to": "the complaint form or contact address of Platform", "until": "2027-05-24"}


def test_neither_the_upload_nor_its_fingerprint_is_stored_anywhere(entry, cat, ask):
    upload = turned(cat)
    ask(upload)
    seen = hash_image(upload)
    decision = Decision.objects.get()
    kept = repr([(field.name, getattr(decision, field.attname)) for field in Decision._meta.fields])
    kept += repr(list(Event.objects.values()))
    assert seen.hex not in kept
    assert repr(seen.code) not in kept
    assert seen.sha256.hex() not in kept


def test_a_withdrawn_entry_is_allowed_at_the_next_check(entry, cat, ask, hana, now):
    assert ask(re_encoded(cat)).decision == "block"
    withdraw_entry(entry=entry, reason="survivor", by=hana, now=now)
    assert ask(re_encoded(cat)) == ALLOWED


def test_an_entry_counts_in_the_next_check(bank, added, subscribed, photos, ask):
    subscribed("block")
    upload = (photos / ROCKET).read_bytes()
    assert ask(upload) == ALLOWED
    added(bank, hash_image(upload).code)
    assert ask(upload).decision == "block"


def test_a_platform_is_answered_by_its_own_banks_alone(entry, cat, other_key, ask):
    assert ask(re_encoded(cat), by=other_key) == ALLOWED
    assert not Decision.objects.exists()


def test_a_bank_that_a_platform_left_counts_no_more(entry, platform, cat, ask, now):
    unsubscribe(bank=entry.bank, organisation=platform, by=SYSTEM, now=now)
    assert ask(re_encoded(cat)) == ALLOWED


@pytest.mark.parametrize("on_match", ["block", "hold", "record"])
def test_the_subscription_says_what_a_match_does(on_match, entry, subscribed, cat, ask):
    subscribed(on_match)
    answer = ask(re_encoded(cat))
    assert (answer.decision, answer.ground) == (on_match, "known_picture")


def test_two_platforms_are_answered_each_as_it_chose(entry, subscribed, other_key, cat, ask):
    subscribed("hold", who=other_key.organisation)
    assert ask(re_encoded(cat)).decision == "block"
    assert ask(re_encoded(cat), by=other_key).decision == "hold"


def test_what_is_only_recorded_has_a_reference_and_no_reasons_because_nothing_was_withheld(entry, subscribed, cat, ask):
    subscribed("record")
    answer = ask(re_encoded(cat))
    assert answer.reference == Decision.objects.get().reference
    assert (answer.reasons, answer.appeal, Decision.objects.get().statement) == (None, None, None)


def test_the_platforms_mailbox_is_where_complaints_go(entry, key, cat, ask):
    key.organisation.mailbox = "complaints@platform.example.org"
    key.organisation.save()
    answer = ask(re_encoded(cat))
    assert answer.appeal["to"] == "complaints@platform.example.org"
    assert "complaints@platform.example.org" in answer.reasons["text"]


def test_a_plain_upload_passes_although_plain_pictures_are_near_each_other(bank, added, subscribed, ask):
    subscribed("block")
    near = hash_image(plain())
    other = bytes(byte ^ (0b1 if number < 24 else 0) for number, byte in enumerate(near.code))
    added(bank, other)
    assert ask(plain()) == ALLOWED


def test_a_copy_cut_short_is_looked_up_as_far_as_viewers_show_it(entry, cat, ask):
    assert ask(re_encoded(cat)[:-500]).decision == "block"


def test_what_is_no_picture_or_breaks_off_is_refused_and_leaves_nothing(entry, cat, ask):
    with pytest.raises(NotRecognised):
        ask(b"plain words")
    with pytest.raises(Truncated):
        ask(saved(cat, "AVIF")[:-500])
    assert not Decision.objects.exists()


@pytest.fixture
def held(entry, subscribed):
    """The cat's bank holds instead of blocking."""
    subscribed("hold")


def test_the_strongest_answer_of_several_banks_counts(cat, held, blocking_bank, added, ask):
    added(blocking_bank, hash_image(resized(cat)).code)
    answer = ask(saved(cat, "PNG"))
    assert (answer.decision, answer.bank) == ("block", "second-bank")


def test_a_key_of_the_same_organisation_is_answered_alike(entry, platform, cat, ask, now):
    second, _ = issue_key(organisation=platform, name="second", scopes=["gate"], by=SYSTEM, now=now)
    assert ask(re_encoded(cat), by=second).decision == "block"


def test_a_large_photo_is_decided_by_its_exact_fingerprint_although_it_is_first_looked_at_fast(entry, cat, ask):
    large = saved(cat.resize((2400, 1600)), quality=80)
    assert not next(parts_of(large, max_bytes=10**7, fast=True)).exact
    assert ask(large).decision == "block"
    assert Decision.objects.get().distance == bits_apart(hash_image(large).code, bytes(entry.code))


def test_a_picture_that_lies_in_the_colours_of_a_jpeg_alone_is_looked_at_in_full(cat):
    grey = cat.convert("L").resize((640, 480))
    colours_alone = Image.merge("YCbCr", (Image.new("L", grey.size, 8), grey, grey))
    out = BytesIO()
    colours_alone.save(out, "JPEG", quality=95, subsampling=0)
    forms = next(parts_of(out.getvalue(), max_bytes=10**7, fast=True))
    assert forms.exact
    assert forms.qualities[0] >= 50
