"""From scores to probabilities: one logistic curve a language and score, fitted on headlines that people read.

The constants stand in `tables/calibration.toml`; `python -m pipelines.classify.evaluation` fits them anew.
"""

import tomllib
from functools import cache
from typing import NamedTuple

import numpy as np

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
