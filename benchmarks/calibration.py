"""Whether the tests reject, and the intervals cover, as often as they say: on simulated sites with a known answer.

    python benchmarks/calibration.py [--worlds 2000] [--effects 500] [--seed 20260301] [--write docs/methods.md]

Prints the tables of docs/methods.md, or puts them between its marks. `make calibration` does all of it.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

from pipelines.analysis.company import headline_pairs
from pipelines.analysis.contrast import Found, judged, sided
from pipelines.analysis.mantel_haenszel import odds_ratio, risk_ratio
from pipelines.analysis.misclassification import Gold, corrected
from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.permutation import permutation_p
from pipelines.analysis.pooling import heterogeneity, random_effects
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
FEWER = 100
FALSE_DISCOVERY = 0.1
SENSITIVITY, SPECIFICITY, READ = 0.85, 0.92, 300

Rates = dict[str, list[float]]


def found_in(
    shape: Shape, worlds: int, seed: int, effects: np.ndarray | None = None
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, Found]]:
    """Exposures, hosts and difference of world after world, simulated by the batch."""
    for batch, begin in enumerate(range(0, worlds, BATCH)):
        here = min(BATCH, worlds - begin)
        chosen = None if effects is None else effects[begin : begin + here]
        exposures = simulate(shape, here, seed + batch, chosen)
        hosts = sided(host_outcomes(exposures.lazy())).partition_by("site", as_dict=True)
        for (site,), raw in exposures.partition_by("site", as_dict=True, maintain_order=True).items():
            found = judged(hosts[site,], "clickbait", STRATA)
            if found:
                yield raw, hosts[site,], found


def naive_p(raw: pl.DataFrame) -> float:
    """Pearson's chi-squared over all exposures, as if each had been drawn for itself and no day differed."""
    cells = (
        raw.group_by(hard=pl.col("host_hard") >= 0.5, clickbait=pl.col("item_clickbait") >= 0.5)
        .len()
        .pivot("clickbait", index="hard", values="len")
        .drop("hard")
    )
    return float(stats.chi2_contingency(cells.to_numpy(), correction=False).pvalue)  # pyright: ignore[reportAttributeAccessIssue]


def p_of(found: Found, seed: int) -> float:
    """The permutation p-value; 1 where nothing varies."""
    hosts = found.hosts
    return permutation_p(hosts["score"], hosts["is_hard"], hosts["exchanged"], draws=DRAWS, seed=seed) or 1.0


def null_rates(shape: Shape, worlds: int, seed: int) -> tuple[Rates, list[float]]:
    """Whether each test rejects at 0.05, world by world, where nothing is to be found; and the permutation p-values."""
    rates: Rates = defaultdict(list)
    p_values, pooled = [], []
    for world, (raw, hosts, found) in enumerate(found_in(shape, worlds, seed)):
        rates["χ² on raw exposures (naive)"].append(naive_p(raw) < 0.05)
        p_values.append(p_of(found, world))
        rates["permutation p of the difference"].append(p_values[-1] < 0.05)
        intervals = {
            "robust interval of the difference": (found.difference.interval(), 0.0),
            "bootstrap interval of the difference": (found.difference.bootstrap_interval(draws=DRAWS, seed=world), 0.0),
            "interval of the ratio": (risk_ratio(found.units), 1.0),
            "interval of the odds ratio": (odds_ratio(found.units), 1.0),
        }
        for name, (interval, nothing) in intervals.items():
            if interval:
                rates[name].append(not interval.low <= nothing <= interval.high)
        height = judged(hosts, "clickbait_height", STRATA)
        if height:
            rates["permutation p of the height in the list"].append(p_of(height, world) < 0.05)
        pooled.append(found.difference)
    # Sites are drawn together time and again, so that which ones meet does not add to the error of the shares.
    random = np.random.default_rng(seed)
    for _ in range(REGROUPED):
        for family in random.permutation(len(pooled))[: len(pooled) // SITES_POOLED * SITES_POOLED].reshape(
            -1, SITES_POOLED
        ):
            sites = [pooled[site] for site in family]
            effects = [each.estimate for each in sites]
            between = heterogeneity(effects, [each.squared_error for each in sites], [each.freedom for each in sites])
            mean = random_effects(effects)
            if between and mean:
                rates[f"Q over {SITES_POOLED} sites"].append(between.p < 0.05)
                rates[f"random-effects interval over {SITES_POOLED} sites"].append(not mean.low <= 0 <= mean.high)
    cells = topic_matrix(simulate(shape, min(worlds, FEWER), seed + 500).lazy())
    rates["p of topic and class"] = tested(cells.filter(item_class="clickbait"))
    # Lists of like teasers, and days with more of everything, are company in truth.
    unlike = replace(shape, likeness=0.0, day_spread=0.0, second_list=False, captures=1)
    pairs = headline_pairs(
        simulate(unlike, min(worlds, FEWER), seed + 600).lazy(), pl.LazyFrame(schema=HEADLINES.schema)
    )
    rates["one-sided p of pairs expected five times or more"] = tested(pairs.filter(pl.col("expected") >= 5))
    return rates, p_values


def tested(rows: pl.DataFrame) -> list[float]:
    """Whether each row that could be tested has a p-value below 0.05."""
    return rows.select((pl.col("p").drop_nulls() < 0.05).cast(pl.Float64)).to_series().to_list()


def sharpening_rates(worlds: int, seed: int) -> dict[str, Rates]:
    """Whether each paired test rejects at 0.05 where which wording is shown is up to chance; by number of stories.

    A third of the stories have one wording; the others have two whose probabilities are skewed, as those of a
    classifier are.
    """
    random = np.random.default_rng(seed)
    columns: dict[str, Rates] = {}
    for stories in (20, 60, 300):
        rates = columns[f"{stories} stories"] = defaultdict(list)
        for _ in range(worlds):
            full, shown = random.beta(0.5, 1.0, (2, stories))
            shown = np.where(random.random(stories) < 1 / 3, full, shown)
            sharper, milder = ((full < 0.5) & (shown >= 0.5)).sum(), ((full >= 0.5) & (shown < 0.5)).sum()
            change = mean_change(full, shown)
            for name, p in {
                "McNemar's mid-p": mcnemar_p(int(sharper), int(milder)),
                "Wilcoxon's signed ranks": signed_rank_p(full, shown),
            }.items():
                rates[name].append(p is not None and p < 0.05)
            rates["interval of the mean change"].append(change is not None and not change[1] <= 0 <= change[2])
    return columns


def coverage_rates(shape: Shape, worlds: int, seed: int) -> tuple[Rates, list[float]]:
    """Whether each interval covers the planted effect, world by world; and the permutation p-values."""
    rates: Rates = defaultdict(list)
    random = np.random.default_rng(seed)
    effects, p_values = np.full(worlds, EFFECT), []
    for world, (raw, _, found) in enumerate(found_in(shape, worlds, seed, effects)):
        p_values.append(p_of(found, world))
        for name, interval in {
            "robust interval": found.difference.interval(),
            "bootstrap interval": found.difference.bootstrap_interval(draws=DRAWS, seed=world),
        }.items():
            rates[name].append(interval.low <= EFFECT <= interval.high)
        # A classifier that errs: what it calls clickbait, and how it did on a gold sample of its own.
        right = random.binomial([READ // 2] * 2, [SENSITIVITY, SPECIFICITY])
        gold = Gold(READ // 2, int(right[0]), READ // 2, int(right[1]))
        called = judged(sided(host_outcomes(misread(raw, random).lazy())), "clickbait", STRATA)
        interval = called and corrected([called.difference], [gold], [1.0], seed=world)
        if interval:
            rates["interval corrected for the classifier"].append(interval.low <= EFFECT <= interval.high)
    return rates, p_values


def misread(raw: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The exposures as a classifier with the stated sensitivity and specificity labels them, host by host anew."""
    teaser = raw.select("host_id", "kind", "slot", "item_clickbait").unique(
        ["host_id", "kind", "slot"], maintain_order=True
    )
    chance = np.where(teaser["item_clickbait"] == 1, SENSITIVITY, 1 - SPECIFICITY)
    labels = teaser.with_columns(item_clickbait=pl.Series(random.random(teaser.height) < chance).cast(pl.Float64))
    return raw.drop("item_clickbait").join(labels, on=["host_id", "kind", "slot"])


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
    parser.add_argument("--effects", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20260301)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        nulls, covers = (
            list(pool.map(rates, SHAPES, [worlds] * len(SHAPES), [seed] * len(SHAPES)))
            for rates, worlds, seed in (
                (null_rates, asked.worlds, asked.seed),
                (coverage_rates, asked.effects, asked.seed + 1000),
            )
        )
    names = [shape.name for shape in SHAPES]
    false = [false_discoveries(null[1], cover[1], asked.seed) for null, cover in zip(nulls, covers, strict=True)]
    text = "\n\n".join(
        [
            f"Seed {asked.seed}; {asked.worlds:,} sites without an effect a shape ({min(asked.worlds, FEWER)} for "
            f"topics and pairs), {asked.effects:,} with one of {EFFECT}; {DRAWS} draws. "
            f"A share of 0.05 in {asked.worlds:,} has a standard error of {standard_error(asked.worlds):.4f}, "
            f"a coverage of 0.95 in {asked.effects:,} one of {standard_error(asked.effects):.4f}.",
            as_table(
                "rejects at 0.05 where nothing is to be found", dict(zip(names, (n[0] for n in nulls), strict=True))
            ),
            as_table("the same for wordings of one story", sharpening_rates(2_000, asked.seed)),
            as_table("95 % interval covers the effect", dict(zip(names, (c[0] for c in covers), strict=True))),
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
