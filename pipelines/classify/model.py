"""The trained weights and what they say of hashed headlines: a clickbait score and a topic distribution a language.

Only use is here. How the weights came about is in `training`; how scores become probabilities in `calibration`.
"""

import io
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from pipelines.classify.features import Grams

WEIGHTS = files("pipelines.classify") / "weights" / "linear.npz"
_STEPS = 127
_NUMBERS = ("rule_spread", "own_slope", "own_intercept")


class Model(NamedTuple):
    """Weights of one language."""

    clickbait: np.ndarray
    """`BUCKETS` weights in standard deviations of the score over the training headlines."""
    topics: np.ndarray
    """`COARSE` rows of log-odds, a column each of `TOPICS`."""
    topic_bias: np.ndarray
    """Log-odds of each topic before a word is read."""
    rule_spread: float
    """Standard deviation of the rules' clickbait score over the same headlines, so that both count alike."""
    own_slope: float
    own_intercept: float
    """The curve from the score of the weights alone to a probability among headlines of the training set's kind."""

    def in_domain(self, grams: Grams) -> np.ndarray:
        """Clickbait probabilities among headlines of the training set's kind; for measuring the weights on it only."""
        return 1 / (1 + np.exp(-(self.own_slope * (grams.fine @ self.clickbait) + self.own_intercept)))

    def clickbait_scores(self, grams: Grams, rule_scores: np.ndarray) -> np.ndarray:
        """What n-grams and rules say together, in standard deviations; not yet a probability."""
        return grams.fine @ self.clickbait + rule_scores / self.rule_spread

    def topic_scores(self, grams: Grams) -> np.ndarray:
        """Log-odds of every topic, one row a headline."""
        return grams.coarse @ self.topics + self.topic_bias


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows of scores as rows of probabilities."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def packed(models: dict[str, Model], notes: dict[str, str]) -> bytes:
    """Models by language as the bytes of the weights' file: eight bits a weight; `notes` say what it was made of."""
    arrays: dict[str, np.ndarray] = {}
    for language, model in models.items():
        for name in ("clickbait", "topics"):
            weights = getattr(model, name)
            scale = np.abs(weights).max(axis=0) / _STEPS + np.finfo(np.float32).tiny
            arrays[f"{language}.{name}"] = np.rint(weights / scale).astype(np.int8)
            arrays[f"{language}.{name}.scale"] = np.asarray(scale, np.float32)
        arrays[f"{language}.topic_bias"] = model.topic_bias.astype(np.float32)
        for name in _NUMBERS:
            arrays[f"{language}.{name}"] = np.array(getattr(model, name))
    arrays |= {f"note.{name}": np.array(text) for name, text in notes.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpacked(data: bytes) -> tuple[dict[str, Model], dict[str, str]]:
    """What `packed` wrote: the models by language, and the notes."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        arrays = dict(file)
    models = {
        language: Model(
            arrays[f"{language}.clickbait"] * arrays[f"{language}.clickbait.scale"],
            arrays[f"{language}.topics"] * arrays[f"{language}.topics.scale"],
            arrays[f"{language}.topic_bias"],
            *(float(arrays[f"{language}.{name}"]) for name in _NUMBERS),
        )
        for language in sorted(name.partition(".")[0] for name in arrays if name.endswith(".rule_spread"))
    }
    return models, {name.removeprefix("note."): str(text) for name, text in arrays.items() if name.startswith("note.")}


@cache
def shipped() -> tuple[dict[str, Model], dict[str, str]]:
    """The project's own weights by language, and the checksums of the data that they were trained on."""
    return unpacked(WEIGHTS.read_bytes())
