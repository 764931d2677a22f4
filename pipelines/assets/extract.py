"""From archive to lake: every segment of an archive day read into one part per table."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import date

import dagster as dg
import polars as pl

from pipelines.assets import pictures
from pipelines.assets.spark import run_step
from pipelines.assets.tables import DAYS, SettingsResource, counts_table, days_of, table_spec
from pipelines.crawl.archive import segments
from pipelines.lake import schema
from pipelines.lake.parts import Lake
from pipelines.segments import extract_segments
from pipelines.settings import Settings

_FAILURE = (
    "a segment cannot be read, or the extraction broke its own schema; the log names the segment. What was written "
    "stays. Run the partition again: finished segments are skipped. A page that cannot be parsed never fails a run: it "
    "stands in `pages` with its reason."
)


@dg.multi_asset(
    name="extract",
    specs=[
        table_spec(table, deps=["archive"], failure=_FAILURE, kinds=("beautifulsoup", "parquet"))
        for table in schema.EXTRACTED
    ],
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def extract(
    context: dg.AssetExecutionContext, settings: SettingsResource, processes: dg.PipesSubprocessClient
) -> Iterator[dg.MaterializeResult]:
    """Read the segments that this version of the extractor has not read yet."""
    yield from run_step(extracted, context, settings, processes, days_of(context))


def extracted(settings: Settings, days: list[date], log: logging.Logger) -> Iterator[dg.MaterializeResult]:
    """Read what the archive holds of these days and was not read yet; what the tables hold of them then."""
    lake = Lake(settings.lake)
    lake.sweep()
    if settings.secret() is None:
        log.warning("no secret for pseudonyms (run `yanyana init`): comments are counted but not stored")
    skips: Counter[str] = Counter()
    for counts in extract_segments(((path, day) for day in days for path in segments(settings.archive, day)), settings):
        skips.update(counts.skips)
        log.info(f"{counts.segment}: {counts.rows}; pages {counts.outcomes}; left out {counts.skips}")
    for table in schema.EXTRACTED:
        rows = pl.concat([lake.scan(table, day) for day in days])
        metadata: dict[str, dg.MetadataValue | int] = {
            "dagster/partition_row_count": rows.select(pl.len()).collect().item()
        }
        if table is schema.CAPTURES and (hours := pictures.captures_by_hour(rows)):
            metadata["by hour"] = hours
        if table is schema.PAGES:
            if yields := pictures.parse_yield(rows):
                metadata["by site"] = yields
            outcomes = rows.group_by("outcome").len().collect()
            metadata["outcomes"] = counts_table(dict(outcomes.iter_rows()), "outcome")
        if table is schema.BLOCKS:
            kinds = rows.group_by("kind").len().collect()
            metadata["kinds"] = counts_table(dict(kinds.iter_rows()), "kind")
        if table is schema.SKIPS and skips:
            metadata["newly left out"] = counts_table(skips, "reason")
        yield dg.MaterializeResult(asset_key=table.name, metadata=metadata)
