"""How much clickbait stands beside hard news, and how much beside the rest: the main answer, with its tests.

Counting is done in `strata`; the estimators stand in `mantel_haenszel`, `permutation`, `pooling` and
`misclassification`. Here they are put together, and what cannot be told gets its reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines import __version__
from pipelines.analysis.exposure import HARD_FROM
from pipelines.analysis.mantel_haenszel import Difference, Interval, Units, odds_ratio, risk_difference, risk_ratio
from pipelines.analysis.misclassification import Gold, corrected, tipping_point
from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.permutation import permutation_p
from pipelines.analysis.pooling import heterogeneity, random_effects
from pipelines.analysis.strata import STRATA, WHOLE, checked, host_outcomes
from pipelines.analysis.tables import ALL, shaped
from pipelines.lake.parts import frame
from pipelines.lake.schema import CONTRASTS, TIME_COURSE

OUTCOMES = {
    "clickbait": "clickbait",
    "clickbait_or_tabloid": "clickbait or tabloid",
    "clickbait_height": "clickbait high in the list",
}
# Stories that each side needs in strata with both sides.
FEWEST_STORIES = 2
# Degrees of freedom from which a site's error is sure enough to weigh the site against others.
_SURE_ERROR = 5.0
METHOD = "Mantel-Haenszel difference, cluster-robust t; labels exchanged within strata"


def contrasts(
    exposures: IntoLazyFrame,
    *,
    strata: Sequence[str] = STRATA,
    golds: Mapping[str, Gold] | None = None,
    draws: int = 10_000,
    seed: int = 0,
) -> pl.DataFrame:
    """The contrast of hard-news hosts with other hosts per site, block kind and outcome, in the schema of CONTRASTS.

    The unit is the host article with its outcomes of `strata.host_outcomes`; it is hard where its hard-news probability
    is at least 0.5. Hosts without a topic are on neither side and are counted apart. Hosts are compared within `strata`
    (the site, and any of day, kind and placement, or `strata.HOURLY` for exposures of `strata.with_hour`), so that a
    day on which a site publishes much of both is no finding. `difference`, `risk_ratio` and `odds_ratio` are
    Mantel–Haenszel's (see `mantel_haenszel`), `p` comes from exchanging the labels of the hosts of one site and day or
    hour (see `permutation.permutation_p`), `q` counts the sites of one kind and outcome as so many tests.

    Kind `all` is every kind together: a host then has a row in each, and all its rows are one cluster and move as one.
    Site `all` is every stratum of every site, each story counting alike; there it says also how much the sites differ.
    It is there when there is more than one site, and tells when at least two do. `golds` names, by site, how the
    classifier did on headlines read by hand; `corrected_difference` takes its errors into account.

    Where nothing can be told, the numbers are null and the verdict says why. Raises StrataError for unknown strata.
    """
    within = checked(strata, exposures)
    hosts = sided(host_outcomes(exposures))
    rows = list(_rows(hosts, within, golds or {}, draws, seed))
    return shaped(CONTRASTS, _with_q(frame(CONTRASTS, rows)))


def time_course(exposures: IntoLazyFrame) -> pl.DataFrame:
    """The difference in clickbait between hard news and the rest by site and day, in the schema of TIME_COURSE.

    Each story counts on the day it was first captured; kinds of blocks are strata. Days on which nothing can be told
    have null in place of a difference.
    """
    hosts = sided(host_outcomes(exposures))
    rows = []
    for (site, day), of_day in hosts.group_by("site", "day", maintain_order=True):
        counts, found = _counts(of_day, "clickbait"), judged(of_day, "clickbait", STRATA)
        interval = found.difference.interval() if found else None
        rows.append(
            {
                "site": site,
                "day": day,
                "hosts_hard": counts["hosts_hard"],
                "hosts_soft": counts["hosts_soft"],
                "difference": interval and interval.estimate,
                "difference_low": interval and interval.low,
                "difference_high": interval and interval.high,
                "n_articles": counts["n_articles"],
                "n_exposures": counts["n_exposures"],
                "method": "Mantel-Haenszel difference, cluster-robust t",
                "strata": " × ".join(STRATA),
                "seed": 0,
                "code_version": __version__,
            }
        )
    return shaped(TIME_COURSE, frame(TIME_COURSE, rows))


def sided(hosts: pl.DataFrame) -> pl.DataFrame:
    """Rows of `strata.host_outcomes` with `is_hard`: hard news, other, or null where the topic is unknown."""
    return hosts.with_columns(is_hard=pl.col("hard") >= HARD_FROM)


@dataclass(frozen=True, slots=True)
class Found:
    """A difference, and the units it was found in; host by host the score and label that the permutation exchanges."""

    units: Units
    difference: Difference
    hosts: pl.DataFrame


def judged(hosts: pl.DataFrame, outcome: str, strata: Sequence[str] = STRATA) -> Found | None:
    """The difference of an outcome between the sides of `sided` hosts, or None where it cannot be told.

    It takes two stories of each side in strata with both, and an outcome that differs within strata.
    """
    known = hosts.filter(pl.col("is_hard").is_not_null() & pl.col(outcome).is_not_null()).with_columns(
        stratum=pl.struct(strata).rank("dense").cast(pl.Int64),
        cluster=pl.struct("site", "host_id").rank("dense").cast(pl.Int64),
    )
    units = Units.telling(
        known[outcome].to_numpy(), known["is_hard"].to_numpy(), known["stratum"].to_numpy(), known["cluster"].to_numpy()
    )
    sides = [np.unique(units.cluster[side]).size for side in (units.exposed, ~units.exposed)]
    difference = risk_difference(units)
    # The error of a single story's outcome cannot be seen, whatever its lists say of each other.
    if difference is None or min(sides) < FEWEST_STORIES:
        return None
    # A host's rows move together: its score is the sum of how far each is from its stratum's mean.
    together = [name for name in strata if name in WHOLE]
    scored = (
        known.with_columns(
            score=pl.col(outcome) - pl.col(outcome).mean().over("stratum"),
            telling=pl.col("is_hard").any().over("stratum") & (~pl.col("is_hard")).any().over("stratum"),
        )
        .filter("telling")
        .group_by(*together, "cluster", "is_hard")
        .agg(pl.col("score", "exposures").sum())
        .with_columns(exchanged=pl.struct(together).rank("dense"))
        .sort("cluster")
    )
    return Found(units, difference, scored)


def _rows(
    hosts: pl.DataFrame, strata: tuple[str, ...], golds: Mapping[str, Gold], draws: int, seed: int
) -> Iterator[dict[str, Any]]:
    """One row a site, kind and outcome, and one over the sites where there is more than one."""
    kinds = [(ALL, hosts), *((str(kind), part) for (kind,), part in hosts.group_by("kind", maintain_order=True))]
    for kind, of_kind in kinds:
        for outcome in OUTCOMES:
            key = {"kind": kind, "outcome": outcome}
            basis = {"method": METHOD, "strata": " × ".join(strata), "seed": seed, "code_version": __version__}
            told: dict[str, Found] = {}
            sites = of_kind.partition_by("site", as_dict=True, maintain_order=True)
            for (site,), of_site in sites.items():
                found = judged(of_site, outcome, strata)
                if found:
                    told[str(site)] = found
                calls = _calls({str(site): of_site}, outcome, strata, golds)
                counts = _counts(of_site, outcome)
                columns = _columns(found, counts, outcome, calls, draws, seed)
                yield {"site": site, **key, **basis, **counts, **columns}
            if len(sites) < 2:
                continue
            counts = _counts(of_kind, outcome)
            scope = f"{len(told)} of {len(sites)} sites"
            if len(told) < 2:
                reason = f"a difference can be told for {scope}, and at least 2 are needed to speak of all"
                yield {"site": ALL, **key, **basis, **counts, "verdict": f"cannot be told: {reason}"}
                continue
            calls = _calls({str(site): part for (site,), part in sites.items()}, outcome, strata, golds)
            found = judged(of_kind, outcome, strata)
            scope = f", {found.hosts['site'].n_unique()} of {len(sites)} sites" if found else ""
            pooled = _columns(found, counts, outcome, calls, draws, seed, scope)
            yield {"site": ALL, **key, **basis, **counts, **pooled, **_between(list(told.values()))}


def _counts(hosts: pl.DataFrame, outcome: str) -> dict[str, int]:
    known = pl.col(outcome).is_not_null()
    host = pl.struct("site", "host_id")

    def stories(side: pl.Expr) -> pl.Expr:
        return host.filter(known & side).n_unique().cast(pl.Int64)

    hard, soft = pl.col("is_hard").fill_null(False), (~pl.col("is_hard")).fill_null(False)
    return hosts.select(
        hosts_hard=stories(hard),
        hosts_soft=stories(soft),
        hosts_unknown=stories(pl.col("is_hard").is_null()),
        n_articles=stories(pl.col("is_hard").is_not_null()),
        n_exposures=pl.col("exposures").filter(pl.col("is_hard").is_not_null()).sum(),
        exposures_site_wide=pl.col("site_wide").sum(),
    ).row(0, named=True)


def _calls(
    sites: Mapping[str, pl.DataFrame], outcome: str, strata: Sequence[str], golds: Mapping[str, Gold]
) -> list[tuple[Difference, Gold, int]]:
    """For sites whose gold is known: the difference in what the classifier calls clickbait, and on how many units."""
    if outcome != "clickbait":
        return []
    found = ((judged(hosts, "called_clickbait", strata), golds.get(site)) for site, hosts in sites.items())
    return [(each.difference, gold, len(each.units)) for each, gold in found if each and gold]


def _columns(
    found: Found | None,
    counts: Mapping[str, int],
    outcome: str,
    calls: Sequence[tuple[Difference, Gold, int]],
    draws: int,
    seed: int,
    scope: str = "",
) -> dict[str, Any]:
    """The columns of CONTRASTS that say what was found, or the verdict why nothing was."""
    if found is None:
        return {"verdict": f"cannot be told: {_reason(counts)}"}
    interval = found.difference.interval()
    bootstrap = found.difference.bootstrap_interval(seed=seed)
    is_share = outcome != "clickbait_height"
    columns: dict[str, Any] = {
        "strata_compared": found.units.strata,
        "n_articles": found.hosts.height,
        "n_exposures": found.hosts["exposures"].sum(),
        "share_hard": found.difference.exposed,
        "share_soft": found.difference.unexposed,
        **_named("difference", interval),
        "bootstrap_low": bootstrap.low,
        "bootstrap_high": bootstrap.high,
        **_named("risk_ratio", risk_ratio(found.units) if is_share else None),
        **_named("odds_ratio", odds_ratio(found.units) if is_share else None),
        "p": permutation_p(
            found.hosts["score"], found.hosts["is_hard"], found.hosts["exchanged"], draws=draws, seed=seed
        ),
        "verdict": _verdict(interval, OUTCOMES[outcome], scope),
    }
    if outcome == "clickbait":
        columns["tipping_point"] = tipping_point(found.difference)
    if calls:
        columns |= _named("corrected_difference", corrected(*zip(*calls, strict=True), seed=seed))
    return columns


def _named(name: str, interval: Interval | None) -> dict[str, float | None]:
    values = (interval.estimate, interval.low, interval.high) if interval else (None, None, None)
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))


def _between(told: Sequence[Found]) -> dict[str, Any]:
    """How much sites differ, and the mean effect over sites as if these were a sample of many.

    Sites whose error rests on fewer than 5 degrees of freedom are left out: by chance it is tiny, and outweighs all.
    """
    sure = [found.difference for found in told if found.difference.freedom >= _SURE_ERROR]
    effects = [difference.estimate for difference in sure]
    between = heterogeneity(
        effects,
        [each.squared_error for each in sure],
        [each.freedom for each in sure],
        [each.weight for each in sure],
    )
    mean = random_effects(effects)
    if mean:
        mean = Interval(mean.estimate, max(-1.0, mean.low), min(1.0, mean.high))
    columns: dict[str, Any] = _named("random_effects", mean)
    if between:
        columns |= {"heterogeneity_q": between.q, "heterogeneity_p": between.p, "i2": between.i2}
    return columns


def _verdict(interval: Interval, words: str, scope: str) -> str:
    if interval.low > 0:
        finding = f"more {words} beside hard news"
    elif interval.high < 0:
        finding = f"less {words} beside hard news"
    else:
        finding = f"no difference in {words} can be told"
    # Adding nought makes a rounded −0.00 a +0.00.
    estimate, low, high = (f"{round(end, 2) + 0.0:+.2f}" for end in (interval.estimate, interval.low, interval.high))
    return f"{finding}{scope}: {estimate} ({low} to {high})".replace("-", "−")


def _reason(counts: Mapping[str, int]) -> str:
    """Why the counts do not suffice for a difference."""
    hard, soft = counts["hosts_hard"], counts["hosts_soft"]
    if hard + soft == 0 and counts["hosts_unknown"]:
        return f"no topic is known for any of the {counts['hosts_unknown']} stories with such a block"
    if hard + soft == 0 and counts["exposures_site_wide"]:
        return "what stands there is the same for nearly every story of a day (site-wide lists)"
    if hard + soft == 0:
        return "no teaser there has a clickbait probability"
    if min(hard, soft) < FEWEST_STORIES:
        return f"{hard} hard-news and {soft} other stories have such a block, and at least 2 of each are needed"
    return (
        "fewer than two hard-news and two other stories stand in strata with both, or what stands beside the stories "
        "of a stratum does not differ, so that nothing says how sure a difference would be"
    )


def _with_q(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `q`: one family of tests for the sites of a kind and outcome, the row over all of them apart."""
    family = ["kind", "outcome", pl.col("site") == ALL]
    q = pl.col("p").map_batches(lambda p: pl.Series(q_values(p.to_numpy())).fill_nan(None), return_dtype=pl.Float64)
    return rows.with_columns(q=q.over(family))
