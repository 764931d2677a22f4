"""Remark42, through `/api/v1/find`: the whole thread as one flat list.

Documented in Remark42's API reference. It gives the balance of votes, from which those for and those against cannot be
told, so neither is read.
"""

from datetime import datetime
from urllib.parse import urlsplit

from pipelines.comments.adapter import JSON, Answer, Draft, Page, Request, Response, Thread, stated_thread
from pipelines.comments.parsing import Count, Id, Shape, Time, address, json_of, parameters, plain_text


class _User(Shape):
    id: str = ""
    name: str = ""


class _Comment(Shape):
    id: Id
    pid: str = ""
    text: str = ""
    user: _User = _User()
    time: Time = None
    delete: bool = False


class _Info(Shape):
    count: Count = 0


class _Found(Shape):
    comments: tuple[_Comment, ...]
    info: _Info = _Info()


class Remark42:
    """`GET /api/v1/find`; the endpoint is `https://HOST/?site=SITE_ID`, the thread the address of the page."""

    def threads_of(self, page: Page) -> list[Thread]:
        """The page's thread."""
        return stated_thread(page, "remark42")

    def first(self, thread: Thread, since: datetime | None) -> Request:
        """The only request."""
        site = parameters(thread.endpoint).get("site", "remark")  # the server's own default
        root = urlsplit(thread.endpoint)._replace(query="").geturl()
        query: dict[str, str | int] = {"site": site, "url": thread.thread_id, "format": "plain", "sort": "+time"}
        if since is not None:
            query["since"] = int(since.timestamp() * 1000)
        return Request(address(root, "api/v1/find", query), JSON)

    def parse(self, thread: Thread, response: Response) -> Answer:
        """The thread, or what is newer than a time. The count leaves deleted comments out."""
        found = json_of(response, _Found)
        whole = "since" not in parameters(response.url)
        return Answer(
            drafts=tuple(map(_draft, found.comments)), counts={"": found.info.count} if whole else {}, begins=whole
        )


def _draft(comment: _Comment) -> Draft:
    return Draft(
        id=comment.id,
        parent_id=comment.pid or None,
        text=plain_text(comment.text),
        author_id=None if comment.delete else comment.user.id or None,
        author_name=None if comment.delete else comment.user.name or None,
        created_at=comment.time,
        state="deleted" if comment.delete else "visible",
    )
