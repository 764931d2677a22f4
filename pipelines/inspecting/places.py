"""Where a record's items stand on their page: for every item the links that lead to it.

A record knows addresses, and a page links one story from many places: its menu, its ticker, two lists, a hidden copy
for small windows. So an item is not looked for alone. A block's items stand close together in their order, and blocks
stand in document order; the places that fit this best are taken. Nothing is drawn here.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pipelines.extract.addresses import parse_address
from pipelines.extract.document import Element
from pipelines.extract.page import Page
from pipelines.extract.record import Block

# Costs of an arrangement, in links that lie between a block's first and last item and are none of its own.
_CONCEALED: Final = 5  # an item at a link that a reader does not see
_INSIDE: Final = 20  # a block that begins before the one before it ends
_BEFORE: Final = 1_000  # a block that begins before the one before it does
_MISSING: Final = 10_000  # an item without a link

_CARD: Final = 5  # links, at most, between the links of one card to its story
_TRIES: Final = 50  # places of a block's first item that are tried


class _Run(NamedTuple):
    """One way to place a block: an index into the page's links for each item, ascending; None for an item not there."""

    places: tuple[int | None, ...]
    first: int
    last: int
    cost: int


def find_items(page: Page, blocks: list[Block]) -> list[list[list[Element]]]:
    """For each block and each of its items the links that lead to it, in document order.

    There are none for an item that only a script's data holds, or whose address the page does not link.
    """
    index: dict[str, list[int]] = defaultdict(list)
    for at, link in enumerate(page.links):
        index[_key(link.url)].append(at)
    wanted = [[_key(item["url"]) if item["source"] == "html" else None for item in block["items"]] for block in blocks]
    placed = _arrange([list(_runs(keys, index, page)) for keys in wanted])
    orders = sorted(page.links[at].element.order for run in placed if run for at in run.places if at is not None)

    def card(key: str | None, at: int | None) -> list[Element]:
        # Picture, headline and summary of a card are often links of their own.
        if key is None or at is None:
            return []
        item = page.links[at].element
        near = (page.links[other].element for other in index[key] if abs(other - at) <= _CARD)
        return [link for link in near if link is item or _share_a_card(link, item, orders)]

    return [
        [card(key, at) for key, at in zip(keys, run.places, strict=True)] if run else [[] for _ in keys]
        for keys, run in zip(wanted, placed, strict=True)
    ]


def enclosing(elements: list[Element]) -> Element | None:
    """The nearest element around all of `elements`, or the element itself where there is one; None for none."""
    around: Any = min(elements, key=lambda element: element.order, default=None)
    last = max((element.order for element in elements), default=0)
    while isinstance(around, Element) and last >= around.end:
        around = around.parent
    return around if isinstance(around, Element) else None


def _share_a_card(link: Element, item: Element, orders: list[int]) -> bool:
    """Whether an element holds both that holds no other item; `orders` has those of all items."""
    around = enclosing([link, item])
    if around is None or link.concealed is not item.concealed:
        return False
    return bisect_left(orders, around.end) - bisect_left(orders, around.order) == 1


def _key(url: str) -> str:
    address = parse_address(url)
    return address.key if address else url


def _runs(keys: list[str | None], index: dict[str, list[int]], page: Page) -> Iterator[_Run]:
    """The ways to place a block: from each place of its first item, every next item at its next place."""
    anchor = next((key for key in keys if key in index), None)
    for start in index[anchor][:_TRIES] if anchor else ():
        places: list[int | None] = []
        last = start - 1
        for key in keys:
            where = index.get(key or "", [])
            following = bisect_left(where, last + 1)
            at = where[following] if following < len(where) else None
            last = last if at is None else at
            places.append(at)
        here = [at for at in places if at is not None]
        concealed = sum(page.links[at].element.concealed for at in here)
        cost = last - start + _CONCEALED * concealed + _MISSING * (len(keys) - len(here))
        yield _Run(tuple(places), start, last, cost)


def _arrange(choices: list[list[_Run]]) -> list[_Run | None]:
    """One run a block, of the least cost together; None for a block that is nowhere."""
    best: list[tuple[int, list[_Run | None]]] = [(0, [])]
    for runs in choices:
        before = best
        best = [
            min(((cost + run.cost + _clash(path, run), [*path, run]) for cost, path in before), key=lambda way: way[0])
            for run in runs
        ] or [(cost, [*path, None]) for cost, path in before]
    return min(best, key=lambda way: way[0])[1]


def _clash(path: list[_Run | None], run: _Run) -> int:
    """What it costs that a run follows the last one of a path."""
    before = next((each for each in reversed(path) if each), None)
    if before is None or run.first > before.last:
        return 0
    return _INSIDE if run.first > before.first and not set(run.places) & set(before.places) - {None} else _BEFORE
