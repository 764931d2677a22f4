"""A difference of means with its uncertainty: within one site (Welch), and as the mean over several sites.

Works on sizes, means and variances alone, never on the data behind them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

# A standard error below this is the rounding of a mean over equal shares, not variation between stories.
_NO_VARIATION = 1e-9


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample by its size, mean and variance (n − 1 in the denominator); null where the size does not allow them."""

    n: int = 0
    mean: float | None = None
    variance: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """An estimated difference of means, the squared standard error of it, and the degrees of freedom behind that."""

    estimate: float
    squared_error: float
    freedom: float

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The interval by Student's t at the given level; cut to −1–1, where differences of shares lie."""
        reach = float(stats.t.ppf((1 + level) / 2, self.freedom)) * math.sqrt(self.squared_error)
        return max(-1.0, self.estimate - reach), min(1.0, self.estimate + reach)


def welch(first: Sample, second: Sample) -> Difference | None:
    """Mean of the first less mean of the second, without assuming equal variances.

    None when it cannot be told how sure the difference is: fewer than two on a side, or no variation on either.

    Source: Welch, "The generalization of Student's problem when several different population variances are involved",
    Biometrika 34, 1947; degrees of freedom by Satterthwaite, Biometrics Bulletin 2, 1946.
    """
    if first.mean is None or second.mean is None or first.variance is None or second.variance is None:
        return None
    parts = [(sample.variance or 0.0) / sample.n for sample in (first, second)]
    if math.sqrt(sum(parts)) < _NO_VARIATION:
        return None
    freedom = sum(parts) ** 2 / sum(p**2 / (sample.n - 1) for p, sample in zip(parts, (first, second), strict=True))
    return Difference(first.mean - second.mean, sum(parts), freedom)


def mean_of(differences: Sequence[Difference]) -> Difference | None:
    """The unweighted mean of independent differences, or None for fewer than two.

    It speaks of these sites, each counting the same, and not of sites that were not looked at: its error is that within
    the sites. Degrees of freedom by Satterthwaite (Biometrics Bulletin 2, 1946).
    """
    k = len(differences)
    if k < 2:
        return None
    total = sum(each.squared_error for each in differences)
    freedom = total**2 / sum(each.squared_error**2 / each.freedom for each in differences)
    return Difference(sum(each.estimate for each in differences) / k, total / k**2, freedom)
