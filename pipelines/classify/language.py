"""Which of the languages with rules a headline is in, where the page does not say.

A count of function words and letters (`tables/languages.toml`). Other languages are in the table as rivals only. A full
language detector knows more headlines but loads hundreds of megabytes of models and takes over 100 µs a headline.
"""

import tomllib
from collections.abc import Sequence
from functools import cache

import polars as pl

from pipelines.classify.rules import LANGUAGES
from pipelines.classify.words import TABLES, find, phrase

_LETTER_WEIGHT = 2


@cache
def _evidence() -> pl.DataFrame:
    """`phrase`, `language` and `weight`: what speaks for which language and how much."""
    table = tomllib.loads((TABLES / "languages.toml").read_text("utf-8"))
    return pl.DataFrame(
        [
            *((phrase(word, None), name, 1) for name, words in table["words"].items() for word in words.split()),
            *((letter, name, _LETTER_WEIGHT) for name, letters in table["letters"].items() for letter in letters),
        ],
        schema={"phrase": pl.String, "language": pl.String, "weight": pl.Int64},
        orient="row",
    )


def guesses(words: Sequence[str]) -> list[str | None]:
    """For each headline the language with rules that more words and letters speak for than for any other; else null.

    `words` are headlines as `words.in_words` writes them for no language.
    """
    evidence = _evidence()
    leading = (
        find(evidence["phrase"], words)
        .join(evidence, on="phrase")
        .group_by("row", "language")
        .agg(votes=pl.col("weight").sum())
        .filter(pl.col("votes") == pl.col("votes").max().over("row"))
        .group_by("row")
        .agg(pl.col("language").first(), rivals=pl.len() - 1)
        .filter((pl.col("rivals") == 0) & pl.col("language").is_in(LANGUAGES))
    )
    found: list[str | None] = [None] * len(words)
    for row, language in leading.select("row", "language").iter_rows():
        found[row] = language
    return found
