"""Headline variants by hand."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from pipelines import analysis
from pipelines.lake.parts import check, frame
from pipelines.lake.schema import (
    ARTICLES,
    CAPTURES,
    HEADLINE_VARIANTS,
    HEADLINES,
    ITEMS,
)
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY

MORNING = datetime(2026, 3, 2, 7, 0)  # noqa: DTZ001 - the lake's times are naive UTC


def headlines(*names: str, **columns: Any) -> pl.LazyFrame:
    """Labels of headlines whose words are `words of <name>`."""
    return frame(
        HEADLINES,
        [
            {
                "headline_id": name,
                "archive_day": MONDAY,
                "site": "sabah",
                "headline": f"words of {name}",
                "model_version": "test",
                **columns,
            }
            for name in names
        ],
    ).lazy()


def lake(
    captures: dict[str, timedelta], articles: list[dict[str, Any]], items: list[dict[str, Any]]
) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """Captures by name and how long after morning they were made, with stories and teasers on them."""
    page = {"site": "sabah", "url": "https://sabah.example/"}
    response = {"day": MONDAY, "status": 200, "body_bytes": 1, "body_hash": "0", "source": "crawl", "segment": "s"}
    teaser = {"block_id": "b", "slot": 1, "external": False, "sponsored": False}
    return (
        frame(
            CAPTURES,
            [
                {**page, **response, "capture_id": name, "captured_at": MORNING + after, "offset": 0}
                for name, after in captures.items()
            ],
        ).lazy(),
        frame(ARTICLES, [{**page, **row} for row in articles]).lazy(),
        frame(ITEMS, [{**page, **teaser, "item_id": f"{n}", **row} for n, row in enumerate(items)]).lazy(),
    )


HOUR = timedelta(hours=1)


def test_variants_by_hand() -> None:
    tables = lake(
        {"one": 0 * HOUR, "two": 1 * HOUR, "three": 2 * HOUR},
        [{"capture_id": "two", "article_id": "t", "headline_id": "sober"}],
        [
            {"capture_id": "one", "target_id": "t", "headline_id": "sober", "display_id": "shrill"},
            {"capture_id": "one", "target_id": "t", "headline_id": "sober", "display_id": "shrill", "slot": 7},
            {"capture_id": "three", "target_id": "t", "headline_id": "sober", "display_id": "shrill"},
            {"capture_id": "three", "target_id": "u", "headline_id": "other"},
            {"capture_id": "three", "target_id": "v"},
        ],
    )
    known = headlines("sober", "shrill", "other", clickbait=0.25)
    found = analysis.headline_variants(*tables, known)
    check(HEADLINE_VARIANTS, found)
    assert found.drop("site", "headline").rows() == [
        ("t", "display", "shrill", 2, MORNING, MORNING + 2 * HOUR, 0.25, 2),
        ("t", "headline", "sober", 2, MORNING, MORNING + 2 * HOUR, 0.25, 2),
        ("t", "title", "sober", 1, MORNING + HOUR, MORNING + HOUR, 0.25, 2),
        ("u", "headline", "other", 1, MORNING + 2 * HOUR, MORNING + 2 * HOUR, 0.25, 1),
    ]
    assert found["headline"].to_list() == ["words of shrill", "words of sober", "words of sober", "words of other"]
    captures, articles, items = map(in_duckdb, tables)
    assert_frame_equal(analysis.headline_variants(captures, articles, items, in_duckdb(known)), found)


def test_variants_are_those_of_one_site() -> None:
    tables = lake(
        {"one": 0 * HOUR},
        [{"capture_id": "one", "article_id": "t", "headline_id": "ours"}],
        [{"capture_id": "one", "target_id": "t", "headline_id": "theirs", "site": "evening"}],
    )
    found = analysis.headline_variants(*tables, headlines("ours", "theirs"))
    assert found.select("site", "form", "variants").rows() == [("evening", "headline", 1), ("sabah", "title", 1)]


def test_variants_of_nothing() -> None:
    tables = (CAPTURES, ARTICLES, ITEMS, HEADLINES)
    found = analysis.headline_variants(*(pl.LazyFrame(schema=table.schema) for table in tables))
    check(HEADLINE_VARIANTS, found)
    assert found.is_empty()
