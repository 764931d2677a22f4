"""Counted, expected and corrected shares, by hand and against worlds whose truth is known."""

import numpy as np
import pytest

from pipelines import analysis
from pipelines.analysis.misclassification import Gold
from pipelines.analysis.prevalence import corrected_share
from pipelines.lake.schema import CLICKBAIT_SHARES
from tests.analysis.rows import exposure, exposures_of

GOOD = Gold(clickbait=100, clickbait_right=80, other=100, other_right=90)


def test_a_teaser_counts_once_beside_a_host_however_often_captured() -> None:
    rows = [
        exposure("A", "x", 0.9),
        exposure("A", "x", 0.7, capture_id="later"),
        exposure("A", "y", 0.2),
        exposure("B", "x", 0.8, kind="popular"),
        exposure("B", "z", None),
    ]
    found = analysis.clickbait_shares(exposures_of(rows), golds={"sabah": GOOD})
    assert found.columns == CLICKBAIT_SHARES.schema.names()
    told = {row["kind"]: row for row in found.iter_rows(named=True)}
    assert set(told) == {"all", "related", "popular"}
    assert (told["all"]["hosts"], told["all"]["teasers"], told["all"]["called"]) == (2, 3, 2)
    assert told["all"]["expected"] == pytest.approx(0.8 + 0.2 + 0.8)
    assert told["related"]["share_called"] == 0.5
    # (2/3 + 0.9 − 1) / (0.8 + 0.9 − 1)
    assert told["all"]["share_corrected"] == pytest.approx((2 / 3 - 0.1) / 0.7)
    assert told["popular"]["share_corrected"] is None


def test_without_gold_nothing_is_corrected_and_nothing_in_gives_nothing_out() -> None:
    found = analysis.clickbait_shares(exposures_of([exposure("A", "x", 0.9), exposure("B", "y", 0.1)]))
    assert found["share_corrected"].null_count() == found.height
    assert analysis.clickbait_shares(exposures_of([])).is_empty()


def test_a_classifier_no_better_than_chance_corrects_nothing() -> None:
    chance = Gold(clickbait=20, clickbait_right=10, other=20, other_right=10)
    assert corrected_share(np.array([1, 2, 0]), np.array([4, 4, 4]), chance) is None


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    inside = 0
    for world in range(400):
        gold = Gold(150, int(random.binomial(150, 0.8)), 150, int(random.binomial(150, 0.9)))
        teasers = random.integers(5, 15, 60)
        true = random.binomial(teasers, random.beta(3, 7, 60))
        called = random.binomial(true, 0.8) + random.binomial(teasers - true, 0.1)
        found = corrected_share(called, teasers, gold, seed=world)
        assert found is not None
        inside += found.low <= 0.3 <= found.high
    assert 0.92 <= inside / 400 <= 0.98
