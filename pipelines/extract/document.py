"""Bytes in, a numbered Beautiful Soup tree out: decoding, the slim tree builder and the limits on a page.

Belongs here: how a response body becomes a tree, and what about an element is known from parsing alone (its number, its
depth, whether it is concealed, its text). What elements *mean* belongs to the modules that read the tree.

The tree is the one that a browser without scripts builds: turbohtml runs the WHATWG algorithm and calls back for each
start, end and text, and the callbacks make Beautiful Soup objects directly. They are slim because Beautiful Soup's time
goes into making objects: fields sit in `__slots__`, what never differs is a class constant, class lists are shared
between elements of the same class attribute. `find_all`, `select`, `get_text`, `descendants` and the other reading
methods work as always. What the tree does not have:

- comments, doctypes and processing instructions; `style` and `svg` with everything in them;
- white space that shows nothing: a string of nothing else is one blank between words and left out at a block's edge;
- stored links but to parent, children and next sibling: `next_element` and the backward links are looked up when asked
  for (the backward ones slowly);
- changing: the tree is read-only, since the elements' numbers and text spans describe it as parsed;
- elements nested deeper than `MAX_DEPTH`: they become children of the last element above that depth, as in Chromium.
"""

import codecs
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Self

from bs4 import BeautifulSoup, Tag
from bs4.builder import HTMLTreeBuilder
from bs4.element import NavigableString
from turbohtml.detect import detect
from turbohtml.saxparse import SaxHandler, sax_parse

from pipelines.errors import YanyanaError

MAX_BYTES: Final = 10 * 2**20
MAX_ELEMENTS: Final = 100_000
MAX_DEPTH: Final = 512
# The product of formatting elements left open and tags: each block reopens all of them, in the parser's own memory.
MAX_REOPENED: Final = 2_000_000

# Elements that continue a line. The text of two neighbours is kept apart unless it is only these that divide it.
INLINE: Final = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins"),
        *("kbd", "label", "mark", "math", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike"),
        *("strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
        *("audio", "button", "img", "input", "picture", "script", "select", "source", "video"),
    )
)
_CONCEALING: Final = frozenset(
    ("head", "noscript", "template", "dialog", "noframes", "noembed", "iframe", "datalist", "object")
)
_CONCEALING_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
# React streams parts of a page as hidden elements with these ids; its script moves them to where a reader sees them.
_STREAMED_ID: Final = re.compile(r"S:[0-9a-f]+")
_EMPTY: Final = frozenset(HTMLTreeBuilder.DEFAULT_EMPTY_ELEMENT_TAGS or ())

_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_SEVEN_BIT_JAPANESE: Final = re.compile(rb"\x1b[$(]")
_FORMATTING: Final = re.compile(r"<(/?)(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b[^>]*", re.I)


class PageLimitError(YanyanaError):
    """A page over a limit that protects the process which reads it; the message becomes the record's reason."""


class Text(NavigableString):
    """A string of the tree."""

    __slots__ = ("next_sibling", "parent")

    def __new__(cls, value: str) -> Self:  # noqa: D102
        return str.__new__(cls, value)

    @property
    def next_element(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The node that was parsed just after this one."""
        return _next_beyond(self)

    @property
    def previous_sibling(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The node before this one under the same parent."""
        return _previous_sibling(self)

    @property
    def previous_element(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The node that was parsed just before this one."""
        return _previous_element(self)

    def _all_strings(self, strip: bool = False, types: Any = None) -> Iterator[str]:
        value = self.strip() if strip else self
        if value:
            yield value


class ScriptText(Text):
    """The source of a script: `get_text` of an element around it leaves it out."""

    __slots__ = ()


class Element(Tag):
    """An element of the tree with what parsing knows about it.

    order       its number in document order; `Document.elements[order]` is the element
    end         the order after its last descendant: `a.order < b.order < a.end` says that b stands inside a
    depth       1 for the root element
    concealed   a reader does not see it: it or an ancestor has `hidden`, `display:none`, or is a noscript, template …
    text_start, text_end   its text as a span of `Document.text`, or of `Document.concealed_text` where concealed
    """

    __slots__ = (
        "attrs",
        "concealed",
        "contents",
        "depth",
        "end",
        "name",
        "next_sibling",
        "order",
        "parent",
        "text_end",
        "text_start",
    )
    attrs: dict[str, Any]  # pyright: ignore[reportIncompatibleVariableOverride]
    order: int
    end: int
    depth: int
    concealed: bool
    text_start: int
    text_end: int

    prefix = None
    namespace = None
    sourceline = None
    sourcepos = None
    known_xml = False
    parser_class = BeautifulSoup
    cdata_list_attributes = HTMLTreeBuilder.DEFAULT_CDATA_LIST_ATTRIBUTES
    preserve_whitespace_tags = HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS
    interesting_string_types = {Text}  # noqa: RUF012  # Beautiful Soup declares it on the instance
    attribute_value_list_class = list  # pyright: ignore[reportAssignmentType]
    _namespaces: dict[str, str] = {}  # noqa: RUF012

    @property
    def can_be_empty_element(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether this is an element that never has content, such as `br`."""
        return self.name in _EMPTY

    @property
    def next_element(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The node that was parsed just after this one began: its first child, where it has children."""
        return self.contents[0] if self.contents else _next_beyond(self)

    @property
    def previous_sibling(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The node before this one under the same parent."""
        return _previous_sibling(self)

    @property
    def previous_element(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The node that was parsed just before this one."""
        return _previous_element(self)


@dataclass(slots=True)
class Document:
    """A parsed page.

    elements        every element in document order
    by_name         the same elements by tag name, in document order
    by_class        elements by class, in document order
    by_id           elements by id, the first where an id stands twice
    text            what a reader sees; a newline stands where a block begins or ends or a line breaks, and nowhere else
    concealed_text  the text of concealed elements, in the same way
    """

    soup: BeautifulSoup
    elements: list[Element]
    by_name: dict[str, list[Element]]
    by_class: dict[str, list[Element]]
    by_id: dict[str, Element]
    text: str
    concealed_text: str

    def text_of(self, element: Element) -> str:
        """The element's text on one line: what a reader sees of it, or for a concealed element what it would show."""
        text = self.concealed_text if element.concealed else self.text
        return " ".join(text[element.text_start : element.text_end].split())

    def release(self) -> None:
        """Break the tree's cycles, so that its memory is freed at once and without the cycle collector."""
        # What is left then, links to parents and to next siblings, leads up and forward and never back down.
        for element in self.elements:
            element.contents.clear()
        vars(self.soup).clear()  # Beautiful Soup's root refers to itself
        for index in (self.elements, self.by_name, self.by_class, self.by_id):
            index.clear()


def parse(body: bytes, content_type: str | None = None) -> Document:
    """The tree of an HTML response `body`; `content_type` is the response's header of that name.

    Raises PageLimitError where the page has more bytes or elements than a page of news can need.
    """
    if len(body) > MAX_BYTES:
        raise PageLimitError(f"page of {len(body)} bytes is over the limit of {MAX_BYTES}; it was not parsed")
    return parse_text(decode(body, content_type))


def parse_text(html: str) -> Document:
    """The tree of a page already decoded; errors as in `parse`."""
    _check_reopening(html)
    builder = SlimTreeBuilder()
    # The newline keeps Beautiful Soup from warning that a short text without markup looks like a file name.
    soup = BeautifulSoup(html if "<" in html else html + "\n", builder=builder)
    return Document(
        soup,
        builder.elements,
        builder.by_name,
        builder.by_class,
        builder.by_id,
        builder.text,
        builder.concealed_text,
    )


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a response body, never failing: bytes that mean nothing become U+FFFD.

    UTF-8 that decodes is believed before any declaration, since pages declare legacy charsets over UTF-8 bytes. Then
    count: a byte-order mark, UTF-8 with a few broken bytes, the charset that the header or the page declares, and what
    the bytes look like.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    if body.startswith(b"\xef\xbb\xbf"):
        body = body[3:]
    if b"\x1b" not in body or not _SEVEN_BIT_JAPANESE.search(body):
        try:
            return body.decode()
        except UnicodeDecodeError:
            text = body.decode(errors="replace")
        # A character outside ASCII takes two bytes or more: the difference counts those that decoded.
        if text.count("\ufffd") * 10 < len(body) - len(text):
            return text
    declared = _declared(content_type.encode("ascii", "ignore") if content_type else b"") or _declared(body[:4096])
    if declared is not None:
        return body.decode(declared)
    # The detector believes a declaration before the bytes, and here the declaration is known to be wrong or absent.
    codec = detect(_CHARSET.sub(b"", body[:4096]) + body[4096:]).codec
    return body.decode(codec or "latin-1")


def _declared(head: bytes) -> str | None:
    """The codec for a declared charset other than UTF-8, under the name that the WHATWG gives its label."""
    for label in _CHARSET.findall(head):
        name = label.decode("ascii", "ignore").lower()
        if name.replace("-", "") in ("utf8", "utf16", "xuserdefined"):
            continue
        try:
            return codecs.lookup(f"whatwg-{name}").name
        except LookupError:
            continue
    return None


def _check_reopening(html: str) -> None:
    """Refuse a page of a few kilobytes that would take gigabytes.

    A browser reopens every formatting element left open (`<p><b id=1>x<p><b id=2>x …`) in each block that follows, and
    no more than three that are alike.
    """
    tags = html.count("<")
    if tags < 5_000:
        return
    still_open: dict[str, list[str]] = {}
    count = peak = 0
    for match in _FORMATTING.finditer(html):
        same_name = still_open.setdefault(match[2].lower(), [])
        if match[1]:
            if same_name:
                same_name.pop()
                count -= 1
        elif same_name[-3:] != [match[0]] * 3:
            same_name.append(match[0])
            count += 1
            peak = max(peak, count)
    if peak * tags > MAX_REOPENED:
        raise PageLimitError(f"page leaves {peak} formatting elements open over {tags} tags; it was not parsed")


def _is_concealed(tag: str, attrs: dict[str, Any]) -> bool:
    """Whether an element conceals itself; `html` and `body` are left to the scripts that show them."""
    if tag in _CONCEALING:
        return tag != "dialog" or "open" not in attrs
    if tag in ("body", "html"):
        return False
    if "hidden" in attrs and not _STREAMED_ID.fullmatch(attrs.get("id", "")):
        return True
    return "style" in attrs and _CONCEALING_STYLE.search(attrs["style"]) is not None


def _by_class(alike: Iterable[tuple[list[str], list[Element]]]) -> dict[str, list[Element]]:
    """Elements by class, from the names of each class attribute with the elements that have it."""
    index: dict[str, list[Element]] = {}
    merged: set[str] = set()
    for names, elements in alike:
        for name in dict.fromkeys(names):
            if name not in index:
                index[name] = elements
            elif name in merged:
                index[name].extend(elements)
            else:
                index[name] = index[name] + elements
                merged.add(name)
    for name in merged:
        index[name].sort(key=_order)
    return index


_order: Final = attrgetter("order")


def _next_beyond(node: Any) -> Any:
    """The node that was parsed just after `node` ended."""
    while node is not None:
        if node.next_sibling is not None:
            return node.next_sibling
        node = node.parent
    return None


def _previous_sibling(node: Any) -> Any:
    if node.parent is None:
        return None
    at = next(i for i, child in enumerate(node.parent.contents) if child is node)
    return node.parent.contents[at - 1] if at else None


def _previous_element(node: Any) -> Any:
    before = _previous_sibling(node)
    if before is None:
        return node.parent
    while isinstance(before, Tag) and before.contents:
        before = before.contents[-1]
    return before


class SlimTreeBuilder(HTMLTreeBuilder):
    """Beautiful Soup's builder interface over turbohtml's events; the module's docstring says what it leaves out."""

    NAME = "turbohtml-slim"
    features = (NAME,)

    elements: list[Element]
    by_name: dict[str, list[Element]]
    by_class: dict[str, list[Element]]
    by_id: dict[str, Element]
    text: str
    concealed_text: str

    def prepare_markup(self, markup: Any, *_: Any, **__: Any) -> Iterator[tuple[str, None, None, bool]]:
        """Take the text as it is: decoding is `decode`'s."""
        yield markup, None, None, False

    def feed(self, markup: Any) -> None:
        """Build the tree under `self.soup`. Raises PageLimitError over `MAX_ELEMENTS`."""
        # One function with local state instead of a handler class: its callbacks run for every tag and string of a
        # page, and attribute look-ups on `self` would double their cost.
        root: Any = self.soup
        root.interesting_string_types = Element.interesting_string_types
        root.order, root.depth, root.concealed, root.text_start = -1, 0, False, 0
        elements = self.elements = []
        by_name: defaultdict[str, list[Element]] = defaultdict(list)
        by_id = self.by_id = {}
        by_class_attribute: dict[str, tuple[list[str], list[Element]]] = {}
        seen: list[str] = []
        unseen: list[str] = []
        seen_length = unseen_length = 0
        parent = root
        skipping = 0  # elements open inside an element that is left out, itself included
        flattened = 0  # elements open below the depth limit
        boundary = "\n"  # what the text ends with: "\n" a block's edge, " " an inline element's end, "" characters
        boundary_before = "\n"  # the same for the text around the concealed element that is open
        new_element: Callable[..., Any] = Element.__new__
        new_string: Callable[..., Any] = str.__new__

        def start_element(tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
            nonlocal parent, skipping, flattened, boundary, boundary_before, seen_length, unseen_length
            if skipping:
                skipping += 1
                return
            if tag == "style" or tag == "svg":
                skipping = 1
                return
            element = new_element(Element)
            element.name = tag
            concealed = parent.concealed
            if attrs:
                values: dict[str, Any] = dict(attrs)
                if None in values.values():
                    values = {key: value or "" for key, value in attrs}
                element.attrs = values
                if "class" in values:
                    names = values["class"]
                    alike = by_class_attribute.get(names)
                    if alike is None:
                        alike = by_class_attribute[names] = names.split(), []
                    values["class"] = alike[0]
                    alike[1].append(element)
                if "id" in values and values["id"] not in by_id:
                    by_id[values["id"]] = element
                if "rel" in values and (tag == "a" or tag == "link"):
                    values["rel"] = values["rel"].split()
            else:
                element.attrs = values = {}
            if not concealed and (tag in _CONCEALING or "hidden" in values or "style" in values):
                concealed = _is_concealed(tag, values)
                if concealed:
                    boundary_before, boundary = boundary, "\n"
            element.concealed = concealed
            if tag in INLINE:
                edge = boundary == " "
            else:
                edge = boundary != "\n"
                boundary = "\n"
            if concealed:
                if edge:
                    unseen.append(boundary)
                    unseen_length += 1
                element.text_start = unseen_length
            else:
                if edge:
                    seen.append(boundary)
                    seen_length += 1
                element.text_start = seen_length
            element.contents = []
            element.parent = parent
            element.next_sibling = None
            siblings = parent.contents
            if siblings:
                siblings[-1].next_sibling = element
            siblings.append(element)
            element.order = order = len(elements)
            elements.append(element)
            by_name[tag].append(element)
            if order >= MAX_ELEMENTS:
                raise PageLimitError(f"page has over {MAX_ELEMENTS} elements; it was not read further")
            element.depth = depth = parent.depth + 1
            if depth > MAX_DEPTH:
                flattened += 1
                element.end = order + 1
                element.text_end = element.text_start
            else:
                parent = element

        def end_element(tag: str) -> None:
            nonlocal parent, skipping, flattened, boundary, seen_length, unseen_length
            if skipping:
                skipping -= 1
                return
            if flattened:
                flattened -= 1
                return
            element = parent
            parent = element.parent
            element.end = len(elements)
            if element.concealed:
                element.text_end = unseen_length
                if not parent.concealed:
                    unseen.append("\n")
                    unseen_length += 1
                    boundary = boundary_before
                    return
            else:
                element.text_end = seen_length
            if tag in INLINE:
                boundary = boundary or " "
            elif boundary != "\n":
                boundary = "\n"
                if element.concealed:
                    unseen.append("\n")
                    unseen_length += 1
                else:
                    seen.append("\n")
                    seen_length += 1

        def characters(data: str) -> None:
            nonlocal boundary, seen_length, unseen_length
            if skipping:
                return
            blank = data.isspace()
            if blank and boundary == "\n":
                return
            if parent.name == "script":
                string = new_string(ScriptText, data)
            else:
                if blank:
                    boundary = data = " "
                    string = new_string(Text, data)
                else:
                    string = new_string(Text, data)
                    if "\n" in data:
                        data = data.replace("\n", " ")
                    boundary = ""
                if parent.concealed:
                    unseen.append(data)
                    unseen_length += len(data)
                else:
                    seen.append(data)
                    seen_length += len(data)
            string.parent = parent
            string.next_sibling = None
            siblings = parent.contents
            if siblings:
                siblings[-1].next_sibling = string
            siblings.append(string)

        handler = SaxHandler()
        # Set on the instance: plain functions, called without a `self`.
        handler.start_element = start_element
        handler.end_element = end_element
        handler.characters = characters
        sax_parse(markup, handler)
        root.next_element = root.contents[0] if root.contents else None
        root.end, root.text_end = len(elements), seen_length
        self.by_name = dict(by_name)
        self.by_class = _by_class(by_class_attribute.values())
        self.text, self.concealed_text = "".join(seen), "".join(unseen)
