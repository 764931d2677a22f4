"""What goes out and when: robots.txt first, at the site's pace, and every answer archived the moment it arrives.

Two Scrapy components, and the settings with which Scrapy runs. How fast a site may be asked is reckoned in
`pipelines.crawl.pace`, which hosts may be connected to in `pipelines.crawl.reach`, what robots.txt says in
`pipelines.crawl.robots`.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers, Response
from scrapy.http.request import NO_CALLBACK
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ParseError, RequestNotSent, RequestTransmissionFailed
from twisted.web.client import ResponseFailed

from pipelines.comments.disqus import without_key
from pipelines.crawl.archive import ArchiveError, BodyTooLarge
from pipelines.crawl.pace import Pace, retry_after
from pipelines.crawl.reach import PublicResolver, written_out
from pipelines.crawl.robots import MAX_AGE, MAX_REDIRECTS, Robots, forbids_keeping, stated_in
from pipelines.crawl.segment import Fetched

if TYPE_CHECKING:
    from pipelines.crawl.spider import NewsSpider, SiteCrawl

log = logging.getLogger("yanyana.crawl")

ROBOTS: Final = "robots"  # the purpose of a request for robots.txt
_TRIES: Final = 3  # of an address that is refused or whose connection is lost, with the back-off between them
_REFUSALS: Final = frozenset({429, 503})
_MAX_HEAD: Final = 192 * 2**10  # bytes read until the headers end; the last 64 KiB of them may hold some of the body
_LOOK_UP: Final = 0.25  # seconds until a waiting request sees that the crawl is ending

_LOST: Final = "connection failed"
_FAILURES: Final[dict[type[Exception], str]] = {
    CannotResolveHostError: "host not found",
    DownloadConnectionRefusedError: "connection refused",
    DownloadTimeoutError: "timeout",
    DownloadCancelledError: "body too large",
    ResponseDataLossError: "body cut short",
    DownloadFailedError: _LOST,
    ConnectError: _LOST,
    RequestNotSent: _LOST,
    RequestTransmissionFailed: _LOST,
    UnsupportedURLSchemeError: "neither http nor https",
    BodyTooLarge: "body too large",
    ValueError: "no usable address",
}
# After one of these the site is asked more slowly: it may be overloaded, or gone.
_SILENCE: Final = frozenset({"host not found", "connection refused", "timeout", _LOST})


_SETTINGS: Final[dict[str, Any]] = {
    "DOWNLOADER_MIDDLEWARES": {"pipelines.crawl.politeness.RobotsMiddleware": 100},
    "DOWNLOAD_HANDLERS": {
        "http": "pipelines.crawl.politeness.ArchivingHandler",
        "https": "pipelines.crawl.politeness.ArchivingHandler",
        "file": None,
        "ftp": None,
        "s3": None,
        "data": None,
    },
    "TWISTED_DNS_RESOLVER": PublicResolver,
    # One request at a time is in flight for each site, so all sites together bound themselves. The handler keeps the
    # delays between them.
    "CONCURRENT_REQUESTS": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_MAXSIZE": 10 * 2**20,  # bytes as they are sent, counted while they come
    "DOWNLOAD_TIMEOUT": 30,  # seconds for the whole of an answer, however slowly it drips
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
    # An answer leads to one request; by default Scrapy starts a hundred tasks for it and reads its callback's source.
    "CONCURRENT_ITEMS": 1,
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
    "LOG_ENABLED": False,
}


def scrapy_settings(
    user_agent: str, seeds: Iterable[str], *, strangers: bool = True, keep_noarchive: bool = True
) -> dict[str, Any]:
    """The settings with which Scrapy runs a crawl.

    `seeds` are the addresses of the configuration: what they write out may be connected to though it is not public.
    Without `strangers` nothing else is asked, wherever a redirect leads: nobody could tell whom to write to. Without
    `keep_noarchive`, answers whose X-Robots-Tag or own tag for robots says noarchive are not archived.
    """
    return {
        **_SETTINGS,
        "USER_AGENT": user_agent,
        "REACHABLE": written_out(list(seeds)),
        "STRANGERS": strangers,
        "KEEP_NOARCHIVE": keep_noarchive,
    }


class Failed(Exception):
    """A request brought no answer that can be archived; the message is the reason, in words that can be counted."""


class Stopped(IgnoreRequest):
    """The site is left alone for the rest of this run, and why."""


class Refused(IgnoreRequest):
    """robots.txt forbids an address; the message is the rule."""


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
        if refusal := robots.refusal(request.url):
            log.info("%s: %s forbids %s", request.meta["site"], refusal, without_key(request.url))
            raise Refused(refusal)

    async def _of(self, request: Request) -> Robots:
        address = urlsplit(request.url)
        host = f"{address.scheme}://{address.netloc}"
        asked_at, robots = self._robots.get(host, (0.0, None))
        if robots is None or monotonic() - asked_at > MAX_AGE:
            robots = await self._ask(f"{host}/robots.txt", request.meta["download_slot"])
            self._robots[host] = monotonic(), robots
            pace = _crawl_of(self._crawler, request).pace
            pace.slow_down(robots.delay)
            if pace.stopped:
                raise Stopped(pace.stopped)
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
        except (ArchiveError, IgnoreRequest):
            raise
        except Exception as error:  # whatever keeps it from us has the same meaning
            return Robots.unreachable(str(error) or type(error).__name__)
        return Robots.answered(status, body)


class ArchivingHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP client at the site's pace, which archives every answer before anything else sees it.

    A request says in its meta the `site`, `via` and `purpose` that go into the archive, in `thread` the thread of
    comments that it reads and in `previous` the last capture that holds a body, where there is one; whose pace it keeps
    is its `download_slot`. Here, at the wire, the time a request leaves and the bytes that come
    back are what they are; the answer goes on with its body decoded. What goes over a limit is not archived at all.
    Raises Failed with the reason why there is no answer, Stopped when the site is left alone, ArchiveError when the
    archive cannot be written, and IgnoreRequest once the crawl is stopping.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory
        # What is sent again is sent at the site's pace, in `download_request`.
        self._pool.retryAutomatically = False
        self._keep_noarchive: bool = crawler.settings.getbool("KEEP_NOARCHIVE")
        self._strangers: bool = crawler.settings.getbool("STRANGERS")

    async def download_request(self, request: Request) -> Response:
        """Ask when it is time, again after a refusal, and archive every answer."""
        crawl = _crawl_of(self.crawler, request)
        if not self._strangers and not written_out([request.url]) & self.crawler.settings["REACHABLE"]:
            raise Failed("not asked: no contact is set")
        # A 503 for robots.txt is its answer: everything is forbidden.
        again = {429} if request.meta["purpose"] == ROBOTS else _REFUSALS
        tries = 0
        while True:
            await self._turn(crawl.pace)
            tries += 1
            enough = tries == _TRIES
            try:
                response = await self._ask(request, crawl)
            except Failed as failed:
                if enough or crawl.pace.stopped or str(failed) != _LOST:
                    raise
            else:
                if enough or crawl.pace.stopped or response.status not in again:
                    return response

    async def _turn(self, pace: Pace) -> None:
        """Wait until the site may be asked."""
        while self.crawler.crawling and not pace.stopped and (wait := pace.wait(monotonic())):
            await asyncio.sleep(min(wait, _LOOK_UP))
        if not self.crawler.crawling:
            raise IgnoreRequest("the crawl is stopping")
        if pace.stopped:
            raise Stopped(pace.stopped)

    async def _ask(self, request: Request, crawl: "SiteCrawl") -> Response:
        pace, meta, now = crawl.pace, request.meta, monotonic()
        pace.sent(now)
        crawl.tally.sent(now)
        try:
            response = await super().download_request(request)
            crawl.tally.bytes += len(response.body)
            fetched = self._fetched(request, response)
        except (*_FAILURES, Failed) as error:
            reason = _reason(error, request.url)
            if reason in _SILENCE:
                self._refused(meta["site"], pace, reason)
            raise Failed(reason) from error
        if response.status in _REFUSALS:
            asked = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), datetime.now(UTC))
            self._refused(meta["site"], pace, f"status {response.status}", asked)
        else:
            pace.answered(monotonic())
        spider: NewsSpider = self.crawler.spider  # type: ignore[assignment]
        spider.writer.write(
            fetched,
            via=meta["via"],
            site=meta["site"],
            purpose=meta["purpose"],
            thread=meta.get("thread"),
            previous=meta.get("previous"),
        )
        crawl.tally.responses += 1
        return response.replace(body=fetched.body)

    def _fetched(self, request: Request, response: Response) -> Fetched:
        """What is archived of an answer. Raises Failed or BodyTooLarge when it cannot be or shall not be."""
        if not 100 <= response.status < 600 or not (response.protocol or "").startswith("HTTP/"):
            raise Failed("no HTTP")
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
        if not self._keep_noarchive:
            tags = [tag.decode("latin-1") for tag in response.headers.getlist("X-Robots-Tag")]
            if forbids_keeping([*tags, *stated_in(fetched.body)]):
                raise Failed("noarchive")
        return fetched

    def _refused(self, site: str, pace: Pace, reason: str, asked: float | None = None) -> None:
        now = monotonic()
        pace.refused(now, reason, asked)
        if pace.stopped:
            log.warning("%s: left alone for this run: %s", site, pace.stopped)
        else:
            log.info("%s: %s; asked again after %.1f s", site, reason, pace.wait(now))


def _crawl_of(crawler: Crawler, request: Request) -> "SiteCrawl":
    spider: NewsSpider = crawler.spider  # type: ignore[assignment]
    return spider.sites[request.meta["download_slot"]]


def _reason(error: Exception, url: str) -> str:
    """Why there is no answer, in words."""
    if isinstance(error, Failed):
        return str(error)
    if isinstance(error, CannotResolveHostError) and _kept_out(url):
        return "address not public"
    if isinstance(error.__cause__, ResponseFailed):
        for inner in error.__cause__.reasons:
            if inner.check(_HeadTooLarge):
                return "header too large"
            if inner.check(ParseError):
                return "no HTTP"
    return next(words for kind, words in _FAILURES.items() if isinstance(error, kind))


def _kept_out(url: str) -> bool:
    from twisted.internet import reactor  # installed when the crawl starts, not when this module is read

    resolver = reactor.nameResolver  # type: ignore[attr-defined]
    return isinstance(resolver, PublicResolver) and urlsplit(url).hostname in resolver.kept_out


def _pairs(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in headers.getlist(name)]


class _HeadTooLarge(Exception):
    """Status line and headers together are larger than any that is honest."""


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Gives up on an answer whose headers do not end, of which neither Scrapy nor Twisted bounds more than a line."""

    _head = 0

    def request(self, request: Any) -> Any:
        self._head = 0
        return super().request(request)

    def dataReceived(self, bytes: Any) -> None:  # noqa: A002
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head += len(bytes)
            if self._head > _MAX_HEAD:
                self._giveUp(Failure(_HeadTooLarge()))
                return
        super().dataReceived(bytes)


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:
        return _BoundedProtocol(self._quiescentCallback)
