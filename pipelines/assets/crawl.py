"""From sites to archive: one crawl of every enabled site, run as a process of its own.

The crawl's log and counts stream in through Dagster Pipes. The demo's sites are served for as long as it runs.
"""

import secrets
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import dagster as dg
import polars as pl

from pipelines import newsroom
from pipelines.assets.tables import DAYS, OWNERS, SettingsResource, counts_table, days_of, table_spec, today
from pipelines.crawl.archive import segments
from pipelines.lake import schema
from pipelines.lake.parts import Lake, frame
from pipelines.settings import Settings, Site

_FAILURE = (
    "a site of the demo cannot be served, the archive cannot be written, or another crawl is running; the log says "
    "which. Responses that had come in are kept: run it again, and only what is missing is asked for."
)


_SHOWN = ("site", "due", "responses", "not_modified", "refused_by_robots", "failed", "left", "stopped")


class CrawlConfig(dg.Config):
    """Which sites to crawl, by name; every enabled one without a name."""

    sites: list[str] = []  # noqa: RUF012  (Dagster reads the plain default)


@dg.multi_asset(
    name="crawl",
    specs=[
        dg.AssetSpec(
            "archive",
            description="Every response of the sites as it came, in WARC segments by the day they came in.\n\n"
            f"*When it fails:* {_FAILURE}",
            group_name="crawl",
            owners=OWNERS,
            kinds={"scrapy", "warc"},
        ),
        table_spec(schema.CRAWL_REPORTS, deps=[], failure=_FAILURE),
        table_spec(schema.CRAWL_FAILURES, deps=[], failure=_FAILURE),
    ],
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def crawl(
    context: dg.AssetExecutionContext,
    config: CrawlConfig,
    settings: SettingsResource,
    processes: dg.PipesSubprocessClient,
) -> Iterator[dg.MaterializeResult]:
    """Fetch what is due today. A day that has passed cannot be fetched any more: its archive is left as it is."""
    days, day, lake = days_of(context), today(), Lake(settings.lake)
    sites = settings.configured.chosen(config.sites)
    reports, failures = frame(schema.CRAWL_REPORTS, []), frame(schema.CRAWL_FAILURES, [])
    if day not in days:
        context.log.warning("only today can be fetched: what the archive holds of other days stays as it is")
    elif not sites:
        context.log.warning(f"no site is enabled in {settings.sites}: nothing is fetched")
    else:
        run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        said = _run(context, settings, processes, run_id, day, sites)
        reports, failures = _rows(schema.CRAWL_REPORTS, said["reports"]), _rows(schema.CRAWL_FAILURES, said["failures"])
        lake.write(schema.CRAWL_FAILURES, failures, part=run_id, day=day, made_by="crawl")
        lake.write(schema.CRAWL_REPORTS, reports, part=run_id, day=day, made_by="crawl")
    held = [segment for held_day in days for segment in segments(settings.archive, held_day)]
    yield dg.MaterializeResult(
        asset_key="archive",
        metadata={"segments": len(held), "bytes": sum(segment.stat().st_size for segment in held)},
    )
    yield dg.MaterializeResult(
        asset_key=schema.CRAWL_FAILURES.name,
        metadata={
            "dagster/partition_row_count": _rows_held(lake, schema.CRAWL_FAILURES, days),
            "new": failures.height,
            "reasons": counts_table(Counter(failures["reason"]), "reason"),
        },
    )
    yield dg.MaterializeResult(
        asset_key=schema.CRAWL_REPORTS.name,
        metadata={
            "dagster/partition_row_count": _rows_held(lake, schema.CRAWL_REPORTS, days),
            "this crawl": _report_table(reports),
        },
    )


def _rows_held(lake: Lake, table: schema.Table, days: Sequence[date]) -> int:
    """Rows of all crawls of the days, this one's with them."""
    return sum(lake.scan(table, day).select(pl.len()).collect().item() for day in days)


def _run(
    context: dg.AssetExecutionContext,
    settings: Settings,
    processes: dg.PipesSubprocessClient,
    run_id: str,
    day: date,
    sites: Sequence[Site],
) -> dict[str, Any]:
    """Crawl the sites; what the process reports."""
    job = {
        "run_id": run_id,
        "day": day.isoformat(),
        "archive": str(settings.archive),
        "lake": str(settings.lake),
        "staging": str(settings.staging),
        "contact": settings.configured.crawl.contact,
        "keep_noarchive": settings.configured.crawl.keep_noarchive,
        "comments": settings.secret() is not None,
        "disqus_api_key": settings.disqus_api_key,
        "sites": [site.model_dump(mode="json") for site in sites],
    }
    with _demo(settings, sites), warnings.catch_warnings():
        # Dagster's own Pipes client calls something that Dagster marks as a preview.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        process = processes.run(
            context=context, command=[sys.executable, "-m", "pipelines.crawl.process"], extras={"job": job}
        )
    [said] = process.get_custom_messages()
    return said


def _demo(settings: Settings, sites: Sequence[Site]) -> AbstractContextManager[Any]:
    """The demo's sites, served on the ports that sites.toml gives them; nothing where none of them is crawled."""
    demo = settings.configured.newsroom
    sites = [site for site in sites if site.name in newsroom.DEFAULT_PORTS]
    if not demo.enabled or not sites:
        return nullcontext()
    ports = {site.name: urlsplit(site.seeds[0]).port or 80 for site in sites}
    return newsroom.serve(newsroom.build(seed=demo.seed, ports={**newsroom.DEFAULT_PORTS, **ports}))


def _rows(table: schema.Table, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """What the process said as a frame of a table, its ISO times in UTC."""
    times = [column.name for column in table.columns if column.dtype == schema.TIME]

    def utc(time: str | None) -> datetime | None:
        return datetime.fromisoformat(time).astimezone(UTC).replace(tzinfo=None) if time else None

    return frame(table, [row | {name: utc(row[name]) for name in times} for row in rows])


def _report_table(reports: pl.DataFrame) -> dg.TableMetadataValue:
    """What went well and what did not, by site, in as many columns as a screen is wide; the table has the rest."""
    shown = reports.select(_SHOWN)
    columns = [dg.TableColumn(name, str(dtype)) for name, dtype in shown.schema.items()]
    return dg.MetadataValue.table(
        [dg.TableRecord(row) for row in shown.iter_rows(named=True)], schema=dg.TableSchema(columns)
    )
