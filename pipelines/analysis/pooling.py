"""Many estimates of one effect: whether sites differ, and their mean with an interval that knows they do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipelines.analysis.mantel_haenszel import Interval


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Q, which is about the number of estimates less one where they agree, its p-value, and I².

    I² is the share of the variation that is between sites.
    """

    q: float
    p: float
    i2: float


def heterogeneity(
    estimates: Sequence[float], squared_errors: Sequence[float], freedom: Sequence[float], weights: Sequence[float]
) -> Heterogeneity | None:
    """How much independent estimates differ beyond their errors; None for fewer than two.

    F = Σ w(y − ȳ)² / Σ wv(1 − w/Σw) with ȳ = Σwy / Σw; v are the squared errors, each on its degrees of freedom ν, w
    weights that do not depend on the outcome (how many units there are). Its p-value is by F with degrees of freedom
    that match the second moments of both sums: (Σc)² / (Σ w²v²(1 − 2w/Σw) + (Σ w²v / Σw)²) and (Σc)² / Σ c²/ν for
    c = wv(1 − w/Σw). Q = (k − 1)F and I² = max(0, (Q − (k − 1)) / Q), as of Cochran's Q. That weighs by 1/v, which
    rejects too often where events are rare: a low estimate then comes with a small error and outweighs the rest.

    Source: Brown and Forsythe, Technometrics 16, 1974; Mehrotra, Communications in Statistics 26, 1997, for the first
    degrees of freedom; Kulinskaya, Hoaglin, Bakbergenuly and Newman, Research Synthesis Methods 12, 2021, for weights
    that stay; Higgins and Thompson, Statistics in Medicine 21, 2002, for I².
    """
    y, v, w = (np.asarray(values, dtype=float) for values in (estimates, squared_errors, weights))
    k = len(y)
    if k < 2:
        return None
    share = w / w.sum()
    parts = w * v * (1 - share)
    ratio = float((w * (y - share @ y) ** 2).sum() / parts.sum())
    first = parts.sum() ** 2 / (((w * v) ** 2 * (1 - 2 * share)).sum() + (share @ (w * v)) ** 2)
    second = parts.sum() ** 2 / (parts**2 / np.asarray(freedom, dtype=float)).sum()
    return Heterogeneity((k - 1) * ratio, float(stats.f.sf(ratio, first, second)), max(0.0, 1 - 1 / max(ratio, 1e-12)))


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
