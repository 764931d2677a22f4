"""The readers' comments that stand in a page's HTML, as records in thread order.

A comment is found by what its class names, ids or microdata say it is, never by one site's markup; the vocabulary is in
`comment_words`. What surrounds the comments (platform, form, claimed count) belongs to `comment_section`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipelines.extract.comment_thread import AuthorKey, Found, records
from pipelines.extract.comment_words import (
    DISLIKE,
    HELD,
    LIKE,
    NOBODY,
    PINGBACK,
    REMOVED,
    SAYS,
    Part,
    comment_part,
    plain_part,
)
from pipelines.extract.document import Element
from pipelines.extract.names import elements_named
from pipelines.extract.numbers import find_count
from pipelines.extract.page import Page
from pipelines.extract.record import Comment
from pipelines.extract.times import Origin, read_time
from pipelines.lake.ids import canonical_url
from pipelines.lake.text import clean

# Elements that can hold a whole comment; "comment" on anything smaller is an icon, a counter or a field.
_HOLDERS = frozenset(["article", "blockquote", "dd", "details", "div", "li", "p", "section", "td", "tr"])
_NEVER_READ = frozenset(["form", "iframe", "noscript", "script", "select", "template", "textarea"])
_NO_COMMENT = frozenset([Part.FORM, Part.COUNT, Part.ELSEWHERE, Part.SECTION])
_NAMES_A_COMMENT = frozenset([Part.COMMENT, Part.TEXT])
_SAID_PLAINLY = frozenset([Part.TEXT, Part.AUTHOR, Part.TIME, Part.FURNITURE])
_NOT_WRITTEN = frozenset([Part.AUTHOR, Part.TIME, Part.FURNITURE, Part.FORM, Part.COUNT, Part.ELSEWHERE])

_ID_ATTRIBUTES = ("data-comment-id", "data-commentid", "data-comment_id", "id", "about")
_NAMED_ATTRIBUTES = frozenset(["id", "about"])  # whose value must name a comment too
_PARENT_ATTRIBUTES = ("data-parent-id", "data-parentid", "data-parent-comment-id", "data-parent", "data-reply-to")
_LEVEL_ATTRIBUTES = ("data-depth", "data-level", "aria-level")
_AUTHOR_ATTRIBUTES = ("data-user-id", "data-userid", "data-author-id", "data-authorid", "data-uid")
_TIME_ATTRIBUTES = ("datetime", "content", "data-timestamp", "data-time", "data-date", "data-datetime", "title")
_LABELS = ("itemprop", "aria-label", "title", "data-action")
_COUNT_ATTRIBUTES = ("data-count", "data-likes", "data-dislikes", "data-votes", "data-value", "content", "aria-label")

# "comment-12", "wc-comm-12_7" (12 answers 7), "remark42__comment-<uuid>", Blogger's "c123…".
_ID = re.compile(
    r"(?P<name>[A-Za-z0-9_-]*?[A-Za-z])?[-_]*(?P<id>\d+|[0-9a-f]{8,}(?:-[0-9a-f]{4,})*)(?:_(?P<answers>\d+))?"
)
_ID_NAMES = frozenset(["c", "cmt", "isso", "wc-comm", "wpd-comm", "t1"])
# In the names of what holds the answers to the comment before it.
_ANSWER_BOXES = ("indented", "children", "replies", "answers", "antworten", "reponses", "respuestas", "yanitlar")
_LEVEL = re.compile(r"(?:.*[-_])?(?:depth|level|indent)[-_]?(\d{1,2})")
_REGISTERED = re.compile(r"comment-author-(.+)")
# An account's page on the same host, or on Blogger; elsewhere a link is whatever its writer typed.
_PROFILE = re.compile(
    r"(?:/(?:users?|profiles?|profil|members?|mitglied(?:er)?|uye|uyeler|kullanici|u)/([\w.%-]+)/?(?:[?#]|$))",
    re.IGNORECASE,
)
_BLOGGER = re.compile(r"^https?://(?:www|draft)\.blogger\.com/profile/(\d+)")
_DIGIT = re.compile(r"\d")
_ITEMPROPS = {
    "author": Part.AUTHOR,
    "creator": Part.AUTHOR,
    "text": Part.TEXT,
    "commentText": Part.TEXT,
    "reviewBody": Part.TEXT,
    "description": Part.TEXT,
    "commentTime": Part.TIME,
    "dateCreated": Part.TIME,
    "datePublished": Part.TIME,
    "upvoteCount": Part.COUNT,
    "downvoteCount": Part.COUNT,
}
_MAX_NAME = 100
_LONGEST_LABEL = 20
_MAX_FIELDS = 20  # of one role in one comment; more are a flood
_ROLE_OF_TAG = {"time": Part.TIME, "abbr": Part.TIME, "cite": Part.AUTHOR}
_COMMENT_TYPE = re.compile(r"schema\.org/(?:Comment|UserComments)\b")


@dataclass(slots=True)
class _Unit:
    """One element that holds one comment, with what its markup states about the comment's place in the thread."""

    element: Element
    id: str | None
    answers: str | None
    level: int | None
    kind: tuple[str, frozenset[str]]
    inner: list["_Unit"]
    outer: "_Unit | None" = None
    text: Element | None = None  # where the names mark only the text, and the unit grew around it


def find_comments(
    page: Page,
    marked: Iterable[Element],
    own: Collection[str],
    language: str | None,
    platform: str,
    author_key: AuthorKey | None,
) -> tuple[list[Comment], frozenset[int]]:
    """The comments that `marked` elements hold, in document order, each once, an answer after what it answers.

    Also the numbers (`Element.order`) of the elements that hold them.

    `marked` are the elements, in document order, whose class names, id or microdata speak of comments; `own` are the
    page's addresses in canonical form and `language` is the story's. Relative times ("3 hours ago") are resolved
    against the capture's. `platform` and `author_key` are as in `comment_thread.records`.
    """
    units = _units(marked, page)
    held = frozenset(unit.element.order for unit in units)
    found: dict[int, Found] = {}
    for unit in units:
        comment = _read(unit, held, page, own, language)
        if comment is None:
            continue
        outer = unit.outer
        while outer is not None and outer.element.order not in found:
            outer = outer.outer
        comment.outer = found[outer.element.order] if outer is not None else None
        found[unit.element.order] = comment
    return records(list(found.values()), platform, author_key), frozenset(found)


# --- which elements hold a comment each ---------------------------------------------------------------------


def _units(marked: Iterable[Element], page: Page) -> list[_Unit]:
    """One unit a comment: elements that say the same comment become one, wrappers of several become none."""
    units: list[_Unit] = []
    path: list[_Unit] = []
    anchor: tuple[int, str | None] = (-1, None)
    for element in marked:
        if element.name == "a" and "href" not in element.attrs:
            anchor = element.end, _identity(element, named=True)[0]
        unit = _unit(element)
        if unit is None:
            continue
        if unit.id is None and element.order == anchor[0]:
            unit.id = anchor[1]
        while path and path[-1].element.end <= element.order:
            path.pop()
        if path:
            path[-1].inner.append(unit)
        path.append(unit)
        units.append(unit)
    gone: set[int] = set()
    for unit in reversed(units):  # innermost first: what stands inside is settled before the unit is judged
        unit.inner = [
            left for inner in unit.inner for left in (inner.inner if inner.element.order in gone else [inner])
        ]
        if _is_wrapper(unit):
            gone.add(unit.element.order)
            continue
        answers, pieces = [], unit.inner[::-1]
        while pieces:
            inner = pieces.pop()
            if _is_part(inner, unit):
                unit.id, unit.answers = unit.id or inner.id, unit.answers or inner.answers
                gone.add(inner.element.order)
                pieces.extend(reversed(inner.inner))
            else:
                answers.append(inner)
        unit.inner = answers
    for unit in units:
        if unit.element.order not in gone:
            for inner in unit.inner:
                inner.outer = unit
    units = [unit for unit in units if unit.element.order not in gone]
    _grow(units, page)
    _attach(units, page)
    return units


def _attach(units: list[_Unit], page: Page) -> None:
    """Let what stands in a box of answers behind a comment, not inside it, answer that comment."""
    boxes = {element.order for _, element in elements_named(page, _ANSWER_BOXES)} if len(units) > 1 else ()
    last: dict[int, _Unit] = {}  # by the element that it stands in
    for unit in units if boxes else ():
        around = list(page.ancestors(unit.element))
        box = next((n for n, element in enumerate(around) if element.order in boxes), None)
        if box is not None and box + 1 < len(around):
            unit.outer = last.get(around[box + 1].order, unit.outer)
        if around:
            last[around[0].order] = unit


def _grow(units: list[_Unit], page: Page) -> None:
    """Let a unit that is only a text take in the author and the time beside it.

    It grows to the parent that holds this text alone, where that parent is one in a row of such.
    """
    parents = [next(page.ancestors(unit.element), None) for unit in units]
    alone = Counter(parent.order for parent in parents if parent is not None)
    rows = Counter(next(page.ancestors(parent)).order for parent in parents if parent is not None and parent.depth > 1)
    for unit, parent in zip(units, parents, strict=True):
        if parent is None or parent.depth < 2 or unit.id is not None or unit.inner or unit.outer is not None:
            continue
        in_row = alone[parent.order] == 1 and rows[next(page.ancestors(parent)).order] > 1
        inside = page.elements[unit.element.order + 1 : unit.element.end]
        if in_row and not any(_roles(element)[0] & {Part.AUTHOR, Part.TIME} for element in inside):
            unit.element, unit.text = parent, unit.element


def _is_wrapper(unit: _Unit) -> bool:
    """Whether several comments stand side by side in the unit, so that it is their box and no comment itself."""
    if unit.id is not None:
        return False
    identified = [inner for inner in unit.inner if inner.id is not None]
    if identified:
        return len(identified) > 1
    kinds = Counter(inner.kind for inner in unit.inner if inner.kind != unit.kind)
    return max(kinds.values(), default=0) > 1


def _is_part(inner: _Unit, unit: _Unit) -> bool:
    """Whether a unit inside another is a piece of the same comment rather than an answer to it."""
    if inner.id is not None:
        return unit.id is None or inner.id == unit.id
    return inner.kind != unit.kind


def _unit(element: Element) -> _Unit | None:
    if element.name not in _HOLDERS and "-" not in element.name:
        return None
    names = element.attrs.get("class", ())
    parts = {name: comment_part(name) for name in names}
    if not _NO_COMMENT.isdisjoint(parts.values()) or comment_part(element.attrs.get("id", "")) is Part.FORM:
        return None
    own = frozenset(name for name, part in parts.items() if part is Part.COMMENT)
    named = bool(own) or _COMMENT_TYPE.search(element.attrs.get("itemtype", "")) is not None
    identity, answers = _identity(element, named=named)
    if not named and identity is None:
        return None
    level = next((int(match[1]) for match in map(_LEVEL.fullmatch, names) if match), None)
    stated = _first_attribute(element, _LEVEL_ATTRIBUTES)
    if level is None and stated is not None and stated.isdecimal():
        level = int(stated)
    return _Unit(
        element, identity, answers or _first_attribute(element, _PARENT_ATTRIBUTES), level, (element.name, own), []
    )


def _identity(element: Element, *, named: bool) -> tuple[str | None, str | None]:
    """The platform's identifier of the comment that an element holds, and of the comment that it answers.

    Short ids such as Blogger's "c123" count only where the element is `named` a comment: TYPO3 calls everything so.
    """
    for attribute in _ID_ATTRIBUTES:
        value = element.attrs.get(attribute)
        match = _ID.fullmatch(value.rpartition("#")[2]) if value else None
        if match is None:
            continue
        name = match["name"] or ""
        if (
            attribute in _NAMED_ATTRIBUTES
            and not (named and name in _ID_NAMES)
            and comment_part(name) not in _NAMES_A_COMMENT
        ):
            continue
        answers = match["answers"]
        return match["id"], answers if answers != "0" else None
    return None, None


def _first_attribute(element: Element, attributes: Iterable[str]) -> str | None:
    return next((element.attrs[name] for name in attributes if element.attrs.get(name)), None)


# --- what a comment says ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """An element of a comment with the roles that its names and microdata give it."""

    element: Element
    roles: frozenset[Part]
    named: bool  # the word for a comment stands in the names that say so


def _read(unit: _Unit, held: frozenset[int], page: Page, own: Collection[str], language: str | None) -> Found | None:
    """What the unit says, or None where it is no comment on this story: empty, a pingback, a teaser, or nobody's."""
    element = unit.element
    pieces = list(_pieces(element, held, page))
    text = _text(unit, pieces, held, page)
    if not text or PINGBACK.search(text) or any(PINGBACK.fullmatch(name) for name in element.attrs.get("class", ())):
        return None
    if _is_teaser(text, pieces, page) if unit.id is None else _is_elsewhere(unit.id, pieces, page, own):
        return None
    name, author_id = _author(element, pieces, page)
    created_at = _created_at(pieces, page, language)
    if not (name or created_at or _COMMENT_TYPE.search(element.attrs.get("itemtype", ""))):
        return None
    likes, dislikes = _votes(pieces, page, language)
    awaiting = any(HELD.search(page.text_of(piece.element)) for piece in pieces if Part.FURNITURE in piece.roles)
    return Found(
        id=unit.id,
        answers=unit.answers,
        level=unit.level,
        text=text,
        author_name=name,
        author_id=author_id,
        created_at=created_at,
        likes=likes,
        dislikes=dislikes,
        state="held" if awaiting else "deleted" if REMOVED.search(text) else "visible",
    )


def _pieces(element: Element, held: frozenset[int], page: Page) -> Iterator[_Piece]:
    """The elements inside, in document order, without those of other comments and of forms."""
    elements = page.elements
    order = element.order + 1
    while order < element.end:
        inner = elements[order]
        if order in held or inner.name in _NEVER_READ:
            order = inner.end
        else:
            yield _Piece(inner, *_roles(inner))
            order += 1


def _roles(element: Element) -> tuple[frozenset[Part], bool]:
    """What microdata, tag or names say of a comment's element; a name that holds "comment" outranks one without."""
    attributes = element.attrs
    if "itemprop" in attributes:
        roles = frozenset(_ITEMPROPS[name] for name in attributes["itemprop"].split() if name in _ITEMPROPS)
        if roles:
            return roles, True
    if element.name in _ROLE_OF_TAG:
        return frozenset([_ROLE_OF_TAG[element.name]]), True
    names = attributes.get("class")
    return _roles_of_names(tuple(names)) if names else (frozenset(), False)


@lru_cache(maxsize=8192)
def _roles_of_names(names: tuple[str, ...]) -> tuple[frozenset[Part], bool]:
    named = frozenset(filter(None, map(comment_part, names)))
    return named or _SAID_PLAINLY.intersection(map(plain_part, names)), bool(named)


def _text(unit: _Unit, pieces: list[_Piece], held: frozenset[int], page: Page) -> str:
    """What the writer wrote: the text of the element said to hold it, or of all, without what stands around it."""
    if unit.text is not None:
        return clean(page.text_of(unit.text))
    holders = [piece for piece in pieces if Part.TEXT in piece.roles and not piece.roles & {Part.AUTHOR, Part.TIME}]
    named = [piece for piece in holders if piece.named]
    holders = named or holders
    around = {piece.element.order for piece in pieces if piece.roles & _NOT_WRITTEN}
    around -= {piece.element.order for piece in holders}
    best, end = "", 0
    for piece in holders[:_MAX_FIELDS]:
        if not best or piece.element.order < end:
            text = text_without(piece.element, page, held, around)
            # An inner one is more exact unless it holds only a part, as a quotation does.
            if text and 2 * len(text) > len(best):
                best, end = text, piece.element.end
    # What is a holder by a word such as "text" alone may be the label of a button.
    is_label = not named and any(Part.FURNITURE in p.roles and p.element.end >= end > p.element.order for p in pieces)
    if best and (len(best) > _LONGEST_LABEL or not is_label):
        return best
    rest = ""
    if any(Part.AUTHOR in piece.roles for piece in pieces):
        rest = text_without(unit.element, page, held, around)
    # Without a field of its own the author's name may stand anywhere but in paragraphs; and there are themes that wrap
    # the whole comment, paragraphs too, in an element named after its author.
    rest = rest or clean(" ".join(page.text_of(p.element) for p in pieces if p.element.name == "p" and not p.roles))
    return max(best, rest, key=len)


def text_without(
    element: Element,
    page: Page,
    held: Collection[int],
    around: Collection[int] = (),
    tags: Collection[str] = _NEVER_READ | {"button"},
) -> str:
    """An element's text without that of the elements inside numbered in `held` or `around`, or with one of `tags`."""
    source = page.document.concealed_text if element.concealed else page.text
    kept, position, order = [], element.text_start, element.order + 1
    while order < element.end:
        inner = page.elements[order]
        if order in held or order in around or inner.name in tags:
            if inner.concealed == element.concealed:
                kept.append(source[position : inner.text_start])
                position = inner.text_end
            order = inner.end
        else:
            order += 1
    kept.append(source[position : element.text_end])
    return clean(" ".join(kept))


def _is_teaser(text: str, pieces: list[_Piece], page: Page) -> bool:
    """Whether most of a text is a link to another page, as in lists of opinion pieces and of recent comments.

    Links from the author's name and from the time are no part of it: they may be longer than a short comment.
    """
    own = page.url.partition("#")[0].partition("?")[0]
    linked = end = 0
    for piece in pieces:
        element = piece.element
        if element.order < end:
            continue
        if piece.roles & {Part.AUTHOR, Part.TIME}:
            end = element.end
        href = element.attrs.get("href") if element.name == "a" and element.order >= end else None
        if href and (address := page.resolve(href)) and address.partition("#")[0].partition("?")[0] != own:
            linked += len(page.text_of(element))
    return linked > 0.5 * len(text)


def _is_elsewhere(identity: str, pieces: list[_Piece], page: Page, own: Collection[str]) -> bool:
    """Whether the comment's links to itself lead to another story of the site, as in lists of recent comments.

    Addresses that begin alike are one story's, whose comments fill several pages; and some systems give each comment
    an address of its own.
    """
    hrefs = {piece.element.attrs.get("href", "") for piece in pieces if piece.element.name == "a"}
    links = [page.resolve(href) for href in hrefs if "#" in href and href.endswith(identity)]
    stories = [canonical_url(link).partition("?")[0] for link in links if link and _host(link) == _host(page.url)]
    mine = [address.partition("?")[0] for address in own]
    return bool(stories) and not any(
        story.endswith(f"/{identity}")
        or any(story.startswith(address) or address.startswith(story) for address in mine)
        for story in stories
    )


def _author(element: Element, pieces: list[_Piece], page: Page) -> tuple[str | None, str | None]:
    """The author's name as shown, and the identifier that does not change with the name, where the markup has one."""
    registered = next((m[1] for m in map(_REGISTERED.fullmatch, element.attrs.get("class", ())) if m), None)
    identifier = _first_attribute(element, _AUTHOR_ATTRIBUTES) or registered
    around = {piece.element.order for piece in pieces if piece.roles & {Part.TIME, Part.FURNITURE}}
    name = None
    fields = [piece.element for piece in pieces if Part.AUTHOR in piece.roles]
    for field in fields[:_MAX_FIELDS]:
        inside = [piece.element for piece in pieces if field.order <= piece.element.order < field.end]
        identifier = identifier or next(filter(None, (_profile(inner, page) for inner in inside)), None)
        for inner in sorted(inside, key=_name_rank) if name is None else ():
            text = text_without(inner, page, around) or clean(inner.attrs.get("content", ""))
            text = SAYS.sub("", text)
            if 0 < len(text) <= _MAX_NAME and not NOBODY.fullmatch(text):
                name = text
                break
    return name, identifier


def _name_rank(element: Element) -> int:
    """How exactly an element inside an author's field is the name alone; the field itself comes last."""
    if element.attrs.get("itemprop") == "name" or "fn" in element.attrs.get("class", ()):
        return 0
    return {"cite": 1, "b": 2, "strong": 2, "a": 2}.get(element.name, 3)


def _profile(element: Element, page: Page) -> str | None:
    identifier = _first_attribute(element, _AUTHOR_ATTRIBUTES)
    href = element.attrs.get("href")
    if identifier or not href:
        return identifier
    address = page.resolve(href) or ""
    match = _BLOGGER.match(address) or (_PROFILE.search(address) if _host(address) == _host(page.url) else None)
    return match[1] if match else None


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].lower()


def _created_at(pieces: list[_Piece], page: Page, language: str | None) -> tuple[str, Origin] | None:
    """The first time that can be read: in elements made for it, then in the line around author and buttons."""
    for role in (Part.TIME, Part.FURNITURE, Part.AUTHOR):
        for piece in pieces:
            if role not in piece.roles:
                continue
            attributes = piece.element.attrs
            stated = [attributes[name] for name in _TIME_ATTRIBUTES if name in attributes] if role is Part.TIME else []
            for text in (*stated, page.text_of(piece.element)):
                if role is Part.TIME or _DIGIT.search(text):
                    time = read_time(text, language, page.captured_at)
                    if time is not None:
                        return time
    return None


def _votes(pieces: list[_Piece], page: Page, language: str | None) -> tuple[int | None, int | None]:
    """The counts of votes for and against, each from its first control that states one, the innermost such."""
    counts: dict[bool, int] = {}
    ends: dict[bool, int] = {}
    for piece in pieces:
        element = piece.element
        label = " ".join([*element.attrs.get("class", ()), *(element.attrs.get(name, "") for name in _LABELS)])
        against = DISLIKE.search(label) is not None
        if not (against or LIKE.search(label)) or element.order >= ends.get(against, element.end):
            continue
        texts = [*(element.attrs.get(name) for name in _COUNT_ATTRIBUTES), page.text_of(element)]
        value = next((n for text in texts if text and (n := find_count(text, language)) is not None), None)
        if value is not None:
            counts[against], ends[against] = value, element.end
    return counts.get(False), counts.get(True)
