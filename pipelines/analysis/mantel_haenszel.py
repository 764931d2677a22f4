"""Effects common to many strata: difference, ratio and odds ratio of shares, each with an interval.

A unit is a host in a stratum: its outcome lies in 0–1 (the share of clickbait beside it), and it is exposed (hard news)
or not. Each unit weighs the same, so that a 2×2 table of a stratum holds sums of shares where textbooks have counts;
with outcomes 0 and 1 these are the textbooks' estimators. A cluster is what was drawn together: the rows of one host.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

# A standard error below this is the rounding of equal outcomes, not variation between hosts.
_NO_VARIATION = 1e-9
# Clusters whose signs the bootstrap draws; of more, several are added up, each with a sign of its own.
_SIGNS = 1024
# Skewness below which the transformation that removes it does nothing but divide by nought.
_NO_SKEWNESS = 1e-6


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the ends of its interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The common difference, its parts, and what its uncertainty rests on.

    `exposed` and `unexposed` are the standardised shares of which it is the difference, `parts` each cluster's
    contribution to the error (their squares sum to `squared_error`), `freedom` the degrees of freedom behind it, and
    `weight` the sum of the strata's weights n₁·n₀/n: how much there was to compare.
    """

    estimate: float
    exposed: float
    unexposed: float
    squared_error: float
    freedom: float
    weight: float
    parts: Floats

    @property
    def skewness(self) -> float:
        """Σ part³ / squared_error^1.5: how lopsided the error is."""
        return float((self.parts**3).sum()) / self.squared_error**1.5

    def interval(self, level: float = 0.95) -> Interval:
        """By Student's t from the cluster-robust standard error, made lopsided as the error is (`between`)."""
        return self.between(float(stats.t.ppf((1 + level) / 2, self.freedom)))

    def between(self, quantile: float) -> Interval:
        """The differences whose t = (estimate − difference) / error is not beyond ±quantile once its skewness is gone.

        Where few contribute much (rare hard news beside rare clickbait) a low estimate comes with a small error, so
        that t is skewed. g(t) = t + γt²/3 + γ²t³/27 + γ/6 is not, γ being the error's skewness; its inverse is
        3/γ · (∛(1 + γ(x − γ/6)) − 1). Cut to −1–1, where differences of shares lie.

        Source: Hall, "On the removal of skewness by transformation", JRSS B 54, 1992.
        """
        error, skewness = self.squared_error**0.5, self.skewness
        reach = np.array([-quantile, quantile])
        if abs(skewness) > _NO_SKEWNESS:
            reach = 3 / skewness * (np.cbrt(1 + skewness * (reach - skewness / 6)) - 1)
        low, high = self.estimate - error * reach[1], self.estimate - error * reach[0]
        return Interval(self.estimate, max(-1.0, float(low)), min(1.0, float(high)))

    def bootstrap_interval(self, *, level: float = 0.95, draws: int = 1_999, seed: int = 0) -> Interval:
        """By the wild cluster bootstrap: contributions keep their size and change sign at random, cluster by cluster.

        The spread of the draws is widened by t / normal, as few degrees of freedom ask for, and made lopsided as that
        of `interval` is.

        Source: Cameron, Gelbach and Miller, "Bootstrap-based improvements for inference with clustered errors", Review
        of Economics and Statistics 90, 2008, with Rademacher weights.
        """
        random = np.random.default_rng(seed)
        parts = np.sort(self.parts)  # so that the interval does not depend on the order of the clusters
        if len(parts) > _SIGNS:
            parts = np.bincount(np.arange(len(parts)) % _SIGNS, weights=parts * random.choice([-1.0, 1.0], len(parts)))
        bits = np.frombuffer(random.bytes(draws * -(-len(parts) // 8)), dtype=np.uint8).reshape(draws, -1)
        # Half of Σ ± part is Σ of the parts drawn, less half of all.
        drawn = np.unpackbits(bits, axis=1, count=len(parts)).astype(np.float32) @ parts.astype(np.float32)
        quantile = float(np.quantile(np.abs(2 * drawn - parts.sum()), level)) / self.squared_error**0.5
        return self.between(
            quantile * float(stats.t.ppf((1 + level) / 2, self.freedom) / stats.norm.ppf((1 + level) / 2))
        )


@dataclass(frozen=True, slots=True)
class Units:
    """Units in the strata that tell: those with exposed and unexposed units. Codes count from 0 without gaps."""

    outcome: Floats
    exposed: NDArray[np.bool_]
    stratum: NDArray[np.int64]
    cluster: NDArray[np.int64]

    @classmethod
    def telling(cls, outcome: Floats, exposed: NDArray[np.bool_], stratum: NDArray, cluster: NDArray) -> "Units":
        """The units given, without strata in which all or none are exposed: they have nothing to be compared with."""
        _, code = np.unique(stratum, return_inverse=True)
        share = np.bincount(code, weights=exposed) / np.maximum(np.bincount(code), 1)
        kept = ((share > 0) & (share < 1))[code] if len(code) else np.zeros(0, dtype=bool)
        return cls(
            np.asarray(outcome, dtype=float)[kept],
            np.asarray(exposed, dtype=bool)[kept],
            np.unique(code[kept], return_inverse=True)[1],
            np.unique(np.asarray(cluster)[kept], return_inverse=True)[1],
        )

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def strata(self) -> int:
        """How many strata there are."""
        return int(self.stratum.max()) + 1 if len(self) else 0

    def tables(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Per stratum the 2×2 table: exposed with and without the outcome, unexposed with and without it."""
        cells = []
        for side in (self.exposed, ~self.exposed):
            code, outcome = self.stratum[side], self.outcome[side]
            with_it = np.bincount(code, weights=outcome, minlength=self.strata)
            cells += [with_it, np.bincount(code, minlength=self.strata) - with_it]
        return cells[0], cells[1], cells[2], cells[3]

    def centred(self, values: NDArray) -> Floats:
        """Values less their stratum's mean."""
        mean = np.bincount(self.stratum, weights=values) / np.bincount(self.stratum)
        return values - mean[self.stratum]


def risk_difference(units: Units) -> Difference | None:
    """Σ (a·n₀ − b·n₁)/n ÷ Σ n₁·n₀/n over strata; None when it cannot be told how sure it is.

    a and b are the outcomes of the n₁ exposed and n₀ unexposed units of a stratum. This is the least-squares slope of
    the outcome on exposure with an intercept a stratum, so its error is the cluster-robust one of that regression, with
    residuals divided by √(1 − leverage) (HC2), and the degrees of freedom are those of Bell and McCaffrey for
    independent equal errors. In one stratum that is Welch's standard error. It holds for few large strata and for many
    small ones alike. None when units less strata leave no freedom or no outcome differs within a stratum.

    Source: Mantel and Haenszel, JNCI 22, 1959; Greenland and Robins, Biometrics 41, 1985, for the difference; MacKinnon
    and White, Journal of Econometrics 29, 1985, for HC2; Bell and McCaffrey, Survey Methodology 28, 2002.
    """
    if len(units) <= units.strata + 1:
        return None
    lean, outcome = units.centred(units.exposed), units.centred(units.outcome)
    weight = float((lean**2).sum())
    estimate = float((lean * outcome).sum()) / weight
    spread = _widened(units, lean, outcome - estimate * lean)
    parts: Floats = np.bincount(units.cluster, weights=lean / weight * spread).astype(float)
    squared_error = float((parts**2).sum())
    if squared_error**0.5 < _NO_VARIATION:
        return None
    a, b, c, d = units.tables()
    n1, n0 = a + b, c + d
    of_stratum = n1 * n0 / (n1 + n0) / weight
    # The rows of a cluster are taken for one, however little they repeat each other.
    freedom = _freedom(units, lean) * len(parts) / len(units)
    return Difference(
        estimate,
        float((of_stratum * a / n1).sum()),
        float((of_stratum * c / n0).sum()),
        squared_error,
        freedom,
        weight,
        parts,
    )


def risk_ratio(units: Units, level: float = 0.95) -> Interval | None:
    """Σ a·n₀/n ÷ Σ b·n₁/n over strata, with a cluster-robust interval by linearisation on the log scale.

    None where either side never shows the outcome, or the difference cannot be told.

    Source: Nurminen, Biometrika 68, 1981; Greenland and Robins, Biometrics 41, 1985.
    """
    a, b, c, d = units.tables()
    n = a + b + c + d
    above, below = (a * (c + d) / n).sum(), (c * (a + b) / n).sum()
    if above <= _NO_VARIATION or below <= _NO_VARIATION:
        return None
    slope = np.where(units.exposed, ((c + d) / n / above)[units.stratum], -((a + b) / n / below)[units.stratum])
    return _ratio(units, above / below, slope, level)


def odds_ratio(units: Units, level: float = 0.95) -> Interval | None:
    """The common odds ratio Σ a·d/n ÷ Σ b·c/n over strata, with a cluster-robust interval by linearisation.

    None where a side always or never shows the outcome, or the difference cannot be told.

    Source: Mantel and Haenszel, JNCI 22, 1959; the linearisation is that of Phillips and Holland, Biometrics 43, 1987,
    applied to units instead of binomial cells.
    """
    a, b, c, d = units.tables()
    n = a + b + c + d
    above, below = (a * d / n).sum(), (b * c / n).sum()
    if above <= _NO_VARIATION or below <= _NO_VARIATION:
        return None
    slope = np.where(
        units.exposed, (d / n / above + c / n / below)[units.stratum], -(a / n / above + b / n / below)[units.stratum]
    )
    return _ratio(units, above / below, slope, level)


def _ratio(units: Units, estimate: float, slope: Floats, level: float) -> Interval | None:
    """The interval of a ratio from the slope of its logarithm in each unit's outcome."""
    difference = risk_difference(units)
    if difference is None:
        return None
    lean = units.centred(units.exposed)
    residual = units.centred(units.outcome) - difference.estimate * lean
    parts = np.bincount(units.cluster, weights=slope * _widened(units, lean, residual))
    reach = float(stats.t.ppf((1 + level) / 2, difference.freedom)) * float((parts**2).sum()) ** 0.5
    return Interval(float(estimate), float(estimate * np.exp(-reach)), float(estimate * np.exp(reach)))


def _widened(units: Units, lean: Floats, residual: Floats) -> Floats:
    """Residuals divided by √(1 − leverage); a unit that determines its own fit has none."""
    leverage = 1 / np.bincount(units.stratum)[units.stratum] + lean**2 / (lean**2).sum()
    free = 1 - leverage
    return np.where(free > _NO_VARIATION, residual / np.sqrt(np.maximum(free, _NO_VARIATION)), 0.0)


def _freedom(units: Units, lean: Floats) -> float:
    """(tr G)² / tr G² for the quadratic form G of the residuals that the squared error is, under equal errors."""
    size = np.bincount(units.stratum)
    weight = (lean**2).sum()
    leverage = 1 / size[units.stratum] + lean**2 / weight
    share = np.where(1 - leverage > _NO_VARIATION, lean**2 / np.maximum(1 - leverage, _NO_VARIATION), 0.0)
    trace = (share * (1 - leverage)).sum()
    of_stratum = np.bincount(units.stratum, weights=share)
    leaning = np.bincount(units.stratum, weights=share * lean)
    squares = (
        (share**2 * (1 - 2 * leverage)).sum()
        + ((of_stratum / size) ** 2).sum()
        + (2 * leaning**2 / size).sum() / weight
        + ((share * lean**2).sum() / weight) ** 2
    )
    return float(trace**2 / squares)
