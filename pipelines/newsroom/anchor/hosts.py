"""The anchor's hosts: what each does to a crawler, and what a good crawler fetches from it all the same.

Every function here makes one site: ordinary ones of many pages, and ones that test a single rule each. How a page
looks is the business of `paper`, how it is sent that of `server`.
"""

import gzip
import random
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count, repeat
from typing import Any, Final

from pipelines.newsroom.anchor.paper import HTML, XML, Paper
from pipelines.newsroom.anchor.server import Answer, Asked, Reply, head, reply

PLAIN: Final = {"Content-Type": "text/plain"}
DELAY: Final = 0.05  # seconds that the sites are configured with whose pace is looked at
CRAWL_DELAY: Final = 0.4  # seconds that the host `delaying` asks for in its robots.txt
RETRY_AFTER: Final = 2  # seconds that the host `busy` names with its 429
LATENCY: Final = 0.25  # seconds before each answer of the host `slow`
CHAIN: Final = "/a-chain-of-redirects-1000"  # the host `hostile` has thirty of these, numbered, each moved to the next
# Spellings of this machine's address.
INWARD: Final = ("localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]")
_MEGABYTE: Final = 2**20

Bind = Callable[[str], str]  # the name of a host in, its address (without a slash at the end) out


@dataclass(frozen=True)
class Site:
    """One site as an operator configures it, what its hosts answer, and the truth about it.

    `wanted` are the addresses that a crawl has to fetch, each once; `forbidden` are linked like them and must not be
    asked for. What is in neither may be asked for, and is answered in some way that leads nowhere.
    """

    name: str
    answers: Mapping[str, Answer]
    start: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    wanted: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    max_pages: int = 1000
    delay: float = 0.0

    def configured(self) -> dict[str, Any]:
        """The site's table in sites.toml."""
        seeds = {"start": self.start, "feeds": self.feeds, "sitemaps": self.sitemaps}
        lists = {key: list(urls) for key, urls in seeds.items() if urls}
        return {"name": self.name, "language": "en", "delay": self.delay, "max_pages": self.max_pages, **lists}


def at(url: str, paths: Iterable[str]) -> frozenset[str]:
    """The addresses of paths at a host."""
    return frozenset(url + path for path in paths)


def overlaid(paper: Answer, replies: Mapping[str, Reply | Answer]) -> Answer:
    """The answers of a paper, but for some paths."""

    def answer(asked: Asked) -> Reply:
        found = replies.get(asked.path, paper)
        return found if isinstance(found, Reply) else found(asked)

    return answer


def page(*links: str, title: str = "Front") -> Reply:
    """A page that links."""
    items = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return reply(f"<!doctype html><title>{title}</title><ul>{items}</ul>".encode(), 200, HTML)


def robots(*lines: str) -> Reply:
    """A robots.txt of one group for everybody."""
    return reply("\n".join(["User-agent: *", *lines, ""]).encode(), 200, PLAIN)


def moved(location: str, status: int = 301) -> Reply:
    """A redirect."""
    return reply(b"moved", status, {"Location": location})


def ordinary(name: str, bind: Bind, number: int, **variant: Any) -> Site:
    """A site of so many stories where nothing is wrong, in a variant of `Paper`."""
    url = bind(name)
    paper = Paper(url, number, **variant)
    return Site(
        name,
        {name: paper},
        start=(f"{url}/",),
        feeds=(f"{url}/feed",),
        sitemaps=(f"{url}/sitemap.xml",),
        wanted=at(url, [*paper.listed, *paper.lists]),
        # A first run cannot know them, so one that asks for them guesses.
        forbidden=at(url, paper.hidden),
    )


def under_robots(
    name: str,
    bind: Bind,
    rules: Reply,
    number: int,
    *,
    allowed: bool,
    opened: Sequence[str] = (),
    closed: Sequence[str] = (),
    also: Mapping[str, Reply] | None = None,
) -> Site:
    """A site of so many stories whose robots.txt is out of the ordinary; `allowed` says whether it lets us in.

    One more list leads to pages that the rules leave open or close.
    """
    url = bind(name)
    paper = Paper(url, number)
    more = {path: page(title=path) for path in (*opened, *closed)}
    replies = {"/robots.txt": rules, **(also or {}), **more, "/more/": page(*more)}
    pages = at(url, {*paper.listed, *paper.lists, "/more/", *opened} - {"/feed"})
    return Site(
        name,
        {name: overlaid(paper, replies)},
        start=(f"{url}/", f"{url}/more/"),
        sitemaps=(f"{url}/sitemap.xml",),
        wanted=pages if allowed else frozenset(),
        forbidden=at(url, closed) if allowed else pages,
    )


def two_hosts(name: str, bind: Bind) -> Site:
    """A site of two hosts at one pace, each with a robots.txt of its own; the second's closes a section."""
    one, other = bind(name), bind(f"{name}-news")
    first, second = Paper(one, 240), Paper(other, 60)
    closed = {path for path in second.listed if path.startswith("/sport/")}
    return Site(
        name,
        {name: first, f"{name}-news": overlaid(second, {"/robots.txt": robots("Disallow: /sport/")})},
        start=(f"{one}/",),
        feeds=(f"{other}/feed",),
        sitemaps=(f"{one}/sitemap.xml", f"{other}/sitemap.xml"),
        wanted=at(one, {*first.listed, *first.lists} - {"/feed"})
        | at(other, {*second.listed, "/feed", "/sitemap.xml", *second.sitemaps} - closed),
        forbidden=at(other, closed),
        delay=DELAY,
    )


def large_robots() -> Reply:
    """A robots.txt of 600 KiB: a rule at its beginning, one cut in two by the 500th KiB, one behind it."""
    limit = 500 * 1024
    body = b"User-agent: *\nDisallow: /early/\n"
    split = b"Disallow: /world/nothing-such\n"
    filler = b"# " + b"x" * 77 + b"\n"
    body += filler * ((limit - len(body) - 100) // len(filler))
    # The limit falls behind "Disallow: /w": read as a rule, the stump would close a whole section.
    body += b"#" + b"x" * (limit - len(body) - len(b"Disallow: /w") - 2) + b"\n"
    body += split + b"Disallow: /late/\n"
    return reply(body + filler * ((600 * 1024 - len(body)) // len(filler)), 200, PLAIN)


RULES: Final = (
    "Disallow: /members/",
    "Allow: /members/open/",
    "Disallow: /*.pdf$",
    "Disallow: /*print=",
    "Disallow: /exact$",
    "Allow: /tie/",
    "Disallow: /tie/",
    "Disallow: /caf%C3%A9/",
    "Disallow: /*/hidden-",
)
ALLOWED: Final = (
    "/members/open/a-story-for-all-readers",
    "/report.pdf/a-story-in-a-folder",
    "/exact/a-story-behind-the-exact-one",
    "/tie/a-story-that-both-rules-match",
    "/Members/a-story-in-capital-letters",
)
FORBIDDEN: Final = (
    "/members/a-story-for-members-only",
    "/members/opened/a-story-for-members-only",
    "/the-report-of-the-year-2026.pdf",
    "/a-story-to-be-printed?print=1",
    "/caf%C3%A9/a-story-of-a-coffee-house",
    "/café/another-story-of-a-coffee-house",
    "/deep/in/hidden-story-of-four-words",
)


def ruled(name: str, bind: Bind) -> Site:
    """A site whose robots.txt needs longest match, wildcards, ends and percent-encoding to be read right."""
    closed = [path.replace("é", "%C3%A9") for path in FORBIDDEN]
    pages = {path: page(title=path) for path in (*ALLOWED, *closed)}
    pages |= {"/": page(*ALLOWED, *FORBIDDEN), "/robots.txt": robots(*RULES)}
    return few(name, bind, pages, wanted=ALLOWED, forbidden=closed)


def nothing(asked: Asked) -> Reply:
    """The answer of a host that has nothing."""
    return reply(b"nothing here", 404, HTML)


def few(
    name: str,
    bind: Bind,
    replies: Mapping[str, Reply | Answer],
    *,
    wanted: Iterable[str],
    forbidden: Iterable[str] = (),
    delay: float = 0.0,
) -> Site:
    """A site of a front and the pages that it links to."""
    url = bind(name)
    links = [path for path in replies if path not in ("/", "/robots.txt")]
    given = {"/robots.txt": robots("Disallow:"), "/": page(*links), **replies}
    answers = {name: overlaid(nothing, given)}
    wanted, forbidden = at(url, ("/", *wanted)), at(url, forbidden)
    return Site(name, answers, start=(f"{url}/",), wanted=wanted, forbidden=forbidden, delay=delay)


def story_paths(number: int, about: str) -> list[str]:
    """Paths that look like those of stories."""
    return [f"/a-story-about-{about}-{10_000 + n}" for n in range(number)]


def busy(name: str, bind: Bind) -> Site:
    """A site that is over its limit after five stories: for a while it answers 429 and says for how long."""
    paths, until, served = story_paths(12, "patience"), [0.0], count()

    def answer(asked: Asked) -> Reply:
        if time.monotonic() < until[0]:
            return reply(b"", 429, {"Retry-After": RETRY_AFTER})
        if next(served) == 5:
            until[0] = time.monotonic() + RETRY_AFTER
            return reply(b"", 429, {"Retry-After": RETRY_AFTER})
        return page(title=asked.path)

    return few(name, bind, dict.fromkeys(paths, answer), wanted=paths, delay=DELAY)


def stumbling(name: str, bind: Bind) -> Site:
    """A site that answers two requests in a row with 503 and says nothing of how long."""
    paths, served = story_paths(8, "recovery"), count()

    def answer(asked: Asked) -> Reply:
        return reply(b"", 503) if next(served) in (3, 4) else page(title=asked.path)

    return few(name, bind, dict.fromkeys(paths, answer), wanted=paths, delay=DELAY)


def refusing(name: str, bind: Bind) -> Site:
    """A site that has had enough of us after five stories, for good."""
    paths, served = story_paths(60, "refusal"), count()

    def answer(asked: Asked) -> Reply:
        return reply(b"", 429) if next(served) >= 5 else page(title=asked.path)

    return few(name, bind, dict.fromkeys(paths, answer), wanted=(), delay=DELAY)


def slow(name: str, bind: Bind) -> Site:
    """A site that thinks before it answers."""
    paths = story_paths(10, "thinking")
    answer = replace(page(title="slow"), wait=LATENCY)
    return few(name, bind, dict.fromkeys(paths, answer), wanted=paths, delay=DELAY)


def delaying(name: str, bind: Bind) -> Site:
    """A site that asks for more patience than the operator configured."""
    paths = story_paths(5, "leisure")
    rules = {"/robots.txt": robots(f"Crawl-delay: {CRAWL_DELAY}")}
    return few(name, bind, rules | {path: page(title=path) for path in paths}, wanted=paths)


def stuck(name: str, bind: Bind, bad: Reply) -> Site:
    """A site with one page that never comes to an end, and good ones behind it."""
    paths = story_paths(3, "what-comes-after")
    good = {path: page(title=path) for path in paths}
    return few(name, bind, {"/the-story-without-an-end": bad, **good}, wanted=paths)


def dripping_body() -> Reply:
    """A body that comes byte by byte."""
    return Reply(head(200, HTML | {"Content-Length": 10**6}), repeat(b"x"), pause=0.5)


def dripping_head() -> Reply:
    """A head that comes line by line."""
    return Reply(b"HTTP/1.1 200 OK\r\n", (b"X-%d: x\r\n" % n for n in count()), pause=0.5)


def silent() -> Reply:
    """No answer at all."""
    return Reply(b"HTTP/1.1 200 OK\r\n\r\n", wait=600)


def bomb() -> bytes:
    """Ten megabytes of gzip that unpack to ten gigabytes: one block of zeros, told a thousand times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(10 * _MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + block * (9_900_000 // len(block)) + packer.flush()


def chunked(pieces: Iterable[bytes]) -> list[bytes]:
    """Pieces in the chunked transfer coding."""
    return [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]


_STORY: Final = "<!doctype html><title>Şehir</title><h1>Işıklar söndü</h1><p>ığüşöç"


def hostile(name: str, bind: Bind, canary: int) -> Site:
    """A site of bodies, headers and redirects that no crawler should choke on, and good pages after each of them."""
    story = _STORY.encode()
    gzipped = HTML | {"Content-Encoding": "gzip"}
    readable: dict[str, Reply] = {
        "windows-1254": reply(_STORY.encode("windows-1254"), 200, {"Content-Type": "text/html; charset=windows-1254"}),
        "undeclared-charset": reply(_STORY.encode("windows-1254"), 200, {"Content-Type": "text/html"}),
        "false-charset": reply(_STORY.encode("windows-1254"), 200, {"Content-Type": "text/html; charset=utf-8"}),
        "unknown-charset": reply(story, 200, {"Content-Type": "text/html; charset=klingon"}),
        "gzip-in-name-only": reply(story, 200, gzipped),
        "gzip-twice": reply(gzip.compress(gzip.compress(story)), 200, HTML | {"Content-Encoding": "gzip, gzip"}),
        "unknown-encoding": reply(story, 200, HTML | {"Content-Encoding": "rot13"}),
        "damaged-gzip": reply(b"\x1f\x8bnot gzip", 200, gzipped),
        "cut-gzip": reply(gzip.compress(story * 50)[:-30], 200, gzipped),
        "text-for-html": reply(story, 200, PLAIN),
        "picture-for-html": reply(b"\x89PNG\r\n\x1a\n" + bytes(500), 200, HTML),
        "html-for-pdf": reply(story, 200, {"Content-Type": "application/pdf"}),
        "no-type": reply(story),
        "empty": reply(b"", 200, HTML),
        "cookies": reply(story, 200, HTML | {"Set-Cookie": "id=1; Path=/; Max-Age=9999"}),
        "chunks": Reply(head(200, HTML | {"Transfer-Encoding": "chunked"}), chunked([story] * 3)),
        "until-the-end": Reply(head(200, HTML), [story], close=True),
        "many-nulls": reply(story + bytes(1000) + story, 200, HTML),
    }
    large = [b"<p>" + b"x" * (_MEGABYTE - 3)] * 40
    broken: dict[str, Reply] = {
        "bomb": reply(bomb(), 200, gzipped),
        "declared-40-megabytes": Reply(head(200, HTML | {"Content-Length": 40 * _MEGABYTE}), large),
        "chunked-40-megabytes": Reply(head(200, HTML | {"Transfer-Encoding": "chunked"}), chunked(large)),
        "longer-than-its-body": reply(story, 200, HTML | {"Content-Length": 10_000}, close=True),
        "shorter-than-its-body": reply(story * 10, 200, HTML | {"Content-Length": 20}, close=True),
        "negative-length": reply(story, 200, HTML | {"Content-Length": -1}, close=True),
        "two-lengths": reply(story, 200, HTML | {"Content-Length": "5, 7"}, close=True),
        "large-header": reply(story, 200, HTML | {"X-Large": "x" * 200_000}),
        "many-headers": reply(story, 200, HTML | {f"X-{n}": "x" * 1000 for n in range(2000)}),
        "no-status": Reply(b"ICY lovely weather\r\n\r\n", [story], close=True),
        "no-http": Reply(random.Random(1).randbytes(400) + b"\r\n\r\n", close=True),
        "bad-chunks": Reply(head(200, HTML | {"Transfer-Encoding": "chunked"}), [b"zz\r\n", story], close=True),
        "hang-up": Reply(b""),
        "status-599": reply(story, 599, HTML),
        "status-999": reply(story, 999, HTML),
        "gone": reply(b"", 410),
        "server-error": reply(b"", 500),
    }
    inward = [
        *(f"http://{host}:{canary}/a-story-of-the-inside" for host in INWARD),
        "http://10.0.0.1/a-story-of-the-inside",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a-story-of-the-inside",
        "javascript:alert(1)",
        "//[broken/",
        "/a story with spaces and é",
    ]
    redirects = {f"/a-redirect-to-strange-parts-{10_000 + n}": moved(to) for n, to in enumerate(inward)}
    redirects |= {
        "/a-loop-of-redirects-alpha": moved("/a-loop-of-redirects-omega", 307),
        "/a-loop-of-redirects-omega": moved("/a-loop-of-redirects-alpha", 308),
        "/a-redirect-to-its-own-self": moved("/a-redirect-to-its-own-self"),
        "/a-redirect-to-nowhere-else": reply(b"", 302),
        f"{CHAIN}0": moved(f"{CHAIN}1", 302),
    }
    chain = {f"{CHAIN}{n}": moved(f"{CHAIN}{n + 1}", 302) for n in range(1, 30)}
    good = {f"/the-{title}-story-of-today": answer for title, answer in readable.items()}
    bad = {f"/the-{title}-story-of-today": answer for title, answer in broken.items()}
    # A good page behind each bad one, since a site that gives nothing but bad ones may be left alone.
    mixed = [path for pair in zip(bad, good, strict=False) for path in pair]
    links = dict.fromkeys([*mixed, *bad, *good, *redirects, *inward])
    return few(name, bind, {**bad, **good, **redirects, **chain, "/": page(*links)}, wanted=good)


def trapping(name: str, bind: Bind) -> Site:
    """A site with an endless calendar, a new session in every link, paths that grow, and sitemaps without a bottom."""
    url = bind(name)
    paper = Paper(url, 40, sections=False)
    draw = random.Random(1)

    def front(asked: Asked) -> Reply:
        sessions = [f"{path};jsessionid={draw.randbytes(8).hex()}" for path in paper.listed[:10]]
        sessions += [f"{path}?PHPSESSID={draw.randbytes(8).hex()}" for path in paper.listed[:10]]
        days = [f"/calendar/2026/{1 + n // 28:02}/{1 + n % 28:02}/" for n in range(300)]
        return page(*paper.listed[:10], *sessions, *days, "/calendar/", "/grow/")

    def trap(asked: Asked) -> Reply:
        path = asked.path.partition("?")[0].partition(";")[0]
        if path in paper.listed:
            return paper(replace(asked, path=path))
        if path.startswith("/calendar/"):
            year = int(path.split("/")[2] or 2026)
            links = [f"/calendar/{year + step}/{month:02}/" for step in (-1, 1) for month in range(1, 13)]
            return page(*links, title=path)
        if path.startswith("/grow/"):
            return page("a-story-that-goes-ever-deeper/", "deeper/", title=path)
        if path.startswith("/nested-"):
            n = int(path.removeprefix("/nested-").removesuffix(".xml"))
            nested = f"<sitemapindex><sitemap><loc>{url}/nested-{n + 1}.xml</loc></sitemap></sitemapindex>"
            return reply(nested.encode(), 200, XML)
        return paper(asked)

    own = ["/nested-0.xml", "/laughs.xml", "/outside.xml", "/endless.xml", "/sitemap.xml"]
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    entries = "".join(f"<url><loc>{url}/archive/a-story-of-long-ago-{10_000 + n}</loc></url>" for n in range(60_000))
    answers: dict[str, Reply | Answer] = {
        "/": front,
        "/laughs.xml": _xml(f'<!DOCTYPE urlset [<!ENTITY l0 "{url}/lol">{laughs}]>', "<url><loc>&l11;</loc></url>"),
        "/outside.xml": _xml(
            f'<!DOCTYPE urlset [<!ENTITY inside SYSTEM "{url}/members/an-entity-of-the-outside">]>',
            f"<url><loc>&inside;</loc></url><url><loc>{url}/&inside;</loc></url>",
        ),
        "/endless.xml": _xml("", entries),
    }
    return Site(
        name,
        {name: overlaid(trap, answers)},
        start=(f"{url}/",),
        sitemaps=tuple(f"{url}{path}" for path in own),
        wanted=at(url, ["/", *own, *paper.listed, *paper.sitemaps]),
        forbidden=at(url, ["/members/an-entity-of-the-outside"]),
        max_pages=150,
    )


def _xml(doctype: str, entries: str) -> Reply:
    return reply(f'<?xml version="1.0"?>{doctype}<urlset>{entries}</urlset>'.encode(), 200, XML)


def anchor(bind: Bind, canary: int) -> list[Site]:
    """All sites, at the addresses that `bind` gives; nobody may ever connect to the port `canary`."""
    hops = {f"/robots-{n}.txt": moved(f"/robots-{n + 1}.txt") for n in range(1, 5)}
    hops["/robots-5.txt"] = robots("Disallow: /members/")
    members = ["/members/a-story-for-members-only"]
    early, late = ["/early/a-story-before-the-limit"], ["/late/a-story-behind-the-limit"]
    cut = reply(b"User-agent: *", 200, {"Content-Length": 90}, close=True)
    inside = [f"http://{host}:{canary}/robots.txt" for host in INWARD]
    inside += ["http://10.0.0.1/robots.txt", "http://169.254.169.254/robots.txt", "file:///etc/passwd"]
    return [
        ordinary("rss", bind, 580, hidden=6, every=timedelta()),
        ordinary("atom", bind, 580, atom=True, etags=False, every=timedelta()),
        ordinary("tagged", bind, 580, tagged=True),
        two_hosts("paper", bind),
        under_robots("robots-missing", bind, reply(b"", 404), 260, allowed=True, opened=members),
        under_robots("robots-large", bind, large_robots(), 240, allowed=True, opened=late, closed=early),
        under_robots("robots-moved", bind, moved("/robots-1.txt"), 240, allowed=True, closed=members, also=hops),
        under_robots("robots-looping", bind, moved("/robots.txt"), 20, allowed=True),
        under_robots("robots-down", bind, reply(b"", 503), 40, allowed=False),
        under_robots("robots-hung-up", bind, Reply(b""), 40, allowed=False),
        under_robots("robots-cut", bind, cut, 40, allowed=False),
        *(under_robots(f"robots-inward-{n}", bind, moved(to), 15, allowed=False) for n, to in enumerate(inside)),
        delaying("delaying", bind),
        ruled("ruled", bind),
        busy("busy", bind),
        stumbling("stumbling", bind),
        refusing("refusing", bind),
        slow("slow", bind),
        stuck("dripping-body", bind, dripping_body()),
        stuck("dripping-head", bind, dripping_head()),
        stuck("silent", bind, silent()),
        hostile("hostile", bind, canary),
        trapping("trapping", bind),
    ]
