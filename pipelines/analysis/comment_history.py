"""What became of comments over the readings of their threads: new, edited, held, deleted, gone, returned.

A reading shows what stands at its time; only a complete one shows what does not stand any more. Nothing is ever taken
out of a history here: what somebody asks to have erased is taken out of the lake, in `pipelines.lake.erasure`.
"""

import polars as pl

from pipelines.analysis.tables import shaped
from pipelines.lake.schema import COMMENT_EVENTS, COMMENT_HISTORY

_THREAD = ["site", "article_id", "platform"]


def comment_events(thread_reads: pl.LazyFrame, comments: pl.LazyFrame) -> pl.DataFrame:
    """Every change of a comment that the readings show, in the schema of COMMENT_EVENTS.

    A comment is `gone` at the first complete reading of its thread that lacks it; an incomplete one proves nothing. Two
    readings show a change only as lying between them, so each event has the times of both. A text that changes while it
    is held, deleted or gone is no edit: what stands there then is the platform's.
    """
    before = {"state": "was", "read_at": "seen_after", "shown": "said"}
    changes = (
        _appearances(thread_reads, comments)
        .with_columns(shown=pl.when(state="visible").then("text").forward_fill().over("comment_id", order_by="order"))
        .with_columns(
            pl.col(name).shift().over("comment_id", order_by="order").alias(earlier) for name, earlier in before.items()
        )
        .with_columns(event=_event())
        .filter(pl.col("event").is_not_null())
        .rename({"read_at": "seen_at"})
        .collect()
    )
    return shaped(COMMENT_EVENTS, changes)


def comment_history(thread_reads: pl.LazyFrame, comments: pl.LazyFrame, events: pl.LazyFrame) -> pl.DataFrame:
    """Each comment once, with what its readings and `events` (of `comment_events`) amount to: COMMENT_HISTORY."""
    appearances = _appearances(thread_reads, comments)
    stood = appearances.filter(pl.col("state") != "gone")
    latest = ("parent_id", "author_key_from", "depth", "created_at", "created_at_from")
    seen = stood.group_by("comment_id").agg(
        pl.col("site", "article_id").first(),
        *(pl.col(name).sort_by("order").drop_nulls().last() for name in latest),
        first_seen=pl.col("read_at").min(),
        last_seen=pl.col("read_at").max(),
        readings=pl.len(),
    )
    followed = appearances.group_by("comment_id").agg(
        followed_until=pl.col("read_at").max(), state=pl.col("state").sort_by("order").last()
    )
    changed = events.group_by("comment_id").agg(
        edits=(pl.col("event") == "edited").sum(),
        state_since=pl.col("seen_at").filter(pl.col("event") != "edited").max(),
    )
    return shaped(
        COMMENT_HISTORY, seen.join(followed, on="comment_id").join(changed, on="comment_id", how="left").collect()
    )


def _appearances(thread_reads: pl.LazyFrame, comments: pl.LazyFrame) -> pl.LazyFrame:
    """Each comment in each reading that tells of it, its state `gone` where it should stand and does not.

    `order` ranks readings by time, those of one moment by identifier.
    """
    reads = thread_reads.select("read_id", *_THREAD, "read_at", "complete").with_columns(
        order=pl.struct("read_at", "read_id").rank("dense")
    )
    seen = (
        comments.drop("site", "article_id")
        .sort("capture_id")
        .unique(["comment_id", "read_id"], keep="last", maintain_order=True)
        .with_columns(pl.col("state").fill_null("visible"))
        .join(reads.drop("complete"), on="read_id")
    )
    known = seen.group_by("comment_id", *_THREAD).agg(first=pl.col("order").min())
    missed = (
        known.join(reads.filter("complete"), on=_THREAD, nulls_equal=True)
        .filter(pl.col("order") > pl.col("first"))
        .join(seen, on=["comment_id", "read_id"], how="anti")
        .with_columns(state=pl.lit("gone"))
    )
    return pl.concat([seen, missed.drop("first", "complete")], how="diagonal")


def _event() -> pl.Expr:
    was, state = pl.col("was"), pl.col("state")
    return (
        pl.when(was.is_null())
        .then(pl.lit("new"))
        .when((was != state) & (state != "visible"))
        .then(state)
        .when((was != state) & (was == "held"))
        .then(pl.lit("released"))
        .when(was != state)
        .then(pl.lit("returned"))
        .when((state == "visible") & (pl.col("text") != pl.col("said")))
        .then(pl.lit("edited"))
    )
