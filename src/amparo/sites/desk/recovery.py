"""The helpline's recovery key, for its admins: how it stands, and the ceremony that uses it. No paper is ever shown."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from amparo.apps.accounts.models import Organisation, User
from amparo.apps.cases import recovery as recoveries
from amparo.apps.cases.refusal import Refused
from amparo.core.vault import BadShare, Share, WrongShares, combine, read_share
from amparo.sites.desk.access import staff, user_of
from amparo.sites.desk.entry import LOOK_AGAIN


class _Paper(forms.Textarea):
    """What was typed is never sent back: after a slip the paper is typed again."""

    def format_value(self, value: object) -> str:  # noqa: ARG002
        return ""


_PAPER = _Paper(
    attrs={"rows": 3, "cols": 30, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
)


class PapersForm(forms.Form):
    """Two papers, each typed by the person who keeps it, and the colleague who gets the cases."""

    first = forms.CharField(
        label=gettext_lazy("One paper"),
        widget=_PAPER,
        max_length=400,
        error_messages={"required": gettext_lazy("Type the three lines of one paper.")},
    )
    second = forms.CharField(
        label=gettext_lazy("Another paper"),
        widget=_PAPER,
        max_length=400,
        error_messages={"required": gettext_lazy("Type the three lines of another paper.")},
    )
    to = forms.ChoiceField(label=gettext_lazy("Who gets the cases"))

    def __init__(self, *args: object, colleagues: list[User], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments, handed on
        choices = [(user.handle, user.handle) for user in colleagues]
        self.fields["to"] = forms.ChoiceField(label=self.fields["to"].label, choices=choices)

    def clean_first(self) -> Share:
        return _share(self.cleaned_data["first"])

    def clean_second(self) -> Share:
        return _share(self.cleaned_data["second"])


def _share(text: str) -> Share:
    try:
        return read_share(text)
    except BadShare as error:
        raise forms.ValidationError(_sentence(error)) from None


def _sentence(error: Exception) -> str:
    """The vault's words, which begin small and have no full stop, as the page says things."""
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "."


@staff(Organisation.Kind.HELPLINE)
@require_http_methods(["GET", "POST"])
def recovery(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if user.role != User.Role.ADMIN:
        raise Http404
    form = PapersForm(
        request.POST if request.method == "POST" else None, colleagues=recoveries.colleagues(user.organisation)
    )
    if form.is_valid() and _opened(request, user, form):
        return redirect("desk:recovery")
    context = {
        "recovery": recoveries.recovery_of(user.organisation),
        "form": form,
        "command": f"amparo recovery begin {user.organisation.handle}",
    }
    return render(request, "desk/recovery.html", context, status=LOOK_AGAIN if form.errors else 200)


def _opened(request: HttpRequest, user: User, form: PapersForm) -> bool:
    helpline = user.organisation
    try:
        shares = [form.cleaned_data["first"], form.cleaned_data["second"]]
        key = combine(shares, public=recoveries.public_of(helpline))
        to = User.objects.get(handle=form.cleaned_data["to"], organisation=helpline)
        done = recoveries.use(helpline=helpline, key=key, to=to, by=user, now=timezone.now())
    except (Refused, WrongShares) as error:
        form.add_error(None, _sentence(error))
        return False
    messages.success(
        request,
        ngettext("%(opened)d case was given to %(handle)s.", "%(opened)d cases were given to %(handle)s.", done.opened)
        % {"opened": done.opened, "handle": to.handle},
    )
    if done.altered:
        messages.error(
            request,
            gettext("%(count)d cases were changed and do not open. Tell the people who run this Amparo at once.")
            % {"count": done.altered},
        )
    return True
