"""Ghost, through the Members API as its comments widget uses it: opening comments by pages, each with three answers.

Undocumented but public; read from Ghost's own client and serializer. `/members/api/comments/counts/` is never asked:
Ghost's robots.txt forbids it. The count is therefore the sum of what the lists say of themselves.
"""

from datetime import datetime
from urllib.parse import quote

from pipelines.comments.adapter import JSON, Answer, Draft, Page, Request, Response, Thread, stated_thread
from pipelines.comments.parsing import Count, Id, Shape, Time, Votes, address, json_of, plain_text, with_parameters

_AT_ONCE = 100


class _Member(Shape):
    id: str
    name: str | None = None


class _Counted(Shape):
    likes: Votes = None
    replies: Count = 0


class _Comment(Shape):
    id: Id
    parent_id: Id | None = None
    in_reply_to_id: Id | None = None
    status: str = "published"
    html: str | None = None
    created_at: Time = None
    member: _Member | None = None
    count: _Counted = _Counted()
    replies: tuple["_Comment", ...] = ()


class _Pagination(Shape):
    page: Count
    pages: Count
    total: Count


class _Meta(Shape):
    pagination: _Pagination


class _Comments(Shape):
    comments: tuple[_Comment, ...]
    meta: _Meta


class Ghost:
    """`/members/api/comments/post/{id}/`; the endpoint is the site's root, the thread the identifier of the post."""

    def threads_of(self, page: Page) -> list[Thread]:
        """The page's post."""
        return stated_thread(page, "ghost")

    def first(self, thread: Thread, since: datetime | None) -> Request:
        """The first opening comments, oldest first. `since` is not used: it would hide new answers to old comments."""
        query = {"limit": _AT_ONCE, "order": "created_at asc", "page": 1}
        return Request(address(thread.endpoint, _path(thread), query), JSON)

    def parse(self, thread: Thread, response: Response) -> Answer:
        """A page of opening comments, or of the answers to one of them."""
        listed = json_of(response, _Comments)
        pagination = listed.meta.pagination
        opening = _path(thread) in response.url
        rest = []
        if pagination.page < pagination.pages:
            rest.append(Request(with_parameters(response.url, {"page": pagination.page + 1}), JSON))
        counts = {"": pagination.total} if opening else {}
        for comment in listed.comments if opening else ():
            counts[comment.id] = comment.count.replies
            if comment.count.replies > len(comment.replies):
                path = f"members/api/comments/{quote(comment.id, safe='')}/replies/"
                rest.append(Request(address(thread.endpoint, path, {"limit": _AT_ONCE, "page": 1}), JSON))
        return Answer(
            drafts=tuple(_draft(each) for comment in listed.comments for each in (comment, *comment.replies)),
            counts=counts,
            rest=tuple(rest),
            begins=opening and pagination.page == 1,
        )


def _path(thread: Thread) -> str:
    return f"members/api/comments/post/{quote(thread.thread_id, safe='')}/"


def _draft(comment: _Comment) -> Draft:
    member = comment.member
    return Draft(
        id=comment.id,
        # Ghost shows one level; what a reader answered within it is told beside.
        parent_id=comment.in_reply_to_id or comment.parent_id,
        text=plain_text(comment.html or ""),
        author_id=member.id if member else None,
        author_name=(member.name or None) if member else None,
        created_at=comment.created_at,
        likes=comment.count.likes,
        state="visible" if comment.status == "published" else "deleted",  # "hidden" by a moderator leaves a notice too
    )
