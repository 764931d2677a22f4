"""Pooling and multiplicity against statsmodels and SciPy."""

from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.pooling import heterogeneity, random_effects

EFFECTS, ERRORS = [0.30, 0.02, 0.11, -0.04, 0.19], [0.004, 0.002, 0.003, 0.001, 0.006]


def test_heterogeneity_is_that_of_statsmodels() -> None:
    theirs: Any = combine_effects(np.array(EFFECTS), np.array(ERRORS), method_re="chi2")
    found = heterogeneity(EFFECTS, ERRORS)
    assert found is not None
    assert found.q == pytest.approx(theirs.q, rel=1e-9)
    assert found.i2 == pytest.approx(theirs.i2, rel=1e-9)
    assert found.tau2 == pytest.approx(theirs.tau2, rel=1e-9)
    assert found.p == pytest.approx(stats.chi2.sf(theirs.q, 4), rel=1e-9)


def test_random_effects_are_those_of_statsmodels() -> None:
    theirs: Any = combine_effects(np.array(EFFECTS), np.array(ERRORS), method_re="chi2")
    found = random_effects(EFFECTS, ERRORS)
    assert found is not None
    assert found.estimate == pytest.approx(theirs.mean_effect_re, rel=1e-9)
    error = max(theirs.sd_eff_w_re, theirs.sd_eff_w_re_hksj)
    assert found.high - found.low == pytest.approx(2 * stats.t.ppf(0.975, 4) * error, rel=1e-9)


def test_equal_estimates_have_no_variation_between() -> None:
    found = heterogeneity([0.1, 0.1], [0.01, 0.02])
    assert found is not None
    assert (found.q, found.i2, found.tau2, found.p) == (pytest.approx(0, abs=1e-12), 0.0, 0.0, pytest.approx(1))


def test_one_site_cannot_tell_about_sites() -> None:
    assert heterogeneity([0.1], [0.01]) is None
    assert random_effects([0.1], [0.01]) is None


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
