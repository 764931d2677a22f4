"""The crawl itself: for every site one request after the other, and what each answer adds to the site's frontier.

What is asked for next stands in `pipelines.crawl.frontier`, what a document links to in `pipelines.crawl.discovery`.
"""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from pipelines.crawl.archive import ArchiveError
from pipelines.crawl.discovery import (
    Address,
    feed_entries,
    joined,
    looks_like_section,
    looks_like_story,
    page_links,
    sitemap_entries,
)
from pipelines.crawl.frontier import Due, Frontier, Purpose
from pipelines.crawl.pace import Pace
from pipelines.crawl.politeness import Failed, Refused
from pipelines.crawl.segment import SegmentWriter

log = logging.getLogger("yanyana.crawl")


@dataclass(slots=True)
class Tally:
    """What a crawl of one site has done so far."""

    responses: int = 0
    refused_by_robots: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    least_gap: float | None = None
    _last_sent: float | None = None

    def sent(self, time: float) -> None:
        """Note that a request leaves, at a time in seconds of any steady clock."""
        if self._last_sent is not None:
            gap = time - self._last_sent
            self.least_gap = gap if self.least_gap is None else min(gap, self.least_gap)
        self._last_sent = time


@dataclass(frozen=True, slots=True)
class SiteCrawl:
    """One site in one run: what is left to ask for, how fast, and what was done."""

    frontier: Frontier
    pace: Pace
    tally: Tally = field(default_factory=Tally)


class NewsSpider(Spider):
    """One request at a time for each site, all sites side by side."""

    name = "yanyana"

    def __init__(self, *, sites: Mapping[str, SiteCrawl], writer: SegmentWriter, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sites = sites
        self.writer = writer
        self.broken: ArchiveError | None = None

    async def start(self) -> AsyncIterator[Request]:
        """The first request of each site."""
        for site in self.sites:
            for request in self._next(site):
                yield request

    def parse(self, response: Response) -> Iterator[Request]:
        """Learn from an answer, then go on with the site's next request."""
        due: Due = response.meta["due"]
        frontier = self.sites[response.meta["site"]].frontier
        location = joined(due.url, (response.headers.get("Location") or b"").decode("latin-1"))
        if 300 <= response.status < 400 and location:
            frontier.redirect(due, location)
        elif response.status == 200:
            content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
            learn(frontier, due, response.body, content_type)
        yield from self._next(response.meta["site"])

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Note why a request got no answer, then go on with the site's next request."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error, tally = failure.value, self.sites[request.meta["site"]].tally
        if isinstance(error, ArchiveError):
            self.broken = error  # nothing more is asked of anybody that could not be kept
            return
        if isinstance(error, Refused):
            tally.refused_by_robots += 1
        elif not isinstance(error, IgnoreRequest):
            reason = str(error) if isinstance(error, Failed) else type(error).__name__
            tally.failures[reason] += 1
            log.warning("%s: %s: %s", request.meta["site"], reason, request.url)
        yield from self._next(request.meta["site"])

    def _next(self, site: str) -> Iterator[Request]:
        crawl = self.sites[site]
        due = None if crawl.pace.stopped else crawl.frontier.next()
        if due:
            meta = {"site": site, "download_slot": site, "due": due, "via": due.via}
            meta["purpose"] = due.purpose.name.lower()
            yield Request(due.url, callback=self.parse, errback=self.failed, meta=meta, dont_filter=True)
        else:
            log.info("%s: finished after %d responses", site, crawl.tally.responses)


def learn(frontier: Frontier, due: Due, body: bytes, content_type: str) -> None:
    """Add what an answer leads to: stories from everywhere, sitemaps from sitemaps, sections from start pages."""
    match due.purpose:
        case Purpose.FEED:
            frontier.add(Purpose.STORY, feed_entries(body, due.url), found_on=due)
        case Purpose.SITEMAP:
            listed = sitemap_entries(body, due.url)
            frontier.add(Purpose.SITEMAP, listed.sitemaps, found_on=due)
            frontier.add(Purpose.STORY, listed.pages, found_on=due)
        case Purpose.START | Purpose.SECTION:
            links = page_links(body, due.url, content_type)
            frontier.add(Purpose.STORY, map(Address, filter(looks_like_story, links)), found_on=due)
            if due.purpose == Purpose.START:
                frontier.add(Purpose.SECTION, map(Address, filter(looks_like_section, links)), found_on=due)
        case Purpose.STORY:
            pass
