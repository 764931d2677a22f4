"""The crawl itself: for every site one request after the other, and what each answer adds to the site's agenda.

What is asked for next stands in `pipelines.crawl.agenda`, what a document leads to in `pipelines.crawl.discovery`.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from pipelines.crawl.agenda import Agenda, Due
from pipelines.crawl.archive import ArchiveError
from pipelines.crawl.discovery import joined, leads
from pipelines.crawl.pace import Pace
from pipelines.crawl.politeness import Failed, Refused
from pipelines.crawl.segment import Previous, SegmentWriter

log = logging.getLogger("yanyana.crawl")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An address that could not be fetched: when that was found (UTC), and why."""

    url: str
    failed_at: datetime
    reason: str


@dataclass(slots=True)
class Tally:
    """What a crawl of one site has done so far: `refused` by robots.txt, with the rule, and `unanswered` otherwise."""

    responses: int = 0
    not_modified: int = 0
    refused: list[Unanswered] = field(default_factory=list)
    unanswered: list[Unanswered] = field(default_factory=list)
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

    agenda: Agenda
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
        crawl = self.sites[response.meta["site"]]
        location = joined(due.url, (response.headers.get("Location") or b"").decode("latin-1"))
        if response.status == 304:
            crawl.tally.not_modified += 1  # what the page leads to was learnt when its body came
        elif 300 <= response.status < 400 and location:
            crawl.agenda.redirect(due, location)
        elif response.status == 200:
            content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
            crawl.agenda.learn(leads(due.purpose, response.body, due.url, content_type), found_on=due)
        yield from self._next(response.meta["site"])

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Note why a request got no answer, then go on with the site's next request."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error, crawl, due = failure.value, self.sites[request.meta["site"]], request.meta["due"]
        if isinstance(error, ArchiveError):
            self.broken = error  # nothing more is asked of anybody that could not be kept
            return
        if isinstance(error, Refused):
            crawl.tally.refused.append(Unanswered(request.url, datetime.now(UTC), str(error)))
            crawl.agenda.refused(due)
        elif isinstance(error, IgnoreRequest):
            crawl.agenda.put_back(due)  # the site is left alone, or the crawl is stopping
            return
        else:
            reason = str(error) if isinstance(error, Failed) else type(error).__name__
            crawl.tally.unanswered.append(Unanswered(request.url, datetime.now(UTC), reason))
            log.warning("%s: %s: %s", request.meta["site"], reason, request.url)
        yield from self._next(request.meta["site"])

    def _next(self, site: str) -> Iterator[Request]:
        crawl = self.sites[site]
        due = None if crawl.pace.stopped else crawl.agenda.next()
        if due is None:
            log.info("%s: finished after %d responses", site, crawl.tally.responses)
            return
        meta = {
            "site": site,
            "download_slot": site,
            "due": due,
            "via": due.via,
            "purpose": due.purpose.value,
            "previous": due.previous,
        }
        yield Request(
            due.url,
            headers=_conditions(due.previous),
            callback=self.parse,
            errback=self.failed,
            meta=meta,
            dont_filter=True,
        )


def _conditions(previous: Previous | None) -> dict[str, str]:
    """The headers that ask for an address only if it has changed since its last capture (RFC 9110 13.1)."""
    if previous is None:
        return {}
    if previous.etag:
        return {"If-None-Match": previous.etag}
    return {"If-Modified-Since": previous.last_modified} if previous.last_modified else {}
