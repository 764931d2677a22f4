"""The tested matrix of host topics and item classes: its null against the permutation null, and what is untold."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from pipelines import analysis
from pipelines.analysis.permutation import null
from pipelines.lake.parts import check
from pipelines.lake.schema import EXPOSURES, TOPIC_MATRIX
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY, TUESDAY, arbitrary_exposures, exposure, exposures_of

TOPICS = ("politics-government", "sport", "health")


def a_site(seed: int, hosts: int = 60) -> list[dict[str, Any]]:
    """Hosts of three topics on two days, with lists of different length and class at random."""
    random = np.random.default_rng(seed)
    return [
        exposure(
            f"{host}",
            f"{host}/{slot}",
            day=TUESDAY if host % 2 else MONDAY,
            host_topic=TOPICS[random.integers(3)] if slot == 0 else None,
            item_class=str(random.choice(["clickbait", "soft"], p=[0.3, 0.7])),
            slot=slot + 1,
        )
        for host in range(hosts)
        for slot in range(random.integers(4, 9))
    ]


def with_topics(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    topic = {row["host_id"]: row["host_topic"] for row in rows if row["host_topic"]}
    return [{**row, "host_topic": topic[row["host_id"]]} for row in rows]


def _is(site: str, topic: str, item_class: str) -> pl.Expr:
    return (pl.col("site") == site) & (pl.col("host_topic") == topic) & (pl.col("item_class") == item_class)


def test_the_residual_is_that_of_the_permutation_null() -> None:
    rows = with_topics(a_site(1))
    found = analysis.topic_matrix(exposures_of(rows))
    check(TOPIC_MATRIX, found)
    table = pl.DataFrame(rows).select("host_id", "host_topic", "day", is_it=pl.col("item_class") == "clickbait")
    share = table.with_columns(share=pl.col("is_it").mean().over("day"))
    hosts = share.group_by("host_id", "host_topic", "day").agg(score=(pl.col("is_it") - pl.col("share")).sum())
    theirs = null(hosts["score"], hosts["host_topic"] == "sport", hosts["day"].to_physical())
    cell = found.row(by_predicate=(pl.col("host_topic") == "sport") & (pl.col("item_class") == "clickbait"), named=True)
    assert cell["residual"] == pytest.approx(theirs.z, rel=1e-9)
    assert cell["p"] == pytest.approx(theirs.p, rel=1e-9)
    assert cell["exposures"] - cell["expected"] == pytest.approx(theirs.observed, rel=1e-9)


def test_over_all_sites_topics_are_exchanged_within_each() -> None:
    one = with_topics(a_site(4))
    other = [
        {**row, "site": "other", **{name: f"o{row[name]}" for name in ("host_id", "capture_id", "target_id")}}
        for row in with_topics(a_site(5, hosts=40))
    ]
    found = analysis.topic_matrix(exposures_of(one + other))
    check(TOPIC_MATRIX, found)
    alone = analysis.topic_matrix(exposures_of(one))
    assert set(alone["site"]) == {one[0]["site"]}
    assert_frame_equal(found.filter(site=one[0]["site"]), alone)
    table = pl.DataFrame(one + other).select(
        "site", "host_id", "host_topic", "day", is_it=pl.col("item_class") == "clickbait"
    )
    share = table.with_columns(share=pl.col("is_it").mean().over("site", "day"))
    hosts = share.group_by("site", "host_id", "host_topic", "day").agg(score=(pl.col("is_it") - pl.col("share")).sum())
    within = hosts.select(pl.concat_str("site", pl.col("day").cast(pl.String))).to_series().rank("dense")
    theirs = null(hosts["score"], hosts["host_topic"] == "sport", within)
    cell = found.row(by_predicate=_is("all", "sport", "clickbait"), named=True)
    assert cell["residual"] == pytest.approx(theirs.z, rel=1e-9)
    assert cell["n_articles"] == 100


def test_observed_and_expected_have_the_same_sums() -> None:
    found = analysis.topic_matrix(exposures_of(with_topics(a_site(2))))
    for margin in ("host_topic", "item_class"):
        sums = found.group_by(margin).agg(pl.col("exposures", "expected").sum())
        if margin == "item_class":
            assert sums["exposures"].to_numpy() == pytest.approx(sums["expected"].to_numpy())
    assert found["exposures"].sum() == pytest.approx(found["expected"].sum())


def test_few_stories_have_no_p_value() -> None:
    rows = [
        exposure(f"{n}", f"t{n}", item_class="clickbait" if n < 2 else "soft", host_topic=TOPICS[n % 2])
        for n in range(6)
    ]
    found = analysis.topic_matrix(exposures_of(rows))
    assert found.select("residual", "p", "q").null_count().row(0) == (4, 4, 4)
    assert found["expected"].is_finite().all()


def test_more_captures_are_no_more_evidence() -> None:
    rows = with_topics(a_site(3))
    again = [{**row, "capture_id": f"{row['capture_id']} {n}"} for row in rows for n in range(4)]
    assert_frame_equal(analysis.topic_matrix(exposures_of(again)), analysis.topic_matrix(exposures_of(rows)))


def test_nothing_in_nothing_out() -> None:
    found = analysis.topic_matrix(pl.LazyFrame(schema=EXPOSURES.schema))
    check(TOPIC_MATRIX, found)
    assert found.is_empty()


@settings(max_examples=20, deadline=None)
@given(arbitrary_exposures())
def test_every_number_is_one(exposures: pl.LazyFrame) -> None:
    found = analysis.topic_matrix(exposures, dependent=True)
    check(TOPIC_MATRIX, found)
    for name in ("expected", "lift", "npmi", "residual", "p", "q"):
        assert found[name].drop_nulls().is_finite().all(), name


@settings(max_examples=10, deadline=None)
@given(arbitrary_exposures())
def test_duckdb_counts_the_same(exposures: pl.LazyFrame) -> None:
    assert_frame_equal(analysis.topic_matrix(in_duckdb(exposures)), analysis.topic_matrix(exposures))
