"""Which parts a site's story pages usually have and have no longer: what a changed layout looks like in the records.

A selector that stops matching leaves no error, only a field or a list that is missing from one day on. What to do about
it is for `pipelines.assets.checks` and docs/operating.md to say.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

LEAST_PAGES: Final = 10  # story pages, before and now: fewer would call the mix of a slow day a change
USUAL: Final = 0.5  # a part is usual where at least this share of the earlier story pages had it
COLLAPSED: Final = 0.25  # and lost where no more than this share of its usual share is left

STORY: Final = "story"
_FIELDS: Final = ("title", "lead", "section", "published_at", "authors", "body_text")


def page_parts(
    captures: pl.LazyFrame,
    pages: pl.LazyFrame,
    articles: pl.LazyFrame,
    blocks: pl.LazyFrame,
    comment_sections: pl.LazyFrame,
) -> pl.DataFrame:
    """How many of each site's story pages have which part, from the lake's tables (of one archive day, say).

    Columns: site, part, having (pages with it), pages (story pages of the site), example (address of one of those).
    A part is the story itself, a field of it, its comment section, or a list by kind and placement, once with its
    heading and once without. Pages that the crawl asked for as something else than a story are left out, so that the
    mix of pages does not matter.
    """
    asked = captures.filter(pl.col("purpose").fill_null(STORY) == STORY).select("capture_id")
    stories = pages.join(asked, on="capture_id", how="semi").select("site", "capture_id", "url", "outcome")
    kind_and_place = pl.format("{} list {}", "kind", pl.col("placement").fill_null("anywhere"))
    parts = [
        stories.filter(pl.col("outcome") == "article").select("capture_id", part=pl.lit(STORY)),
        *(articles.filter(_there(field)).select("capture_id", part=pl.lit(field)) for field in _FIELDS),
        comment_sections.filter("present").select("capture_id", part=pl.lit("comment section")),
        blocks.select("capture_id", part=kind_and_place),
        blocks.filter(pl.col("heading").is_not_null()).select(
            "capture_id", part=pl.format("{} under “{}”", kind_and_place, "heading")
        ),
    ]
    having = pl.concat(parts).unique().join(stories.select("capture_id", "site"), on="capture_id")
    totals = stories.group_by("site").agg(pages=pl.len(), example=pl.col("url").min())
    return (
        having.group_by("site", "part")
        .agg(having=pl.len())
        .join(totals, on="site", how="right")
        .select("site", "part", pl.col("having").fill_null(0), "pages", "example")
        .sort("site", "part", nulls_last=True)
        .collect()
    )


def lost_parts(earlier: Sequence[pl.DataFrame], now: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The parts that were usual in `earlier` (frames of `page_parts`, pooled) and have all but gone in `now`.

    Columns: site, part, usual (share of pages, 0–1), share (the same now), pages (story pages now); the story first,
    then by loss. Sites with fewer than LEAST_PAGES story pages before or now are not judged.
    """
    before, after = _shares(earlier), _shares(now)
    return (
        before.join(after.select("site", "pages").unique(), on="site", suffix="_now")
        .join(after.select("site", "part", "share"), on=["site", "part"], how="left", suffix="_now")
        .filter(pl.col("pages") >= LEAST_PAGES, pl.col("pages_now") >= LEAST_PAGES)
        .select("site", "part", usual="share", share=pl.col("share_now").fill_null(0.0), pages="pages_now")
        .filter(pl.col("usual") >= USUAL, pl.col("share") <= COLLAPSED * pl.col("usual"))
        .sort(
            "site",
            pl.col("part") != STORY,
            pl.col("share") - pl.col("usual"),
            "part",
        )
    )


def _shares(counts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Parts of several frames of `page_parts` pooled: site, part, share of pages, pages."""
    pooled = pl.concat(counts)
    totals = pl.concat([frame.select("site", "pages").unique() for frame in counts]).group_by("site").sum()
    having = pooled.group_by("site", "part").agg(pl.col("having").sum())
    return having.join(totals, on="site").select("site", "part", "pages", share=pl.col("having") / pl.col("pages"))


def _there(field: str) -> pl.Expr:
    return pl.col(field).list.len() > 0 if field == "authors" else pl.col(field).is_not_null()
