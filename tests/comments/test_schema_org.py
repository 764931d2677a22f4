"""schema.org data on a page of comments: JSON-LD and microdata, written here by the vocabulary's own examples."""

import json
from datetime import datetime
from typing import Literal

import pytest

from pipelines.comments.own import Own, read_time
from pipelines.comments.rules import OwnThreads
from pipelines.comments.schema_org import drafts
from tests.comments.driving import CAPTURED, answer, key, page, read_back

NESTED = {
    "@context": "https://schema.org",
    "@type": "DiscussionForumPosting",
    "comment": [
        {
            "@type": "Comment",
            "@id": "https://news.example/c/1",
            "text": "First &amp; <b>foremost</b>",
            "author": {"@type": "Person", "name": "Ada Marker", "url": "https://news.example/u/7"},
            "dateCreated": "2024-05-01T15:00:00+03:00",
            "upvoteCount": 3,
            "comment": {
                "@type": "Comment",
                "@id": "https://news.example/c/2",
                "text": "@Ada Marker no",
                "author": [{"@type": "Person", "name": "Grace Marker"}],
                "datePublished": "2024-05-01",
            },
        }
    ],
}
MICRODATA = """
<div itemscope itemtype="https://schema.org/Comment" itemid="c1"><meta itemprop="upvoteCount" content="3">
  <div itemprop="comment" itemscope itemtype="https://schema.org/Comment" itemid="c2">
    <span itemprop="author" itemscope itemtype="https://schema.org/Person"><b itemprop="name">Grace Marker</b></span>
    <p itemprop="text">Second</p><time itemprop="dateCreated" datetime="2024-05-01T13:00:00+03:00">1 May</time>
  </div>
  <span itemprop="creator">Ada Marker</span><p itemprop="text">First</p>
</div>
"""


def when(text: str) -> tuple[datetime, Literal["stated", "relative"]] | None:
    return read_time(text, "en", "Europe/Istanbul", CAPTURED)


def page_of(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_nested_json_ld_is_a_thread() -> None:
    rules = OwnThreads(story="(.+)/story-1/", thread=r"\1/comments")
    adapter = Own(rules, "en", "Europe/Istanbul")
    [thread] = adapter.threads_of(page(None, None))
    read = read_back(adapter, thread, lambda request: answer(request, page_of(NESTED)))
    one, two = read.comments
    assert (one["text"], one["likes"], one["created_at"]) == ("First & foremost", 3, "2024-05-01T15:00:00+03:00")
    assert (one["author_key"], one["author_key_from"]) == (key("own\x1fid:https://news.example/u/7"), "id")
    assert (two["parent_id"], two["depth"], two["text"]) == (one["id"], 1, "[mention] no")
    assert (two["author_key_from"], two["created_at"]) == ("name", "2024-05-01T00:00:00+03:00")
    assert read.complete


def test_microdata_keeps_each_property_with_its_own_comment() -> None:
    found = drafts(MICRODATA, when)
    assert [(one.id, one.parent_id, one.text, one.author_name, one.likes) for one in found] == [
        ("c1", None, "First", "Ada Marker", 3),
        ("c2", "c1", "Second", "Grace Marker", None),
    ]
    assert [one.created_at is None for one in found] == [True, False]


ANSWER = {"comment": {"@type": "Answer", "text": "a"}}


@pytest.mark.parametrize("data", [{"comment": 5}, {"@graph": [None, [], ANSWER]}])
def test_what_is_no_comment_is_none(data: object) -> None:
    assert drafts(page_of(data), when) == []


def test_a_broken_script_does_not_hide_another() -> None:
    broken = '<script type="application/ld+json">{,</script>'
    assert len(drafts(broken + page_of(NESTED), when)) == 2


def test_data_nested_beyond_reason_ends() -> None:
    data: dict[str, object] = {"@type": "Comment", "text": "innermost"}
    for _ in range(300):
        data = {"@type": "Comment", "text": "outer", "comment": data}
    assert 0 < len(drafts(page_of(data), when)) <= 300
    item = '<div itemscope itemtype="https://schema.org/Comment" itemprop="comment"><p itemprop="text">a</p>'
    drafts(item * 1000, when)
