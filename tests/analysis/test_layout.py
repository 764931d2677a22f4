"""A part that most story pages of a site had and now have no longer is named; what merely varies is not."""

from typing import Any

import polars as pl

from pipelines.analysis.layout import LEAST_PAGES, lost_parts, page_parts
from pipelines.lake import schema
from pipelines.lake.parts import frame

RELATED = ("related", "Related posts", "below")
Lists = tuple[tuple[str, str | None, str | None], ...]


def site_pages(
    site: str,
    stories: int = LEAST_PAGES,
    lists: Lists = (RELATED,),
    purpose: str | None = "story",
    outcome: str = "article",
    title: str | None = "T",
    shown_on: int | None = None,
) -> pl.DataFrame:
    """Parts of so many like pages, the lists standing on the first `shown_on` of them (default: all)."""
    ids = [f"{site}/{n}" for n in range(stories)]
    with_lists = ids[:shown_on]
    blocks: list[dict[str, Any]] = [
        {"block_id": f"{i}/{n}", "capture_id": i, "site": site, "kind": kind, "heading": heading, "placement": place}
        for i in with_lists
        for n, (kind, heading, place) in enumerate(lists)
    ]
    captures = [{"capture_id": i, "purpose": purpose} for i in ids]
    pages = [{"capture_id": i, "site": site, "url": f"https://{i}", "outcome": outcome} for i in ids]
    articles = [{"capture_id": i, "title": title} for i in ids if outcome == "article"]
    sections = [{"capture_id": i, "present": True} for i in ids if outcome == "article"]
    return page_parts(
        frame(schema.CAPTURES, captures).lazy(),
        frame(schema.PAGES, pages).lazy(),
        frame(schema.ARTICLES, articles).lazy(),
        frame(schema.BLOCKS, blocks).lazy(),
        frame(schema.COMMENT_SECTIONS, sections).lazy(),
    )


def lost(earlier: list[pl.DataFrame], now: pl.DataFrame) -> list[tuple[str, str]]:
    return list(lost_parts(earlier, [now]).select("site", "part").iter_rows())


def test_counts_are_of_the_sites_story_pages() -> None:
    parts = site_pages("a.example", shown_on=4)
    assert dict(parts.select("part", "having").iter_rows()) == {
        "story": 10,
        "title": 10,
        "comment section": 10,
        "related list below": 4,
        "related list below under “Related posts”": 4,
    }
    assert set(parts["pages"]) == {10}
    assert set(parts["example"]) == {"https://a.example/0"}


def test_a_list_that_vanished_is_named_with_kind_place_and_heading() -> None:
    now = site_pages("a.example", lists=())
    assert lost([site_pages("a.example")], now) == [
        ("a.example", "related list below"),
        ("a.example", "related list below under “Related posts”"),
    ]


def test_a_new_heading_over_the_same_list_is_told_as_that() -> None:
    before, now = site_pages("a.example"), site_pages("a.example", lists=(("related", "More like this", "below"),))
    assert lost([before], now) == [("a.example", "related list below under “Related posts”")]
    assert lost([now], before) == [("a.example", "related list below under “More like this”")]


def test_a_field_that_is_no_longer_found_is_named() -> None:
    assert lost([site_pages("a.example")], site_pages("a.example", title=None)) == [("a.example", "title")]


def test_pages_that_are_no_stories_any_more_are_told_first() -> None:
    found = lost([site_pages("a.example")], site_pages("a.example", outcome="empty", lists=()))
    assert found[0] == ("a.example", "story")


def test_what_is_left_on_more_than_a_quarter_of_its_usual_pages_is_not_lost() -> None:
    before = site_pages("a.example")
    assert lost([before], site_pages("a.example", shown_on=3)) == []
    assert len(lost([before], site_pages("a.example", shown_on=2))) == 2


def test_what_was_never_usual_cannot_be_lost() -> None:
    assert lost([site_pages("a.example", shown_on=4)], site_pages("a.example", lists=())) == []


def test_few_pages_and_pages_that_are_no_stories_do_not_count() -> None:
    before, few = site_pages("a.example"), site_pages("a.example", stories=LEAST_PAGES - 1, lists=())
    assert lost([before], few) == []
    assert lost([few], before) == []
    assert site_pages("a.example", purpose="section").is_empty()


def test_earlier_days_are_pooled_and_sites_kept_apart() -> None:
    half = [site_pages("a.example", stories=5), site_pages("a.example", stories=5), site_pages("b.example")]
    now = pl.concat([site_pages("a.example", lists=()), site_pages("b.example")])
    assert {site for site, _ in lost(half, now)} == {"a.example"}
