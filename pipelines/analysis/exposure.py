"""Exposures: which teasers stood beside which stories, with the labels of both.

This is the one table that grows with the archive; every other measure counts over it.
"""

import narwhals as nw
from narwhals.typing import IntoLazyFrame

from pipelines.analysis.tables import labels
from pipelines.lake.schema import EXPOSURES

CLICKBAIT_FROM = 0.5
HARD_FROM = 0.5
TABLOID_TOPIC = "human-interest"


def exposures(
    captures: IntoLazyFrame,
    articles: IntoLazyFrame,
    blocks: IntoLazyFrame,
    items: IntoLazyFrame,
    headlines: IntoLazyFrame,
) -> nw.LazyFrame:
    """Every item on a page that is an article, beside that article (its host): lazily, with the columns of EXPOSURES.

    The host's topic and hardness are those of its own title. The item's topic and hardness are those of its full
    headline, which says most about the story; its clickbait probability is that of what the teaser shows, the displayed
    text where there is one. Teasers that lead to the host itself are left out: a story does not stand beside itself.
    """
    return _exposed(*(nw.from_native(table) for table in (captures, articles, blocks, items, headlines)))


def item_class() -> nw.Expr:
    """What kind of thing a teaser is to its reader, over the columns of EXPOSURES; the first rule that holds decides.

    `clickbait` (clickbait probability ≥ 0.5), `tabloid` (topic human-interest, which takes in celebrity gossip), `hard`
    (hard-news probability ≥ 0.5), `soft` (below), `unknown` (no topic).
    """
    return (
        nw.when(nw.col("item_clickbait") >= CLICKBAIT_FROM)
        .then(nw.lit("clickbait"))
        .when(nw.col("item_topic") == TABLOID_TOPIC)
        .then(nw.lit("tabloid"))
        .when(nw.col("item_hard") >= HARD_FROM)
        .then(nw.lit("hard"))
        .when(nw.col("item_hard") < HARD_FROM)
        .then(nw.lit("soft"))
        .otherwise(nw.lit("unknown"))
    )


def _exposed(
    captures: nw.LazyFrame, articles: nw.LazyFrame, blocks: nw.LazyFrame, items: nw.LazyFrame, headlines: nw.LazyFrame
) -> nw.LazyFrame:
    judged = labels(headlines)
    hosts = (
        articles.select("capture_id", "headline_id", host_id=nw.col("article_id"))
        .join(captures.select("capture_id", "day"), on="capture_id")
        .join(
            judged.select("headline_id", host_topic=nw.col("topic"), host_hard=nw.col("hard")),
            on="headline_id",
            how="left",
        )
        .drop("headline_id")
    )
    return (
        items.select("item_id", "block_id", "capture_id", "site", "slot", "target_id", "headline_id", "display_id")
        .join(hosts, on="capture_id")
        .filter(nw.col("target_id") != nw.col("host_id"))
        .join(blocks.select("block_id", "kind", "placement", "content_hash"), on="block_id")
        .join(
            judged.select("headline_id", item_topic=nw.col("topic"), item_hard=nw.col("hard")),
            on="headline_id",
            how="left",
        )
        .with_columns(shown_id=nw.coalesce("display_id", "headline_id"))
        .join(
            judged.select(shown_id=nw.col("headline_id"), item_clickbait=nw.col("clickbait")), on="shown_id", how="left"
        )
        .with_columns(item_class=item_class())
        .select(EXPOSURES.schema.names())
    )
