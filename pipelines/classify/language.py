"""Which of the languages with rules a headline is in, where the page does not say.

A count of function words and letters (`tables/languages.toml`). Other languages are in the table as rivals only. A full
language detector knows more headlines but loads hundreds of megabytes of models and takes over 100 µs a headline.
"""

import re
import tomllib
from functools import cache

from pipelines.classify.rules import LANGUAGES
from pipelines.classify.words import TABLES
from pipelines.lake.text import fold

_WORD = re.compile(r"\w+")
_LETTER_WEIGHT = 2


@cache
def _evidence() -> dict[str, dict[str, int]]:
    """By word or letter, the languages it speaks for and how much."""
    table = tomllib.loads((TABLES / "languages.toml").read_text("utf-8"))
    evidence: dict[str, dict[str, int]] = {}
    for language, words in table["words"].items():
        for word in words.split():
            evidence.setdefault(word, {})[language] = 1
    for language, letters in table["letters"].items():
        for letter in letters:
            evidence.setdefault(letter, {})[language] = _LETTER_WEIGHT
    return evidence


def guess(headline: str) -> str | None:
    """The language with rules that more words and letters speak for than for any other; else null."""
    evidence, text = _evidence(), fold(headline)
    votes: dict[str, int] = {}
    letters = () if text.isascii() else [letter for letter in set(text) if not letter.isascii()]
    for sign in (*_WORD.findall(text), *letters):
        if sign in evidence:
            for language, weight in evidence[sign].items():
                votes[language] = votes.get(language, 0) + weight
    most = max(votes.values(), default=0)
    first, *rivals = (language for language, count in votes.items() if count == most) if votes else (None,)
    return first if first in LANGUAGES and not rivals else None
