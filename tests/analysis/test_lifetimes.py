"""Survival of headlines: Turnbull's estimate against lifelines and Kaplan and Meier, and what captures tell."""

import warnings
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipelines import analysis
from pipelines.analysis.lifetimes import still_there, turnbull
from pipelines.lake.parts import check, frame
from pipelines.lake.schema import CAPTURES, EXPOSURES, LIFETIMES
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY, exposure, exposures_of
from tests.analysis.test_wordings import MORNING


def test_intervals_are_judged_as_lifelines_does() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        from lifelines.fitters.npmle import npmle
    random = np.random.default_rng(2)
    low = random.integers(0, 8, 60).astype(float)
    high = np.where(random.random(60) < 0.25, np.inf, low + random.integers(1, 6, 60))
    # Theirs hold both ends: a little later is after the beginning.
    theirs: Any = npmle(low + 1e-6, high, tol=1e-12, max_iter=100_000)
    intervals, mass = turnbull(low, high)
    for time in (1.0, 3.0, 5.0, 7.0, 10.0):
        ours = still_there(intervals, mass, time)
        masses = [(each.left, each.right, share) for each, share in zip(theirs[1], theirs[0], strict=True)]
        surely = sum(share for left, _, share in masses if left > time)
        perhaps = sum(share for _, right, share in masses if right > time)
        assert ours == (pytest.approx(surely, abs=1e-4), pytest.approx(perhaps, abs=1e-4))


def test_without_intervals_it_is_kaplan_and_meier() -> None:
    random = np.random.default_rng(3)
    times, censored = random.integers(1, 30, 40).astype(float), random.random(40) < 0.3
    intervals, mass = turnbull(times, np.where(censored, np.inf, times))
    data = stats.CensoredData(uncensored=times[~censored], right=times[censored])
    survival = stats.ecdf(data).sf
    for time in (2.5, 8.5, 15.5, 22.5):
        least, _ = still_there(intervals, mass, time)
        assert least == pytest.approx(float(survival.evaluate(time)), abs=1e-5)


def test_thousands_of_intervals_tell_the_law_they_came_from() -> None:
    random = np.random.default_rng(4)
    life, first = random.exponential(10, 2_000), random.random(2_000)
    # Looked at about every hour, no two alike, and for three days.
    looks = first[:, None] + np.arange(73) - 1
    low = np.where(looks < life[:, None], np.maximum(looks, 0), 0).max(axis=1)
    high = np.where(looks >= life[:, None], looks, np.inf).min(axis=1)
    intervals, mass = turnbull(low, high)
    assert mass.sum() == pytest.approx(1)
    for time in (3.0, 10.0, 24.0):
        least, most = still_there(intervals, mass, time)
        assert least - 0.04 < np.exp(-time / 10) < most + 0.04


def visits(*hours: float) -> pl.LazyFrame:
    """Captures of story A named by their hour."""
    fixed = {"site": "sabah", "url": "https://a.example/", "day": MONDAY, "status": 200, "body_bytes": 1}
    fixed |= {"body_hash": "0", "source": "crawl", "segment": "s", "offset": 0, "address_id": "A"}
    rows = [{**fixed, "capture_id": f"{h}", "captured_at": MORNING + timedelta(hours=h)} for h in hours]
    known = set(CAPTURES.schema.names())
    return frame(CAPTURES, [{name: value for name, value in row.items() if name in known} for row in rows]).lazy()


def test_a_headline_went_between_its_last_capture_and_the_next_of_its_story() -> None:
    shown = exposures_of(
        [
            *(exposure("A", "gone", 0.1, capture_id=f"{h}") for h in (0, 2)),
            *(exposure("A", "stays", 0.1, capture_id=f"{h}") for h in (0, 2, 8)),
            exposure("A", "bait", 0.9, capture_id="8"),
        ]
    )
    found = analysis.lifetimes(shown, visits(0, 2, 8))
    check(LIFETIMES, found)
    plain = {row["hours"]: row for row in found.filter(wording="plain").iter_rows(named=True)}
    assert (plain[1]["headlines"], plain[1]["gone"]) == (2, 1)
    # One went after more than 2 and at most 8 hours, the other stood for at least 8.
    assert (plain[1]["standing_low"], plain[1]["standing_high"]) == (1.0, 1.0)
    assert (plain[3]["standing_low"], plain[3]["standing_high"]) == (pytest.approx(0.5), pytest.approx(1.0))
    assert (plain[12]["standing_low"], plain[12]["standing_high"]) == (pytest.approx(0.0), pytest.approx(0.5))
    bait = found.filter(wording="clickbait", hours=1).row(0, named=True)
    assert (bait["gone"], bait["standing_low"], bait["standing_high"]) == (0, 0.0, 1.0)
    assert analysis.lifetimes(in_duckdb(shown), in_duckdb(visits(0, 2, 8))).equals(found)


def test_nothing_in_nothing_out() -> None:
    found = analysis.lifetimes(pl.LazyFrame(schema=EXPOSURES.schema), pl.LazyFrame(schema=CAPTURES.schema))
    check(LIFETIMES, found)
    assert found.is_empty()
