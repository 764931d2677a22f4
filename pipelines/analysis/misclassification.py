"""What a classifier's errors do to a difference: the correction for known ones, and how large unknown ones must be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.analysis.mantel_haenszel import Difference, Interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gold:
    """How a classifier did on hand-read headlines: of the clickbait ones, and of the others, how many it got right."""

    clickbait: int
    clickbait_right: int
    other: int
    other_right: int

    @property
    def youden(self) -> float:
        """Sensitivity + specificity − 1: the share of a true difference that the classifier lets through."""
        return self.clickbait_right / self.clickbait + self.other_right / self.other - 1

    def draws(self, n: int, random: np.random.Generator) -> Floats:
        """n values that Youden's index may have, from the Beta distributions of both rates (Jeffreys' prior)."""
        rates = [
            random.beta(right + 0.5, of - right + 0.5, n)
            for right, of in ((self.clickbait_right, self.clickbait), (self.other_right, self.other))
        ]
        return rates[0] + rates[1] - 1


def corrected(
    differences: Sequence[Difference],
    golds: Sequence[Gold],
    weights: Sequence[float],
    *,
    level: float = 0.95,
    draws: int = 4_000,
    seed: int = 0,
) -> Interval | None:
    """The true difference behind those measured at sites: their weighted mean of difference / (sens. + spec. − 1).

    For errors that do not depend on the host: shares are then p = π·sens. + (1 − π)(1 − spec.), and so their difference
    shrinks by that factor. The interval draws gold (`Gold.draws`, once for sites that share it) and articles
    (Student's t about each site's difference) together and takes quantiles of the results; it speaks of these sites,
    as the weighted mean does. None where the classifier may be no better than chance, so that the
    correction knows no bound.

    Source: Rogan and Gladen, "Estimating prevalence from the results of a screening test", American Journal of
    Epidemiology 107, 1978; that sampling gold and sample together is needed: Lang and Reiczigel, Preventive Veterinary
    Medicine 113, 2014.
    """
    random = np.random.default_rng(seed)
    tail = (1 - level) / 2
    youden = {gold: gold.draws(draws, random) for gold in dict.fromkeys(golds)}
    if not differences or any(np.quantile(values, tail) <= 0 for values in youden.values()):
        return None
    weight = np.asarray(weights, dtype=float)
    sampled = np.stack(
        [
            (difference.estimate + difference.squared_error**0.5 * random.standard_t(difference.freedom, draws))
            / np.maximum(youden[gold], 1e-3)
            for difference, gold in zip(differences, golds, strict=True)
        ]
    )
    means = np.average(sampled, axis=0, weights=weight)
    estimates = [difference.estimate / gold.youden for difference, gold in zip(differences, golds, strict=True)]
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(np.average(estimates, weights=weight)), max(-1.0, float(low)), min(1.0, float(high)))


def tipping_point(difference: Difference) -> float:
    """How much more often the classifier must wrongly call teasers clickbait beside one side only to make the finding.

    The false-positive rate beside the side with more clickbait would have to exceed the rate beside the other by this
    much for the interval to reach zero; 0 where it does so already. A false-positive rate of ε more adds ε·(1 − π) to a
    share π of clickbait.

    Source: the tipping-point analysis of bias, as in Lash, Fox and Fink, Applying Quantitative Bias Analysis to
    Epidemiologic Data, 2009, chapter 6.
    """
    interval = difference.interval()
    if interval.low <= 0 <= interval.high:
        return 0.0
    nearest, share = (interval.low, difference.exposed) if interval.low > 0 else (-interval.high, difference.unexposed)
    return min(1.0, nearest / max(1e-9, 1 - share))
