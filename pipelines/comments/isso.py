"""Isso, through the interface that its own client uses: opening comments by pages, each with its first answers.

Documented in Isso's API reference, "Thread: Get comments". Isso is one level deep: an answer to an answer is kept as
one to the opening comment. What it calls `hash` is made from the network address cut to a /24 where no e-mail was
given, and the two cannot be told apart, so it is no identity: only names are.
"""

from datetime import datetime
from urllib.parse import urlsplit

from pipelines.comments.adapter import JSON, Answer, Draft, Page, Request, Response, Thread, stated_thread
from pipelines.comments.parsing import (
    Count,
    Id,
    Shape,
    Time,
    Votes,
    address,
    json_of,
    number,
    parameters,
    plain_text,
    with_parameters,
)
from pipelines.lake.comment import State

_AT_ONCE = 100
_STATES: dict[int, State] = {1: "visible", 2: "held", 4: "deleted"}


class _Comment(Shape):
    id: Id
    parent: Id | None = None
    author: str | None = None
    text: str
    created: Time = None  # seconds since 1970
    likes: Votes = None
    dislikes: Votes = None
    mode: int
    total_replies: Count = 0
    hidden_replies: int = 0
    replies: tuple["_Comment", ...] = ()


class _Fetched(Shape):
    id: Id | None = None
    hidden_replies: int
    replies: tuple[_Comment, ...]


class Isso:
    """`GET /?uri=`; the endpoint is Isso's own root, the thread the uri that the page was set up with."""

    def threads_of(self, page: Page) -> list[Thread]:
        """The page's thread; Isso's client takes the path of the address where the page states no identifier."""
        return stated_thread(page, "isso", default=urlsplit(page.url).path)

    def first(self, thread: Thread, since: datetime | None) -> Request:
        """The first opening comments. `since` is not used: it would hide new answers to old comments."""
        query: dict[str, str | int] = {
            "uri": thread.thread_id,
            "limit": _AT_ONCE,
            "nested_limit": _AT_ONCE,
            "sort": "oldest",
        }
        return Request(address(thread.endpoint, "", query), JSON)

    def parse(self, thread: Thread, response: Response) -> Answer:
        """Some opening comments with their answers, or more answers to one of them.

        Isso's counts include the tombstones of deleted comments that have answers.
        """
        fetched = json_of(response, _Fetched)
        offset = number(parameters(response.url).get("offset", ""), 0)
        rest = [_after(response.url, fetched.id, offset + len(fetched.replies))] if fetched.hidden_replies > 0 else []
        counts = {fetched.id or "": offset + len(fetched.replies) + max(fetched.hidden_replies, 0)}
        for comment in fetched.replies if fetched.id is None else ():
            counts[comment.id] = comment.total_replies
            if comment.hidden_replies > 0:
                rest.append(_after(response.url, comment.id, len(comment.replies)))
        return Answer(
            drafts=tuple(_draft(each) for comment in fetched.replies for each in (comment, *comment.replies)),
            counts=counts,
            rest=tuple(rest),
            begins=fetched.id is None and offset == 0,
        )


def _after(url: str, parent: str | None, offset: int) -> Request:
    """The request for what follows the first `offset` opening comments, or answers to `parent`."""
    return Request(with_parameters(url, {"offset": offset} | ({"parent": parent} if parent else {})), JSON)


def _draft(comment: _Comment) -> Draft:
    return Draft(
        id=comment.id,
        parent_id=comment.parent,
        text=plain_text(comment.text),
        author_name=plain_text(comment.author or "") or None,
        created_at=comment.created,
        likes=comment.likes,
        dislikes=comment.dislikes,
        state=_STATES.get(comment.mode, "deleted"),
    )
