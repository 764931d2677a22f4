"""Headlines in each other's company, and one story's headlines compared."""

import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines.analysis import association
from pipelines.analysis.engine import collected, labels, shaped
from pipelines.lake.schema import HEADLINE_PAIRS, HEADLINE_VARIANTS

# Pairs grow with the square of a list's length, and a list longer than this is a front page rather than company.
LONGEST_BLOCK = 50
# Two headlines that met once are chance; keeping only those that met again keeps the table in proportion to the data.
FEWEST_MEETINGS = 2


def headline_pairs(exposures: IntoLazyFrame, headlines: IntoLazyFrame) -> pl.DataFrame:
    """Pairs of stories that stood in one block beside a story more than once, in the schema of HEADLINE_PAIRS.

    The unit is the distinct block: one list of targets (`content_hash`) counts once a site, on however many pages, days
    and captures it stood. Lists count up to their 50th slot. `lift` and `npmi` compare with headlines that are drawn
    into the site's blocks independently of each other.
    """
    scanned = nw.from_native(exposures)
    counts = collected(_met(scanned))
    totals = collected(_lists(scanned).group_by("site").agg(all_blocks=nw.len().cast(nw.Int64())))
    texts = _usual_wording(collected(_worded(scanned, nw.from_native(headlines))))
    met = (pl.col("blocks"), pl.col("blocks_a"), pl.col("blocks_b"), pl.col("all_blocks"))
    pairs = counts.join(totals, on="site").with_columns(
        support=pl.col("blocks") / pl.col("all_blocks"), lift=association.lift(*met), npmi=association.npmi(*met)
    )
    for side in ("a", "b"):
        names = {"target_id": f"target_{side}", "headline": f"headline_{side}"}
        pairs = pairs.join(texts.rename(names), on=["site", f"target_{side}"], how="left")
    return shaped(HEADLINE_PAIRS, pairs)


def headline_variants(
    captures: IntoLazyFrame, articles: IntoLazyFrame, items: IntoLazyFrame, headlines: IntoLazyFrame
) -> pl.DataFrame:
    """Every wording under which a site showed a story, and in which form, in the schema of HEADLINE_VARIANTS.

    `variants` counts the story's distinct wordings over all forms; a story that always reads the same has one.
    """
    return shaped(
        HEADLINE_VARIANTS,
        collected(
            _varied(
                nw.from_native(captures), nw.from_native(articles), nw.from_native(items), nw.from_native(headlines)
            )
        ),
    )


def _lists(exposures: nw.LazyFrame) -> nw.LazyFrame:
    return exposures.select("site", "content_hash").unique()


def _met(exposures: nw.LazyFrame) -> nw.LazyFrame:
    members = (
        exposures.filter(nw.col("slot") <= LONGEST_BLOCK)
        .select("site", "target_id", block=nw.col("content_hash"))
        .unique()
    )
    shown = members.group_by("site", "target_id").agg(shown=nw.len().cast(nw.Int64()))
    # A story in fewer blocks than that cannot meet another in as many, and need not be joined.
    often = members.join(shown.filter(nw.col("shown") >= FEWEST_MEETINGS), on=["site", "target_id"])
    return (
        often.rename({"target_id": "target_a", "shown": "blocks_a"})
        .join(often.rename({"target_id": "target_b", "shown": "blocks_b"}), on=["site", "block"])
        .filter(nw.col("target_a") < nw.col("target_b"))
        .group_by("site", "target_a", "target_b")
        .agg(blocks=nw.len().cast(nw.Int64()), blocks_a=nw.col("blocks_a").max(), blocks_b=nw.col("blocks_b").max())
        .filter(nw.col("blocks") >= FEWEST_MEETINGS)
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


def _varied(
    captures: nw.LazyFrame, articles: nw.LazyFrame, items: nw.LazyFrame, headlines: nw.LazyFrame
) -> nw.LazyFrame:
    story, seen = ["site", "target_id"], nw.col("captured_at")
    forms = {
        "title": (articles.with_columns(target_id=nw.col("article_id")), "headline_id"),
        "headline": (items, "headline_id"),
        "display": (items, "display_id"),
    }
    wordings = (
        nw.concat(
            [
                rows.select(*story, "capture_id", headline_id=nw.col(wording), form=nw.lit(form))
                for form, (rows, wording) in forms.items()
            ]
        )
        .join(captures.select("capture_id", "captured_at"), on="capture_id")
        .group_by(*story, "form", "headline_id")
        .agg(shown=nw.col("capture_id").n_unique().cast(nw.Int64()), first_seen=seen.min(), last_seen=seen.max())
        .join(labels(headlines).select("headline_id", "headline", "clickbait"), on="headline_id")
    )
    variants = wordings.group_by(story).agg(variants=nw.col("headline_id").n_unique().cast(nw.Int64()))
    return wordings.join(variants, on=story)
