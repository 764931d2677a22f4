"""Welch's interval against SciPy's own, which works on the data instead of on their summary."""

import math
import statistics
from dataclasses import astuple

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from pipelines.analysis.difference import Difference, Sample, mean_of, welch

# SciPy warns of a side without variation; that case is worked out by hand below.
shares = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=2, max_size=30).filter(lambda s: len(set(s)) > 1)


def sample(values: list[float]) -> Sample:
    return Sample(len(values), statistics.fmean(values), statistics.variance(values))


@given(shares, shares)
def test_agrees_with_scipy(first: list[float], second: list[float]) -> None:
    found = welch(sample(first), sample(second))
    assert found is not None
    theirs = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert found.interval() == pytest.approx((max(-1, theirs.low), min(1, theirs.high)), abs=1e-9)
    assert found.estimate == pytest.approx(np.mean(first) - np.mean(second))


@pytest.mark.parametrize("few", [Sample(), Sample(1, 0.5, None)])
def test_too_few_on_a_side_tell_nothing(few: Sample) -> None:
    assert welch(few, sample([0.1, 0.4, 0.3])) is None
    assert welch(sample([0.1, 0.4, 0.3]), few) is None


def test_no_variation_tells_nothing() -> None:
    assert welch(Sample(9, 0.3, 0.0), Sample(5, 0.1, 1e-33)) is None


def test_variation_on_one_side_suffices() -> None:
    found = welch(sample([0.5, 0.5, 0.5]), sample([0.0, 0.2, 0.4]))
    # Squared error 0.04 / 3 from the second side alone, so its two degrees of freedom.
    assert found is not None
    assert astuple(found) == pytest.approx((0.3, 0.04 / 3, 2))


def test_mean_of_two_sites_by_hand() -> None:
    # (0.2 + 0.4) / 2; (0.01 + 0.03) / 4; 0.04² / (0.01²/10 + 0.03²/20) = 0.0016 / 0.000055.
    found = mean_of([Difference(0.2, 0.01, 10), Difference(0.4, 0.03, 20)])
    assert found is not None
    assert astuple(found) == pytest.approx((0.3, 0.01, 0.0016 / 0.000055))


def test_one_site_has_no_mean() -> None:
    assert mean_of([]) is None
    assert mean_of([Difference(0.2, 0.01, 10)]) is None


def test_the_mean_of_like_sites_is_surer_than_each() -> None:
    one = Difference(0.1, 0.01, 30)
    four = mean_of([one] * 4)
    assert four is not None
    low, high = four.interval()
    assert math.isclose((low + high) / 2, 0.1)
    assert high - low < (one.interval()[1] - one.interval()[0]) / 2 + 1e-9


def test_the_interval_covers_as_often_as_it_says() -> None:
    # Unequal sizes and variances: 4,000 samples cover in 95 % ± 3 standard errors of a proportion (0.0034).
    random = np.random.default_rng(7)
    few, many = random.normal(0.3, 0.05, (4000, 6)), random.normal(0.2, 0.01, (4000, 40))
    covered = 0
    for a, b in zip(few, many, strict=True):
        found = welch(Sample(6, a.mean(), a.var(ddof=1)), Sample(40, b.mean(), b.var(ddof=1)))
        assert found is not None
        low, high = found.interval()
        covered += low <= 0.1 <= high
    assert abs(covered / 4000 - 0.95) < 0.0104
