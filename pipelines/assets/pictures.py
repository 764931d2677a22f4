"""Pictures in the metadata of assets, where a look tells more than a number: charts of what a run just wrote.

The charts that the report shows too are drawn by `pipelines.report.plots`; what is for operators alone is drawn here.
"""

from typing import Final

import altair as alt
import dagster as dg
import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines.lake.engine import collected
from pipelines.report.plots import difference_forest, markdown_image, outcomes_by_site, topic_heatmap

_SITES: Final = 20  # a picture of more would be a wall
_MATRICES: Final = 2  # a picture each, of the busiest sites
_HOLDS: Final = 0.1  # q below which a cell is marked
_OUTCOMES: Final = {"article": "articles", "list": "lists", "empty": "empty", "failed": "failed"}


def captures_by_hour(captures: pl.LazyFrame) -> dg.MarkdownMetadataValue | None:
    """Responses by site and hour in UTC, of rows of `captures`: white where nothing came in."""
    hours = (
        captures.group_by("site", hour=pl.col("captured_at").dt.truncate("1h").dt.replace_time_zone("UTC"))
        .agg(responses=pl.len())
        .sort("site", "hour")
        .collect()
    )
    hours = _busiest(hours, "responses")
    if hours.is_empty():
        return None
    day = hours["hour"].dt.truncate("1d")
    whole_days = pl.Series([day.min(), day.max()]).dt.epoch("ms") + pl.Series([0, 86_400_000])
    chart = (
        alt.Chart(hours.with_columns(end=pl.col("hour").dt.offset_by("1h")))
        .mark_rect(stroke="white")
        .encode(
            x=alt.X(
                "hour:T",
                title="hour (UTC)",
                scale=alt.Scale(type="utc", domain=whole_days.to_list()),
                axis=alt.Axis(format="%d %b %H:%M", tickCount=8),
            ),
            x2="end:T",
            y=alt.Y("site:N", title=None),
            color=alt.Color(
                "responses:Q", scale=alt.Scale(scheme="blues", domainMin=0), legend=alt.Legend(orient="top")
            ),
        )
    )
    return dg.MetadataValue.md(markdown_image(chart))


def parse_yield(pages: pl.LazyFrame) -> dg.MarkdownMetadataValue | None:
    """What became of each site's pages, of rows of `pages`."""
    counts = pages.group_by("site", "outcome").agg(pages=pl.len()).collect()
    wide = (
        _busiest(counts, "pages")
        .group_by("site")
        .agg(
            pl.col("pages").filter(pl.col("outcome") == outcome).sum().alias(name)
            for outcome, name in _OUTCOMES.items()
        )
        .sort("site")
    )
    return dg.MetadataValue.md(markdown_image(outcomes_by_site(wide))) if wide.height else None


def differences(contrasts: pl.DataFrame) -> dg.MarkdownMetadataValue | None:
    """How much more clickbait stands beside hard news, by site, of rows of `contrasts`."""
    answer = contrasts.filter(
        pl.col("kind") == "all", pl.col("outcome") == "clickbait", pl.col("difference_low").is_not_null()
    )
    return dg.MetadataValue.md(markdown_image(difference_forest(answer))) if answer.height else None


def exposure_matrices(matrix: pl.DataFrame, exposures: IntoLazyFrame) -> dict[str, dg.MarkdownMetadataValue]:
    """What stands beside which topics on the busiest sites, of rows of `topic_matrix`, by site."""
    hard = collected(nw.from_native(exposures).group_by("host_topic").agg(hard=nw.col("host_hard").mean()))
    cells = matrix.join(hard, on="host_topic", how="left").with_columns(
        pl.col("hard").fill_null(-1.0), tested=pl.col("p").is_not_null(), holds=pl.col("q").fill_null(1.0) < _HOLDS
    )
    # A topic or class with nothing to test would be a row or column of dashes.
    cells = cells.filter(*(pl.col("tested").any().over("site", over) for over in ("host_topic", "item_class")))
    busiest = cells.group_by("site").agg(pl.col("exposures").sum()).sort("exposures", "site", descending=[True, False])
    drawn = {site: markdown_image(topic_heatmap(cells.filter(site=site))) for site in busiest["site"].head(_MATRICES)}
    names = {"all": "all sites"}
    return {f"lift on {names.get(site, site)}": dg.MetadataValue.md(image) for site, image in drawn.items()}


def _busiest(counts: pl.DataFrame, count: str) -> pl.DataFrame:
    """The rows of the sites with the largest sum of `count`."""
    sites = counts.group_by("site").agg(pl.col(count).sum()).sort(count, "site", descending=[True, False]).head(_SITES)
    return counts.join(sites.select("site"), on="site", how="semi", maintain_order="left")
