"""What readers do, beside what stands there: correlations and overlaps. Nothing here says that one makes the other.

How much is written and how soon is in `comment_activity`; what stands beside a story in `strata`.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame
from scipy import special, stats

from pipelines import __version__
from pipelines.analysis.comment_activity import readable_until
from pipelines.analysis.mantel_haenszel import Interval
from pipelines.analysis.multiplicity import q_values
from pipelines.analysis.strata import host_outcomes
from pipelines.analysis.tables import ALL, shaped
from pipelines.lake.engine import collected, compact
from pipelines.lake.parts import frame
from pipelines.lake.schema import COMMENT_ASSOCIATION, ENGAGEMENT_OVERLAP

# Hours after publication at which comments are counted.
AGES: Final = (3, 24, 72)
# Stories in excess of strata below which a rank correlation is not told.
FEWEST: Final = 10
# The most commented and the most clicked are the top fifth of a site's stories …
TOP: Final = 0.2
# … of which there must be so many, for the share of one or two to mean anything.
FEWEST_ON_TOP: Final = 5
STRATA: Final = ("site", "topic", "day")
METHOD: Final = "rank correlation within strata; p from ranks exchanged within strata, interval by Fisher's z"
OVERLAP_METHOD: Final = "top fifths by either number, Wilson's interval"


def comment_association(
    history: pl.LazyFrame, stories: pl.LazyFrame, thread_reads: pl.LazyFrame, exposures: IntoLazyFrame
) -> pl.DataFrame:
    """Whether stories with more clickbait beside them have more comments at a fixed age: COMMENT_ASSOCIATION.

    Takes comment_history, `comment_activity.stories`, thread_reads and exposures. A story counts at an age if its
    thread could be read after it; comments count if the time of their writing is stated. Its clickbait share is the
    mean over its rows of `strata.host_outcomes`. Stories are compared within site, topic and day of publication, by
    `rank_correlation`; site `all` takes the strata of every site. A correlation and no effect: what is commented on and
    what is set beside it may both follow from what the story is about. `q` counts the sites of an age as so many tests.
    """
    beside = _beside(exposures)
    known = (
        stories.join(readable_until(thread_reads), on="article_id", how="left")
        .join(beside.lazy(), on="article_id", how="left")
        .with_columns(day=pl.col("published_at").dt.date())
        .collect()
    )
    written = history.filter(pl.col("created_at_from").ne_missing("relative")).select("article_id", "created_at")
    counted = pl.concat([_at_age(known, written.collect(), hours) for hours in AGES])
    sites = counted.sort("site").partition_by("site", "age_hours", as_dict=True, maintain_order=True)
    rows = [{"site": site, "age_hours": age, **_associated(part, age)} for (site, age), part in sites.items()]
    if counted["site"].n_unique() > 1:
        ages = counted.partition_by("age_hours", as_dict=True, maintain_order=True)
        rows += [{"site": ALL, "age_hours": age, **_associated(part, int(age))} for (age,), part in ages.items()]
    q = pl.col("p").map_batches(lambda p: pl.Series(q_values(p.to_numpy())).fill_nan(None), return_dtype=pl.Float64)
    found = frame(COMMENT_ASSOCIATION, rows)
    return shaped(COMMENT_ASSOCIATION, found.with_columns(q=q.over("age_hours", pl.col("site") == ALL)))


def rank_correlation(rows: pl.DataFrame, x: str, y: str, strata: Sequence[str]) -> tuple[Interval, float] | None:
    """Correlation of the ranks of two columns within strata, with its 95 % interval and two-sided p-value.

    Scores a and b are rank / (n + 1) − ½ of either column within a stratum of n rows, ties sharing their mean rank. The
    correlation is Σ ab / √(Σa² Σb²) over all strata; in one stratum that is Spearman's ρ. Where the ranks of one are
    exchanged within strata, Σ ab has mean 0 and variance Σ over strata of Σa² Σb² / (n − 1), ties included; p is its
    normal tail. With v this variance over Σa² Σb², the interval is tanh(atanh ρ ± 1.96 √((1 + ρ²/2) / (1/v − 2))); in
    one stratum that is Bonett and Wright's. Only strata in which both columns differ count; None where these hold fewer
    than ten rows more than there are strata.

    Source: Landis, Heyman and Koch, International Statistical Review 46, 1978, for the correlation statistic over
    strata (with modified ridit scores, as van Elteren's); Bonett and Wright, Psychometrika 65, 2000, for the interval.
    """

    def score(name: str) -> pl.Expr:
        return (pl.col(name).rank() / (pl.len() + 1) - 0.5).over(strata)

    a, b = pl.col("a"), pl.col("b")
    sums = (
        rows.select(*strata, a=score(x), b=score(y))
        .group_by(strata)
        .agg(n=pl.len(), ab=(a * b).sum(), aa=(a**2).sum(), bb=(b**2).sum())
        .filter(pl.col("aa") > 0, pl.col("bb") > 0)
        .sort(strata)
    )
    if int(sums["n"].sum()) - sums.height < FEWEST:
        return None
    ab, aa, bb = (float(sums[name].sum()) for name in ("ab", "aa", "bb"))
    spread = float(sums.select((pl.col("aa") * pl.col("bb") / (pl.col("n") - 1)).sum()).item())
    rho = max(-1.0, min(1.0, ab / math.sqrt(aa * bb)))
    informative = aa * bb / spread - 2
    if informative <= 1:
        return None
    reach = float(stats.norm.ppf(0.975)) * math.sqrt((1 + rho**2 / 2) / informative)
    # A perfect agreement of ranks has no finite z; its interval ends there and begins short of it.
    z = math.atanh(max(-1 + 1e-9, min(1 - 1e-9, rho)))
    p = float(2 * special.ndtr(-abs(ab) / math.sqrt(spread)))
    return Interval(rho, math.tanh(z - reach), math.tanh(z + reach)), p


def engagement_overlap(observations: pl.LazyFrame) -> pl.DataFrame:
    """How many of the most clicked, shared or liked stories are not among the most commented: ENGAGEMENT_OVERLAP.

    By site and metric, over stories with both that number and one of comments, the highest observed of each. The most
    commented are the top fifth (those with as many as the last of it are in), likewise by the metric; stories with none
    are never among them. The share has Wilson's interval, for stories that might have been others of the site;
    `not_commented_by_chance` is what a top fifth drawn at random would give. Told where both tops have five stories.

    Source: Tenenboim and Cohen, "What prompts users to click and comment", Journalism 16, 2015; Wilson, JASA 22, 1927.
    """
    values = observations.group_by("site", "article_id", "metric").agg(pl.col("value").max()).collect()
    comments = values.filter(metric="comments").select("site", "article_id", comments="value")
    ranked = (
        values.filter(pl.col("metric") != "comments")
        .join(comments, on=["site", "article_id"], how="left")
        .with_columns(stories=pl.col("comments").count().over("site", "metric"))
        .with_columns(
            (
                (pl.col(name).rank("min", descending=True).over("site", "metric", pl.col("comments").is_not_null())).le(
                    (pl.col("stories") * TOP).ceil()
                )
                & (pl.col(name) > 0)
                & pl.col("comments").is_not_null()
            ).alias(f"most_{name}")
            for name in ("value", "comments")
        )
    )
    counts = ranked.group_by("site", "metric").agg(
        pl.col("stories").first().cast(pl.Int64),
        most_by_metric=pl.col("most_value").sum().cast(pl.Int64),
        most_commented=pl.col("most_comments").sum().cast(pl.Int64),
        in_both=(pl.col("most_value") & pl.col("most_comments")).sum().cast(pl.Int64),
    )
    return shaped(
        ENGAGEMENT_OVERLAP, frame(ENGAGEMENT_OVERLAP, [row | _overlap(row) for row in counts.iter_rows(named=True)])
    )


def _beside(exposures: IntoLazyFrame) -> pl.DataFrame:
    """By article_id, the clickbait share beside a story and the exposures it rests on."""
    stories = nw.from_native(exposures).select("host_id", article_id=nw.col("host_id")).unique()
    return (
        host_outcomes(exposures)
        .group_by("host_id")
        .agg(pl.col("clickbait").mean(), pl.col("exposures").sum())
        .join(collected(compact(stories, "host_id")), on="host_id")
    )


def _at_age(known: pl.DataFrame, written: pl.DataFrame, hours: int) -> pl.DataFrame:
    """The stories with `comments` written until that age, null where the thread was not read after it."""
    published, age = pl.col("published_at"), pl.duration(hours=hours)
    counts = (
        written.join(known.select("article_id", "published_at"), on="article_id")
        .filter(pl.col("created_at").is_between(published, published + age))
        .group_by("article_id")
        .agg(comments=pl.len())
    )
    followed = pl.col("last_read") >= published + age
    return known.join(counts, on="article_id", how="left").with_columns(
        age_hours=pl.lit(hours), comments=pl.when(followed).then(pl.col("comments").fill_null(0))
    )


def _associated(stories: pl.DataFrame, hours: int) -> dict[str, Any]:
    """The columns of COMMENT_ASSOCIATION for stories of `_at_age`."""
    followed = stories.filter(pl.col("comments").is_not_null())
    compared = followed.filter(pl.col("clickbait").is_not_null()).filter(
        pl.col("clickbait").n_unique().over(STRATA) > 1, pl.col("comments").n_unique().over(STRATA) > 1
    )
    strata = compared.select(STRATA).n_unique() if compared.height else 0
    interval, p = rank_correlation(compared, "clickbait", "comments", STRATA) or (None, None)
    if interval:
        verdict = _in_words(interval)
    elif followed.is_empty():
        verdict = f"cannot be told: no thread could be read {hours} hours after its story was published, or later"
    else:
        verdict = (
            f"cannot be told: {compared.height} of {followed.height} stories stand in {strata} strata of topic and day "
            f"in which both differ, and at least {FEWEST} more stories than strata are needed"
        )
    return {
        "strata_compared": strata,
        "correlation": interval and interval.estimate,
        "correlation_low": interval and interval.low,
        "correlation_high": interval and interval.high,
        "p": p,
        "verdict": verdict,
        "n_articles": compared.height,
        "n_exposures": int(compared["exposures"].sum()),
        **_basis(METHOD, STRATA),
    }


def _in_words(interval: Interval) -> str:
    if interval.low > 0:
        finding = "stories with more clickbait beside them have more comments (a correlation, no effect)"
    elif interval.high < 0:
        finding = "stories with more clickbait beside them have fewer comments (a correlation, no effect)"
    else:
        finding = "no correlation of comments with the clickbait beside a story can be told"
    estimate, low, high = (f"{round(end, 2) + 0.0:+.2f}" for end in (interval.estimate, interval.low, interval.high))
    return f"{finding}: {estimate} ({low} to {high})".replace("-", "−")


def _overlap(counts: dict[str, Any]) -> dict[str, Any]:
    """The shares and verdict of ENGAGEMENT_OVERLAP for its counts."""
    top, commented, stories = counts["most_by_metric"], counts["most_commented"], counts["stories"]
    columns = {"n_articles": stories, "n_exposures": 0, **_basis(OVERLAP_METHOD, ("site",))}
    if min(top, commented) < FEWEST_ON_TOP:
        reason = f"of {stories} stories with both numbers {top} and {commented} are a top fifth"
        return columns | {"verdict": f"cannot be told: {reason}, and {FEWEST_ON_TOP} of each are needed"}
    missing = top - counts["in_both"]
    interval: Any = stats.binomtest(missing, top).proportion_ci(method="wilson")
    words = f"of the {top} stories with most {counts['metric']}, {missing} are not among the most commented"
    return columns | {
        "not_commented": missing / top,
        "not_commented_low": float(interval.low),
        "not_commented_high": float(interval.high),
        "not_commented_by_chance": 1 - commented / stories,
        "verdict": f"{words}: {missing / top:.2f} ({interval.low:.2f} to {interval.high:.2f})",
    }


def _basis(method: str, strata: Sequence[str]) -> dict[str, Any]:
    return {"method": method, "strata": " × ".join(strata), "seed": 0, "code_version": __version__}
