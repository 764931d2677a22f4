"""Whatever a server answers, an adapter reads it or says why not."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.comments.adapter import Adapter, Request, Thread
from pipelines.comments.own import Own
from pipelines.comments.platforms import adapter_of
from pipelines.comments.reading import reading
from pipelines.comments.rules import OwnThreads
from tests.comments.driving import answer, key

PLATFORMS = ["coral", "disqus", "ghost", "guardian", "isso", "remark42", "wordpress"]
THREAD = Thread("news", "https://news.example/story-1/", "any", "https://any.example/?site=a", "7")
IN_JSON = {"format": "json", "comment": "comments[]", "id": "id", "text": "text", "time": "time", "next": "next"}
OWN = {"story": ".*", "thread": "https://any.example/"}
# The words that mean something to one adapter or another, so that arbitrary JSON comes near to what they expect.
WORDS = st.sampled_from(
    (
        *(
            "id",
            "comments",
            "replies",
            "response",
            "cursor",
            "info",
            "discussion",
            "count",
            "text",
            "author",
            "content",
        ),
        *(
            "meta",
            "pagination",
            "page",
            "pages",
            "total",
            "hidden_replies",
            "parent",
            "time",
            "created",
            "mode",
            "next",
        ),
    )
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=25,
)


KNOWN = {name: adapter_of(name, disqus_key="k") for name in PLATFORMS}
ADAPTERS: dict[str, Adapter] = {name: adapter for name, adapter in KNOWN.items() if adapter is not None} | {
    "own html": Own(OwnThreads.model_validate(OWN | {"comment": "p", "next": "a::attr(href)"}), "tr", "UTC"),
    "own json": Own(OwnThreads.model_validate(OWN | IN_JSON), "tr", "UTC"),
    "schema.org": Own(OwnThreads.model_validate(OWN), "tr", "UTC"),
}


def test_every_platform_has_an_adapter() -> None:
    assert len(ADAPTERS) == len(PLATFORMS) + 3


@settings(max_examples=100)
@given(
    platform=st.sampled_from(sorted(ADAPTERS)), data=ANY_JSON, status=st.sampled_from([200, 204, 301, 304, 401, 500])
)
def test_any_json_is_read_or_told_as_a_gap(platform: str, data: Any, status: int) -> None:
    request = Request("https://any.example/members/api/comments/post/7/?page=1")
    text = json.dumps(data)
    content = f'<script type="application/ld+json">{text}</script>' if platform == "schema.org" else text
    read = reading(ADAPTERS[platform], THREAD, [answer(request, content, status)], key)
    assert read.complete == (not read.gaps)
    assert read.complete or read.gaps[0].startswith("https://")


@given(platform=st.sampled_from(sorted(ADAPTERS)), text=st.text(max_size=200))
def test_so_is_any_text(platform: str, text: str) -> None:
    read = reading(ADAPTERS[platform], THREAD, [answer(Request("https://any.example/"), text)], key)
    assert read.complete == (not read.gaps)
