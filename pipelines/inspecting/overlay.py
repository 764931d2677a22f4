"""A record on its page: the page's own HTML with the blocks outlined, the items numbered and the story marked.

Belongs here: drawing, and finding the story's lines again; the items' links are found in `places`. Nothing is
recognised here: a paragraph is a line with its words.

The page is parsed twice by the same algorithm: once as the extraction does, to look things up, and once with everything
in it, to be drawn on and written out. Elements of the two trees are paired in document order.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import turbohtml
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from pipelines.errors import YanyanaError
from pipelines.extract.document import Element, decode, parse
from pipelines.extract.page import Page
from pipelines.extract.record import Article, Block, ExtractionRecord, Item
from pipelines.inspecting import COLOURS
from pipelines.inspecting.places import enclosing, find_items
from pipelines.lake.text import clean

# Nothing of the page may run or reach out: it was saved to be looked at.
_POLICY: Final = "script-src 'none'; object-src 'none'; frame-src 'none'; connect-src 'none'; form-action 'none'"
_REPLACED_METAS: Final = frozenset(("content-security-policy", "refresh", "content-type"))
_STORY_COLOUR: Final = "#1f2328"


class OverlayError(YanyanaError):
    """A page that cannot be drawn on."""


def overlay(body: bytes, content_type: str | None, record: ExtractionRecord) -> str:
    """The page of `record` as one HTML document that shows in a browser what was found on it.

    Every block is outlined in its kind's colour and labelled, or its items are where no element holds them alone.
    Items carry their slot and, in a tooltip, their headlines. A legend lists the blocks and what is not in the markup.
    Scripts are gone and forbidden; pictures and styles are the page's own, from where it has them. Raises OverlayError
    when nothing was read of the page.
    """
    if record["reason"]:
        raise OverlayError(f"{record['url']}: there is nothing to draw, since nothing was read: {record['reason']}")
    document = parse(body, content_type)
    page = Page(document, record["url"])
    drawing = turbohtml.parse(decode(body, content_type))
    pen = _Pen(record["url"], document.elements, drawing)
    story = _draw_story(page, pen, record["article"]) if record["article"] else []
    found = [
        [[link for link in card if pen.reaches(link)] for card in cards] for cards in find_items(page, record["blocks"])
    ]
    for number, (block, cards) in enumerate(zip(record["blocks"], found, strict=True), 1):
        others = [link for other in found if other is not cards for card in other for link in card]
        _draw_block(pen, f"{number} {_block_label(block)}", block, cards, [*others, *story])
    _still(drawing)
    _frame(drawing, page.base_url, _legend(record, found))
    return drawing.serialize()


class _Pen:
    """Draws on the whole tree what was found on the extraction's."""

    def __init__(self, url: str, elements: list[Element], drawing: turbohtml.Document) -> None:
        left, right = list(_comparable(elements)), list(_comparable_nodes(drawing))
        if [element.name for element in left] != [node.tag for node in right]:
            raise OverlayError(f"{url}: its markup cannot be drawn on; look at the outline instead")
        self._nodes = {element.order: node for element, node in zip(left, right, strict=True)}

    def reaches(self, element: Element) -> bool:
        """Whether an element can be drawn on: what stands in a template cannot."""
        return element.order in self._nodes

    def mark(self, element: Element, what: str, shape: str, label: str = "") -> None:
        """Outline an element: `what` gives the colour, `shape` is that of a block, an item or a part of the story."""
        attrs = self._nodes[element.order].attrs
        attrs["data-yanyana"] = what
        attrs["data-yanyana-shape"] = shape
        if label:
            attrs["data-yanyana-label"] = label

    def explain(self, element: Element, text: str) -> None:
        """Give an element a tooltip in place of its own."""
        self._nodes[element.order].attrs["title"] = text


def _comparable(elements: list[Element]) -> Iterator[Element]:
    """The elements that both trees have: not what stands in templates."""
    end = 0
    for element in elements:
        if element.order >= end:
            yield element
            if element.name == "template":
                end = element.end


def _comparable_nodes(drawing: turbohtml.Document) -> Iterator[turbohtml.Element]:
    """The elements that both trees have: not style and svg, nor what stands in templates."""
    pending = list(drawing.children)[::-1]
    while pending:
        node = pending.pop()
        if isinstance(node, turbohtml.Element) and node.tag not in ("style", "svg"):
            yield node
            if node.tag != "template":
                pending += list(node.children)[::-1]


def _draw_block(pen: _Pen, label: str, block: Block, cards: list[list[Element]], others: list[Element]) -> None:
    """Outline and label a block, or each of its items where no element holds it without `others`."""
    container = enclosing([link for card in cards for link in card])
    if container is not None and any(container.order <= other.order < container.end for other in others):
        container = None
    if container is not None:
        pen.mark(container, block["kind"], "block", label)
    for item, card in zip(block["items"], cards, strict=True):
        for link in card:
            pen.explain(link, _tooltip(item))
        if card and card[0] is not container:
            slot = str(item["slot"])
            pen.mark(card[0], block["kind"], "item", slot if container is not None else f"{label} · {slot}")


def _draw_story(page: Page, pen: _Pen, article: Article) -> list[Element]:
    """Mark title, lead and paragraphs where they stand on the page; the elements that were marked."""
    lines = _lines(page)
    marked: list[Element] = []
    for field in ("title", "lead"):
        places = lines.get(clean(article[field] or ""), [])
        if places:
            element = next((e for e in places if e.name == "h1" or _within(page, e, "h1")), places[0])
            pen.mark(element, field, "story", field)
            marked.append(element)
    for paragraph in (article["body_text"] or "").split("\n\n"):
        for element in lines.get(clean(paragraph), [])[:1]:
            pen.mark(element, "body", "paragraph")
            marked.append(element)
    return marked


def _within(page: Page, element: Element, name: str) -> bool:
    return any(around.name == name for around in page.ancestors(element))


def _lines(page: Page) -> dict[str, list[Element]]:
    """The innermost elements around each line of the page's text, by the line, in document order."""
    shown = [element for element in page.elements if not element.concealed]
    starts = [element.text_start for element in shown]
    lines: dict[str, list[Element]] = defaultdict(list)
    start = 0
    for line in page.text.split("\n"):
        end = start + len(line)
        text = clean(line)
        if text:
            element: Any = shown[bisect_left(starts, end) - 1]
            # White space at the line's ends may belong to the elements around.
            first, last = start + len(line) - len(line.lstrip()), start + len(line.rstrip())
            while isinstance(element, Element) and (element.text_start > first or element.text_end < last):
                element = element.parent
            if isinstance(element, Element):
                lines[text].append(element)
        start = end + 1
    return lines


def _block_label(block: Block) -> str:
    count = len(block["items"])
    parts = [block["kind"], block["heading"], block["placement"], f"{count} item" + ("" if count == 1 else "s")]
    return " · ".join(part for part in parts if part)


def _tooltip(item: Item) -> str:
    """Slot and headlines of an item, one a line."""
    texts = (
        ("headline", item["headline"], item["headline_source"]),
        ("shown", item["display"], item["display_source"]),
    )
    lines = [f"slot {item['slot']}"]
    lines += [f"{name} ({source}): {text}" for name, text, source in texts if text is not None]
    lines += [name for name in ("external", "sponsored") if item[name]]
    return "\n".join(lines)


def _still(drawing: turbohtml.Document) -> None:
    """Take out what runs, leads away or speaks for the page: scripts, refreshes, its policy, its charset and base."""
    for node in [*drawing.iter_elements(("script", "base"))]:
        node.extract()
    for node in [*drawing.iter_elements("meta")]:
        if "charset" in node.attrs or (node.attr("http-equiv") or "").strip().lower() in _REPLACED_METAS:
            node.extract()


def _legend(record: ExtractionRecord, found: list[list[list[Element]]]) -> str:
    blocks = [
        {
            "number": number,
            "kind": block["kind"],
            "label": _block_label(block),
            "concealed": any(cards) and all(link.concealed for card in cards for link in card),
            "lost": [item for item, card in zip(block["items"], cards, strict=True) if not card],
        }
        for number, (block, cards) in enumerate(zip(record["blocks"], found, strict=True), 1)
    ]
    return _template("legend.html").render(record=record, blocks=blocks, colours=COLOURS, story_colour=_STORY_COLOUR)


def _frame(drawing: turbohtml.Document, base_url: str, legend: str) -> None:
    """Put our head before the page's own, and the legend behind everything."""
    head, body = drawing.find("head"), drawing.find("body")
    ours = _template("head.html").render(base_url=base_url, policy=_POLICY, colours=COLOURS, story_colour=_STORY_COLOUR)
    if head is not None:
        head.insert_adjacent_html("afterbegin", ours)
    if body is not None:
        body.insert_adjacent_html("beforeend", legend)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("pipelines.inspecting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
