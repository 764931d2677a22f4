"""What one run asks of one site next: what was due when it began, and what it learns on the way; most useful first.

Pure bookkeeping that fetches nothing. What is due at all is derived in `pipelines.crawl.frontier`; where addresses come
from is read in `pipelines.crawl.discovery`.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Final

from pipelines.crawl.discovery import Lead, Purpose, shape, trap
from pipelines.crawl.segment import Previous
from pipelines.lake.ids import article_id

_MAX_REDIRECTS: Final = 5
_MAX_SITEMAP_DEPTH: Final = 2  # an index may name another index, and no more
_OF_ONE_SHAPE: Final = 100  # undated addresses of one family asked for in a run
# What a run's pages are counted against. Threads are counted apart, so that neither keeps the other waiting for good.
_BOUNDED: Final = {
    Purpose.START: "pages",
    Purpose.SECTION: "pages",
    Purpose.STORY: "pages",
    Purpose.COMMENTS: "threads",
}


@dataclass(frozen=True, slots=True)
class Due:
    """An address to ask for: why, on which address it was found, and how many redirects or indexes led here.

    `born` (UTC) is what its age is counted from, `since` when it fell due, and `why` the reason in words. `previous` is
    its last capture that holds a body, to ask whether it has changed since. `vouched` says that it is no trap's:
    something dates it, or it was captured before. `late` says that nothing does and only a sitemap names it, which may
    list all that a site ever published: it waits for what may be news.
    """

    url: str
    purpose: Purpose
    born: datetime
    since: datetime
    via: str | None = None
    previous: Previous | None = None
    vouched: bool = False
    late: bool = False
    why: str = "new"
    redirects: int = 0
    depth: int = 0


@dataclass(slots=True)
class Agenda:
    """The addresses of one site in one run.

    `owns` tells whether an address is the site's, `max_pages` bounds the pages asked for, and as well the threads of
    comments (feeds and sitemaps do not count), `began` is when the run did (UTC), and `known` holds the identifiers of
    the addresses that need not be learnt, since the frontier knows them, due or not.

    Afterwards `discovered` counts the addresses that were learnt, `due` those that were to be asked for, and `traps`
    holds the addresses that were not followed, by reason.
    """

    owns: Callable[[str], bool]
    max_pages: int
    began: datetime
    known: Container[str] = frozenset()
    discovered: int = field(default=0, init=False)
    due: int = field(default=0, init=False)
    traps: dict[str, list[str]] = field(default_factory=dict, init=False)
    _counts: Counter[str | None] = field(default_factory=Counter, init=False)
    _seen: set[str] = field(default_factory=set, init=False)
    _asked: set[str] = field(default_factory=set, init=False)
    _shapes: Counter[str] = field(default_factory=Counter, init=False)
    _heap: list[tuple[int, bool, float, int, Due]] = field(default_factory=list, init=False)
    _over: list[Due] = field(default_factory=list, init=False)
    _order: count = field(default_factory=count, init=False)

    def begin(self, dues: Iterable[Due]) -> None:
        """Take in what the frontier says is due, once each."""
        for due in dues:
            self._take(due)

    def learn(self, leads: Iterable[Lead], *, found_on: Due) -> None:
        """Learn where a document leads; addresses of others, seen before or known are left out."""
        for lead in leads:
            if not self.owns(lead.url) or article_id(lead.url) in self._seen:
                continue
            depth = found_on.depth + 1 if lead.purpose == Purpose.SITEMAP else 0
            if lead.trap or depth > _MAX_SITEMAP_DEPTH:
                self._trapped(lead.trap or "nested sitemaps", lead.url)
            elif article_id(lead.url) not in self.known:
                born = min(lead.published, self.began) if lead.published else self.began
                vouched = lead.published is not None
                late = not vouched and found_on.purpose == Purpose.SITEMAP
                self.discovered += self._take(
                    Due(lead.url, lead.purpose, born, self.began, found_on.url, vouched=vouched, late=late, depth=depth)
                )

    def redirect(self, due: Due, location: str) -> None:
        """Learn that an address answered with a redirect; its target is asked for in its place, within the site."""
        target = article_id(location)
        elsewhere = target != article_id(due.url) and (target in self._seen or target in self.known)
        if elsewhere or due.redirects >= _MAX_REDIRECTS or not self.owns(location):
            return
        if reason := trap(location):
            self._trapped(reason, location)
            return
        self._seen.add(target)
        self._push(replace(due, url=location, via=due.url, previous=None, redirects=due.redirects + 1))

    def next(self) -> Due | None:
        """The address to ask for now; None when none is left or the run's pages are used up."""
        while self._heap:
            due = heappop(self._heap)[-1]
            if due.url in self._asked:
                continue
            bound = _BOUNDED.get(due.purpose)
            if bound and self._counts[bound] >= self.max_pages:
                self._over.append(due)
                continue
            self._counts[bound] += 1
            self._asked.add(due.url)
            return due
        return None

    def refused(self, due: Due) -> None:
        """Note that an address may not be asked for, so that it does not count against the run's pages."""
        self._counts[_BOUNDED.get(due.purpose)] -= 1

    def put_back(self, due: Due) -> None:
        """Note that an address could not be asked for in this run: it stays due."""
        self._counts[_BOUNDED.get(due.purpose)] -= 1
        self._over.append(due)

    def left(self) -> list[Due]:
        """What was due and has not been asked for."""
        return [*self._over, *(entry[-1] for entry in self._heap if entry[-1].url not in self._asked)]

    def _take(self, due: Due) -> bool:
        """Put an address on the agenda unless it is there or one too many of its kind; whether it was put there."""
        address = article_id(due.url)
        if address in self._seen:
            return False
        self._seen.add(address)
        if due.purpose == Purpose.STORY and not due.vouched:
            family = shape(due.url)
            self._shapes[family] += 1
            if self._shapes[family] > _OF_ONE_SHAPE:
                self._trapped("many addresses of one shape", due.url)
                return False
        self.due += 1
        self._push(due)
        return True

    def _trapped(self, reason: str, url: str) -> None:
        self._seen.add(article_id(url))
        self.traps.setdefault(reason, []).append(url)

    def _push(self, due: Due) -> None:
        # What a redirect led to goes first: it stands for an address that was asked for already.
        rank = -1 if due.redirects else due.purpose.rank
        heappush(self._heap, (rank, due.late, -due.born.timestamp(), next(self._order), due))
