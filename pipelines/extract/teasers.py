"""Which links of a page are teasers: cards that show another story by its headline.

What belongs here judges one card at a time, by its words, its address, and where it stands. How cards make a block, and
whether a block of weak cards is one, is decided in `blocks`; the words of a chosen card are read by `headline`.
"""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from pipelines.extract.addresses import LIST, NEVER, Addresses
from pipelines.extract.document import INLINE, Element
from pipelines.extract.headline import LONGEST, word_count
from pipelines.extract.kinds import caseless, kind_of_heading
from pipelines.extract.landmarks import (
    CHROME,
    COMMENTS,
    FOOTER,
    HEADER,
    MENU,
    NAV,
    TEASING,
    UNREAD,
    Landmarks,
    block_of,
)
from pipelines.extract.page import HEADINGS, Link, Page

# Pages of news have hundreds of links, the longest fronts two thousand. What has more was made to be slow.
MAX_LINKS = 10_000

# What a link says when it leads on instead of naming a story, and when it serves; both for `caseless` text.
_LEADS_ON = re.compile(
    r"(?:read|learn|see|view|show|load|watch|listen|continue|weiter|mehr|zum|alle|hier|lesen|leer|ver|ler|saiba|leia"
    r"|lire|voir|tout|toutes|leggi|vedi|devami|tümü|daha|jetzt|click|more|all|get|sign|log|subscribe|download|join"
    r"|follow|share|print|email|contact|privacy|terms|about|cookie|advertise|datenschutz|impressum|tap|skip|back"
    r"|next|previous)\b|続き|もっと|一覧|すべて"
)
_LEADS_TO_ALL = re.compile(
    r"(?:see|view|show|browse|explore|read|find) (?:all|more)\b|alle .*(?:anzeigen|ansehen|lesen)$|ver tod[ao]s\b"
    r"|voir tou(?:s|tes)\b|vedi tutt[ei]\b|tümünü (?:gör|oku|izle)|.* tümü$"
)
# The story's own source on another site, named after it.
_SOURCE = re.compile(r"(?:source|sources|quelle|quellen|fuente|fonte|kaynak|bron|via|hat tip|h/t)\s*:")
_SERVICE = re.compile(
    r"\b(?:sign up|subscribe|newsletter|terms of|privacy|cookies?|code of ethics|about us|contact us|imprint"
    r"|impressum|datenschutz|datenschutzhinweise|all rights|copyright|click here|download (?:the|our)|our app"
    r"|advertise with|log ?in|register|politique de|mentions légales|aviso legal|política de|gizlilik|künye|kvkk"
    r"|çerez|sitemap|(?:submit|send) (?:us )?a (?:news )?tip|corrections and clarifications|standards and practices)\b"
    r"|利用規約|プライバシー|お問い合わせ"
)
# What ends the words before a link that are a label of it ("Read also: …"), not the beginning of its sentence.
_LABEL_END = (":", "»", "›", ">", "-", "–", "—", "|", "•", "·", "+", "→", "►", "▶", "/", '"', "“", "„", "«", "[", "(")


@dataclass(slots=True, eq=False)
class Teaser:
    """One card: neighbouring links to one address, with what speaks for it.

    node       the smallest element around its links
    words      how much its words look like a headline: 0 nothing, 1.2 three words, 2 a line
    address    how much its address looks like a story's (see `addresses`)
    legible    whether a link of it shows words, rather than only an attribute holding them
    own        it shows the page's own story: it takes part in forming a block and is left out at the end
    """

    url: str
    key: str
    links: list[Link]
    node: Element
    words: float
    address: float
    heading: bool
    image: bool
    legible: bool
    own: bool
    external: bool
    zones: int

    @property
    def start(self) -> int:
        """The order of its first link."""
        return self.links[0].element.order

    @property
    def end(self) -> int:
        """The order after its last link."""
        return self.links[-1].element.end


def common(one: Element, other: Element) -> Element:
    """The smallest element around both."""
    while one is not other:
        if one.depth > other.depth:
            one = one.parent  # pyright: ignore[reportAssignmentType]: below the root an element's parent is one
        elif one.depth < other.depth:
            other = other.parent  # pyright: ignore[reportAssignmentType]
        else:
            one, other = one.parent, other.parent  # pyright: ignore[reportAssignmentType]
    return one


def find_teasers(page: Page, addresses: Addresses, landmarks: Landmarks) -> list[Teaser]:
    """The page's cards in document order, among its first `MAX_LINKS` links."""
    runs: dict[int, dict[int, _Run]] = {}
    cards: list[Teaser] = []
    for link in page.links[:MAX_LINKS]:
        words, legible = _words(link)
        if words < 0.5 and link.image is None:
            continue
        element = link.element
        zones = landmarks.zones(element)
        # Most links of a page lie in its menus: they are done with before their addresses are looked at.
        if zones & (COMMENTS | UNREAD) or _in_menu(zones, words, landmarks.before_story(element.order)):
            continue
        if words >= 0.5 and _serves(link):
            if link.image is None:
                continue
            words = 0.2
        address = addresses[link.url]
        if address is None or address.to_comments:
            continue
        external = addresses.is_external(address)
        if external and ":" in link.text[:10] and _SOURCE.match(caseless(link.text)):
            continue
        own = addresses.is_own(address)
        score = addresses.score(address)
        if (score <= NEVER and not own) or _in_sentence(page, link, runs):
            continue
        card = Teaser(
            url=address.url,
            key=address.key,
            links=[link],
            node=element,
            words=words,
            address=score,
            heading=link.heading is not None,
            image=link.image is not None,
            legible=legible,
            own=own,
            external=external,
            zones=zones,
        )
        _add(cards, card)
    kept: list[Teaser] = []
    times = Counter(card.key for card in cards)
    for card in cards:
        # A short link that stands beside many stories names their section or their author.
        beside = times[card.key] >= 3 and not card.heading and not card.image and word_count(card.links[0].text) <= 4
        if not beside and _is_candidate(card, landmarks):
            _add(kept, card)
    return kept


def _add(cards: list[Teaser], card: Teaser) -> None:
    """Append `card`, or make it one with the last: a picture and a line that link to one story are one card."""
    last = cards[-1] if cards else None
    before = cards[-2] if len(cards) > 1 else None
    if last is None or last.key != card.key or last.own != card.own or _are_two_entries(before, last, card):
        cards.append(card)
        return
    last.links += card.links
    last.node = common(last.node, card.node)
    last.words = max(last.words, card.words)
    last.heading |= card.heading
    last.image |= card.image
    last.legible |= card.legible


def _holds(around: Element, element: Element) -> bool:
    return around.order < element.order < around.end


def _are_two_entries(before: Teaser | None, one: Teaser, other: Teaser) -> bool:
    """Whether two cards of one story are two entries: of a list that shows it twice, or of two lists.

    `before` is the card before them.
    """
    if not (one.legible and other.legible):
        return False
    if before is not None and _holds(common(one.node, other.node), before.node):
        return True  # the last card of a list and the first of the next
    first, second = _entry(one.node), _entry(other.node)
    if first is None or second is None or first is second:
        return False
    around = first.parent
    if around is None or around is not second.parent:
        return True
    # A card may itself be a short list: its headline, its summary, its author.
    entries = (child for child in around.contents if isinstance(child, Element))
    return sum(1 for _ in islice(entries, 4)) > 3


def _entry(element: Element) -> Element | None:
    """The list entry or article that an element stands in, not far above it."""
    around = element
    for _ in range(6):
        if around.name in ("li", "article", "tr"):
            return around
        if not isinstance(around.parent, Element):
            return None
        around = around.parent
    return None


def _words(link: Link) -> tuple[float, bool]:
    """How much the words of a link look like a headline, and whether it shows them itself."""
    text = link.text
    attrs = link.element.attrs
    title = ""
    # Most titles repeat the text.
    stated = ("title" in attrs or "aria-label" in attrs) and not (text and attrs.get("title") == text)
    if not stated and link.image is None and " " not in text and text.isascii():
        return 0.2, False
    if text.count(" ") >= 9:
        return 2.0, True
    if stated:
        title = link.title or link.aria_label
        if title.startswith("http") or len(title) > LONGEST:
            title = ""
    said = text or title or link.image_alt
    count = word_count(said)
    shown = count if text else 0.0
    if text and count < 4 and title and title != text:
        count = max(count, word_count(title))
    if count < 2:
        return (0.2 if said else 0.0), False
    words = 2.0 if count >= 4 else 1.2 if count >= 3 else 0.6 if len(said) >= 12 else 0.2
    return (words if text else min(words, 1.2)), shown >= 2.5


def _serves(link: Link) -> bool:
    """Whether a link says what it does ("Read more") or what it serves ("Privacy") instead of naming a story."""
    said = link.text or link.title or link.aria_label or link.image_alt
    blanks = said.count(" ")
    if blanks >= 9:
        return False
    plain = caseless(said)
    if blanks < 5 and _LEADS_ON.match(plain) and word_count(said) <= 4:
        return True
    return (blanks < 7 and _LEADS_TO_ALL.match(plain) is not None) or _SERVICE.search(plain) is not None


def _in_menu(zones: int, words: float, before: bool) -> bool:
    """Whether a link lies in a menu, whatever it leads to: before the story, or with the short words of a section."""
    return bool(zones & MENU and not zones & TEASING and (before or 0 < words < 2))


def _is_candidate(card: Teaser, landmarks: Landmarks) -> bool:
    """Whether a card may be part of a block, by itself and by the zones that it stands in."""
    zones = card.zones
    strong = card.words >= 2 and (card.address >= 1.5 or (card.address >= 0 and (card.heading or card.image)))
    before = landmarks.before_story(card.start)
    if not zones & TEASING:
        # A menu after the story is a list of teasers by another name, if it shows headlines.
        if zones & MENU and not strong:
            return False
        plain = card.words >= 2 and card.address >= 2.5
        if zones & NAV and not plain and (before or zones & (HEADER | FOOTER)):
            return False
    if zones & CHROME and not strong:
        return False
    if card.own:
        return card.words >= 1.2 or card.image
    if card.words < 0.5:
        return False
    teased = (card.heading and card.image) or "sponsored" in card.links[0].element.attrs.get("rel", ())
    if card.address <= -1 and not (card.words >= 2 and card.address > LIST and teased):
        return False
    return card.words + 0.5 * card.address + 0.5 * card.heading + 0.3 * card.image >= 1.2


@dataclass(slots=True)
class _Run:
    """A run of text and inline elements within a block: a line as a reader sees it.

    before  the characters outside links before each link, by the link's order
    free    the characters outside links
    linked  the characters in links
    """

    before: dict[int, int]
    words: str
    free: int
    linked: int


def _in_sentence(page: Page, link: Link, runs: dict[int, dict[int, _Run]]) -> bool:
    """Whether a link is part of running text: its line says more than the link, and what it says is no label."""
    text = link.text
    element = link.element
    # No sentence goes through a heading.
    if not text or link.heading is not None or not isinstance(element.parent, Element):
        return False
    block = block_of(element.parent)
    if block.name == "figcaption":
        return True
    if block.name in HEADINGS or block.text_end - block.text_start < element.text_end - element.text_start + 4:
        return False
    lines = runs.get(block.order)
    if lines is None:
        lines = runs[block.order] = _lines(page, block)
    run = lines.get(element.order)
    if run is None or not run.free:
        return False
    before = run.before[element.order]
    after = run.free - before
    if (run.free > 40 and run.free > 0.5 * run.linked) or (after > 15 and after > 0.25 * len(text)):
        return True
    if text[0].islower():
        return before > 2 or after > 2
    words = run.words[:before].strip()
    label = not words or words.endswith(_LABEL_END) or kind_of_heading(words) is not None
    if label:
        return False
    if before > 2 and word_count(words) >= 3 and block.name in ("p", "li", "blockquote", "td", "dd"):
        return True
    return block.name == "p" and run.linked > len(text) + 3 and run.free >= 4 and after >= 3


def _lines(page: Page, block: Element) -> dict[int, _Run]:
    """The runs of a block by the orders of their links. A block element within ends a run."""
    lines: dict[int, _Run] = {}
    words: list[str] = []
    before: dict[int, int] = {}
    free = linked = 0

    def end_run() -> None:
        nonlocal words, before, free, linked
        if before:
            run = _Run(before, "".join(words), free, linked)
            lines.update(dict.fromkeys(before, run))
        words, before, free, linked = [], {}, 0, 0

    pending = list(reversed(block.contents))
    while pending:
        node = pending.pop()
        if isinstance(node, Element):
            if node.name == "a":
                before[node.order] = free
                linked += len(page.text_of(node))
            elif node.name == "time":
                continue  # when a story was published is no part of a sentence about it
            elif node.name in INLINE:
                pending.extend(reversed(node.contents))
            else:
                end_run()
        else:
            said = str(node).strip()
            if said:
                words.append(said)
                free += len(said)
    end_run()
    return lines
