"""What a page's own HTML says about its comment section: platform, thread, claimed count, rules and the comments in it.

Only the page is read, never a platform's interface. Belongs here: where the section is and what is said about it. How
comments are read is in `comment_list` and `comment_data`, which platform shows itself how in `platforms`, the words
are in `comment_words`.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pipelines.extract.comment_data import comments_of_data
from pipelines.extract.comment_list import find_comments, text_without
from pipelines.extract.comment_words import (
    CHAR_LIMIT,
    CLOSED,
    COUNTED,
    COUNTED_ONE,
    LOGIN,
    NONE_YET,
    POLICY,
    STEMS,
    Part,
    comment_part,
)
from pipelines.extract.document import Element
from pipelines.extract.names import elements_named
from pipelines.extract.numbers import find_count
from pipelines.extract.page import Link, Page
from pipelines.extract.platforms import ATTRIBUTES, OTHER, find_platform, find_thread, is_wordpress
from pipelines.extract.record import CommentSection
from pipelines.lake.ids import canonical_url

_PLACES = frozenset(["aside", "details", "div", "fieldset", "footer", "form", "ol", "section", "ul"])
_NAMES = frozenset(["class", "id"])
_COUNT_ATTRIBUTES = ("data-comment-count", "data-comments-count", "num-comments", "comment-count", "comments-count")
_LIMIT_ATTRIBUTES = ("maxlength", "data-maxlength", "data-max-length")
_FRAGMENT = re.compile(
    r"#(?:comments?(?:[-_].*)?|respond|disqus_thread|kommentare?|yorum(?:lar)?|comentarios|commentaires)$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_MAX_LIMIT = 20_000  # WordPress writes 65525, what its database field holds: no limit worth telling
_MAX_SECTION_TEXT = 20_000
_MAX_CLAIM = 160  # characters of a line that states a count, the story's title included
_MAX_COUNTER = 12
_MANY = 3  # a name that stands so often belongs to teasers, each with its own count


class _Mark(NamedTuple):
    """An element whose class names or id speak of comments."""

    element: Element
    parts: frozenset[Part]


def read_comment_section(
    page: Page, article: Mapping[str, Any] | None, author_key: Callable[[str], str] | None
) -> CommentSection:
    """The comment section of a page. Whatever the page does not say is None.

    `author_key` turns an author's identity into a keyed hash; without it comments have no author at all. `article` is
    None on a page that is no story: there only comments, a form or a platform make a section, not a name alone.
    """
    boxes = _boxes(page)
    marks = list(_marks(page, boxes))
    own = _own_addresses(page)
    language = article["language"] if article else page.language
    commented = sorted({mark.element.order for mark in marks}.union(_typed(page)))
    comment_links = _comment_links(page)
    marked = [element for element in boxes if not ATTRIBUTES.isdisjoint(element.attrs)]
    shown = find_platform(page, marked, own)
    platform = shown[0] if shown else "wordpress" if is_wordpress(page) else "own"
    elements = [page.elements[order] for order in commented]
    comments, held = find_comments(page, elements, own, language, platform or "own", author_key)
    comments = comments or comments_of_data(page, language, platform or "own", author_key)
    others = [link.element.order for link in comment_links if canonical_url(link.url) not in own]
    places = _places(page, marks, others)
    fields = _writing_fields(page, places)
    # "comment-box" names one comment or the box of all: around a field it is the latter.
    named = {mark.element.order for mark in marks if mark.parts & {Part.COMMENT, Part.SECTION, Part.FORM}}
    places = _outermost([*places, *(_box_of(page, field, named) for field in fields)])
    links = [link for link in comment_links if link.text and canonical_url(link.url) in own]
    present = bool(comments or shown or fields or (article is not None and (places or links)))
    if not present:
        return _section(present=False)
    text = _text_of_section(page, places, held)
    thread = find_thread(page, platform, [*marked, *places])
    login = LOGIN.search(text) is not None
    closed = CLOSED.search(text) is not None
    return _section(
        present=True,
        platform=platform if platform != OTHER else None,
        endpoint=thread.endpoint,
        thread_id=thread.id,
        claimed_count=next((n for n in _claims(page, marks, places, links, text, held) if n is not None), None),
        char_limit=_char_limit(fields, text),
        closed=True if closed else False if fields or login else None,
        login_required=True if login else False if fields else None,
        policy=True if POLICY.search(text) else False if fields else None,
        comments=comments,
    )


def _section(
    *,
    present: bool,
    platform: str | None = None,
    endpoint: str | None = None,
    thread_id: str | None = None,
    claimed_count: int | None = None,
    char_limit: int | None = None,
    closed: bool | None = None,
    login_required: bool | None = None,
    policy: bool | None = None,
    comments: list[Any] | None = None,
) -> CommentSection:
    return {
        "present": present,
        "platform": platform,
        "endpoint": endpoint,
        "thread_id": thread_id,
        "claimed_count": claimed_count,
        "char_limit": char_limit,
        "closed": closed,
        "login_required": login_required,
        "policy": policy,
        "comments": comments or [],
    }


def _marks(page: Page, boxes: list[Element]) -> Iterator[_Mark]:
    """The elements whose names speak of comments, in document order."""
    said: dict[int, set[Part]] = {}
    for name, element in elements_named(page, STEMS):
        part = comment_part(name)
        if part is not None:
            said.setdefault(element.order, set()).add(part)
    for name in page.by_name:
        if "-" in name and comment_part(name) is not None:
            for element in page.by_name[name]:
                said.setdefault(element.order, set()).add(Part.SECTION)
    for element in boxes:
        # What has no class may be named by its data attributes: <div data-comments-stream="…">.
        if "class" not in element.attrs and any(key.startswith("data-") and comment_part(key) for key in element.attrs):
            said.setdefault(element.order, set()).add(Part.SECTION)
    for order in sorted(said):
        yield _Mark(page.elements[order], frozenset(said[order]))


def _boxes(page: Page) -> list[Element]:
    """The elements that platforms and sites hang their set-up on: boxes, scripts, elements of their own.

    Those with class and id alone are named by them and set nothing up.
    """
    by_name = page.by_name
    names = ("div", "section", "script", *(name for name in by_name if "-" in name))
    return [e for name in names for e in by_name.get(name, ()) if not e.attrs.keys() <= _NAMES]


def _typed(page: Page) -> list[int]:
    """The numbers of the elements that microdata calls comments."""
    if not page.by_itemprop:
        return []
    return [e.order for e in page.elements if "itemtype" in e.attrs and "Comment" in e.attrs["itemtype"]]


def _own_addresses(page: Page) -> frozenset[str]:
    """The page's addresses in canonical form: where it was captured and what it calls itself."""
    stated = [
        link.attrs.get("href", "") for link in page.by_name.get("link", ()) if "canonical" in link.attrs.get("rel", ())
    ]
    stated.append(page.meta_content("og:url") or "")
    addresses = [page.url, *(address for href in stated if href and (address := page.resolve(href)))]
    return frozenset(map(canonical_url, addresses))


def _places(page: Page, marks: list[_Mark], others: list[int]) -> list[Element]:
    """The outermost elements that are this story's comment section or its form, in document order.

    `others` are the orders of links to the comments on other stories.
    """
    if not any(parts & {Part.SECTION, Part.FORM} for _, parts in marks):
        return []
    elsewhere = _outermost(mark.element for mark in marks if Part.ELSEWHERE in mark.parts)
    apart = _outermost([*page.by_name.get("a", ()), *page.by_name.get("nav", ())])
    repeated = Counter(_class_of(mark.element) for mark in marks if "id" not in mark.element.attrs)
    places: list[Element] = []
    for element, parts in marks:
        if not parts & {Part.SECTION, Part.FORM} or not (element.name in _PLACES or "-" in element.name):
            continue
        if _stands_in(element, places) or _stands_in(element, apart) or repeated[_class_of(element)] >= _MANY:
            continue
        if _stands_in(element, elsewhere) and comment_part(element.attrs.get("id", "")) is not Part.SECTION:
            continue
        # A form that merely has comments' looks, and teasers' links to the comments of their own stories.
        if "contact-form" in element.attrs.get("class", ()) or bisect(others, element.order) < bisect(
            others, element.end
        ):
            continue
        places.append(element)
    return places


def _class_of(element: Element) -> str:
    return " ".join(element.attrs.get("class", ()))


def _outermost(elements: Iterable[Element]) -> list[Element]:
    """The elements that stand in none of the others, in document order."""
    outer: list[Element] = []
    for element in sorted(elements, key=_order):
        if not outer or element.order >= outer[-1].end:
            outer.append(element)
    return outer


def _order(element: Element) -> int:
    return element.order


def _stands_in(element: Element, spans: list[Element]) -> bool:
    """Whether an element is one of `spans` or stands inside one; they are as `_outermost` gives them."""
    at = bisect(spans, element.order, key=_order) - 1
    return at >= 0 and element.order < spans[at].end


def _comment_links(page: Page) -> list[Link]:
    """The links to comments, this story's or another's, in document order."""
    return [link for link in page.links if "#" in link.url and _FRAGMENT.search(link.url)]


def _writing_fields(page: Page, places: list[Element]) -> list[Element]:
    """The text areas that take a comment: in the section's place, or named after comments."""
    return [
        area
        for area in page.by_name.get("textarea", ())
        if _stands_in(area, places)
        or any(comment_part(area.attrs.get(key, "")) in (Part.COMMENT, Part.TEXT) for key in ("name", "id"))
    ]


def _box_of(page: Page, field: Element, boxes: Collection[int]) -> Element:
    """The outermost of `boxes` around a field, else the form around it, else the field itself."""
    around = list(page.ancestors(field))
    form = next((element for element in around if element.name == "form"), field)
    return next((element for element in reversed(around) if element.order in boxes), form)


def _text_of_section(page: Page, places: list[Element], held: frozenset[int]) -> str:
    """What stands in the section beside the comments themselves: headings, rules, hints."""
    return " ".join(text_without(place, page, held, tags=("textarea",)) for place in places)[:_MAX_SECTION_TEXT]


def _claims(
    page: Page, marks: list[_Mark], places: list[Element], links: list[Link], text: str, held: frozenset[int]
) -> Iterator[int | None]:
    """What the page says of the number of comments, the most telling first.

    Lines of the section above the comments, links to it and counters beside the story, headings, labels, attributes, a
    bare number in a counter, "no comments yet", and metadata where no comment stands beside to contradict it.
    """
    language = page.language
    counters = [mark.element for mark in marks if Part.COUNT in mark.parts]
    inside = [mark.element for mark in marks if _stands_in(mark.element, places)]
    beside = [link.element for link in links] + counters
    for line in _lines_above(page, places, held):
        yield _stated_count(line, language)
    for element in [*beside, *page.headings]:
        if not element.concealed:
            yield _stated_count(page.text_of(element), language)
    for element in [*inside, *beside, *page.by_name.get("button", ())]:
        stated = _first_of(element.attrs, _COUNT_ATTRIBUTES)
        yield int(stated) if stated.isdecimal() else _stated_count(element.attrs.get("aria-label", ""), language)
    for element in counters:
        if not element.concealed and element.text_end - element.text_start < _MAX_COUNTER:
            yield find_count(page.text_of(element), language)
    if NONE_YET.search(text):
        yield 0
    for entry in page.json_ld:
        stated = str(entry.get("commentCount"))
        if stated.isdecimal() and (int(stated) or not held):
            yield int(stated)


def _lines_above(page: Page, places: list[Element], held: frozenset[int]) -> Iterator[str]:
    """The lines of text in the section before its first comment."""
    comments = sorted(held)
    for place in places:
        if not place.concealed:
            first = bisect(comments, place.order)
            end = place.text_end
            if first < len(comments) and comments[first] < place.end and not page.elements[comments[first]].concealed:
                end = page.elements[comments[first]].text_start
            yield from page.text[place.text_start : end].split("\n")


def _first_of(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((attributes[name] for name in names if attributes.get(name)), "")


def _stated_count(text: str, language: str | None) -> int | None:
    if not 0 < len(text) <= _MAX_CLAIM:
        return None
    match = COUNTED.search(text) if _DIGIT.search(text) else None
    if match is not None:
        return find_count(match[match.lastgroup or 0], language)
    return 1 if COUNTED_ONE.search(text) else None


def _char_limit(fields: list[Element], text: str) -> int | None:
    """The most characters a comment may have, from the field or the words beside it."""
    for field in fields:
        if field.concealed:  # a trap for robots, with a limit of its own
            continue
        limit = _first_of(field.attrs, _LIMIT_ATTRIBUTES)
        if limit.isdecimal() and 0 < int(limit) <= _MAX_LIMIT:
            return int(limit)
    match = CHAR_LIMIT.search(text)
    limit = int(match["before"] or match["after"]) if match else 0
    return limit if 0 < limit <= _MAX_LIMIT else None
