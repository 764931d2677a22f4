"""The correction for a classifier's errors: exact where nothing is uncertain, wider where the gold is small."""

import numpy as np
import pytest

from pipelines.analysis.mantel_haenszel import Difference, Units, risk_difference
from pipelines.analysis.misclassification import Gold, corrected, tipping_point

LARGE = Gold(clickbait=10**8, clickbait_right=85 * 10**6, other=10**8, other_right=92 * 10**6)


def difference(estimate: float, error: float = 0.02, freedom: float = 1e6) -> Difference:
    return Difference(estimate, 0.3 + estimate, 0.3, error**2, freedom, 1.0, np.array([error]))


def test_without_uncertainty_it_is_the_formula_of_rogan_and_gladen() -> None:
    # Prevalences 0.5 and 0.2 seen through sensitivity 0.85 and specificity 0.92.
    seen = [0.85 * share + 0.08 * (1 - share) for share in (0.5, 0.2)]
    found = corrected([difference(seen[0] - seen[1], error=1e-9)], [LARGE], [1])
    assert found is not None
    assert (found.low, found.estimate, found.high) == (pytest.approx(0.3, abs=1e-3),) * 3


def test_with_certain_gold_the_interval_is_that_of_the_articles() -> None:
    found = corrected([difference(0.1)], [LARGE], [1], draws=40_000)
    assert found is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.02 / 0.77, rel=0.03)


def test_little_gold_makes_it_wider() -> None:
    small = Gold(clickbait=20, clickbait_right=17, other=25, other_right=23)
    narrow, wide = (corrected([difference(0.2)], [gold], [1]) for gold in (LARGE, small))
    assert narrow is not None
    assert wide is not None
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_sites_are_averaged_by_their_weight() -> None:
    found = corrected([difference(0.077), difference(0.231)], [LARGE, LARGE], [3, 1])
    assert found is not None
    assert found.estimate == pytest.approx((3 * 0.1 + 0.3) / 4)


@pytest.mark.parametrize("gold", [Gold(14, 7, 30, 15), Gold(2, 2, 2, 1)])
def test_a_classifier_that_may_be_chance_corrects_nothing(gold: Gold) -> None:
    assert corrected([difference(0.1)], [gold], [1]) is None


def test_the_tipping_point_undoes_the_finding() -> None:
    found = difference(0.2, error=0.03)
    extra = tipping_point(found)
    # So many more false alarms beside hard news add extra · (1 − share) there, which is the interval's lower end.
    assert extra * (1 - found.exposed) == pytest.approx(found.interval().low)
    assert tipping_point(difference(-0.2, error=0.03)) > 0
    assert tipping_point(difference(0.01)) == 0.0


def test_it_takes_what_the_estimator_gives() -> None:
    random = np.random.default_rng(1)
    units = Units.telling(random.random(80), random.random(80) < 0.5, random.integers(0, 4, 80), np.arange(80))
    found = risk_difference(units)
    assert found is not None
    assert corrected([found], [LARGE], [1]) == corrected([found], [LARGE], [1])
