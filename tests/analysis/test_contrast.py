"""The contrast of hard-news hosts with others: the unit, what is set aside, and what is said when it cannot be told."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal
from scipy import stats

from pipelines import analysis
from pipelines.analysis.misclassification import Gold
from pipelines.analysis.strata import HOURLY, StrataError, with_hour
from pipelines.lake.parts import check
from pipelines.lake.schema import CONTRASTS, EXPOSURES, TIME_COURSE
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY, TUESDAY, arbitrary_exposures, exposure, exposures_of

EXPECTED_OF_HAND = (
    *("site", "kind", "outcome", "hosts_hard", "hosts_soft", "hosts_unknown", "n_articles", "n_exposures"),
    *("exposures_site_wide", "strata_compared", "share_hard", "share_soft", "difference", "difference_low"),
    *("difference_high", "risk_ratio", "odds_ratio", "p", "q", "verdict"),
)
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
    # One stratum: Welch's standard error, with the degrees of freedom of Bell and McCaffrey for 2 and 3 stories.
    error = math.sqrt(0.005 / 2 + 0.01 / 3)
    leverage = [1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3]
    maker = np.eye(5) - np.array([[1 / 2] * 2 + [0] * 3] * 2 + [[0] * 2 + [1 / 3] * 3] * 3)
    lean = np.array([0.6, 0.6, -0.4, -0.4, -0.4])
    form = maker @ np.diag(lean**2 / (1 - np.array(leverage))) @ maker
    reach = stats.t.ppf(0.975, np.trace(form) ** 2 / np.trace(form @ form)) * error
    low, high = 0.6 - reach, min(1.0, 0.6 + reach)
    told = {name: found[name] for name in EXPECTED_OF_HAND}
    assert told == {
        "site": "sabah",
        "kind": "all",
        "outcome": "clickbait",
        "hosts_hard": 2,
        "hosts_soft": 3,
        "hosts_unknown": 1,
        "n_articles": 5,
        "n_exposures": 8,
        "exposures_site_wide": 0,
        "strata_compared": 1,
        "share_hard": pytest.approx(0.8),
        "share_soft": pytest.approx(0.2),
        "difference": pytest.approx(0.6),
        "difference_low": pytest.approx(low),
        "difference_high": pytest.approx(high),
        "risk_ratio": pytest.approx(4.0),
        "odds_ratio": pytest.approx(16.0),
        "p": pytest.approx(0.05),  # of the 10 ways to name two hard ones, only ours is as far out: half of one
        "q": pytest.approx(0.05),
        "verdict": f"more clickbait beside hard news: +0.60 ({low:+.2f} to {high:+.2f})",
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
    assert often.pop("n_exposures") == once.pop("n_exposures") + 39 * 2
    assert often == once


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
    assert found["n_exposures"] == 5
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
            "fewer than two hard-news and two other stories stand in strata with both, or what stands beside",
        ),
    ],
)
def test_what_cannot_be_told_says_why(rows: list[dict[str, Any]], reason: str) -> None:
    found = contrast(rows)
    assert found["verdict"].startswith(f"cannot be told: {reason}")
    assert [found[name] for name in ("difference", "difference_low", "difference_high")] == [None] * 3


def site(name: str, hard: Iterable[float], soft: Iterable[float], of: str = "") -> list[dict[str, Any]]:
    return [
        row
        for side, values in ((HARD, hard), (SOFT, soft))
        for n, value in enumerate(values)
        for row in beside(f"{name}{side}{n}{of}", value, site=name, **side)
    ]


def test_pooled_counts_each_story_alike() -> None:
    # Weights n₁n₀/n: 20 of 0.4 for the large site, 1 of 0.0 for the small one.
    large = site("large", [0.5, 0.7] * 20, [0.1, 0.3] * 20)
    small = site("small", [0.1, 0.3], [0.1, 0.3])
    silent = site("silent", [0.9], [])
    found = contrast(large + small + silent, site="all")
    assert found["difference"] == pytest.approx(8 / 21)
    assert (found["hosts_hard"], found["hosts_soft"], found["n_exposures"]) == (43, 42, 84)
    assert ", 2 of 3 sites: +0.38" in found["verdict"]
    assert found["strata_compared"] == 2
    # Four stories are too few to weigh a site by its error against another.
    assert found["heterogeneity_q"] is found["random_effects"] is None


def test_pooled_says_how_much_sites_differ() -> None:
    found = contrast(
        site("one", [0.5, 0.7] * 10, [0.1, 0.3] * 10) + site("other", [0.1, 0.3] * 10, [0.1, 0.3] * 10), site="all"
    )
    # Differences 0.4 and 0.0, each with twice the squared error 0.01 / 19: Q = 0.4² / (4 · 0.01 / 19).
    assert found["heterogeneity_q"] == pytest.approx(0.16 * 19 / 0.04)
    assert found["i2"] == pytest.approx(75 / 76)
    assert found["random_effects"] == pytest.approx(0.2)
    assert (found["random_effects_low"], found["random_effects_high"]) == (-1.0, 1.0)


def test_one_story_against_many_is_no_confident_number() -> None:
    # Its two lists agree with each other by chance, and so seem to say that it is sure.
    kinds = ("related", "popular", "latest")
    rows = [
        row
        for kind in kinds
        for host, value, side in (("A", 0.9, HARD), ("B", 0.2, SOFT), ("C", 0.21, SOFT))
        for row in beside(host, value, kind=kind, **side)
    ]
    assert contrast(rows)["verdict"].startswith("cannot be told")


def test_pooled_needs_two_sites_that_tell() -> None:
    found = contrast(site("large", [0.5, 0.7], [0.1, 0.3]) + site("silent", [0.9], []), site="all")
    assert found["verdict"].startswith("cannot be told: a difference can be told for 1 of 2 sites")
    assert found["difference"] is found["share_hard"] is None


def test_days_are_not_compared_with_each_other() -> None:
    # On Tuesday there is more of both: stories compared over days would show a difference where there is none.
    monday = [*beside("A", 0.1, **HARD), *(row for n in range(8) for row in beside(f"B{n}", 0.1 + n / 100, **SOFT))]
    tuesday = [
        row
        for name, side in (("C", HARD), ("D", SOFT))
        for n in range(8 if name == "C" else 1)
        for row in beside(f"{name}{n}", 0.9 + n / 100, day=TUESDAY, **side)
    ]
    rows = exposures_of(monday + tuesday)
    within = analysis.contrasts(rows).filter(kind="all", outcome="clickbait")
    across = analysis.contrasts(rows, strata=("site",)).filter(kind="all", outcome="clickbait")
    assert within["difference"].item() == pytest.approx(0.0, abs=0.04)
    assert across["difference"].item() > 0.5
    assert (within["strata"].item(), across["strata"].item()) == ("site × day × kind × placement", "site")


def test_hours_are_not_compared_with_each_other() -> None:
    # In the second hour of the day there is more of both.
    def world(hour: int, hard: int, soft: int) -> list[dict[str, Any]]:
        sides = [HARD] * hard + [SOFT] * soft
        return [
            row
            for n, side in enumerate(sides)
            for row in beside(f"{hour}.{n}", 0.1 + 0.7 * hour + n % 3 / 100, **side, capture_id=f"{hour}.{n}")
        ]

    rows = exposures_of(world(0, 2, 8) + world(1, 8, 2))
    hour = pl.duration(hours=pl.col("capture_id").str.head(1).cast(pl.Int64), minutes=20)
    captures = rows.select("capture_id", captured_at=pl.lit(MONDAY).cast(pl.Datetime("us")) + hour)
    timed = with_hour(rows, captures).to_native()
    hourly = analysis.contrasts(timed, strata=HOURLY).filter(kind="all", outcome="clickbait")
    daily = analysis.contrasts(timed).filter(kind="all", outcome="clickbait")
    assert hourly["difference"].item() == pytest.approx(0.0, abs=0.02)
    assert daily["difference"].item() > 0.3
    assert daily.equals(analysis.contrasts(rows).filter(kind="all", outcome="clickbait"))
    assert (hourly["strata"].item(), hourly["strata_compared"].item()) == ("site × hour × kind × placement", 2)


def test_strata_must_be_known() -> None:
    for strata in (("site", "weather"), ("day",), HOURLY):
        for measure in (analysis.contrasts, analysis.topic_matrix):
            with pytest.raises(StrataError, match=r"name site and any of day, kind, placement; .* strata\.with_hour"):
                measure(exposures_of([]), strata=strata)


def test_a_story_seen_on_two_days_counts_once() -> None:
    again = [row for day in (MONDAY, TUESDAY) for row in beside("A", 0.9, day=day, capture_id=f"A on {day}", **HARD)]
    found = contrast([*again, *beside("B", 0.8, **HARD), *beside("C", 0.2, **SOFT), *beside("D", 0.1, **SOFT)])
    assert (found["hosts_hard"], found["strata_compared"]) == (2, 1)


def test_a_host_in_two_kinds_of_block_is_one_story() -> None:
    once = [row for n in range(60) for row in beside(f"{n}", n / 60, **(HARD if n % 2 else SOFT))]
    twice = [*once, *({**row, "kind": "popular", "target_id": f"{row['target_id']}x"} for row in once)]
    alone, both = contrast(once), contrast(twice)
    for name in ("hosts_hard", "difference", "p", "difference_low"):
        assert both[name] == pytest.approx(alone[name], rel=0.05), name


def test_height_says_where_clickbait_stands() -> None:
    def listed(host: str, *clickbait: float, **columns: Any) -> list[dict[str, Any]]:
        return [exposure(host, f"{host}{n}", p, slot=n, **columns) for n, p in enumerate(clickbait, 1)]

    rows = [
        *listed("A", 1.0, 0.0, 0.0, 0.0, **HARD),  # 1 − ½/4
        *listed("B", 0.0, 1.0, 0.0, 0.0, **HARD),  # 1 − 1½/4
        *listed("C", 0.0, 0.0, 0.0, 1.0, **SOFT),  # 1 − 3½/4
        *listed("D", 0.5, 0.5, 0.5, 0.5, **SOFT),  # evenly
        *listed("E", 1.0, **SOFT),  # one teaser has no height
    ]
    found = contrast(rows, outcome="clickbait_height")
    assert found["share_hard"] == pytest.approx((7 / 8 + 5 / 8) / 2)
    assert found["share_soft"] == pytest.approx((1 / 8 + 1 / 2) / 2)
    assert found["hosts_soft"] == 2
    assert found["odds_ratio"] is None


def test_known_errors_of_the_classifier_are_taken_out() -> None:
    rows = site("sabah", [0.9, 0.9, 0.1] * 20, [0.9, 0.1, 0.1] * 20)
    gold = Gold(clickbait=1000, clickbait_right=900, other=1000, other_right=900)
    [found] = (
        analysis.contrasts(exposures_of(rows), golds={"sabah": gold}).filter(kind="all", outcome="clickbait").to_dicts()
    )
    # Called clickbait: 2/3 against 1/3; Youden's index 0.8.
    assert found["corrected_difference"] == pytest.approx(1 / 3 / 0.8)
    assert found["corrected_difference_low"] < 1 / 3 / 0.8 < found["corrected_difference_high"]
    assert 0 < found["tipping_point"] < 1
    assert contrast(rows)["corrected_difference"] is None


def test_the_course_over_days() -> None:
    rows = [
        *site("sabah", [0.5, 0.7], [0.1, 0.3]),
        *({**row, "day": TUESDAY} for row in site("sabah", [0.9], [0.9], of="Tuesday")),
    ]
    found = analysis.time_course(exposures_of(rows))
    check(TIME_COURSE, found)
    assert found["difference"].to_list() == [pytest.approx(0.4), None]
    assert found["hosts_hard"].to_list() == [2, 1]


def test_one_site_has_no_pooled_row() -> None:
    assert analysis.contrasts(exposures_of(beside("A", 0.5)))["site"].unique().to_list() == ["sabah"]


def test_less_and_no_difference_in_words() -> None:
    assert contrast(site("sabah", [0.1, 0.2] * 9, [0.8, 0.9] * 9))["verdict"].startswith(
        "less clickbait beside hard news: −0.70 (−0."
    )
    assert contrast(site("sabah", [0.1, 0.9], [0.2, 0.8]))["verdict"].startswith(
        "no difference in clickbait can be told: +0.00 (−"
    )


def test_nothing_in_nothing_out() -> None:
    found = analysis.contrasts(pl.LazyFrame(schema=EXPOSURES.schema))
    check(CONTRASTS, found)
    assert found.is_empty()


@settings(max_examples=40, deadline=None)
@given(arbitrary_exposures())
def test_every_row_is_a_number_with_an_interval_or_a_reason(exposures: pl.LazyFrame) -> None:
    found = analysis.contrasts(exposures, draws=200)
    check(CONTRASTS, found)
    numbers = found.select(pl.col(pl.Float64))
    assert not numbers.select(pl.any_horizontal(pl.all().is_nan().any() | pl.all().is_infinite().any())).item()
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
    once, again = (analysis.contrasts(rows, draws=200) for rows in (exposures, exposures.reverse()))
    assert_frame_equal(again, once)


@settings(max_examples=15, deadline=None)
@given(arbitrary_exposures())
def test_duckdb_counts_the_same(exposures: pl.LazyFrame) -> None:
    there, here = (analysis.contrasts(rows, draws=200) for rows in (in_duckdb(exposures), exposures))
    assert_frame_equal(there, here)
