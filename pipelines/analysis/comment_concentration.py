"""How unevenly the comments of a site spread over its commenters. Not told where there are few of them."""

from typing import Final

import polars as pl

from pipelines.analysis.tables import shaped
from pipelines.lake.schema import COMMENT_CONCENTRATION

LEAST_COMMENTERS: Final = 30
"""Fewer are no distribution; and the busiest 10 % of them would be fewer than three people."""
LEAST_FOR_ONE_PERCENT: Final = 300
"""So that the busiest 1 % are three people, too, and the share is no one's portrait."""


def comment_concentration(comments: pl.LazyFrame) -> pl.DataFrame:
    """Gini coefficient and shares of the busiest commenters, by site, in the schema of COMMENT_CONCENTRATION.

    Over the n commenters who wrote at least once, x their numbers of distinct comments in ascending order:
    G = 2 Σ i·x_i / (n Σ x_i) − (n + 1)/n, from 0 (all equal) to 1 − 1/n (one wrote everything). Source: Sen, *On
    Economic Inequality*, 1973, ch. 2. The top 10 % are the ⌈n/10⌉ busiest. Keys made from names may join several people
    or divide one: `commenters_by_name` says how many of the keys are.
    """
    by_commenter = (
        comments.filter(pl.col("author_key").is_not_null())
        .group_by("site", "author_key")
        .agg(written=pl.col("comment_id").n_unique(), by_name=(pl.col("author_key_from") == "name").any())
        .sort("site", "written")
    )
    n, written = pl.len(), pl.col("written")
    rank = pl.int_range(1, n + 1)
    spread = by_commenter.group_by("site", maintain_order=True).agg(
        commenters=n,
        commenters_by_name=pl.col("by_name").sum(),
        comments=written.sum(),
        gini=2 * (rank * written).sum() / (n * written.sum()) - (n + 1) / n,
        top_1_share=_top(100),
        top_10_share=_top(10),
    )
    enough, for_one = pl.col("commenters") >= LEAST_COMMENTERS, pl.col("commenters") >= LEAST_FOR_ONE_PERCENT
    return shaped(
        COMMENT_CONCENTRATION,
        spread.with_columns(
            gini=pl.when(enough).then("gini"),
            top_10_share=pl.when(enough).then("top_10_share"),
            top_1_share=pl.when(for_one).then("top_1_share"),
            verdict=pl.when(enough)
            .then(pl.lit("told"))
            .otherwise(pl.lit(f"cannot be told: fewer than {LEAST_COMMENTERS} commenters")),
        ).collect(),
    )


def _top(divisor: int) -> pl.Expr:
    """The share of the ⌈n/divisor⌉ last, which are the busiest."""
    return pl.col("written").tail((pl.len() + divisor - 1) // divisor).sum() / pl.col("written").sum()
