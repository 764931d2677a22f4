"""How much readers comment, on what, how soon and how deep: measures of threads and of their growth.

All of it rests on `comment_history`, in which each comment stands once however often it was read. Times reckoned from a
capture ("3 hours ago") are too coarse for hours and minutes and are left out where those are counted.
"""

from typing import Final

import polars as pl

from pipelines.analysis.tables import shaped
from pipelines.lake.schema import COMMENT_VELOCITY, COMMENT_VOLUME, THREAD_MEASURES

_HOURS: Final = 168  # after publication that velocity is told for: a week
_GROUP: Final = ["site", "topic"]
_REMOVED: Final = pl.col("state").is_in(["deleted", "gone"])


def stories(captures: pl.LazyFrame, articles: pl.LazyFrame, headlines: pl.LazyFrame) -> pl.LazyFrame:
    """Each story once, as its latest capture has it: article_id, site, topic (`unknown` where nothing tells),
    published_at.
    """
    labels = headlines.sort("archive_day").unique("headline_id", keep="last").select("headline_id", "topic")
    return (
        articles.join(captures.select("capture_id", "captured_at"), on="capture_id")
        .sort("captured_at", "capture_id")
        .unique("article_id", keep="last")
        .join(labels, on="headline_id", how="left")
        .select("article_id", "site", pl.col("topic").fill_null("unknown"), "published_at")
    )


def comment_volume(history: pl.LazyFrame, stories: pl.LazyFrame) -> pl.DataFrame:
    """Comments by site, topic and hour in which they were written, in the schema of COMMENT_VOLUME."""
    return shaped(
        COMMENT_VOLUME,
        _written(history, stories)
        .group_by(*_GROUP, hour=pl.col("created_at").dt.truncate("1h"))
        .agg(comments=pl.len(), replies=(pl.col("depth") > 0).sum(), stories=pl.col("article_id").n_unique())
        .collect(),
    )


def comment_velocity(history: pl.LazyFrame, stories: pl.LazyFrame, thread_reads: pl.LazyFrame) -> pl.DataFrame:
    """Comments a story gets in the n-th hour after publication, by site and topic: COMMENT_VELOCITY.

    A story counts for an hour only if its thread was read after that hour had passed, as those at risk do in a life
    table; its comments of later hours count for nothing, since others may not have been read yet. Threads that cannot
    be read are left out: none of their comments was ever seen, and nothing says that there are none.
    """
    followed = (
        stories.join(readable_until(thread_reads), on="article_id")
        .with_columns(hours=(pl.col("last_read") - pl.col("published_at")).dt.total_hours().clip(upper_bound=_HOURS))
        .filter(pl.col("hours") > 0)
    )
    ages = pl.LazyFrame({"age": range(_HOURS)}, schema={"age": pl.Int64})
    at_risk = (
        followed.group_by(*_GROUP, "hours")
        .agg(stories=pl.len())
        .join_where(ages, pl.col("age") < pl.col("hours"))
        .group_by(*_GROUP, "age")
        .agg(pl.col("stories").sum())
    )
    comments = (
        _written(history, followed)
        .with_columns(age=(pl.col("created_at") - pl.col("published_at")).dt.total_hours())
        .filter(pl.col("created_at") >= pl.col("published_at"), pl.col("age") < pl.col("hours"))
        .group_by(*_GROUP, "age")
        .agg(comments=pl.len())
    )
    rates = at_risk.join(comments, on=[*_GROUP, "age"], how="left").with_columns(pl.col("comments").fill_null(0))
    return shaped(COMMENT_VELOCITY, rates.with_columns(per_story=pl.col("comments") / pl.col("stories")).collect())


def readable_until(thread_reads: pl.LazyFrame) -> pl.LazyFrame:
    """By article_id, `last_read`: the last reading of each thread whose comments could be read, or that has none."""
    claimed = pl.max_horizontal("claimed_by_page", "claimed_by_platform").max()
    return (
        thread_reads.group_by("article_id")
        .agg(last_read=pl.col("read_at").max(), readable=(pl.col("enumerated") > 0).any() | (claimed == 0))
        .filter("readable")
        .drop("readable")
    )


def thread_measures(history: pl.LazyFrame, stories: pl.LazyFrame, thread_reads: pl.LazyFrame) -> pl.DataFrame:
    """Each story that has a thread, with its size, shape, first comment, removals and counts: THREAD_MEASURES.

    The gaps are claimed − enumerated of the latest reading that claims something; a negative one says that more could
    be read than was claimed.
    """
    stated = pl.col("created_at").filter(pl.col("created_at_from").ne_missing("relative"))
    threads = history.group_by("article_id").agg(
        comments=pl.len(),
        replies=(pl.col("depth") > 0).sum(),
        reply_ratio=(pl.col("depth") > 0).mean(),
        mean_depth=pl.col("depth").mean(),
        max_depth=pl.col("depth").max(),
        first=stated.min(),
        edited=(pl.col("edits") > 0).sum(),
        followed=(pl.col("followed_until") > pl.col("first_seen")).sum(),
        removed=_REMOVED.sum(),
    )
    latest = {
        f"gap_to_{by}": (pl.col(f"claimed_by_{by}") - pl.col("enumerated")).drop_nulls().last()
        for by in ("page", "platform")
    }
    readings = (
        thread_reads.sort("read_at", "read_id")
        .group_by("article_id", maintain_order=True)
        .agg(pl.len().alias("readings"), pl.col("enumerated").last(), **latest)
    )
    return shaped(
        THREAD_MEASURES,
        stories.join(readings, on="article_id")
        .join(threads, on="article_id", how="left")
        .with_columns(pl.col("comments", "replies", "edited", "followed", "removed").fill_null(0))
        .with_columns(minutes_to_first=(pl.col("first") - pl.col("published_at")).dt.total_seconds() / 60)
        .with_columns(minutes_to_first=pl.when(pl.col("minutes_to_first") >= 0).then("minutes_to_first"))
        .collect(),
    )


def _written(history: pl.LazyFrame, stories: pl.LazyFrame) -> pl.LazyFrame:
    """Comments whose writing has a stated time, with what is known of their story."""
    stated = pl.col("created_at_from").ne_missing("relative") & pl.col("created_at").is_not_null()
    return history.drop("site").filter(stated).join(stories, on="article_id")
