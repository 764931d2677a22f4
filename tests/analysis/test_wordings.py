"""Headline pairs and headline variants, by hand and as laws."""

import math
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from pipelines import analysis
from pipelines.lake.parts import check, frame
from pipelines.lake.schema import (
    ARTICLES,
    CAPTURES,
    EXPOSURES,
    HEADLINE_PAIRS,
    HEADLINE_VARIANTS,
    HEADLINES,
    ITEMS,
)
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY, TUESDAY, arbitrary_exposures, exposure, exposures_of

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


def blocks(**lists: str) -> pl.LazyFrame:
    """Blocks by name, each with one target a letter, each on a page of its own."""
    return exposures_of(
        exposure(f"host of {name}", target, content_hash=name, slot=slot)
        for name, targets in lists.items()
        for slot, target in enumerate(targets, 1)
    )


NONE = headlines()


def test_pairs_by_hand() -> None:
    found = analysis.headline_pairs(blocks(p="tuv", q="ut", r="tw", s="uv", z="xy"), headlines("headline of t"))
    check(HEADLINE_PAIRS, found)
    # Five blocks; t, u and v stand in 3, 3 and 2 of them, t with u in 2 (p, q), u with v in 2 (p, s); t with v once.
    assert found.to_dicts() == [
        {
            "site": "sabah",
            "target_a": "t",
            "target_b": "u",
            "headline_a": "words of headline of t",
            "headline_b": None,
            "blocks": 2,
            "blocks_a": 3,
            "blocks_b": 3,
            "support": 0.4,
            "lift": pytest.approx(2 * 5 / 9),
            "npmi": pytest.approx(math.log(10 / 9) / -math.log(2 / 5)),
        },
        {
            "site": "sabah",
            "target_a": "u",
            "target_b": "v",
            "headline_a": None,
            "headline_b": None,
            "blocks": 2,
            "blocks_a": 3,
            "blocks_b": 2,
            "support": 0.4,
            "lift": pytest.approx(2 * 5 / 6),
            "npmi": pytest.approx(math.log(5 / 3) / -math.log(2 / 5)),
        },
    ]


def test_one_list_on_many_pages_is_one_block() -> None:
    everywhere = exposures_of(
        exposure(host, target, content_hash="popular", capture_id=f"{host} at {hour}", day=day)
        for host in "ABCD"
        for hour in range(3)
        for day in (MONDAY, TUESDAY)
        for target in "tu"
    )
    assert analysis.headline_pairs(everywhere, NONE).is_empty()


def test_sites_are_told_apart() -> None:
    rows = [
        exposure("A", target, site=site, content_hash=name)
        for site, names in (("sabah", "p"), ("evening", "pq"))
        for name in names
        for target in "tu"
    ]
    found = analysis.headline_pairs(exposures_of(rows), NONE)
    # Always together in all blocks of the site: nothing to be surprised at.
    assert found.select("site", "blocks", "support", "lift", "npmi").rows() == [("evening", 2, 1.0, 1.0, None)]


def test_long_blocks_count_up_to_slot_fifty() -> None:
    rows = [exposure("A", f"{slot:03}", content_hash=name, slot=slot) for name in ("p", "q") for slot in range(1, 61)]
    found = analysis.headline_pairs(exposures_of(rows), NONE)
    assert found.height == 50 * 49 // 2
    assert found["target_b"].max() == "050"


def test_the_usual_wording_is_the_one_shown_most() -> None:
    rows = [
        exposure("A", target, content_hash=name, headline_id=f"{wording} {target}")
        for name, wording in (("p", "late"), ("q", "usual"), ("r", "usual"))
        for target in "tu"
    ]
    found = analysis.headline_pairs(exposures_of(rows), headlines("late t", "usual t", "late u", "usual u"))
    assert found.select("headline_a", "headline_b").rows() == [("words of usual t", "words of usual u")]


def test_pairs_of_nothing() -> None:
    found = analysis.headline_pairs(pl.LazyFrame(schema=EXPOSURES.schema), NONE)
    check(HEADLINE_PAIRS, found)
    assert found.is_empty()


@settings(max_examples=40, deadline=None)
@given(arbitrary_exposures())
def test_pairs_are_those_that_counting_by_hand_finds(exposures: pl.LazyFrame) -> None:
    found = analysis.headline_pairs(exposures, NONE)
    check(HEADLINE_PAIRS, found)
    lists: dict[tuple[str, str], set[str]] = {}
    for row in exposures.filter(pl.col("slot") <= 50).collect().iter_rows(named=True):
        lists.setdefault((row["site"], row["content_hash"]), set()).add(row["target_id"])
    met: dict[tuple[str, str, str], int] = {}
    for (site, _), targets in lists.items():
        for a, b in combinations(sorted(targets), 2):
            met[site, a, b] = met.get((site, a, b), 0) + 1
    counted = {tuple(key): blocks for *key, blocks in found.select(*HEADLINE_PAIRS.key, "blocks").rows()}
    assert counted == {pair: n for pair, n in met.items() if n >= 2}
    assert found.select((pl.col("blocks") <= pl.min_horizontal("blocks_a", "blocks_b")).all()).item()
    assert found.select(pl.col("lift").is_finite().all() & pl.col("npmi").is_between(-1, 1).all()).item()


@settings(max_examples=15, deadline=None)
@given(arbitrary_exposures())
def test_duckdb_pairs_the_same(exposures: pl.LazyFrame) -> None:
    known = headlines("headline of t", "headline of u")
    there = analysis.headline_pairs(in_duckdb(exposures), in_duckdb(known))
    assert_frame_equal(there, analysis.headline_pairs(exposures.reverse(), known))


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
