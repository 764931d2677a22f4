"""Whether the tests reject, and the intervals cover, as often as they say: on simulated sites with a known answer.

    python benchmarks/calibration.py [--worlds 2000] [--effects 500] [--seed 20260301] [--write docs/methods.md]

Prints the tables of docs/methods.md, or puts them between its marks. `make calibration` does all of it.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

from pipelines.analysis.contrast import Found, judged, sided
from pipelines.analysis.mantel_haenszel import odds_ratio, risk_ratio
from pipelines.analysis.misclassification import Gold, corrected
from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.permutation import null, permutation_p
from pipelines.analysis.pooling import heterogeneity, random_effects
from pipelines.analysis.simulate import Shape, simulate
from pipelines.analysis.strata import STRATA, host_outcomes

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
SITES_POOLED = 10
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


def p_of(found: Found, seed: int) -> float | None:
    return permutation_p(found.hosts["score"], found.hosts["is_hard"], found.hosts["exchanged"], draws=DRAWS, seed=seed)


def null_rates(shape: Shape, worlds: int, seed: int) -> Rates:
    """Whether each test rejects at 0.05, world by world, where nothing is to be found."""
    rates: Rates = defaultdict(list)
    pooled: list[Found] = []
    for world, (raw, hosts, found) in enumerate(found_in(shape, worlds, seed)):
        rates["χ² on raw exposures (naive)"].append(naive_p(raw) < 0.05)
        p = p_of(found, world)
        normal = null(found.hosts["score"], found.hosts["is_hard"], found.hosts["exchanged"]).p
        rates["permutation p of the difference"].append(p is not None and p < 0.05)
        rates["its closed form (normal)"].append(normal is not None and normal < 0.05)
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
            p = p_of(height, world)
            rates["permutation p of the height in the list"].append(p is not None and p < 0.05)
        pooled.append(found)
        if len(pooled) == SITES_POOLED:
            effects = [each.difference.estimate for each in pooled], [each.difference.squared_error for each in pooled]
            between, mean = heterogeneity(*effects), random_effects(*effects)
            if between and mean:
                rates[f"Q over {SITES_POOLED} sites"].append(between.p < 0.05)
                rates[f"random-effects interval over {SITES_POOLED} sites"].append(not mean.low <= 0 <= mean.high)
            pooled.clear()
    return rates


def coverage_rates(shape: Shape, worlds: int, seed: int) -> Rates:
    """Whether each interval covers the planted effect, world by world."""
    rates: Rates = defaultdict(list)
    random = np.random.default_rng(seed)
    effects = np.full(worlds, EFFECT)
    for world, (raw, _, found) in enumerate(found_in(shape, worlds, seed, effects)):
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
    return rates


def misread(raw: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The exposures as a classifier with the stated sensitivity and specificity labels them, host by host anew."""
    teaser = raw.select("host_id", "kind", "slot", "item_clickbait").unique(
        ["host_id", "kind", "slot"], maintain_order=True
    )
    chance = np.where(teaser["item_clickbait"] == 1, SENSITIVITY, 1 - SPECIFICITY)
    labels = teaser.with_columns(item_clickbait=pl.Series(random.random(teaser.height) < chance).cast(pl.Float64))
    return raw.drop("item_clickbait").join(labels, on=["host_id", "kind", "slot"])


def false_discoveries(shape: Shape, families: int, seed: int, sites: int = 20) -> tuple[float, float]:
    """Mean share of false ones among the sites with q < 0.1, and share of planted ones found; a fifth are planted."""
    planted = np.arange(families * sites) % 5 == 0
    p = [
        p_of(found, world)
        for world, (_, _, found) in enumerate(found_in(shape, len(planted), seed, 2 * EFFECT * planted))
    ]
    q = np.array([q_values(np.array(part, dtype=float)) for part in np.array(p, dtype=float).reshape(families, sites)])
    called, true = q < FALSE_DISCOVERY, planted.reshape(families, sites)
    false = (called & ~true).sum(axis=1) / np.maximum(called.sum(axis=1), 1)
    return float(false.mean()), float(called[true].mean())


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
    nulls = {shape.name: null_rates(shape, asked.worlds, asked.seed) for shape in SHAPES}
    covers = {shape.name: coverage_rates(shape, asked.effects, asked.seed + 1000) for shape in SHAPES}
    false = {shape.name: false_discoveries(shape, max(1, asked.effects // 20), asked.seed + 2000) for shape in SHAPES}
    text = "\n\n".join(
        [
            f"Seed {asked.seed}; {asked.worlds:,} sites without an effect a shape, {asked.effects:,} with one of "
            f"{EFFECT}; {DRAWS} draws. A share of 0.05 in {asked.worlds:,} has a standard error of "
            f"{(0.05 * 0.95 / asked.worlds) ** 0.5:.4f}.",
            as_table("rejects at 0.05 where nothing is to be found", nulls),
            as_table("95 % interval covers the effect", covers),
            "| q < 0.1 among 20 sites, 4 planted | " + " | ".join(false) + " |\n" + "|---" * (len(false) + 1) + "|\n"
            "| false among those found | " + " | ".join(f"{each[0]:.3f}" for each in false.values()) + " |\n"
            "| planted ones found | " + " | ".join(f"{each[1]:.3f}" for each in false.values()) + " |",
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
