"""Answers of comment platforms with a marker in every field that says who wrote a comment, as the archive holds them.

In the shapes that the platforms document, with the fields that no adapter reads. The markers are those of
`marked_pages`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.comments.adapter import Adapter, Thread
from pipelines.comments.archived import Conversation, written
from pipelines.comments.own import Own
from pipelines.comments.platforms import adapter_of
from pipelines.comments.rules import OwnThreads
from pipelines.crawl.segment import Fetched, SegmentWriter
from pipelines.settings import Site
from tests.marked_pages import Writer

DISQUS_KEY = "Qxdisquskeyzq"
HOME = "https://paper.example/"
RULES = {
    "story": f"{HOME}(.*)",
    "thread": rf"{HOME}yorumlar/\1",
    "comment": "p.msg",
    "id": "::attr(id)",
    "text": "span::text",
    "author": "b::text",
    "author_id": "::attr(data-user)",
}
SITE = Site.model_validate({"name": "paper", "language": "tr", "start": [HOME], "comments": RULES})


@dataclass(frozen=True)
class Marked:
    """A platform's answer about a thread, and who wrote in it."""

    platform: str
    endpoint: str
    body: str

    @property
    def writers(self) -> list[Writer]:
        return [Writer(f"net{self.platform}", n) for n in range(3)]

    @property
    def url(self) -> str:
        """The story's page."""
        return f"{HOME}{self.platform}-story"

    @property
    def adapter(self) -> Adapter:
        own = Own(OwnThreads.model_validate(RULES), "tr", "UTC")
        adapter = adapter_of(self.platform, own=own, disqus_key=DISQUS_KEY)
        assert adapter
        return adapter


def _writers(platform: str) -> list[Writer]:
    return [Writer(f"net{platform}", n) for n in range(3)]


def _wordpress(w: Writer) -> dict[str, Any]:
    return {
        "id": w.n + 1,
        "parent": 0,
        "author": 0,
        "author_name": w.name,
        "author_url": f"https://{w.profile}.example/",
        "author_avatar_urls": {"24": f"https://gravatar.example/{w.gravatar}"},
        "author_email": f"{w.mail}@mail.example",
        "date_gmt": "2026-03-01T10:00:00",
        "content": {"rendered": f"<p>{w.says}</p>"},
        "link": f"https://paper.example/#{w.title}",
        "status": "approved",
        "type": "comment",
    }


def _isso(w: Writer) -> dict[str, Any]:
    return {
        "id": w.n + 1,
        "parent": None,
        "text": f"<p>{w.says}</p>",
        "author": w.name,
        "website": f"https://{w.profile}.example/",
        "gravatar_image": w.gravatar,
        "hash": w.data,
        "created": 1772359200.0,
        "mode": 1,
        "total_replies": 0,
    }


def _ghost(w: Writer) -> dict[str, Any]:
    return {
        "id": f"c{w.n}",
        "status": "published",
        "html": f"<p>{w.says}</p>",
        "created_at": "2026-03-01T10:00:00Z",
        "member": {"id": w.data, "uuid": w.login, "name": w.name, "avatar_image": w.avatar, "expertise": w.title},
        "count": {"likes": 1, "replies": 0},
        "replies": [],
    }


def _remark42(w: Writer) -> dict[str, Any]:
    user = {"id": f"github_{w.data}", "name": w.name, "picture": w.avatar, "ip": w.login, "site_id": w.profile}
    return {"id": f"c{w.n}", "pid": "", "text": f"<p>{w.says}</p>", "user": user, "time": "2026-03-01T10:00:00Z"}


def _disqus(w: Writer) -> dict[str, Any]:
    author = {
        "id": w.data,
        "username": w.login,
        "name": w.name,
        "profileUrl": f"https://disqus.example/{w.profile}",
        "url": w.title,
        "avatar": {"permalink": w.avatar},
        "emailHash": w.gravatar,
    }
    return {"id": str(w.n), "message": f"<p>{w.says}</p>", "author": author, "createdAt": "2026-03-01T10:00:00"}


def _guardian(w: Writer) -> dict[str, Any]:
    profile = {"userId": w.data, "displayName": w.name, "webUrl": w.profile, "apiUrl": w.login, "avatar": w.avatar}
    return {"id": w.n, "body": f"<p>{w.says}</p>", "isoDateTime": "2026-03-01T10:00:00Z", "userProfile": profile}


def _own(w: Writer) -> str:
    return (
        f'<p class="msg" id="m{w.n}" data-user="{w.data}"><b title="{w.title}">{w.name}</b><img src="{w.avatar}">'
        f"<span>{w.says}</span></p>"
    )


def threads() -> Iterator[Marked]:
    """One thread of each platform that tells who writes."""
    given = {
        "wordpress": [_wordpress(w) for w in _writers("wordpress")],
        "isso": {"id": None, "hidden_replies": 0, "replies": [_isso(w) for w in _writers("isso")]},
        "ghost": {
            "comments": [_ghost(w) for w in _writers("ghost")],
            "meta": {"pagination": {"page": 1, "pages": 1, "total": 3}},
        },
        "remark42": {"comments": [_remark42(w) for w in _writers("remark42")], "info": {"count": 3}},
        "disqus": {"cursor": {"hasNext": False}, "response": [_disqus(w) for w in _writers("disqus")]},
        "guardian": {
            "currentPage": 1,
            "pages": 1,
            "discussion": {"commentCount": 3, "comments": [_guardian(w) for w in _writers("guardian")]},
        },
    }
    for platform, answer in given.items():
        root = "https://paper.disqus.com/" if platform == "disqus" else f"https://{platform}.example/"
        yield Marked(platform, root, json.dumps(answer))
    yield Marked("own", HOME, "<html><body>" + "".join(map(_own, _writers("own"))) + "</body></html>")


def conversation(marked: Marked) -> Conversation:
    """The thread as the crawl asks for it."""
    thread_id = f"{HOME}yorumlar/own-story" if marked.platform == "own" else "7"
    return Conversation(
        Thread("paper", marked.url, marked.platform, marked.endpoint, thread_id), marked.url, marked.adapter
    )


def segment(archive: Path, day: date) -> Path:
    """A segment that holds all of them, as the crawl writes it."""
    with SegmentWriter(archive, day, {}) as writer:
        for marked in threads():
            asked = conversation(marked)
            first = asked.adapter.first(asked.thread, None)
            assert first
            kind = b"text/html" if marked.platform == "own" else b"application/json"
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            answer = Fetched(first.url, at, 200, [(b"Content-Type", kind)], marked.body.encode(), [])
            writer.write(answer, via=marked.url, site="paper", purpose="comments", thread=written(asked))
    return writer.finished[0]


def markers() -> list[str]:
    """Every marker that stands in an answer, and the key that stands in an address."""
    fields = ("name", "login", "avatar", "profile", "title", "data", "mail", "gravatar")
    found = [
        marker
        for marked in threads()
        for w in marked.writers
        for f in fields
        if (marker := getattr(w, f)) in marked.body
    ]
    return [*found, DISQUS_KEY]
