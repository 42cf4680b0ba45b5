"""The forms of signing in and of the account pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
NEW_PASSWORD = {"autocomplete": "new-password"}


class SecondStepForm(forms.Form):
    """A code that is typed, or what the script of the page wrote into the hidden field."""

    code = forms.CharField(label=_("Code"), max_length=40, required=False, widget=forms.TextInput(attrs=CODE))
    passkey = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)

    def clean(self) -> None:
        if not self.cleaned_data.get("code") and not self.cleaned_data.get("passkey"):
            self.add_error("code", _("Write the six digits that your app shows, or one of your recovery codes."))


class NewAppForm(forms.Form):
    name = forms.CharField(
        label=_("A name for it"),
        max_length=60,
        help_text=_("So that you know it again, such as: work phone"),
        error_messages={"required": _("Give it a name.")},
    )
    code = forms.CharField(
        label=_("The code that the app shows now"),
        max_length=40,
        widget=forms.TextInput(attrs=CODE | {"inputmode": "numeric"}),
        error_messages={"required": _("Write the six digits that the app shows.")},
    )


class NewPasskeyForm(forms.Form):
    name = forms.CharField(
        label=_("A name for it"),
        max_length=60,
        help_text=_("So that you know it again, such as: key on my ring"),
        error_messages={"required": _("Give it a name.")},
    )
    passkey = forms.CharField(
        max_length=20_000,
        widget=forms.HiddenInput,
        error_messages={"required": _("The browser made no passkey. Try once more, or use an app.")},
    )


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("Password of today"),
        max_length=400,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Write the password that you signed in with.")},
    )
    new = forms.CharField(
        label=_("New password"),
        max_length=400,
        strip=False,
        help_text=_("12 characters or more. A few words that only you would put together are good."),
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
        error_messages={"required": _("Write the new password.")},
    )
    again = forms.CharField(
        label=_("New password, once more"),
        max_length=400,
        strip=False,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
        error_messages={"required": _("Write the new password a second time.")},
    )

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("new"):
            raise forms.ValidationError(_("The two differ. Write the new password twice, the same."))
        return again
