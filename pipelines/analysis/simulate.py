"""Sites made by chance with a known answer: what the tests and intervals of this room are held against.

A simulated site has what makes real ones hard to judge: a list that is the same on every page, several captures of a
story, a few headlines that are shown everywhere, days with more of everything, and lists whose teasers resemble each
other. Only exposures are made, of thousands of sites at once, and each share is drawn by chance about a planted one.

The demo newsroom does not draw from here, for it needs the opposite: four sites whose stories exist, link each other
and can be read, and whose planted shares hold exactly, so that fifty stories suffice for a run with a known answer.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.lake.schema import EXPOSURES

_FIRST_DAY = date(2026, 1, 1)
_SITE_WIDE = 5
_HARD_TOPICS = ("politics-government", "economy-business-finance", "conflict-war-peace")
_SOFT_TOPICS = ("sport", "lifestyle-leisure", "human-interest")


@dataclass(frozen=True, slots=True)
class Shape:
    """What the sites of one kind have in common.

    `hosts` stories a day for `days` days, each with a related list of `slots` teasers (and, with `second_list`, one
    more of another kind), captured up to `captures` times. A share `hard` of the stories is hard news. A teaser is
    clickbait with probability `clickbait`, and `effect` more beside hard news; both the share of hard news and of
    clickbait rise and fall together by day, with standard deviation `day_spread`. `likeness` is the correlation of the
    teasers of one host: 0 draws each for itself. Teasers come from `headlines` stories, half of them clickbait, whose
    popularity falls with their rank to the power of `zipf`.
    """

    name: str
    days: int
    hosts: int
    slots: int = 8
    hard: float = 0.4
    clickbait: float = 0.3
    effect: float = 0.0
    day_spread: float = 0.08
    likeness: float = 0.1
    second_list: bool = False
    captures: int = 3
    headlines: int = 200
    zipf: float = 0.8


def simulate(shape: Shape, sites: int, seed: int, effects: NDArray[np.float64] | None = None) -> pl.DataFrame:
    """Exposures of so many sites of a shape, in the schema of EXPOSURES; `effects`, by site, replace the shape's.

    Clickbait probabilities are 0 or 1, so that the difference between a site's hard-news and other stories is the
    effect and nothing else, as long as chances stay between 0 and 1.
    """
    random = np.random.default_rng(seed)
    effect = np.full(sites, shape.effect) if effects is None else effects
    stories = shape.days * shape.hosts
    day = np.repeat(np.arange(shape.days), shape.hosts)
    shift = np.clip(random.normal(0, shape.day_spread, (sites, shape.days)), -2 * shape.day_spread, None)[:, day]
    hard = random.random((sites, stories)) < np.clip(shape.hard + shift, 0.02, 0.98)
    chance = np.clip(shape.clickbait + shift + effect[:, None] * hard, 0.01, 0.99)
    if shape.likeness:
        tightness = (1 - shape.likeness) / shape.likeness
        chance = random.beta(chance * tightness, (1 - chance) * tightness)
    topic = random.integers(0, len(_HARD_TOPICS), (sites, stories))
    times = random.integers(1, shape.captures + 1, (sites, stories))
    lists = [
        _list(kind, _drawn(shape, chance, random), times)
        for kind in (("related", "more") if shape.second_list else ("related",))
    ]
    lists.append(
        _list("popular", np.broadcast_to(2 * shape.headlines + np.arange(_SITE_WIDE), (sites, stories, 5)), times)
    )
    return _as_exposures(shape, pl.concat(lists), hard, topic)


def _drawn(shape: Shape, chance: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.int64]:
    """Targets as sites × stories × slots: from 0 to headlines − 1; the first half of them is clickbait.

    How many are clickbait is drawn first; which ones, without replacement by popularity (Gumbel's trick: the largest of
    logarithms of weights plus Gumbel noise).
    """
    half = shape.headlines // 2
    number = random.binomial(shape.slots, chance)
    weight = -shape.zipf * np.log(np.arange(1, half + 1))
    drawn = np.empty((*chance.shape, shape.slots), dtype=np.int64)
    # Site by site, so that memory holds one site's noise at a time.
    for site in range(len(chance)):
        best = [
            np.argpartition(-(weight + random.gumbel(size=(chance.shape[1], half))), shape.slots, axis=1)[
                :, : shape.slots
            ]
            for _ in range(2)
        ]
        # argpartition gives the largest in any order; a random one keeps every subset's chances.
        clickbait, plain = (random.permuted(each, axis=1) for each in best)
        is_clickbait = np.arange(shape.slots) < number[site][:, None]
        drawn[site] = random.permuted(np.where(is_clickbait, clickbait, half + plain), axis=1)
    return drawn


def _list(kind: str, targets: NDArray[np.int64], times: NDArray[np.int64]) -> pl.DataFrame:
    """The exposures of one list on every story's page, once a capture."""
    site, story, slot = np.unravel_index(np.arange(targets.size), targets.shape)
    rows = pl.DataFrame(
        {
            "site": site,
            "story": story,
            "slot": slot + 1,
            "target": targets.ravel(),
            "times": np.repeat(times, targets.shape[2]),
        }
    )
    return rows.with_columns(kind=pl.lit(kind), capture=pl.int_ranges("times")).explode("capture")


def _as_exposures(shape: Shape, rows: pl.DataFrame, hard: NDArray[np.bool_], topic: NDArray[np.int64]) -> pl.DataFrame:
    cell = rows.select(pl.col("site") * hard.shape[1] + pl.col("story")).to_series()
    is_hard, topics = pl.Series(hard.ravel())[cell], pl.Series(topic.ravel())[cell]
    names = [
        pl.when(topics == n).then(pl.lit(name)).otherwise(None)
        for kind in (_HARD_TOPICS, _SOFT_TOPICS)
        for n, name in enumerate(kind)
    ]
    host = pl.format("{}.{}", "site", "story")
    clickbait = pl.col("target") < shape.headlines // 2
    return rows.select(
        item_id=pl.format("{}.{}.{}.{}", host, "capture", "kind", "slot"),
        capture_id=pl.format("{}.{}", host, "capture"),
        block_id=pl.format("{}.{}.{}", host, "capture", "kind"),
        site=pl.format("site {}", "site"),
        day=pl.lit(_FIRST_DAY) + pl.duration(days=pl.col("story") // shape.hosts),
        host_id=host,
        host_topic=pl.when(is_hard).then(pl.coalesce(names[:3])).otherwise(pl.coalesce(names[3:])),
        host_hard=pl.when(is_hard).then(0.9).otherwise(0.1),
        kind="kind",
        placement=pl.lit("below"),
        content_hash=pl.when(pl.col("kind") == "popular")
        .then(pl.format("{}", "site"))
        .otherwise(pl.format("{}.{}", host, "kind")),
        slot="slot",
        target_id=pl.format("{}:{}", "site", "target"),
        headline_id=pl.format("{}:{}", "site", "target"),
        display_id=pl.lit(None),
        item_topic=pl.lit("sport"),
        item_hard=pl.lit(0.1),
        item_clickbait=clickbait.cast(pl.Float64),
        item_class=pl.when(clickbait).then(pl.lit("clickbait")).otherwise(pl.lit("soft")),
    ).cast(EXPOSURES.schema)  # pyright: ignore[reportArgumentType]
