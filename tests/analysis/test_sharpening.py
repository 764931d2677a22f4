"""Cards against headlines: by hand and against statsmodels."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from pipelines import analysis
from pipelines.analysis.sharpening import mcnemar_p, mean_change, signed_rank_p
from pipelines.lake.parts import check, frame
from pipelines.lake.schema import HEADLINE_VARIANTS, SHARPENING
from tests.analysis.test_wordings import MORNING


def variants(*rows: tuple[str, str, float | None, int]) -> pl.DataFrame:
    """Wordings as (story, form, clickbait, shown)."""
    return frame(
        HEADLINE_VARIANTS,
        [
            {
                "site": "sabah",
                "target_id": story,
                "form": form,
                "headline_id": f"{n}",
                "headline": "words",
                "shown": shown,
                "first_seen": MORNING,
                "last_seen": MORNING,
                "clickbait": clickbait,
                "variants": 1,
            }
            for n, (story, form, clickbait, shown) in enumerate(rows)
        ],
    )


def test_by_hand() -> None:
    found = analysis.sharpening(
        variants(
            ("t", "title", 0.1, 1), ("t", "headline", 0.2, 9), ("t", "display", 0.9, 3), ("t", "display", 0.5, 1),
            ("u", "title", 0.4, 1), ("u", "headline", 0.4, 2),
            ("v", "title", 0.7, 1), ("v", "headline", 0.3, 2),
            ("w", "title", None, 1), ("w", "headline", 0.9, 1),
        )
    )  # fmt: skip
    check(SHARPENING, found)
    article, card = found.sort("compared").to_dicts()
    # t: 0.1 → 0.8 (display, by how often shown); u unchanged; v: 0.7 → 0.3; w has no known title.
    assert (article["stories"], article["changed"]) == (3, 2)
    assert (article["became_clickbait"], article["ceased_to_be"]) == (1, 1)
    assert article["sharpening"] == pytest.approx((0.7 + 0.0 - 0.4) / 3)
    assert article["sharpening_low"] < article["sharpening"] < article["sharpening_high"]
    assert (card["stories"], card["sharpening"], card["wilcoxon_p"]) == (1, None, None)


def test_mid_p_of_mcnemar_is_that_of_statsmodels() -> None:
    for b, c in ((3, 9), (7, 7), (0, 5)):
        theirs: Any = mcnemar([[4, b], [c, 6]], exact=True)
        # theirs without mid-p: 2 · cdf; ours takes off one probability of what was seen.
        exact = min(1.0, float(theirs.pvalue))
        law: Any = stats.binom(b + c, 0.5)
        expected = exact - law.pmf(min(b, c)) if b != c else min(1.0, 2 * law.cdf(b) - law.pmf(b))
        assert mcnemar_p(b, c) == pytest.approx(expected, rel=1e-9)


def test_changes_too_few_to_reject_are_not_tested() -> None:
    told = mcnemar_p(5, 0)
    assert told is not None
    assert told < 0.05
    assert mcnemar_p(4, 0) is mcnemar_p(2, 2) is mcnemar_p(0, 0) is None


def test_the_interval_is_that_of_the_paired_test() -> None:
    random = np.random.default_rng(1)
    full, shown = random.random(30), random.random(30)
    theirs: Any = stats.ttest_rel(shown, full).confidence_interval()
    assert mean_change(full, shown) == (pytest.approx((shown - full).mean()), *map(pytest.approx, theirs))


def test_what_does_not_differ_cannot_be_told() -> None:
    same = np.full(5, 0.5)
    assert mean_change(same, same) is signed_rank_p(same, same) is None
    assert analysis.sharpening(variants()).is_empty()
