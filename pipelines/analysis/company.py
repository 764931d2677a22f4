"""Headlines in each other's company: which pairs of stories stand in one list more often than by chance."""

import random
from collections.abc import Sequence
from typing import NamedTuple

import igraph
import narwhals as nw
import numpy as np
import polars as pl
from narwhals.typing import IntoLazyFrame
from numpy.typing import NDArray
from scipy import special

from pipelines import __version__
from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.strata import STRATA, checked
from pipelines.analysis.tables import labels, shaped
from pipelines.lake.engine import collected, compact, settled
from pipelines.lake.schema import HEADLINE_PAIRS

Floats = NDArray[np.float64]

# Pairs grow with the square of a list's length, and a list longer than this is a front page rather than company.
LONGEST_BLOCK = 50
# Two headlines that met once are chance; keeping only those that met again keeps the table in proportion to the data.
FEWEST_MEETINGS = 2
# Pairs below this false discovery rate tie their stories into communities.
COMPANY_BELOW = 0.1
# Smaller p-values are bounds and not estimates.
_FAR = 0.001
METHOD = "meetings against lists filled at random within strata, matched binomial law, mid-p; Leiden communities"


def headline_pairs(
    exposures: IntoLazyFrame, headlines: IntoLazyFrame, *, strata: Sequence[str] = STRATA, seed: int = 0
) -> pl.DataFrame:
    """Pairs of stories that stood in one block beside a story more than once, in the schema of HEADLINE_PAIRS.

    The unit is the distinct block: one list of targets (`content_hash`) counts once a site, on however many pages, days
    and captures it stood, in the stratum (day, kind, placement) where it was first seen. Lists count up to their 50th
    slot. The null (`meetings`) keeps, within each stratum, in how many blocks each story stands and how long blocks
    are, so that two stories of one day are not company for having been new together; `strata` are as in
    `contrast.contrasts`. `p` is one-sided: together more often than that. `q` takes every pair of the site's stories
    shown at least twice for a test, met or not.

    `community` numbers groups of stories, from 1 by size, that pairs with q below 0.1 tie together (Leiden algorithm on
    modularity, weighted by lift); null where the two are in none in common.

    Source of the communities: Traag, Waltman and van Eck, Scientific Reports 9, 2019, as igraph has it.
    """
    within = checked(strata, exposures)
    scanned = nw.from_native(exposures).with_columns(target=nw.col("target_id"), block=nw.col("content_hash"))
    rows = compact(scanned, "target", "block")
    texts = [name for name in within if name not in ("day", "hour")]
    with settled(members_of(rows, within), *texts) as members:
        met, shown, sizes = pair_counts(members), _shown(members, within), _sizes(members, within)
        pairs = _judged(collected(met), collected(shown), collected(sizes), within)
    names = collected(rows.select("site", "target", "target_id").unique())
    wordings = _usual_wording(collected(_worded(nw.from_native(exposures), nw.from_native(headlines))))
    return shaped(
        HEADLINE_PAIRS, _in_communities(_named(pairs, names, wordings, within), seed).with_columns(seed=pl.lit(seed))
    )


class Law(NamedTuple):
    """What is known of counts, one a pair: mean, variance, third central moment, and the most there can be."""

    mean: Floats
    variance: Floats
    third: Floats
    most: Floats


def meetings(shown_a: Floats, shown_b: Floats, places: Floats, ordered_pairs: Floats) -> Law:
    """The number of blocks that two stories of a stratum share by chance.

    In a stratum whose blocks of sizes m have Σm `places` and Σm(m − 1) `ordered_pairs`, the stories stand in a ≥ b
    blocks. The blocks of the first leave Σm(m − 1)/Σm places each, on average, of the Σm − a places that are not its
    own; the second is in b of those. That is a hypergeometric draw of b from N = (Σm − a) · Σm / Σm(m − 1) with a
    marked: mean a·b/N, variance a·b/N · (1 − a/N)(1 − b/N) · N/(N − 1), third moment variance · (N − 2a)(N − 2b) /
    (N(N − 2)). With blocks of equal size, a story in all of them meets each other story wherever that stands.

    Source: the null that keeps both margins of a bipartite graph, as in Zweig and Kaufmann, Social Network Analysis and
    Mining 1, 2011; lengths of blocks are kept on average here.
    """
    a, b = np.maximum(shown_a, shown_b), np.minimum(shown_a, shown_b)
    n = np.maximum((places - a) * places / np.maximum(ordered_pairs, 1e-12), a)
    mean = a * b / n
    variance = np.maximum(mean * (1 - a / n) * (1 - b / n) * n / np.maximum(n - 1, 0.5), 0.0)
    return Law(mean, variance, variance * (n - 2 * a) * (n - 2 * b) / (n * np.maximum(n - 2, 0.5)), b)


def more_than(met: Floats, by_chance: Law) -> Floats:
    """One-sided mid-p-value of so many meetings, for sums of hypergeometric counts with this law.

    Such a sum is one of independent yes/no draws of unequal chances. Its tail is that of the binomial law, moved, with
    the same three moments: chance π = (1 − third/variance)/2, variance/(π(1 − π)) draws, none of them rounded. That
    falls too fast far out, so that below 0.001 a bound takes its place as far as it is lower: the binomial law of as
    many draws as there can be meetings. NaN where there is no variance, for nothing can be told there.

    Source: Vatutin and Mikhailov, Theory of Probability and its Applications 27, 1982, for the sum; Röllin, Bernoulli
    13, 2007, for moved laws in its place; Hoeffding, Annals of Mathematical Statistics 27, 1956, for the bound.
    """
    mean, variance, third, most = by_chance
    some = np.maximum(variance, 1e-12)
    chance = np.clip((1 - third / some) / 2, 1e-6, 1 - 1e-6)
    n = some / (chance * (1 - chance))
    moved = mean - n * chance

    near = (_binomial_tail(met - moved, n, chance) + _binomial_tail(met + 1 - moved, n, chance)) / 2
    far = _binomial_tail(met, most, np.clip(mean / most, 0, 1))
    return np.where(variance > 1e-12, np.maximum(near, np.minimum(far, _FAR)), np.nan)


def _binomial_tail(k: Floats, n: Floats, chance: Floats) -> Floats:
    """P(X ≥ k) of the binomial law, also between whole numbers."""
    tail = special.betainc(np.maximum(k, 1e-9), np.maximum(n - k + 1, 1e-9), chance)
    return np.where(k <= 0, 1.0, np.where(k >= n + 1, 0.0, tail))


def members_of(rows: nw.LazyFrame, strata: Sequence[str] = STRATA) -> nw.LazyFrame:
    """Which `target` stands in which distinct `block`, and the stratum in which the block was first seen."""
    known = rows.filter(nw.col("slot") <= LONGEST_BLOCK).with_columns(nw.col("placement").fill_null("unknown"))
    first = known.group_by("site", "block").agg(*(nw.col(name).min() for name in strata if name != "site"))
    return known.select("site", "block", "target").unique().join(first, on=["site", "block"])


def pair_counts(members: nw.LazyFrame) -> nw.LazyFrame:
    """Pairs of targets, by site, that met in two blocks or more: how often, and in how many blocks either stands."""
    shown = members.group_by("site", "target").agg(shown=nw.len().cast(nw.Int64()))
    # A story in fewer blocks than that cannot meet another in as many, and need not be joined.
    often = members.select("site", "block", "target").join(
        shown.filter(nw.col("shown") >= FEWEST_MEETINGS), on=["site", "target"]
    )
    return (
        often.rename({"target": "a", "shown": "blocks_a"})
        .join(often.rename({"target": "b", "shown": "blocks_b"}), on=["site", "block"])
        .filter(nw.col("a") < nw.col("b"))
        .group_by("site", "a", "b")
        .agg(blocks=nw.len().cast(nw.Int64()), blocks_a=nw.col("blocks_a").max(), blocks_b=nw.col("blocks_b").max())
        .filter(nw.col("blocks") >= FEWEST_MEETINGS)
    )


def _shown(members: nw.LazyFrame, strata: tuple[str, ...]) -> nw.LazyFrame:
    return members.group_by(*strata, "target").agg(shown=nw.len().cast(nw.Float64()))


def _sizes(members: nw.LazyFrame, strata: tuple[str, ...]) -> nw.LazyFrame:
    size = nw.col("size")
    return (
        members.group_by(*strata, "block")
        .agg(size=nw.len().cast(nw.Float64()))
        .with_columns(ordered=size * (size - 1))
        .group_by(strata)
        .agg(blocks_in=nw.len().cast(nw.Int64()), places=size.sum(), ordered_pairs=nw.col("ordered").sum())
    )


def _judged(met: pl.DataFrame, shown: pl.DataFrame, sizes: pl.DataFrame, strata: tuple[str, ...]) -> pl.DataFrame:
    """The pairs with support, lift, NPMI, p and q."""
    # Whichever engine counted: sorting and joining by text costs more than everything else here.
    met, shown, sizes = (counts.with_columns(pl.col("site").cast(pl.Categorical)) for counts in (met, shown, sizes))
    totals = sizes.group_by("site").agg(
        all_blocks=pl.col("blocks_in").sum(), n_exposures=pl.col("places").sum().cast(pl.Int64)
    )
    stories = (
        shown.group_by("site", "target").agg(pl.col("shown").sum()).filter(pl.col("shown") >= FEWEST_MEETINGS)
        .group_by("site").agg(stories=pl.len())
    )  # fmt: skip
    known = _stories(met)
    met = _numbered(met, known)
    law = _by_chance(met, known, shown, sizes, strata)
    share = pl.col("blocks") / pl.col("all_blocks")
    pairs = (
        met.with_columns(expected=pl.Series(law.mean, dtype=pl.Float64))
        .with_columns(p=pl.Series(more_than(met["blocks"].cast(pl.Float64).to_numpy(), law), dtype=pl.Float64))
        .join(totals, on="site", maintain_order="left")
        .join(stories, on="site", maintain_order="left")
        .with_columns(support=share, lift=pl.col("blocks") / pl.col("expected"))
        .with_columns(npmi=pl.when(share < 1).then((pl.col("lift").log() / -share.log()).clip(-1.0, 1.0)))
    )
    q = [
        q_values(of_site["p"].to_numpy(), hypotheses=of_site["stories"][0] * (of_site["stories"][0] - 1) // 2)
        for (_,), of_site in pairs.group_by("site", maintain_order=True)
    ]
    return pairs.with_columns(
        pl.col("p").fill_nan(None), q=pl.Series(np.concatenate([*q, []]), dtype=pl.Float64).fill_nan(None)
    )


def _numbered(met: pl.DataFrame, stories: pl.DataFrame) -> pl.DataFrame:
    """The pairs with a number for each story, by site, and sorted by them."""
    for side in ("a", "b"):
        met = met.join(stories.rename({"target": side, "number": f"number_{side}"}), on=["site", side])
    return met.sort("number_a", "number_b")


def _stories(met: pl.DataFrame) -> pl.DataFrame:
    """Every story of a pair, numbered from 0 in the order of site and target."""
    sides = (met.select("site", target=side).unique() for side in ("a", "b"))
    stories = pl.concat(sides).unique().sort("site", "target")
    return stories.with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))


def _by_chance(
    met: pl.DataFrame, stories: pl.DataFrame, shown: pl.DataFrame, sizes: pl.DataFrame, within: tuple[str, ...]
) -> Law:
    """What `meetings` says of each pair of `_numbered`, summed over strata: also where they did not meet.

    Stratum by stratum, without joining pairs with strata: stories shown equally often there are alike, so that the
    null is computed once for each two numbers of showings, and looked up by every pair one of whose stories is there.
    """
    a, b = met["number_a"].to_numpy(), met["number_b"].to_numpy()
    begin = np.searchsorted(a, np.arange(stories.height + 1))
    sums = Law(*(np.zeros(met.height) for _ in Law._fields))
    rank = np.zeros(stories.height, dtype=np.int64)
    strata = (
        shown.join(stories, on=["site", "target"])
        .join(sizes, on=within)
        .sort(*within, "number")
        .select(*within, "number", "shown", "places", "ordered_pairs")
    )
    for _, there in strata.group_by(within, maintain_order=True):
        number = there["number"].to_numpy()
        times, level = np.unique(there["shown"].to_numpy(), return_inverse=True)
        # Level 0: not shown there, and so no meetings.
        rank[number] = level + 1
        levels = len(times) + 1
        one, other = (each.ravel() for each in np.meshgrid(times, times))
        law = meetings(one, other, *(np.full(one.size, there[name][0]) for name in ("places", "ordered_pairs")))
        pair = _ranges(begin[number], begin[number + 1])
        cell = rank[a[pair]] * levels + rank[b[pair]]
        for total, moment in zip(sums, law, strict=True):
            table = np.zeros((levels, levels))
            table[1:, 1:] = moment.reshape(levels - 1, levels - 1)
            total[pair] += table.ravel()[cell]
        rank[number] = 0
    return sums


def _ranges(begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """The whole numbers of all ranges [begin, end), one range after the other."""
    size = end - begin
    return np.repeat(end - np.cumsum(size), size) + np.arange(size.sum())


def _named(pairs: pl.DataFrame, names: pl.DataFrame, texts: pl.DataFrame, strata: tuple[str, ...]) -> pl.DataFrame:
    """The pairs with identifiers and wordings in place of codes, the smaller identifier first."""
    names, texts = (each.with_columns(pl.col("site").cast(pl.Categorical)) for each in (names, texts))
    for side in ("a", "b"):
        known = names.rename({"target": side, "target_id": f"target_{side}"})
        pairs = pairs.join(known, on=["site", side], how="left")
    turned = pl.col("target_a") > pl.col("target_b")
    pairs = pairs.with_columns(
        pl.when(turned).then(f"{name}_{other}").otherwise(f"{name}_{side}").alias(f"{name}_{side}")
        for name in ("target", "blocks")
        for side, other in (("a", "b"), ("b", "a"))
    )
    for side in ("a", "b"):
        columns = {"target_id": f"target_{side}", "headline": f"headline_{side}"}
        pairs = pairs.join(texts.rename(columns), on=["site", f"target_{side}"], how="left")
    return pairs.with_columns(
        n_articles=pl.col("stories").cast(pl.Int64),
        method=pl.lit(METHOD),
        strata=pl.lit(" × ".join(strata)),
        code_version=pl.lit(__version__),
    )


def _in_communities(pairs: pl.DataFrame, seed: int) -> pl.DataFrame:
    ties = pairs.filter((pl.col("q") < COMPANY_BELOW) & (pl.col("lift") > 1)).sort("site", "target_a", "target_b")
    if ties.is_empty():
        return pairs.with_columns(community=pl.lit(None, dtype=pl.Int64))
    graph = igraph.Graph.TupleList(
        zip(
            ties.select(pl.format("{} {}", "site", "target_a")).to_series(),
            ties.select(pl.format("{} {}", "site", "target_b")).to_series(),
            ties["lift"],
            strict=True,
        ),
        weights=True,
    )
    igraph.set_random_number_generator(random.Random(seed))
    found = graph.community_leiden(objective_function="modularity", weights="weight", n_iterations=-1)
    largest = sorted(found, key=lambda members: (-len(members), members))
    number = {graph.vs[vertex]["name"]: n for n, members in enumerate(largest, 1) for vertex in members}
    member = pl.DataFrame(
        {"story": list(number), "community": list(number.values())}, schema_overrides={"community": pl.Int64}
    )
    for side in ("a", "b"):
        names = {"story": f"story_{side}", "community": f"community_{side}"}
        pairs = pairs.with_columns(pl.format("{} {}", "site", f"target_{side}").alias(f"story_{side}")).join(
            member.rename(names), on=f"story_{side}", how="left"
        )
    return pairs.with_columns(
        community=pl.when(pl.col("community_a") == pl.col("community_b")).then(pl.col("community_a"))
    )


def _worded(exposures: nw.LazyFrame, headlines: nw.LazyFrame) -> nw.LazyFrame:
    return (
        exposures.select("site", "target_id", headline_id=nw.coalesce("headline_id", "display_id"))
        .group_by("site", "target_id", "headline_id")
        .agg(shown=nw.len().cast(nw.Int64()))
        .join(labels(headlines).select("headline_id", "headline"), on="headline_id")
    )


def _usual_wording(wordings: pl.DataFrame) -> pl.DataFrame:
    """The wording of each target that was shown most; of equals, that with the smallest identifier."""
    return (
        wordings.sort("shown", "headline_id", descending=[True, False])
        .unique(["site", "target_id"], keep="first", maintain_order=True)
        .select("site", "target_id", "headline")
    )
