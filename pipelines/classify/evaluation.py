"""How good the labels are, on headlines that people read; and the calibration constants fitted on them.

`python -m pipelines.classify.evaluation GOLD.jsonl` prints figures on the half that the rules were not developed on and
then the text of `tables/calibration.toml` fitted on all of it. Measures of agreement only; nothing here labels.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from pipelines.classify import rules
from pipelines.classify.calibration import SCORES, Calibration
from pipelines.classify.words import in_words
from pipelines.errors import YanyanaError

Measure = Callable[[np.ndarray, np.ndarray], float]


class GoldError(YanyanaError):
    """A file of hand-read headlines cannot be used; the message names file and line."""


class Gold(NamedTuple):
    """A headline that people read. Each list has one entry a reader; null is a reader who could not decide."""

    headline: str
    language: str
    clickbait: list[int | None]
    sensational: list[int | None]

    def opinion(self, name: str) -> float | None:
        """Share of the readers who said yes to `clickbait` or `sensational`; null where none decided."""
        decided = [answer for answer in getattr(self, name) if answer is not None]
        return sum(decided) / len(decided) if decided else None


def read_gold(path: Path) -> list[Gold]:
    """Hand-read headlines from JSON Lines with `headline`, `language`, `clickbait` and, where asked, `sensational`."""
    try:
        lines = path.read_text("utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path} cannot be read as UTF-8 text: {error}") from error
    gold = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            gold.append(Gold(entry["headline"], entry["language"], entry["clickbait"], entry.get("sensational") or []))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GoldError(
                f"{path}, line {number}: not an object with headline, language and clickbait ({error!r})"
            ) from error
    return gold


def auc(truth: np.ndarray, probability: np.ndarray) -> float:
    """Area under the ROC curve: how often a positive stands above a negative, ties counting half; NaN for one class."""
    _, rank, size = np.unique(probability, return_inverse=True, return_counts=True)
    middle = np.cumsum(size) - (size - 1) / 2
    positives = int(truth.sum())
    pairs = positives * (len(truth) - positives)
    return float((middle[rank][truth == 1].sum() - positives * (positives + 1) / 2) / pairs) if pairs else float("nan")


def accuracy(truth: np.ndarray, probability: np.ndarray) -> float:
    """Share of headlines on the right side of one half."""
    return float(np.mean((probability >= 0.5) == (truth == 1)))


def f1(truth: np.ndarray, probability: np.ndarray) -> float:
    """Harmonic mean of precision and recall at one half; 0 where nothing is found."""
    found = probability >= 0.5
    hits = float(np.sum(found & (truth == 1)))
    return 2 * hits / (float(found.sum()) + float(truth.sum())) if hits else 0.0


def ece(truth: np.ndarray, probability: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error, bins of equal width (Guo et al. 2017, “On calibration of modern neural networks”)."""
    at = np.minimum((probability * bins).astype(int), bins - 1)
    gap = np.bincount(at, weights=truth - probability, minlength=bins)
    return float(np.abs(gap).sum() / len(truth))


def interval(measure: Measure, truth: np.ndarray, probability: np.ndarray, samples: int = 1000) -> tuple[float, float]:
    """95 % percentile bootstrap interval over headlines, with a fixed seed; samples of one class are left out."""
    draw = np.random.default_rng(20240229).integers(0, len(truth), (samples, len(truth)))
    values = [measure(truth[rows], probability[rows]) for rows in draw]
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


MEASURES: Mapping[str, Measure] = {"AUC": auc, "accuracy": accuracy, "F1": f1, "ECE": ece}


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


def scored(gold: Iterable[Gold], language: str, name: str, spoken: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Rule scores and opinions of a language's headlines that were read for `name`; `spoken` picks the rules."""
    read = [
        (entry.headline, opinion)
        for entry in gold
        if entry.language == language and (opinion := entry.opinion(name)) is not None
    ]
    scores = rules.score(in_words([headline for headline, _ in read], spoken), spoken)
    return getattr(scores, name), np.array([opinion for _, opinion in read])


def calibrate(gold: list[Gold]) -> dict[str, dict[str, Calibration]]:
    """By language and score, the curve fitted on the headlines; `other` from all of them by the shared rules alone."""
    curves: dict[str, dict[str, Calibration]] = {}
    for language in sorted(rules.LANGUAGES):
        curves[language] = {name: fit(*scored(gold, language, name, language)) for name in SCORES}
    curves["other"] = {}
    for name in SCORES:
        parts = [scored(gold, language, name, None) for language in sorted(rules.LANGUAGES)]
        shared = fit(np.concatenate([scores for scores, _ in parts]), np.concatenate([told for _, told in parts]))
        curves["other"][name] = shared._replace(headlines=0)
    return curves


def calibration_text(curves: Mapping[str, Mapping[str, Calibration]]) -> str:
    """The curves as the text of `tables/calibration.toml`."""
    lines = [
        "# Constants of the curves from score to probability; see ../calibration.py. Written by",
        "# `python -m pipelines.classify.evaluation GOLD.jsonl`. `headlines` is how many hand-read headlines of the",
        "# language a curve rests on; `other`, for every other language, borrows those of all, scored by the shared",
        "# rules alone.",
    ]
    for language, by_name in curves.items():
        lines += ["", f"[{language}]"]
        for name, curve in by_name.items():
            constants = f"intercept = {curve.intercept:.4f}, slope = {curve.slope:.4f}, headlines = {curve.headlines}"
            lines.append(f"{name} = {{ {constants} }}")
    return "\n".join(lines) + "\n"


def figures(fitted_on: list[Gold], measured_on: list[Gold]) -> list[dict]:
    """By language and score, the measures with their intervals on headlines that the curves were not fitted on.

    Only headlines whose readers agree have a truth to measure against.
    """
    curves = calibrate(fitted_on)
    rows = []
    for language in sorted(rules.LANGUAGES):
        for name in SCORES:
            scores, opinions = scored(measured_on, language, name, language)
            agreed = (opinions == 0) | (opinions == 1)
            truth, probability = opinions[agreed], curves[language][name].probability(scores[agreed])
            row = {"language": language, "score": name, "headlines": len(truth), "yes": int(truth.sum())}
            for label, measure in MEASURES.items():
                low, high = interval(measure, truth, probability)
                row[label] = f"{measure(truth, probability):.3f} [{low:.3f}, {high:.3f}]"
            rows.append(row)
    return rows


def main(arguments: list[str]) -> None:
    """Print the figures and the calibration of the gold file named on the command line."""
    if len(arguments) != 1:
        raise SystemExit("usage: python -m pipelines.classify.evaluation GOLD.jsonl")
    gold = read_gold(Path(arguments[0]))
    for row in figures(gold[::2], gold[1::2]):
        print(*(f"{name}={value}" for name, value in row.items()))
    print()
    print(calibration_text(calibrate(gold)), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
