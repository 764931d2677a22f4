"""Sufficient statistics: every exposure counted down to one row a host, list and stratum.

This is where counting ends. What is judged from these rows (differences, tests, slot profiles) costs as much as there
are stories, however often they were captured and however many teasers stood beside them.
"""

from collections.abc import Sequence

import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines.analysis.exposure import CLICKBAIT_FROM
from pipelines.errors import YanyanaError
from pipelines.lake.engine import collected, compact

# A target beside this share of a site's hosts, in one kind of block on one day, is site-wide …
SITE_WIDE_FROM = 0.8
# … where there are at least so many hosts, for with fewer chance does it too.
SITE_WIDE_HOSTS = 5

# What is compared is compared within these, unless a caller says otherwise.
STRATA = ("site", "day", "kind", "placement")
# The same by the hour of the first capture, for exposures of `with_hour`: fewer stories to compare, and more alike.
HOURLY = ("site", "hour", "kind", "placement")
# What a story keeps over its lists, so that its label is exchanged with those of other stories that share it.
WHOLE = ("site", "day", "hour")
# The columns of a host's row that can be compared between hard news and the rest.
OUTCOMES = ("clickbait", "clickbait_or_tabloid", "called_clickbait", "clickbait_height")


class StrataError(YanyanaError):
    """Strata were asked for that the exposures do not have."""


def with_hour(exposures: IntoLazyFrame, captures: IntoLazyFrame) -> nw.LazyFrame:
    """Exposures with the `hour` in which they were captured, so that stories can be compared within `HOURLY` strata."""
    hours = nw.from_native(captures).select("capture_id", hour=nw.col("captured_at").dt.truncate("1h"))
    return nw.from_native(exposures).join(hours, on="capture_id")


def checked(strata: Sequence[str], exposures: IntoLazyFrame) -> tuple[str, ...]:
    """The strata, if they name the site and these exposures have them; otherwise raises StrataError with the remedy."""
    known = (*STRATA, "hour") if "hour" in nw.from_native(exposures).collect_schema().names() else STRATA
    if set(strata) - set(known) or "site" not in strata:
        raise StrataError(
            f"strata {', '.join(strata)}: name site and any of {', '.join(known[1:])}; a host has no more "
            "(an hour, for exposures of strata.with_hour)"
        )
    return tuple(strata)


def host_outcomes(exposures: IntoLazyFrame) -> pl.DataFrame:
    """One row a host, block kind and placement: what stood beside the story in such lists, over all its captures.

    `day` is the day on which the site's story was first captured, so that a story counts on one day only; `hour`, for
    exposures of `with_hour`, the hour of it. `hard` is its
    hard-news probability, averaged over its captures; null where its topic is unknown. Outcomes are shares of the
    distinct targets beside it, averaged over captures with the same weight each:

    - `clickbait`: the mean of the clickbait probabilities;
    - `clickbait_or_tabloid`: items in these two classes (a teaser without a topic counts as no tabloid);
    - `called_clickbait`: items whose probability is at least 0.5, for correction by the classifier's known errors;
    - `clickbait_height`: where in the list clickbait stands, 1 at the top and 0 at the end: 1 − (mean slot, weighted by
      clickbait probability, − ½) / slots. Null for lists with fewer than two such teasers.

    Teasers without a clickbait probability count for nothing. `exposures` counts those that are left, `site_wide` those
    left out because their target stands beside at least 80 % of the site's hosts (with at least 5 such hosts) in one
    kind of block on one day: being the same for every story they say nothing about targeting. The rule looks at targets
    and not at whole lists, because a list leaves out the page's own story and so differs on just the pages it names.
    """
    rows = set_apart(compact(nw.from_native(exposures), "host_id", "capture_id", "target_id"))
    return collected(_by_host(rows)).sort("site", "host_id", "kind", "placement")


def set_apart(exposures: nw.LazyFrame) -> nw.LazyFrame:
    """Exposures with `site_wide` (0 or 1) and the outcomes of each, which are null where it carries no information."""
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
        .with_columns(nw.col("site_wide").fill_null(0).cast(nw.Int64()), nw.col("placement").fill_null("unknown"))
        .with_columns(clickbait=nw.when(nw.col("site_wide") == 0).then(nw.col("item_clickbait")))
        .with_columns(
            clickbait_or_tabloid=nw.when(~nw.col("clickbait").is_null()).then(
                nw.col("item_class").is_in(["clickbait", "tabloid"]).cast(nw.Float64())
            )
        )
    )


def first_times(exposures: nw.LazyFrame) -> list[str]:
    """The columns whose smallest value says when a story was first captured: day, and hour where there is one."""
    return [name for name in ("day", "hour") if name in exposures.collect_schema().names()]


def _by_host(exposures: nw.LazyFrame) -> nw.LazyFrame:
    host, in_list = ["site", "host_id"], ["capture_id", "kind", "placement"]
    times = first_times(exposures)
    # A capture has one host; what is known of it is joined again once the teasers are counted.
    captures = exposures.group_by("capture_id").agg(
        nw.col("site").min(), nw.col("host_id").min(), nw.col(times).min(), hard=nw.col("host_hard").mean()
    )
    hosts = captures.group_by(host).agg(nw.col(times).min(), nw.col("hard").mean())
    targets = exposures.group_by(*in_list, "target_id").agg(
        nw.col("clickbait", "clickbait_or_tabloid").mean(),
        nw.col("slot").min().cast(nw.Float64()),
        nw.col("site_wide").sum(),
        exposures=(~nw.col("clickbait").is_null()).cast(nw.Int64()).sum(),
    )
    known = nw.when(~nw.col("clickbait").is_null())
    lists = (
        targets.with_columns(
            called_clickbait=known.then((nw.col("clickbait") >= CLICKBAIT_FROM).cast(nw.Float64())),
            known_slot=known.then(nw.col("slot")),
            weighted_slot=nw.col("clickbait") * nw.col("slot"),
        )
        .group_by(in_list)
        .agg(
            nw.col("clickbait", "clickbait_or_tabloid", "called_clickbait").mean(),
            nw.col("exposures", "site_wide").sum(),
            weight=nw.col("clickbait").sum(),
            weighted_slot=nw.col("weighted_slot").sum(),
            slots=nw.col("known_slot").max(),
            first_slot=nw.col("known_slot").min(),
        )
        .with_columns(
            clickbait_height=nw.when((nw.col("weight") > 0) & (nw.col("first_slot") < nw.col("slots"))).then(
                1 - (nw.col("weighted_slot") / nw.col("weight") - 0.5) / nw.col("slots")
            )
        )
    )
    return (
        lists.join(captures.select("capture_id", *host), on="capture_id")
        .group_by(*host, "kind", "placement")
        .agg(nw.col(*OUTCOMES).mean(), nw.col("exposures", "site_wide").sum().cast(nw.Int64()))
        .join(hosts, on=host)
        .select(*host, "kind", "placement", *times, "hard", *OUTCOMES, "exposures", "site_wide")
    )
