"""From scores to probabilities: one logistic curve a language and score, fitted on headlines that people read.

The constants stand in `tables/calibration.toml`, which `yanyana train` writes.
"""

import tomllib
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


@cache
def calibration(language: str | None, name: str) -> Calibration:
    """The shipped curve of one of `SCORES`; a language that nobody has read headlines of takes the shared one."""
    tables = tomllib.loads((TABLES / "calibration.toml").read_text("utf-8"))
    return Calibration(**tables.get(language or "other", tables["other"])[name])


@cache
def topic_temperature(language: str) -> float:
    """What a language's topic scores are divided by, so that topics are as often right as they say; 1 if never read."""
    return tomllib.loads((TABLES / "calibration.toml").read_text("utf-8"))[language].get("topic_temperature", 1.0)


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
