"""Lists that only a script's data holds, on pages in the anatomy of sites drawn in the browser."""

import json
from typing import Any

import pytest

from tests.extract.test_blocks import STORIES, blocks_of, cards, story, target


def state(value: Any) -> str:
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(value)}</script>'


def entries(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": n, "title": STORIES[n][0], "url": target(STORIES[n][1])} for n in numbers]


@pytest.mark.parametrize(
    ("key", "kind"),
    [("relatedArticles", "related"), ("mostRead", "popular"), ("latest_news", "latest"), ("trending", "trending")],
)
def test_reads_a_list_that_only_the_state_holds(key: str, kind: str) -> None:
    page = story(side=state({"props": {"pageProps": {"story": {"title": "x"}, key: {"items": entries(0, 1, 2)}}}}))
    (block,) = blocks_of(page)
    assert (block["kind"], block["heading"]) == (kind, None)
    assert [(i["slot"], i["headline"], i["url"]) for i in block["items"]] == [
        (n + 1, STORIES[n][0], target(STORIES[n][1])) for n in range(3)
    ]
    assert {(item["source"], item["headline_source"]) for item in block["items"]} == {("json", "json")}


def test_reads_wrapped_titles_and_relative_addresses() -> None:
    wrapped = [{"title": {"rendered": e["title"]}, "link": e["url"].partition(".org")[2]} for e in entries(0, 1)]
    (block,) = blocks_of(story(side=state({"related": wrapped})))
    assert [(item["headline"], item["url"]) for item in block["items"]] == [
        (STORIES[n][0], target(STORIES[n][1])) for n in (0, 1)
    ]


def test_a_list_that_the_html_shows_is_read_from_the_html_alone() -> None:
    page = story(f"<section><h2>Related</h2>{cards(0, 1, 2)}</section>", side=state({"related": entries(0, 1, 2, 3)}))
    (block,) = blocks_of(page)
    assert {item["source"] for item in block["items"]} == {"html"}


def test_the_same_list_twice_in_a_state_is_one() -> None:
    assert len(blocks_of(story(side=state({"related": entries(0, 1), "cache": {"related": entries(0, 1)}})))) == 1


@pytest.mark.parametrize(
    "value",
    [
        {"navigation": entries(0, 1, 2)},
        {"related": [{"title": "Sport", "url": "/sport/"}, {"title": "City", "url": "/city/"}]},
        {"related": [{"title": STORIES[0][0]}, {"title": STORIES[1][0]}]},
        {"related": entries(0)},
        {"related": ["a", 1, None, [], {}]},
        {"related": [{"title": {"rendered": None}, "url": 7}, {"title": [], "url": {}}]},
    ],
    ids=["no kind", "sections", "no address", "one", "no objects", "wrong types"],
)
def test_what_is_no_list_of_stories_is_left(value: Any) -> None:
    assert blocks_of(story(side=state(value))) == []


def test_a_broken_or_bottomless_state_is_left() -> None:
    deep = '{"related":' * 5000 + "[]" + "}" * 5000
    for source in ('{"related": [{"title"', deep, ""):
        assert blocks_of(story(side=f'<script type="application/json">{source}</script>')) == []
