"""The teaser blocks of a page: runs of cards that a reader sees as one list, with heading, kind and placement.

The way from a page to its blocks, each step in a module of its own: `landmarks` says where the story lies, `addresses`
what a link's target looks like, `teasers` which links are cards; here cards are grouped along the tree, groups get the
heading above them, and a group that is too weak to be a list of stories is dropped; `kinds` reads what the heading
says and `headline` what a card says.

It works for a publisher never seen before: no host names, no class names of one site.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from pipelines.extract.addresses import Addresses
from pipelines.extract.document import INLINE, Element
from pipelines.extract.headline import read as read_card
from pipelines.extract.headline import stands_beside, word_count
from pipelines.extract.kinds import caseless, kind_of_heading, kind_of_markup
from pipelines.extract.landmarks import (
    FOOTER,
    HEADER,
    SIDE,
    TAB,
    TEASING,
    Landmarks,
    own_zones,
    words_of,
)
from pipelines.extract.page import HEADINGS, Link, Page
from pipelines.extract.record import Article, Block, Item, Kind, Placement
from pipelines.extract.states import stated_blocks
from pipelines.extract.teasers import Teaser, common, find_teasers
from pipelines.lake.text import fold

# How sure it is that a text is a heading: an h1 to h6, an element named a title or a wording that names a kind, any
# short text.
_HEADING, _TITLED, _SHORT = 2, 1, 0
_LONGEST_HEADING = 90
# How many elements before a list are looked through for its heading, unless an h1 to h6 stands nearer.
_SCAN = 40
# How far a heading may stand from its list: elements around it that hold more than it, and elements around the list
# that hold something before it, up to where the two meet.
_REACH = {_HEADING: (3, 4), _TITLED: (2, 4), _SHORT: (1, 3)}

_TITLE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:titles?|heading|headline|header|ttl|caption|tit|titulo|titre|titolo|label|hd|head|baslik|name"
    r"|titel|ueberschrift|cabecera|tab)(?=$|[\s_-])",
    re.IGNORECASE,
)
# Short texts near a list that never are its heading, as `caseless` gives them.
_NO_HEADING = re.compile(
    r"\W*(?:categor|kategori|filed under|posted in|ilgili konu|share|partager|teilen|compartir|condividi|paylaş"
    r"|compartilh|tags?\b|schlagw|stichw|keywords|etiket|關鍵字|previous\b|next\b|prev\b|weiter\W*$|zurück"
    r"|weiterlesen|anterior\W*$|précédent\b|siguiente\W*$|önceki\W*$|sonraki\W*$|powered|tümü\W*$|more\W*$"
    r"|mehr\W*$|alle\W*$|see all|view all|all\W*$|show|follow|folgen|subscribe\b|abonn|newsletter|sign up|login"
    r"|log in|google ad|ads?\b|advert|anzeige\W*$|werbung\W*$|publicidad\W*$|reklam\W*$|publicité|comment"
    r"|kommentar|\d+ (?:comment|kommentar)|close|schliessen|men[uü]|もっと|一覧|続き|search|suche|loading|play"
    r"|video\W*$|foto|image|credit|with files from|reporting by|source:|quelle:|kaynak:|fuente:|published\b"
    r"|updated\b|facebook|twitter|whatsapp|pinterest|e-?mail|linkedin|telegram|by\b|von\b|por\b|©|getty)"
)
# Headings over lists of keywords, people and comments. Lists of stories under them have long lines or pictures.
_LABELS_HEADING = re.compile(
    r"\b(?:topics|themen|temas|tags|konular|etiketler|keywords|authors?|autoren|subscribe|newsletter|comments?"
    r"|kommentare|comentarios|yorumlar|commentaires|jobs|(?:trending|popular|top) (?:terms|searches)|suchbegriffe"
    r"|b[uú]squedas|pesquisas|aramalar)\b",
    re.IGNORECASE,
)
_TABS = re.compile(
    r"(?:^|[\s_-])(?:tabs|tab-?(?:content|container|wrap|wrapper|box|group|panes|panels))(?=$|[\s_-])", re.IGNORECASE
)
_POSITIONAL = re.compile(r"\d|first|last|odd|even|active|current")


@dataclass(slots=True, eq=False)
class _Group:
    """Cards that belong together so far.

    root     the smallest element around the cards
    first    the element in which the list begins: the root's child around the first card
    open     whether neighbours may still join
    tab_of   the group beside it of which this is another tab
    """

    cards: list[Teaser]
    root: Element
    first: Element
    open: bool = True
    tab_of: "_Group | None" = None
    heading: str | None = None
    kind: Kind | None = None


@dataclass(slots=True)
class _Unit:
    """A child of an element under which groups meet, with the groups in it."""

    element: Element
    groups: list[_Group]
    solo: bool
    labels: list["_Label"]


@dataclass(slots=True)
class _Meeting:
    """An element under which cards meet, while its units are still coming in."""

    element: Element
    units: list[tuple[Element, list[_Group], bool]] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class _Label:
    element: Element
    text: str
    strength: int


@lru_cache(maxsize=16384)
def _names_a_title(words: str) -> bool:
    """Whether class names and an id call their element a title; a site uses the same ones on all its pages."""
    return _TITLE_CLASS.search(words) is not None


class _Labels:
    """The short texts of a page that may be headings, found where they are asked for."""

    __slots__ = ("_addresses", "_heading_orders", "_known", "_link_orders", "_page")

    def __init__(self, page: Page, addresses: Addresses) -> None:
        self._page = page
        self._addresses = addresses
        self._link_orders = [link.element.order for link in page.links]
        self._heading_orders = [heading.order for heading in page.headings]
        self._known: dict[int, _Label | None] = {}

    def between(self, start: int, end: int, least: int) -> list[_Label]:
        """The labels of at least that strength that begin at an order in [start, end), nearest to `end` last."""
        found: list[_Label] = []
        if least == _HEADING:
            # Many are asked for among few: every card has room for one above its headline.
            at = bisect_left(self._heading_orders, start)
            while at < len(self._heading_orders) and self._heading_orders[at] < end:
                label = self._label(self._page.headings[at])
                if label is not None:
                    found.append(label)
                at += 1
            return found
        order = max(start, end - _SCAN)
        elements = self._page.elements
        while order < end:
            element = elements[order]
            # Most elements hold nothing or much: they are passed over without a call.
            if 1 < element.text_end - element.text_start < 3 * _LONGEST_HEADING:
                label = self._label(element)
            else:
                label = None
            if label is None:
                order += 1
                continue
            if label.strength >= least:
                found.append(label)
            order = label.element.end
        return found

    def above(self, start: int, end: int) -> Iterator[_Label]:
        """All labels that begin at an order in [start, end), nearest to `end` first."""
        at = bisect_left(self._heading_orders, end)
        while True:
            at -= 1
            since = max(start, self._heading_orders[at] if at >= 0 else 0, end - _SCAN)
            yield from reversed(self.between(since, end, _SHORT))
            end = since
            if at < 0 or since <= start or self._heading_orders[at] < since:
                return

    def stands_over(self, upper: _Label, lower: _Label) -> bool:
        """Whether a reader sees `upper` directly over `lower`, or over the row of tabs that `lower` is written on."""
        row = lower.element.parent
        start = lower.element.text_start
        if isinstance(row, Element) and row.order > upper.element.order:
            start = row.text_start
        between = self._page.text[upper.element.text_end : start].strip()
        return not between or (len(between) < 20 and _NO_HEADING.match(caseless(between)) is not None)

    def _label(self, element: Element) -> _Label | None:
        order = element.order
        if order not in self._known:
            self._known[order] = self._read(element)
        return self._known[order]

    def _read(self, element: Element) -> _Label | None:
        if element.name in ("script", "ul", "ol"):
            return None
        named = element.name in HEADINGS
        if not named and any(isinstance(child, Element) and child.name not in INLINE for child in element.contents):
            return None
        text = self._page.text_of(element)
        if not 1 < len(text) <= _LONGEST_HEADING or _NO_HEADING.match(caseless(text)):
            return None
        if not 0 < word_count(text) <= 12:
            return None
        if self._shows_story(element):
            return None
        if named or (isinstance(element.parent, Element) and element.parent.name in HEADINGS):
            return _Label(element, text, _HEADING)
        if text.endswith(".") and not text.endswith("..") and word_count(text) >= 6:
            return None  # a sentence: of an author's introduction, of a hint
        if element.name in ("summary", "legend") or _names_a_title(words_of(element)):
            return _Label(element, text, _TITLED)
        if isinstance(element.parent, Element) and _names_a_title(words_of(element.parent)):
            return _Label(element, text, _TITLED)
        named_kind = len(text) < 50 and kind_of_heading(text) is not None
        return _Label(element, text, _TITLED if named_kind else _SHORT)

    def leads_to_story(self, link: Link) -> bool:
        """Whether a link may lead to a story: a heading that links to its section, or a tab, does not."""
        address = self._addresses[link.url]
        if address is None:
            return False
        if self._addresses.is_own(address):
            # "Close", "back to top" and tabs lead to the page itself without showing its story.
            return "#" not in link.url and word_count(link.text) >= 3
        return self._addresses.score(address) > -1

    def links_in(self, element: Element) -> list[Link]:
        """The first links within an element, in document order: more of them make it no label."""
        start = bisect_left(self._link_orders, element.order)
        return self._page.links[start : min(start + 20, bisect_left(self._link_orders, element.end))]

    def _shows_story(self, element: Element) -> bool:
        """Whether the element holds a link to a story or stands in one."""
        if self._links_to_story(element):
            return True
        around = element.parent
        for _ in range(5):
            if not isinstance(around, Element):
                return False
            if around.name == "a":
                return self._links_to_story(around)
            around = around.parent
        return False

    def _links_to_story(self, element: Element) -> bool:
        return any(map(self.leads_to_story, self.links_in(element)))


def _similar(one: Element, other: Element) -> bool:
    """Whether two siblings look like entries of one list: the same element with mostly the same class names."""
    if one.name != other.name:
        return False
    classes = one.attrs.get("class", ())
    # Elements with the same class attribute share one list.
    if one.name in ("li", "tr", "dd") or classes is other.attrs.get("class", ()):
        return True
    names = [
        {name for name in element.attrs.get("class", ()) if not _POSITIONAL.search(name)} for element in (one, other)
    ]
    return names[0] == names[1] or len(names[0] & names[1]) >= 0.4 * len(names[0] | names[1])


class _Grouping:
    """Groups cards bottom-up along the tree."""

    __slots__ = ("_labels", "_landmarks")

    def __init__(self, landmarks: Landmarks, labels: _Labels) -> None:
        self._landmarks = landmarks
        self._labels = labels

    def group(self, cards: list[Teaser]) -> list[_Group]:
        """The groups of `cards` in document order."""
        if not cards:
            return []
        # A stack of elements under which neighbouring cards meet, outermost first. One that is popped is complete.
        meetings: list[_Meeting] = []
        pending = ([_Group([cards[0]], cards[0].node, cards[0].node)], True)
        for card, following in pairwise(cards):
            element = common(card.node, following.node)
            while meetings and meetings[-1].element.depth > element.depth:
                pending = self._close(meetings.pop(), pending)
            if not meetings or meetings[-1].element is not element:
                meetings.append(_Meeting(element))
            self._add(meetings[-1], pending)
            pending = ([_Group([following], following.node, following.node)], True)
        while meetings:
            pending = self._close(meetings.pop(), pending)
        return pending[0]

    def _add(self, meeting: _Meeting, pending: tuple[list[_Group], bool]) -> None:
        groups, solo = pending
        meeting.units.append((_child(meeting.element, groups[0].cards[0].node), groups, solo))

    def _close(self, meeting: _Meeting, pending: tuple[list[_Group], bool]) -> tuple[list[_Group], bool]:
        self._add(meeting, pending)
        element = meeting.element
        layout = element.order in self._landmarks.layout
        done: list[_Group] = []
        before: _Unit | None = None
        for child, groups, solo in meeting.units:
            labels = self._labels.between(child.order, groups[0].first.order, _HEADING if solo else _TITLED)
            unit = _Unit(child, groups, solo, labels)
            if before is not None and self._joins(before, unit, element, layout):
                group = before.groups[-1]
                if len(group.cards) == 1:
                    group.first = before.element
                group.cards += groups[0].cards
                group.root = element
                before = _Unit(child, [group], False, before.labels)
            else:
                done += groups
                before = unit
        if len(done) > 1:
            for group in done:
                group.open = False
        else:
            group = done[0]
            group.root = element
            group.first = _child(element, group.cards[0].node)
            group.open = not layout
        return done, False

    def _joins(self, before: _Unit, unit: _Unit, parent: Element, layout: bool) -> bool:
        """Whether two neighbouring units under `parent` are one list."""
        last, group = before.groups[-1], unit.groups[0]
        if len(unit.groups) > 1 or not last.open or not group.open:
            return False
        gap = (before.element.end, unit.element.order)
        if self._labels.between(*gap, _TITLED) or self._landmarks.prose_between(*gap):
            return False
        similar = _similar(before.element, unit.element)
        if unit.solo and before.solo:
            # Two boxes with a headed card each, side by side in the page's layout, are two lists.
            boxes = layout and unit.labels and before.labels and unit.element.name in ("section", "aside", "div")
            if boxes and unit.labels[0].text != before.labels[0].text:
                return False
            return similar or not (layout or unit.labels)
        if unit.labels or before.labels or (layout and not similar):
            return False
        if unit.solo or before.solo:
            return True
        shared = {card.key for card in last.cards} & {card.key for card in group.cards}
        tabs = own_zones(before.element) & own_zones(unit.element) & TAB or _TABS.search(words_of(parent))
        if tabs or len(shared) > 0.1 * len(group.cards) or unit.element.name == "ol":
            if similar:
                group.tab_of = last
            return False
        return not self._labels.between(unit.element.order, group.first.order, _SHORT)


def _child(parent: Element, inner: Element) -> Element:
    """The child of `parent` that `inner` stands in; `parent` itself where they are one."""
    while inner is not parent and inner.parent is not parent:
        inner = inner.parent  # pyright: ignore[reportAssignmentType]: `parent` is around `inner`
    return inner


def _read_heading(group: _Group, previous_end: int, labels: _Labels, landmarks: Landmarks) -> None:
    """Give a group its heading: the surest short text between the list before and this one, near enough to belong.

    Where the heading names no kind, a heading further above may: "Latest", and under it "Sports".
    """
    first = group.first if len(group.cards) > 1 else group.cards[0].node
    external = 2 * sum(card.external for card in group.cards) >= len(group.cards)
    best: _Label | None = None
    kind: Kind | None = None
    for label in labels.above(previous_end, first.order):
        element = label.element
        title = landmarks.title
        if title is not None and title.order <= element.order < title.end:
            break
        meeting = common(element, first)
        reach = _between(element, meeting, lambda around, inner: around.end > inner.end)
        depth = _between(first, meeting, lambda around, inner: around.order + 1 < inner.order)
        if reach > _REACH[label.strength][0] or depth > _REACH[label.strength][1]:
            continue
        if landmarks.prose_between(element.end, first.order):
            break
        # Among the story's own elements any subheading may precede a teaser: only the wording tells.
        if meeting.order in landmarks.layout and len(group.cards) < 3 and kind_of_heading(label.text) is None:
            continue
        said = kind_of_heading(label.text)
        # "Advertisement" over a place that stays empty says nothing of the list of stories below it.
        if said == "sponsored" and not external and (label.strength < _HEADING or reach + depth > 1):
            continue
        if best is None or best.strength == _SHORT < label.strength:
            best, kind = label, said
        elif label.strength == _HEADING:
            if not labels.stands_over(label, best):
                break
            kind = said
            if best.strength < _HEADING:
                best = label
        if kind is not None:
            break
    if best is not None:
        group.heading, group.kind = best.text, kind
    elif group.tab_of is not None:
        group.heading, group.kind = group.tab_of.heading, group.tab_of.kind


def _read_headings(groups: list[_Group], labels: _Labels, landmarks: Landmarks) -> None:
    """Give each group its heading, each row of tabs the headings on them."""
    end = 0
    tabs: list[_Group] = []
    before_tabs = (0, 0)
    for group in groups:
        if group.tab_of is None:
            _read_tab_headings(tabs, labels, before_tabs)
            tabs, before_tabs = [], (end, group.first.order)
        tabs.append(group)
        _read_heading(group, end, labels, landmarks)
        end = group.cards[-1].end
        if len(group.cards) > 1:
            end = max(end, _child(group.root, group.cards[-1].node).end)
    _read_tab_headings(tabs, labels, before_tabs)


def _read_tab_headings(tabs: list[_Group], labels: _Labels, before: tuple[int, int]) -> None:
    """Give each of a row of tabs what is written on it, if that names a kind; it stands in the orders of `before`."""
    if len(tabs) < 2:
        return
    by_row: dict[int, list[_Label]] = defaultdict(list)
    for label in labels.between(*before, _SHORT):
        row = label.element.parent
        if isinstance(row, Element):
            by_row[row.order].append(label)
    for row in by_row.values():
        kinds: list[Kind | None] = [kind_of_heading(label.text) for label in row]
        if len(row) == len(tabs) and any(kinds):
            for tab, label, kind in zip(tabs, row, kinds, strict=True):
                tab.heading, tab.kind = label.text, kind


def _between(inner: Element, outer: Element, counts: Callable[[Element, Element], bool]) -> int:
    """How many of the elements around `inner` and within `outer` count."""
    found = 0
    around = inner.parent
    while isinstance(around, Element) and around is not outer:
        found += counts(around, inner)
        inner, around = around, around.parent
    return found


def _placement(group: _Group, zones: int, landmarks: Landmarks) -> Placement:
    start = group.cards[0].start
    if landmarks.in_body(start):
        return "body"
    if zones & FOOTER:
        return "footer"
    if zones & SIDE:
        return "side"
    return "top" if start < landmarks.first or landmarks.before_story(start) else "below"


def _stated_kind(group: _Group, landmarks: Landmarks) -> Kind | None:
    """The kind that class names and ids around a group state, nearest first."""
    around = group.root
    for _ in range(4):
        if not isinstance(around, Element) or around.order in landmarks.layout:
            break
        kind = kind_of_markup(words_of(around))
        if kind is not None:
            return kind
        around = around.parent
    return None


def _is_list(group: _Group, zones: int, placement: Placement, kind: Kind | None) -> bool:
    """Whether a group shows stories: its cards' words and addresses, pictures and headings taken together."""
    cards = group.cards
    count = len(cards)
    words = sum(card.words for card in cards) / count
    address = sum(card.address for card in cards) / count
    images = sum(card.image for card in cards) / count
    headings = sum(card.heading for card in cards) / count
    external = sum(card.external for card in cards) / count
    if kind == "sponsored":  # a partner's list leads off the site, to addresses that are no stories'
        address, external = max(address, 0.0), 0.0
    score = words + 0.6 * (address + images + headings - external) + 0.6 * (kind is not None) + 0.15 * min(count, 4)
    if zones & FOOTER:
        score -= 0.8
    if zones & TEASING:
        score += 0.5
    elif zones & HEADER:
        score -= 0.5
    if count == 1:
        score -= 0.5
    if placement == "top" and kind is None and address < 2:
        score -= 0.6
    plain = not images and not headings
    if plain and zones & FOOTER and count <= 2 and not zones & TEASING:
        return False
    # A directory: short names of services and sections, in rows of links.
    directory = plain and kind is None and not zones & TEASING and (address < 2.5 or zones & FOOTER)
    if directory and _mean_length(cards) < (4.5 if count > 3 else 4):
        return False
    if plain and group.heading and _LABELS_HEADING.search(group.heading) and _mean_length(cards) < 6:
        return False
    if count == 1 and kind is None and not zones & TEASING:
        return cards[0].legible and words >= 2 and score >= 3.2
    if words < 1.2 and plain:
        return False
    if words < 1.7 and (headings < 0.5 or address < 1.5) and not zones & TEASING:
        return score >= (3.3 if images < 0.5 and kind is None else 3.0)
    return score >= 2.6


def _mean_length(cards: list[Teaser]) -> float:
    return sum(max(word_count(link.text) for link in card.links) for card in cards) / len(cards)


def _distinct(group: _Group) -> list[Teaser]:
    """A group's cards without the page's own story, each story once in every entry of the list.

    Links of one entry lead to its story from picture, headline and summary, with links to other things between them.
    The same story in two entries stays: the list shows it twice.
    """
    cards: list[Teaser] = []
    at: dict[tuple[str, int], Teaser] = {}
    entries = [_child(group.root, card.node).order if len(group.cards) > 1 else 0 for card in group.cards]
    told = {(entry, card.key) for entry, card in zip(entries, group.cards, strict=True) if card.words >= 2}
    headlines = Counter(entry for entry, _ in told)
    for entry, card in zip(entries, group.cards, strict=True):
        # Beside the headline an entry may name a topic or an author of the story.
        label = card.words < 2 and not card.heading and not card.image and (headlines[entry] == 1 or _is_label(card))
        if card.own or label:
            continue
        known = at.get((card.key, entry))
        if known is None:
            at[card.key, entry] = card
            cards.append(card)
        else:
            known.links += card.links
    # A ticker or a carousel holds its stories twice or more, to go round without a gap.
    keys = [card.key for card in cards]
    turn = next((n for n in range(1, len(keys) // 2 + 1) if keys[n:] == keys[:-n]), len(keys))
    return cards[:turn]


def _is_label(card: Teaser) -> bool:
    """Whether class names call a card's link the kicker or the category of the headline beside it."""
    link = card.links[0].element
    return stands_beside(words_of(link)) or (isinstance(link.parent, Element) and stands_beside(words_of(link.parent)))


def _in_drop_down(group: _Group, labels: _Labels) -> bool:
    """Whether a group opens from an entry of a menu that no class name calls one: a list entry headed by its"
    " section."""
    around = group.root
    while len(group.cards) > 1 and isinstance(around, Element):
        if around.name == "li":
            link = labels.links_in(around)[0]
            if (
                link.element.order < group.cards[0].start
                and word_count(link.text) <= 3
                and not labels.leads_to_story(link)
            ):
                return True
        around = around.parent
    return False


def _is_repeated(group: _Group, before: _Group) -> bool:
    """Whether a group says what the one before it says: a copy for another width of the window, or a ticker's loop."""
    if group.heading not in (None, before.heading):
        return False
    return [card.key for card in group.cards] == [card.key for card in before.cards]


def find_blocks(page: Page, article: Article | None, landmarks: Landmarks | None = None) -> list[Block]:
    """The teaser blocks of a page in document order, after them those that only its scripts' data hold.

    `article` is the page's own story, None on a page without one. `landmarks` are the page's, where the caller has
    read them already.

    Every item is a link to another story. `slot` counts from 1 in document order within its block. A story that stands
    twice in one list has two items. Empty placeholders of widgets give nothing.
    """
    addresses = Addresses(page.url, _own_addresses(page), {link.url for link in page.links})
    if landmarks is None:
        landmarks = Landmarks(page, fold((article or {}).get("title") or page.meta_content("og:title") or ""))
    cards = find_teasers(page, addresses, landmarks)
    labels = _Labels(page, addresses)
    groups = _Grouping(landmarks, labels).group(cards)
    _read_headings(groups, labels, landmarks)
    blocks: list[Block] = []
    kept: tuple[_Group, Placement] | None = None
    for group in groups:
        group.cards = _distinct(group)
        if not group.cards:
            continue
        zones = group.cards[0].zones
        placement = _placement(group, zones, landmarks)
        kind = group.kind or _stated_kind(group, landmarks)
        if placement == "top" and _in_drop_down(group, labels):
            continue
        if not _is_list(group, zones, placement, kind):
            continue
        if kept is not None and kept[1] == placement and _is_repeated(group, kept[0]):
            continue
        items = _items(group, paid=kind == "sponsored")
        # Links that all say the same say what they do, not where they lead.
        if not items or (len(items) > 1 and len({item["headline"] for item in items}) == 1):
            continue
        kept = (group, placement)
        if placement == "body" and kind != "sponsored":
            kind = "inline"
        blocks.append({"kind": kind or "more", "heading": group.heading, "placement": placement, "items": items})
    if page.json_states:
        blocks += stated_blocks(page, addresses, {card.key for card in cards})
    return blocks


def _own_addresses(page: Page) -> list[str]:
    """The addresses that a page gives for itself in its head."""
    stated = [
        link.attrs.get("href") for link in page.by_name.get("link", ()) if "canonical" in link.attrs.get("rel", ())
    ]
    stated.append(page.meta_content("og:url"))
    return [url for href in stated if href and (url := page.resolve(href))]


def _items(group: _Group, paid: bool) -> list[Item]:
    """The items of a group's cards; in a `paid` block all are sponsored, in others those that say so."""
    items: list[Item] = []
    for card in group.cards:
        words = read_card(card.links, url=card.url)
        if words.headline is None:
            continue
        items.append(
            {
                "slot": len(items) + 1,
                "url": card.url,
                "headline": words.headline.headline,
                "headline_source": words.headline.headline_source,
                "display": words.headline.display,
                "display_source": words.headline.display_source,
                "image_alt": words.image_alt,
                "external": card.external,
                "sponsored": paid or words.sponsored,
                "source": "html",
            }
        )
    return items
