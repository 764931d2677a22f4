"""Coral: how many comments a story has. The comments themselves need queries that each site registers beforehand.

Read from Coral's own handlers: `/api/story/count`, and the older `/api/story/count.js` for servers without it.
"""

from dataclasses import replace
from datetime import datetime

from pipelines.comments.adapter import JSON, Answer, Page, Request, Response, Thread, stated_thread
from pipelines.comments.parsing import Count, Shape, Unreadable, address, ensure_ok, json_of

_COUNT, _SCRIPT = "api/story/count", "api/story/count.js"


class _Counted(Shape):
    count: Count | None


class Coral:
    """`/api/story/count`; the endpoint is Coral's root, the thread the story's identifier or address."""

    def threads_of(self, page: Page) -> list[Thread]:
        """The page's story; Coral knows one by the page's address where the page states no identifier."""
        return stated_thread(page, "coral", default=page.url)

    def first(self, thread: Thread, since: datetime | None) -> Request:
        """The request for the count."""
        return Request(address(thread.endpoint, _COUNT, _story(thread)), JSON)

    def parse(self, thread: Thread, response: Response) -> Answer:
        """The count. A thread that has comments is never read completely."""
        script = _SCRIPT in response.url
        if response.status == 404 and not script:
            query = {"ref": "count", **_story(thread)}
            return Answer(rest=(Request(address(thread.endpoint, _SCRIPT, query), JSON),))
        if script:
            response = _without_callback(response)
        count = json_of(response, _Counted).count
        return Answer(
            counts={} if count is None else {"": count},
            begins=True,
            gap=None if count == 0 else f"{response.url}: Coral tells how many comments there are, not what they say",
        )


def _story(thread: Thread) -> dict[str, str | int]:
    kind = "url" if thread.thread_id.startswith(("http://", "https://")) else "id"
    return {kind: thread.thread_id}


def _without_callback(response: Response) -> Response:
    """The answer without the call that JSONP puts around it."""
    ensure_ok(response)
    start, end = response.body.find(b"{"), response.body.rfind(b"}")
    if start < 0:
        raise Unreadable(f"{response.url}: no JSON in the script")
    return replace(response, body=response.body[start : end + 1])
