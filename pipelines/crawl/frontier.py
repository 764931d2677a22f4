"""What a crawl of one site asks for next: the addresses learnt in this run, once each, most useful first.

Pure bookkeeping that fetches nothing. Where the addresses come from is read in `pipelines.crawl.discovery`.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import heappop, heappush, nlargest
from itertools import count
from typing import Final

from pipelines.crawl.discovery import Address
from pipelines.lake.ids import canonical_url

_MAX_REDIRECTS: Final = 5
_MAX_SITEMAP_DEPTH: Final = 2  # an index may name another index, and no more
_SITEMAPS_OF_AN_INDEX: Final = 10  # the latest; what is older is no news
_SECTIONS: Final = 20
_MAX_URL: Final = 2000  # characters; longer ones are traps or broken


class Purpose(IntEnum):
    """Why an address is asked for, in the order in which they are."""

    START = 0
    FEED = 1
    SITEMAP = 2
    SECTION = 3
    STORY = 4


_PAGES: Final = frozenset({Purpose.START, Purpose.SECTION, Purpose.STORY})


@dataclass(frozen=True, slots=True)
class Due:
    """An address to ask for: why, on which address it was found, and how many redirects or indexes led here."""

    url: str
    purpose: Purpose
    via: str | None = None
    redirects: int = 0
    depth: int = 0


@dataclass(slots=True)
class Frontier:
    """The addresses of one site.

    `owns` tells whether an address is the site's, `known` are the canonical addresses of stories that need not be
    asked for, and `max_pages` bounds the pages asked for in this run (feeds and sitemaps do not count).
    """

    owns: Callable[[str], bool]
    max_pages: int
    known: Container[str] = ()
    discovered: int = field(default=0, init=False)
    _pages: int = field(default=0, init=False)
    _sections: int = field(default=0, init=False)
    _seen: set[str] = field(default_factory=set, init=False)
    _asked: set[str] = field(default_factory=set, init=False)
    _heap: list[tuple[int, float, int, Due]] = field(default_factory=list, init=False)
    _order: count = field(default_factory=count, init=False)

    def add(self, purpose: Purpose, addresses: Iterable[Address], *, found_on: Due | None = None) -> None:
        """Learn of addresses; those of others, seen before or known are left out.

        Of the sitemaps of an index and of the pages of a list only the latest are kept, those without a time last.
        """
        depth = 0
        if purpose == Purpose.SITEMAP and found_on:
            depth, addresses = found_on.depth + 1, _latest(addresses, _SITEMAPS_OF_AN_INDEX)
        for address in addresses:
            canonical = canonical_url(address.url)
            if canonical in self._seen or not self._may_ask(address.url) or depth > _MAX_SITEMAP_DEPTH:
                continue
            self._seen.add(canonical)
            self.discovered += 1
            if purpose == Purpose.STORY and canonical in self.known:
                continue
            if purpose == Purpose.SECTION:
                self._sections += 1
                if self._sections > _SECTIONS:
                    continue
            self._push(Due(address.url, purpose, found_on.url if found_on else None, depth=depth), address)

    def redirect(self, due: Due, location: str) -> None:
        """Learn that an address answered with a redirect; its target is asked for in its place."""
        canonical = canonical_url(location)
        elsewhere = canonical != canonical_url(due.url) and canonical in self._seen
        known = due.purpose == Purpose.STORY and canonical in self.known
        if elsewhere or known or due.redirects >= _MAX_REDIRECTS or not self._may_ask(location):
            return
        self._seen.add(canonical)
        self._push(Due(location, due.purpose, due.url, due.redirects + 1, due.depth), Address(location))

    def next(self) -> Due | None:
        """The address to ask for now; None when none is left or the run's pages are used up."""
        while self._heap:
            due = heappop(self._heap)[-1]
            if due.url in self._asked:
                continue
            if due.purpose in _PAGES:
                if self._pages >= self.max_pages:
                    continue
                self._pages += 1
            self._asked.add(due.url)
            return due
        return None

    def _may_ask(self, url: str) -> bool:
        return len(url) <= _MAX_URL and url.startswith(("http://", "https://")) and self.owns(url)

    def _push(self, due: Due, address: Address) -> None:
        age = -address.published.timestamp() if address.published else float("inf")
        # What a redirect led to goes first: it stands for an address that was asked for already.
        heappush(self._heap, (-1 if due.redirects else due.purpose, age, next(self._order), due))


def _latest(addresses: Iterable[Address], most: int) -> list[Address]:
    return nlargest(most, addresses, key=lambda each: each.published.timestamp() if each.published else float("-inf"))
