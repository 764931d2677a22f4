"""Lists of teasers that a page holds only as a script's data, for its scripts to draw in a browser.

What belongs here reads plain JSON (`<script type="application/json">`, as Next and Nuxt leave their state) under keys
that name a kind of list. A list of which the HTML shows any story already is the HTML's: see `blocks`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from pipelines.extract.addresses import Addresses
from pipelines.extract.headline import LONGEST, word_count
from pipelines.extract.kinds import kind_of_markup
from pipelines.extract.page import Page, loads_tolerant
from pipelines.extract.record import Block, Item, Kind
from pipelines.lake.text import clean

_LONGEST_STATE: Final = 4 * 2**20  # characters; a state beyond is the site's whole database
_DEEPEST: Final = 60
_LEAST_ITEMS: Final = 2
_LEAST_WORDS: Final = 3
_STORY: Final = 1.5  # the least score of an address that may stand in such a list (see `addresses`)
_KEY_OF_LIST: Final = re.compile(r'"([A-Za-z][\w-]{3,40})"\s*:\s*[\[{]')
_TITLES: Final = ("headline", "title", "name", "heading")
_ADDRESSES: Final = ("url", "href", "link", "permalink", "canonicalUrl", "canonical_url", "webUrl", "path")
_WRAPPED: Final = ("rendered", "text", "default", "basic")  # {"title": {"rendered": "…"}}


def stated_blocks(page: Page, addresses: Addresses, shown: Collection[str]) -> list[Block]:
    """The lists of teasers that only the page's JSON states hold, in the order in which they stand there.

    `shown` are the `Address.key`s of the teasers that the HTML shows. Such a list has no place on the page yet; its
    placement is given as "below", and the source of its items as "json".
    """
    blocks: list[Block] = []
    known = set(shown)
    for _, source in page.json_states:
        if len(source) > _LONGEST_STATE:
            continue
        kinds: dict[str, Kind | None] = {key: kind_of_markup(key) for key in set(_KEY_OF_LIST.findall(source))}
        if not any(kinds.values()):
            continue
        for kind, entries in _lists(loads_tolerant(source), kinds):
            items = list(_items(page, addresses, entries))
            keys = {key for key, _ in items}
            if len(keys) < _LEAST_ITEMS or keys & known:
                continue
            known |= keys
            numbered: list[Item] = [{**item, "slot": slot} for slot, (_, item) in enumerate(items, 1)]
            blocks.append({"kind": kind, "heading": None, "placement": "below", "items": numbered})
    return blocks


def _lists(state: Any, kinds: Mapping[str, Kind | None]) -> Iterator[tuple[Kind, list[Any]]]:
    """The arrays of a state, each with the kind of its key or else of the nearest key around it that has one.

    `kinds` are those that the names of the state's keys tell.
    """
    pending: list[tuple[Any, Kind | None, int]] = [(state, None, 0)]
    while pending:
        value, kind, depth = pending.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(value, dict):
            for key, each in reversed(value.items()):
                pending.append((each, kinds.get(key) or kind, depth + 1))
        elif isinstance(value, list):
            if kind is not None and _is_list_of_objects(value):
                yield kind, value
            else:
                pending.extend((each, kind, depth + 1) for each in reversed(value))


def _is_list_of_objects(value: list[Any]) -> bool:
    return len(value) >= _LEAST_ITEMS and all(isinstance(each, dict) for each in value)


def _items(page: Page, addresses: Addresses, entries: list[dict[str, Any]]) -> Iterator[tuple[str, Item]]:
    """The stories among the objects of an array, each with its address's key."""
    for entry in entries:
        headline, href = _first(entry, _TITLES), _first(entry, _ADDRESSES)
        url = page.resolve(href) if href else None
        address = addresses[url] if url else None
        if address is None or addresses.is_own(address) or addresses.score(address) < _STORY:
            continue
        if not headline or len(headline) > LONGEST or word_count(headline) < _LEAST_WORDS:
            continue
        yield (
            address.key,
            {
                "slot": 0,
                "url": address.url,
                "headline": headline,
                "headline_source": "json",
                "display": None,
                "display_source": None,
                "image_alt": None,
                "external": addresses.is_external(address),
                "sponsored": False,
                "source": "json",
            },
        )


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of an object's fields that holds text, on its own or wrapped."""
    for name in names:
        value = entry.get(name)
        if isinstance(value, dict):
            value = next((value[inner] for inner in _WRAPPED if isinstance(value.get(inner), str)), None)
        if isinstance(value, str) and value.strip():
            return clean(value)
    return None
