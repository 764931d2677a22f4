"""Sends the requests of a reading: to real servers, or to functions that answer as a platform would."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from pipelines.comments.adapter import Adapter, Page, Request, Response, Thread
from pipelines.comments.pseudonym import author_key
from pipelines.comments.reading import Reading, read, reading

CAPTURED = datetime(2024, 5, 6, 12, tzinfo=UTC)
Send = Callable[[Request], Response | None]


def page(endpoint: str | None, thread_id: str | None, url: str = "https://news.example/story-1/") -> Page:
    """A captured page of the site `news` whose comment section names a thread."""
    return Page(url, "news", {"endpoint": endpoint, "thread_id": thread_id})


def key(identity: str) -> str:
    """The site's key for an identity, with a secret for tests."""
    return author_key(b"a secret for tests", "news", identity)


def over_http(request: Request) -> Response:
    """Ask a server on this machine."""
    assert httpx.URL(request.url).host == "127.0.0.1"
    answer = httpx.get(request.url, headers=dict(request.headers), timeout=20)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(request.url, answer.status_code, headers, answer.content, datetime.now(UTC))


def answer(request: Request, content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A server's JSON, or text, to one request."""
    body = content if isinstance(content, str) else json.dumps(content)
    return Response(request.url, status, headers or {}, body.encode(), CAPTURED)


def collect(adapter: Adapter, thread: Thread, send: Send, since: datetime | None = None) -> list[Response]:
    """All responses of one reading."""
    responses = []
    steps = read(adapter, thread, since)
    request = next(steps, None)
    while request is not None:
        response = send(request)
        if response is not None:
            responses.append(response)
        try:
            request = steps.send(response)
        except StopIteration:
            break
    return responses


def read_back(adapter: Adapter, thread: Thread, send: Send, since: datetime | None = None) -> Reading:
    """Ask, then read what came as if it came out of the archive.

    Every author's field in these tests holds the word "Marker": no reading may.
    """
    got = reading(adapter, thread, collect(adapter, thread, send, since), key)
    assert "Marker" not in repr(got)
    return got
