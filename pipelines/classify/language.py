"""Which of the languages with rules a headline is in, where the page does not say.

A count of function words and letters (`tables/languages.toml`). Other languages are in the table as rivals only. A full
language detector knows more headlines but loads hundreds of megabytes of models and takes over 100 µs a headline.
"""

import tomllib
from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl

from pipelines.classify.rules import LANGUAGES
from pipelines.classify.words import TABLES, find, phrase

_LETTER_WEIGHT = 2


@cache
def _evidence() -> tuple[list[str], pl.DataFrame]:
    """The languages of the table; `phrase`, `language` (position in them), `weight`: what speaks for which how much."""
    table = tomllib.loads((TABLES / "languages.toml").read_text("utf-8"))
    names = list(table["words"])
    evidence = pl.DataFrame(
        [
            *(
                (phrase(word, None), names.index(name), 1)
                for name, words in table["words"].items()
                for word in words.split()
            ),
            *(
                (letter, names.index(name), _LETTER_WEIGHT)
                for name, letters in table["letters"].items()
                for letter in letters
            ),
        ],
        schema={"phrase": pl.String, "language": pl.Int64, "weight": pl.Int64},
        orient="row",
    )
    return names, evidence


def guesses(words: Sequence[str]) -> list[str | None]:
    """For each headline the language with rules that more words and letters speak for than for any other; else null.

    `words` are headlines as `words.in_words` writes them for no language.
    """
    names, evidence = _evidence()
    hits = find(evidence["phrase"], words).join(evidence, on="phrase")
    votes = np.zeros((len(words), len(names)), int)
    np.add.at(votes, (hits["row"].to_numpy(), hits["language"].to_numpy()), hits["weight"].to_numpy())
    leads = votes == votes.max(axis=1, keepdims=True)
    ours = [name if name in LANGUAGES else None for name in names]
    return [
        ours[leader] if alone else None
        for leader, alone in zip(leads.argmax(axis=1).tolist(), (leads.sum(axis=1) == 1).tolist(), strict=True)
    ]
