"""Read a page as a browser would: its elements, in order, with their attributes and the form around them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inside: list[str]
    text: str = field(default="")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag, attributes):
        element = Element(tag, {name: value or "" for name, value in attributes}, [one.tag for one in self.open])
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.elements.append(Element(tag, {name: value or "" for name, value in attributes}, []))

    def handle_endtag(self, tag):
        while self.open:
            if self.open.pop().tag == tag:
                return

    def handle_data(self, data):
        for element in self.open:
            element.text += data


def elements(response, tag: str = "") -> list[Element]:
    reader = _Reader()
    reader.feed(response.content.decode())
    return [element for element in reader.elements if not tag or element.tag == tag]


def title(response) -> str:
    return elements(response, "title")[0].text.strip()


def text(response) -> str:
    """What a person reads, in one line."""
    return " ".join(elements(response, "body")[0].text.split())
