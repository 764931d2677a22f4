"""The text of a page's story: its paragraphs, without the boxes, teasers and captions that stand between them."""

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
_OTHER_MATTER: Final = SIDE | NAV | MENU | FOOTER | CHROME | COMMENTS
_SENTENCE_ENDS: Final = (".", "!", "?", "…", ")", '"', "”", "“", "»", "।", "。", "」", "؟")

MIN_LOOSE_LINE: Final = 40
"""Characters that a line outside any paragraph needs to be prose and no label."""


def read_body(page: Page, landmarks: Landmarks) -> list[str]:
    """The paragraphs of the page's story, subheadings among them; none on a page without prose."""
    if landmarks.body is None:
        return []

    def other_matter(element: Element) -> bool:
        return "class" in element.attrs and bool(own_zones(element) & _OTHER_MATTER)

    until = page.elements[landmarks.last] if landmarks.last else landmarks.body
    return paragraphs(page, landmarks.body, until, other_matter)


def paragraphs(page: Page, body: Element, until: Element, other_matter: Callable[[Element], bool]) -> list[str]:
    """The paragraphs in `body` up to and with the element `until`, without elements that are `other_matter`.

    Where text stands outside paragraphs (between `br`), each line of some length is one.
    """
    elements, text = page.elements, page.text
    found: list[str] = []

    def add_loose(start: int, end: int) -> None:
        lines = (clean(line) for line in text[start:end].split("\n") if len(line) >= MIN_LOOSE_LINE)
        found.extend(line for line in lines if len(line) >= MIN_LOOSE_LINE)

    position, at = body.text_start, body.order + 1
    while at < min(body.end, until.end):
        element = elements[at]
        if element.concealed:
            at = element.end
            continue
        if element.name in _NOT_PROSE or other_matter(element):
            add_loose(position, element.text_start)
        elif element.name in _PARAGRAPHS or (element.name == "li" and not _holds_paragraphs(elements, element)):
            add_loose(position, element.text_start)
            line = clean(text[element.text_start : element.text_end])
            if line and not _is_linked(elements, element, line):
                found.append(line)
        else:
            at += 1
            continue
        position, at = element.text_end, element.end
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
