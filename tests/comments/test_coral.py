"""Coral's counts, in the shape that its own handlers give."""

import json

from pipelines.comments.adapter import Request, Response
from pipelines.comments.coral import Coral
from pipelines.comments.parsing import parameters
from tests.comments.driving import answer, page, read_back

ROOT = "https://coral.news.example/"


def test_a_story_s_count_is_read_and_its_comments_are_known_to_be_missing() -> None:
    [thread] = Coral().threads_of(page(ROOT, "story-1"))
    asked = []
    read = read_back(Coral(), thread, lambda request: asked.append(request.url) or answer(request, {"count": 12}))
    assert asked == ["https://coral.news.example/api/story/count?id=story-1"]
    assert (read.comments, read.platform_count, read.complete) == ([], 12, False)


def test_a_story_without_comments_is_read_completely() -> None:
    [thread] = Coral().threads_of(page(ROOT, "story-1"))
    read = read_back(Coral(), thread, lambda request: answer(request, {"count": 0}))
    assert (read.platform_count, read.complete) == (0, True)


def test_a_story_that_coral_does_not_know_has_no_count() -> None:
    [thread] = Coral().threads_of(page(ROOT, None))
    read = read_back(Coral(), thread, lambda request: answer(request, {"count": None}))
    assert (read.platform_count, read.complete) == (None, False)


def test_an_older_server_is_asked_by_its_script() -> None:
    def send(request: Request) -> Response:
        if "/api/story/count.js" not in request.url:
            return answer(request, "Not Found", 404)
        query = parameters(request.url)
        assert (query["url"], query["ref"]) == ("https://news.example/story-1/", "count")
        counted = json.dumps({"ref": "count", "html": '<span class="coral-count-number">7</span>', "count": 7})
        return answer(request, f'/**/ typeof CoralCount === "object" && CoralCount.setCount({counted});')

    [thread] = Coral().threads_of(page(ROOT, None))
    assert read_back(Coral(), thread, send).platform_count == 7


def test_a_server_without_either_is_a_gap() -> None:
    [thread] = Coral().threads_of(page(ROOT, "story-1"))
    read = read_back(Coral(), thread, lambda request: answer(request, "Not Found", 404))
    assert (read.platform_count, read.complete) == (None, False)
    assert "HTTP status 404" in read.gaps[0]
