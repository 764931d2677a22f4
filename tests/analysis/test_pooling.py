"""Pooling and multiplicity against statsmodels and SciPy."""

from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.oneway import anova_oneway

from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.pooling import heterogeneity, random_effects

EFFECTS, ERRORS = [0.30, 0.02, 0.11, -0.04, 0.19], [0.004, 0.002, 0.003, 0.001, 0.006]


def test_heterogeneity_is_brown_and_forsythes_analysis_of_variance() -> None:
    random = np.random.default_rng(2)
    groups = [random.normal(0.1 * n, 1 + n, 6 + 4 * n) for n in range(4)]
    theirs: Any = anova_oneway(groups, use_var="bf")
    found = heterogeneity(
        [group.mean() for group in groups],
        [group.var(ddof=1) / len(group) for group in groups],
        [len(group) - 1 for group in groups],
        [len(group) for group in groups],
    )
    assert found is not None
    assert found.q == pytest.approx(3 * theirs.statistic, rel=1e-9)
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_with_weights_by_error_it_is_cochrans_as_statsmodels_has_it() -> None:
    theirs: Any = combine_effects(np.array(EFFECTS), np.array(ERRORS), method_re="chi2")
    found = heterogeneity(EFFECTS, ERRORS, [1e9] * 5, [1 / error for error in ERRORS])
    assert found is not None
    assert found.q == pytest.approx(theirs.q, rel=1e-9)
    assert found.i2 == pytest.approx(theirs.i2, rel=1e-9)
    assert found.p == pytest.approx(stats.chi2.sf(found.q, 4), rel=1e-6)


def test_random_effects_are_students_t_over_sites() -> None:
    theirs: Any = stats.ttest_1samp(EFFECTS, 0).confidence_interval(0.95)  # pyright: ignore[reportAttributeAccessIssue]
    found = random_effects(EFFECTS)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(theirs.low, rel=1e-9), pytest.approx(theirs.high, rel=1e-9))


def test_equal_estimates_have_no_variation_between() -> None:
    found = heterogeneity([0.1, 0.1], [0.01, 0.02], [9, 9], [3, 4])
    assert found is not None
    assert (found.q, found.i2, found.p) == (pytest.approx(0, abs=1e-12), 0.0, pytest.approx(1))


def test_one_site_cannot_tell_about_sites() -> None:
    assert heterogeneity([0.1], [0.01], [9], [5]) is None
    assert random_effects([0.1]) is None


@pytest.mark.parametrize("method", ["bh", "by"])
def test_q_values_are_those_of_scipy(method: str) -> None:
    p = np.random.default_rng(1).random(40) ** 2
    theirs = stats.false_discovery_control(p, method=method)  # pyright: ignore[reportArgumentType]
    assert q_values(p, dependent=method == "by") == pytest.approx(theirs, rel=1e-9)


def test_tests_that_were_not_kept_count_as_looked_at() -> None:
    every = np.concatenate([[0.001, 0.01], np.ones(98)])
    assert q_values(every[:2], hypotheses=100) == pytest.approx(q_values(every)[:2])


def test_what_has_no_p_has_no_q() -> None:
    assert q_values([np.nan, 0.02, np.nan]) == pytest.approx([np.nan, 0.02, np.nan], nan_ok=True)
    assert q_values([]).shape == (0,)
