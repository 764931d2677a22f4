"""That tests reject and intervals cover about as often as they say, on few enough worlds to be a test."""

import numpy as np
import polars as pl
import pytest

from benchmarks.calibration import EFFECT, SHAPES, coverage_rates, null_rates
from pipelines.analysis.simulate import Shape, simulate
from pipelines.lake.parts import check
from pipelines.lake.schema import EXPOSURES


def test_simulated_sites_show_the_planted_effect() -> None:
    shape = Shape("large", days=2, hosts=2000, effect=0.2, day_spread=0.0, captures=1)
    found = simulate(shape, 1, seed=1)
    check(EXPOSURES, found)
    related = found.filter(kind="related").group_by(hard=pl.col("host_hard") > 0.5).agg(pl.col("item_clickbait").mean())
    shares = dict(related.iter_rows())
    assert shares[True] - shares[False] == pytest.approx(0.2, abs=0.02)
    assert shares[False] == pytest.approx(0.3, abs=0.02)
    assert found.filter(kind="popular")["target_id"].n_unique() == 5
    assert simulate(shape, 1, seed=1).equals(found)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_tests_and_intervals_hold_what_they_say(shape: Shape) -> None:
    # 100 worlds: a true share of 0.05 is above 0.12 once in 400 tries.
    rates, _ = null_rates(shape, 100, seed=7)
    rejected = {name: np.mean(found) for name, found in rates.items() if len(found) >= 100}
    naive = rejected.pop("χ² on raw exposures (naive)")
    assert len(rejected) >= 8
    assert all(share <= 0.12 for share in rejected.values()), rejected
    assert naive > 0.15
    covers, _ = coverage_rates(shape, 50, seed=8)
    covered = {name: np.mean(found) for name, found in covers.items()}
    assert all(share >= 0.84 for share in covered.values()), (EFFECT, covered)
