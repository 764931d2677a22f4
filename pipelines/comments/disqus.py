"""Disqus, through its public API: a flat list of approved posts, a hundred at a time, each page naming the next.

Documented under "threads/listPosts". It needs an application's public key, which stands in every address that is
asked and therefore in the archive: never the secret key. Without a key nothing is asked; what was archived is still
read.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pipelines.comments.adapter import JSON, Answer, Draft, Page, Request, Response, Thread, stated_thread
from pipelines.comments.parsing import (
    CamelShape,
    Count,
    Id,
    Shape,
    Time,
    Votes,
    address,
    json_of,
    parameters,
    plain_text,
    with_parameters,
)

_API = "https://disqus.com/api/3.0/"
_AT_ONCE = 100
_KEY = re.compile(rf"^({re.escape(_API)}[^?]*\?(?:[^#]*&)?api_key=)[^&#]*")


class _Author(Shape):
    id: str | None = None  # none for one who wrote without an account
    name: str = ""


class _Counted(Shape):
    posts: Count


class _Post(CamelShape):
    id: Id
    parent: Id | None = None
    message: str
    author: _Author = _Author()
    created_at: Time = None
    likes: Votes = None
    dislikes: Votes = None
    is_approved: bool = True
    is_deleted: bool = False
    is_spam: bool = False
    thread: _Counted | Id | None = None


class _Cursor(CamelShape):
    has_next: bool = False
    next: str | None = None


class _Posts(Shape):
    cursor: _Cursor = _Cursor()
    response: tuple[_Post, ...]


@dataclass(frozen=True, slots=True)
class Disqus:
    """`threads/listPosts`; the endpoint is `https://SHORTNAME.disqus.com/`, the thread its identifier or address."""

    api_key: str | None

    def threads_of(self, page: Page) -> list[Thread]:
        """The page's thread; Disqus knows one by the page's address where the page states no identifier."""
        return stated_thread(page, "disqus", default=page.url)

    def first(self, thread: Thread, since: datetime | None) -> Request | None:
        """The oldest posts; nothing without a key."""
        if not self.api_key:
            return None
        kind = "link" if thread.thread_id.startswith(("http://", "https://")) else "ident"
        query: dict[str, str | int] = {
            "api_key": self.api_key,
            "forum": (urlsplit(thread.endpoint).hostname or "").partition(".")[0],
            f"thread:{kind}": thread.thread_id,
            "limit": _AT_ONCE,
            "order": "asc",
            "related": "thread",
        }
        if since is not None:
            query["since"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return Request(address(_API, "threads/listPosts.json", query), JSON)

    def parse(self, thread: Thread, response: Response) -> Answer:
        """Some posts. What the thread counts stands beside each of them."""
        posts = json_of(response, _Posts)
        query = parameters(response.url)
        cursor = posts.cursor
        counted = [post.thread.posts for post in posts.response if isinstance(post.thread, _Counted)]
        following = cursor.next if cursor.has_next and cursor.next else None
        return Answer(
            drafts=tuple(map(_draft, posts.response)),
            counts={"": counted[0]} if counted else {},
            rest=(Request(with_parameters(response.url, {"cursor": following}), JSON),) if following else (),
            begins="cursor" not in query and "since" not in query,
        )


def without_key(url: str) -> str:
    """An address of Disqus's API as it may stand in tables and logs; any other as it is."""
    return _KEY.sub(r"\1-", url)


def _draft(post: _Post) -> Draft:
    return Draft(
        id=post.id,
        parent_id=post.parent,
        text=plain_text(post.message),
        author_id=post.author.id,
        author_name=post.author.name or None,
        created_at=post.created_at.replace(tzinfo=UTC) if post.created_at else None,  # UTC, though it does not say so
        likes=post.likes,
        dislikes=post.dislikes,
        state="deleted" if post.is_deleted or post.is_spam else "visible" if post.is_approved else "held",
    )
