"""What a page says of itself in its title and first heading: there, "not found", or "sign in"."""

import unicodedata
from html.parser import HTMLParser

# A heading longer than this is an article about something, not a message of the site.
HEADING_MAX = 100

# What sites write where a page was. In the languages of the survivor's door, without accents, lower case.
_GONE = (
    "page not found",
    "404 not found",
    "file not found",
    "post not found",
    "video not found",
    "image not found",
    "not found",
    "error 404",
    "404 error",
    "no longer available",
    "no longer exists",
    "has been removed",
    "has been deleted",
    "was removed",
    "was deleted",
    "content unavailable",
    "content not available",
    "isn't available",
    "is not available",
    "doesn't exist",
    "does not exist",
    "pagina non trovata",
    "contenuto non disponibile",
    "non e piu disponibile",
    "e stato rimosso",
    "page introuvable",
    "page non trouvee",
    "n'est plus disponible",
    "a ete supprime",
    "seite nicht gefunden",
    "nicht mehr verfugbar",
    "wurde geloscht",
    "wurde entfernt",
    "pagina no encontrada",
    "no se ha encontrado",
    "ya no esta disponible",
    "ha sido eliminad",
    "stranica nije pronadena",
    "stranica nije pronađena",
    "nije vise dostup",
    "je uklonjen",
    "je obrisan",
    "faqja nuk u gjet",
    "nuk eshte me i disponueshem",
)
# What sites write where they want to know who asks. The heading begins with it.
_RESTRICTED = (
    "log in",
    "login",
    "sign in",
    "private",
    "members only",
    "age verification",
    "accedi",
    "connexion",
    "anmelden",
    "iniciar sesion",
    "prijava",
    "hyr",
)


class _Headings(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._inside = ""
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  HTMLParser's signature
        if tag in {"title", "h1"} and tag not in self.found:
            self._inside, self.found[tag] = tag, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside and len(self.found[self._inside]) <= HEADING_MAX:
            self.found[self._inside] += data


def headings(page: bytes, charset: str = "") -> tuple[str, ...]:
    """Title and first heading of the page, folded: lower case, without accents, single spaces."""
    try:
        text = page.decode(charset or "utf-8", errors="replace")
    except (LookupError, ValueError):  # no such charset, or one that does not decode text
        text = page.decode("utf-8", errors="replace")
    parser = _Headings()
    parser.feed(text)
    return tuple(_folded(heading) for heading in parser.found.values())


def _folded(text: str) -> str:
    bare = "".join(s for s in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(s))
    return " ".join(bare.replace("\u2019", "'").split())


def says_gone(found: tuple[str, ...]) -> bool:
    """Whether a short heading reads like a page that is no longer there. A hint, never a proof."""
    return any(
        heading in {"404", "410"} or any(phrase in heading for phrase in _GONE)
        for heading in found
        if len(heading) <= HEADING_MAX
    )


def says_restricted(found: tuple[str, ...]) -> bool:
    """Whether a short heading begins as a page that wants to know who asks."""
    return any(heading.startswith(_RESTRICTED) for heading in found if len(heading) <= HEADING_MAX)
