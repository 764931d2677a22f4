"""The Guardian's discussion API: a flat list by pages of a hundred, each comment naming the one it answers.

Undocumented but public; read from the newspaper's own open-source client. The list is asked for unthreaded, since the
threaded one clips answers and is refused for some old discussions.
"""

from datetime import datetime
from urllib.parse import quote

from pipelines.comments.adapter import JSON, Answer, Draft, Page, Request, Response, Thread, stated_thread
from pipelines.comments.parsing import CamelShape, Count, Id, Time, Votes, address, json_of, plain_text, with_parameters


class _Profile(CamelShape):
    user_id: str | None = None
    display_name: str = ""


class _Answered(CamelShape):
    comment_id: Id


class _Comment(CamelShape):
    id: Id
    body: str
    iso_date_time: Time = None
    status: str = "visible"
    num_recommends: Votes = None
    user_profile: _Profile = _Profile()
    response_to: _Answered | None = None


class _Discussion(CamelShape):
    comment_count: Count
    comments: tuple[_Comment, ...]


class _Discussed(CamelShape):
    current_page: Count
    pages: Count
    discussion: _Discussion


class Guardian:
    """`/discussion/p/…`; the endpoint is the API's root, the thread the story's short key (`/p/abc12`)."""

    def threads_of(self, page: Page) -> list[Thread]:
        """The page's discussion."""
        return stated_thread(page, "guardian")

    def first(self, thread: Thread, since: datetime | None) -> Request:
        """The first page, oldest first. The API knows no `since`."""
        path = f"discussion/{quote(thread.thread_id.lstrip('/'))}"
        query = {"orderBy": "oldest", "displayThreaded": "false", "pageSize": 100, "page": 1}
        return Request(address(thread.endpoint, path, query), JSON)

    def parse(self, thread: Thread, response: Response) -> Answer:
        """One page."""
        answer = json_of(response, _Discussed)
        following = Request(with_parameters(response.url, {"page": answer.current_page + 1}), JSON)
        return Answer(
            drafts=tuple(map(_draft, answer.discussion.comments)),
            counts={"": answer.discussion.comment_count},
            rest=(following,) if answer.current_page < answer.pages else (),
            begins=answer.current_page == 1,
        )


def _draft(comment: _Comment) -> Draft:
    blocked = comment.status != "visible"  # its body is then the moderators' notice
    return Draft(
        id=comment.id,
        parent_id=comment.response_to.comment_id if comment.response_to else None,
        text="" if blocked else plain_text(comment.body),
        author_id=comment.user_profile.user_id,
        author_name=comment.user_profile.display_name or None,
        created_at=comment.iso_date_time,
        likes=comment.num_recommends,
        state="deleted" if blocked else "visible",
    )
