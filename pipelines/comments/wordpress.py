"""WordPress, through the REST interface of its core: a flat list of approved comments by pages of a hundred.

Documented in the REST API Handbook under "Comments". Only the fields that are read are asked for, so that avatars and
links to commenters do not even reach the archive. Held, spam and trashed comments are for moderators only.
"""

from datetime import UTC, datetime, timedelta, timezone

from pydantic import RootModel

from pipelines.comments.adapter import JSON, Answer, Draft, Page, Request, Response, Thread, stated_thread
from pipelines.comments.parsing import (
    Id,
    Shape,
    Time,
    address,
    json_of,
    number,
    parameters,
    plain_text,
    with_parameters,
)
from pipelines.lake.comment import State

_PER_PAGE = 100  # the most that WordPress gives
_STATES: dict[str, State] = {"approved": "visible", "hold": "held"}
_FIELDS = "id,parent,author,author_name,date,date_gmt,content,status,type"


class _Content(Shape):
    rendered: str


class _Comment(Shape):
    id: Id
    parent: int = 0
    author: int = 0  # the account's number, 0 for a guest
    author_name: str = ""
    date: Time = None
    date_gmt: Time = None
    content: _Content
    status: str = "approved"
    type: str = "comment"


class _Comments(RootModel[list[_Comment]]):
    pass


class WordPress:
    """`/wp-json/wp/v2/comments`; the endpoint is the REST root, the thread the number of the post."""

    def threads_of(self, page: Page) -> list[Thread]:
        """The page's post, where the page links to the REST root."""
        return stated_thread(page, "wordpress")

    def first(self, thread: Thread, since: datetime | None) -> Request:
        """The first page, oldest comments first, so that one written meanwhile shifts no page."""
        query: dict[str, str | int] = {
            "post": thread.thread_id,
            "per_page": _PER_PAGE,
            "orderby": "id",
            "order": "asc",
            "_fields": _FIELDS,
        }
        if since is not None:
            query["after"] = since.astimezone(UTC).isoformat(timespec="seconds")
        return Request(address(thread.endpoint, "wp/v2/comments", query), JSON)

    def parse(self, thread: Thread, response: Response) -> Answer:
        """One page. Its headers say how many comments and pages there are."""
        comments = json_of(response, _Comments).root
        query, headers = parameters(response.url), response.headers
        page = number(query.get("page", ""), 1)
        # A proxy may drop the headers: then a full page leads to the next one.
        pages = number(headers.get("x-wp-totalpages", ""), page + (len(comments) == _PER_PAGE))
        narrowed = "after" in query
        total = headers.get("x-wp-total", "")
        return Answer(
            drafts=tuple(map(_draft, (comment for comment in comments if comment.type == "comment"))),
            counts={"": int(total)} if number(total, -1) >= 0 and not narrowed else {},
            rest=(Request(with_parameters(response.url, {"page": page + 1}), JSON),) if page < pages else (),
            begins=page == 1 and not narrowed,
        )


def _draft(comment: _Comment) -> Draft:
    return Draft(
        id=comment.id,
        parent_id=str(comment.parent) if comment.parent else None,
        text=plain_text(comment.content.rendered),
        author_id=str(comment.author) if comment.author else None,
        author_name=plain_text(comment.author_name) or None,
        created_at=_created_at(comment),
        state=_STATES.get(comment.status, "deleted"),
    )


def _created_at(comment: _Comment) -> datetime | None:
    """The time with the site's offset, which is the difference between its own clock and Greenwich's."""
    if comment.date_gmt is None:
        return comment.date
    created_at = comment.date_gmt.replace(tzinfo=UTC)
    if comment.date is None:
        return created_at
    offset = comment.date.replace(tzinfo=UTC) - created_at
    return created_at.astimezone(timezone(offset)) if abs(offset) < timedelta(hours=24) else created_at
