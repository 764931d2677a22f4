"""The contrast of hard-news hosts with others: the unit, what is set aside, and what is said when it cannot be told."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal
from scipy import stats

from pipelines import analysis
from pipelines.lake.parts import check
from pipelines.lake.schema import CONTRASTS, EXPOSURES
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import TUESDAY, arbitrary_exposures, exposure, exposures_of

HARD, SOFT = {"host_hard": 0.9}, {"host_hard": 0.1}


def contrast(rows: Iterable[dict[str, Any]], **key: str) -> dict[str, Any]:
    """The one row of the given key; by default of site sabah, all kinds together, clickbait."""
    key = {"site": "sabah", "kind": "all", "outcome": "clickbait"} | key
    found = analysis.contrasts(exposures_of(rows))
    check(CONTRASTS, found)
    return found.row(by_predicate=pl.all_horizontal(pl.col(name) == value for name, value in key.items()), named=True)


def beside(host: str, *clickbait: float, **columns: Any) -> list[dict[str, Any]]:
    """A host with a list of its own, of so many targets with these probabilities."""
    return [exposure(host, f"{host}{n}", value, **columns) for n, value in enumerate(clickbait)]


def test_by_hand() -> None:
    rows = [
        *beside("A", 0.8, 0.7, **HARD),  # 0.75
        *beside("B", 0.85, **HARD),  # 0.85
        *beside("C", 0.1, 0.3, 0.2, **SOFT),  # 0.2
        *beside("D", 0.1, **SOFT),  # 0.1
        *beside("E", 0.3, **SOFT),  # 0.3
        *beside("F", 1.0),  # no topic: on neither side
    ]
    found = contrast(rows)
    theirs = stats.ttest_ind([0.75, 0.85], [0.2, 0.1, 0.3], equal_var=False).confidence_interval()
    assert found == {
        "site": "sabah",
        "kind": "all",
        "outcome": "clickbait",
        "hosts_hard": 2,
        "hosts_soft": 3,
        "hosts_unknown": 1,
        "exposures": 8,
        "exposures_site_wide": 0,
        "share_hard": pytest.approx(0.8),
        "share_soft": pytest.approx(0.2),
        "difference": pytest.approx(0.6),
        "difference_low": pytest.approx(theirs.low),
        "difference_high": pytest.approx(theirs.high),
        "verdict": f"more clickbait beside hard news: +0.60 ({theirs.low:+.2f} to {theirs.high:+.2f})",
    }


def test_clickbait_or_tabloid_counts_classes() -> None:
    rows = [
        exposure("A", "t", 0.6, **HARD),  # clickbait
        exposure("A", "u", 0.2, item_class="tabloid", **HARD),
        exposure("B", "v", 0.4, item_class="unknown", **HARD),
        *beside("C", 0.2, **SOFT),
        *beside("D", 0.2, **SOFT),
    ]
    found = contrast(rows, outcome="clickbait_or_tabloid")
    # A: 2 of 2; B: 0 of 1, since what has no topic is not known to be tabloid.
    assert (found["share_hard"], found["share_soft"]) == (0.5, 0.0)


def test_captures_of_a_story_are_averaged_and_not_added() -> None:
    def captures(n: int) -> list[dict[str, Any]]:
        return [row for hour in range(n) for row in beside("A", 1.0, 0.0, capture_id=f"A at {hour}", **HARD)]

    others = [*beside("B", 0.2, **HARD), *beside("C", 0.2, **SOFT), *beside("D", 0.6, **SOFT)]
    once, often = contrast(captures(1) + others), contrast(captures(40) + others)
    assert often.pop("exposures") == once.pop("exposures") + 39 * 2
    assert often == once


def test_each_capture_of_a_story_weighs_the_same() -> None:
    # Morning 0.0 over one target, evening 1.0 over three: 0.5, and not 0.75.
    rows = [*beside("A", 0.0, capture_id="morning", **HARD), *beside("A", 1.0, 1.0, 1.0, capture_id="evening", **HARD)]
    assert contrast(rows)["share_hard"] == 0.5


def test_a_target_shown_twice_on_a_page_counts_once() -> None:
    rows = [
        exposure("A", "t", 1.0, slot=1, **HARD),
        exposure("A", "t", 0.5, slot=2, kind="popular", **HARD),
        exposure("A", "u", 0.0, slot=3, **HARD),
    ]
    # Its two wordings are averaged: (0.75 + 0) / 2. Within each kind it is a target of its own.
    assert contrast(rows)["share_hard"] == 0.375
    assert contrast(rows, kind="related")["share_hard"] == 0.5
    assert contrast(rows, kind="popular")["share_hard"] == 0.5


def test_a_site_wide_list_is_set_aside_even_where_it_leaves_out_the_page_itself() -> None:
    popular = ["A", "B", "C", "D", "E"]
    own = {"A": 0.9, "B": 0.7, "C": 0.1, "D": 0.2, "E": 0.3}
    side = {host: HARD if host in "AB" else SOFT for host in popular}
    site_wide = [
        exposure(host, target, 1.0, kind="popular", **side[host])
        for host in popular
        for target in popular
        if target != host
    ]
    targeted = [row for host in popular for row in beside(host, own[host], **side[host])]
    found = contrast(site_wide + targeted)
    assert found["exposures_site_wide"] == 20
    assert found["exposures"] == 5
    assert found["share_hard"] == pytest.approx(0.8)
    assert found["share_soft"] == pytest.approx(0.2)
    alone = contrast(site_wide + targeted, kind="popular")
    assert alone["verdict"].startswith("cannot be told: what stands there is the same for nearly every story")
    assert alone["share_hard"] is None


def test_a_list_is_not_site_wide_among_few_stories() -> None:
    rows = [exposure(host, "t", 0.9, **HARD) for host in "ABCD"]
    assert contrast(rows)["exposures_site_wide"] == 0
    assert contrast([*rows, exposure("E", "t", 0.9, **HARD)])["exposures_site_wide"] == 5
    assert contrast([*rows, exposure("E", "t", 0.9, day=TUESDAY, **HARD)])["exposures_site_wide"] == 0


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (beside("A", 0.1) + beside("B", 0.2), "no topic is known for any of the 2 stories"),
        ([exposure(host, "t", None, **HARD) for host in "AB"], "no teaser there has a clickbait probability"),
        (beside("A", 0.9, **HARD) + beside("B", 0.2, **SOFT), "1 hard-news and 1 other stories"),
        (beside("A", 0.9, **HARD) + beside("B", 0.2, **HARD), "2 hard-news and 0 other stories"),
        (
            [row for host in "ABCD" for row in beside(host, 0.5, **(HARD if host < "C" else SOFT))],
            "the share is the same beside every story",
        ),
    ],
)
def test_what_cannot_be_told_says_why(rows: list[dict[str, Any]], reason: str) -> None:
    found = contrast(rows)
    assert found["verdict"].startswith(f"cannot be told: {reason}")
    assert [found[name] for name in ("difference", "difference_low", "difference_high")] == [None] * 3


def site(name: str, hard: Iterable[float], soft: Iterable[float]) -> list[dict[str, Any]]:
    return [
        row
        for side, values in ((HARD, hard), (SOFT, soft))
        for n, value in enumerate(values)
        for row in beside(f"{name}{side}{n}", value, site=name, **side)
    ]


def test_pooled_is_the_plain_mean_of_the_sites() -> None:
    # The large site weighs no more than the small one: (0.4 + 0.0) / 2.
    large = site("large", [0.5, 0.7] * 20, [0.1, 0.3] * 20)
    small = site("small", [0.1, 0.3], [0.1, 0.3])
    silent = site("silent", [0.9], [])
    found = contrast(large + small + silent, site="all")
    assert found["difference"] == pytest.approx(0.2)
    assert found["share_hard"] == pytest.approx(0.4)
    assert (found["hosts_hard"], found["hosts_soft"], found["exposures"]) == (42, 42, 84)
    assert "mean of 2 of 3 sites: +0.20" in found["verdict"]


def test_pooled_needs_two_sites_that_tell() -> None:
    found = contrast(site("large", [0.5, 0.7], [0.1, 0.3]) + site("silent", [0.9], []), site="all")
    assert found["verdict"].startswith("cannot be told: a difference can be told for 1 of 2 sites")
    assert found["difference"] is found["share_hard"] is None


def test_one_site_has_no_pooled_row() -> None:
    assert analysis.contrasts(exposures_of(beside("A", 0.5)))["site"].unique().to_list() == ["sabah"]


def test_less_and_no_difference_in_words() -> None:
    assert contrast(site("sabah", [0.1, 0.2] * 9, [0.8, 0.9] * 9))["verdict"].startswith(
        "less clickbait beside hard news: −0.70 (−0."
    )
    assert contrast(site("sabah", [0.1, 0.9], [0.2, 0.8]))["verdict"].startswith(
        "no difference in clickbait can be told: +0.00 (−"
    )


def test_a_planted_difference_is_covered_and_a_missing_one_not_found() -> None:
    # 200 worlds of 30 + 60 stories × 8 teasers: 95 % coverage leaves 10 misses, give or take 3 standard errors of 3.1.
    random = np.random.default_rng(20260302)
    rows = []
    for world in range(200):
        for n in range(90):
            chance, side = (0.45, HARD) if n < 30 else (0.25, SOFT)
            for clickbait in random.random(8) < chance:
                host = f"{world}/{n}"
                rows.append(exposure(host, f"{host}/{len(rows)}", float(clickbait), site=f"{world}", **side))
    found = analysis.contrasts(exposures_of(rows)).filter(pl.col("site") != "all", kind="all", outcome="clickbait")
    missed = found.filter(~pl.lit(0.2).is_between("difference_low", "difference_high")).height
    assert found.height == 200
    assert missed <= 19
    assert abs(found["difference"].mean() - 0.2) < 0.01  # pyright: ignore[reportOperatorIssue]


def test_nothing_in_nothing_out() -> None:
    found = analysis.contrasts(pl.LazyFrame(schema=EXPOSURES.schema))
    check(CONTRASTS, found)
    assert found.is_empty()


@settings(max_examples=40, deadline=None)
@given(arbitrary_exposures())
def test_every_row_is_a_number_with_an_interval_or_a_reason(exposures: pl.LazyFrame) -> None:
    found = analysis.contrasts(exposures)
    check(CONTRASTS, found)
    for row in found.iter_rows(named=True):
        estimates = [row[name] for name in ("difference_low", "difference", "difference_high")]
        if row["verdict"].startswith("cannot be told: "):
            assert estimates == [None] * 3
        else:
            assert estimates == sorted(estimates)
            assert -1 <= estimates[0] <= estimates[2] <= 1
            assert estimates[1] == pytest.approx(row["share_hard"] - row["share_soft"])
        for share in ("share_hard", "share_soft"):
            assert row[share] is None or 0 <= row[share] <= 1


@settings(max_examples=20, deadline=None)
@given(arbitrary_exposures())
def test_order_of_rows_changes_nothing(exposures: pl.LazyFrame) -> None:
    assert_frame_equal(analysis.contrasts(exposures.reverse()), analysis.contrasts(exposures))


@settings(max_examples=15, deadline=None)
@given(arbitrary_exposures())
def test_duckdb_counts_the_same(exposures: pl.LazyFrame) -> None:
    assert_frame_equal(analysis.contrasts(in_duckdb(exposures)), analysis.contrasts(exposures))
