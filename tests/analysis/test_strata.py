"""What exposures are counted down to: one row a host, list and stratum."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from pipelines import analysis
from pipelines.analysis.strata import HOURLY, OUTCOMES, host_outcomes, with_hour
from pipelines.lake.schema import HEADLINES
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY, TUESDAY, arbitrary_exposures, exposure, exposures_of


def counted(rows: list[dict[str, Any]], **key: Any) -> dict[str, Any]:
    """The one row, or the one of the given key."""
    return host_outcomes(exposures_of(rows)).filter(**key).row(0, named=True)


def test_each_capture_of_a_story_weighs_the_same() -> None:
    morning = [exposure("A", "t", 0.0, capture_id="morning", host_hard=0.8)]
    evening = [exposure("A", target, 1.0, capture_id="evening", host_hard=0.6) for target in "uvw"]
    found = counted(morning + evening)
    assert (found["clickbait"], found["hard"], found["exposures"]) == (0.5, pytest.approx(0.7), 4)


def test_a_target_shown_twice_in_a_list_counts_once() -> None:
    rows = [exposure("A", "t", 1.0), exposure("A", "t", 0.5, slot=2), exposure("A", "u", 0.0, slot=3)]
    assert counted(rows)["clickbait"] == 0.375  # its two wordings are averaged


def test_kinds_and_placements_are_told_apart() -> None:
    rows = [
        exposure("A", "t", 1.0, placement="side"),
        exposure("A", "t", 0.2, kind="popular", placement="side"),
        exposure("A", "t", 0.4),
    ]
    found = host_outcomes(exposures_of(rows)).sort("clickbait")
    assert found.select("kind", "placement", "clickbait").rows() == [
        ("popular", "side", 0.2),
        ("related", "unknown", 0.4),
        ("related", "side", 1.0),
    ]


def test_the_day_is_that_of_the_first_capture_of_the_story() -> None:
    rows = [
        exposure("A", "t", 1.0, day=TUESDAY, capture_id="later"),
        exposure("A", "u", 0.0, kind="popular", day=MONDAY, capture_id="first"),
    ]
    assert host_outcomes(exposures_of(rows))["day"].to_list() == [MONDAY, MONDAY]


def test_unlabelled_teasers_count_for_nothing() -> None:
    found = counted([exposure("A", "t", None), exposure("A", "u", 0.7, slot=2, item_class="tabloid")])
    assert [found[name] for name in OUTCOMES] == [0.7, 1.0, 1.0, None]
    assert found["exposures"] == 1


@settings(max_examples=30, deadline=None)
@given(arbitrary_exposures())
def test_every_labelled_exposure_is_counted_or_set_aside(exposures: pl.LazyFrame) -> None:
    found = host_outcomes(exposures)
    labelled = exposures.collect()["item_clickbait"].count()
    kept, apart = int(found["exposures"].sum()), int(found["site_wide"].sum())
    assert kept <= labelled <= kept + apart
    shares = found.unpivot(OUTCOMES)["value"].drop_nulls()
    assert shares.is_between(0, 1).all()
    assert found.select(pl.struct("site", "host_id", "kind", "placement").is_duplicated().any()).item() in (False, None)


@settings(max_examples=15, deadline=None)
@given(arbitrary_exposures())
def test_duckdb_counts_the_same(exposures: pl.LazyFrame) -> None:
    known = ["site", "kind", "placement", "day", "hard", *OUTCOMES, "exposures", "site_wide"]
    there, here = (host_outcomes(rows).select(known) for rows in (in_duckdb(exposures), exposures))
    assert_frame_equal(there.sort(known), here.sort(known))


def test_hours_are_strata_of_every_measure_on_every_engine() -> None:
    rows = exposures_of(
        exposure(f"{host}", f"t{slot}", capture_id=f"{host}", content_hash=f"{host}", slot=slot)
        for host in range(4)
        for slot in (1, 2)
    )
    hour = pl.duration(hours=pl.col("capture_id").cast(pl.Int64) // 2, minutes=30)
    captures = rows.select("capture_id", captured_at=pl.lit(MONDAY).cast(pl.Datetime("us")) + hour).unique()
    words = pl.LazyFrame(schema=HEADLINES.schema)
    for timed, headlines in (
        (with_hour(rows, captures), words),
        (with_hour(in_duckdb(rows), in_duckdb(captures)), in_duckdb(words)),
    ):
        shown = timed.to_native()
        assert sorted(host_outcomes(shown)["hour"].dt.hour()) == [0, 0, 1, 1]
        for measure in (
            analysis.contrasts(shown, strata=HOURLY),
            analysis.topic_matrix(shown, strata=HOURLY),
            analysis.headline_pairs(shown, headlines, strata=HOURLY),
        ):
            assert measure["strata"].unique().to_list() == ["site × hour × kind × placement"]
