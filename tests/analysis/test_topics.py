"""Host topic × item class, by hand and as laws that hold in every small world."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from pipelines import analysis
from pipelines.lake.parts import check
from pipelines.lake.schema import COOCCURRENCE, EXPOSURES
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY, TUESDAY, arbitrary_exposures, exposure, exposures_of


def cell(found: pl.DataFrame, topic: str, item_class: str) -> dict[str, float]:
    return found.filter(host_topic=topic, item_class=item_class).row(0, named=True)


def test_by_hand() -> None:
    # Politics host P: two clickbait, one soft. Sport hosts S, T: one soft each. Six pairs less none; N = 5.
    found = analysis.cooccurrence(
        exposures_of(
            [
                exposure("P", "t", 0.9, host_topic="politics-government"),
                exposure("P", "u", 0.8, host_topic="politics-government"),
                exposure("P", "v", 0.1, host_topic="politics-government"),
                exposure("S", "v", 0.1, host_topic="sport"),
                exposure("T", "w", 0.1, host_topic="sport"),
            ]
        )
    )
    check(COOCCURRENCE, found)
    assert found.height == 4
    # Margins: politics 3, sport 2; clickbait 2, soft 3. Politics × clickbait: expected 3·2/5 = 1.2, lift 2/1.2 = 5/3,
    # NPMI ln(5/3) / −ln(2/5).
    assert cell(found, "politics-government", "clickbait") == {
        "site": "sabah",
        "day": MONDAY,
        "host_topic": "politics-government",
        "item_class": "clickbait",
        "exposures": 2,
        "hosts": 1,
        "expected": pytest.approx(1.2),
        "lift": pytest.approx(5 / 3),
        "npmi": pytest.approx(math.log(5 / 3) / -math.log(2 / 5)),
    }
    never = cell(found, "sport", "clickbait")
    assert (never["exposures"], never["hosts"], never["lift"], never["npmi"]) == (0, 0, 0.0, -1.0)
    assert never["expected"] == pytest.approx(0.8)
    assert cell(found, "sport", "soft")["hosts"] == 2


def test_a_target_counts_once_a_host_and_day() -> None:
    once = [exposure("P", "t", 0.9), exposure("S", "u")]
    again = [
        exposure("P", "t", 0.9, capture_id="an hour later"),
        exposure("P", "t", 0.9, kind="popular", slot=4),
    ]
    assert_frame_equal(analysis.cooccurrence(exposures_of(once + again)), analysis.cooccurrence(exposures_of(once)))


def test_days_and_sites_are_told_apart() -> None:
    rows = [
        exposure("P", "t", 0.9),
        exposure("P", "t", 0.9, day=TUESDAY),
        exposure("P", "t", 0.9, site="evening"),
    ]
    found = analysis.cooccurrence(exposures_of(rows))
    assert found.select("site", "day", "exposures", "lift", "npmi").rows() == [
        ("evening", MONDAY, 1, 1.0, None),
        ("sabah", MONDAY, 1, 1.0, None),
        ("sabah", TUESDAY, 1, 1.0, None),
    ]


def test_a_host_without_topic_is_unknown() -> None:
    assert analysis.cooccurrence(exposures_of([exposure("P", "t")]))["host_topic"].to_list() == ["unknown"]


def test_independence_has_lift_one() -> None:
    # Every topic meets every class in the proportion 1 : 2.
    rows = [
        exposure(topic + host, item_class + target, host_topic=topic, item_class=item_class)
        for topic, hosts in (("sport", "ab"), ("weather", "cdef"))
        for host in hosts
        for item_class, targets in (("clickbait", "x"), ("soft", "yz"))
        for target in targets
    ]
    found = analysis.cooccurrence(exposures_of(rows))
    assert found["lift"].to_list() == pytest.approx([1] * 4)
    assert found["npmi"].to_list() == pytest.approx([0] * 4)


def test_nothing_in_nothing_out() -> None:
    found = analysis.cooccurrence(pl.LazyFrame(schema=EXPOSURES.schema))
    check(COOCCURRENCE, found)
    assert found.is_empty()


@settings(max_examples=40, deadline=None)
@given(arbitrary_exposures())
def test_expected_and_observed_sum_to_the_same(exposures: pl.LazyFrame) -> None:
    found = analysis.cooccurrence(exposures)
    check(COOCCURRENCE, found)
    for margin in (["host_topic"], ["item_class"], []):
        sums = found.group_by("site", "day", *margin).agg(pl.col("exposures", "expected").sum())
        assert sums["expected"].to_list() == pytest.approx(sums["exposures"].to_list())
    assert found.select(pl.col("expected", "lift").is_finite().all() & pl.col("npmi").is_between(-1, 1).all()).row(0)
    distinct = exposures.unique(["site", "day", "host_topic", "item_class", "host_id", "target_id"]).collect()
    assert found["exposures"].sum() == distinct.height


@settings(max_examples=25, deadline=None)
@given(arbitrary_exposures())
def test_order_of_rows_changes_nothing(exposures: pl.LazyFrame) -> None:
    assert_frame_equal(analysis.cooccurrence(exposures.reverse()), analysis.cooccurrence(exposures))


@settings(max_examples=15, deadline=None)
@given(arbitrary_exposures())
def test_duckdb_counts_the_same(exposures: pl.LazyFrame) -> None:
    assert_frame_equal(analysis.cooccurrence(in_duckdb(exposures)), analysis.cooccurrence(exposures))
