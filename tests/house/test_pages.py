"""Every page stands in the list of those that axe and a narrow window are tried on, or leads on to one that does."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.looking import LEADS_ON, SEEN


def views(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """The names of all addresses, as `reverse` takes them."""
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield namespace + str(one.name)
        else:
            yield from views(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)


def test_every_page_is_looked_at_somewhere_or_leads_on():
    pages = {name for name in views(get_resolver()) if not name.startswith("api:")}
    assert pages > {"desk:case", "survivor:mine"}
    looked_at = set().union(*SEEN.values()) - {"no page"}
    assert looked_at & set(LEADS_ON) == set()
    assert pages == looked_at | set(LEADS_ON), "add new pages to tests/journeys/looking.py, where axe is run on them"
