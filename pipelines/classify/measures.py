"""How well probabilities agree with the truth: measures over arrays and their bootstrap intervals."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

Measure = Callable[[np.ndarray, np.ndarray], float]


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


def sensitivity(truth: np.ndarray, probability: np.ndarray) -> float:
    """Share of the positives that are found at one half; NaN without one."""
    return float(np.mean(probability[truth == 1] >= 0.5)) if np.any(truth == 1) else float("nan")


def specificity(truth: np.ndarray, probability: np.ndarray) -> float:
    """Share of the negatives that are left alone at one half; NaN without one."""
    return float(np.mean(probability[truth == 0] < 0.5)) if np.any(truth == 0) else float("nan")


def ece(truth: np.ndarray, probability: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error, bins of equal width (Guo et al. 2017, “On calibration of modern neural networks”)."""
    at = np.minimum((probability * bins).astype(int), bins - 1)
    gap = np.bincount(at, weights=truth - probability, minlength=bins)
    return float(np.abs(gap).sum() / len(truth))


def interval(
    measure: Measure,
    truth: np.ndarray,
    probability: np.ndarray,
    samples: int = 1000,
    groups: Sequence[str] | None = None,
) -> tuple[float, float]:
    """95 % percentile bootstrap interval with a fixed seed; samples where the measure is not defined are left out.

    Draws headlines, or with `groups` (one label a headline) whole groups, as neighbours resemble each other.
    """
    names = list(range(len(truth))) if groups is None else list(groups)
    members: dict[object, list[int]] = {}
    for row, name in enumerate(names):
        members.setdefault(name, []).append(row)
    drawable = [np.array(rows) for rows in members.values()]
    random = np.random.default_rng(20240229)
    values = []
    for _ in range(samples):
        draw = random.integers(0, len(drawable), len(drawable))
        rows = draw if groups is None else np.concatenate([drawable[at] for at in draw])
        values.append(measure(truth[rows], probability[rows]))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def mse(truth: np.ndarray, probability: np.ndarray) -> float:
    """Mean squared error: against 0 and 1 the Brier score, against opinions that of the Clickbait Challenge."""
    return float(np.mean((truth - probability) ** 2))


MEASURES: Mapping[str, Measure] = {
    "AUC": auc,
    "accuracy": accuracy,
    "F1": f1,
    "sensitivity": sensitivity,
    "specificity": specificity,
    "ECE": ece,
}
