"""The permutation null: its moments and tails against every permutation written down, and against other code."""

from itertools import product
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from pipelines.analysis.permutation import exact_p, monte_carlo_p, null, permutation_p

World = tuple[np.ndarray, np.ndarray, np.ndarray]


@st.composite
def worlds(draw: st.DrawFn, values: st.SearchStrategy[float] | None = None) -> World:
    """Scores, labels and strata of up to nine hosts."""
    n = draw(st.integers(2, 9))
    of = values or st.sampled_from([0.0, 0.25, 0.5, 0.9])
    score = draw(st.lists(of, min_size=n, max_size=n))
    label = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    stratum = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    return np.array(score), np.array(label), np.array(stratum)


def every_sum(score: np.ndarray, label: np.ndarray, stratum: np.ndarray) -> np.ndarray:
    """The labelled sum under each way to give out as many labels in each stratum, by trying every subset of hosts."""
    kept = np.bincount(stratum, weights=label, minlength=3)
    others = (np.array(other) for other in product([False, True], repeat=len(score)))
    return np.array(
        [score[other].sum() for other in others if (np.bincount(stratum, weights=other, minlength=3) == kept).all()]
    )


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_moments_are_those_of_every_permutation(world: World) -> None:
    found, sums = null(*world), every_sum(*world)
    assert found.mean == pytest.approx(sums.mean(), abs=1e-12)
    assert found.variance == pytest.approx(sums.var(), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_exact_p_counts_every_permutation(world: World) -> None:
    found, sums = exact_p(*world), every_sum(*world)
    if sums.std() < 1e-9:
        assert found is None
        return
    distance, ours = np.abs(sums - sums.mean()), abs(world[0][world[1]].sum() - sums.mean())
    beyond, as_far = (distance > ours + 1e-9).mean(), (np.abs(distance - ours) <= 1e-9).mean()
    assert found == pytest.approx(beyond + as_far / 2, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(worlds())
def test_monte_carlo_agrees_with_exact(world: World) -> None:
    exact = exact_p(*world)
    sampled = monte_carlo_p(*world, draws=4_000, seed=5)
    assert (sampled is None) == (exact is None)
    if exact is not None and sampled is not None:
        assert sampled == pytest.approx(exact, abs=0.05)


def test_zero_one_scores_are_the_mantel_haenszel_test() -> None:
    random = np.random.default_rng(3)
    stratum, label = random.integers(0, 6, 400), random.random(400) < 0.4
    score = (random.random(400) < 0.3).astype(float)
    tables = [
        [[np.sum((stratum == s) & (label == x) & (score == y)) for y in (1, 0)] for x in (True, False)]
        for s in range(6)
    ]
    theirs: Any = StratifiedTable(np.array(tables, dtype=float).transpose(1, 2, 0)).test_null_odds(correction=False)
    ours = null(score, label, stratum)
    assert ours.z is not None
    assert ours.z**2 == pytest.approx(theirs.statistic, rel=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_one_stratum_of_zeros_and_ones_is_the_hypergeometric_distribution() -> None:
    score, label = np.repeat([1.0, 0.0], [5, 9]), np.zeros(14, dtype=bool)
    label[[0, 1, 2, 3, 5]] = True  # 4 of the 5 ones among 5 labelled
    law: Any = stats.hypergeom(14, 5, 5)
    far = [k for k in range(6) if abs(k - law.mean()) > abs(4 - law.mean()) + 1e-9]
    expected = sum(law.pmf(k) for k in far) + law.pmf(4) / 2
    assert exact_p(score, label, np.zeros(14)) == pytest.approx(expected, abs=1e-12)


def test_many_hosts_with_joined_levels_still_have_the_null_variance() -> None:
    random = np.random.default_rng(1)
    n = 40_000
    score, label, stratum = random.random(n) ** 3, random.random(n) < 0.3, random.integers(0, 200, n)
    found = null(score, label, stratum)
    assert found.p is not None
    assert monte_carlo_p(score, label, stratum, draws=4_000, seed=2) == pytest.approx(found.p, abs=0.03)


def test_a_null_near_the_normal_law_is_not_drawn() -> None:
    random = np.random.default_rng(5)
    score, label, stratum = random.random(400), random.random(400) < 0.5, random.integers(0, 4, 400)
    near = permutation_p(score, label, stratum, seed=1)
    assert near == null(score, label, stratum).p
    assert near == pytest.approx(monte_carlo_p(score, label, stratum, draws=20_000), abs=0.012)
    # A few large scores, and few labelled: the sum leans to one side.
    lopsided, few = random.random(400) ** 20, random.random(400) < 0.1
    drawn = permutation_p(lopsided, few, stratum, seed=1)
    assert drawn == monte_carlo_p(lopsided, few, stratum, seed=1)


def test_a_seed_makes_it_repeatable() -> None:
    random = np.random.default_rng(4)
    world = random.random(60), random.random(60) < 0.5, random.integers(0, 3, 60)
    assert permutation_p(*world, draws=500, seed=9) == permutation_p(*world, draws=500, seed=9)
    assert exact_p(*world) is None


@pytest.mark.parametrize(
    "world",
    [
        ([], [], []),
        ([0.1, 0.7], [True, True], [0, 0]),  # only hard news
        ([0.1, 0.7], [True, False], [0, 1]),  # one article a stratum
        ([0.5] * 6, [True, False] * 3, [0] * 6),  # all probabilities one half
        ([0.1 + 0.2, 0.3] * 3, [True, False] * 3, [0] * 6),  # equal but for rounding
    ],
)
def test_what_cannot_vary_has_no_p_value(world: tuple[list[float], list[bool], list[int]]) -> None:
    assert null(*world).z is None
    assert null(*world).p is None
    assert permutation_p(*world, draws=50) is None
