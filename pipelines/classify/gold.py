"""Headlines that people read: the file they stand in, and which of them are too alike to be counted apart."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pipelines.errors import YanyanaError

# Neighbours come from one page's lists; so many in a row are kept together where a sample is split.
NEIGHBOURS = 10


class GoldError(YanyanaError):
    """A file of hand-read headlines cannot be used; the message names file and line."""


class Gold(NamedTuple):
    """A headline that people read. Each list has one entry a reader; null is a reader who could not decide."""

    headline: str
    language: str
    clickbait: list[int | None]
    sensational: list[int | None]
    topic: list[str | None] = []  # noqa: RUF012 - a tuple's field
    group: str = ""
    """Headlines of one group stand side by side on a page or site; a split never parts them."""
    source: str = ""
    """The site, or the sample it was drawn in."""

    def opinion(self, name: str) -> float | None:
        """Share of the readers who said yes to `clickbait` or `sensational`; null where none decided."""
        decided = [answer for answer in getattr(self, name) if answer is not None]
        return sum(decided) / len(decided) if decided else None

    def agreed_topic(self) -> str | None:
        """The topic that every reader gave; null where they differ or none was asked."""
        return self.topic[0] if self.topic and len(set(self.topic)) == 1 else None


def read_gold(path: Path) -> list[Gold]:
    """Hand-read headlines from JSON Lines with `headline`, `language`, `clickbait` and, where asked, the rest.

    `sensational` and `topic` are lists as `clickbait` is. Raises `GoldError` naming the line at fault.
    """
    try:
        lines = path.read_text("utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path} cannot be read as UTF-8 text: {error}") from error
    gold = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            gold.append(
                Gold(
                    entry["headline"],
                    entry["language"],
                    entry["clickbait"],
                    entry.get("sensational") or [],
                    entry.get("topic") or [],
                    f"{_source(entry)} {(number - 1) // NEIGHBOURS}",
                    _source(entry),
                )
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GoldError(
                f"{path}, line {number}: not an object with headline, language and clickbait ({error!r})"
            ) from error
    return gold


def _source(entry: dict) -> str:
    return str(entry.get("site") or str(entry.get("id", "")).rpartition("-")[0])


def of_language(gold: Iterable[Gold], language: str, name: str) -> tuple[list[Gold], list[float]]:
    """The headlines of a language that were read for `name`, and their readers' opinions."""
    read = [
        (entry, opinion)
        for entry in gold
        if entry.language == language and (opinion := entry.opinion(name)) is not None
    ]
    return [entry for entry, _ in read], [opinion for _, opinion in read]


def kappa(first: list[object], second: list[object]) -> float:
    """Cohen's κ of two readers over the headlines both decided (Cohen 1960); NaN where chance alone would agree.

    `first` and `second` are answers in one order; null is undecided.
    """
    both = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    if not both:
        return float("nan")
    seen = sum(a == b for a, b in both) / len(both)
    answers = {answer for pair in both for answer in pair}
    chance = sum(
        sum(a == answer for a, _ in both) / len(both) * (sum(b == answer for _, b in both) / len(both))
        for answer in answers
    )
    return (seen - chance) / (1 - chance) if chance < 1 else float("nan")
