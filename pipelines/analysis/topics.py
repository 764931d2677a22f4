"""Which classes of items stand beside stories of which topics, against independence within site and day."""

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import polars as pl
from narwhals.typing import IntoLazyFrame
from scipy import special

from pipelines import __version__
from pipelines.analysis import association
from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.strata import STRATA, WHOLE, checked, first_times, set_apart
from pipelines.analysis.tables import ALL, shaped
from pipelines.lake.engine import collected, compact
from pipelines.lake.schema import COOCCURRENCE, TOPIC_MATRIX

_DAY = ["site", "day"]
# Fewer stories of a topic or of others, or a smaller expected count, and the normal distribution does not hold.
FEWEST_HOSTS = 5
LEAST_EXPECTED = 5.0
METHOD = "hosts' topics exchanged within the strata's site and time; normal distribution with the exact variance"


def cooccurrence(exposures: IntoLazyFrame) -> pl.DataFrame:
    """Host topic × item class per site and day, in the schema of COOCCURRENCE.

    A target beside a host counts once a day, topic and class, so that a story captured every hour, or a teaser that
    stands in two blocks, weighs no more than another. Every combination of a topic and a class seen that day has a row,
    also with no exposures, so that observed and expected counts both sum to the day's total. Descriptive: whether a
    cell is more than chance is in `topic_matrix`.
    """
    return shaped(COOCCURRENCE, _associated(collected(_counted(nw.from_native(exposures)))))


def topic_matrix(exposures: IntoLazyFrame, *, strata: Sequence[str] = STRATA, dependent: bool = False) -> pl.DataFrame:
    """Host topic × item class per site and over all sites, each cell with its test, in the schema of TOPIC_MATRIX.

    A target beside a host counts once a kind, placement and class, over all captures; a host counts on the day of its
    first capture; site-wide targets are set aside. The null exchanges the topics of the hosts of one site and day and
    leaves the pages as they are: how often each headline is shown, how many teasers each list has and what stands with
    what are all kept, also where headlines repeat heavily. A host's score for a class is its items of the class less
    its items times the share of the class in its stratum, so that long lists are no finding. `strata` are as in
    `contrast.contrasts`; with hours, topics are exchanged within these. `expected` is the count less the topic's summed
    scores, `residual` that sum, less its mean, in standard deviations (see `permutation.null`), `p` its two-sided
    normal tail, `q` over the cells of a site by Benjamini–Hochberg or, if `dependent`, Benjamini–Yekutieli. Over all
    sites, named `all`, counts, scores and variances are the sums of the sites', so that topics stay within their site.
    They are null where the topic or the rest has fewer than 5 hosts, or fewer than 5 are expected on either side of
    the cell.
    """
    within = checked(strata, exposures)
    counts = collected(_by_host(set_apart(compact(nw.from_native(exposures), "host_id", "capture_id", "target_id"))))
    return shaped(TOPIC_MATRIX, _tested(counts, within, dependent))


def _counted(exposures: nw.LazyFrame) -> nw.LazyFrame:
    cell = [*_DAY, "host_topic", "item_class"]
    return (
        exposures.with_columns(host_topic=nw.col("host_topic").fill_null("unknown"))
        .select(*cell, "host_id", "target_id")
        .unique()
        .group_by(cell)
        .agg(exposures=nw.len().cast(nw.Int64()), hosts=nw.col("host_id").n_unique().cast(nw.Int64()))
    )


def _associated(counts: pl.DataFrame) -> pl.DataFrame:
    exposures = pl.col("exposures").sum()
    topics = counts.group_by(*_DAY, "host_topic").agg(of_topic=exposures)
    classes = counts.group_by(*_DAY, "item_class").agg(of_class=exposures)
    totals = counts.group_by(_DAY).agg(of_day=exposures)
    joint, margins = pl.col("exposures"), (pl.col("of_topic"), pl.col("of_class"), pl.col("of_day"))
    return (
        topics.join(classes, on=_DAY)
        .join(totals, on=_DAY)
        .join(counts, on=[*_DAY, "host_topic", "item_class"], how="left")
        .with_columns(pl.col("exposures", "hosts").fill_null(0))
        .with_columns(
            expected=association.expected(*margins),
            lift=association.lift(joint, *margins),
            npmi=association.npmi(joint, *margins),
        )
    )


def _by_host(exposures: nw.LazyFrame) -> nw.LazyFrame:
    """Distinct targets by host, kind, placement and class, each host with its first day and topic."""
    host = ["site", "host_id"]
    # Topics do not change between captures of a story but where its title does; then the first by name counts.
    hosts = exposures.group_by(host).agg(nw.col(first_times(exposures)).min(), nw.col("host_topic").min())
    return (
        exposures.filter(nw.col("site_wide") == 0)
        .select(*host, "kind", "placement", "item_class", "target_id")
        .unique()
        .group_by(*host, "kind", "placement", "item_class")
        .agg(items=nw.len().cast(nw.Int64()))
        .join(hosts, on=host)
        .with_columns(nw.col("host_topic").fill_null("unknown"))
    )


def _tested(counts: pl.DataFrame, strata: tuple[str, ...], dependent: bool) -> pl.DataFrame:
    whole = [name for name in strata if name in WHOLE]
    host = [*dict.fromkeys([*whole, "day"]), "host_topic", "host_id"]
    cell = ["site", "host_topic", "item_class"]
    items, stratum = pl.col("items").sum(), list(strata)
    lists = counts.group_by(*dict.fromkeys([*stratum, *host])).agg(listed=items)
    shares = (
        counts.group_by(*stratum, "item_class")
        .agg(of_class=items)
        .join(counts.group_by(stratum).agg(of_stratum=items), on=stratum)
        .select(*stratum, "item_class", share=pl.col("of_class") / pl.col("of_stratum"))
    )
    seen = counts.group_by(*host, "item_class").agg(seen=items)
    # Every host with every class of its day, also where it has none: a nought varies too.
    scores = (
        lists.join(shares, on=stratum)
        .group_by(*host, "item_class")
        .agg(chance=(pl.col("listed") * pl.col("share")).sum())
        .join(seen, on=[*host, "item_class"], how="left")
        .with_columns(pl.col("seen").fill_null(0))
        .with_columns(score=pl.col("seen") - pl.col("chance"))
    )
    n, m = pl.col("of_day").cast(pl.Float64), pl.col("of_topic").cast(pl.Float64)
    # Those whose topics may be exchanged with each other: of one day or hour.
    alike = scores.group_by(*whole, "item_class").agg(
        of_day=pl.len(), day_mean=pl.col("score").mean(), squares=pl.col("score").var(ddof=0) * pl.len()
    )
    exchanged = (
        scores.group_by(*whole, "host_topic", "item_class")
        .agg(
            of_topic=pl.len(),
            exposures=pl.col("seen").sum(),
            chance=pl.col("chance").sum(),
            score=pl.col("score").sum(),
            hosts=(pl.col("seen") > 0).sum().cast(pl.Int64),
        )
        .join(alike, on=[*whole, "item_class"])
        .with_columns(
            score=pl.col("score") - m * pl.col("day_mean"),
            variance=pl.when(n > 1).then(m * (n - m) / (n * (n - 1)) * pl.col("squares")).otherwise(0.0),
        )
    )
    if scores["site"].n_unique() > 1:
        exchanged, scores = (pl.concat([rows, rows.with_columns(site=pl.lit(ALL))]) for rows in (exchanged, scores))
    totals = scores.group_by("site").agg(
        n_articles=pl.col("host_id").n_unique().cast(pl.Int64), n_exposures=pl.col("seen").sum()
    )
    rest, others = pl.col("of_class") - pl.col("expected"), pl.col("n_articles") - pl.col("topic_hosts")
    lift = pl.when(pl.col("expected") > 0).then(pl.col("exposures") / pl.col("expected"))
    share = pl.col("exposures") / pl.col("n_exposures")
    enough = (
        (pl.min_horizontal("topic_hosts", others) >= FEWEST_HOSTS)
        & (pl.min_horizontal("expected", rest, pl.col("listed") - pl.col("expected")) >= LEAST_EXPECTED)
        & (pl.col("variance") > 1e-9)
    )
    matrix = (
        exchanged.group_by(cell)
        .agg(
            pl.col("exposures", "hosts", "score", "variance").sum(),
            expected=pl.col("chance").sum(),
            topic_hosts=pl.col("of_topic").sum(),
        )
        .join(scores.group_by(cell).agg(days=pl.col("day").n_unique().cast(pl.Int64)), on=cell)
        .join(totals, on="site")
        .with_columns(
            of_class=pl.col("exposures").sum().over("site", "item_class"),
            listed=pl.col("exposures").sum().over("site", "host_topic"),
        )
        .with_columns(
            lift=lift,
            npmi=pl.when(pl.col("exposures") == 0)
            .then(-1.0)
            .when(share < 1)
            .then((lift.log() / -share.log()).clip(-1.0, 1.0)),
            residual=pl.when(enough).then(pl.col("score") / pl.col("variance").sqrt()),
            method=pl.lit(METHOD),
            strata=pl.lit(" × ".join(strata)),
            seed=pl.lit(0),
            code_version=pl.lit(__version__),
        )
        .sort(cell)
    )
    return matrix.with_columns(
        p=pl.col("residual").map_batches(
            lambda z: pl.Series(2 * special.ndtr(-np.abs(z.to_numpy()))).fill_nan(None), return_dtype=pl.Float64
        )
    ).with_columns(
        q=pl.col("p")
        .map_batches(
            lambda p: pl.Series(q_values(p.to_numpy(), dependent=dependent)).fill_nan(None), return_dtype=pl.Float64
        )
        .over("site")
    )
