"""Somebody with a browser without scripts: keeps cookies, reads pages, fills forms as they stand there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Self
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

Fields = Mapping[str, str | list[str]]


@dataclass
class Form:
    """`kept`: what the page itself puts into the form. `buttons`: (name, value) of those that have a name."""

    action: str
    kept: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.code: list[str] = []
        self._form: Form | None = None
        self._words = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "form":
            self._form = Form(found.get("action", ""))
            self.forms.append(self._form)
        if "code-words" in found.get("class", "").split():
            self._words = 1
        if tag == "li" and self._words:
            self.code.append("")
        if self._form is None or not (name := found.get("name")):
            return
        if tag == "button":
            self._form.buttons.append((name, found.get("value", "")))
            return
        self._form.names.add(name)
        ticked = found.get("type") not in {"radio", "checkbox"} or "checked" in found
        if tag == "input" and ticked and found.get("type") != "file":
            self._form.kept.append((name, found.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag in {"ol", "ul"}:
            self._words = 0

    def handle_data(self, data: str) -> None:
        if self._words and self.code:
            self.code[-1] += data


@dataclass(frozen=True)
class Shown:
    """A page as it was answered."""

    url: str
    status: int
    text: str
    forms: list[Form]
    links: list[str]
    code: str

    def form(self, *names: str, action: str = "") -> Form:
        """The form with these fields, or whose action ends so."""
        for found in self.forms:
            if set(names) <= found.names and found.action.endswith(action):
                return found
        raise LookupError(f"no form with {names} {action} on {self.url}: {[sorted(one.names) for one in self.forms]}")


class Visitor:
    def __init__(self, site: str) -> None:
        self._site = site
        self.cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.page = Shown(site, 0, "", [], [], "")

    def open(self, path: str) -> Shown:
        return self._asked(Request(urljoin(self._site, path)))

    def fill(self, *names: str, action: str = "", press: str = "", to: str = "", **fields: str | list[str]) -> Shown:
        """Send the form of the present page that has `names` or `action`, with `fields` written into it.

        press: the value of the button that is pressed. to: where that button sends the form instead.
        """
        form = self.page.form(*names, action=action)
        values = [(name, value) for name, value in form.kept if name not in fields]
        values += [button for button in form.buttons if press in button]
        body = urlencode(values + _pairs(fields)).encode()
        return self._asked(Request(urljoin(self.page.url, to or form.action or self.page.url), data=body))

    def _asked(self, request: Request) -> Shown:
        try:
            with self._opener.open(request, timeout=60) as answer:
                self.page = _shown(answer.url, answer.status, answer.read())
        except HTTPError as answer:
            self.page = _shown(answer.url or "", answer.code, answer.read())
        return self.page

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._opener.close()


def _pairs(fields: Fields) -> list[tuple[str, str]]:
    found = []
    for name, value in fields.items():
        found += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    return found


def _shown(url: str, status: int, body: bytes) -> Shown:
    reader, text = _Reader(), body.decode(errors="replace")
    reader.feed(text)
    return Shown(url, status, text, reader.forms, reader.links, " ".join(" ".join(reader.code).split()))
