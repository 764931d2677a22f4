"""From records to measures: exposures by archive day, then what they amount to over all days."""

import logging
from collections.abc import Iterator
from datetime import date

import dagster as dg
import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines import __version__, analysis
from pipelines.analysis.misclassification import Gold
from pipelines.assets import pictures
from pipelines.assets.spark import run_step
from pipelines.assets.tables import DAYS, SettingsResource, counts_table, read_days, table_spec
from pipelines.classify import confusion
from pipelines.lake import schema
from pipelines.lake.engine import Engine, collected, scan, write
from pipelines.lake.parts import Lake
from pipelines.settings import Settings

_FAILURE = (
    "the tables it is made from do not fit together, or memory ran out; the log has the error. What is published "
    "stays. Look at the checks of the tables before it, then run it again."
)
_MADE_BY = f"analysis {__version__}"


@dg.multi_asset(
    name="expose",
    specs=[
        table_spec(
            schema.EXPOSURES,
            deps=["captures", "articles", "blocks", "items", "headlines"],
            failure=_FAILURE,
            kinds=("narwhals", "parquet"),
        )
    ],
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def expose(
    context: dg.AssetExecutionContext, settings: SettingsResource, processes: dg.PipesSubprocessClient
) -> Iterator[dg.MaterializeResult]:
    """Put every item beside the story it stood with, each archive day for itself."""
    yield from run_step(exposed, context, settings, processes, read_days(context, Lake(settings.lake)))


@dg.multi_asset(
    name="measure",
    specs=[
        table_spec(
            table,
            deps=["exposures", "headlines", "captures", "articles", "items"],
            failure=_FAILURE,
            kinds=("narwhals", "parquet"),
        )
        for table in schema.MEASURES
    ],
)
def measure(
    context: dg.AssetExecutionContext, settings: SettingsResource, processes: dg.PipesSubprocessClient
) -> Iterator[dg.MaterializeResult]:
    """Compute every measure over all archive days."""
    yield from run_step(measured, context, settings, processes, [])


def exposed(settings: Settings, days: list[date], log: logging.Logger) -> Iterator[dg.MaterializeResult]:
    """Write the exposures of these archive days."""
    lake, rows = Lake(settings.lake), 0
    with settings.session() as engine:
        for day in days:
            rows_of_day = _expose(engine, lake, day)
            log.info(f"{day}: {rows_of_day} exposures")
            rows += rows_of_day
    yield dg.MaterializeResult(asset_key=schema.EXPOSURES.name, metadata={"dagster/partition_row_count": rows})


def measured(settings: Settings, _: list[date], log: logging.Logger) -> Iterator[dg.MaterializeResult]:
    """Write every measure; they are over all archive days, whichever a run is about."""
    lake = Lake(settings.lake)
    with settings.session() as engine:
        for table, rows, metadata in _measured(engine, lake):
            lake.write(table, rows, part=table.name, day=None, made_by=_MADE_BY)
            log.info(f"{table.name}: {rows.height} rows")
            yield dg.MaterializeResult(asset_key=table.name, metadata={"dagster/row_count": rows.height, **metadata})


def _expose(engine: Engine, lake: Lake, day: date) -> int:
    """Write the exposures of an archive day; returns how many there are."""
    tables = (schema.CAPTURES, schema.ARTICLES, schema.BLOCKS, schema.ITEMS, schema.HEADLINES)
    exposed = analysis.exposures(*(scan(engine, lake, table, day) for table in tables))
    return write(engine, lake, schema.EXPOSURES, exposed, part=day.isoformat(), day=day, made_by=_MADE_BY)


def _measured(
    engine: Engine, lake: Lake
) -> Iterator[tuple[schema.Table, pl.DataFrame, dict[str, dg.MetadataValue | int]]]:
    """Each measure over all archive days, with what an operator sees of it. Each is to be written before the next."""
    exposures, captures, articles, items, headlines = (
        scan(engine, lake, table)
        for table in (schema.EXPOSURES, schema.CAPTURES, schema.ARTICLES, schema.ITEMS, schema.HEADLINES)
    )
    golds = _golds(articles)
    measures = {
        schema.CONTRASTS: lambda: analysis.contrasts(exposures, golds=golds),
        schema.CLICKBAIT_SHARES: lambda: analysis.clickbait_shares(exposures, golds=golds),
        schema.TIME_COURSE: lambda: analysis.time_course(exposures),
        schema.COOCCURRENCE: lambda: analysis.cooccurrence(exposures),
        schema.TOPIC_MATRIX: lambda: analysis.topic_matrix(exposures),
        schema.HEADLINE_PAIRS: lambda: analysis.headline_pairs(exposures, headlines),
        schema.HEADLINE_VARIANTS: lambda: analysis.headline_variants(captures, articles, items, headlines),
        # Written just before: a measure of a measure.
        schema.SHARPENING: lambda: analysis.sharpening(lake.scan(schema.HEADLINE_VARIANTS).collect()),
        schema.LIFETIMES: lambda: analysis.lifetimes(exposures, captures),
    }
    for table, computed in measures.items():
        rows = computed()
        metadata: dict[str, dg.MetadataValue | int] = {}
        if table is schema.CONTRASTS and (forest := pictures.differences(rows)):
            metadata["clickbait beside hard news"] = forest
        if table is schema.TOPIC_MATRIX:
            metadata.update(pictures.exposure_matrices(rows, exposures))
        if table is schema.COOCCURRENCE:
            by_class = rows.group_by("item_class").agg(pl.col("exposures").sum())
            metadata["exposures by class"] = counts_table(dict(by_class.iter_rows()), "class")
        yield table, rows, metadata


def _golds(articles: IntoLazyFrame) -> dict[str, Gold]:
    """By site, how often the clickbait label is right in the language of most of its stories, where that was read."""
    counted = nw.from_native(articles).group_by("site", "language").agg(stories=nw.len().cast(nw.Int64()))
    languages = (
        collected(counted)
        .group_by("site", language=pl.col("language").str.extract("^([A-Za-z]+)").str.to_lowercase())
        .agg(pl.col("stories").sum())
        .sort("site", "stories", "language", descending=[False, True, False], nulls_last=True)
        .unique("site", keep="first", maintain_order=True)
        .select("site", "language")
    )
    return {site: Gold(*counts) for site, language in languages.iter_rows() if (counts := confusion(language))}
