"""Story pages with a marker in every field that says who wrote a comment, in the forms that pages are made of.

A marker is a word that stands nowhere else, so that finding it anywhere tells which field leaked.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.crawl.segment import Fetched, SegmentWriter

PROSE = "".join(f"<p>Paragraph {n} says what the council decided on the bridge that day.</p>" for n in range(15))
FIELDS = ("name", "login", "avatar", "alt", "profile", "title", "data", "reply", "mail", "gravatar")


@dataclass(frozen=True)
class Writer:
    """Commenter `n` of a page in some form; each field of theirs is a marker."""

    form: str
    n: int

    def __getattr__(self, field: str) -> str:
        if field not in FIELDS:
            raise AttributeError(field)
        return f"Qx{self.form}{field}{self.n}zq"

    @property
    def says(self) -> str:
        """What the comment says: it addresses another by name, and gives a mail address."""
        other = Writer(self.form, (self.n + 1) % 3)
        return f"Remark {self.n} of {self.form}: @{other.name} is right, write to {self.mail}@mail.example about it."


def _writers(form: str) -> list[Writer]:
    return [Writer(form, n) for n in range(3)]


def _wordpress() -> str:
    return (
        '<ol class="comment-list">'
        + "".join(
            f"""<li class="comment byuser comment-author-{w.login} even depth-1" id="comment-1{w.n}"><article>
        <footer class="comment-meta"><div class="comment-author vcard"><img class="avatar"
        alt="{w.alt}" title="{w.title}" src="https://gravatar.example/{w.gravatar}?s=48"
        srcset="https://paper.example/a/{w.avatar}.png 2x"><b class="fn">
        <a class="url" rel="external nofollow" href="https://{w.profile}.example/">{w.name}</a></b></div>
        <time datetime="2026-03-01T10:0{w.n}:00+00:00">1 March 2026</time></footer><div class="comment-content">
        <p>{w.says}</p></div><a class="comment-reply-link" href="?replytocom=1{w.n}" data-replyto="Reply to {w.reply}"
        aria-label="Reply to {w.reply}">Reply</a></article></li>"""
            for w in _writers("wordpress")
        )
        + "</ol>"
    )


def _isso() -> str:
    return (
        '<section id="isso-thread" data-isso-id="/bridge">'
        + "".join(
            f"""<div class="isso-comment" id="isso-2{w.n}">
        <div class="isso-avatar"><svg data-hash="{w.gravatar}"></svg></div>
        <span class="isso-author" title="{w.title}">{w.name}</span> <a href="#isso-2{w.n}"><time
        datetime="2026-03-01T10:00:00Z">1 March</time></a><div class="isso-text"><p>{w.says}</p></div></div>"""
            for w in _writers("isso")
        )
        + "</section>"
    )


def _microdata() -> str:
    return (
        '<div id="comments">'
        + "".join(
            f"""<div itemprop="comment" itemscope itemtype="https://schema.org/Comment" id="comment-3{w.n}">
        <span itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">{w.name}</span>
        <link itemprop="url" href="https://paper.example/user/{w.profile}">
        <a rel="author" href="/u/{w.login}">{w.name}</a><meta itemprop="email" content="{w.mail}">
        <img itemprop="image" src="/a/{w.avatar}.jpg" alt="{w.alt}"></span><meta itemprop="author"
        content="{w.title}"><meta itemprop="dateCreated" content="2026-03-01T10:00:00Z">
        <div itemprop="text">{w.says}</div></div>"""
            for w in _writers("microdata")
        )
        + "</div>"
    )


def _json_ld() -> str:
    comments = [
        {
            "@type": "Comment",
            "@id": f"#comment-4{w.n}",
            "author": {
                "@type": "Person",
                "name": w.name,
                "alternateName": w.login,
                "url": f"https://paper.example/user/{w.profile}",
                "image": f"https://paper.example/a/{w.avatar}.jpg",
                "email": f"{w.mail}@mail.example",
            },
            "dateCreated": "2026-03-01T10:00:00Z",
            "text": w.says,
        }
        for w in _writers("jsonld")
    ]
    story = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Bridge", "comment": comments}
    return f'<script type="application/ld+json">{json.dumps(story)}</script>'


def _own() -> str:
    return (
        '<div class="yorumlar"><h3>3 yorum</h3>'
        + "".join(
            f"""<div class="yorum" data-comment-id="5{w.n}" data-user-id="{w.data}"><a class="yorum-yazar"
        href="/uye/{w.profile}" title="{w.title}"><img src="/a/{w.avatar}.jpg" alt="{w.alt}">{w.name}</a>
        <span class="yorum-tarih">01.03.2026 10:00</span><p class="yorum-metin">{w.says}</p>
        <button data-reply-to-name="{w.reply}">Yanıtla</button></div>"""
            for w in _writers("own")
        )
        + "</div>"
    )


def _recent() -> str:
    return (
        '<aside><h3>Recent comments</h3><ul id="recentcomments">'
        + "".join(
            f"""<li class="recentcomments"><span class="comment-author-link"><a href="https://{w.profile}.example/"
        title="{w.title}">{w.name}</a></span> on <a href="/bridge#comment-6{w.n}">Council opens the bridge</a></li>"""
            for w in _writers("recent")
        )
        + "</ul></aside>"
    )


FORMS = {
    "wordpress": _wordpress,
    "isso": _isso,
    "microdata": _microdata,
    "jsonld": _json_ld,
    "own": _own,
    "recent": _recent,
}


def url(form: str) -> str:
    return f"https://paper.example/2026/council-opens-the-bridge-{form}"


def page(form: str) -> str:
    return (
        '<html lang="en"><head><meta property="og:type" content="article"></head><body><article>'
        f"<h1>Council opens the bridge, says {form}</h1>{PROSE}</article>{FORMS[form]()}</body></html>"
    )


def markers() -> Iterator[str]:
    """Every marker that stands on some page."""
    for form in FORMS:
        html = page(form)
        yield from (m for w in _writers(form) for field in FIELDS if (m := getattr(w, field)) in html)


def segment(archive: Path, day: date) -> Path:
    """All pages as one archived segment of a day."""
    with SegmentWriter(archive, day, {}) as writer:
        for form in FORMS:
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            headers = [(b"Content-Type", b"text/html; charset=utf-8")]
            writer.write(
                Fetched(url(form), at, 200, headers, page(form).encode(), []), via=None, site="", purpose="story"
            )
    return writer.finished[0]
