"""A plan turned into what a web server answers: articles, fronts, feeds, sitemaps, robots.txt and redirects.

Markup lives in `templates/`, what stands on a page in `plan`; nothing here opens a socket.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipelines.newsroom.plan import Article
from pipelines.newsroom.sites import Design
from pipelines.newsroom.stories import Comment, Story, upper

FRONT_SIZE = 18
FEED_SIZE = 20
SITEMAP_SPAN = timedelta(days=2)

_MONTHS = {
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "en": "January February March April May June July August September October November December",
}
_LEGACY_LABELS = ("windows-1254", "iso-8859-9")


@dataclass(frozen=True, slots=True)
class Response:
    """What a site answers to one path, `Content-Length` and `Date` aside."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def render(
    design: Design, articles: Sequence[Article], base_url: str, now: datetime
) -> tuple[dict[str, Response], Response]:
    """The answer to every path (with its query) that the site knows, and the answer to any other."""
    renderer = _Renderer(design, articles, base_url, now)
    return dict(renderer.pages()), renderer.not_found()


class _Renderer:
    """One site's pages: what all its templates share, and one method per sort of page."""

    def __init__(self, design: Design, articles: Sequence[Article], base_url: str, now: datetime) -> None:
        self.design, self.articles, self.base_url, self.now = design, articles, base_url, now
        self.stories = [article.story for article in articles]
        self.popular = sorted(self.stories, key=lambda story: -story.views)
        self.sections = sorted({(story.section, story.section_label) for story in self.stories})
        comments = [(comment, story) for story in self.stories for comment in story.comments if not comment.pingback]
        self.recent_comments = sorted(comments, key=lambda pair: pair[0].created_at, reverse=True)[:5]

    def pages(self) -> Iterator[tuple[str, Response]]:
        design = self.design
        for number, article in enumerate(self.articles):
            story = article.story
            yield story.path, self.article(article, number)
            yield design.short_link.format(id=story.id), Response(301, {"Location": article.url}, b"")
            yield f"/img/{story.id}.svg", self.file("picture.svg", "image/svg+xml", story.published_at, story=story)
            if design.comments == "interface":
                yield thread_path(story), self.thread(story)
            if design.comments_page and story.comments:
                yield comments_path(story), self.html("comments.html", story.modified_at, story=story, url=article.url)
        for section, label in self.sections:
            stories = [story for story in self.stories if story.section == section]
            yield design.section_path.format(section=section), self.listing(label, stories)
        fronts = range(0, len(self.stories), FRONT_SIZE)
        for page, start in enumerate(fronts, 1):
            older = front_path(page + 1) if page < len(fronts) else None
            stories = self.stories[start : start + FRONT_SIZE]
            yield front_path(page), self.listing(design.title, stories, front=True, older=older)
        yield design.forbidden, self.listing(design.forbidden.strip("/").title(), self.stories[:3])
        yield design.feed, self.feed()
        yield from self.sitemaps()
        yield "/robots.txt", self.file("robots.txt", "text/plain", self.now)
        yield "/style.css", self.file("style.css", "text/css", self.now)

    def article(self, article: Article, number: int) -> Response:
        every, charset = self.design.legacy_charset_every, "utf-8"
        if every and number % every == every - 1:
            charset = _LEGACY_LABELS[number // every % 2]
        return self.html(
            "article.html",
            article.story.modified_at,
            charset=charset,
            story=article.story,
            url=article.url,
            blocks={block.kind: block for block in article.blocks},
            threads=_threads(article.story.comments),
            recent_comments=self.recent_comments,
        )

    def thread(self, story: Story) -> Response:
        """What Ghost's Members API answers when it is asked for the comments on a post."""
        comments = [
            {
                "id": f"{comment.id:024x}",
                "parent_id": None,
                "status": "published",
                "html": f"<p>{escape(comment.text)}</p>",
                "created_at": comment.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "member": {"id": hashlib.sha256(comment.author.encode()).hexdigest()[:24], "name": comment.author},
                "count": {"likes": comment.likes, "replies": 0},
                "replies": [],
            }
            for comment in story.comments
        ]
        pagination = {"page": 1, "limit": 100, "pages": 1, "total": len(comments), "next": None, "prev": None}
        answer = {"comments": comments, "meta": {"pagination": pagination}}
        return _response(json.dumps(answer).encode(), "application/json; charset=utf-8", story.modified_at)

    def listing(
        self, title: str, stories: Sequence[Story], *, front: bool = False, older: str | None = None
    ) -> Response:
        modified = max(story.modified_at for story in stories)
        values = {"title": title, "stories": stories, "front": front, "older": older, "popular": self.popular[:8]}
        return self.html("list.html", modified, **values)

    def feed(self) -> Response:
        atom = self.design.feed.endswith(".atom")
        stories = self.stories[:FEED_SIZE]
        return self.file(
            "feed.atom" if atom else "feed.rss",
            "application/atom+xml" if atom else "application/rss+xml",
            max(story.modified_at for story in stories),
            stories=stories,
        )

    def sitemaps(self) -> Iterator[tuple[str, Response]]:
        design = self.design
        recent = [story for story in self.stories if self.now - story.published_at <= SITEMAP_SPAN]
        compressed = design.sitemap.endswith(".gz")
        sitemap = self.file("sitemap.xml", "application/xml", self.now, stories=recent)
        if compressed:
            sitemap = _response(gzip.compress(sitemap.body, mtime=0), "application/gzip", self.now)
        yield design.sitemap, sitemap
        if design.sitemap_index:
            yield design.sitemap_index, self.file("sitemap_index.xml", "application/xml", self.now)

    def not_found(self) -> Response:
        page = self.html("not_found.html", self.now)
        return Response(404, {"Content-Type": page.headers["Content-Type"]}, page.body)

    def html(self, template: str, modified: datetime, *, charset: str = "utf-8", **values: Any) -> Response:
        if template != "not_found.html":
            template = f"{self.design.templates}/{template}"
        text = self.text(template, charset=charset, **values)
        # Browsers read iso-8859-9 as windows-1254, and pages that declare it rely on that.
        codec = "utf-8" if charset == "utf-8" else "windows-1254"
        return _response(text.encode(codec, "xmlcharrefreplace"), f"text/html; charset={charset}", modified)

    def file(self, template: str, content_type: str, modified: datetime, **values: Any) -> Response:
        return _response(self.text(template, **values).encode(), f"{content_type}; charset=utf-8", modified)

    def text(self, template: str, **values: Any) -> str:
        shared = {"design": self.design, "base_url": self.base_url, "now": self.now}
        shared |= {"sections": self.sections, "latest": self.stories}
        return _environment().get_template(template).render(shared, **values)


def comments_path(story: Story) -> str:
    """Where a site with pages of comments shows all comments on a story."""
    return story.path.removesuffix("/") + "-yorumlari/"


def thread_path(story: Story) -> str:
    """Where Ghost's interface gives the comments on a story, whatever the query."""
    return f"/members/api/comments/post/nc{story.id}/"


def front_path(page: int) -> str:
    """Where the n-th page of a site's front stands, from 1."""
    return "/" if page == 1 else f"/page/{page}/"


def day(time: datetime, language: str) -> str:
    """A day as the language writes it: `2 Mart 2026`, `March 2, 2026`."""
    month = _MONTHS[language].split()[time.month - 1]
    return f"{time.day} {month} {time.year}" if language == "tr" else f"{month} {time.day}, {time.year}"


def _threads(comments: Sequence[Comment]) -> list[tuple[Comment, list[Any]]]:
    """Comments as a tree: pairs of a comment and the list of such pairs that answer it."""
    nodes: dict[int | None, tuple[Comment | None, list[Any]]] = {None: (None, [])}
    for comment in comments:
        node = (comment, [])
        nodes[comment.id] = node
        nodes[comment.parent_id][1].append(node)
    return nodes[None][1]


def _response(body: bytes, content_type: str, modified: datetime) -> Response:
    headers = {
        "Content-Type": content_type,
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        "Last-Modified": http_date(modified),
    }
    return Response(200, headers, body)


def http_date(time: datetime) -> str:
    """A time as HTTP headers and RSS write it."""
    return format_datetime(time.astimezone(UTC).replace(microsecond=0), usegmt=True)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipelines.newsroom"),
        autoescape=select_autoescape(["html", "xml", "rss", "atom", "svg"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": day, "http_date": http_date, "upper_in": upper, "comments_path": comments_path}
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
    return environment
