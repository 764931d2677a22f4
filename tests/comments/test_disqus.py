"""Disqus's `threads/listPosts`, in the shape of its API documentation."""

from typing import Any

import pytest

from pipelines.comments.adapter import Request, Response
from pipelines.comments.disqus import Disqus
from pipelines.comments.parsing import parameters
from pipelines.comments.reading import reading
from tests.comments.driving import answer, collect, key, page, read_back

FORUM = "https://newspaper.disqus.com/"


def post(number: int, **other: Any) -> dict[str, Any]:
    author = {
        "id": "77",
        "username": "adaMarker",
        "name": "Ada Marker",
        "isAnonymous": False,
        "avatar": {"url": "Marker"},
    }
    return {
        "id": str(number),
        "parent": None,
        "message": f"<p>Post {number}</p>",
        "raw_message": f"Post {number}",
        "author": author,
        "createdAt": "2024-05-01T12:00:00",
        "likes": 2,
        "dislikes": 1,
        "isApproved": True,
        "isDeleted": False,
        "isSpam": False,
        "thread": {"id": "1", "posts": 230},
    } | other


def server(posts: list[dict[str, Any]], asked: list[Request]) -> Any:
    def send(request: Request) -> Response:
        asked.append(request)
        start = int(parameters(request.url).get("cursor", "0:0:0").partition(":")[0])
        more = start + 100 < len(posts)
        cursor = {"prev": None, "hasNext": more, "next": f"{start + 100}:0:0", "total": None, "more": more}
        return answer(request, {"cursor": cursor, "code": 0, "response": posts[start : start + 100]})

    return send


def test_pages_follow_the_cursor_to_the_end() -> None:
    asked: list[Request] = []
    [thread] = Disqus("public-key").threads_of(page(FORUM, "story-1"))
    read = read_back(Disqus("public-key"), thread, server([post(n) for n in range(230)], asked))
    assert len(read.comments) == 230
    assert (read.platform_count, read.complete) == (230, True)
    assert [parameters(request.url).get("cursor") for request in asked] == [None, "100:0:0", "200:0:0"]
    query = parameters(asked[2].url)
    assert (query["api_key"], query["forum"], query["thread:ident"]) == ("public-key", "newspaper", "story-1")


@pytest.mark.parametrize("thread_id", [None, "https://news.example/story-1/"])
def test_a_thread_without_an_identifier_is_known_by_the_page(thread_id: str | None) -> None:
    [thread] = Disqus("k").threads_of(page(FORUM, thread_id))
    first = Disqus("k").first(thread, None)
    assert first is not None
    assert parameters(first.url)["thread:link"] == "https://news.example/story-1/"


def test_posts_keep_parents_votes_states_and_times() -> None:
    posts = [
        post(1),
        post(2, parent=1, author={"name": "Guest Marker", "isAnonymous": True}, thread="1"),
        post(3, message="", isDeleted=True, author={"name": "", "isAnonymous": True}),
        post(4, isApproved=False),
    ]
    [thread] = Disqus("k").threads_of(page(FORUM, "story-1"))
    comments = read_back(Disqus("k"), thread, server(posts, [])).comments
    assert [comment["parent_id"] for comment in comments] == [None, "1", None, None]
    assert [comment["state"] for comment in comments] == ["visible", "visible", "deleted", "held"]
    assert [comment["author_key"] for comment in comments] == [
        key("disqus\x1fid:77"),
        key("disqus\x1fname:Guest Marker"),
        None,
        key("disqus\x1fid:77"),
    ] or [comment["id"] for comment in comments] == ["1", "2", "3", "4"]
    assert (comments[0]["likes"], comments[0]["dislikes"]) == (2, 1)
    assert comments[0]["created_at"] == "2024-05-01T12:00:00+00:00"


def test_without_a_key_nothing_is_asked_and_the_archive_is_still_read() -> None:
    [thread] = Disqus(None).threads_of(page(FORUM, "story-1"))
    assert Disqus(None).first(thread, None) is None
    archived = collect(Disqus("an older key"), thread, server([post(n) for n in range(130)], []))
    read = reading(Disqus(None), thread, archived, key)
    assert (len(read.comments), read.complete) == (130, True)


def test_a_refused_key_is_a_gap() -> None:
    [thread] = Disqus("k").threads_of(page(FORUM, "story-1"))
    read = read_back(Disqus("k"), thread, lambda asked: answer(asked, {"code": 5, "response": "Invalid API key"}, 401))
    assert (read.comments, read.platform_count, read.complete) == ([], None, False)
