"""How much clickbait stands beside hard news, and how much beside the rest.

Captures of one story repeat each other, and so do the lists on its pages: the unit is the story, and what carries no
information on targeting is set aside. Days and placements are not yet told apart within a site.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines.analysis.difference import Difference, Sample, mean_of, welch
from pipelines.analysis.engine import collected, shaped
from pipelines.analysis.exposure import HARD_FROM
from pipelines.lake.parts import frame
from pipelines.lake.schema import CONTRASTS

ALL = "all"
OUTCOMES = {"clickbait": "clickbait", "clickbait_or_tabloid": "clickbait or tabloid"}
# A target beside this share of a site's hosts, in one kind of block on one day, is site-wide …
SITE_WIDE_FROM = 0.8
# … where there are at least so many hosts, for with fewer chance does it too.
SITE_WIDE_HOSTS = 5


def contrasts(exposures: IntoLazyFrame) -> pl.DataFrame:
    """The contrast of hard-news hosts with other hosts per site, block kind and outcome, in the schema of CONTRASTS.

    The unit is the host article. Its outcome is the share of such items among the distinct targets beside it, averaged
    over its captures: for `clickbait` the mean of the probabilities, for `clickbait_or_tabloid` the share of items in
    these two classes (a teaser without a topic counts as no tabloid, so this share is a lower bound). Teasers without a
    clickbait probability count for nothing. A host is hard where its hard-news probability, averaged over its captures,
    is at least 0.5; hosts without a topic are on neither side and are counted apart.

    Targets that stand beside at least 80 % of the hosts of a site, in one kind of block on one day (with at least 5
    such hosts), are site-wide: being the same for every story they would only dilute the difference, so they are left
    out and counted apart. The rule looks at targets and not at whole lists, because a list leaves out the page's own
    story and so differs on just the pages that it names.

    The interval is Welch's (see `difference.welch`). Site `all` is the unweighted mean of the sites where a difference
    can be told (see `difference.mean_of`); it is there when there is more than one site, and kind `all` is every kind
    together. Where nothing can be told, difference and interval are null and the verdict says why.
    """
    sides = collected(_sides(_set_apart(nw.from_native(exposures))))
    return shaped(CONTRASTS, frame(CONTRASTS, _rows(sides)))


def _set_apart(exposures: nw.LazyFrame) -> nw.LazyFrame:
    """Exposures with `site_wide`, and the outcomes of each, which are null where it carries no information."""
    day = ["site", "day", "kind"]
    hosts = exposures.select(*day, "host_id").unique().group_by(day).agg(hosts=nw.len().cast(nw.Float64()))
    site_wide = (
        exposures.select(*day, "target_id", "host_id")
        .unique()
        .group_by(*day, "target_id")
        .agg(beside=nw.len().cast(nw.Float64()))
        .join(hosts.filter(nw.col("hosts") >= SITE_WIDE_HOSTS), on=day)
        .filter(nw.col("beside") >= SITE_WIDE_FROM * nw.col("hosts"))
        .select(*day, "target_id", site_wide=nw.lit(1))
    )
    return (
        exposures.join(site_wide, on=[*day, "target_id"], how="left")
        .with_columns(site_wide=nw.col("site_wide").fill_null(0).cast(nw.Int64()))
        .with_columns(clickbait=nw.when(nw.col("site_wide") == 0).then(nw.col("item_clickbait")))
        .with_columns(
            clickbait_or_tabloid=nw.when(~nw.col("clickbait").is_null()).then(
                nw.col("item_class").is_in(["clickbait", "tabloid"]).cast(nw.Float64())
            )
        )
    )


def _sides(exposures: nw.LazyFrame) -> nw.LazyFrame:
    """Per site, block kind and side (hard, soft, unknown): number, mean and variance of the hosts' outcomes."""
    every = exposures.select(
        "site", "kind", "host_id", "capture_id", "target_id", "site_wide", *OUTCOMES, hard=nw.col("host_hard")
    ).with_columns(exposures=(~nw.col("clickbait").is_null()).cast(nw.Int64()))
    level = nw.concat([every, every.with_columns(kind=nw.lit(ALL))])
    host = ["site", "kind", "host_id"]
    # Distinct targets of a capture, captures of a host, hosts: each mean gives its parts the same weight.
    for unit in ([*host, "capture_id", "target_id"], [*host, "capture_id"], host):
        level = level.group_by(unit).agg(
            nw.col("hard", *OUTCOMES).mean(), nw.col("exposures", "site_wide").sum().cast(nw.Int64())
        )
    side = (
        nw.when(nw.col("hard") >= HARD_FROM)
        .then(nw.lit("hard"))
        .when(nw.col("hard") < HARD_FROM)
        .then(nw.lit("soft"))
        .otherwise(nw.lit("unknown"))
    )
    return (
        level.with_columns(side=side)
        .group_by("site", "kind", "side")
        .agg(
            nw.col("exposures", "site_wide").sum().cast(nw.Int64()),
            nw.col(*OUTCOMES).mean().name.suffix("_mean"),
            nw.col(*OUTCOMES).var().name.suffix("_variance"),
            hosts=nw.col("clickbait").count().cast(nw.Int64()),
        )
    )


@dataclass(frozen=True, slots=True)
class _Contrast:
    """The counts and mean shares of two sides; their difference, or the reason why none can be told."""

    counts: dict[str, int]
    shares: dict[str, float | None]
    difference: Difference | None
    reason: str
    scope: str = ""


def _rows(sides: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """One row a site, kind and outcome, and one over the sites where there is more than one."""
    for (kind,), of_kind in sides.sort("site", "kind", "side").group_by("kind", maintain_order=True):
        for outcome, words in OUTCOMES.items():
            key = {"kind": kind, "outcome": outcome}
            sites = []
            for (site,), of_site in of_kind.group_by("site", maintain_order=True):
                by_side = {side["side"]: side for side in of_site.iter_rows(named=True)}
                sites.append(_contrast(by_side, outcome))
                yield {"site": site, **key, **_columns(sites[-1], words)}
            if len(sites) > 1:
                yield {"site": ALL, **key, **_columns(_pooled(sites), words)}


def _contrast(sides: Mapping[str, Mapping[str, Any]], outcome: str) -> _Contrast:
    hard, soft = (
        Sample(side["hosts"], side[f"{outcome}_mean"], side[f"{outcome}_variance"]) if side else Sample()
        for side in (sides.get("hard"), sides.get("soft"))
    )
    counts = {
        "hosts_hard": hard.n,
        "hosts_soft": soft.n,
        "hosts_unknown": sides["unknown"]["hosts"] if "unknown" in sides else 0,
        "exposures": sum(side["exposures"] for name, side in sides.items() if name != "unknown"),
        "exposures_site_wide": sum(side["site_wide"] for side in sides.values()),
    }
    return _Contrast(counts, {"share_hard": hard.mean, "share_soft": soft.mean}, welch(hard, soft), _reason(counts))


def _pooled(sites: Sequence[_Contrast]) -> _Contrast:
    told = [site for site in sites if site.difference]
    difference = mean_of([site.difference for site in told if site.difference])
    basis = told if difference else sites
    counts = {name: sum(site.counts[name] for site in basis) for name in sites[0].counts}
    shares = {
        name: sum(site.shares[name] or 0.0 for site in told) / len(told) if difference else None
        for name in sites[0].shares
    }
    of = f"{len(told)} of {len(sites)} sites"
    reason = f"a difference can be told for {of}, and a mean over sites needs at least 2"
    return _Contrast(counts, shares, difference, reason, scope=f", mean of {of}")


def _columns(contrast: _Contrast, words: str) -> dict[str, Any]:
    """The columns of CONTRASTS beyond its key; `words` name the outcome to a reader."""
    columns: dict[str, Any] = {**contrast.counts, **contrast.shares}
    if contrast.difference is None:
        return columns | {"verdict": f"cannot be told: {contrast.reason}"}
    estimate, (low, high) = contrast.difference.estimate, contrast.difference.interval()
    if low > 0:
        finding = f"more {words} beside hard news"
    elif high < 0:
        finding = f"less {words} beside hard news"
    else:
        finding = f"no difference in {words} can be told"
    numbers = f"{estimate:+.2f} ({low:+.2f} to {high:+.2f})".replace("-", "−")
    return columns | {
        "difference": estimate,
        "difference_low": low,
        "difference_high": high,
        "verdict": f"{finding}{contrast.scope}: {numbers}",
    }


def _reason(counts: Mapping[str, int]) -> str:
    """Why the counts of one site do not suffice for a difference."""
    hard, soft = counts["hosts_hard"], counts["hosts_soft"]
    if hard + soft == 0 and counts["hosts_unknown"]:
        return f"no topic is known for any of the {counts['hosts_unknown']} stories with such a block"
    if hard + soft == 0 and counts["exposures_site_wide"]:
        return "what stands there is the same for nearly every story of a day (site-wide lists)"
    if hard + soft == 0:
        return "no teaser there has a clickbait probability"
    if min(hard, soft) < 2:
        return f"{hard} hard-news and {soft} other stories have such a block, and at least 2 of each are needed"
    return "the share is the same beside every story of a side, so that nothing says how sure a difference would be"
