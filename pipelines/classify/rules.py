"""The rule score: readable tables of phrases, their weight and why, summed into two scores a headline.

`tables/rules_any.toml` holds for every language, `tables/rules_<language>.toml` for one. A `[[rule]]` has

- `why`: what the phrases do to the reader; shown as the reason beside a headline,
- `patterns`: phrases as `words.phrase` reads them (`^` start, `$` end, `*` any ending, 0 for any number),
- `clickbait`, `sensational`: weights in log-odds, set by hand; a rule counts once in a headline, however often it fits.

Two scores, because withholding and shouting are different things. Scores are not probabilities: see `calibration`.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.classify.words import TABLES, find, phrase

LANGUAGES = frozenset({"tr", "en"})


class Scores(NamedTuple):
    """What the rules say of n headlines: two arrays of n log-odds, and the rules that fired."""

    clickbait: np.ndarray
    sensational: np.ndarray
    fired: pl.DataFrame
    """Columns `row`, `phrase`, `rule`, `why`, `clickbait`, `sensational`; one row a headline and rule."""


@cache
def table(language: str | None) -> pl.DataFrame:
    """The rules that hold in a language, one row a phrase: `phrase`, `rule`, `why`, `clickbait`, `sensational`."""
    names = ("any", language) if language in LANGUAGES else ("any",)
    rules = [
        rule for name in names for rule in tomllib.loads((TABLES / f"rules_{name}.toml").read_text("utf-8"))["rule"]
    ]
    return pl.DataFrame(
        [
            (phrase(pattern, language), number, rule["why"], rule.get("clickbait", 0.0), rule.get("sensational", 0.0))
            for number, rule in enumerate(rules)
            for pattern in rule["patterns"]
        ],
        schema={
            "phrase": pl.String,
            "rule": pl.Int64,
            "why": pl.String,
            "clickbait": pl.Float64,
            "sensational": pl.Float64,
        },
        orient="row",
    )


def score(words: Sequence[str], language: str | None) -> Scores:
    """The rule scores of headlines of one language, given as `words.in_words` writes them."""
    rules = table(language)
    fired = (
        find(rules["phrase"], words)
        .join(rules, on="phrase")
        .sort("row", "rule", "phrase")
        .unique(["row", "rule"], keep="first", maintain_order=True)
    )
    rows = fired["row"].to_numpy()

    def total(column: str) -> np.ndarray:
        return np.bincount(rows, weights=fired[column].to_numpy(), minlength=len(words))

    return Scores(total("clickbait"), total("sensational"), fired)
