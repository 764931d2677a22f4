"""From the lake's tables to exposures: who is a host, which label comes from where, and what is left out."""

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from narwhals.typing import IntoLazyFrame
from polars.testing import assert_frame_equal

from pipelines import analysis
from pipelines.analysis.tables import shaped
from pipelines.lake.engine import collected
from pipelines.lake.parts import check, frame
from pipelines.lake.schema import ARTICLES, BLOCKS, CAPTURES, EXPOSURES, HEADLINES, ITEMS
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY, TUESDAY

MORNING = datetime(2026, 3, 2, 7, 0)  # noqa: DTZ001 - the lake's times are naive UTC


def exposed(*tables: IntoLazyFrame) -> pl.DataFrame:
    return shaped(EXPOSURES, collected(analysis.exposures(*tables)))


def label(name: str, clickbait: float | None, topic: str | None, hard: float | None, **columns: Any) -> dict[str, Any]:
    return {
        "headline_id": name,
        "archive_day": MONDAY,
        "site": "sabah",
        "headline": f"words of {name}",
        "clickbait": clickbait,
        "topic": topic,
        "hard": hard,
        "model_version": "test",
        **columns,
    }


def item(name: str, target: str, headline: str | None, display: str | None = None, **columns: Any) -> dict[str, Any]:
    return {
        "item_id": name,
        "block_id": "block",
        "capture_id": "story page",
        "site": "sabah",
        "slot": 1,
        "url": "https://sabah.example/",
        "target_id": target,
        "headline_id": headline,
        "display_id": display,
        "external": False,
        "sponsored": False,
        **columns,
    }


def lake(*items: dict[str, Any], labels: list[dict[str, Any]]) -> list[pl.LazyFrame]:
    """A story page of Tuesday with one block and a front page with another, and the items and labels given."""
    shared = {"site": "sabah", "url": "https://sabah.example/"}
    latest = {"capture_id": "front page", "block_id": "front", "kind": "latest", "content_hash": "b"}
    related = {"capture_id": "story page", "block_id": "block", "kind": "related", "content_hash": "a"}
    capture = {"captured_at": MORNING, "status": 200, "body_bytes": 1, "body_hash": "0", "source": "crawl"}
    return [
        frame(table, rows).lazy()
        for table, rows in (
            (
                CAPTURES,
                [
                    {"capture_id": page, "day": TUESDAY, "segment": "s", "offset": n, **shared, **capture}
                    for n, page in enumerate(("story page", "front page"))
                ],
            ),
            (ARTICLES, [{"capture_id": "story page", "article_id": "host", "headline_id": "title", **shared}]),
            (
                BLOCKS,
                [
                    {"site": "sabah", "position": 1, "placement": "below", "n_items": 1, **block}
                    for block in (related, latest)
                ],
            ),
            (ITEMS, items),
            (HEADLINES, labels),
        )
    ]


LABELS = [
    label("title", 0.1, "politics-government", 0.95),
    label("full", 0.2, "sport", 0.05),
    label("sharpened", 0.8, "weather", 0.4),
]


def test_labels_of_host_headline_and_display() -> None:
    found = exposed(*lake(item("i", "t", "full", "sharpened", slot=3), labels=LABELS))
    check(EXPOSURES, found)
    assert found.to_dicts() == [
        {
            "item_id": "i",
            "capture_id": "story page",
            "block_id": "block",
            "site": "sabah",
            "day": date(2026, 3, 3),
            "host_id": "host",
            "host_topic": "politics-government",
            "host_hard": 0.95,
            "kind": "related",
            "placement": "below",
            "content_hash": "a",
            "slot": 3,
            "target_id": "t",
            "headline_id": "full",
            "display_id": "sharpened",
            "item_topic": "sport",
            "item_hard": 0.05,
            "item_clickbait": 0.8,
            "item_class": "clickbait",
        }
    ]


def test_without_a_display_the_headline_is_what_is_shown() -> None:
    found = exposed(*lake(item("i", "t", "full"), labels=LABELS))
    assert found.select("item_clickbait", "item_class").rows() == [(0.2, "soft")]


def test_a_display_that_nothing_is_known_of_is_not_replaced_by_the_headline() -> None:
    found = exposed(*lake(item("i", "t", "full", "unclassified"), labels=LABELS))
    assert found.select("item_clickbait", "item_topic").rows() == [(None, "sport")]


def test_a_teaser_without_words_stays_as_unknown() -> None:
    found = exposed(*lake(item("i", "t", None), labels=LABELS))
    assert found.select("item_clickbait", "item_topic", "item_class").rows() == [(None, None, "unknown")]


def test_items_of_pages_without_a_story_are_not_beside_one() -> None:
    front = item("f", "t", "full", capture_id="front page", block_id="front")
    assert exposed(*lake(item("i", "t", "full"), front, labels=LABELS))["item_id"].to_list() == ["i"]


def test_a_story_does_not_stand_beside_itself() -> None:
    found = exposed(*lake(item("i", "host", "full"), item("j", "t", "full"), labels=LABELS))
    assert found["item_id"].to_list() == ["j"]


def test_a_headline_of_many_days_has_its_latest_label_and_no_copies() -> None:
    later = label("full", 0.9, "health", 0.7, archive_day=TUESDAY)
    found = exposed(*lake(item("i", "t", "full"), labels=[later, *LABELS]))
    assert found.select("item_id", "item_clickbait", "item_topic").rows() == [("i", 0.9, "health")]


@pytest.mark.parametrize(
    ("clickbait", "topic", "hard", "expected"),
    [
        (0.5, "politics-government", 1.0, "clickbait"),
        (0.49, "human-interest", 0.0, "tabloid"),
        (0.9, "human-interest", 0.0, "clickbait"),
        (None, "human-interest", 0.0, "tabloid"),
        (0.1, "politics-government", 0.5, "hard"),
        (0.1, "sport", 0.49, "soft"),
        (0.1, None, None, "unknown"),
        (None, None, None, "unknown"),
    ],
)
def test_the_class_of_an_item(clickbait: float | None, topic: str | None, hard: float | None, expected: str) -> None:
    labels = [LABELS[0], label("full", clickbait, topic, hard)]
    assert exposed(*lake(item("i", "t", "full"), labels=labels))["item_class"].to_list() == [expected]


def test_nothing_in_nothing_out() -> None:
    tables = (CAPTURES, ARTICLES, BLOCKS, ITEMS, HEADLINES)
    found = exposed(*(pl.LazyFrame(schema=table.schema) for table in tables))
    check(EXPOSURES, found)
    assert found.is_empty()


def test_duckdb_joins_the_same() -> None:
    tables = lake(item("i", "t", "full", "sharpened"), item("j", "u", None), item("k", "host", "full"), labels=LABELS)
    assert_frame_equal(exposed(*map(in_duckdb, tables)), exposed(*tables))
