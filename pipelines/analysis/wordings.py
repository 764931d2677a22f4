"""One story's headlines compared: the wordings under which a site showed it."""

import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines.analysis.tables import labels, shaped
from pipelines.lake.engine import collected
from pipelines.lake.schema import HEADLINE_VARIANTS


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
