"""Comments in a page's data; every page here is made up for these tests.

That threads come back whole from JSON-LD and from states is tested beside the markup, in `test_comment_section`.
"""

import json
import time
from typing import Any

import pytest

from pipelines.extract.comment_data import comments_of_data
from pipelines.extract.document import parse
from pipelines.extract.page import Page
from pipelines.extract.record import Comment

URL = "https://paper.example/news/bridge-reopens-4711"
SAID = {"id": "c-1", "author": "Jo", "text": "Good bridge.", "date": 1741514400}


def read(*sources: str, language: str = "en") -> list[Comment]:
    html = "".join(f"<script>{source}</script>" for source in sources)
    return comments_of_data(Page(parse(html.encode()), URL), language, "own", lambda identity: identity)


def in_script(value: Any, language: str = "en") -> list[Comment]:
    return read(f"var page = {json.dumps(value)};", language=language)


def test_what_an_object_says_is_read_under_the_names_that_systems_use() -> None:
    said = {
        "comment_id": 12,
        "parent": {"id": 11},
        "user": {"id": 7, "username": "Jo"},
        "content": "Good &amp; <b>cheap</b><br>bridge",
        "created": 1741514400000,
        "likes_count": 3,
        "dislikes": 0,
    }
    first = {"comment_id": 11, "comment_text": "gone", "timestamp": "2025-03-09T09:00:00Z", "is_deleted": True}
    deleted, comment = in_script({"comments": [first, said]})
    assert (deleted["id"], deleted["state"], deleted["author_key"]) == ("11", "deleted", None)
    assert comment == {
        "id": "12",
        "parent_id": "11",
        "author_key": "own\x1fid:7",
        "author_key_from": "id",
        "text": "Good & cheap bridge",
        "created_at": "2025-03-09T10:00:00+00:00",
        "created_at_from": "stated",
        "likes": 3,
        "dislikes": 0,
        "depth": 1,
        "state": "visible",
    }


@pytest.mark.parametrize(
    ("key", "language"),
    [
        *(("comments", language) for language in ("en", "tr")),
        *((key, "de") for key in ("articleComments", "commentList", "comment", "kommentare")),
        ("yorumlar", "tr"),
        ("comentarios", "es"),
    ],
)
def test_the_list_is_known_by_its_name(key: str, language: str) -> None:
    assert [c["id"] for c in in_script({"story": {key: [SAID]}}, language)] == ["c-1"]


@pytest.mark.parametrize(
    "value",
    [
        {"recentComments": [SAID]},
        {"comments": {"title": "Comments", "text": "Say what you think", "date": "Newest first"}},
        {"comments": {"enabled": True}, "commentCount": 5},
        {"comments": [1, 2, "three"]},
        {"teasers": [{"comments": [SAID | {"id": str(n)}]} for n in range(4)]},
        {"commentary": [SAID]},
    ],
)
def test_other_data_holds_no_comments(value: Any) -> None:
    assert in_script(value) == []


def test_the_same_list_in_two_states_is_one() -> None:
    assert len(read(f"a = {json.dumps({'comments': [SAID]})}", f"b = {json.dumps({'comments': [SAID]})}")) == 1


def test_readers_who_say_the_same_are_all_read() -> None:
    alike = [{"text": "+1", "author": name, "date": 1741514400} for name in ("Jo", "Al")]
    assert len(in_script({"comments": alike})) == 2


def test_answers_under_the_same_name_are_no_lists_of_their_own() -> None:
    thread = [SAID | {"id": str(n), "comments": [SAID | {"id": f"{n}-1"}]} for n in range(5)]
    source = f"self.push([1,{json.dumps(json.dumps({'comments': thread}))}])"
    comments = read(source, source)
    assert [(c["id"], c["depth"]) for c in comments[:3]] == [("0", 0), ("0-1", 1), ("1", 0)]
    assert len(comments) == 10


def test_comments_of_the_graph_are_read_beside_the_story() -> None:
    graph = [
        {"@type": "NewsArticle"},
        {"@type": "Comment", "@id": "#comment-2", "text": "Yes.", "parentItem": {"@id": "#comment-1"}},
        {"@type": ["Comment"], "@id": "#comment-1", "text": "Is it open?", "author": {"name": "Jo"}},
    ]
    html = f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>'
    comments = comments_of_data(Page(parse(html.encode()), URL), "en", "own", None)
    assert [(c["id"], c["depth"]) for c in comments] == [("1", 0), ("2", 1)]


@pytest.mark.parametrize(
    "source",
    ['{"comments": [', 'x = {"comments": [{]}', '"comments\\":{', r"\"comments\":[{", '{"comments": ' + "[" * 9999],
)
def test_broken_data_is_passed_over(source: str) -> None:
    assert [c["id"] for c in read(source, f"a = {json.dumps({'comments': [SAID]})}")] == ["c-1"]


@pytest.mark.parametrize("unit", ['"comments":[', r"\"comments\":{", '"comments":{"x":1},', "comments"])
def test_a_flood_is_passed_over_in_time(unit: str) -> None:
    started = time.process_time()
    assert read(unit * 20_000) == []
    assert time.process_time() - started < 2
