"""Whether the tests reject, and the intervals cover, as often as they say: on simulated sites with a known answer.

    python benchmarks/calibration.py [--worlds 2000] [--effects 1000] [--seed 20260301] [--processes 1]
        [--write docs/methods.md]

Prints the tables of docs/methods.md, or puts them between its marks. `make calibration` does all of it.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from pipelines.analysis.company import headline_pairs
from pipelines.analysis.contrast import Found, judged, sided
from pipelines.analysis.engagement import rank_correlation
from pipelines.analysis.mantel_haenszel import Difference, Interval, odds_ratio, risk_ratio
from pipelines.analysis.misclassification import Gold, corrected
from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.permutation import permutation_p
from pipelines.analysis.pooling import heterogeneity, random_effects
from pipelines.analysis.prevalence import corrected_share
from pipelines.analysis.sharpening import mcnemar_p, mean_change, signed_rank_p
from pipelines.analysis.simulate import Shape, simulate
from pipelines.analysis.strata import STRATA, host_outcomes
from pipelines.analysis.topics import topic_matrix
from pipelines.lake.schema import HEADLINES

SHAPES = (
    Shape("one day, many stories", days=1, hosts=160),
    Shape("many days, few stories", days=20, hosts=12, slots=12, second_list=True),
    Shape("tiny strata", days=40, hosts=6, slots=6),
    Shape(
        "rare hard news, rare clickbait, like lists",
        days=5,
        hosts=60,
        hard=0.12,
        clickbait=0.1,
        likeness=0.3,
        day_spread=0.03,
    ),
)
EFFECT = 0.12
BATCH = 100
DRAWS = 999
SITES_POOLED, REGROUPED = 10, 20
# Sites whose topics and pairs are judged: each has many.
FEWER = 500
# How much more stories are commented on that have clickbait in all places beside them: e to that.
COMMENTED = 1.5
FALSE_DISCOVERY = 0.1
SENSITIVITY, SPECIFICITY, READ = 0.85, 0.92, 300

Rates = dict[str, list[float]]


def batches(shape: Shape, worlds: int, seed: int, effect: float = 0.0) -> Iterator[pl.DataFrame]:
    """Exposures of so many worlds, each a site, a batch at a time."""
    for batch, begin in enumerate(range(0, worlds, BATCH)):
        yield simulate(replace(shape, effect=effect), min(BATCH, worlds - begin), seed + batch)


def by_world(exposures: pl.DataFrame) -> list[pl.DataFrame]:
    """The host rows of each world of a batch."""
    return sided(host_outcomes(exposures.lazy())).partition_by("site", maintain_order=True)


def naive_p(exposures: pl.DataFrame) -> list[float]:
    """Pearson's chi-squared over each world's exposures, as if each had been drawn for itself and no day differed."""
    tables = (
        exposures.group_by("site", hard=pl.col("host_hard") >= 0.5)
        .agg(clickbait=(pl.col("item_clickbait") >= 0.5).sum(), plain=(pl.col("item_clickbait") < 0.5).sum())
        .sort("site", "hard")
        .partition_by("site", maintain_order=True)
    )
    found: list[Any] = [
        stats.chi2_contingency(cells.select("clickbait", "plain"), correction=False) for cells in tables
    ]
    return [each.pvalue for each in found]


def p_of(found: Found, seed: int) -> float:
    """The permutation p-value; 1 where nothing varies."""
    hosts = found.hosts
    return permutation_p(hosts["score"], hosts["is_hard"], hosts["exchanged"], draws=DRAWS, seed=seed) or 1.0


def null_rates(shape: Shape, worlds: int, seed: int) -> tuple[Rates, list[float]]:
    """Whether each test rejects at 0.05, world by world, where nothing is to be found; and the permutation p-values."""
    rates: Rates = defaultdict(list)
    p_values, differences = [], []
    for batch, exposures in enumerate(batches(shape, worlds, seed)):
        rates["χ² on raw exposures (naive)"] += [p < 0.05 for p in naive_p(exposures)]
        for world, hosts in enumerate(by_world(exposures)):
            found = judged(hosts, "clickbait", STRATA)
            if found is None:
                continue
            p_values.append(p_of(found, world))
            rates["permutation p of the difference"].append(p_values[-1] < 0.05)
            intervals = {
                "robust interval of the difference": (found.difference.interval(), 0.0),
                "bootstrap interval of the difference": (
                    found.difference.bootstrap_interval(draws=DRAWS, seed=world),
                    0.0,
                ),
                "interval of the ratio": (risk_ratio(found.units), 1.0),
                "interval of the odds ratio": (odds_ratio(found.units), 1.0),
            }
            for name, (interval, nothing) in intervals.items():
                if interval:
                    rates[name].append(not interval.low <= nothing <= interval.high)
            height = judged(hosts, "clickbait_height", STRATA)
            if height:
                rates["permutation p of the height in the list"].append(p_of(height, world) < 0.05)
            differences.append(found.difference)
        if batch * BATCH < FEWER:
            cells = topic_matrix(exposures.lazy())
            rates["p of topic and class"] += tested(cells.filter(item_class="clickbait"))
    for name, rejected in rates_over_sites(differences, seed).items():
        rates[name] = rejected
    # Lists of like teasers, and days with more of everything, are company in truth.
    unlike = replace(shape, likeness=0.0, day_spread=0.0, second_list=False, captures=1)
    for exposures in batches(unlike, min(worlds, FEWER), seed + 600):
        pairs = headline_pairs(exposures.lazy(), pl.LazyFrame(schema=HEADLINES.schema))
        rates["one-sided p of pairs expected five times or more"] += tested(pairs.filter(pl.col("expected") >= 5))
    return rates, p_values


def rates_over_sites(differences: list[Difference], seed: int) -> Rates:
    """How often Q and the random-effects interval reject over sites that are drawn together time and again.

    So that which ones meet does not add to the error of the shares.
    """
    rates: Rates = defaultdict(list)
    random = np.random.default_rng(seed)
    together = len(differences) // SITES_POOLED * SITES_POOLED
    for _ in range(REGROUPED):
        for family in random.permutation(len(differences))[:together].reshape(-1, SITES_POOLED):
            sites = [differences[site] for site in family]
            effects = [each.estimate for each in sites]
            between = heterogeneity(
                effects,
                [each.squared_error for each in sites],
                [each.freedom for each in sites],
                [each.weight for each in sites],
            )
            mean = random_effects(effects)
            if between and mean:
                rates[f"Q over {SITES_POOLED} sites"].append(between.p < 0.05)
                rates[f"random-effects interval over {SITES_POOLED} sites"].append(not mean.low <= 0 <= mean.high)
    return rates


def tested(rows: pl.DataFrame) -> list[float]:
    """Whether each row that could be tested has a p-value below 0.05."""
    return rows.select((pl.col("p").drop_nulls() < 0.05).cast(pl.Float64)).to_series().to_list()


def rates_by_stories(worlds: int, seed: int) -> tuple[dict[str, Rates], dict[str, Rates]]:
    """Whether tests of few or many stories reject at 0.05 where chance decides, and intervals cover where it does not.

    Only where they tell. Wordings: a third of the stories have one; the others have two whose probabilities are skewed,
    as those of a classifier are, and where there is an effect alike no more. Comments: days of five stories, few of
    which are commented on, and then much. Shares: eight teasers a story, more or less alike.
    """
    random = np.random.default_rng(seed)
    nulls: dict[str, Rates] = {}
    covers: dict[str, Rates] = {}
    for stories in (20, 60, 300):
        rejected = nulls[f"{stories} stories"] = defaultdict(list)
        covered = covers[f"{stories} stories"] = defaultdict(list)
        days = pl.Series("day", np.repeat(np.arange(stories // 5), 5))
        correlation = true_correlation(random)
        for _ in range(worlds):
            full, shown = random.beta(0.5, 1.0, (2, stories))
            shown = np.where(random.random(stories) < 1 / 3, full, shown)
            sharper, milder = ((full < 0.5) & (shown >= 0.5)).sum(), ((full >= 0.5) & (shown < 0.5)).sum()
            for name, p in {
                "McNemar's mid-p, where told": mcnemar_p(int(sharper), int(milder)),
                "Wilcoxon's signed ranks": signed_rank_p(full, shown),
            }.items():
                if p is not None:
                    rejected[name].append(p < 0.05)
            change = mean_change(full, shown)
            if change:
                rejected["interval of the mean change"].append(not change[1] <= 0 <= change[2])
            change = mean_change(full, random.beta(0.8, 1.0, stories))
            if change:
                covered["interval of the mean change"].append(change[1] <= 0.8 / 1.8 - 0.5 / 1.5 <= change[2])
            for strength, truth in ((0.0, 0.0), (COMMENTED, correlation)):
                found = rank_correlation(commented(days, strength, random), "clickbait", "comments", ["day"])
                if found and not strength:
                    rejected["p of comments and clickbait"].append(found[1] < 0.05)
                if found:
                    name = f"correlation of comments and clickbait{' that there is' if strength else ', none'}"
                    covered[name].append(found[0].low <= truth <= found[0].high)
            share = true_share_covered(stories, random)
            if share is not None:
                covered["share corrected for the classifier"].append(share)
    return nulls, covers


def commented(days: pl.Series, strength: float, random: np.random.Generator) -> pl.DataFrame:
    """Stories with a clickbait share of eight teasers and comments, which grow with it by exp(strength · share)."""
    share = random.binomial(8, random.beta(0.9, 2.1, len(days))) / 8
    busy = np.exp(random.normal(0, 0.5, int(days.max()) + 1))[days.to_numpy()]  # pyright: ignore[reportArgumentType]
    comments = random.poisson(random.gamma(0.5, 4.0, len(days)) * busy * np.exp(strength * share))
    return pl.DataFrame({"day": days, "clickbait": share, "comments": comments})


def true_correlation(random: np.random.Generator) -> float:
    """The rank correlation that `commented` has within very many days of five."""
    days = pl.Series("day", np.repeat(np.arange(100_000), 5))
    found = rank_correlation(commented(days, COMMENTED, random), "clickbait", "comments", ["day"])
    assert found
    return found[0].estimate


def true_share_covered(stories: int, random: np.random.Generator) -> bool | None:
    """Whether `corrected_share` covers the share that stories' chances of clickbait are drawn around."""
    chance = random.beta(0.9 * 3, 2.1 * 3, stories)
    true = random.binomial(8, chance)
    called = random.binomial(true, SENSITIVITY) + random.binomial(8 - true, 1 - SPECIFICITY)
    found = corrected_share(called, np.full(stories, 8), gold(random))
    return found and found.low <= 0.3 <= found.high


def gold(random: np.random.Generator) -> Gold:
    """How the classifier of the stated sensitivity and specificity did on a sample read by hand."""
    right = random.binomial([READ // 2] * 2, [SENSITIVITY, SPECIFICITY])
    return Gold(READ // 2, int(right[0]), READ // 2, int(right[1]))


def coverage_rates(shape: Shape, worlds: int, seed: int) -> tuple[Rates, list[float]]:
    """Whether each interval covers the planted effect, world by world; and the permutation p-values."""
    rates: Rates = defaultdict(list)
    random = np.random.default_rng(seed)
    p_values = []

    def covered(name: str, interval: Interval | None, truth: float) -> None:
        if interval:
            rates[name].append(interval.low <= truth <= interval.high)

    for exposures in batches(shape, worlds, seed, EFFECT):
        for world, hosts in enumerate(by_world(exposures)):
            found = judged(hosts, "clickbait", STRATA)
            if found:
                p_values.append(p_of(found, world))
                covered("robust interval", found.difference.interval(), EFFECT)
                covered("bootstrap interval", found.difference.bootstrap_interval(draws=DRAWS, seed=world), EFFECT)
        # A classifier that errs: what it calls clickbait, and how it did on a gold sample of its own.
        for world, hosts in enumerate(by_world(misread(exposures, random))):
            called = judged(hosts, "clickbait", STRATA)
            if called:
                interval = corrected([called.difference], [gold(random)], [1.0], seed=world)
                covered("interval corrected for the classifier", interval, EFFECT)
    # A ratio is the same in all strata only where these do not differ.
    soft, hard = shape.clickbait, shape.clickbait + EFFECT
    for exposures in batches(replace(shape, day_spread=0.0), worlds, seed + 600, EFFECT):
        for hosts in by_world(exposures):
            found = judged(hosts, "clickbait", STRATA)
            if found:
                covered("interval of the ratio, days alike", risk_ratio(found.units), hard / soft)
                odds = hard / (1 - hard) / (soft / (1 - soft))
                covered("interval of the odds ratio, days alike", odds_ratio(found.units), odds)
    return rates, p_values


def misread(exposures: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The exposures as a classifier with the stated sensitivity and specificity labels them, host by host anew."""
    teaser = exposures.select("host_id", "kind", "slot", "item_clickbait").unique(
        ["host_id", "kind", "slot"], maintain_order=True
    )
    chance = np.where(teaser["item_clickbait"] == 1, SENSITIVITY, 1 - SPECIFICITY)
    labels = teaser.with_columns(item_clickbait=pl.Series(random.random(teaser.height) < chance).cast(pl.Float64))
    return exposures.drop("item_clickbait").join(labels, on=["host_id", "kind", "slot"])


def false_discoveries(null_p: list[float], planted_p: list[float], seed: int) -> Rates:
    """Family by family of 16 sites without and 4 with an effect: the share of false ones among q < 0.1, of those found.

    Families are drawn from the worlds of the other tables.
    """
    random, rates = np.random.default_rng(seed), defaultdict(list)
    planted = np.arange(20) >= 16
    for _ in range(1_000):
        p = np.concatenate([random.choice(null_p, 16, replace=False), random.choice(planted_p, 4, replace=False)])
        called = q_values(p) < FALSE_DISCOVERY
        rates["false among those found"].append((called & ~planted).sum() / max(1, called.sum()))
        rates["planted ones found"].append(called[planted].mean())
    return rates


def standard_error(worlds: int) -> float:
    """Of a share of 0.05, or of 0.95, among so many worlds."""
    return (0.05 * 0.95 / worlds) ** 0.5


def as_table(first: str, columns: dict[str, Rates]) -> str:
    names = list(dict.fromkeys(name for rates in columns.values() for name in rates))
    lines = [f"| {first} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = (f"{np.mean(rates[name]):.3f}" if rates.get(name) else "–" for rates in columns.values())
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=2000)
    parser.add_argument("--effects", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        nulls, covers = (
            list(pool.map(rates, SHAPES, [worlds] * len(SHAPES), [seed] * len(SHAPES)))
            for rates, worlds, seed in (
                (null_rates, asked.worlds, asked.seed),
                (coverage_rates, asked.effects, asked.seed + 1000),
            )
        )
    names = [shape.name for shape in SHAPES]
    false = [false_discoveries(null[1], cover[1], asked.seed) for null, cover in zip(nulls, covers, strict=True)]
    few_null, few_cover = rates_by_stories(asked.worlds, asked.seed)
    text = "\n\n".join(
        [
            f"Seed {asked.seed}; {asked.worlds:,} sites without an effect a shape ({min(asked.worlds, FEWER)} for "
            f"topics and pairs), {asked.effects:,} with one of {EFFECT}; {DRAWS} draws. "
            f"A share of 0.05 in {asked.worlds:,} has a standard error of {standard_error(asked.worlds):.4f}, "
            f"a coverage of 0.95 in {asked.effects:,} one of {standard_error(asked.effects):.4f}. Q and random effects "
            f"rest on {asked.worlds // SITES_POOLED} sets of {SITES_POOLED} sites, regrouped {REGROUPED} times; their "
            f"error is up to {standard_error(asked.worlds // SITES_POOLED):.3f}.",
            as_table(
                "rejects at 0.05 where nothing is to be found", dict(zip(names, (n[0] for n in nulls), strict=True))
            ),
            as_table("the same by number of stories", few_null),
            as_table("95 % interval covers the effect", dict(zip(names, (c[0] for c in covers), strict=True))),
            as_table("the same by number of stories", few_cover),
            as_table("q < 0.1 among 20 sites, 4 planted", dict(zip(names, false, strict=True))),
        ]
    )
    if asked.write is None:
        print(text)
        return
    page = asked.write.read_text(encoding="utf-8")
    before, mark, rest = page.partition("<!-- calibration -->\n")
    _, end, after = rest.partition("<!-- end of calibration -->")
    if not (mark and end):
        parser.error(f"{asked.write} lacks the marks <!-- calibration --> and <!-- end of calibration -->")
    asked.write.write_text(f"{before}{mark}\n{text}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
