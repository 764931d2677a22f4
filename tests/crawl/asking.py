"""A process that asks for addresses as a crawl does, by the components of `politeness` alone.

Run as `python -m tests.crawl.asking`: one JSON job in, what came of each address out.

`names` are names that resolve to the addresses given, as a name server of a stranger might have it; `robots_age` is how
many seconds a robots.txt holds.
"""

import json
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

JOB = json.load(sys.stdin)
_getaddrinfo = socket.getaddrinfo


def _named(host: Any, *args: Any, **kwargs: Any) -> Any:
    for address in JOB["names"].get(host, ()):
        return _getaddrinfo(address, *args, **kwargs)
    return _getaddrinfo(host, *args, **kwargs)


socket.getaddrinfo = _named  # before Twisted takes it

from scrapy import Request, Spider  # noqa: E402
from scrapy.crawler import AsyncCrawlerProcess  # noqa: E402
from scrapy.http import Response  # noqa: E402
from twisted.python.failure import Failure  # noqa: E402

from pipelines.crawl import politeness  # noqa: E402
from pipelines.crawl.pace import Pace  # noqa: E402
from pipelines.crawl.politeness import scrapy_settings  # noqa: E402
from pipelines.crawl.segment import SegmentWriter  # noqa: E402
from pipelines.crawl.spider import Tally  # noqa: E402


@dataclass
class Site:
    """One site: what is left to ask for, and what came of the rest."""

    pace: Pace
    urls: list[str]
    tally: Tally = field(default_factory=Tally)


class Asker(Spider):
    """One address of each site after the other."""

    name = "asker"

    def __init__(self, *, sites: dict[str, Site], writer: SegmentWriter, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sites, self.writer = sites, writer
        self.outcomes: dict[str, str] = {}

    async def start(self) -> AsyncIterator[Request]:
        """The first request of each site."""
        for site in self.sites:
            for request in self._next(site):
                yield request

    def parse(self, response: Response) -> Iterator[Request]:
        """Note the status."""
        self.outcomes[response.meta["asked"]] = f"status {response.status}"
        yield from self._next(response.meta["site"])

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Note the reason."""
        meta = failure.request.meta  # type: ignore[attr-defined]
        self.outcomes[meta["asked"]] = f"{type(failure.value).__name__}: {failure.value}"
        yield from self._next(meta["site"])

    def _next(self, site: str) -> Iterator[Request]:
        urls = self.sites[site].urls
        if urls:
            url = urls.pop(0)
            meta = {"site": site, "download_slot": site, "via": None, "purpose": "story", "asked": url}
            yield Request(url, callback=self.parse, errback=self.failed, meta=meta, dont_filter=True)


def main() -> None:
    """Ask, and say what came of it."""
    politeness.MAX_AGE = JOB["robots_age"]
    sites = {name: Site(Pace(delay), urls) for name, (delay, urls) in JOB["sites"].items()}
    settings = scrapy_settings("Yanyana/test", JOB["seeds"], keep_noarchive=JOB["keep_noarchive"])
    process = AsyncCrawlerProcess({**settings, **JOB["settings"]})
    crawler = process.create_crawler(Asker)
    with SegmentWriter(Path(JOB["archive"]), date(2026, 3, 1), {}) as writer:
        process.crawl(crawler, sites=sites, writer=writer)
        process.start()
    spider = crawler.spider
    assert isinstance(spider, Asker)
    stopped = {name: site.pace.stopped for name, site in sites.items() if site.pace.stopped}
    json.dump({"outcomes": spider.outcomes, "stopped": stopped}, sys.stdout)


if __name__ == "__main__":
    main()
