"""The demo's sites, read page by page and held against the plan that their pages were rendered from."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines import newsroom
from pipelines.extract import extract_page
from pipelines.lake.ids import canonical_url

Read = dict[str, tuple[newsroom.Article | None, Any]]


@pytest.fixture(scope="module")
def read() -> Read:
    """Every HTML page of the demo by address: the planned article, None for fronts and sections, and its record."""
    room = newsroom.build()
    planned = {article.url: article for article in room.articles}

    def pages() -> Iterator[tuple[str, tuple[newsroom.Article | None, Any]]]:
        for site in room.sites:
            for path, response in site.pages.items():
                content_type = dict(response.headers).get("Content-Type", "")
                if response.status == 200 and "html" in content_type and "yorumlari" not in path:
                    url = site.url.rstrip("/") + path
                    yield url, (planned.get(url), extract_page(response.body, url, content_type=content_type))

    return dict(pages())


def test_stories_are_told_from_fronts_and_sections(read: Read) -> None:
    wrong = [url for url, (article, record) in read.items() if (article is None) != (record["article"] is None)]
    assert wrong == []


def test_titles_are_those_that_were_planted(read: Read) -> None:
    for article, record in read.values():
        if article:
            assert record["article"]["title"] == article.story.headline


def test_the_lists_beside_a_story_are_those_that_were_planted(read: Read) -> None:
    found: Counter[bool] = Counter()
    for article, record in read.values():
        blocks = {
            (block["kind"], *(canonical_url(item["url"]) for item in block["items"])) for block in record["blocks"]
        }
        for block in article.blocks if article else ():
            found[(block.kind, *(canonical_url(item.url) for item in block.items)) in blocks] += 1
    # A list that begins with the story on which the one before it ends is one list too many for us, once in a while.
    assert found[True] / found.total() >= 0.99
