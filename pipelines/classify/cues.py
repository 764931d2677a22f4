"""What pushed a headline's scores, in words a person can check: the rules that fired and the words that weigh most."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.classify.features import hashed
from pipelines.classify.model import Model

_WORDS_TOLD = 3
# In log-odds, as the rules' weights are; the least rule weighs as much.
_LEAST_PUSH = 0.3


class Cue(NamedTuple):
    """One push on the scores, in log-odds as the rules write them."""

    found: str
    why: str
    clickbait: float
    sensational: float

    def __str__(self) -> str:
        """`işte: points ahead to what it withholds (+1.6 clickbait)`."""
        pushes = [
            f"{weight:+.1f} {name}"
            for name, weight in (("clickbait", self.clickbait), ("sensational", self.sensational))
            if weight
        ]
        return f"{self.found}: {self.why} ({', '.join(pushes)})"


def cues(words: Sequence[str], fired: pl.DataFrame, model: Model | None) -> list[tuple[str, ...]]:
    """For each headline in words its cues, the strongest push on clickbait first; rules before words among equals."""
    told = _by_rules(fired)
    weighed = _by_weights(words, model) if model else {}
    return [
        tuple(
            str(cue)
            for cue in sorted(
                [*told.get(row, ()), *weighed.get(row, ())],
                key=lambda cue: (-abs(cue.clickbait), -abs(cue.sensational)),
            )
        )
        for row in range(len(words))
    ]


def _by_rules(fired: pl.DataFrame) -> dict[int, list[Cue]]:
    told: dict[int, list[Cue]] = {}
    columns = fired.sort("row", "rule").select("row", "phrase", "why", "clickbait", "sensational")
    for row, phrase, *rest in columns.iter_rows():
        told.setdefault(row, []).append(Cue(phrase.strip(" ^$"), *rest))
    return told


def _by_weights(words: Sequence[str], model: Model) -> dict[int, list[Cue]]:
    """The words that the trained weights would miss most: how far the score falls when one is left out."""
    rows, left_out, without = [], [], []
    for row, headline in enumerate(words):
        tokens = headline.split()[1:-1]
        for at, token in enumerate(tokens):
            rows.append(row)
            left_out.append(token)
            without.append(f" ^ {' '.join([*tokens[:at], *tokens[at + 1 :]])} $ ")
    whole = hashed(words).fine @ model.clickbait
    push = (whole[rows] - hashed(without).fine @ model.clickbait) * model.rule_spread
    told: dict[int, list[Cue]] = {}
    for at in np.argsort(-np.abs(push), kind="stable"):
        cues = told.setdefault(rows[at], [])
        if abs(push[at]) >= _LEAST_PUSH and len(cues) < _WORDS_TOLD:
            cues.append(Cue(left_out[at], "weighs so in the trained weights", float(push[at]), 0.0))
    return told
