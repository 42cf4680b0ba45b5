"""The questions of the door. Each message says what is wanted; none blames."""

import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from amparo.apps.banks.models import Bank
from amparo.apps.cases.picture import Strengthened, picture_of
from amparo.apps.cases.video import video_of
from amparo.core import guide
from amparo.core.fingerprint import FingerprintError, ImageFingerprint, VideoFingerprint
from amparo.core.law import countries

MOST_PICTURES = 50
MOST_ADDRESSES = 100
# The length that browsers and servers agree on; a longer line is a slip of copy and paste.
LONGEST_ADDRESS = 2000
# Letters of a question in her own words; longer ones find nothing better.
MOST_WORDS = 500


class QuestionForm(forms.Form):
    """One question of the guide, with one field of the question's id."""

    def __init__(self, *args: Any, question: guide.Question, **kwargs: Any) -> None:  # as Django's own Form takes them
        super().__init__(*args, **kwargs)
        told = [(choice.id, gettext(choice.text)) for choice in question.choices]
        wanted = gettext(question.wanted)
        self.fields[question.id] = forms.ChoiceField(
            label=gettext(question.text),
            help_text=gettext(question.hint),
            choices=country_choices() if question.asks_country else told,
            widget=forms.Select if question.asks_country else forms.RadioSelect,
            required=not question.asks_country,
            error_messages={"required": wanted, "invalid_choice": wanted},
        )


class AskForm(forms.Form):
    words = forms.CharField(
        label=_("What would you like to know?"),
        help_text=_(
            "A few words are enough. Leave out names: what you write is compared with our answers and not kept."
        ),
        max_length=MOST_WORDS,
        widget=forms.Textarea(
            attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off", "dir": "auto"},
        ),
        error_messages={
            "required": _("Write a few words, or choose from the answers below."),
            "max_length": _("Write it shorter: a sentence is enough."),
        },
    )


class CountryForm(forms.Form):
    country = forms.ChoiceField(label=_("Which country are you in?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # as Django's own Form takes them
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = country_choices()


def country_choices() -> list[tuple[str, str]]:
    """In the order of their names in her language."""
    named = [(one.code, gettext(one.name)) for one in countries()]
    named.sort(key=lambda country: _without_accents(country[1]))
    return [("", gettext("Another country, or I do not want to say")), *named]


def _without_accents(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold().replace("đ", "d"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


class FingerprintsField(forms.Field):
    """Texts of pictures' fingerprints, as the page showed them to her; `apps.cases.picture` tells their form."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[ImageFingerprint | Strengthened]:  # whatever was posted
        lines = value if isinstance(value, list) else []
        if len(lines) > MOST_PICTURES:
            raise forms.ValidationError(
                gettext("You can send %(most)s pictures at a time. Send the others afterwards.")
                % {"most": MOST_PICTURES}
            )
        kept: dict[bytes, ImageFingerprint | Strengthened] = {}
        for picture in map(_picture, lines):
            code = picture.fingerprint.code if isinstance(picture, Strengthened) else picture.code
            # Of the same picture twice, the one with the stronger fingerprint: she asked for that.
            if code not in kept or isinstance(picture, Strengthened):
                kept[code] = picture
        return list(kept.values())


class VideosField(forms.Field):
    """Texts of videos' fingerprints, as the page showed them to her; `apps.cases.video` tells their form."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[VideoFingerprint]:  # whatever was posted
        texts = value if isinstance(value, list) else []
        if len(texts) > MOST_PICTURES:
            raise forms.ValidationError(
                gettext("You can send %(most)s pictures at a time. Send the others afterwards.")
                % {"most": MOST_PICTURES}
            )
        return [_video(text) for text in dict.fromkeys(texts)]


def _video(text: str) -> VideoFingerprint:
    try:
        return video_of(text)
    except FingerprintError:
        raise forms.ValidationError(
            gettext("A fingerprint did not arrive whole. Choose the picture again, then send once more.")
        ) from None


def _picture(text: str) -> ImageFingerprint | Strengthened:
    try:
        return picture_of(text)
    except FingerprintError:
        raise forms.ValidationError(
            gettext("A fingerprint did not arrive whole. Choose the picture again, then send once more.")
        ) from None


class PicturesForm(forms.Form):
    """What leaves her device, all of it: fingerprints, addresses, a country, and who may use the fingerprints."""

    picture = FingerprintsField(required=False)
    video = VideosField(required=False)
    urls = forms.CharField(
        label=_("Where is the picture?"),
        help_text=_("Paste the web address of each page, one on a line. Most begin with https://"),
        required=False,
        max_length=MOST_ADDRESSES * LONGEST_ADDRESS,
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "spellcheck": "false",
                "autocomplete": "off",
                "autocapitalize": "none",
                "inputmode": "url",
                "dir": "ltr",
            },
        ),
    )
    country = forms.ChoiceField(
        label=_("Which country do you live in?"),
        help_text=_("The country decides which laws and which helplines can help you."),
        required=False,
        error_messages={"invalid_choice": _("Choose a country from the list, or the first line of it.")},
    )
    banks = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": _("That list is no longer offered. Choose from the ones below.")},
    )

    def __init__(self, *args: Any, banks: Iterable[Bank], **kwargs: Any) -> None:  # as Django's own Form takes them
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("country", country_choices()),
            ("banks", [(str(bank.pk), bank.title) for bank in banks]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_urls(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["urls"].splitlines()]
        numbered = [(number, line) for number, line in enumerate(lines, start=1) if line]
        if len(numbered) > MOST_ADDRESSES:
            raise forms.ValidationError(
                gettext("You can send %(most)s addresses at a time. Send the others afterwards.")
                % {"most": MOST_ADDRESSES}
            )
        wrong = [number for number, line in numbered if not is_address(line)]
        if wrong:
            raise forms.ValidationError(
                gettext("Line %(lines)s is not a whole web address. Copy it from the top of the browser: https://…")
                % {"lines": ", ".join(map(str, wrong))}
            )
        return list(dict.fromkeys(line for _number, line in numbered))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in ("picture", "video", "urls")):
            raise forms.ValidationError(gettext("Choose a picture or write an address. One of them is enough."))
        return cleaned


def is_address(line: str) -> bool:
    """Whether it is an http or https address of a host with a name, in one piece and without a login.

    `cases.actions.open_case` has the last word on one address; this names all the lines at once.
    """
    line = line if "://" in line else f"https://{line}"
    if len(line) > LONGEST_ADDRESS or any(sign.isspace() or not sign.isprintable() for sign in line):
        return False
    try:
        parts = urlsplit(line)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in host.strip(".") and "@" not in parts.netloc


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Your code"),
        help_text=_(
            "One word with four digits, then seven words. You can paste it. Capital letters make no difference."
        ),
        max_length=400,
        widget=forms.Textarea(
            attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off", "autocapitalize": "none", "dir": "auto"},
        ),
        error_messages={"required": _("Write or paste your code.")},
    )
