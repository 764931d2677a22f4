"""The crawl itself: for every site one request after the other, and what each answer adds to the site's agenda.

What is asked for next stands in `pipelines.crawl.agenda`, what a document leads to in `pipelines.crawl.discovery`.
"""

import logging
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from pipelines.comments import adapter as comments
from pipelines.comments.archived import Conversation, written
from pipelines.comments.disqus import without_key
from pipelines.comments.reading import read
from pipelines.crawl.agenda import Agenda, Due
from pipelines.crawl.archive import ArchiveError
from pipelines.crawl.discovery import Purpose, joined, leads
from pipelines.crawl.pace import Pace
from pipelines.crawl.politeness import Failed, Refused
from pipelines.crawl.segment import Previous, SegmentWriter
from pipelines.lake.ids import article_id

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
    """One request at a time for each site, all sites side by side.

    `sites` holds them by name, and by their domain the hosts of comment platforms outside them. `threads` are the
    conversations that may fall due, by the identifier of the address that their reading begins with.
    """

    name = "yanyana"

    def __init__(
        self,
        *,
        sites: Mapping[str, SiteCrawl],
        threads: Mapping[str, Conversation],
        writer: SegmentWriter,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sites = sites
        self.threads = threads
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

    def parse_thread(self, response: Response) -> Iterator[Request]:
        """Give an answer to the reading that asked for it, and go on with that."""
        assert response.request is not None
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, values in response.headers.items()
            for value in values
        }
        answer = comments.Response(response.request.url, response.status, headers, response.body, datetime.now(UTC))
        yield from self._go_on(response.meta["step"], answer)

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Note why a request got no answer, then go on with the site's next request."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error, crawl, due = failure.value, self.sites[request.meta["download_slot"]], request.meta["due"]
        url = without_key(request.url)
        if isinstance(error, ArchiveError):
            self.broken = error  # nothing more is asked of anybody that could not be kept
            return
        if isinstance(error, Refused):
            crawl.tally.refused.append(Unanswered(url, datetime.now(UTC), str(error)))
            crawl.agenda.refused(due)
        elif isinstance(error, IgnoreRequest):
            crawl.agenda.put_back(due)  # the site is left alone, or the crawl is stopping
            return
        else:
            reason = str(error) if isinstance(error, Failed) else type(error).__name__
            crawl.tally.unanswered.append(Unanswered(url, datetime.now(UTC), reason))
            log.warning("%s: %s: %s", request.meta["site"], reason, url)
        if "step" in request.meta:
            yield from self._go_on(request.meta["step"], None)
        else:
            yield from self._next(request.meta["site"])

    def _next(self, site: str) -> Iterator[Request]:
        crawl = self.sites[site]
        due = None if crawl.pace.stopped else crawl.agenda.next()
        if due is None:
            log.info("%s: finished after %d responses", site, crawl.tally.responses)
            return
        if due.purpose == Purpose.COMMENTS:
            conversation = self.threads[article_id(due.url)]
            steps = read(conversation.adapter, conversation.thread)
            yield from self._go_on(_Step(site, due, conversation, steps), None)
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

    def _go_on(self, step: "_Step", answer: comments.Response | None) -> Iterator[Request]:
        """The next request of a reading, else what its site is asked next. It is never conditional.

        So each response stands in the archive whole, and goes from there with its retention. What a thread leads to
        outside the hosts that it is read from is not asked for: an answer may name anybody.
        """
        owns = self.sites[step.slot].agenda.owns
        try:
            asked = step.steps.send(answer)
            while not owns(asked.url):
                asked = step.steps.send(None)
        except StopIteration:
            yield from self._next(step.slot)
            return
        thread = step.conversation.thread
        meta = {
            "site": thread.site,
            "download_slot": step.slot,
            "due": step.due,
            "step": step,
            "via": thread.url,
            "purpose": step.due.purpose.value,
            "thread": written(step.conversation),
        }
        yield Request(
            asked.url,
            headers=dict(asked.headers),
            callback=self.parse_thread,
            errback=self.failed,
            meta=meta,
            dont_filter=True,
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """A reading under way: for which address that was due, and by whose pace it goes."""

    slot: str
    due: Due
    conversation: Conversation
    steps: Generator[comments.Request, comments.Response | None, None]


def _conditions(previous: Previous | None) -> dict[str, str]:
    """The headers that ask for an address only if it has changed since its last capture (RFC 9110 13.1)."""
    if previous is None:
        return {}
    if previous.etag:
        return {"If-None-Match": previous.etag}
    return {"If-Modified-Since": previous.last_modified} if previous.last_modified else {}
