"""From readings of threads to what became of their comments, and to measures of commenting, over all archive days."""

import logging
from collections.abc import Iterator
from datetime import date

import dagster as dg
import polars as pl

from pipelines import __version__
from pipelines.analysis.comment_activity import comment_velocity, comment_volume, stories, thread_measures
from pipelines.analysis.comment_concentration import comment_concentration
from pipelines.analysis.comment_history import comment_events, comment_history
from pipelines.analysis.comment_languages import comment_languages
from pipelines.analysis.comment_repetition import comment_repetitions
from pipelines.analysis.engagement import comment_association, engagement_overlap
from pipelines.assets.spark import run_step
from pipelines.assets.tables import SettingsResource, counts_table, table_spec
from pipelines.lake import schema
from pipelines.lake.engine import scan
from pipelines.lake.parts import Lake
from pipelines.settings import Settings

_FAILURE = (
    "the tables it is made from do not fit together, or memory ran out; the log has the error. What is published "
    "stays. Look at the checks of the tables before it, then run it again."
)
_MADE_BY = f"analysis {__version__}"


def _write(lake: Lake, table: schema.Table, rows: pl.DataFrame, by: str | None = None) -> dg.MaterializeResult:
    """Replace the table; its rows are counted by the column `by` as well."""
    lake.write(table, rows, part=table.name, day=None, made_by=_MADE_BY)
    metadata: dict[str, dg.MetadataValue | int] = {"dagster/row_count": rows.height}
    if by:
        counts = rows.group_by(pl.col(by).fill_null("unknown")).len()
        metadata[f"by {by}"] = counts_table(dict(counts.iter_rows()), by)
    return dg.MaterializeResult(asset_key=table.name, metadata=metadata)


@dg.multi_asset(
    name="follow_comments",
    specs=[
        table_spec(table, deps=["thread_reads", "comments"], failure=_FAILURE, kinds=("polars", "parquet"))
        for table in (schema.COMMENT_EVENTS, schema.COMMENT_HISTORY)
    ],
)
def follow_comments(settings: SettingsResource) -> Iterator[dg.MaterializeResult]:
    """Tell new, edited, deleted and vanished comments apart."""
    lake = Lake(settings.lake)
    reads, comments = lake.scan(schema.THREAD_READS), lake.scan(schema.COMMENTS)
    events = comment_events(reads, comments)
    yield _write(lake, schema.COMMENT_EVENTS, events, by="event")
    yield _write(lake, schema.COMMENT_HISTORY, comment_history(reads, comments, events.lazy()), by="state")


@dg.multi_asset(
    name="compare_comments",
    specs=[
        table_spec(schema.COMMENT_REPETITIONS, deps=["thread_reads", "comments"], failure=_FAILURE, kinds=("python",)),
        table_spec(schema.COMMENT_LANGUAGES, deps=["comments"], failure=_FAILURE, kinds=("python",)),
    ],
)
def compare_comments(settings: SettingsResource) -> Iterator[dg.MaterializeResult]:
    """Find comments that say nearly the same, and the language of each that is new."""
    lake = Lake(settings.lake)
    comments = lake.scan(schema.COMMENTS)
    yield _write(lake, schema.COMMENT_REPETITIONS, comment_repetitions(lake.scan(schema.THREAD_READS), comments))
    current = lake.made_by(schema.COMMENT_LANGUAGES, part=schema.COMMENT_LANGUAGES.name, day=None) == _MADE_BY
    known = lake.scan(schema.COMMENT_LANGUAGES) if current else pl.LazyFrame(schema=schema.COMMENT_LANGUAGES.schema)
    yield _write(lake, schema.COMMENT_LANGUAGES, comment_languages(comments, known), by="language")


@dg.multi_asset(
    name="measure_comments",
    specs=[
        table_spec(
            table,
            deps=[
                "comment_history",
                "comments",
                "thread_reads",
                "captures",
                "articles",
                "headlines",
                "exposures",
                "observations",
            ],
            failure=_FAILURE,
            kinds=("polars", "parquet"),
        )
        for table in schema.COMMENT_MEASURES
    ],
)
def measure_comments(
    context: dg.AssetExecutionContext, settings: SettingsResource, processes: dg.PipesSubprocessClient
) -> Iterator[dg.MaterializeResult]:
    """Measure how much, how soon, how deep and by how many readers comment, and what that goes with."""
    yield from run_step(commented, context, settings, processes, [])


def commented(settings: Settings, _: list[date], log: logging.Logger) -> Iterator[dg.MaterializeResult]:
    """Write every measure of comments; they are over all archive days, whichever a run is about."""
    lake = Lake(settings.lake)
    known = stories(*(lake.scan(table) for table in (schema.CAPTURES, schema.ARTICLES, schema.HEADLINES)))
    history, reads = lake.scan(schema.COMMENT_HISTORY), lake.scan(schema.THREAD_READS)
    yield _write(lake, schema.COMMENT_VOLUME, comment_volume(history, known))
    yield _write(lake, schema.COMMENT_VELOCITY, comment_velocity(history, known, reads))
    yield _write(lake, schema.THREAD_MEASURES, thread_measures(history, known, reads))
    concentration = comment_concentration(lake.scan(schema.COMMENTS))
    yield _write(lake, schema.COMMENT_CONCENTRATION, concentration, by="verdict")
    with settings.session() as engine:
        association = comment_association(history, known, reads, scan(engine, lake, schema.EXPOSURES))
    yield _write(lake, schema.COMMENT_ASSOCIATION, association)
    yield _write(lake, schema.ENGAGEMENT_OVERLAP, engagement_overlap(lake.scan(schema.OBSERVATIONS)))
