"""Many estimates of one effect: whether sites differ, and their mean with an interval that knows they do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipelines.analysis.mantel_haenszel import Interval


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's Q with its p-value, and I²: the share of the variation that is between sites."""

    q: float
    p: float
    i2: float


def heterogeneity(
    estimates: Sequence[float], squared_errors: Sequence[float], freedom: Sequence[float]
) -> Heterogeneity | None:
    """How much independent estimates differ beyond their errors; None for fewer than two.

    Q = Σ w(y − ȳ)² with w = 1 / squared error; I² = max(0, (Q − (k − 1)) / Q). That weights are estimated, each on its
    degrees of freedom ν, makes Q larger than chi-squared by chance: with Λ = Σ (1 − w/Σw)²/ν, its p-value is that of
    Q / (k − 1) / (1 + 2(k − 2)Λ/(k² − 1)) by F with k − 1 and (k² − 1)/(3Λ) degrees of freedom.

    Source: Cochran, Biometrics 10, 1954; Welch, "On the comparison of several mean values", Biometrika 38, 1951;
    Higgins and Thompson, Statistics in Medicine 21, 2002, for I².
    """
    y, w = np.asarray(estimates, dtype=float), 1 / np.asarray(squared_errors, dtype=float)
    k = len(y)
    if k < 2:
        return None
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    unsure = float(((1 - w / w.sum()) ** 2 / np.asarray(freedom, dtype=float)).sum())
    ratio = q / (k - 1) / (1 + 2 * (k - 2) * unsure / (k**2 - 1))
    p = float(stats.f.sf(ratio, k - 1, (k**2 - 1) / (3 * unsure)))
    return Heterogeneity(q, p, max(0.0, q - (k - 1)) / q if q > 0 else 0.0)


def random_effects(estimates: Sequence[float], level: float = 0.95) -> Interval | None:
    """The mean effect over a population of sites of which these are a sample; None for fewer than two.

    Each site weighs the same, with Student's t about their mean: the spread of the estimates holds both how sites
    differ and how sure each is. Weights by each site's own error would follow its estimate (few clickbait teasers make
    both small) and reject too often. With two or three sites the interval is very wide: so few say next to nothing
    about sites that were not looked at.

    Source: Follmann and Proschan, Biometrics 55, 1999, for the t-test; Shuster, Statistics in Medicine 29, 2010, for
    equal weights.
    """
    y = np.asarray(estimates, dtype=float)
    k = len(y)
    if k < 2:
        return None
    mean, reach = float(y.mean()), float(stats.t.ppf((1 + level) / 2, k - 1) * y.std(ddof=1) / k**0.5)
    return Interval(mean, mean - reach, mean + reach)
