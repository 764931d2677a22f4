"""Remark42's `/api/v1/find`, in the shape of its API reference."""

from datetime import UTC, datetime
from typing import Any

from pipelines.comments.adapter import Request, Response
from pipelines.comments.parsing import parameters
from pipelines.comments.remark42 import Remark42
from tests.comments.driving import answer, key, page, read_back

STORY = "https://news.example/story-1/"


def comment(number: str, **other: Any) -> dict[str, Any]:
    return {
        "id": number,
        "pid": "",
        "text": f"<p>Comment {number}</p>\n",
        "orig": f"Comment {number}",
        "user": {
            "name": "Ada Marker",
            "id": "github_9",
            "picture": "/Marker.png",
            "ip": "Marker",
        },
        "locator": {"site": "news-site", "url": STORY},
        "score": 3,
        "vote": 0,
        "time": "2024-05-01T15:00:00.123456789+03:00",
    } | other


THREAD = [
    comment("a"),
    comment("b", pid="a", user={"name": "Guest", "id": "", "picture": ""}),
    comment("c", text="", delete=True, user={"name": "deleted", "id": "deleted", "picture": ""}),
]


def send(request: Request) -> Response:
    query = parameters(request.url)
    assert request.url.startswith("https://remark.example/api/v1/find?")
    assert (query["site"], query["url"], query["format"]) == ("news-site", STORY, "plain")
    return answer(request, {"comments": THREAD, "info": {"url": STORY, "count": 2, "read_only": False}})


def test_the_whole_thread_comes_with_one_request() -> None:
    [thread] = Remark42().threads_of(page("https://remark.example/?site=news-site", STORY))
    read = read_back(Remark42(), thread, send)
    assert [(one["id"], one["parent_id"], one["text"], one["state"]) for one in read.comments] == [
        ("a", None, "Comment a", "visible"),
        ("b", "a", "Comment b", "visible"),
        ("c", None, "", "deleted"),
    ]
    assert [one["author_key"] for one in read.comments] == [
        key("remark42\x1fid:github_9"),
        key("remark42\x1fname:Guest"),
        None,
    ]
    assert read.comments[0]["created_at"] == "2024-05-01T15:00:00+03:00"
    assert (read.comments[0]["likes"], read.comments[0]["dislikes"]) == (None, None)  # a balance is neither
    assert (read.platform_count, read.complete) == (2, True)


def test_only_newer_comments_can_be_asked_for() -> None:
    [thread] = Remark42().threads_of(page("https://remark.example/?site=news-site", STORY))
    since = datetime(2024, 5, 1, tzinfo=UTC)
    assert parameters(Remark42().first(thread, since).url)["since"] == "1714521600000"
    read = read_back(Remark42(), thread, send, since=since)
    assert (read.platform_count, read.complete) == (None, False)
