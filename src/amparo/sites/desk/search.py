"""Search in the sealed texts of one's cases. The words travel in the form's body: no history or log has them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from amparo.apps.accounts.models import Organisation
from amparo.apps.cases.search import Found, Hit, search as search_cases
from amparo.sites.desk.access import staff, user_of
from amparo.sites.desk.entry import LOOK_AGAIN
from amparo.sites.desk.forms import SearchForm
from amparo.sites.desk.wording import case_label
from amparo.ui.labels import Address, Label, address


@staff(Organisation.Kind.HELPLINE)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("words")
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "desk/search.html", {"form": form})
    if not form.is_valid():
        return render(request, "desk/search.html", {"form": form}, status=LOOK_AGAIN)
    words = form.cleaned_data["words"]
    found = search_cases(by=user_of(request), words=words, after=form.cleaned_data["after"] or 0)
    return render(request, "desk/search.html", {"form": form, "words": words, "found": found, "rows": _rows(found)})


def _rows(found: Found) -> list[tuple[Hit, Label, list[Address]]]:
    return [(hit, case_label(hit.case.state), [address(item.url) for item in hit.items]) for hit in found.hits]
