"""The questions of her own page."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from amparo.apps.cases.actions import MOST_CHARACTERS
from amparo.sites.survivor.forms import LONGEST_ADDRESS, MOST_ADDRESSES, is_address

ADULT = "adult"
# What no browser's helper should read, correct or keep.
ALONE = {"spellcheck": "false", "autocomplete": "off", "dir": "auto"}


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Write to the helpline"),
        help_text=_("Only your helpline can read it. Nothing is sent to your phone or your mail."),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 5, **ALONE}),
        error_messages={
            "required": _("Write a few words first."),
            "max_length": _("This is longer than 4,000 characters. Send it in two parts."),
        },
    )


class WordsForm(forms.Form):
    """Two words of a new code, typed back; the whole code, pasted, will do as well."""

    words = forms.CharField(
        help_text=_("Capital letters make no difference. You can also paste the whole code."),
        max_length=400,
        widget=forms.TextInput(attrs={"autocapitalize": "none", **ALONE}),
        error_messages={"required": _("Write the two words, or paste the whole code.")},
    )

    def __init__(self, *args: Any, asked: Sequence[int], **kwargs: Any) -> None:  # as Django's own Form takes them
        super().__init__(*args, **kwargs)
        first, second = asked
        self.fields["words"].label = gettext("Word %(first)d and word %(second)d") % {"first": first, "second": second}


class PauseForm(forms.Form):
    """What becomes of her permissions while the case rests. Without any, there is nothing to choose."""

    STAY, GO = "stay", "go"
    lists = forms.ChoiceField(
        label=_("And the lists that have your fingerprints?"),
        choices=[
            (STAY, _("They keep them. Copies of your pictures are still stopped where the lists are used.")),
            (GO, _("Take them out of every list. Nothing is stopped then, until you share them again.")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose whether the lists keep the fingerprints."),
            "invalid_choice": _("Choose whether the lists keep the fingerprints."),
        },
    )

    def __init__(self, *args: Any, permissions: int, **kwargs: Any) -> None:  # as Django's own Form takes them
        super().__init__(*args, **kwargs)
        self.fields["lists"].required = permissions > 0


class AddressesForm(forms.Form):
    """New addresses for her case, and the age in the picture that stands there."""

    age = forms.ChoiceField(
        label=_("How old was the person in the picture?"),
        help_text=_(
            "The age when the picture was made, not today. If there are several pictures, think of the earliest."
        ),
        choices=[(ADULT, _("18 or older")), ("minor", _("Under 18")), ("unsure", _("I am not sure"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one answer. Other help is there for pictures of people under 18."),
            "invalid_choice": _("Choose one answer. Other help is there for pictures of people under 18."),
        },
    )
    urls = forms.CharField(
        label=_("Where is the picture?"),
        help_text=_("Paste the web address of each page, one on a line. Most begin with https://"),
        max_length=MOST_ADDRESSES * LONGEST_ADDRESS,
        widget=forms.Textarea(
            attrs={"rows": 4, "autocapitalize": "none", "inputmode": "url", **ALONE, "dir": "ltr"},
        ),
        error_messages={"required": _("Paste one web address or more.")},
    )

    def says_young(self) -> bool:
        """Whether her answer leads to other help: then nothing of the form is looked at."""
        return self.data.get("age") in {"minor", "unsure"}

    def clean_urls(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["urls"].splitlines()]
        wrong = [str(number) for number, line in enumerate(lines, start=1) if line and not is_address(line)]
        if wrong:
            raise forms.ValidationError(
                gettext("Line %(lines)s is not a whole web address. Copy it from the top of the browser: https://…")
                % {"lines": ", ".join(wrong)}
            )
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > MOST_ADDRESSES:
            raise forms.ValidationError(
                gettext("You can send %(most)s addresses at a time. Send the others afterwards.")
                % {"most": MOST_ADDRESSES}
            )
        return found
