"""The permutation null: hosts' labels exchanged within strata, everything on the pages left as it is.

What is tested is the sum of the labelled hosts' scores. Exchanging labels leaves every list, every headline's number of
showings and every block's length untouched, so that the null says only: which host is labelled does not matter within
its stratum. How scores come about is decided by the modules that use this.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

# Exchanges up to which the null distribution is written down whole.
_ENUMERATED = 20_000
# Levels of score that a Monte Carlo replicate draws from, in one stratum and over all: what bounds its cost.
_LEVELS_OF_STRATUM, _LEVELS = 12, 120
# Hosts on each side, and skewness, from and up to which the normal law is as good as drawing.
_NORMAL_HOSTS, _NORMAL_SKEWNESS = 30, 0.1
# Scores closer than this, relative to their spread, are the rounding of equal ones.
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Null:
    """The observed sum of the labelled scores; its mean and variance over all exchanges of labels within strata."""

    observed: float
    mean: float
    variance: float

    @property
    def z(self) -> float | None:
        """The standardised residual (observed − mean) / √variance; None where the null has no variation."""
        return (self.observed - self.mean) / self.variance**0.5 if self.variance > 0 else None

    @property
    def p(self) -> float | None:
        """Two-sided p-value by the normal distribution; None where the null has no variation."""
        return None if self.z is None else float(2 * special.ndtr(-abs(self.z)))


def null(score: ArrayLike, label: ArrayLike, stratum: ArrayLike) -> Null:
    """The permutation null's moments in closed form, for scores, yes/no labels and stratum codes of the same hosts.

    In a stratum of n hosts with m labelled, the sum of their scores z has mean m·z̄ and variance
    m(n − m) / (n(n − 1)) · Σ(z − z̄)²; strata are independent. For 0/1 scores this is the Mantel–Haenszel variance
    without continuity correction.

    Source: Mantel and Haenszel, JNCI 22, 1959; for any scores, Mantel, JASA 58, 1963, section 4.
    """
    return _Strata.of(score, label, stratum).moments()


def exact_p(score: ArrayLike, label: ArrayLike, stratum: ArrayLike) -> float | None:
    """The two-sided mid-p-value over every exchange of labels; None where nothing varies or there are over 20,000.

    P(|T − E T| > |t − E T|) + ½ P(|T − E T| = |t − E T|): the half keeps a test with few possible values from rejecting
    less often than it says.

    Source: Lancaster, "Significance tests in discrete distributions", JASA 56, 1961.
    """
    strata = _Strata.of(score, label, stratum)
    moments = strata.moments()
    if moments.variance <= 0 or strata.log_exchanges() > np.log(_ENUMERATED):
        return None
    distance = np.abs(strata.every_sum() - moments.mean)
    return _beyond(distance, moments) / len(distance)


def monte_carlo_p(
    score: ArrayLike, label: ArrayLike, stratum: ArrayLike, *, draws: int = 10_000, seed: int = 0
) -> float | None:
    """The two-sided p-value over random exchanges of labels, the data's own counted among them; None without variation.

    Labels are not moved host by host: a replicate draws how many of the labelled fall on each level of score in each
    stratum (multivariate hypergeometric), which is the same and does not grow with the hosts. A stratum with more
    than 12 distinct scores, or than its share of 120 levels, has neighbours joined into one level; within a level the
    sum is drawn as normal with its exact variance, so that of a hundred strata only their sum is taken as normal.

    Source: Phipson and Smyth, "Permutation p-values should never be zero", SAGMB 9, 2010, for (1 + b) / (1 + draws).
    """
    strata = _Strata.of(score, label, stratum)
    moments = strata.moments()
    if moments.variance <= 0:
        return None
    distance = np.abs(strata.random_sums(draws, np.random.default_rng(seed)) - moments.mean)
    return (1 + _beyond(distance, moments)) / (1 + draws)


def permutation_p(
    score: ArrayLike, label: ArrayLike, stratum: ArrayLike, *, draws: int = 10_000, seed: int = 0
) -> float | None:
    """By every exchange where they can be written down, else by the normal law where the null is near it, else drawn.

    Near it is a null of 30 labelled hosts and 30 others or more whose skewness is less than 0.1: that leaves an error
    of less than 0.001 at a p-value of 0.05 (second term of Edgeworth's series). None where the null has no variation.
    """
    exact = exact_p(score, label, stratum)
    if exact is not None:
        return exact
    strata = _Strata.of(score, label, stratum)
    if strata.near_normal():
        return strata.moments().p
    return monte_carlo_p(score, label, stratum, draws=draws, seed=seed)


def _beyond(distance: Floats, moments: Null) -> float:
    """How many sums lie further from the mean than the observed one; those as far count half."""
    ours, tolerance = abs(moments.observed - moments.mean), _EQUAL * moments.variance**0.5
    return float((distance > ours + tolerance).sum() + 0.5 * (np.abs(distance - ours) <= tolerance).sum())


@dataclass(frozen=True, slots=True)
class _Strata:
    """Hosts sorted by stratum and score; `begin`, `size` and `labelled` of each stratum."""

    score: Floats
    begin: NDArray[np.int64]
    size: NDArray[np.int64]
    labelled: NDArray[np.int64]
    observed: float

    @classmethod
    def of(cls, score: ArrayLike, label: ArrayLike, stratum: ArrayLike) -> "_Strata":
        values, labels = np.asarray(score, dtype=float), np.asarray(label, dtype=bool)
        _, code = np.unique(np.asarray(stratum), return_inverse=True)
        size = np.bincount(code)
        labelled = np.bincount(code, weights=labels).astype(np.int64)
        order = np.lexsort((values, code))
        return cls(values[order], np.cumsum(size) - size, size, labelled, float(values[labels].sum()))

    def moments(self) -> Null:
        if not len(self.size):
            return Null(0.0, 0.0, 0.0)
        mean = np.add.reduceat(self.score, self.begin) / self.size
        squares = np.add.reduceat((self.score - np.repeat(mean, self.size)) ** 2, self.begin)
        chance = self.labelled * (self.size - self.labelled) / (self.size * np.maximum(self.size - 1, 1))
        # Equal scores leave squares of the order of their rounding.
        squares[squares <= (_EQUAL * np.maximum(np.abs(mean), _EQUAL)) ** 2 * self.size] = 0.0
        return Null(self.observed, float((self.labelled * mean).sum()), float((chance * squares).sum()))

    def near_normal(self) -> bool:
        """Whether the sum has 30 hosts on each side and a skewness below 0.1.

        The third moment of a stratum's sum is m(n − m)(n − 2m) / (n(n − 1)(n − 2)) · Σ(z − z̄)³.
        """
        n, m = self.size.astype(float), self.labelled.astype(float)
        varied = (m > 0) & (m < n)
        if min(m[varied].sum(), (n - m)[varied].sum()) < _NORMAL_HOSTS:
            return False
        mean = np.add.reduceat(self.score, self.begin) / n
        cubes = np.add.reduceat((self.score - np.repeat(mean, self.size)) ** 3, self.begin)
        # Two hosts cannot lean to either side.
        third = float((m * (n - m) * (n - 2 * m) / (n * np.maximum(n - 1, 1) * np.maximum(n - 2, 1)) * cubes).sum())
        return abs(third) < _NORMAL_SKEWNESS * self.moments().variance ** 1.5

    def log_exchanges(self) -> float:
        """The logarithm of the number of ways in which the labels can be given out."""
        n, m = self.size, self.labelled
        return float((special.gammaln(n + 1) - special.gammaln(m + 1) - special.gammaln(n - m + 1)).sum())

    def every_sum(self) -> Floats:
        sums = np.zeros(1)
        for begin, size, labelled in zip(self.begin, self.size, self.labelled, strict=True):
            of_stratum = _subset_sums(self.score[begin : begin + size], labelled)
            sums = (sums[:, None] + of_stratum[None, :]).ravel()
        return sums

    def random_sums(self, draws: int, random: np.random.Generator) -> Floats:
        width = min(_LEVELS_OF_STRATUM, _LEVELS // len(self.size))
        if width < 2:
            moments = self.moments()
            return random.normal(moments.mean, moments.variance**0.5, draws)
        count, mean, variance = self._levels(width)
        sums, spread = np.zeros(draws), np.zeros(draws)
        left = np.broadcast_to(self.labelled, (draws, len(self.size))).copy()
        rest = self.size.copy()
        for level in range(count.shape[1]):
            here = count[:, level]
            rest -= here
            drawn = random.hypergeometric(here, rest, left) if rest.any() else left
            sums += drawn @ mean[:, level]
            if variance[:, level].any():
                factor = variance[:, level] / np.maximum(here - 1, 1)
                spread += (drawn * (here - drawn)) @ factor
            left = left - drawn
        return sums + np.sqrt(spread) * random.standard_normal(draws) if spread.any() else sums

    def _levels(self, width: int) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Hosts, mean score and variance of each stratum's levels, as arrays of strata × levels."""
        code = np.repeat(np.arange(len(self.size)), self.size)
        new = np.ones(len(code), dtype=bool)
        new[1:] = (code[1:] != code[:-1]) | (self.score[1:] != self.score[:-1])
        distinct = np.cumsum(new) - 1
        rank = distinct - distinct[self.begin][code]
        values = np.zeros(len(self.size), dtype=np.int64)
        np.maximum.at(values, code, rank + 1)
        # Where there are more values than levels, neighbours share one, about as many hosts in each.
        within = np.arange(len(code)) - self.begin[code]
        level = np.where(values[code] <= width, rank, within * width // self.size[code])
        cell = code * width + level
        cells = len(self.size) * width
        count = np.bincount(cell, minlength=cells)
        some = np.maximum(count, 1)
        mean = np.bincount(cell, weights=self.score, minlength=cells) / some
        variance = np.bincount(cell, weights=(self.score - mean[cell]) ** 2, minlength=cells) / some
        variance[variance <= (_EQUAL * np.abs(mean)) ** 2] = 0.0
        shape = (len(self.size), width)
        used = max(1, int(np.minimum(values, width).max(initial=1)))
        return tuple(array.reshape(shape)[:, :used] for array in (count, mean, variance))  # pyright: ignore[reportReturnType]


def _subset_sums(values: Floats, size: int) -> Floats:
    """The sum of every subset of the given size, by taking or leaving one value after the other."""
    sums: list[Floats] = [np.zeros(1)] + [np.empty(0)] * int(size)
    for value in values:
        for taken in range(int(size), 0, -1):
            sums[taken] = np.concatenate([sums[taken], sums[taken - 1] + value])
    return sums[int(size)]
