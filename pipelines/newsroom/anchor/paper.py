"""An ordinary news site of any size: stories with their blocks, a front, sections, a feed, sitemaps.

Nothing here misbehaves; that is the business of `hosts`. Pages are written when they are first asked for.
"""

import gzip
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from hashlib import blake2b
from typing import Final

from pipelines.newsroom.anchor.server import Asked, Reply, reply

SECTIONS: Final = ("world", "economy", "health", "sport", "culture")
HTML: Final = {"Content-Type": "text/html; charset=utf-8"}
XML: Final = {"Content-Type": "application/xml"}
_FRONT, _SECTION, _FEED, _NEWS, _MONTH = 30, 40, 25, 80, 150
_RELATED, _LATEST = 8, 6
_WORDS: Final = (  # noqa: SIM905 - words read better than a list of them
    "council bridge harvest ferry market budget storm valley teacher museum railway verdict clinic border strike "
    "minister harbour rent orchard inquiry festival tariff glacier league quarry library pension rescue merger canal "
    "ballot factory vaccine reservoir tribunal premiere airport subsidy wildfire curriculum"
).split()


class Paper:
    """The pages of a site at `url` with stories of the last days, newest first; answers what a `serve` host is asked.

    The last `hidden` stories stand in no list, only beside other stories. `tagged` puts tracking parameters on the
    feed's links. Every answer carries Last-Modified and, with `etags`, an ETag. A story has `size` paragraphs, and is
    older by `every` than the one before.
    """

    def __init__(
        self,
        url: str,
        stories: int,
        *,
        hidden: int = 0,
        atom: bool = False,
        tagged: bool = False,
        etags: bool = True,
        size: int = 12,
        sections: bool = True,
        every: timedelta = timedelta(minutes=5),
    ) -> None:
        self.url, self._atom, self._tagged, self._etags, self._size = url, atom, tagged, etags, size
        self._now, self._every = datetime.now(UTC).replace(microsecond=0), every
        draw = random.Random(stories)
        self._titles = [" ".join(draw.sample(_WORDS, 5)).capitalize() for _ in range(stories + hidden)]
        self.stories = [
            f"/{SECTIONS[n % len(SECTIONS)]}/{title.lower().replace(' ', '-')}-{10_000 + n}"
            for n, title in enumerate(self._titles)
        ]
        self.listed, self.hidden = self.stories[:stories], self.stories[stories:]
        self.sections = [f"/{name}/" for name in SECTIONS] if sections else []
        self._numbers = {path: n for n, path in enumerate(self.stories)}
        self._kept: dict[str, tuple[bytes, dict[str, str]]] = {}

    @cached_property
    def sitemaps(self) -> list[str]:
        """The sitemaps that the index at `/sitemap.xml` names: one of news, then older ones, zipped."""
        return ["/news.xml", *(f"/stories-{at}.xml.gz" for at in range(_NEWS, len(self.listed), _MONTH))]

    @property
    def lists(self) -> list[str]:
        """Every page that leads to stories."""
        return ["/", "/feed", "/sitemap.xml", *self.sitemaps, *self.sections]

    def __call__(self, asked: Asked) -> Reply:
        """The answer to a request; 404 for what the paper does not have."""
        path = asked.path.partition("?")[0]
        if path not in self._kept:
            written = self._write(path)
            if written is None:
                return reply(b"nothing here", 404, HTML)
            self._kept[path] = written
        body, headers = self._kept[path]
        if fresh(asked, headers):
            return reply(b"", 304, {name: value for name, value in headers.items() if name != "Content-Encoding"})
        return reply(body, 200, headers)

    def published(self, n: int) -> datetime:
        """When a story was published; the first is the newest."""
        return self._now - n * self._every

    def _write(self, path: str) -> tuple[bytes, dict[str, str]] | None:
        writers: dict[str, Callable[[], tuple[bytes, dict[str, str]]]] = {
            "/": lambda: (self._list("Front", [*self.listed[:_FRONT], *self.sections]), HTML),
            "/feed": lambda: (self._feed(), {"Content-Type": "application/rss+xml"}),
            "/sitemap.xml": lambda: (self._index(), XML),
            "/robots.txt": lambda: (b"User-agent: *\nDisallow: /members/\n", {"Content-Type": "text/plain"}),
        }
        if path in self._numbers:
            body, headers = self._story(self._numbers[path]), HTML | {"Content-Encoding": "gzip"}
            body = gzip.compress(body, 6, mtime=0)
        elif path in writers:
            body, headers = writers[path]()
        elif path in self.sections:
            stories = [story for story in self.listed if story.startswith(path)]
            body, headers = self._list(path.strip("/"), stories[:_SECTION]), HTML
        elif path in self.sitemaps:
            at = self.sitemaps.index(path)
            first = _NEWS + (at - 1) * _MONTH if at else 0
            body, headers = self._sitemap(range(first, min(first + (_MONTH if at else _NEWS), len(self.listed)))), XML
            if path.endswith(".gz"):
                body, headers = gzip.compress(body, mtime=0), {"Content-Type": "application/gzip"}
        else:
            return None
        stamp = {"Last-Modified": format_datetime(self.published(self._numbers.get(path, 0)), usegmt=True)}
        if self._etags:
            stamp["ETag"] = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        return body, headers | stamp

    def _list(self, title: str, links: Sequence[str]) -> bytes:
        items = "\n".join(f'<li><a href="{link}">{self._title(link)}</a></li>' for link in links)
        return f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1><ul>{items}</ul></html>".encode()

    def _title(self, link: str) -> str:
        return self._titles[self._numbers[link]] if link in self._numbers else link.strip("/").title()

    def _story(self, n: int) -> bytes:
        draw = random.Random(self.stories[n])
        title, time = self._titles[n], self.published(n)
        paragraphs = "\n".join(
            f"<p>{' '.join(draw.choices(_WORDS, k=60)).capitalize()}.</p>" for _ in range(self._size)
        )
        # Each story stands beside the next ones, so that the hidden ones are found from the last that are listed.
        beside = [(n + 1 + step) % len(self.stories) for step in range(_RELATED)]
        related, latest = self._cards(beside), self._cards(range(min(_LATEST, len(self.listed))))
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | The Anchor</title>'
            f'<link rel="canonical" href="{self.url}{self.stories[n]}"></head><body>'
            f'<header><nav><a href="/">Front</a></nav></header><main><article><h1>{title}</h1>'
            f'<time datetime="{time.isoformat()}">{time:%d %B %Y, %H:%M}</time>{paragraphs}</article>'
            f'<section class="related"><h2>Related stories</h2><ul>{related}</ul></section></main>'
            f"<aside><h3>Latest</h3><ul>{latest}</ul></aside></body></html>"
        ).encode()

    def _cards(self, numbers: Sequence[int]) -> str:
        return "\n".join(
            f'<li><a href="{self.stories[n]}" title="{self._titles[n]}"><h4>{self._titles[n]}</h4></a></li>'
            for n in numbers
        )

    def _feed(self) -> bytes:
        tag = "?utm_source=feed" if self._tagged else ""
        entries = [(f"{self.url}{path}{tag}", self.published(n)) for n, path in enumerate(self.listed[:_FEED])]
        if self._atom:
            items = "".join(
                f'<entry><link href="{link}"/><updated>{time.isoformat()}</updated></entry>' for link, time in entries
            )
            return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{items}</feed>'.encode()
        items = "".join(
            f"<item><link>{link}</link><pubDate>{format_datetime(time)}</pubDate></item>" for link, time in entries
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()

    def _index(self) -> bytes:
        entries = "".join(f"<sitemap><loc>{self.url}{path}</loc></sitemap>" for path in self.sitemaps)
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'.encode()

    def _sitemap(self, numbers: Sequence[int]) -> bytes:
        entries = "".join(
            f"<url><loc>{self.url}{self.stories[n]}</loc><news:news><news:publication_date>"
            f"{self.published(n).isoformat()}</news:publication_date></news:news></url>"
            for n in numbers
        )
        spaces = (
            'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        )
        return f"<urlset {spaces}>{entries}</urlset>".encode()


def fresh(asked: Asked, headers: dict[str, str]) -> bool:
    """Whether the asker's copy is still good; If-None-Match decides alone where it is sent (RFC 9110 13.2.2)."""
    tag = asked.headers.get("if-none-match")
    if tag is not None:
        return tag == headers.get("ETag")
    since = asked.headers.get("if-modified-since")
    return since is not None and since == headers.get("Last-Modified")
