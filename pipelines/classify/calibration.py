"""From scores to probabilities, and how often these are right: curves and counts from headlines that people read.

Both stand in `tables/calibration.toml`, which `yanyana train` writes.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from pipelines.classify.words import TABLES

SCORES = ("clickbait", "sensational")
# A few hundred read headlines cannot tell less than one in a hundred from none.
CERTAINTY = (0.01, 0.99)


class Calibration(NamedTuple):
    """probability = 1 / (1 + exp(-(intercept + slope · score))), kept within `CERTAINTY`."""

    intercept: float
    slope: float
    headlines: int
    """How many hand-read headlines of the language the constants rest on; 0 where they are borrowed."""

    def probability(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of the scores, same shape, within `CERTAINTY`."""
        return np.clip(1.0 / (1.0 + np.exp(-(self.intercept + self.slope * scores))), *CERTAINTY)


class Confusion(NamedTuple):
    """How often the clickbait label at one half was right on hand-read headlines that the curve had not seen.

    Sensitivity is `clickbait_right / clickbait`, specificity `other_right / other`.
    """

    clickbait: int
    """Headlines whose readers all said clickbait."""
    clickbait_right: int
    """Of those, with a probability of one half or more."""
    other: int
    """Headlines whose readers all said that it is none."""
    other_right: int
    """Of those, with a probability below one half."""


@cache
def confusion(language: str | None) -> Confusion | None:
    """The shipped counts of a language; null for one that nobody has read headlines of."""
    counts = _tables().get(language or "", {}).get("at_one_half")
    return Confusion(**counts) if counts else None


@cache
def calibration(language: str | None, name: str) -> Calibration:
    """The shipped curve of one of `SCORES`; a language that nobody has read headlines of takes the shared one."""
    tables = _tables()
    return Calibration(**tables.get(language or "other", tables["other"])[name])


@cache
def topic_temperature(language: str) -> float:
    """What a language's topic scores are divided by, so that topics are as often right as they say; 1 if never read."""
    return _tables()[language].get("topic_temperature", 1.0)


def fit(scores: np.ndarray, opinions: np.ndarray) -> Calibration:
    """The curve of greatest likelihood for scores and opinions (share of a headline's readers who said yes, 0–1).

    Targets are pulled off 0 and 1 by one reader in each class, which keeps the curve finite where the score separates
    the classes: Platt 1999, “Probabilistic outputs for support vector machines”, section 2.2.
    """
    yes = opinions.sum()
    no = len(opinions) - yes
    high, low = (yes + 1) / (yes + 2), 1 / (no + 2)
    targets = low + (high - low) * opinions

    def loss(constants: np.ndarray) -> tuple[float, np.ndarray]:
        logits = constants[0] + constants[1] * scores
        error = 1 / (1 + np.exp(-logits)) - targets
        return float(np.sum(np.logaddexp(0, logits) - targets * logits)), np.array([error.sum(), error @ scores])

    intercept, slope = minimize(loss, np.zeros(2), jac=True, method="BFGS").x
    return Calibration(float(intercept), float(slope), len(opinions))


def cross_fitted(scores: np.ndarray, opinions: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Probabilities of scores by curves that have seen no headline of the same group: one curve for each group."""
    group = np.array(groups)
    probability = np.empty(len(scores))
    for name in np.unique(group):
        own = group == name
        probability[own] = fit(scores[~own], opinions[~own]).probability(scores[own])
    return probability


def confused(scores: np.ndarray, opinions: np.ndarray, groups: Sequence[str]) -> Confusion:
    """Counts of right labels, with cross-fitted curves, over the headlines whose readers agree (opinion 0 or 1)."""
    called = cross_fitted(scores, opinions, groups) >= 0.5
    yes, no = opinions == 1, opinions == 0
    return Confusion(int(yes.sum()), int((yes & called).sum()), int(no.sum()), int((no & ~called).sum()))


@cache
def _tables() -> dict:
    return tomllib.loads((TABLES / "calibration.toml").read_text("utf-8"))
