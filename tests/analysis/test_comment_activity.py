"""Volume, velocity and shape of commenting, against counts made by hand."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.analysis.comment_activity import comment_velocity, comment_volume, stories, thread_measures
from pipelines.lake.parts import frame
from pipelines.lake.schema import ARTICLES, CAPTURES, COMMENT_HISTORY, HEADLINES
from tests.analysis.threads import at, read, reads_of

STORIES = pl.LazyFrame(
    {
        "article_id": ["story", "other", "undated"],
        "site": "sabah",
        "topic": ["sport", "sport", "unknown"],
        "published_at": [at(0), at(0), None],
    },
    schema_overrides={"published_at": pl.Datetime("us")},
)


def written(identity: str, hour: float, **columns: Any) -> dict[str, Any]:
    """A comment of `story`, written `hour` hours after publication, visible at two readings."""
    return {
        "comment_id": identity,
        "site": "sabah",
        "article_id": "story",
        "depth": 0,
        "created_at": at(hour),
        "created_at_from": "stated",
        "first_seen": at(5),
        "last_seen": at(9),
        "followed_until": at(9),
        "readings": 2,
        "edits": 0,
        "state": "visible",
        "state_since": at(5),
        **columns,
    }


HISTORY = frame(
    COMMENT_HISTORY,
    [
        written("a", 0.25),
        written("b", 0.75, depth=1),
        written("c", 2.5, depth=2, state="gone", edits=1),
        written("d", 2.6, depth=1, state="deleted", followed_until=at(5)),
        written("e", 3, created_at_from="relative"),
        written("f", 8.5),
        written("g", 0.5, article_id="other"),
        written("h", 1.0, article_id="undated"),
    ],
).lazy()


def test_volume_counts_comments_replies_and_stories_by_the_hour() -> None:
    assert comment_volume(HISTORY, STORIES).select("topic", "hour", "comments", "replies", "stories").rows() == [
        ("sport", at(0), 3, 1, 2),
        ("sport", at(2), 2, 2, 1),
        ("sport", at(8), 1, 0, 1),
        ("unknown", at(1), 1, 0, 1),
    ]


def test_velocity_counts_a_story_only_for_hours_after_which_it_was_read() -> None:
    reads = reads_of(
        [
            read("r0", read_at=at(5.5), enumerated=5),
            read("r1", article_id="other", read_at=at(1.5), claimed_by_page=0),
        ]
    )
    found = comment_velocity(HISTORY, STORIES, reads)
    assert found.select("age", "stories", "comments", "per_story").rows() == [
        (0, 2, 3, 1.5),
        (1, 1, 0, 0.0),
        (2, 1, 2, 2.0),
        (3, 1, 0, 0.0),  # the comment of the third hour is of a relative time
        (4, 1, 0, 0.0),
    ]


@pytest.mark.parametrize(("claimed", "told"), [(0, True), (7, False), (None, False)])
def test_a_thread_that_cannot_be_read_is_no_silent_one(claimed: int | None, told: bool) -> None:
    reads = reads_of([read("r0", read_at=at(2), claimed_by_platform=claimed, enumerated=0)])
    found = comment_velocity(HISTORY.filter(pl.lit(value=False)), STORIES, reads)
    assert found["per_story"].to_list() == ([0.0, 0.0] if told else [])


def test_a_thread_has_its_size_shape_first_comment_removals_and_gaps() -> None:
    reads = reads_of(
        [
            read("r0", read_at=at(5), claimed_by_page=9, claimed_by_platform=8, enumerated=6),
            read("r1", read_at=at(9), claimed_by_page=None, claimed_by_platform=4, enumerated=5),
            read("r2", read_at=at(9), article_id="undated", enumerated=1),
        ]
    )
    rows = {row["article_id"]: row for row in thread_measures(HISTORY, STORIES, reads).iter_rows(named=True)}
    story = rows["story"]
    assert (story["readings"], story["comments"], story["replies"]) == (2, 6, 3)
    assert story["reply_ratio"] == pytest.approx(3 / 6)
    assert (story["mean_depth"], story["max_depth"]) == (pytest.approx(4 / 6), 2)
    assert story["minutes_to_first"] == pytest.approx(15)
    assert (story["edited"], story["followed"], story["removed"]) == (1, 5, 2)
    assert (story["enumerated"], story["gap_to_page"], story["gap_to_platform"]) == (5, 3, -1)
    assert rows["undated"]["minutes_to_first"] is None
    assert rows["undated"]["gap_to_page"] is None
    assert "other" not in rows  # it has no reading


def test_a_thread_without_a_comment_has_no_ratio() -> None:
    reads = reads_of([read("r0", claimed_by_page=0)])
    [row] = thread_measures(HISTORY.filter(pl.lit(value=False)), STORIES, reads).to_dicts()
    assert (row["comments"], row["removed"], row["reply_ratio"], row["max_depth"]) == (0, 0, None, None)
    assert row["gap_to_page"] == 0


def test_a_story_is_as_its_latest_capture_has_it_under_its_latest_label() -> None:
    capture = {"site": "sabah", "url": "u", "address_id": "x", "status": 200, "body_bytes": 1, "body_hash": "x"}
    captures = frame(
        CAPTURES,
        [
            capture
            | {"capture_id": f"c{n}", "captured_at": at(n), "day": at(n).date(), "source": "crawl"}
            | {"segment": "s", "offset": n}
            for n in range(2)
        ],
    ).lazy()
    article = {"article_id": "story", "site": "sabah", "url": "u"}
    articles = frame(
        ARTICLES,
        [
            article | {"capture_id": "c1", "headline_id": "new", "published_at": at(0)},
            article | {"capture_id": "c0", "headline_id": "old"},
        ],
    ).lazy()
    headlines = frame(
        HEADLINES,
        [
            {
                "headline_id": "new",
                "archive_day": date(2026, 3, day),
                "site": "sabah",
                "headline": "x",
                "topic": topic,
                "model_version": "1",
            }
            for day, topic in ((2, "sport"), (1, "health"))
        ],
    ).lazy()
    assert stories(captures, articles, headlines).collect().rows() == [("story", "sabah", "sport", at(0))]
