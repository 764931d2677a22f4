"""Headlines in, labels out: the one way into this room. Pure and offline; all it knows is in tables and weights.

How a language's score or a topic comes about belongs to `rules`, `model` and `topics`; here they are put together.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import repeat
from typing import NamedTuple

import numpy as np

from pipelines.classify import rules, topics
from pipelines.classify.calibration import calibration, topic_temperature
from pipelines.classify.cues import cues
from pipelines.classify.features import hashed
from pipelines.classify.language import guesses
from pipelines.classify.model import WEIGHTS, shipped, softmax
from pipelines.classify.words import TABLES, has_words, in_language, in_words
from pipelines.errors import YanyanaError
from pipelines.lake.schema import TOPICS


class ClassifyError(YanyanaError):
    """The headlines and what is told of them do not fit together."""


class Classification(NamedTuple):
    """What is said of one headline. Null means that nothing tells, never “no”."""

    headline: str
    language: str | None
    """ISO 639 code, as stated, else Turkish or English guessed from the headline."""
    clickbait: float | None
    """Calibrated probability that the headline withholds what one must click to learn; null for text without words."""
    sensational: float | None
    """Probability that the wording is emotional, exaggerated or tabloid; null for text without words."""
    topic: str | None
    """IPTC Media Topics top-level slug."""
    topic_probability: float | None
    topic_source: str | None
    """What told the topic: section, breadcrumb, url, text (of the story) or model."""
    hard: float | None
    """Probability that the story is hard news; null without a topic."""
    model_version: str
    """Changes with tables and weights; ends in `-experimental` for a language that nobody has read headlines of."""
    cues: tuple[str, ...]
    """What pushed the scores, strongest on clickbait first; empty unless asked for."""
    calibrated_on: int
    """How many hand-read headlines of the language the clickbait probability rests on; 0 marks it experimental."""


@cache
def model_version() -> str:
    """`linear-` and the first eight hex digits of tables' and weights' SHA-256: another table, another version."""
    tables = sorted((file.name, file.read_bytes()) for file in TABLES.iterdir() if file.name.endswith(".toml"))
    return f"linear-{sha256(repr(tables).encode() + WEIGHTS.read_bytes()).hexdigest()[:8]}"


def classify(
    headlines: Sequence[str],
    language: str | Sequence[str | None] | None = None,
    *,
    urls: Sequence[str | None] | None = None,
    sections: Sequence[str | None] | None = None,
    texts: Sequence[str | None] | None = None,
    section_topics: Mapping[str, str] | None = None,
    hardness: Mapping[str, float] | None = None,
    explain: bool = False,
) -> list[Classification]:
    """Label headlines, in their order.

    `language` (BCP 47) is one for all or one each; where it is null it is guessed from the headline. `urls` are the
    stories' addresses, `sections` what their pages call the section, a breadcrumb too, and `texts` their leads and
    bodies where these are at hand; they tell of the topic only. `section_topics` are the site's own section words,
    `hardness` a table in place of the project's (`topics.read_hardness`). With `explain` the cues are told.

    Raises `ClassifyError` where a sequence is not as long as the headlines, `TopicError` for an unknown topic.
    """
    count = len(headlines)
    stated = [language] * count if language is None or isinstance(language, str) else language
    urls = [None] * count if urls is None else urls
    sections = [None] * count if sections is None else sections
    texts = [None] * count if texts is None else texts
    for name, values in (("language", stated), ("urls", urls), ("sections", sections), ("texts", texts)):
        if len(values) != count:
            raise ClassifyError(f"{name} has {len(values)} entries for {count} headlines; give one each")
    known = topics.sections(section_topics or {})
    if hardness is None:
        hardness = topics.hardness()
    else:
        topics.check_hardness(hardness, "hardness")

    silent = [row for row, tag in enumerate(stated) if not tag]
    unfolded: list[str | None] = [None] * count
    guessed: list[str | None] = [None] * count
    in_any_language = in_words([headlines[row] for row in silent], None)
    for row, words, language_guessed in zip(silent, in_any_language, guesses(in_any_language), strict=True):
        unfolded[row], guessed[row] = words, language_guessed
    iso = {tag: _iso(tag) for tag in set(stated) if tag}
    rows_of: dict[str | None, list[int]] = {}
    for row, tag in enumerate(stated):
        rows_of.setdefault(iso[tag] if tag else guessed[row], []).append(row)
    told = [
        _page_topic(section, url, known) if section or url else None
        for section, url in zip(sections, urls, strict=True)
    ]
    hard_of: dict[topics.Topic, float] = {}

    labels: list[Classification | None] = [None] * count
    for spoken, rows in rows_of.items():
        wordings = [headlines[row] for row in rows]
        words = in_language(wordings, [unfolded[row] for row in rows], spoken)
        by_rules = rules.score(words, spoken)
        model = shipped()[0].get(spoken) if spoken else None
        scores = by_rules.clickbait
        slug: list[str | None] = [None] * len(rows)
        source: list[str | None] = [None] * len(rows)
        probability: list[float | None] = [None] * len(rows)
        hard: list[float | None] = [None] * len(rows)
        if model:
            grams = hashed(words)
            scores = model.clickbait_scores(grams, scores)
            trained = softmax(model.topic_scores(grams) / topic_temperature(spoken))
            distribution = topics.pooled(trained, topics.vote_shares(words, spoken))
            best = distribution.argmax(axis=1)
            slug = [TOPICS[at] for at in best.tolist()]
            probability = distribution[np.arange(len(rows)), best].tolist()
            source = ["model"] * len(rows)
            hard = (distribution @ np.array([hardness[slug] for slug in TOPICS])).tolist()
        curve = calibration(spoken, "clickbait")
        clickbait: list[float | None] = curve.probability(scores).tolist()
        sensational: list[float | None] = calibration(spoken, "sensational").probability(by_rules.sensational).tolist()
        for at, text in enumerate(words):
            if not has_words(text):
                for column in (clickbait, sensational, slug, probability, source, hard):
                    column[at] = None
        by_page = [told[row] for row in rows]
        whole = [at for at, row in enumerate(rows) if texts[row]]
        stories = in_words([f"{wordings[at]} {texts[rows[at]]}" for at in whole], spoken)
        by_story = topics.from_story([words[at] for at in whole], stories, spoken, [by_page[at] for at in whole])
        for at, topic in zip(whole, by_story, strict=True):
            by_page[at] = topic
        for at, topic in enumerate(by_page):
            if topic:
                slug[at], probability[at], source[at] = topic
                if topic not in hard_of:
                    hard_of[topic] = topics.hard(topic, hardness)
                hard[at] = hard_of[topic]
        version = model_version() if curve.headlines else f"{model_version()}-experimental"
        columns = (
            wordings,
            repeat(spoken),
            clickbait,
            sensational,
            slug,
            probability,
            source,
            hard,
            repeat(version),
            cues(words, by_rules.fired, model) if explain else repeat(()),
            repeat(curve.headlines),
        )
        for row, label in zip(rows, map(Classification, *columns), strict=True):
            labels[row] = label
    return [label for label in labels if label]


def _iso(tag: str) -> str:
    """The ISO 639 code that a BCP 47 tag begins with."""
    return tag.replace("_", "-").partition("-")[0].casefold()


def _page_topic(section: str | None, url: str | None, known: topics.Sections) -> topics.Topic | None:
    """What the story's page says of its topic: section or breadcrumb before address."""
    topic = topics.from_section(section, known) if section else None
    return topic or (topics.from_url(url, known) if url else None)


def describe(label: Classification, *, explain: bool = False) -> dict:
    """A label as the object that `yanyana classify` prints, with `cues` where asked for."""
    told = label._asdict()
    del told["calibrated_on"]
    if not explain:
        del told["cues"]
    return told
