"""Where the parts of a page lie: its own story, and the zones that class names, roles and elements announce.

What belongs here is geography that is read from markup alone, for any site. Which links are teasers is decided in
`teasers`, which of them make a block in `blocks`.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from functools import lru_cache

from pipelines.extract.document import INLINE, Element
from pipelines.extract.page import Page

# Zones, as bits of one number: an element lies in its own zones and in those of all its ancestors.
MENU, NAV, SIDE, FOOTER, HEADER, COMMENTS, CHROME, UNREAD, TAB, NEIGHBOURS, TICKER = (1 << bit for bit in range(11))
# Menus by name that hold teasers by nature: the stories before and after this one, and strips of news that pass by.
TEASING = NEIGHBOURS | TICKER

# Words of class names and ids, as they stand between blanks, hyphens, underscores and the humps of camel case.
_BY_WORD = {
    word: zone
    for zone, words in {
        MENU: "menu menus megamenu navbar nav navi navigation drawer burger hamburger offcanvas flyout dropdown"
        " topbar sitemap mainmenu topmenu submenu mainnav topnav subnav mobilenav sitenav searchform searchbox",
        SIDE: "sidebar side aside rail rightcol rightrail marginal complementary secondary sidecol sidebox",
        FOOTER: "colophon bottomnav seo",
        CHROME: "breadcrumb breadcrumbs pagination paginator pager share sharing social newsletter cookie cookies"
        " consent gdpr login signin signup paywall subscribe subscription byline author authors authorbox tags"
        " taglist tagcloud keywords topic topics hashtags legal copyright disclaimer toc job jobs coupon coupons"
        " weather stock stocks toolbar addtoany sharedaddy",
        TAB: "tab tabs tabpane tabpanel tabcontent accordion",
        TICKER: "ticker newsticker marquee",
    }.items()
    for word in words.split()
}
# Whole class names and ids: their words alone mean less.
_BY_NAME_OF_CLASS = {
    name: zone
    for zone, names in {
        COMMENTS: "comment comments comments-list comment-list comments-area comment-area comments-section"
        " comment-section comments-thread comments-wrapper comments-container comment-body comment-content"
        " comment-form commentlist recentcomments recent-comments widget_recent_comments respond disqus_thread"
        " kommentar kommentare yorumlar comentarios commentaires",
        FOOTER: "footer site-footer page-footer global-footer main-footer pagefooter",
        SIDE: "side-bar right-col right-column right-rail right-side right-hand col-right",
        MENU: "off-canvas search-overlay search-drop search-results",
    }.items()
    for name in names.split()
}
_SEPARATORS = str.maketrans("-_", "  ")
_LONGEST_NAMES = 250
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# What holds the links to the story before and the story after. The main navigation may have "below" in its name too.
_NEIGHBOURS = re.compile(
    r"post-?nav|(?<!main-)(?<!sub)(?<!sub-)nav-?(?:links|below|single|previous|next|post)|prev-?next"
    r"|(?:article|entry|single|story)-?nav|navigation-?post|loop-nav|adjacent"
)

_BY_NAME = {
    "nav": NAV,
    "aside": SIDE,
    "footer": FOOTER,
    "header": HEADER,
    "noscript": UNREAD,
    "template": UNREAD,
    "iframe": UNREAD,
    "dialog": UNREAD,
    "select": UNREAD,
}
_BY_ROLE = {
    "navigation": NAV,
    "menu": MENU,
    "menubar": MENU,
    "search": MENU,
    "complementary": SIDE,
    "contentinfo": FOOTER,
    "dialog": UNREAD,
    "alertdialog": UNREAD,
    "tabpanel": TAB,
}


def words_of(element: Element) -> str:
    """The element's class names and id, blank between them; of very long ones the beginning."""
    attrs = element.attrs
    if not attrs:
        return ""
    names = " ".join(attrs["class"]) if "class" in attrs else ""
    return f"{names} {attrs['id']}"[:_LONGEST_NAMES] if "id" in attrs else names[:_LONGEST_NAMES]


@lru_cache(maxsize=65536)
def zones_of_words(words: str) -> int:
    """The zones that class names and an id announce."""
    if not words.islower():
        words = _HUMP.sub("-", words).lower()
    zones = 0
    for word in words.translate(_SEPARATORS).split():
        if word in _BY_WORD:
            zones |= _BY_WORD[word]
    for name in words.split():
        if name in _BY_NAME_OF_CLASS:
            zones |= _BY_NAME_OF_CLASS[name]
        elif name.startswith("footer"):
            zones |= FOOTER
    if ("nav" in words or "prev" in words or "adjacent" in words) and _NEIGHBOURS.search(words):
        zones = zones & ~MENU | NEIGHBOURS
    return zones


def own_zones(element: Element) -> int:
    """The zones that an element itself announces, by its name, role, class names and id."""
    zones = _BY_NAME.get(element.name, 0)
    attrs = element.attrs
    if attrs:
        if "role" in attrs:
            zones |= _BY_ROLE.get(attrs["role"], 0)
        if "class" in attrs or "id" in attrs:
            zones |= zones_of_words(words_of(element))
    return zones


def block_of(element: Element) -> Element:
    """The nearest element around `element`, itself included, that makes a block of lines."""
    while element.name in INLINE and isinstance(element.parent, Element):
        element = element.parent
    return element


class Landmarks:
    """Where a page's own story stands.

    title       the heading of the story, or None
    body        the narrowest element that holds most of the page's prose, or None
    first, last  the order of the first and the last block of that prose (both 0 on a page without prose)
    layout      the orders of all elements around the title or the body: they belong to the page, not to one part of it
    """

    __slots__ = ("_prose", "_zones", "body", "first", "last", "layout", "title")

    def __init__(self, page: Page, stated_title: str) -> None:
        """Read the landmarks of `page`; `stated_title` is the title that its metadata gives, folded."""
        self.title = _title(page, stated_title)
        prose = _prose(page, self.title.order if self.title else 0)
        self._prose = sorted(block.order for block, _ in prose)
        self.body = _body(prose)
        self.layout: set[int] = set()
        for around in (self.body, self.title):
            while isinstance(around, Element):
                self.layout.add(around.order)
                around = around.parent
        self.first, self.last = self._extent(prose)
        self._zones = dict.fromkeys(self.layout, 0)

    def zones(self, element: Element) -> int:
        """The zones that `element` lies in. Layout elements announce none: the sidebar's layout is not a sidebar."""
        path: list[Element] = []
        known = self._zones
        around = element
        while (zones := known.get(around.order)) is None:
            path.append(around)
            if not isinstance(around.parent, Element):
                zones = 0
                break
            around = around.parent
        for inner in reversed(path):
            zones |= own_zones(inner)
            known[inner.order] = zones
        return zones

    def prose_between(self, start: int, end: int) -> bool:
        """Whether a block of prose begins at an order in [start, end)."""
        return bisect_left(self._prose, start) < bisect_left(self._prose, end)

    def in_body(self, order: int) -> bool:
        """Whether the element at `order` stands between the paragraphs of the story."""
        body = self.body
        return body is not None and body.order <= order < body.end and self.first < order <= self.last

    def before_story(self, order: int) -> bool:
        """Whether the element at `order` stands before the story's title, or on a page without one before its prose."""
        return order < (self.title.order if self.title else self.first)

    def _extent(self, prose: list[tuple[Element, float]]) -> tuple[int, int]:
        """First and last block of the body's prose. Boxes of other matter in it (newsletter, teasers) do not count."""
        weights: dict[int, float] = defaultdict(float)
        paragraphs: list[Element] = []
        for block, weight in prose:
            # A figure's caption is no paragraph.
            if block.name not in ("figure", "figcaption") and self._clear(block):
                paragraphs.append(block)
                weights[block.depth] += weight
        if not paragraphs:
            at = self.title.order if self.title else 0
            return at, at
        usual = max(weights, key=lambda depth: (weights[depth], -depth))
        paragraphs = [block for block in paragraphs if abs(block.depth - usual) <= 1]
        return paragraphs[0].order, paragraphs[-1].order

    def _clear(self, block: Element) -> bool:
        """Whether nothing between the body and a block of its prose announces other matter."""
        around = block
        while isinstance(around, Element) and around is not self.body:
            if own_zones(around) & (SIDE | NAV | MENU | FOOTER | CHROME):
                return False
            around = around.parent
        return around is self.body


def _title(page: Page, stated: str) -> Element | None:
    """The h1 that the page's metadata agrees with, else the longest."""
    found = [(page.text_of(h1), h1) for h1 in page.by_name.get("h1", ())]
    found = [(text, h1) for text, h1 in found if text]
    for text, h1 in found:
        folded = text.casefold()
        if stated and (folded[:25] == stated[:25] or folded in stated or stated in folded):
            return h1
    return max(found, key=lambda pair: len(pair[0]), default=(None, None))[1]


_LONG_LINE = re.compile(r"[^\n]{40,}")
# Prose in these is not the story's.
_ELSEWHERE = frozenset(
    ("a", "button", "dialog", "footer", "form", "head", "iframe", "nav", "noscript", "object", "template")
)


def _prose(page: Page, title: int) -> list[tuple[Element, float]]:
    """The page's blocks of running text outside links and comments, with a weight each: characters, less before the h1.

    Concealed text counts too: many paywalls conceal the story that they hold.
    """
    weights: dict[int, float] = defaultdict(float)
    elsewhere: dict[int, bool] = {}
    for concealed, text in ((False, page.text), (True, page.document.concealed_text)):
        if not _LONG_LINE.search(text):
            continue
        elements = [element for element in page.elements if element.concealed is concealed]
        starts = [element.text_start for element in elements]
        links = [link.element for link in page.links if link.element.concealed is concealed]
        link_starts = [link.text_start for link in links]
        for line in _LONG_LINE.finditer(text):
            start, end = line.span()
            element = elements[bisect_left(starts, end) - 1]
            while isinstance(element.parent, Element) and (
                element.text_start > start + 3 or element.text_end < end - 3 or element.concealed is not concealed
            ):
                element = element.parent
            if _is_elsewhere(element, elsewhere):
                continue
            linked = 0
            # A link that began on the line before may reach into this one.
            for link in links[max(0, bisect_left(link_starts, start) - 1) : bisect_left(link_starts, end)]:
                if link.text_end > start:
                    linked += min(end, link.text_end) - max(start, link.text_start)
            if 2 * linked < end - start:
                block = block_of(element)
                weights[block.order] += (end - start - linked) * (1.0 if block.order >= title else 0.3)
    return [(page.elements[order], weight) for order, weight in sorted(weights.items())]


def _is_elsewhere(element: Element, known: dict[int, bool]) -> bool:
    """Whether `element` stands in a link, a form, a footer or among comments; `known` remembers the answers."""
    path: list[int] = []
    around = element
    answer = False
    while isinstance(around, Element):
        if around.order in known:
            answer = known[around.order]
            break
        path.append(around.order)
        if around.name in _ELSEWHERE or (around.depth > 3 and own_zones(around) & COMMENTS):
            answer = True
            break
        around = around.parent
    known.update(dict.fromkeys(path, answer))
    return answer


def _body(prose: list[tuple[Element, float]]) -> Element | None:
    """The narrowest element that holds most of the prose of every element around it."""
    weight: dict[int, float] = {}
    count: dict[int, int] = {}
    around_prose: dict[int, Element] = {}
    for block, characters in prose:
        weight[block.order], count[block.order] = characters, 1
        around = block
        while isinstance(around, Element) and around.order not in around_prose:
            around_prose[around.order] = around
            around = around.parent
    # From the last element to the first every element is complete before its parent takes it in.
    children: dict[int, list[Element]] = defaultdict(list)
    body: Element | None = None
    for order in sorted(around_prose, reverse=True):
        body = around_prose[order]
        parent = body.parent
        if isinstance(parent, Element):
            weight[parent.order] = weight.get(parent.order, 0.0) + weight[order]
            count[parent.order] = count.get(parent.order, 0) + count[order]
            children[parent.order].append(body)
    while body is not None and body.order in children:
        best = max(children[body.order], key=lambda child: (weight[child.order], -child.order))
        lonely = count[best.order] == 1 < count[body.order]
        if lonely or weight[best.order] < 0.6 * weight[body.order] or count[best.order] < 0.5 * count[body.order]:
            break
        body = best
    while body is not None and body.name in ("p", "span") and isinstance(body.parent, Element):
        body = body.parent
    return body
