"""Ghost's Members API, in the shape that its own client and serializer show."""

import re
from typing import Any

import pytest

from pipelines.comments.adapter import Request, Response
from pipelines.comments.ghost import Ghost
from pipelines.comments.parsing import parameters
from tests.comments.driving import answer, key, page, read_back

POST = "65a0c0ffee00000000000001"
LISTED = re.compile(r"https://news\.example/members/api/comments/(?:post/(?P<post>\w+)|(?P<of>\w+)/replies)/\?")


def comment(number: str, *, replies: int = 0, likes: int = 0, **other: Any) -> dict[str, Any]:
    return {
        "id": number,
        "parent_id": None,
        "in_reply_to_id": None,
        "in_reply_to_snippet": None,
        "status": "published",
        "html": f"<p>Comment {number}</p>",
        "created_at": "2024-05-01T12:00:00.000Z",
        "edited_at": None,
        "member": {
            "id": "m1",
            "uuid": "Marker",
            "name": "Ada Marker",
            "expertise": "Marker",
            "avatar_image": "Marker",
        },
        "count": {"replies": replies, "likes": likes},
        "liked": False,
        "replies": [],
    } | other


def server(opening: list[dict[str, Any]], answers: dict[str, list[dict[str, Any]]], asked: list[Request]) -> Any:
    """Answers by pages, with the first three answers beside each opening comment."""

    def send(request: Request) -> Response:
        asked.append(request)
        match = LISTED.match(request.url)
        assert match is not None, request.url
        query = parameters(request.url)
        size, number = int(query["limit"]), int(query["page"])
        listed = answers[match["of"]] if match["of"] else opening
        shown = [one | {"replies": answers.get(one["id"], [])[:3]} for one in listed] if match["post"] else listed
        pages = max(1, -(-len(listed) // size))
        pagination = {"page": number, "limit": size, "pages": pages, "total": len(listed), "next": None, "prev": None}
        return answer(
            request, {"comments": shown[size * (number - 1) : size * number], "meta": {"pagination": pagination}}
        )

    return send


def test_all_opening_comments_and_answers_are_read_and_counts_never_asked() -> None:
    answers = {"c5": [comment(f"r{n}", parent_id="c5") for n in range(120)], "c6": [comment("r-", parent_id="c6")]}
    opening = [comment(f"c{n}", replies=len(answers.get(f"c{n}", []))) for n in range(105)]
    asked: list[Request] = []
    [thread] = Ghost().threads_of(page("https://news.example/", POST))
    read = read_back(Ghost(), thread, server(opening, answers, asked))
    assert len({comment["id"] for comment in read.comments}) == len(read.comments) == 105 + 121
    assert (read.platform_count, read.complete) == (105 + 121, True)
    assert len(asked) == 4
    assert not [request for request in asked if "/counts/" in request.url]


def test_an_answer_to_an_answer_stands_under_it() -> None:
    replies = [comment("r1", parent_id="c1"), comment("r2", parent_id="c1", in_reply_to_id="r1")]
    [thread] = Ghost().threads_of(page("https://news.example/", POST))
    read = read_back(Ghost(), thread, server([comment("c1", replies=2)], {"c1": replies}, []))
    assert [(one["id"], one["parent_id"], one["depth"]) for one in read.comments] == [
        ("c1", None, 0),
        ("r1", "c1", 1),
        ("r2", "r1", 2),
    ]


def test_what_a_moderator_hid_or_the_writer_deleted_is_a_notice() -> None:
    gone = [comment(status, status=status, html=None, member=None) for status in ("hidden", "deleted")]
    [thread] = Ghost().threads_of(page("https://news.example/", POST))
    read = read_back(Ghost(), thread, server([comment("c1", likes=4), *gone], {}, []))
    assert [one["state"] for one in read.comments] == ["visible", "deleted", "deleted"]
    assert [one["text"] for one in read.comments] == ["Comment c1", "", ""]
    assert [one["likes"] for one in read.comments] == [4, 0, 0]
    assert [one["author_key"] for one in read.comments] == [key("ghost\x1fid:m1"), None, None]
    assert read.comments[0]["created_at"] == "2024-05-01T12:00:00+00:00"


@pytest.mark.parametrize(("endpoint", "post"), [(None, POST), ("https://news.example/", None)])
def test_a_page_that_says_too_little_has_no_thread(endpoint: str | None, post: str | None) -> None:
    assert Ghost().threads_of(page(endpoint, post)) == []


def test_a_post_s_identifier_cannot_lead_out_of_its_path() -> None:
    [thread] = Ghost().threads_of(page("https://news.example/", "../../../admin?x#y"))
    assert (
        Ghost()
        .first(thread, None)
        .url.startswith("https://news.example/members/api/comments/post/..%2F..%2F..%2Fadmin%3Fx%23y/?")
    )
