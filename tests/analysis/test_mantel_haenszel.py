"""Common effects over strata against statsmodels, SciPy and figures from a textbook."""

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from pipelines.analysis.mantel_haenszel import Units, odds_ratio, risk_difference, risk_ratio

# Admissions to Berkeley's six largest departments by sex (Bickel, Hammel and O'Connell, Science 187, 1975):
# admitted and rejected men, admitted and rejected women.
BERKELEY = [
    (512, 313, 89, 19),
    (353, 207, 17, 8),
    (120, 205, 202, 391),
    (138, 279, 131, 244),
    (53, 138, 94, 299),
    (22, 351, 24, 317),
]


def units_of(tables: list[tuple[int, int, int, int]]) -> Units:
    rows = [
        (outcome, exposed, stratum)
        for stratum, (a, b, c, d) in enumerate(tables)
        for n, outcome, exposed in ((a, 1.0, True), (b, 0.0, True), (c, 1.0, False), (d, 0.0, False))
        for _ in range(n)
    ]
    outcome, exposed, stratum = (np.array(column) for column in zip(*rows, strict=True))
    return Units.telling(outcome, exposed, stratum, np.arange(len(outcome)))


def a_world(seed: int, n: int = 120, strata: int = 5) -> Units:
    random = np.random.default_rng(seed)
    return Units.telling(random.random(n), random.random(n) < 0.4, random.integers(0, strata, n), np.arange(n))


def test_odds_ratio_and_risk_ratio_are_those_of_statsmodels() -> None:
    theirs = StratifiedTable([np.array(table, dtype=float).reshape(2, 2) for table in BERKELEY])
    units = units_of(BERKELEY)
    odds, risk = odds_ratio(units), risk_ratio(units)
    assert odds is not None
    assert risk is not None
    assert odds.estimate == pytest.approx(theirs.oddsratio_pooled, rel=1e-9)
    assert risk.estimate == pytest.approx(theirs.riskratio_pooled, rel=1e-9)
    # R's documentation of mantelhaen.test gives 0.9046968 (0.7719074 to 1.0603298) for these data; its interval is
    # that of binomial cells, ours that of independent units: as many here.
    assert odds.estimate == pytest.approx(0.9046968, abs=1e-7)
    assert (odds.low, odds.high) == (pytest.approx(0.7719074, abs=2e-3), pytest.approx(1.0603298, abs=2e-3))


@pytest.mark.parametrize("seed", range(5))
def test_the_difference_is_that_of_a_regression_with_an_intercept_a_stratum(seed: int) -> None:
    units = a_world(seed)
    design = np.column_stack([units.exposed, np.eye(units.strata)[units.stratum]]).astype(float)
    theirs = sm.OLS(units.outcome, design).fit(cov_type="HC2")
    found = risk_difference(units)
    assert found is not None
    assert found.estimate == pytest.approx(theirs.params[0], rel=1e-9)
    assert found.squared_error**0.5 == pytest.approx(theirs.bse[0], rel=1e-9)
    assert found.exposed - found.unexposed == pytest.approx(found.estimate, abs=1e-12)
    # Degrees of freedom by the definition: M diag(c) M for the residual maker M.
    maker = np.eye(len(units)) - design @ np.linalg.solve(design.T @ design, design.T)
    lean = units.centred(units.exposed.astype(float))
    form = maker @ np.diag(lean**2 / np.diag(maker)) @ maker
    assert found.freedom == pytest.approx(np.trace(form) ** 2 / np.trace(form @ form), rel=1e-9)


def test_in_one_stratum_the_error_is_that_of_welch() -> None:
    random = np.random.default_rng(8)
    hard, soft = random.random(12), random.random(30) * 0.5
    units = Units.telling(np.concatenate([hard, soft]), np.repeat([True, False], [12, 30]), np.zeros(42), np.arange(42))
    found = risk_difference(units)
    assert found is not None
    theirs: Any = stats.ttest_ind(hard, soft, equal_var=False)
    assert found.estimate / found.squared_error**0.5 == pytest.approx(theirs.statistic, rel=1e-9)


def test_pairs_have_the_error_of_the_paired_test() -> None:
    random = np.random.default_rng(9)
    first, second = random.random(25), random.random(25)
    units = Units.telling(
        np.concatenate([first, second]), np.repeat([True, False], 25), np.tile(np.arange(25), 2), np.arange(50)
    )
    clustered = Units(units.outcome, units.exposed, units.stratum, units.stratum)
    found = risk_difference(units)
    theirs: Any = stats.ttest_rel(first, second)
    assert found is not None
    # Half of the leverage correction of a pair falls to its own mean: √(24/25) of the paired error.
    assert found.estimate / found.squared_error**0.5 == pytest.approx(theirs.statistic, rel=0.02)
    assert risk_difference(clustered) is not None


def test_rows_of_one_host_count_as_one_cluster() -> None:
    once = a_world(2)
    twice = Units.telling(
        np.tile(once.outcome, 2),
        np.tile(once.exposed, 2),
        np.concatenate([once.stratum, once.stratum + 10]),
        np.tile(once.cluster, 2),
    )
    alone, again = risk_difference(once), risk_difference(twice)
    assert alone is not None
    assert again is not None
    assert again.estimate == pytest.approx(alone.estimate, rel=1e-9)
    assert again.squared_error == pytest.approx(alone.squared_error, rel=0.02)  # and not half of it


def test_the_bootstrap_agrees_with_the_robust_interval() -> None:
    found = risk_difference(a_world(3, n=600))
    assert found is not None
    robust, bootstrap = found.interval(), found.bootstrap_interval(seed=1)
    assert bootstrap.low == pytest.approx(robust.low, abs=0.1 * (robust.high - robust.low))
    assert found.bootstrap_interval(seed=1) == bootstrap


@pytest.mark.parametrize(
    ("outcome", "exposed", "stratum"),
    [
        ([], [], []),
        ([0.2, 0.4], [True, False], [0, 0]),
        ([0.2, 0.4, 0.1], [True, True, True], [0, 0, 0]),
        ([0.2, 0.4, 0.1], [True, False, True], [0, 1, 2]),
        ([0.5] * 8, [True, False] * 4, [0] * 8),
    ],
)
def test_what_cannot_be_told_is_none(outcome: list[float], exposed: list[bool], stratum: list[int]) -> None:
    units = Units.telling(np.array(outcome), np.array(exposed, dtype=bool), np.array(stratum), np.arange(len(outcome)))
    assert risk_difference(units) is None
    assert risk_ratio(units) is None
    assert odds_ratio(units) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 30), st.integers(1, 6))
def test_never_a_nan(seed: int, n: int, strata: int) -> None:
    random = np.random.default_rng(seed)
    units = Units.telling(
        random.choice([0.0, 0.5, 1.0], n),
        random.random(n) < 0.5,
        random.integers(0, strata, n),
        random.integers(0, n, n),
    )
    found = risk_difference(units)
    assume(found is not None)
    for interval in (found.interval(), risk_ratio(units), odds_ratio(units)):  # pyright: ignore[reportOptionalMemberAccess]
        if interval is not None:
            assert np.isfinite([interval.estimate, interval.low, interval.high]).all()
            assert interval.low <= interval.estimate <= interval.high
