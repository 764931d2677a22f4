"""A page as its readers (article, blocks, comment section, engagement) see it: the tree plus what all of them ask for.

Belongs here: looking things up on a page — links with absolute addresses, headings, metadata, structured data — without
deciding what they are. What a thing *means* (a title, a teaser, a comment) belongs to the module that reports it.

Nobody walks the tree again. The parse has numbered the elements (see `document.Element`), so most questions are
comparisons of numbers or a look into an index:

- all elements of a name, in document order: `page.by_name.get("time", [])`; of a class or an id: `page.by_class`,
  `page.by_id`
- b stands inside a: `a.order < b.order < a.end`
- everything inside a: `page.elements[a.order + 1 : a.end]`
- ancestors, nearest first: `page.ancestors(a)`, or follow `a.parent` until it is `page.soup`
- visible text of a: `page.text_of(a)`; its rough length without making it: `a.text_end - a.text_start`
- a reader does not see a: `a.concealed` (what streams in hidden and is shown by React counts as seen)
- classes of a: `a.attrs.get("class")`, a list that other elements share: never change it

To stay cheap: ask `by_name`/`by_class` first and return where a page has nothing to offer; read `element.attrs`
rather than `element.get`; never use `find_all`, `select` or `get_text` on more than a few small subtrees; never write
`element.something_unknown` (Beautiful Soup answers it with a search). Comparing two elements with `==` compares their
whole subtrees: use `is`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import unescape
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from pipelines.extract.document import Document, Element
from pipelines.lake.text import clean

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")

_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_HOSTED: Final = re.compile(r"https?://[^/?#]")
_URL_SPACE: Final = re.compile(r"[\t\n\r]+")
_TRAILING_COMMA: Final = re.compile(r",(\s*[}\]])")
_BAD_ESCAPE: Final = re.compile(r'\\(?!["\\/bfnrtu])')
_MAX_JSON_LD_OBJECTS: Final = 500


@dataclass(slots=True, eq=False)
class Link:
    """An `a` or `area` element whose address is http or https.

    url         absolute; the fragment is kept
    text        the link's text on one line, may be empty
    heading     level 1-6 of the heading that stands inside the link or around it; None without one
    image       the first `img` inside, or None
    """

    element: Element
    url: str
    text: str
    heading: int | None = None
    image: Element | None = None

    @property
    def title(self) -> str:
        """The `title` attribute on one line, empty without one."""
        return " ".join(self.element.attrs.get("title", "").split())

    @property
    def aria_label(self) -> str:
        """The `aria-label` attribute on one line, empty without one."""
        return " ".join(self.element.attrs.get("aria-label", "").split())

    @property
    def image_alt(self) -> str:
        """The image's `alt` on one line, empty without one."""
        return " ".join(self.image.attrs.get("alt", "").split()) if self.image is not None else ""


class Page:
    """One page under one address; see the module's docstring for how to ask it.

    url             the address it was captured under
    base_url        what its relative addresses refer to (`<base href>` or `url`)
    captured_at     when it was captured, or None; relative times count from here
    """

    def __init__(self, document: Document, url: str, captured_at: datetime | None = None) -> None:
        self.document = document
        self.url = url
        self.captured_at = captured_at
        self.soup: BeautifulSoup = document.soup
        self.elements: list[Element] = document.elements
        self.by_name: dict[str, list[Element]] = document.by_name
        self.by_class: dict[str, list[Element]] = document.by_class
        self.by_id: dict[str, Element] = document.by_id
        self.text: str = document.text
        self.text_of = document.text_of
        base = next((e.attrs["href"] for e in self.by_name.get("base", ()) if e.attrs.get("href")), None)
        self.base_url: str = (resolve(base, url) or url) if base else url

    @cached_property
    def origin(self) -> tuple[str, str]:
        """Scheme and host of `base_url`, as in ("https", "https://example.org")."""
        try:
            parts = urlsplit(self.base_url)
        except ValueError:
            return "https", ""
        return parts.scheme, f"{parts.scheme}://{parts.netloc}"

    def resolve(self, href: str) -> str | None:
        """The absolute http(s) address that `href` means on this page; None for any other or a broken one."""
        return resolve(href, self.base_url, self.origin)

    @cached_property
    def links(self) -> list[Link]:
        """The http(s) links in document order, concealed ones too (`link.element.concealed`)."""
        anchors = self.by_name.get("a", [])
        if "area" in self.by_name:
            anchors = sorted(anchors + self.by_name["area"], key=lambda e: e.order)
        text_of = self.text_of
        urls: dict[str, str | None] = {}
        links: list[Link] = []
        for anchor in anchors:
            href = anchor.attrs.get("href")
            if href is None:
                continue
            if href not in urls:
                urls[href] = self.resolve(href)
            url = urls[href]
            if url is not None:
                links.append(Link(anchor, url, text_of(anchor)))
        self._attach_images_and_headings(links)
        return links

    def _attach_images_and_headings(self, links: list[Link]) -> None:
        # Links, images and headings are in document order: one pass over each, side by side.
        images, at = self.by_name.get("img", []), 0
        for link in links:
            start, end = link.element.order, link.element.end
            while at < len(images) and images[at].order < start:
                at += 1
            if at < len(images) and images[at].order < end:
                link.image = images[at]
        headings, at = self.headings, 0
        around: Element | None = None
        for link in links:
            start, end = link.element.order, link.element.end
            while at < len(headings) and headings[at].order < start:
                around = headings[at]
                at += 1
            if around is not None and start < around.end:
                link.heading = int(around.name[1])
            elif at < len(headings) and headings[at].order < end:
                link.heading = int(headings[at].name[1])

    @cached_property
    def headings(self) -> list[Element]:
        """h1 to h6 in document order."""
        found = [e for name in HEADINGS for e in self.by_name.get(name, ())]
        found.sort(key=lambda e: e.order)
        return found

    @cached_property
    def by_itemprop(self) -> dict[str, list[Element]]:
        """Elements by microdata property, in document order."""
        index: dict[str, list[Element]] = {}
        for element in [element for element in self.elements if "itemprop" in element.attrs]:
            for name in element.attrs["itemprop"].split():
                index.setdefault(name, []).append(element)
        return index

    def ancestors(self, element: Element) -> Iterator[Element]:
        """The elements around `element`, nearest first, without the document itself."""
        parent = element.parent
        while parent is not self.soup and parent is not None:
            yield parent  # pyright: ignore[reportReturnType]  # above an Element stand only Elements and the soup
            parent = parent.parent

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """Contents of `meta` elements by name, property, itemprop or http-equiv, lower-case keys, in document order."""
        index: dict[str, list[str]] = {}
        for element in self.by_name.get("meta", ()):
            attrs = element.attrs
            content = attrs.get("content")
            if not content:
                continue
            for kind in ("property", "name", "itemprop", "http-equiv"):
                key = attrs.get(kind)
                if key:
                    index.setdefault(key.strip().lower(), []).append(" ".join(content.split()))
        return index

    def meta_content(self, *keys: str) -> str | None:
        """The first content of the first of `keys` that the page has."""
        for key in keys:
            contents = self.meta.get(key)
            if contents and contents[0]:
                return contents[0]
        return None

    @cached_property
    def language(self) -> str | None:
        """The language the page declares, as a lower-case primary subtag ("tr"); None where it declares none."""
        root = self.by_name.get("html", ())
        declared = next((e.attrs["lang"] for e in root if e.attrs.get("lang")), None)
        declared = declared or self.meta_content(
            "og:locale", "content-language", "language", "dc.language", "inlanguage"
        )
        subtag = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", declared or "")
        return subtag[1].lower() if subtag else None

    @cached_property
    def json_ld(self) -> list[dict[str, Any]]:
        """The objects of the page's JSON-LD, in document order, lists and `@graph` laid flat."""
        objects: list[dict[str, Any]] = []
        for script in self.by_name.get("script", ()):
            if "ld+json" in script.attrs.get("type", ""):
                pending = [loads_tolerant(script_source(script))]
                while pending and len(objects) < _MAX_JSON_LD_OBJECTS:
                    value = pending.pop()
                    if isinstance(value, list):
                        pending.extend(reversed(value))
                    elif isinstance(value, dict):
                        objects.append(value)
                        pending.append(value.get("@graph"))
        return objects

    @cached_property
    def json_states(self) -> list[tuple[Element, str]]:
        """Scripts of type application/json with their source, unparsed: they can be large."""
        return [
            (script, script_source(script))
            for script in self.by_name.get("script", ())
            if script.attrs.get("type", "").partition(";")[0].strip() == "application/json"
        ]


def resolve(href: str, base_url: str, origin: tuple[str, str] | None = None) -> str | None:
    """The absolute http(s) address of `href` against `base_url`; None for other schemes and broken addresses.

    `origin` is base_url's scheme and scheme://host where the caller has them at hand.
    """
    href = href.strip()
    if "\n" in href or "\t" in href or "\r" in href:
        href = _URL_SPACE.sub("", href)
    if href.startswith(("https://", "http://")):
        url = href
    elif href.startswith("//") and origin:
        url = f"{origin[0]}:{href}"
    elif href.startswith("/") and origin and not href.startswith("//"):
        url = origin[1] + href
    else:
        if scheme := _SCHEME.match(href):
            href = scheme[0].lower() + href[scheme.end() :]
            if scheme[1].lower() not in ("http", "https"):
                return None
        try:
            url = urljoin(base_url, href)
        except ValueError:
            return None
    if "[" in url or "]" in url:
        try:
            urlsplit(url)
        except ValueError:
            return None
    return url if _HOSTED.match(url) else None


def script_source(script: Element) -> str:
    """The source text of a script element, empty for one that only refers to a file."""
    return str(script.contents[0]) if script.contents else ""


def loads_tolerant(source: str) -> Any:
    """JSON as pages write it, or None: control characters in strings, trailing commas, comment and CDATA wrappers,
    escapes that JSON does not have, and anything after the first value are forgiven.
    """
    source = source.strip()
    for attempt in (str, _unwrap, lambda s: _TRAILING_COMMA.sub(r"\1", _BAD_ESCAPE.sub(r"\\\\", _unwrap(s)))):
        try:
            return _DECODER.raw_decode(attempt(source))[0]
        except (ValueError, RecursionError):
            continue
    return None


_DECODER: Final = json.JSONDecoder(strict=False)


def _unwrap(source: str) -> str:
    start = re.search(r"[{\[]", source.replace("<![CDATA[", " " * 9))
    return source[start.start() :] if start else source


def value_text(value: Any) -> str | None:
    """A JSON-LD value as text on one line: the string, or the `name` of the object, or the first of a list."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    return unescaped(value) if isinstance(value, str) else None


def unescaped(value: str) -> str | None:
    """Text of metadata on one line, with the character references that pages leave in it resolved; None if empty."""
    return clean(unescape(value)) or None if "&" in value else clean(value) or None
