"""A headline as the tables see it: folded words and marks between blanks, and the search for phrases in it.

Here stands what every table shares: how text becomes words, how a table writes a phrase, how phrases are found. What
the phrases mean belongs to `rules` and `topics`.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import polars as pl

from pipelines.lake.text import fold

TABLES = files("pipelines.classify") / "tables"

# Between headlines that are folded in one go.
_SEPARATOR = "\x01"
# So many: a single letter in two code points makes the folding of all text around it several times slower.
_AT_ONCE = 256
# Addresses and account names tell the publisher, not the headline.
_ADDRESS = r"https?://\S+|www\.\S+|@\w+"
_NUMBER = r"\d+(?:[.,:]\d+)*"
_DOTS = r"\.{2,}"
_WITHOUT_BLANKS = frozenset({"ja"})
_MARKS = '?!:"…'
_TOKEN = rf"[\p{{L}}\p{{N}}][\p{{L}}\p{{N}}\p{{M}}]*|[{_MARKS}]"


def in_words(headlines: Sequence[str], language: str | None) -> list[str]:
    """Each headline as `" ^ word word ? $ "`: folded for `language`, numbers as 0, one blank around every token.

    `^` and `$` mark the ends, so that a phrase is found by plain search. Case, addresses and account names are gone;
    of the marks `? ! : " …` stay.
    """
    if not headlines:
        return []
    folded = [
        text
        for start in range(0, len(headlines), _AT_ONCE)
        for text in _folded(headlines[start : start + _AT_ONCE], language)
    ]
    tokens = (
        pl.Series(folded, dtype=pl.String)
        .str.replace_all(_ADDRESS, " ")
        .str.replace_all(_NUMBER, "0")
        .str.replace_all(_DOTS, "…")
        .str.extract_all(_TOKEN)
        .list.join(" ")
    )
    return (" ^ " + tokens + " $ ").to_list()


def _folded(headlines: Sequence[str], language: str | None) -> list[str]:
    together = _SEPARATOR.join(headlines)
    if together.count(_SEPARATOR) >= len(headlines):
        together = _SEPARATOR.join(headline.replace(_SEPARATOR, " ") for headline in headlines)
    return fold(together, language).split(_SEPARATOR)


def in_language(headlines: Sequence[str], words: Sequence[str | None], language: str | None) -> list[str]:
    """`in_words(headlines, language)` where `in_words(headlines, None)` is known of some: null stands for the others.

    Languages fold the letter I alone differently (`lake.text.fold`), so of the known only headlines that hold it are
    read again, and none where the language folds it as every other does.
    """
    differs = fold("I", language) != fold("I")
    rows = [
        row
        for row, (headline, known) in enumerate(zip(headlines, words, strict=True))
        if known is None or (differs and "I" in headline)
    ]
    read = dict(zip(rows, in_words([headlines[row] for row in rows], language), strict=True))
    return [read.get(row, known) or "" for row, known in enumerate(words)]


def has_words(words: str) -> bool:
    """Whether a headline in words holds a letter or a digit: without one there is nothing to judge."""
    return bool(words.strip(f" ^${_MARKS}"))


@cache
def phrase(pattern: str, language: str | None) -> str:
    """The text to search for in `in_words` for a pattern as the tables write it.

    `^` in front and `$` behind bind it to the headline's ends; `*` behind takes any ending of the last word. In a
    language that writes no blanks it may begin and end anywhere.
    """
    words = in_words([pattern.strip("^$*")], language)[0].removeprefix(" ^ ").removesuffix(" $ ")
    blank = "" if language in _WITHOUT_BLANKS else " "
    before = " ^ " if pattern.startswith("^") else blank
    after = " $ " if pattern.endswith("$") else "" if pattern.endswith("*") else blank
    return f"{before}{words}{after}"


def find(phrases: pl.Series, words: Sequence[str]) -> pl.DataFrame:
    """Which phrases stand in which headlines: columns `row` (position in `words`) and `phrase`, each pair once."""
    return _hits(phrases, words).unique()


def mentions(phrases: pl.Series, words: Sequence[str]) -> pl.DataFrame:
    """What `find` finds, with `times`: how often the phrase stands there."""
    return _hits(phrases, words).group_by("row", "phrase").len("times")


def _hits(phrases: pl.Series, words: Sequence[str]) -> pl.DataFrame:
    if phrases.is_empty():  # which Polars takes for a list of nulls
        return pl.DataFrame(schema={"row": pl.UInt32, "phrase": pl.String})
    found = pl.Series("phrase", words, dtype=pl.String).str.extract_many(phrases.unique().to_list(), overlapping=True)
    return found.to_frame().with_row_index("row").explode("phrase").drop_nulls()
