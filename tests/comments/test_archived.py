"""What a reading fetched goes into a WARC segment and is read again out of it, alone and years later."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from pipelines.comments.adapter import Adapter, Request, Response, Thread
from pipelines.comments.isso import Isso
from pipelines.comments.reading import read, reading
from pipelines.comments.wordpress import WordPress
from pipelines.crawl.archive import Exchange, read_segment
from pipelines.crawl.segment import Fetched, SegmentWriter
from tests.comments.driving import Send, answer, key, page, read_back
from tests.comments.test_wordpress import comment, server

STORY = "https://news.example/story-1/"


def isso(request: Request) -> Response:
    said = {"id": 1, "parent": None, "text": "<p>a</p>", "author": "Ada Marker", "created": 1.7e9, "mode": 1}
    return answer(request, {"id": None, "total_replies": 1, "hidden_replies": 0, "replies": [said]})


def archive(folder: Path, adapter: Adapter, thread: Thread, send: Send) -> list[Path]:
    """Drive a reading as the crawler does: nothing is parsed that is not in the archive."""
    with SegmentWriter(folder, date(2024, 5, 6), {}) as writer:
        steps = read(adapter, thread)
        request = next(steps, None)
        while request is not None:
            response = send(request)
            assert response is not None
            headers = [(name.encode(), value.encode()) for name, value in response.headers.items()]
            fetched = Fetched(response.url, response.captured_at, response.status, headers, response.body, [])
            writer.write(fetched, via=thread.url, site=thread.site, purpose="comments")
            try:
                request = steps.send(response)
            except StopIteration:
                request = None
    return writer.finished


def response_of(exchange: Exchange) -> Response:
    headers = {name.lower(): value for name, value in exchange.headers}
    return Response(exchange.url, exchange.status, headers, exchange.body, exchange.captured_at)


@pytest.mark.parametrize(
    ("adapter", "endpoint", "thread_id", "send"),
    [
        (WordPress(), "https://news.example/wp-json/", "7", server([comment(n) for n in range(1, 131)])),
        (Isso(), "https://isso.example/", "/ş?a=b c", isso),
    ],
)
def test_the_archive_alone_gives_the_reading_again(
    tmp_path: Path, adapter: Adapter, endpoint: str, thread_id: str, send: Send
) -> None:
    [thread] = adapter.threads_of(page(endpoint, thread_id, STORY))
    at_once = read_back(adapter, thread, send)
    [segment] = archive(tmp_path, adapter, thread, send)
    held = [each for each in read_segment(segment) if isinstance(each, Exchange) and each.purpose == "comments"]
    assert {(each.via, each.site) for each in held} == {(STORY, "news")}
    again = reading(adapter, Thread(**asdict(thread)), map(response_of, held), key)
    assert again == at_once
    assert (again.complete, len(again.comments) > 0) == (True, True)
