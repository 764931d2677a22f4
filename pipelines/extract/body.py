"""The text of a page's story: its paragraphs, without the boxes, teasers and captions that stand between them."""

import re
from collections.abc import Callable
from typing import Final

from pipelines.extract.document import Element
from pipelines.extract.landmarks import CHROME, COMMENTS, FOOTER, MENU, NAV, SIDE, Landmarks, own_zones
from pipelines.extract.page import Page
from pipelines.lake.text import clean

_PARAGRAPHS: Final = frozenset(("p", "pre", "h2", "h3", "h4", "h5", "h6", "dt", "dd"))
_NOT_PROSE: Final = frozenset(
    (
        *("address", "aside", "figcaption", "figure", "footer", "h1", "nav", "table", "time"),
        *("audio", "button", "form", "iframe", "picture", "select", "textarea", "video"),
    )
)
_CAPTIONS: Final = frozenset(("figure", "figcaption"))
_NEVER_SHOWN: Final = frozenset(("noscript", "template", "iframe", "object", "datalist"))
_OTHER_MATTER: Final = SIDE | NAV | MENU | FOOTER | CHROME | COMMENTS
_SENTENCE_ENDS: Final = (".", "!", "?", "…", ")", '"', "”", "“", "»", "।", "。", "」", "؟")

_ADVERTISEMENT: Final = re.compile(
    r"advertise?ments?|anzeige|werbung|reklam|ilan|publicidad|publicité|pubblicità|publicidade|advertentie|reklama|реклама"
    r"|広告",
    re.IGNORECASE,
)

MIN_LOOSE_LINE: Final = 40
"""Characters that a line outside any paragraph needs to be prose and no label."""


MIN_BODY: Final = 250
"""Characters under which a text is too short for a story."""
ENOUGH: Final = 1500
"""Characters from which on a story's text was surely found where it should stand."""


def read_body(page: Page, landmarks: Landmarks, heading: Element | None) -> list[str]:
    """The paragraphs of the page's story, subheadings among them; none on a page without prose.

    `heading` is the story's. The landmarks' body is read up to the end of its prose; where that is little, all of it,
    then the `article` or `main` around the heading, and then captions (picture stories) and concealed text (paywalls)
    too: each only where it gives far more than what was read before.
    """
    body = landmarks.body
    if body is None:
        return []
    around = () if heading is None else page.ancestors(heading)
    section = next((element for element in around if element.name in ("article", "main")), body)
    if body.order < section.order:
        body = section  # prose on both sides of the story's own element
    # A wrapper named after a paywall may hold most of the story.
    most = 0.4 * (body.text_end - body.text_start)

    def other_matter(element: Element) -> bool:
        if "class" not in element.attrs or not own_zones(element) & _OTHER_MATTER:
            return False
        return element.text_end - element.text_start < most

    last = page.elements[landmarks.last]
    found = paragraphs(page, body, last if body.order < last.order < body.end else body, other_matter)
    for place, everything, enough in ((body, False, ENOUGH), (section, False, MIN_BODY), (section, True, MIN_BODY)):
        if _length(found) < enough:
            more = paragraphs(page, place, place, other_matter, everything=everything)
            if _length(more) > max(MIN_BODY, 1.5 * _length(found)):
                found = more
    return found


def _length(lines: list[str]) -> int:
    return sum(map(len, lines))


def paragraphs(
    page: Page,
    body: Element,
    until: Element,
    other_matter: Callable[[Element], bool],
    *,
    everything: bool = False,
) -> list[str]:
    """The paragraphs in `body` up to and with the element `until`, without elements that are `other_matter`.

    Where text stands outside paragraphs (between `br`), each line of some length is one. `everything` reads captions
    and concealed paragraphs too.
    """
    elements = page.elements
    text = page.document.concealed_text if body.concealed else page.text
    left_out = _NOT_PROSE - _CAPTIONS if everything else _NOT_PROSE
    found: list[str] = []

    def add_loose(start: int, end: int) -> None:
        lines = (clean(line) for line in text[start:end].split("\n") if len(line) >= MIN_LOOSE_LINE)
        found.extend(line for line in lines if len(line) >= MIN_LOOSE_LINE)

    position, at = body.text_start, body.order + 1
    while at < min(body.end, until.end):
        element = elements[at]
        in_line = element.concealed is body.concealed  # else its text is not between that of its neighbours
        if not in_line and (not everything or element.name in _NEVER_SHOWN):
            at = element.end
            continue
        if element.name in left_out or other_matter(element):
            if in_line:
                add_loose(position, element.text_start)
        elif element.name in _PARAGRAPHS or (element.name == "li" and not _holds_paragraphs(elements, element)):
            if in_line:
                add_loose(position, element.text_start)
            source = text if in_line else page.document.concealed_text
            line = clean(source[element.text_start : element.text_end])
            if line and not _ADVERTISEMENT.fullmatch(line) and not _is_linked(elements, element, line):
                found.append(line)
        else:
            at += 1
            continue
        position, at = element.text_end if in_line else position, element.end
    if until.concealed is body.concealed:
        add_loose(position, max(position, until.text_end))
    while found and len(found[-1]) < MIN_LOOSE_LINE and not found[-1].endswith(_SENTENCE_ENDS):
        found.pop()  # the heading of what stands behind the story
    return found


def _holds_paragraphs(elements: list[Element], item: Element) -> bool:
    return any(element.name in ("p", "ul", "ol") for element in elements[item.order + 1 : item.end])


def _is_linked(elements: list[Element], paragraph: Element, line: str) -> bool:
    """Whether a paragraph is little but links: a teaser, a row of tags, a call to follow."""
    inside = elements[paragraph.order + 1 : paragraph.end]
    return sum(a.text_end - a.text_start for a in inside if a.name == "a" and "href" in a.attrs) > 0.7 * len(line)
