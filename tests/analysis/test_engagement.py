"""Comments and clickbait beside a story: ranks within strata against SciPy and by hand, and overlaps of tops."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pipelines.analysis.engagement import comment_association, engagement_overlap, rank_correlation
from pipelines.lake.parts import check, frame
from pipelines.lake.schema import COMMENT_ASSOCIATION, COMMENT_HISTORY, ENGAGEMENT_OVERLAP, OBSERVATIONS
from tests.analysis.rows import exposure, exposures_of
from tests.analysis.test_comment_activity import written
from tests.analysis.threads import at, read, reads_of


def test_one_stratum_is_spearmans() -> None:
    random = np.random.default_rng(1)
    x = random.random(40).round(1)
    y = x + random.random(40)
    theirs: Any = stats.spearmanr(x, y)
    found = rank_correlation(pl.DataFrame({"x": x, "y": y, "s": 0}), "x", "y", ["s"])
    assert found is not None
    assert found[0].estimate == pytest.approx(theirs.statistic, rel=1e-9)
    assert found[0].low < theirs.statistic < found[0].high
    # The permutation variance of Spearman's ρ is 1 / (n − 1).
    assert found[1] == pytest.approx(2 * stats.norm.sf(abs(theirs.statistic) * 39**0.5), rel=1e-9)


def test_what_differs_between_strata_is_no_correlation() -> None:
    random = np.random.default_rng(2)
    day = np.repeat(np.arange(20), 10)
    rows = pl.DataFrame({"x": day + random.random(200), "y": day + random.random(200), "s": day})
    found = rank_correlation(rows, "x", "y", ["s"])
    assert found is not None
    over_all: Any = stats.spearmanr(rows["x"], rows["y"])
    assert abs(found[0].estimate) < 0.2 < over_all.statistic


def test_strata_are_judged_by_every_exchange_of_ranks() -> None:
    x, y, s = [1, 2, 3, 4, 5, 5, 7, 8, 8], [0, 0, 2, 1, 3, 0, 0, 1, 4], [0, 0, 0, 0, 1, 1, 1, 1, 1]
    rows = pl.DataFrame({"x": x, "y": y, "s": s})
    many = pl.concat([rows.with_columns(s=pl.col("s") + 2 * copy) for copy in range(2)])
    found = rank_correlation(many, "x", "y", ["s"])
    assert found is not None
    parts = [
        (stats.rankdata(x[:4]) / 5, stats.rankdata(y[:4]) / 5),
        (stats.rankdata(x[4:]) / 6, stats.rankdata(y[4:]) / 6),
    ]
    centred = [(a - a.mean(), b - b.mean()) for a, b in parts]
    ab, aa, bb = (
        sum(float((p * q).sum()) for p, q in zip(*pairs, strict=True))
        for pairs in ((zip(*centred, strict=True)), ([a for a, _ in centred],) * 2, ([b for _, b in centred],) * 2)
    )
    assert found[0].estimate == pytest.approx(ab / (aa * bb) ** 0.5, rel=1e-9)
    variance = sum(np.var([float((a * np.array(b)).sum()) for b in permutations(b)]) for a, b in centred)
    assert found[1] == pytest.approx(2 * stats.norm.sf(2 * abs(ab) / (2 * variance) ** 0.5), rel=1e-9)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=40))
def test_there_is_a_correlation_with_an_interval_or_nothing(cells: list[tuple[int, int, int]]) -> None:
    rows = pl.DataFrame(cells, schema={"x": pl.Float64, "y": pl.Int64, "s": pl.Int64}, orient="row")
    found = rank_correlation(rows, "x", "y", ["s"])
    if found:
        interval, p = found
        assert -1 <= interval.low <= interval.estimate <= interval.high <= 1
        assert 0 <= p <= 1


def world(stories: int) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """Stories of one hour, of which the n-th has n comments within three hours, and n hundredths of clickbait."""
    names = [f"story {n:02}" for n in range(stories)]
    known = pl.LazyFrame(
        [{"article_id": name, "site": "sabah", "topic": "sport", "published_at": at(0)} for name in names]
    )
    history = [written(f"{n}.{each}", 1.0, article_id=name) for n, name in enumerate(names) for each in range(n)]
    late = [written(f"late {name}", 5.0, article_id=name) for name in names[:1]]
    reads = reads_of(
        [read(f"r{n}", article_id=name, read_at=at(4), enumerated=n, claimed_by_page=n) for n, name in enumerate(names)]
    )
    beside = exposures_of(
        exposure(name, f"{name}.{slot}", n / 100, slot=slot) for n, name in enumerate(names) for slot in (1, 2)
    )
    return frame(COMMENT_HISTORY, history + late).lazy(), known, reads, beside


def test_comments_count_at_an_age_that_was_followed() -> None:
    found = comment_association(*world(15))
    check(COMMENT_ASSOCIATION, found)
    first, second, third = found.rows(named=True)
    assert (first["age_hours"], first["n_articles"], first["n_exposures"]) == (3, 15, 30)
    assert first["correlation"] == pytest.approx(1)
    assert first["correlation_low"] > 0.9
    assert first["q"] == first["p"] < 0.001
    assert first["verdict"].startswith("stories with more clickbait beside them have more comments (a correlation")
    # Nobody read the threads after a day.
    for later, hours in ((second, 24), (third, 72)):
        assert (later["correlation"], later["p"], later["q"]) == (None, None, None)
        assert later["verdict"].startswith(f"cannot be told: no thread could be read {hours} hours after")


def test_sites_are_pooled_stratum_by_stratum() -> None:
    history, known, reads, beside = world(15)

    def again(rows: pl.LazyFrame, *ids: str) -> pl.LazyFrame:
        """The rows and the same of another site's stories."""
        other = rows.with_columns(pl.lit("evening").alias("site"), *(pl.col(name) + " again" for name in ids))
        return pl.concat([rows, other])

    found = comment_association(
        history, again(known, "article_id"), again(reads, "article_id"), again(beside, "host_id", "capture_id")
    )
    at_three = {row["site"]: row for row in found.filter(age_hours=3).iter_rows(named=True)}
    # At the other site nobody wrote, so that there is nothing to compare.
    assert at_three["evening"]["verdict"].startswith("cannot be told: 0 of 15 stories stand in 0 strata")
    assert (at_three["all"]["n_articles"], at_three["all"]["strata_compared"]) == (15, 1)
    assert at_three["all"]["correlation"] == pytest.approx(1)


def test_too_few_stories_cannot_be_told() -> None:
    found = comment_association(*world(6)).row(0, named=True)
    assert found["correlation"] is None
    assert found["verdict"].startswith("cannot be told: 6 of 6 stories stand in 1 strata")


def observed(metric: str, values: Sequence[float]) -> list[dict[str, Any]]:
    return [
        {
            "observation_id": f"{metric} {n} {hour}",
            "site": "sabah",
            "article_id": f"story {n}",
            "observed_at": at(0) + timedelta(hours=hour),
            "metric": metric,
            "value": value * (1 + hour) / 2,
            "source": "page",
            "ordinal": 1,
        }
        for n, value in enumerate(values)
        for hour in (0, 1)
    ]


def test_overlap_by_hand() -> None:
    # 25 stories, the top fifth is five; the most viewed are the first five, and three of them the most commented.
    views = [90, 80, 70, 60, 50, *range(20)]
    comments = [9, 8, 0, 7, 0, *[0] * 18, 1, 1]
    found = engagement_overlap(frame(OBSERVATIONS, observed("comments", comments) + observed("views", views)).lazy())
    check(ENGAGEMENT_OVERLAP, found)
    counts = found.select("metric", "stories", "most_by_metric", "most_commented", "in_both", "n_articles").rows()
    assert counts == [("views", 25, 5, 5, 3, 25)]
    low, high = proportion_confint(2, 5, method="wilson")
    shares = found.select("not_commented", "not_commented_low", "not_commented_high", "not_commented_by_chance")
    assert shares.row(0) == pytest.approx((0.4, low, high, 0.8))
    assert found["verdict"][0].startswith("of the 5 stories with most views, 2 are not among the most commented: 0.40")


def test_few_stories_have_counts_and_no_share() -> None:
    rows = observed("comments", [3, 1]) + observed("likes", [1, 2]) + observed("shares", [5, 5, 5])[-2:]
    found = engagement_overlap(frame(OBSERVATIONS, rows).lazy())
    check(ENGAGEMENT_OVERLAP, found)
    # Nothing says how often the third was commented on.
    assert found.select("metric", "stories", "not_commented").rows() == [("likes", 2, None), ("shares", 0, None)]
    assert found["verdict"].str.starts_with("cannot be told: of ").all()


def test_nothing_in_nothing_out() -> None:
    history, known, reads, beside = world(1)
    found = comment_association(history.clear(), known.clear(), reads.clear(), beside.clear())
    check(COMMENT_ASSOCIATION, found)
    assert found.is_empty()
    check(ENGAGEMENT_OVERLAP, engagement_overlap(pl.LazyFrame(schema=OBSERVATIONS.schema)))
