"""Many estimates of one effect: whether sites differ, and their mean with an interval that knows they do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipelines.analysis.mantel_haenszel import Interval


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's Q with its p-value, I² (share of the variation that is between sites) and their variance τ²."""

    q: float
    p: float
    i2: float
    tau2: float


def heterogeneity(estimates: Sequence[float], squared_errors: Sequence[float]) -> Heterogeneity | None:
    """How much independent estimates differ beyond their errors; None for fewer than two.

    Q = Σ w(y − ȳ)² with w = 1 / squared error, chi-squared with k − 1 degrees of freedom where all are one;
    I² = max(0, (Q − (k − 1)) / Q); τ² = max(0, (Q − (k − 1)) / (Σw − Σw²/Σw)).

    Source: Cochran, Biometrics 10, 1954; Higgins and Thompson, Statistics in Medicine 21, 2002; DerSimonian and Laird,
    Controlled Clinical Trials 7, 1986.
    """
    y, w = np.asarray(estimates, dtype=float), 1 / np.asarray(squared_errors, dtype=float)
    k = len(y)
    if k < 2:
        return None
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    excess = max(0.0, q - (k - 1))
    tau2 = excess / float(w.sum() - (w**2).sum() / w.sum())
    return Heterogeneity(q, float(stats.chi2.sf(q, k - 1)), excess / q if q > 0 else 0.0, tau2)


def random_effects(estimates: Sequence[float], squared_errors: Sequence[float], level: float = 0.95) -> Interval | None:
    """The mean effect over a population of sites of which these are a sample; None for fewer than two.

    Weights 1 / (squared error + τ²); the interval is that of Hartung, Knapp, Sidik and Jonkman, by Student's t with
    k − 1 degrees of freedom and never narrower than by the weights alone. With two or three sites it is very wide: so
    few say next to nothing about sites that were not looked at.

    Source: DerSimonian and Laird, Controlled Clinical Trials 7, 1986; Hartung and Knapp, Statistics in Medicine 20,
    2001; the lower bound is that of Röver, Knapp and Friede, BMC Medical Research Methodology 15, 2015.
    """
    between = heterogeneity(estimates, squared_errors)
    if between is None:
        return None
    y, w = np.asarray(estimates, dtype=float), 1 / (np.asarray(squared_errors, dtype=float) + between.tau2)
    mean = float((w * y).sum() / w.sum())
    observed = float((w * (y - mean) ** 2).sum()) / (len(y) - 1)
    reach = float(stats.t.ppf((1 + level) / 2, len(y) - 1)) * (max(1.0, observed) / float(w.sum())) ** 0.5
    return Interval(mean, mean - reach, mean + reach)
