"""What a story's section, breadcrumb or address says it is about, what its words vote for, and how hard that is.

Tables: `sections.toml` (section words of many languages), `topic_words.toml` (words of stories), `hardness.toml`.
Unknown stays unknown: where nothing tells, or two topics are told alike, there is no topic. A story at hand whole is
judged by the votes of its words together with its section; of a bare headline they are what the trained weights learn
rare topics from and a second opinion beside `model` where its page tells none.
"""

import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import numpy as np
import polars as pl

from pipelines.classify.words import TABLES, find, mentions, phrase
from pipelines.errors import YanyanaError
from pipelines.lake.schema import TOPICS
from pipelines.lake.text import headline_key

# Shares are of all votes and this many for no topic.
_NO_TOPIC = 3
# What title and opening count besides the whole text, since news come first (the inverted pyramid), and what section or
# address count, as shares of all votes. Chosen on 120 real pages, the opening on all 156; half as much and twice as
# much of each make less than three points' difference.
_TITLE = 0.5
_OPENING = 0.5
_PAGE = 0.2
# Characters.
_OPENING_LENGTH = 800
# What the votes of words count beside the trained weights; on the hand-read headlines 1 to 4 differ little.
_VOTES = 2

# Both written forms of Norwegian.
_SAME_WORDS = {"nb": "no", "nn": "no"}

_BREADCRUMB = re.compile(r"[>›»/|→]")


class TopicError(YanyanaError):
    """A table that an analyst wrote names an unknown topic or a value that is no probability."""


class Topic(NamedTuple):
    """A topic slug, how probable it is, and what told it: section, breadcrumb, url, text, model, or rules (words)."""

    slug: str
    probability: float
    source: str


def _table(name: str) -> dict:
    return tomllib.loads((TABLES / name).read_text("utf-8"))


@cache
def hardness() -> Mapping[str, float]:
    """The project's table: by topic slug, the probability that a story of the topic is hard news."""
    return _table("hardness.toml")["hardness"]


def read_hardness(path: Path) -> dict[str, float]:
    """An analyst's table in place of the project's: TOML as in `tables/hardness.toml`, every topic once.

    Raises `TopicError` naming the file and the entry at fault.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TopicError(f"{path} cannot be read as TOML: {error}") from error
    values = table.get("hardness")
    if not isinstance(values, dict):
        raise TopicError(f"{path} has no [hardness] table; copy {TABLES / 'hardness.toml'} and change its values")
    check_hardness(values, str(path))
    return values


def check_hardness(values: Mapping[str, float], source: str) -> None:
    """Raise `TopicError`, naming `source` and entry, unless every topic has one probability."""
    if missing := sorted(set(TOPICS) - set(values)):
        raise TopicError(f"{source} gives no hardness for {', '.join(missing)}; every topic needs one")
    for slug, value in values.items():
        if slug not in TOPICS:
            raise TopicError(f"{source} names {slug!r}, which is no topic; the topics are {', '.join(TOPICS)}")
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            raise TopicError(f"{source} gives {slug} the hardness {value!r}; write a number from 0 to 1")


def hard(topic: Topic, table: Mapping[str, float]) -> float:
    """Probability that a story is hard news: the table's values, weighted by the topic distribution.

    What the topic leaves open is spread evenly over the other topics.
    """
    others = [value for slug, value in table.items() if slug != topic.slug]
    return topic.probability * table[topic.slug] + (1 - topic.probability) * math.fsum(others) / len(others)


@lru_cache(maxsize=1 << 16)
def section_key(text: str) -> str:
    """A section word as it is looked up: folded, without accents, words with one blank between them."""
    decomposed = unicodedata.normalize("NFD", headline_key(text))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


class Sections(NamedTuple):
    """What section words mean on a site."""

    topics: Mapping[str, str]
    """Topic slug by `section_key`."""
    longest: int
    """Length of the longest key."""
    probability: Mapping[str, float]
    """How often such a word is right, by where it was found: section, breadcrumb, url."""


def sections(own: Mapping[str, str]) -> Sections:
    """The general table with a site's own words before it (section word to topic slug).

    Raises `TopicError` where a word is given something that is no topic.
    """
    for word, slug in own.items():
        if slug not in TOPICS:
            raise TopicError(
                f"section {word!r} is given {slug!r}, which is no topic; the topics are {', '.join(TOPICS)}"
            )
    general, probability = _general_sections()
    known = {**general, **{section_key(word): slug for word, slug in own.items()}}
    return Sections(known, max(map(len, known)), probability)


@cache
def _general_sections() -> tuple[dict[str, str], dict[str, float]]:
    table = _table("sections.toml")
    words = {section_key(word): slug for slug, words in table["topics"].items() for word in words}
    return words, table["probability"]


def from_section(text: str, known: Sections) -> Topic | None:
    """The topic of a section word, or of a breadcrumb (parts between `> › » / | →`; its last telling part counts)."""
    if slug := known.topics.get(section_key(text)):
        return Topic(slug, known.probability["section"], "section")
    for part in reversed(_BREADCRUMB.split(text)):
        if slug := known.topics.get(section_key(part)):
            return Topic(slug, known.probability["breadcrumb"], "breadcrumb")
    return None


def from_url(url: str, known: Sections) -> Topic | None:
    """The topic that an absolute address tells: by its deepest segment that is a section word, else by its subdomain.

    `https://example.org/haber/ekonomi/a-story-1` is economy, `https://spor.example.org/a-story-1` is sport.
    """
    _, _, host, *path = (*url.partition("?")[0].split("/"), "", "")
    subdomain, _, domain = host.partition(".")
    for segment in (*reversed(path), subdomain if "." in domain else ""):
        text = unquote(segment) if "%" in segment else segment
        # A story's slug is longer than any section word; folding it would cost more than all the rest.
        if 0 < len(text) <= known.longest and (slug := known.topics.get(section_key(text))):
            return Topic(slug, known.probability["url"], "url")
    return None


@cache
def _topic_words(language: str | None) -> pl.DataFrame:
    """`phrase` and the `topic` it votes for, as its position in `TOPICS`."""
    table = _table("topic_words.toml").get(_SAME_WORDS.get(language or "", language or ""), {})
    return pl.DataFrame(
        [(phrase(pattern, language), TOPICS.index(slug)) for slug, patterns in table.items() for pattern in patterns],
        schema={"phrase": pl.String, "topic": pl.Int64},
        orient="row",
    )


@cache
def _word_probability() -> Mapping[str, list[float]]:
    return _table("topic_words.toml")["probability"]


@cache
def _story_probability() -> Mapping[str, float]:
    return _table("topic_words.toml")["story_probability"]


def from_words(words: Sequence[str], language: str | None) -> dict[int, Topic]:
    """By row, the topic with more of its words in the headline than any other; rows without such a topic are absent.

    `words` are headlines of one language as `words.in_words` writes them.
    """
    if language is None or language not in _word_probability():
        return {}
    table = _topic_words(language)
    votes = (
        find(table["phrase"], words)
        .join(table, on="phrase")
        .group_by("row", "topic")
        .len("votes")
        .sort("row", "votes", descending=[False, True])
        .group_by("row", maintain_order=True)
        .agg(pl.first("topic"), lead=pl.col("votes").first() - pl.col("votes").get(1, null_on_oob=True).fill_null(0))
        .filter(pl.col("lead") > 0)
    )
    by_lead = _word_probability()[language]
    return {
        row: Topic(TOPICS[topic], by_lead[min(lead, len(by_lead)) - 1], "rules")
        for row, topic, lead in votes.select("row", "topic", "lead").iter_rows()
    }


def from_story(
    titles: Sequence[str], texts: Sequence[str], language: str | None, told: Sequence[Topic | None]
) -> list[Topic | None]:
    """The topics of stories of one language, from their titles, texts with the titles, and what their pages `told`.

    Titles and texts are in words. The topic with the greatest share of votes; it is credited to what told it, else to
    `text`. Where the language has no words, none are found, or two topics are level, what was told stands.
    """
    shares = (
        _mention_shares(texts, language)
        + _TITLE * vote_shares(titles, language)
        + _OPENING * vote_shares([text[:_OPENING_LENGTH] for text in texts], language)
    )
    read = shares.sum(axis=1) > 0
    for row, topic in enumerate(told):
        if topic:
            shares[row, TOPICS.index(topic.slug)] += _PAGE
    alone = (shares == shares.max(axis=1, keepdims=True)).sum(axis=1) == 1
    probability = _story_probability()
    found: list[Topic | None] = []
    for row, topic in enumerate(told):
        slug = TOPICS[int(shares[row].argmax())]
        if not (read[row] and alone[row]):
            found.append(topic)
        elif topic and topic.slug == slug:
            found.append(topic._replace(probability=probability["told"]))
        else:
            found.append(Topic(slug, probability["text"], "text"))
    return found


def vote_shares(words: Sequence[str], language: str | None) -> np.ndarray:
    """By headline or text and topic, the share of its votes, each distinct word of the table having one.

    Rows sum to less than one: some votes always go to no topic.
    """
    return _shares(find(_topic_words(language)["phrase"], words).with_columns(vote=1.0), len(words), language)


def _mention_shares(words: Sequence[str], language: str | None) -> np.ndarray:
    """`vote_shares` of long texts: the vote of a word grows with the logarithm of how often it stands there."""
    told = mentions(_topic_words(language)["phrase"], words)
    return _shares(told.with_columns(vote=pl.col("times").log1p()), len(words), language)


def _shares(votes: pl.DataFrame, count: int, language: str | None) -> np.ndarray:
    told = votes.join(_topic_words(language), on="phrase")
    shares = np.zeros((count, len(TOPICS)))
    np.add.at(shares, (told["row"].to_numpy(), told["topic"].to_numpy()), told["vote"].to_numpy())
    return shares / (shares.sum(axis=1, keepdims=True) + _NO_TOPIC)


def pooled(trained: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The topic distributions of headlines from those of the trained weights and their `vote_shares`, same shape.

    A linear opinion pool (Stone 1961, “The opinion pool”): the more words vote, the less the weights count.
    """
    return (trained + _VOTES * shares) / (1 + _VOTES * shares.sum(axis=1, keepdims=True))
