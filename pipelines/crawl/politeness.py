"""What goes out and when: robots.txt is asked first, and every answer is archived the moment it arrives.

Two Scrapy components, and the settings with which Scrapy runs. How far apart two requests of a site are is kept by
Scrapy's download slots, one a site.
"""

import logging
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.http.request import NO_CALLBACK

from pipelines.crawl.archive import ArchiveError
from pipelines.crawl.robots import MAX_AGE, MAX_REDIRECTS, Robots
from pipelines.crawl.segment import Fetched

if TYPE_CHECKING:
    from pipelines.crawl.spider import NewsSpider

log = logging.getLogger("yanyana.crawl")

ROBOTS: Final = "robots"  # the purpose of a request for robots.txt

SETTINGS: Final[dict[str, Any]] = {
    "DOWNLOADER_MIDDLEWARES": {"pipelines.crawl.politeness.RobotsMiddleware": 100},
    "DOWNLOAD_HANDLERS": {
        "http": "pipelines.crawl.politeness.ArchivingHandler",
        "https": "pipelines.crawl.politeness.ArchivingHandler",
        "file": None,
        "ftp": None,
        "s3": None,
        "data": None,
    },
    # One request at a time is in flight for each site, so all sites together bound themselves.
    "CONCURRENT_REQUESTS": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY_JITTER": 0,
    "DOWNLOAD_MAXSIZE": 10 * 2**20,
    "DOWNLOAD_TIMEOUT": 30,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DEFAULT_REQUEST_HEADERS": {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Encoding": "gzip, deflate, br, zstd",
    },
    # Every answer comes to `parse`: redirects are followed there, and a refusal is an answer too.
    "HTTPERROR_ALLOW_ALL": True,
    "REDIRECT_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "RETRY_ENABLED": False,
    "COMPRESSION_ENABLED": False,
    "COOKIES_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "REFERER_ENABLED": False,
    "URLLENGTH_LIMIT": 0,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "REMOTE_CONTROL_ENABLED": False,
    "MEMUSAGE_ENABLED": False,
    "LOGSTATS_INTERVAL": 0,
    "LOG_ENABLED": False,
}


class Refused(IgnoreRequest):
    """robots.txt forbids an address."""


class RobotsMiddleware:
    """Asks for a host's robots.txt before anything else of it, obeys it, and slows down to its Crawl-delay.

    Scrapy's own goes on when robots.txt cannot be had; this one stops.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._robots: dict[str, tuple[float, Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The form in which Scrapy makes its components."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise Refused."""
        if request.meta["purpose"] == ROBOTS:
            return
        robots = await self._of(request)
        if not robots.allows(request.url):
            log.info("%s: %s forbids %s", request.meta["site"], robots.origin, request.url)
            raise Refused(robots.origin)

    async def _of(self, request: Request) -> Robots:
        address = urlsplit(request.url)
        host = f"{address.scheme}://{address.netloc}"
        asked_at, robots = self._robots.get(host, (0.0, None))
        if robots is None or monotonic() - asked_at > MAX_AGE:
            robots = await self._ask(f"{host}/robots.txt", request.meta["site"])
            self._robots[host] = monotonic(), robots
            self._slow_down(request.meta["site"], robots.delay)
        return robots

    async def _ask(self, url: str, site: str) -> Robots:
        via, status, body = None, 0, b""
        try:
            for _ in range(1 + MAX_REDIRECTS):
                meta = {"site": site, "download_slot": site, "via": via, "purpose": ROBOTS}
                answer = await self._crawler.engine.download_async(Request(url, meta=meta, callback=NO_CALLBACK))
                status, body = answer.status, answer.body
                location = (answer.headers.get("Location") or b"").decode("latin-1")
                if not (300 <= status < 400 and location):
                    break
                via, url = url, urljoin(url, location)
        except ArchiveError:
            raise
        except Exception as error:  # whatever keeps it from us has the same meaning
            return Robots.unreachable(str(error) or type(error).__name__)
        return Robots.answered(status, body)

    def _slow_down(self, site: str, delay: float) -> None:
        # A slot that was idle for a while is made anew from its settings, so both are changed.
        downloader = self._crawler.engine.downloader
        settings, slot = downloader.per_slot_settings[site], downloader.slots.get(site)
        settings["delay"] = max(settings["delay"], delay)
        if slot:
            slot.delay = settings["delay"]


class ArchivingHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP client, which archives every answer before anything else sees it.

    A request says in its meta the `site`, `via` and `purpose` that go into the archive, and in `previous` the last
    capture that holds a body, where there is one. Here, at the wire, the time a request leaves and the bytes that come
    back are what they are; the answer goes on with its body decoded. Raises ArchiveError when the archive cannot be
    written, and IgnoreRequest once the crawl is stopping.
    """

    async def download_request(self, request: Request) -> Response:
        """Send a request and archive what comes back."""
        spider: NewsSpider = self.crawler.spider  # type: ignore[assignment]
        if not self.crawler.crawling:
            raise IgnoreRequest("the crawl is stopping")
        crawl = spider.sites[request.meta["site"]]
        crawl.tally.sent(monotonic())
        response = await super().download_request(request)
        crawl.tally.bytes += len(response.body)
        fetched = Fetched(
            request.url,
            datetime.now(UTC),
            response.status,
            _pairs(response.headers),
            response.body,
            _pairs(request.headers),
            response.protocol or "HTTP/1.1",
            str(response.ip_address) if response.ip_address else None,
        ).decoded()
        meta = request.meta
        spider.writer.write(
            fetched, via=meta["via"], site=meta["site"], purpose=meta["purpose"], previous=meta.get("previous")
        )
        crawl.tally.responses += 1
        return response.replace(body=fetched.body)


def _pairs(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in headers.getlist(name)]
