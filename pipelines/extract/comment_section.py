"""What a page's own HTML says about its comment section: platform, thread, claimed count, rules and the comments in it.

Only the page is read, never a platform's interface. Belongs here: where the section is and what is said about it. How
comments are read is in `comment_list`, which platform shows itself how in `platforms`, the words in `comment_words`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from pipelines.extract.comment_list import comments_of_json_ld, find_comments, text_without
from pipelines.extract.comment_words import CHAR_LIMIT, CLOSED, COUNTED, LOGIN, NONE_YET, POLICY, Part, comment_part
from pipelines.extract.document import Element
from pipelines.extract.numbers import find_count
from pipelines.extract.page import Link, Page
from pipelines.extract.platforms import ATTRIBUTES, OTHER, find_platform, find_thread
from pipelines.extract.record import CommentSection
from pipelines.lake.ids import canonical_url

_PLACES = frozenset(["article", "aside", "details", "div", "fieldset", "footer", "form", "ol", "section", "ul"])
_COUNT_ATTRIBUTES = ("data-comment-count", "data-comments-count", "num-comments", "comment-count", "comments-count")
_FRAGMENT = re.compile(
    r"#(?:comments?(?:[-_].*)?|respond|disqus_thread|kommentare?|yorum(?:lar)?|comentarios|commentaires)$",
    re.IGNORECASE,
)
_MAX_LIMIT = 20_000  # WordPress writes 65525, what its database field holds: no limit worth telling
_MAX_SECTION_TEXT = 20_000
_WATCHED = ATTRIBUTES | {"itemtype"}
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
    marks = list(_marks(page))
    own = _own_addresses(page)
    watched = [element for element in page.elements if not _WATCHED.isdisjoint(element.attrs)]
    commented = sorted({m.element.order for m in marks} | {e.order for e in watched if "itemtype" in e.attrs})
    comments, held = find_comments(page, [page.elements[order] for order in commented], author_key)
    comments = comments or comments_of_json_ld(page, author_key)
    shown = find_platform(page, watched, own)
    places = _places(page, marks, own)
    forms = _writing_fields(page, places)
    links = [link for link in _comment_links(page) if canonical_url(link.url) in own]
    present = bool(comments or shown or forms or (article is not None and (places or links)))
    if not present:
        return _section(present=False)
    text = _text_of_section(page, places, held)
    platform = shown[0] if shown else "own"
    login = LOGIN.search(text) is not None
    closed = CLOSED.search(text) is not None
    return _section(
        present=True,
        platform=platform if platform != OTHER else None,
        thread_id=find_thread(page, platform, [*watched, *places]),
        claimed_count=_claimed_count(page, marks, places, links, text, has_comments=bool(comments)),
        char_limit=_char_limit(forms, text),
        closed=True if closed else False if forms or login else None,
        login_required=True if login else False if forms else None,
        policy=True if POLICY.search(text) else False if forms else None,
        comments=comments,
    )


def _section(
    *,
    present: bool,
    platform: str | None = None,
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
        "thread_id": thread_id,
        "claimed_count": claimed_count,
        "char_limit": char_limit,
        "closed": closed,
        "login_required": login_required,
        "policy": policy,
        "comments": comments or [],
    }


def _marks(page: Page) -> Iterator[_Mark]:
    """The elements whose names speak of comments, in document order."""
    said: dict[int, set[Part]] = {}
    for name, elements in page.by_class.items():
        if (part := comment_part(name)) is not None:
            for element in elements:
                said.setdefault(element.order, set()).add(part)
    for name, element in page.by_id.items():
        if (part := comment_part(name)) is not None:
            said.setdefault(element.order, set()).add(part)
    for name, elements in page.by_name.items():
        if "-" in name and comment_part(name) is not None:
            for element in elements:
                said.setdefault(element.order, set()).add(Part.SECTION)
    for order in sorted(said):
        yield _Mark(page.elements[order], frozenset(said[order]))


def _own_addresses(page: Page) -> frozenset[str]:
    """The page's addresses in canonical form: where it was captured and what it calls itself."""
    stated = [
        link.attrs.get("href", "") for link in page.by_name.get("link", ()) if "canonical" in link.attrs.get("rel", ())
    ]
    stated.append(page.meta_content("og:url") or "")
    addresses = [page.url, *(address for href in stated if href and (address := page.resolve(href)))]
    return frozenset(map(canonical_url, addresses))


def _places(page: Page, marks: list[_Mark], own: frozenset[str]) -> list[Element]:
    """The outermost elements that are this story's comment section or its form, in document order."""
    elsewhere = [mark.element for mark in marks if Part.ELSEWHERE in mark.parts]
    repeated = Counter(
        " ".join(mark.element.attrs.get("class", ())) for mark in marks if "id" not in mark.element.attrs
    )
    places: list[Element] = []
    for element, parts in marks:
        if not parts & {Part.SECTION, Part.FORM} or not (element.name in _PLACES or "-" in element.name):
            continue
        if places and element.order < places[-1].end:
            continue
        named = comment_part(element.attrs.get("id", "")) is Part.SECTION
        if not named and any(other.order <= element.order < other.end for other in elsewhere):
            continue
        if repeated[" ".join(element.attrs.get("class", ()))] >= _MANY:
            continue
        if any(around.name in ("a", "nav") for around in page.ancestors(element)):
            continue
        if _counts_other_stories(page, element, own):
            continue
        places.append(element)
    return places


def _comment_links(page: Page) -> Iterator[Link]:
    """The links to comments, this story's or another's."""
    return (link for link in page.links if "#" in link.url and _FRAGMENT.search(link.url))


def _counts_other_stories(page: Page, element: Element, own: frozenset[str]) -> bool:
    """Whether an element links to another story's comments, as teasers do."""
    return any(
        element.order < link.element.order < element.end and canonical_url(link.url) not in own
        for link in _comment_links(page)
    )


def _writing_fields(page: Page, places: list[Element]) -> list[Element]:
    """The text areas that take a comment: in the section's place, or named after comments."""
    fields = []
    for area in page.by_name.get("textarea", ()):
        placed = any(place.order < area.order < place.end for place in places)
        names = (area.attrs.get("name", ""), area.attrs.get("id", ""))
        named = any(comment_part(name) in (Part.COMMENT, Part.TEXT) for name in names)
        if placed or named:
            fields.append(area)
    return fields


def _text_of_section(page: Page, places: list[Element], held: frozenset[int]) -> str:
    """What stands in the section beside the comments themselves: headings, rules, hints."""
    return " ".join(text_without(place, held, page) for place in places)[:_MAX_SECTION_TEXT]


def _claimed_count(
    page: Page, marks: list[_Mark], places: list[Element], links: list[Link], text: str, *, has_comments: bool
) -> int | None:
    """The number of comments that the page claims: in the section, beside the story, in attributes, in metadata."""
    inside = [m for m in marks if any(place.order <= m.element.order < place.end for place in places)]
    headings = [h for h in page.headings if any(place.order <= h.order < place.end for place in places)]
    shown = [*headings, *(mark.element for mark in inside), *(link.element for link in links)]
    counters = [mark.element for mark in marks if Part.COUNT in mark.parts]
    for element in [*shown, *counters, *page.headings]:
        count = None if element.concealed else _stated_count(page.text_of(element), page.language)
        if count is not None:
            return count
    for element in [*shown, *counters, *page.by_name.get("button", ())]:
        for value in (element.attrs.get(name, "") for name in _COUNT_ATTRIBUTES):
            if value.isdecimal():
                return int(value)
        count = _stated_count(element.attrs.get("aria-label", ""), page.language)
        if count is not None:
            return count
    for counter in counters:
        text_of_counter = page.text_of(counter)
        if (
            not counter.concealed
            and len(text_of_counter) <= 10
            and find_count(text_of_counter, page.language) is not None
        ):
            return find_count(text_of_counter, page.language)
    if NONE_YET.search(text):
        return 0
    stated = next((n for entry in page.json_ld if isinstance(n := entry.get("commentCount"), int)), None)
    return stated if stated or not has_comments else None


def _stated_count(text: str, language: str | None) -> int | None:
    match = COUNTED.search(text) if 0 < len(text) <= 120 else None
    return find_count(match["before"] or match["after"], language) if match else None


def _char_limit(fields: list[Element], text: str) -> int | None:
    """The most characters a comment may have, from the field or the words beside it."""
    for field in fields:
        limit = field.attrs.get("maxlength", "")
        if limit.isdecimal() and 0 < int(limit) <= _MAX_LIMIT:
            return int(limit)
    match = CHAR_LIMIT.search(text)
    limit = int(match["before"] or match["after"]) if match else 0
    return limit if 0 < limit <= _MAX_LIMIT else None
