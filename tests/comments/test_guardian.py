"""The Guardian's discussion API, in the shape that the newspaper's own client expects."""

from typing import Any

from pipelines.comments.adapter import Request, Response
from pipelines.comments.guardian import Guardian
from pipelines.comments.parsing import parameters
from tests.comments.driving import answer, key, page, read_back

API = "https://discussion.news.example/discussion-api/"


def comment(number: int, **other: Any) -> dict[str, Any]:
    profile = {
        "userId": "42",
        "displayName": "Ada Marker",
        "webUrl": "https://profile.news.example/user/Marker",
        "avatar": "Marker",
        "badge": [],
    }
    return {
        "id": number,
        "body": f"<p>Comment {number}</p>",
        "date": "01 May 2024 1:00pm",
        "isoDateTime": "2024-05-01T12:00:00Z",
        "status": "visible",
        "webUrl": f"https://discussion.news.example/comment-permalink/{number}",
        "numRecommends": 5,
        "isHighlighted": False,
        "userProfile": profile,
    } | other


def server(comments: list[dict[str, Any]], asked: list[Request]) -> Any:
    def send(request: Request) -> Response:
        asked.append(request)
        query = parameters(request.url)
        size, number = int(query["pageSize"]), int(query["page"])
        discussion = {
            "key": "/p/abc12",
            "commentCount": len(comments),
            "topLevelCommentCount": 1,
            "isClosedForComments": True,
            "comments": comments[size * (number - 1) : size * number],
        }
        pages = -(-len(comments) // size)
        return answer(
            request, {"status": "ok", "currentPage": number, "pages": pages, "pageSize": size, "discussion": discussion}
        )

    return send


def test_a_discussion_is_read_flat_by_pages() -> None:
    asked: list[Request] = []
    [thread] = Guardian().threads_of(page(API, "/p/abc12"))
    read = read_back(Guardian(), thread, server([comment(n) for n in range(150)], asked))
    assert [comment["id"] for comment in read.comments] == [str(n) for n in range(150)]
    assert (read.platform_count, read.complete) == (150, True)
    assert all(request.url.startswith(f"{API}discussion/p/abc12?") for request in asked)
    assert [parameters(request.url)["page"] for request in asked] == ["1", "2"]


def test_an_answer_names_what_it_answers_and_a_blocked_one_is_a_notice() -> None:
    answered = {"displayName": "Ada Marker", "commentId": "1", "isoDateTime": "2024-05-01T12:00:00Z"}
    blocked = "This comment was removed by a moderator because it didn't abide by our community standards."
    comments = [
        comment(1),
        comment(2, responseTo=answered, body="<p>@Ada Marker no</p>"),
        comment(3, status="blocked", body=blocked, numRecommends=0),
    ]
    [thread] = Guardian().threads_of(page(API, "/p/abc12"))
    read = read_back(Guardian(), thread, server(comments, []))
    assert [(one["parent_id"], one["text"], one["state"], one["likes"]) for one in read.comments] == [
        (None, "Comment 1", "visible", 5),
        ("1", "[mention] no", "visible", 5),
        (None, "", "deleted", 0),
    ]
    assert {one["author_key"] for one in read.comments} == {key("guardian\x1fid:42")}
    assert read.comments[0]["created_at"] == "2024-05-01T12:00:00+00:00"


def test_an_error_of_the_api_is_a_gap() -> None:
    error = {"status": "error", "statusCode": 404, "message": "Not found", "errorCode": "DISCUSSION_NOT_FOUND"}
    [thread] = Guardian().threads_of(page(API, "/p/abc12"))
    read = read_back(Guardian(), thread, lambda request: answer(request, error))
    assert (read.comments, read.platform_count, read.complete) == ([], None, False)
