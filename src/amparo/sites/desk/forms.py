"""The forms of the desk. A refusal says what was wrong, what is wanted and what to do; what was written stays."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amparo.apps.cases.actions import MOST_CHARACTERS
from amparo.apps.cases.models import Case, Item
from amparo.core import law
from amparo.sites.desk.wording import item_label, place_name
from amparo.ui.labels import address


class SignInForm(forms.Form):
    handle = forms.CharField(
        label=_("Name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Write the name you sign in with.")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=400,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Write your password.")},
    )


class SearchForm(forms.Form):
    words = forms.CharField(
        label=_("Words of an address, a service or a notice"),
        help_text=_("Your cases are opened here, one after the other, and read. Nothing of the search is kept."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "type": "search"}),
        error_messages={
            "required": _("Write what to look for."),
            "max_length": _("Write at most 200 signs."),
        },
    )
    after = forms.IntegerField(required=False, min_value=0, max_value=1_000_000, widget=forms.HiddenInput)


class AddressForm(forms.Form):
    url = forms.CharField(
        label=_("Add an address"),
        max_length=2000,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url", "placeholder": "https://"}
        ),
        error_messages={"required": _("Write or paste the web address of one page.")},
    )


# What the person did not agree to, in the order in which the notice states it.
REASONS = [
    ("sharing", _("no agreement to the sharing")),
    ("making", _("no agreement to the making")),
    ("altering", _("no agreement to what a computer made of it")),
    ("withdrawn", _("an earlier agreement was taken back")),
    ("meant_private", _("it was meant to stay private")),
    ("taken_away", _("it was taken from a device or an account")),
    ("identity_posted", _("a name or other details stand beside it")),
    ("threatened", _("there were threats to share it")),
]
COVERED = {"yes": True, "no": False, "unknown": None}


class NoticeForm(forms.Form):
    """The facts of one notice. All may be left out here: the chosen law says what it cannot do without."""

    items = forms.MultipleChoiceField(
        label=_("About which addresses"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("No address is chosen. A notice is about one or more of them: mark them."),
            "invalid_choice": _("That address is not in this case. Mark addresses from the list."),
        },
    )
    service = forms.CharField(label=_("Name of the service"), required=False, max_length=120)
    recipient = forms.EmailField(
        label=_("Mail address for reports"),
        help_text=_("The notice goes there, from the mailbox of your organisation."),
        error_messages={
            "required": _("The recipient is missing. Write the mail address where the service takes reports."),
            "invalid": _("This is not a mail address. Write one such as abuse@example.org."),
        },
    )
    offered_in = forms.MultipleChoiceField(
        label=_("Where people can use the service"), required=False, widget=forms.CheckboxSelectMultiple
    )
    covered = forms.ChoiceField(
        label=_("Is it a place for what users post, or does it host such pictures?"),
        help_text=_("The TAKE IT DOWN Act binds these."),
        choices=[("yes", _("yes")), ("no", _("no")), ("unknown", _("not known"))],
        initial="unknown",
        required=False,
        widget=forms.RadioSelect,
    )
    age = forms.ChoiceField(
        label=_("The person in the picture was, when it was made"),
        choices=[("adult", _("18 or older")), ("under_18", _("under 18")), ("unsure", _("not known"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("The age is missing. No notice goes out before it is said: choose one.")},
    )
    kind = forms.ChoiceField(
        label=_("The picture is"),
        choices=[
            ("unknown", _("a recording or made by a computer, not known")),
            ("authentic", _("a recording")),
            ("synthetic", _("made or altered by a computer")),
        ],
        initial="unknown",
        required=False,
        widget=forms.RadioSelect,
    )
    intimate = forms.BooleanField(
        label=_("It is intimate, or looks as if it were, and the person can be recognised"), required=False
    )
    reasons = forms.MultipleChoiceField(
        label=_("What the person told us"), choices=REASONS, required=False, widget=forms.CheckboxSelectMultiple
    )
    since = forms.DateField(
        label=_("Seen since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("This is not a day. Write it as 2026-11-21.")},
    )
    note = forms.CharField(
        label=_("A note to the service"),
        help_text=_("No name of the person: notices are published. At most 600 signs."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    offences = forms.MultipleChoiceField(
        label=_("Offences of the person's country"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    law_text = forms.CharField(label=_("Or the law, in your words"), required=False, max_length=200)
    signatory = forms.CharField(
        label=_("Who signs"), help_text=_("A role is enough, such as: case worker 4."), required=False, max_length=120
    )
    authority = forms.CharField(
        label=_("Our reference of the written permission to act"),
        help_text=_("A number, without a name."),
        required=False,
        max_length=120,
    )
    good_faith = forms.BooleanField(
        label=_("Whoever signs believes in good faith that this is accurate and complete"), required=False
    )
    signed = forms.BooleanField(label=_("The typed name is the signature"), required=False)
    language = forms.ChoiceField(label=_("Language of the notice"))
    regime = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, case: Case, items: list[Item], offences: tuple[law.Offence, ...], **kwargs: Any
    ) -> None:
        """items: those of the case, opened; altered ones are not offered. `args`, `kwargs`: as Django's own Form."""
        super().__init__(*args, **kwargs)
        self.case, self.rows = case, items
        choices: dict[str, list[tuple[str, str]]] = {
            "items": [
                (str(item.pk), _item_words(number, item)) for number, item in enumerate(items, 1) if not item.altered
            ],
            "offered_in": [(code, place_name(code)) for code in places()],
            "offences": [(one.id, f"{one.instrument}: {one.name}") for one in offences],
            "language": list(law.languages()),
        }
        for name, wanted in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = wanted

    def chosen_items(self) -> list[Item]:
        return [item for item in self.rows if str(item.pk) in self.cleaned_data["items"]]

    def facts(self) -> law.NoticeFacts:
        """The facts for `core.law`. Raises law.BadFact."""
        told = self.cleaned_data
        return law.NoticeFacts(
            age_in_picture=law.Age(told["age"]),
            organisation=self.case.helpline.name,
            mailbox=self.case.helpline.mailbox,
            signatory=told["signatory"],
            authority=told["authority"],
            service=told["service"],
            offered_in=frozenset(told["offered_in"]),
            covered_platform=COVERED[told["covered"] or "unknown"],
            locations=tuple(law.Location(item.url) for item in self.chosen_items()),
            kind=law.Kind(told["kind"] or "unknown"),
            intimate=told["intimate"],
            non_consent=law.NonConsent(**dict.fromkeys(told["reasons"], True)),
            note=told["note"].replace("\r\n", "\n"),
            since=told["since"],
            country=self.case.country,
            offences=tuple(told["offences"]),
            law_text=told["law_text"],
            reference=f"{self.case.pk.hex[:8]}",
            good_faith=told["good_faith"],
            signed=told["signed"],
            language=told["language"],
        )


def _item_words(number: int, item: Item) -> str:
    return f"{number}. {address(item.url).host} ({item_label(item.state).word})"


def places() -> list[str]:
    """Where a service may be offered, as far as a law that we send depends on it."""
    return sorted({one.offered_in for one in law.regimes() if one.sends and one.offered_in})


class MessageForm(forms.Form):
    """A message to the person, who reads it on the own page: nothing is sent anywhere."""

    text = forms.CharField(
        label=_("Write to the person"),
        help_text=_("Plain text. It waits on the person's page; nothing is sent to any device."),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off", "dir": "auto"}),
        error_messages={
            "required": _("The message is empty: write a few words, then send it."),
            "max_length": _("The message has more than 4,000 characters: send it in two parts."),
        },
    )
